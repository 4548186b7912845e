"""Asks the media workers directly, as the server does (src/media/pipe.h): what is made of a file is the same each time."""
import functools
import pathlib
import struct
import subprocess

from server import PARAPH

FIELDS = 6  # of each file in an answer


def pack(fields):
    return b"".join(struct.pack("<Q", len(field)) + field for field in fields)


def unpack(octets):
    fields = []
    while octets:
        length = struct.unpack("<Q", octets[:8])[0]
        fields.append(octets[8:8 + length])
        octets = octets[8 + length:]
    return fields


def ask(program, octets, declared=""):
    """The worker's answer, with the limits that a server has by default."""
    request = pack([octets, declared.encode(), b"4194304", b"262143", b"30", b"600", b"200"])
    done = subprocess.run([pathlib.Path(PARAPH).resolve().parent / program], input=request, capture_output=True, timeout=60, check=True)
    return unpack(done.stdout)


def voice(path, declared=""):
    """The variants of a recording: media type -> octets. An AssertionError with the sentence when it is refused."""
    answer = ask("paraph-media", pathlib.Path(path).read_bytes(), declared)
    assert answer[0] == b"voice", answer
    return {answer[at + 1].decode(): answer[at] for at in range(3, len(answer), FIELDS)}


def picture(path, declared=""):
    return picture_of(pathlib.Path(path).read_bytes(), declared)


@functools.cache
def picture_of(octets, declared):
    answer = ask("paraph-media-picture", octets, declared)
    assert answer[0] == b"picture", answer
    return answer[1]
