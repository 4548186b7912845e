"""Starts a Paraph of its own: own folder, own ports, ended by the test that started it."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARAPH = os.environ.get("PARAPH", str(ROOT / "build/release/paraph"))
PASSWORD = "correct horse"

CONFIG = """
[server]
name = "{name}"
data_dir = "{data}"
[listen]
{listen}
{tls}
[auth]
plaintext_on_loopback = true
[store]
engine = "rocksdb"
{extra}
"""


def paraph(*arguments, stdin="", check=True, config=None, timeout=60):
    """Runs a verb to its end; returns the CompletedProcess with text output."""
    command = [PARAPH, *(["--config", str(config)] if config else []), *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=timeout)
    if check and done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}: {done.stderr}")
    return done


def until(find, explain=lambda: "it does not come", seconds=30):
    """What `find` answers as soon as that is something. `explain` says what is wrong when it is nothing for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := find():
            return found
        time.sleep(0.05)
    raise AssertionError(explain())


class Server:
    """A server with one domain and the accounts given; a context manager. `ports` are those that the system shall not choose, `addresses` those of
    listeners that are not at `address`, `sockets` {listener: path} are listeners at Unix sockets."""

    log_file = None  # where its log goes, when not into `log`

    def __init__(self, accounts=("alice", "bob"), tls=False, extra="", listen=("mx", "submission", "lmtp", "imap"), folder=None, domain="example.test",
                 name="vm.example.test", address="127.0.0.1", ports=(), host=None, addresses=(), sockets=()):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="paraph-e2e-"))
        self.own_folder = folder is None
        self.data = self.folder / "data"
        self.config = self.folder / "paraph.toml"
        self.accounts = accounts
        self.certificate = self.folder / "tls.crt"
        tls_lines = ""
        names = list(listen)
        if tls:
            make_certificate(self.certificate, self.folder / "tls.key")
            tls_lines = f'[tls]\ncertificate = "{self.certificate}"\nkey = "{self.folder / "tls.key"}"'
            names += ["submissions", "imaps"]
        self.domain = domain
        self.address = address
        self.host = host  # a network.Host, where it runs
        fixed, own = dict(ports), dict(addresses)
        where = {listener: f"{own.get(listener, address)}:{fixed.get(listener, 0)}" for listener in names}
        where |= {listener: f"unix:{path}" for listener, path in dict(sockets).items()}
        listen_lines = "\n".join(f'{listener} = "{at}"' for listener, at in where.items())
        self.config.write_text(CONFIG.format(name=name, data=self.data, listen=listen_lines, tls=tls_lines, extra=extra))
        self.process = None
        self.ports = {}
        self.log = []

    def __enter__(self):
        self.start()
        if self.accounts:
            self.run("domain", "add", self.domain)
        for name in self.accounts:
            self.run("account", "add", f"{name}@{self.domain}", "--password-stdin", "--name", name.capitalize(), stdin=PASSWORD)
        return self

    def __exit__(self, *_):
        self.stop()
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        command = [PARAPH, "serve", "--config", str(self.config)]
        with open(self.log_file, "a") if self.log_file else contextlib.nullcontext(subprocess.PIPE) as log:
            self.process = subprocess.Popen(self.host.command(*command) if self.host else command, stdout=subprocess.PIPE, stderr=log, text=True)
        ready = self.process.stdout.readline()
        if not ready.startswith("paraph ready"):
            self.process.kill()
            raise AssertionError("no ready line: " + ready + (self.process.stderr.read()[:400] if self.process.stderr else ""))
        self.ports = {name: int(port) for name, port in re.findall(r"(\w+)=(?:\S*:)?(\d+)", ready)}
        if self.process.stderr:
            threading.Thread(target=self._drain, args=(self.process.stderr,), daemon=True).start()

    def _drain(self, pipe):
        for line in pipe:
            self.log.append(line.rstrip())

    def stop(self, how=signal.SIGTERM, timeout=15):
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=timeout)
        self.process.stdout.close()
        self.process = None
        return code

    def end_whole(self):
        """Stops it; an AssertionError unless its store is whole."""
        self.stop()
        done = self.run("check", check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, *arguments, **keywords):
        return paraph(*arguments, config=self.config, **keywords)

    def ask(self, verb, **fields):
        """What `run` does of a verb of the administrative socket, without a program that starts; the lines that it prints."""
        with socket.socket(socket.AF_UNIX) as admin:
            admin.settimeout(60)
            admin.connect(str(self.data / "paraph.sock"))
            admin.sendall(json.dumps({"verb": verb, **fields}).encode() + b"\n")
            printed = []
            for answer in map(json.loads, admin.makefile()):
                if "print" not in answer:
                    break
                printed.append(answer["print"])
        if "done" not in answer:
            raise AssertionError(f"{verb} {fields}: {answer}")
        return printed

    def set_signature(self, recordings, owner="alice"):
        self.run("signature", "set", f"{owner}@{self.domain}", "--text", "Alice Example\nExample Company",
                 "--voice", recordings.signature_voice, "--image", recordings.signature_image)

    def connect(self, listener):
        with self.host.inside() if self.host else contextlib.nullcontext():
            return socket.create_connection((self.address, self.ports[listener]), timeout=20)


def make_certificate(certificate, key):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out",
                    str(certificate)], check=True, capture_output=True)
