#!/usr/bin/env python3
"""Load for a long time: `script/soak [SECONDS]` (default 600). Deposits, reads, log-ins and IDLE in turn on one server; every minute a
line of what it uses. Fails when memory keeps growing, when a message is missing, or when `paraph check` finds anything.
"""
import imaplib
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "bench"))
from run import LOAD, PARAPH, PASSWORD, Server, load, load_media  # noqa: E402

USERS = 20
GROWTH_BYTES_MAX = 64 << 20  # from the first third of the run to the last: caches fill, and then stay


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600
    folder = ROOT / "build" / "soak"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    load_media(folder)
    server = Server(folder, "rocksdb")
    server.start()
    server.verb("domain", "add", "example.test")
    for number in range(USERS):
        user = f"user{number}@example.test"
        server.verb("account", "add", user, "--password-stdin", stdin=PASSWORD)
        server.verb("signature", "set", user, "--text", f"@{folder}/signature.txt", "--voice", folder / "signature.amr", "--image", folder / "signature.png")
    sent, weights = drive(server, seconds)
    faults = check_messages(server, sent) + check_memory(weights)
    server.stop()
    whole = subprocess.run([PARAPH, "check", "--config", server.config], capture_output=True, text=True)
    if whole.returncode != 0:
        faults.append(f"check: {whole.stderr.strip()}")
    for fault in faults:
        print(fault)
    print(f"soak: {sent} messages, {'failed' if faults else 'passed'}")
    return 1 if faults else 0


def drive(server, seconds):
    """Runs rounds of load until the time is over; returns how many messages were deposited, and (time, memory) after each round."""
    sent, weights = 0, []
    begun = said = time.monotonic()
    while time.monotonic() - begun < seconds:
        for port, count, *options in (("submission", 400, "--auth"), ("submission", 400, "--auth", "--shape", "small"), ("lmtp", 400, "--lmtp")):
            load("deposit", "--port", server.ports[port], "--count", count, "--connections", 10, "--senders", USERS, "--users", USERS, *options)
            sent += count
        load("command", "--port", server.ports["imap"], "--count", 3, "--command", "FETCH 1:50 (ENVELOPE BODYSTRUCTURE BODY.PEEK[])")
        load("login", "--port", server.ports["imap"], "--count", 100, "--users", USERS)
        idle(server)
        weights.append((time.monotonic() - begun, server.pss_bytes()))
        if time.monotonic() - said > 60:
            said = time.monotonic()
            print(f"{weights[-1][0]:6.0f} s  {sent:8} messages  {weights[-1][1] >> 20:5} MB of memory  {server.disk_bytes() >> 20:6} MB on disk", flush=True)
    return sent, weights


def idle(server):
    """A hundred connections wait in IDLE for a moment, and go."""
    command = [LOAD, "idle", "--port", str(server.ports["imap"]), "--connections", "100", "--users", str(USERS), "--count", "0"]
    subprocess.run(command, input="go\n", text=True, check=True, stdout=subprocess.DEVNULL)


def check_messages(server, sent):
    there = 0
    for number in range(USERS):
        with imaplib.IMAP4("127.0.0.1", server.ports["imap"]) as imap:
            imap.login(f"user{number}@example.test", PASSWORD)
            there += int(imap.select("INBOX", readonly=True)[1][0])
    return [] if there == sent else [f"{sent} messages were accepted and {there} are there"]


def check_memory(weights):
    third = max(1, len(weights) // 3)
    first, last = (sum(bytes_ for _, bytes_ in part) / len(part) for part in (weights[:third], weights[-third:]))
    return [] if last - first < GROWTH_BYTES_MAX else [f"memory grew from {first / 2**20:.0f} to {last / 2**20:.0f} MB"]


if __name__ == "__main__":
    sys.exit(main())
