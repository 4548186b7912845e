"""A signed zone, secure.test, and one that is not, plain.test (NSD), and a resolver beside the sender that validates (Unbound), on one host.

script/peers unpacks them; ldns signs. Answers are kept for a second, so that a test can change the zone.
"""
import functools
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from peers import PEERS

ROOT = PEERS / "dns"
SIGNED, PLAIN = "secure.test", "plain.test"
NSD_PORT = 5353

HEAD = """$ORIGIN {zone}.
$TTL 1
@ IN SOA ns.{zone}. admin.{zone}. {serial} 60 60 86400 1
@ IN NS ns.{zone}.
ns IN A 127.0.0.1
"""
NSD = """
server:
  ip-address: 127.0.0.1@{port}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: "{folder}"
  pidfile: ""
  xfrdfile: "{folder}/xfrd"
  zonelistfile: "{folder}/zones.list"
  xfrdir: "{folder}"
remote-control:
  control-enable: no
zone:
  name: secure.test
  zonefile: secure.test.signed
zone:
  name: plain.test
  zonefile: plain.test.zone
"""
UNBOUND = """
server:
  interface: 127.0.0.1@53
  interface: {address}@53
  access-control: 10.77.0.0/16 allow
  num-threads: 1
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  do-ip6: no
  do-not-query-localhost: no
  qname-minimisation: no
  module-config: "validator iterator"
  local-zone: "secure.test." transparent
  local-zone: "plain.test." transparent
  trust-anchor-file: "{anchor}"
  cache-max-ttl: 1
  cache-max-negative-ttl: 1
  val-bogus-ttl: 1
  val-log-level: 2
remote-control:
  control-enable: no
stub-zone:
  name: secure.test
  stub-addr: 127.0.0.1@{port}
stub-zone:
  name: plain.test
  stub-addr: 127.0.0.1@{port}
"""


@functools.cache
def missing():
    """Why there is no signed zone here; "" when there can be one."""
    return "" if (ROOT / "usr/sbin/unbound").exists() else "script/peers was not run"


def environment():
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, sorted((ROOT / "usr/lib").glob("*-linux-gnu"))))}


def tlsa(host, certificate):
    """The record that names the key of a certificate (3 1 1)."""
    key = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-pubkey"], check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, check=True, capture_output=True).stdout
    return f"_25._tcp.{host}. IN TLSA 3 1 1 {hashlib.sha256(der).hexdigest()}\n"


def wrong(record):
    """The same, naming another key."""
    return record[:-3] + ("00" if record[-3:-1] != "00" else "ff") + "\n"


class SignedZone:
    """On loopback and `address` of `host`; `signed` and `plain` are records of the zones, names in full. Other names do not exist."""

    def __init__(self, host, address, signed, plain):
        self.host = host
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-dnssec-"))
        self.key = self._run("usr/bin/ldns-keygen", "-a", "ECDSAP256SHA256", "-k", SIGNED).stdout.strip()
        self.serial = 0
        self.write(signed)
        (self.folder / "plain.test.zone").write_text(HEAD.format(zone=PLAIN, serial=1) + plain)
        (self.folder / "nsd.conf").write_text(NSD.format(folder=self.folder, port=NSD_PORT))
        (self.folder / "unbound.conf").write_text(UNBOUND.format(folder=self.folder, address=address, port=NSD_PORT, anchor=self.folder / f"{self.key}.key"))
        self.processes = []

    def __enter__(self):
        try:
            for name in ("nsd", "unbound"):
                with open(self.folder / f"{name}.log", "wb") as log:
                    self.processes.append(subprocess.Popen(self.host.command(ROOT / "usr/sbin" / name, "-d", "-c", self.folder / f"{name}.conf"), env=environment(), stdout=log, stderr=log))
            self._wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, records, spoil=lambda signed: signed):
        """Signs the zone anew; `spoil` may change it after that."""
        self.serial += 1
        zone = self.folder / "secure.test.zone"
        zone.write_text(HEAD.format(zone=SIGNED, serial=self.serial) + records)
        self._run("usr/bin/ldns-signzone", "-f", "new", zone.name, self.key)
        (self.folder / "new").write_text(spoil((self.folder / "new").read_text()))
        (self.folder / "new").rename(self.folder / "secure.test.signed")

    def reload(self):
        self.processes[0].send_signal(signal.SIGHUP)

    def logs(self):
        return "".join((self.folder / f"{name}.log").read_text() for name in ("nsd", "unbound"))

    def _run(self, program, *arguments):
        done = subprocess.run([ROOT / program, *map(str, arguments)], env=environment(), cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"{program}: {done.stderr}")
        return done

    def _wait_until_it_answers(self):
        end = time.monotonic() + 15
        while time.monotonic() < end:
            done = subprocess.run(self.host.command(ROOT / "usr/bin/drill", "-D", "SOA", SIGNED, "@127.0.0.1"), env=environment(), capture_output=True, text=True)
            if " ad " in done.stdout:
                return
            time.sleep(0.05)
        raise AssertionError("the zone does not validate: " + self.logs())
