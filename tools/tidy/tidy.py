#!/usr/bin/env python3
"""Checks what the compiler cannot: `tools/tidy/tidy.py [ROOT]` prints `FILE:LINE: what is wrong` and exits 1 when anything is."""
import pathlib
import subprocess
import sys

import awaits
import limits
import rooms
import texts

SUFFIXES = {".h", ".cpp", ".proto", ".py", ".md", ".txt", ".cmake", ".toml", ".json", ".ts", ".tsx", ".sh", ""}


def files_of(root):
    """The files of the repository; without git, everything but what is built."""
    try:
        listed = subprocess.run(["git", "-C", root, "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
        names = [name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        skipped = {".git", "build", "node_modules", "paraph-demo"}
        names = [str(f.relative_to(root)) for f in root.rglob("*") if f.is_file() and not skipped & set(f.relative_to(root).parts)]
    return [name for name in sorted(names) if (root / name).is_file()]


def read_all(root):
    """Name to text, of what is text."""
    found = {}
    for name in files_of(root):
        if pathlib.PurePath(name).suffix not in SUFFIXES:
            continue
        try:
            found[name] = (root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def findings_of(root):
    names = files_of(root)
    found = read_all(root)
    for name, text in found.items():
        yield from texts.check(name, text)
        if name.endswith((".h", ".cpp")):
            yield from rooms.check_includes(name, text)
            yield from awaits.check(name, text)
    yield from rooms.check_readmes(root, names)
    yield from limits.check(found)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    root = root if root.is_dir() else root.parents[2]
    findings = list(findings_of(root))
    for name, line, what in findings:
        print(f"{name}:{line}: {what}")
    print(f"tidy: {len(findings)} found")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
