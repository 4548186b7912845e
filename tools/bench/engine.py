#!/usr/bin/env python3
"""What it costs to attach a signature to the same files: Paraph's engine, altermime, and Python's email, in one run.

engine.py PARAPH_ATTACH_BENCH. Paraph is measured within its process (scan and attach); altermime is a program that is started for each
file, so its start is measured too and given apart; Python parses, appends and writes out within one process.
"""
import email
import email.mime.audio
import email.mime.image
import email.mime.multipart
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SIGNATURE = "-- \nAnna Smith\nNorthern Parcel Office, 2nd floor\n+44 20 7946 0000\n"
VOICE, PICTURE = b"#!AMR\n" + b"a" * 163 * 32, b"\x89PNG\r\n\x1a\n" + b"p" * 8100
NAMES = ("voice", "text")


def seconds_each(work, least=1.0):
    """The middle one of five runs of at least `least` / 5 seconds."""
    runs = []
    for _ in range(5):
        times, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < least / 5:
            work()
            times += 1
        runs.append((time.perf_counter() - begun) / times)
    return sorted(runs)[2]


def with_python(octets):
    message = email.message_from_bytes(octets)
    text = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    text.set_payload(text.get_payload() + "\n" + SIGNATURE)
    if not message.is_multipart():
        inner, message = message, email.mime.multipart.MIMEMultipart()
        message.attach(inner)
    message.attach(email.mime.image.MIMEImage(PICTURE, "png"))
    message.attach(email.mime.audio.MIMEAudio(VOICE, "AMR"))
    return message.as_bytes()


def with_altermime(folder, name):
    copy = folder / "copy.eml"
    shutil.copyfile(folder / f"{name}.eml", copy)
    subprocess.run(["altermime", f"--input={copy}", f"--disclaimer={folder / 'signature.txt'}"], check=True, capture_output=True)


def paraph(bench, folder):
    # Time of the processor, and the best of some runs: what else the machine does is no cost of the engine's.
    made = subprocess.run([bench, str(folder), "--benchmark_format=json", "--benchmark_min_time=0.1", "--benchmark_repetitions=9",
                           "--benchmark_filter=^scan_attach/(voice_x1|text_2KB)$"], check=True, capture_output=True, text=True)
    units = {"ns": 1e-9, "us": 1e-6}
    found = {}
    for run in json.loads(made.stdout)["benchmarks"]:
        if run["run_type"] == "iteration":
            found.setdefault("voice" if "voice" in run["name"] else "text", []).append(run["cpu_time"] * units[run["time_unit"]])
    return {name: min(times) for name, times in found.items()}


def main(bench):
    with tempfile.TemporaryDirectory(prefix="paraph-engine-") as name:
        folder = pathlib.Path(name)
        (folder / "signature.txt").write_text(SIGNATURE)
        ours = paraph(bench, folder)
        start = seconds_each(lambda: subprocess.run(["altermime", "--version"], capture_output=True))
        print(f"{'file':6} {'octets':>7} {'Paraph':>10} {'altermime':>22} {'Python':>10} {'ratios':>16}")
        for name in NAMES:
            octets = (folder / f"{name}.eml").read_bytes()
            python = seconds_each(lambda: with_python(octets))
            other = seconds_each(lambda: with_altermime(folder, name))
            own = max(other - start, 0)
            print(f"{name:6} {len(octets):7} {ours[name] * 1e6:7.1f} us {other * 1e6:9.0f} ({own * 1e6:6.0f}) us {python * 1e6:7.0f} us "
                  f"{other / ours[name]:7.0f} {python / ours[name]:7.0f}", flush=True)
        print(f"In brackets: without the {start * 1e6:.0f} us in which altermime starts. Ratios: altermime, Python to Paraph.")


if __name__ == "__main__":
    main(*sys.argv[1:2])
