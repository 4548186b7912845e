#!/usr/bin/env python3
"""What it costs to import a signature's media: a 5 s WAV and a 2 MB JPEG, one after the other on one core, each in a process of its own, as the server
does it: `media_import.py [FOLDER]`, FOLDER has `paraph-media` (default: build/release). Prints the median of 15. Needs ffmpeg to make the files."""
import pathlib
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROUNDS = 15


def ask(program, octets):
    fields = [octets, b"", b"4194304", b"262143", b"30", b"600", b"200"]
    request = b"".join(struct.pack("<Q", len(field)) + field for field in fields)
    done = subprocess.run(["taskset", "-c", "0", program], input=request, capture_output=True, check=True, env={})
    if b"failed" in done.stdout[:32]:
        sys.exit(f"{program}: {done.stdout[:300]}")


def main():
    workers = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "release").resolve()
    with tempfile.TemporaryDirectory() as folder:
        voice, picture = pathlib.Path(folder) / "voice.wav", pathlib.Path(folder) / "picture.jpg"
        make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i"]
        subprocess.run([*make, "sine=frequency=300:duration=5,tremolo=f=4", "-ar", "44100", "-ac", "2", voice], check=True)
        subprocess.run([*make, "testsrc2=size=2600x1950,noise=alls=40", "-frames:v", "1", "-q:v", "4", picture], check=True)
        voice, picture = voice.read_bytes(), picture.read_bytes()
        print(f"WAV of {len(voice):,} octets, JPEG of {len(picture):,} octets")
        taken = {"voice": [], "picture": [], "both": []}
        for _ in range(ROUNDS):
            begin = time.monotonic()
            ask(workers / "paraph-media", voice)
            middle = time.monotonic()
            ask(workers / "paraph-media-picture", picture)
            end = time.monotonic()
            for name, seconds in (("voice", middle - begin), ("picture", end - middle), ("both", end - begin)):
                taken[name].append(seconds * 1000)
        for name, times in taken.items():
            print(f"{name}: {statistics.median(times):.0f} ms ({min(times):.0f}-{max(times):.0f})")


if __name__ == "__main__":
    main()
