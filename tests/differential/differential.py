#!/usr/bin/env python3
"""After attaching, Python's email and GMime read the very tree that Paraph planned: differential.py DUMP GMIME_WALK FROM TO.

Compared for every message that was changed: the types in their order and depth, Content-IDs, and the decoded octets of each leaf.
A message that was left alone has the octets it came with.
"""
import base64
import email
import json
import subprocess
import sys

# Below this share of changed messages the corpus would say little.
CHANGED_OF_ALL = 0.55


def text(value):
    return base64.b64decode(value).decode("utf-8", "surrogateescape")


def planned(line):
    return [(depth, text(kind), text(name), None if octets is None else base64.b64decode(octets)) for depth, kind, name, octets in line]


def python_tree(octets):
    tree = []

    def walk(part, depth):
        composite = part.is_multipart()
        name = str(part.get("Content-ID", ""))
        tree.append((depth, part.get_content_type(), name, None if composite else leaf(part)))
        for child in part.get_payload() if composite else []:
            walk(child, depth + 1)
    walk(email.message_from_bytes(octets), 0)
    return tree


def leaf(part):
    octets = part.get_payload(decode=True)
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64":
        return octets
    lines = part.get_payload().encode("ascii", "replace").split()
    if octets != b"".join(lines):
        return octets
    # Cut off one character into a group of four: email gives up, where others give what is whole.
    return base64.b64decode(octets[:len(octets) - len(octets) % 4])


def for_gmime(octets):
    """GMime 3.2 keeps the CR before a closing delimiter that has no line end; over SMTP every message ends in one."""
    return octets + b"\r\n" if octets.rstrip(b" \t").endswith(b"--") else octets


def bare(tree):
    """Content-IDs without the brackets and blanks that readers keep or drop."""
    return [(depth, kind, name.strip().removeprefix("<").removesuffix(">"), octets) for depth, kind, name, octets in tree]


def same_octets(one, other, cut):
    """Of a body that is `cut` off within a group of four some readers give the last one or two octets and some do not."""
    if one == other or not cut or one is None or other is None:
        return one == other
    return abs(len(one) - len(other)) <= 2 and (one.startswith(other) or other.startswith(one))


def difference(ours, theirs, cut):
    ours, theirs = bare(ours), bare(theirs)
    for index, (one, other) in enumerate(zip(ours, theirs)):
        if one[:3] != other[:3] or not same_octets(one[3], other[3], cut):
            return f"part {index}: planned {one}, read {other}"
    return "" if len(ours) == len(theirs) else f"planned {len(ours)} parts, read {len(theirs)}: {[t[:2] for t in theirs]}"


def main(dump, walker, begin, end):
    writer = subprocess.Popen([dump, begin, end], stdout=subprocess.PIPE)
    gmime = subprocess.Popen([walker], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    changed = failed = total = 0
    for line in writer.stdout:
        each = json.loads(line)
        total += 1
        before, after = base64.b64decode(each["before"]), base64.b64decode(each["after"])
        if text(each["how"]) not in ("edit", "append", "wrap"):
            continue
        assert before != after
        changed += 1
        ours = planned(each["tree"])
        gmime.stdin.write(b"%d\n" % len(for_gmime(after)) + for_gmime(after))
        gmime.stdin.flush()
        for reader, theirs in (("Python", python_tree(after)), ("GMime", planned(json.loads(gmime.stdout.readline())))):
            problem = difference(ours, theirs, text(each["shape"]) == "broken")
            if problem:
                failed += 1
                print(f"message {each['number']} ({text(each['shape'])}, {text(each['how'])}): {reader}: {problem}"[:600])
    gmime.stdin.close()
    codes = writer.wait(), gmime.wait()
    print(f"{total} messages, {changed} changed by attaching, {failed} read otherwise; programs ended with {codes}")
    enough = total == int(end) - int(begin) and changed >= CHANGED_OF_ALL * total
    return 0 if enough and not failed and codes == (0, 0) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
