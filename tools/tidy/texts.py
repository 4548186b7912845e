"""What no file of the repository may hold, whatever its language."""
import re

LINES_MAX = 700
CODE = (".h", ".cpp", ".py", ".ts", ".tsx", ".proto")

# Patterns are put together from pieces, so that this file does not find itself.
RULES = [
    (re.compile(r"\b(?:FIX" + r"ME|TO" + r"DO|XX" + r"X)\b"), "an open end: finish it, or file an issue"),
    (re.compile(r"(?<![\w.])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me/\w+)/[\w.]"), "a path of somebody's machine"),
    (re.compile(r"\bissue" + r"s? #?\d+\b", re.IGNORECASE), "a number of an issue: say what is meant"),
    (re.compile(r'"resolved":\s*"(?!https://registry\.npmjs\.org/)'), "a registry that not everybody has"),
    (re.compile(r"(?:index-" + r"url|Acquire::https?::Pro" + r"xy|npm_config_regi" + r"stry)\b"), "a registry or proxy of somebody's machine"),
]
SLEEP = re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b")


def check(name, text):
    lines = text.splitlines()
    if name.endswith(CODE) and len(lines) > LINES_MAX:
        yield name, len(lines), f"is over {LINES_MAX} lines: which two ideas share it?"
    if name.endswith(".h") and "#pragma once" not in text:
        yield name, 1, "is a header without #pragma once"
    for number, line in enumerate(lines, 1):
        for pattern, what in RULES:
            if pattern.search(line):
                yield name, number, what
        if name.endswith("_test.cpp") and SLEEP.search(line):
            yield name, number, "a test that sleeps: wait for what it waits for"
