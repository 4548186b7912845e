#!/usr/bin/env python3
"""Measures Paraph on this machine: `script/bench [--rounds N] [--quick]`. Prints a table: median (min-max) of the rounds, and each figure's ratio
to what the machine reaches without any server, taken in the same run. Reads nothing outside the tree; writes build/bench.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PRESET = ROOT / "build" / "release"
LOAD, PARAPH = PRESET / "paraph_load", pathlib.Path(os.environ.get("PARAPH", PRESET / "paraph"))
PASSWORD = "paraph"
TICK = os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, folder, engine):
        self.data = folder / "data"
        self.config = folder / "paraph.toml"
        listen = "\n".join(f'{name} = "127.0.0.1:0"' for name in ("mx", "submission", "lmtp", "imap"))
        self.config.write_text(f'[server]\nname = "bench.example.test"\ndata_dir = "{self.data}"\n[listen]\n{listen}\n'
                               f'[submission]\nsave_sent = false\n[store]\nengine = "{engine}"\n')
        self.log_path = folder / "server.log"

    def start(self):
        self.log = open(self.log_path, "w+")
        self.process = subprocess.Popen([PARAPH, "serve", "--config", self.config], stdout=subprocess.PIPE, stderr=self.log, text=True)
        ready = self.process.stdout.readline()
        if not ready.startswith("paraph ready"):
            sys.exit(f"the server did not start: {self.log_path.read_text()}")
        self.ports = {name: int(port) for name, port in re.findall(r"(\w+)=(?:\S*:)?(\d+)", ready)}

    def stop(self):
        """Ends the server and returns what its store counted: {"batches": n, "syncs": n}."""
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=30) != 0:
            sys.exit("the server did not end cleanly")
        found = re.search(r"batches=(\d+) syncs=(\d+)", self.log_path.read_text())
        return {"batches": int(found[1]), "syncs": int(found[2])} if found else {"batches": 0, "syncs": 0}

    def verb(self, *arguments, stdin=""):
        subprocess.run([PARAPH, "--config", self.config, *map(str, arguments)], input=stdin, text=True, check=True, stdout=subprocess.DEVNULL)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def pss_bytes(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1]) * 1024

    def disk_bytes(self):
        return sum(f.stat().st_blocks * 512 for f in self.data.rglob("*") if f.is_file())


def load(*arguments):
    done = subprocess.run([LOAD, *map(str, arguments)], capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        sys.exit(f"load {' '.join(map(str, arguments))}: {done.stderr}")
    return json.loads(done.stdout)


class Table:
    def __init__(self):
        self.rows = []

    def add(self, name, values, unit, base=None, note=""):
        middle = statistics.median(values)
        ratio = f"{middle / base:.3f}" if base else ""
        spread = f"{middle:,.2f} ({min(values):,.2f}-{max(values):,.2f})" if len(values) > 1 else f"{middle:,.2f}"
        self.rows.append((name, spread + " " + unit, ratio, note))
        print(f"| {name} | {spread} {unit} | {ratio} | {note} |", flush=True)

    @staticmethod
    def head():
        print("| what | median (min-max) | ratio to the raw figure | note |\n| --- | --- | --- | --- |", flush=True)


def deposits(table, server, name, base, rounds, count, *options):
    rates, cpu = [], []
    load("deposit", "--count", 200, *options)
    for _ in range(rounds):
        before = server.cpu_seconds()
        figures = load("deposit", "--count", count, *options)
        rates.append(figures["rate"])
        cpu.append((server.cpu_seconds() - before) * 1000 / count)
    table.add(name, rates, "messages/s", base, f"{statistics.median(cpu):.3f} ms of server CPU each; last round p50 {figures['p50_ms']} ms, p99 {figures['p99_ms']} ms")
    return (rounds * count) + 200


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--quick", action="store_true", help="a tenth of the work: does it run?")
    arguments.add_argument("--engine", default="rocksdb")
    options = arguments.parse_args()
    rounds, scale = (1, 10) if options.quick else (options.rounds, 1)
    folder = ROOT / "build" / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    table = Table()
    print(f"{os.cpu_count()} cores, {subprocess.check_output(['uname', '-r'], text=True).strip()}, load average {os.getloadavg()[0]:.2f}\n")
    raws = [load("raw", "--folder", folder) for _ in range(rounds)]
    raw = {key: statistics.median(r[key] for r in raws) for key in raws[0]}
    table.head()
    table.add("raw: 64 KB append, one sync each", [r["append_64k_sync_per_s"] for r in raws], "/s")
    table.add("raw: 64 KB append, sixteen to a sync", [r["append_64k_sync16_per_s"] for r in raws], "/s")
    table.add("raw: loopback TCP, one stream", [r["loopback_mb_per_s"] for r in raws], "MB/s")
    appends, loopback = raw["append_64k_sync16_per_s"], raw["loopback_mb_per_s"]

    server = Server(folder, options.engine)
    load_media(folder)
    server.start()
    server.verb("domain", "add", "example.test")
    for number in range(102):
        server.verb("account", "add", f"user{number}@example.test", "--password-stdin", stdin=PASSWORD)
    for number in range(20):
        server.verb("signature", "set", f"user{number}@example.test", "--text", f"@{folder}/signature.txt", "--voice", folder / "signature.amr",
                    "--image", folder / "signature.png")
    server.stop()

    def start_at(port_name):
        server.start()
        return server.ports[port_name]

    before = server.disk_bytes()
    port = start_at("submission")
    sent = deposits(table, server, "signed voice deposits, 63 KB, 20 connections", appends, rounds, 4000 // scale, "--port", port, "--auth")
    counted = server.stop()
    table.add("syncs a message, 20 connections", [counted["syncs"] / sent], "")
    table.add("disk bytes a signed voice message", [(server.disk_bytes() - before) / sent], "bytes", 63_150, "ratio to the bytes the client sent")
    port = start_at("submission")
    sent = deposits(table, server, "signed voice deposits, 1 connection", raw["append_64k_sync_per_s"], rounds, 1000 // scale, "--port", port, "--auth",
                    "--connections", 1)
    counted = server.stop()
    table.add("syncs a message, 1 connection", [counted["syncs"] / sent], "")
    server.verb("dkim", "create", "example.test")
    port = start_at("submission")
    deposits(table, server, "the same with DKIM keys (RSA and Ed25519), 20 connections", appends, rounds, 4000 // scale, "--port", port, "--auth")
    server.stop()
    port = start_at("lmtp")
    deposits(table, server, "2 KB deposits by LMTP, 20 connections", None, rounds, 8000 // scale, "--port", port, "--lmtp", "--shape", "small")
    port = server.ports["imap"]
    load("append", "--port", port, "--count", 1000 // scale, "--connections", 1, "--users", 1, "--user", "user100@example.test")
    load("append", "--port", port, "--count", 10000 // scale, "--connections", 8, "--users", 1, "--user", "user101@example.test", "--shape", "small")
    for shape in ("voice", "small"):
        rates = [load("append", "--port", port, "--count", 3000 // scale, "--shape", shape)["rate"] for _ in range(rounds)]
        table.add(f"APPEND, {shape}, 20 connections", rates, "messages/s")

    def fetch(name, user, text, figure, unit, base=None, repeat=3, note=""):
        arguments = ("command", "--port", port, "--user", user, "--command", text)
        load(*arguments, "--count", 1)
        table.add(name, [load(*arguments, "--count", repeat)[figure] for _ in range(rounds)], unit, base, note)

    fetch("FETCH of whole voice messages", "user100@example.test", "FETCH 1:* BODY.PEEK[]", "mb_per_s", "MB/s", loopback)
    fetch("BINARY.PEEK of the audio, 1,000 messages", "user100@example.test", "FETCH 1:* BINARY.PEEK[2]", "mb_per_s", "MB/s", loopback)
    fetch("FETCH of envelope, structure, flags, 10,000 messages", "user101@example.test",
          "FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)", "fetches_per_s", "messages/s", note="warm")
    fetch("FETCH of UID and FLAGS, 10,000 messages", "user101@example.test", "FETCH 1:* (UID FLAGS)", "fetches_per_s", "messages/s", note="warm")
    rates = [load("login", "--port", port, "--count", 1000 // scale, "--users", 20)["rate"] for _ in range(rounds)]
    table.add("connect, LOGIN, LOGOUT, known client", rates, "/s")
    server.stop()
    server.start()
    idle(table, server, 2000 // scale, 400 // scale)
    server.stop()


def load_media(folder):
    subprocess.run([LOAD, "media", "--folder", folder], check=True)


def idle(table, server, connections, notices):
    load("login", "--port", server.ports["imap"], "--count", 100, "--users", 100)
    time.sleep(0.5)
    before = server.pss_bytes()
    process = subprocess.Popen([LOAD, "idle", "--port", str(server.ports["imap"]), "--deliver-port", str(server.ports["mx"]), "--connections",
                                str(connections), "--count", str(notices)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if not process.stdout.readline():
        sys.exit("the idle connections could not be opened")
    time.sleep(1)
    table.add(f"memory of an idle IMAP connection, of {connections:,} in clear", [(server.pss_bytes() - before) / connections / 1024], "KB (PSS)")
    process.stdin.write("go\n")
    process.stdin.flush()
    figures = json.loads(process.stdout.readline())
    process.wait(timeout=60)
    table.add("from 250 to the IDLE line, median", [figures["p50_ms"]], "ms", note=f"p99 {figures['p99_ms']} ms, {figures['notices']} notices")


if __name__ == "__main__":
    main()
