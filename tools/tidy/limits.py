"""Each field of service/limits.h can be set in the configuration, and is in its documentation."""
import re

FIELD = re.compile(r"^\s*std::\S+\s+(\w+)\s*(?:=|\{)", re.MULTILINE)
LIMITS, READER, DOCUMENT = "src/service/limits.h", "src/app/config/config.cpp", "docs/CONFIGURATION.md"


def check(texts):
    """`texts`: name of a file to its text."""
    if LIMITS not in texts:
        return
    for field in FIELD.findall(texts[LIMITS]):
        for name, form in ((READER, f'"{field}"'), (DOCUMENT, f"`{field}`")):
            if form not in texts.get(name, ""):
                yield name, 1, f"does not know the limit {field}"
