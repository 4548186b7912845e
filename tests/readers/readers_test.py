#!/usr/bin/env python3
"""Three model readers see the message first and the signature once: readers_test.py DUMP GOLDEN_FOLDER FROM TO.

Over the golden files, and over messages of tests/corpus that were changed by attaching. "Once" is meant beside what the message had of
the same words before: people quote signatures. A message none of whose texts can be edited (x=separate) has its signature as a text of
its own, which is no body for a reader of first texts.
"""
import base64
import email
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import first_text  # noqa: E402
import text_only  # noqa: E402
import visual_voicemail  # noqa: E402

GOLDEN_CASE = re.compile(r'\{"(\d\d[^"]*)", "[THIA]*", "(\w+) (\S+)(?: x=([^"]*))?"(?:, \{([^}]*)\})?\}')
# Fewer messages with a text or a voice that was added would show little.
SEEN_MIN = {"voicemail": 0.15, "first text": 0.3, "terminal": 0.3}


# What stands above a quotation in the corpus: a reply without words of its own has its signature before it.
QUOTATIONS = ("On Monday", "Bob wrote", "From:", "quoted")


class Message:
    def __init__(self, name, how, kinds, reason, before, after, texts, voices):
        self.name, self.how, self.kinds, self.reason = name, how, kinds.split(":"), reason
        self.before, self.after, self.voices = before, after, voices
        self.blocks = sorted({squeeze(text) for text in texts} - {""})  # in plain text, and as its HTML shows it
        self.wordy = how != "present" and bool(self.blocks) and ("text" in self.kinds or "html" in self.kinds)


def squeeze(text):
    """Words, without the blanks and quotation marks between."""
    return re.sub(r"[\s>]+", " ", text or "").strip()


def judge(message, was, now):
    """"" when `now` is `was` with the signature once more, and not before the message's own words; else what is wrong."""
    was, now = squeeze(was), squeeze(now)
    was = squeeze(was.replace("-- Alice Example Old Street 9", ""))  # an older revision, which is replaced
    more = sum(now.count(block) - was.count(block) for block in message.blocks)
    if more != 1:
        return f"the signature is there {more} times more: {now[-120:]!r}"
    for found in re.finditer("|".join(map(re.escape, message.blocks)), now):
        head, tail = re.sub("(^| )--$", "", squeeze(now[:found.start()])), squeeze(now[found.end():])
        if squeeze(f"{head} {tail}") == was:
            return "" if head or not tail or tail.startswith(QUOTATIONS) else f"the signature comes first: {now[:120]!r}"
    return f"what was shown is not whole: {was[:120]!r} became {now[:120]!r}"


def voicemail(message):
    was, now = visual_voicemail.read(message.before), visual_voicemail.read(message.after)
    if now is None:
        return None if "voice" not in message.kinds else "a voice was added and nobody hears the message"
    heard = was["audio"] if was else None
    if now["audio"] in message.voices and heard != now["audio"] and audio_of(message.before):
        return "the signature is played as the message"
    if heard is not None and now["audio"] != heard and not hidden(message, now):
        return "another recording is played than before"
    # Within a multipart/voice-message that is a level deeper, the signature is too (case J2).
    own = [octets for octets in map(visual_voicemail.decoded, audio_of(message.after)) if octets in message.voices]
    if "voice" in message.kinds and len(own) != 1:
        return f"the voice signature is there {len(own)} times"
    shown = now["transcription"]
    if shown and message.wordy and message.reason != "separate" and "<" not in shown and any(block in squeeze(shown) for block in message.blocks):
        had = was["transcription"] if was else first_text.read(message.before)["body"]
        problem = judge(message, had, shown) if "<" not in (had or "") else ""
        if problem:
            return problem
    return "" if now["audio"] is not None else None


def hidden(message, now):
    """A message of another kind than mixed was wrapped (case G): its recording is a level deeper now, and nothing is in its place."""
    return now["audio"] is None and message.how == "wrap" and "voice" not in message.kinds


def audio_of(octets):
    """The recordings of the message itself, not of one that it forwards."""
    def inside(part):
        if part.get_content_maintype() != "multipart" or not part.is_multipart():
            return [part] if part.get_content_maintype() == "audio" else []
        return [audio for child in part.get_payload() for audio in inside(child)]
    return inside(email.message_from_bytes(octets))


def first_body(message):
    was, now = first_text.read(message.before), first_text.read(message.after)
    locked = message.reason == "separate" or "html" not in message.kinds
    if locked and now["body"] is not None and squeeze(was["body"]) == squeeze(now["body"]):
        return ""  # what is shown cannot be edited: the signature is in another text
    if not message.wordy:
        return None
    if not judge(message, was["body"], now["body"]):
        return ""
    # Texts within a multipart that has no body for us, such as slides (case G): they follow BODY as they were.
    if message.how == "wrap" and squeeze(now["body"]).removeprefix("-- ") in message.blocks:
        return "" if squeeze(was["body"]) in map(squeeze, now["files"]) else "the message's own text is gone"
    return judge(message, was["body"], now["body"])


def terminal(message):
    was, now = (squeeze(re.sub(r"\[-- .* --\]", "", text_only.read(octets))) for octets in (message.before, message.after))
    if not message.wordy:
        return None
    if was == now:
        return None  # the plain text of an alternative is locked, and its HTML has the signature
    problem = judge(message, was, now)
    # BODY comes before what is no body for us, and a separate text after the body alone.
    follows = problem.startswith("the signature comes first") and message.how == "wrap"
    return "" if follows and was and not first_text.read(message.before)["files"] else problem


READERS = {"voicemail": voicemail, "first text": first_body, "terminal": terminal}


def golden(folder):
    table = (folder / "golden_test.cpp").read_text()
    for name, how, kinds, reason, policy in GOLDEN_CASE.findall(table):
        if "replace_client_block" in policy or "wrap_signed" in policy:
            continue  # the operator chose what such a reader cannot show: a replaced text, and a text after the signed one
        before, after = ((folder / f"{name}.{when}.eml").read_bytes() for when in ("before", "after"))
        voices = [b"#!AMR\n" + b"a" * 150, b"RIFF" + b"w" * 120, b"g" * 80]
        yield Message(name, how, kinds, reason, before, after, ["Alice Example\nExample & Sons, Voice Street 1"], voices)


def generated(dump, begin, end):
    with subprocess.Popen([dump, begin, end], stdout=subprocess.PIPE) as writer:
        for line in writer.stdout:
            each = json.loads(line)
            octets = {key: base64.b64decode(value) for key, value in each.items() if isinstance(value, str)}
            words = {key: octets[key].decode() for key in ("how", "kinds", "reason", "text", "page", "shape")}
            yield Message(f"message {each['number']} ({words['shape']})", words["how"], words["kinds"], words["reason"], octets["before"],
                          octets["after"], [words["text"], words["page"]], [base64.b64decode(voice) for voice in each["voices"]])


def main(dump, folder, begin, end):
    seen = dict.fromkeys(READERS, 0)
    total = failed = cases = 0
    for source in (golden(pathlib.Path(folder)), generated(dump, begin, end)):
        for message in source:
            total += 1
            cases += message.name[0].isdigit()
            if message.how not in ("edit", "append", "wrap", "present"):
                continue
            for name, reader in READERS.items():
                problem = reader(message)
                seen[name] += problem is not None
                if problem:
                    failed += 1
                    print(f"{message.name}, {message.how} {message.kinds} {message.reason}: {name}: {problem}"[:400])
    print(f"{total} messages ({cases} golden); read by {seen}; {failed} failed")
    enough = all(seen[name] >= share * total for name, share in SEEN_MIN.items())
    return 0 if enough and cases >= 45 and total == cases + int(end) - int(begin) and not failed else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
