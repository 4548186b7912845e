#!/usr/bin/env python3
"""Measures what goes from one server to another on this machine, Paraph to Paraph beside Postfix to Postfix, in turns in one run:
`tools/bench/relay.py [--rounds N] [--count N]`, after script/build release, the same with PARAPH_TARGET=paraph_load, and script/peers. Needs root.

The time runs from the first message handed to the first server until all are in the second one's mailboxes. Each server syncs what it answers for.
Postfix signs nothing and checks nothing; Paraph attaches where a row says so, and looks at SPF, DKIM and DMARC on the far side, with a dnsmasq
that answers beside it.
"""
import argparse
import contextlib
import imaplib
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import nameserver  # noqa: E402
import peers  # noqa: E402
import server  # noqa: E402

USERS = 20
NAMES = tuple(f"user{number}" for number in range(USERS))
LOAD = ROOT / "build" / "release" / "paraph_load"
RECORDS = {"sender.test": "v=spf1 ip4:127.0.0.0/8 -all", "_dmarc.sender.test": "v=DMARC1; p=none"}
DNS = '[dns]\nservers = "127.0.0.1:{port}"\n'
ROUTE = '[submission]\nsave_sent = false\n[[route]]\ndomain = "receiver.test"\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\n'


class Server(server.Server):
    """Its log goes into a file, as Postfix's does: nobody reads it meanwhile."""

    @property
    def log_file(self):
        return self.folder / "log"


class LastPostfix(peers.Postfix):
    """Keeps everything for example.test, in one Maildir a user."""

    extra = ("relay_domains =\ntransport_maps =\nvirtual_mailbox_domains = example.test\n"
             "virtual_mailbox_maps = inline:{ " + ", ".join(f"{{ {name}@example.test = {name}/ }}" for name in NAMES) + " }\n")

    def count(self):
        return sum(len(os.listdir(new)) for new in self.mail.glob("*/new"))


class Boxes:
    """How much is in a Paraph's mailboxes."""

    def __init__(self, there, stack):
        self.imaps = []
        for name in NAMES:
            imap = stack.enter_context(imaplib.IMAP4("127.0.0.1", there.ports["imap"]))
            imap.login(f"{name}@{there.domain}", server.PASSWORD)
            self.imaps.append(imap)

    def count(self):
        return sum(int(imap.status("INBOX", "(MESSAGES)")[1][0].split()[-1].rstrip(b")")) for imap in self.imaps)


def load(port, count, domain, to, *more):
    command = [LOAD, "deposit", "--port", port, "--count", count, "--user", f"user%d@{domain}", "--to", f"user%d@{to}", "--users", USERS, "--password", server.PASSWORD, *more]
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, timeout=600)


def busy_ticks():
    """Of all cores, since the machine began."""
    user, nice, system, _, _, *others = map(int, pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:])
    return user + nice + system + sum(others[:3])


def settle():
    """What the turn before left to do (files to write, to remove, to put in order) is not the next one's load."""
    os.sync()
    for _ in range(40):
        before = busy_ticks()
        time.sleep(0.5)
        if busy_ticks() - before < 0.05 * 0.5 * os.cpu_count() * os.sysconf("SC_CLK_TCK"):
            return


def timed(count, boxes, port, *options):
    """Messages a second until they are all there."""
    settle()
    before, start = boxes(), time.monotonic()
    load(port, count, *options)
    while (there := boxes() - before) < count:
        taken = time.monotonic() - start
        if taken > 300:
            sys.exit(f"{there} of {count} came to port {port}")
        # Counting costs the servers too: it is done when half of the rest should have come.
        time.sleep(max(0.02, min(1, taken * (count - there) / max(there, 1) / 2)))
    return count / (time.monotonic() - start)


def start_sender(stack, media, dns, port, dkim):
    sender = stack.enter_context(Server(accounts=NAMES, domain="sender.test", name="vm.sender.test", listen=("submission",), extra=dns + ROUTE.format(port=port)))
    for name in NAMES:
        sender.run("signature", "set", f"{name}@sender.test", "--text", f"@{media}/signature.txt", "--voice", f"{media}/signature.amr", "--image", f"{media}/signature.png")
    if dkim:
        sender.run("dkim", "create", "sender.test")
    return sender.ports["submission"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--count", type=int, default=5000)
    options = arguments.parse_args()
    if peers.missing():
        sys.exit(f"no Postfix: {peers.missing()}")
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.2f}", flush=True)
    with contextlib.ExitStack() as stack:
        media = stack.enter_context(tempfile.TemporaryDirectory(prefix="paraph-bench-"))
        subprocess.run([str(LOAD), "media", "--folder", media], check=True)
        records = nameserver.Dnsmasq(RECORDS, "--local-ttl=300")
        stack.callback(records.stop)
        dns = DNS.format(port=records.port)
        receiver = stack.enter_context(Server(accounts=NAMES, domain="receiver.test", name="mx.receiver.test", listen=("mx", "imap"), extra=dns))
        boxes, last = Boxes(receiver, stack), stack.enter_context(LastPostfix(0))
        first = stack.enter_context(peers.Postfix(last.port))
        mx = receiver.ports["mx"]
        names = ("sender.test", "receiver.test")
        ways = {
            "Postfix to Postfix": (last.count, first.port, "sender.test", "example.test"),
            "Paraph to Paraph, signed": (boxes.count, start_sender(stack, media, dns, mx, False), *names, "--auth"),
            "Paraph to Paraph, signed, DKIM by RSA and Ed25519": (boxes.count, start_sender(stack, media, dns, mx, True), *names, "--auth"),
            "Postfix receives": (last.count, last.port, "sender.test", "example.test"),
            "Paraph receives on mx": (boxes.count, mx, *names),
        }
        rates = {name: [] for name in ways}
        for turn in range(options.rounds + 1):
            for name, way in ways.items():
                rate = timed(options.count if turn else options.count // 10, *way)
                if turn:  # the first is to warm up
                    rates[name].append(rate)
    middle = {name: statistics.median(each) for name, each in rates.items()}
    print("| what, 63 KB each | messages/s, median (min-max) | ratio to Postfix |\n| --- | --- | --- |")
    for name, each in rates.items():
        base = middle["Postfix receives" if "receives" in name else "Postfix to Postfix"]
        print(f"| {name} | {middle[name]:,.0f} ({min(each):,.0f}-{max(each):,.0f}) | {middle[name] / base:.2f} |")


if __name__ == "__main__":
    main()
