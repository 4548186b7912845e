"""What the pages of docs/ tell an operator to write: tests use those very lines, with ports, paths and users of their own."""
import pathlib
import re

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def block(page, word, changes=None):
    """The one block of the page that has the word in it. `changes` {old: new}: each old must be there."""
    found = [text for text in FENCED.findall((DOCS / page).read_text()) if word in text]
    if len(found) != 1:
        raise AssertionError(f"{page} has {len(found)} blocks with {word}")
    text = found[0]
    for old, new in (changes or {}).items():
        if old not in text:
            raise AssertionError(f"{page}: the block with {word} has no {old}")
        text = text.replace(old, str(new))
    return text
