#!/usr/bin/env python3
"""What it costs to import a signature's media: a 5 s WAV and a 2 MB JPEG, one after the other on one core, each in a process of its own, as the server
does it, in turns with processes that are started then and with such as wait: `media_import.py [FOLDER]`, FOLDER has `paraph-media`,
`paraph-media-picture` and `paraph_import_cost` (default: build/release). Prints medians of 15. Needs ffmpeg to make the files."""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    programs = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "release").resolve()
    with tempfile.TemporaryDirectory() as folder:
        voice, picture = pathlib.Path(folder) / "voice.wav", pathlib.Path(folder) / "picture.jpg"
        make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i"]
        subprocess.run([*make, "sine=frequency=300:duration=5,tremolo=f=4", "-ar", "44100", "-ac", "2", voice], check=True)
        subprocess.run([*make, "testsrc2=size=2600x1950,noise=alls=40", "-frames:v", "1", "-q:v", "4", picture], check=True)
        print(f"WAV of {voice.stat().st_size:,} octets, JPEG of {picture.stat().st_size:,} octets", flush=True)
        subprocess.run(["taskset", "-c", "0", programs / "paraph_import_cost", programs, voice, picture], check=True)


if __name__ == "__main__":
    main()
