"""opendkim beside Postfix, both ways: what it signed our mx verifies, and it verifies what our server signed and relayed."""
import contextlib
import os
import pathlib
import re
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
import unittest

import messages
import peers
from nameserver import Dnsmasq
from recordings import recordings
from server import Server
from test_peers import ROUTE, inbox, submit, voice_message, wait_for
from test_provenance import txt_records

ROOT = peers.PEERS / "opendkim"
SELECTOR = "autumn"
CONFIG = """
Syslog no
Mode {mode}
Socket inet:{port}@127.0.0.1
AuthservID mail.peer.test
AlwaysAddARHeader yes
RequireSafeKeys no
Domain peer.test
Selector {selector}
KeyFile {folder}/key.pem
Canonicalization relaxed/simple
TestDNSData file:{folder}/dns
"""


def missing():
    return peers.missing() or ("" if ROOT.is_dir() else "script/peers was not run")


class OpenDkim:
    """A milter. `mode`: "s", it signs what peer.test sends; "v", it verifies what comes, with the keys of `records` {name: TXT} when it starts."""

    def __init__(self, mode):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-opendkim-"))
        self.port = peers.free_port()
        subprocess.run(["openssl", "genrsa", "-out", self.folder / "key.pem", "2048"], check=True, capture_output=True)
        (self.folder / "opendkim.conf").write_text(CONFIG.format(mode=mode, port=self.port, folder=self.folder, selector=SELECTOR))
        self.records = {}
        self.process = None

    def record(self):
        """{name: TXT} of its own key."""
        der = subprocess.run(["openssl", "rsa", "-in", self.folder / "key.pem", "-pubout"], check=True, capture_output=True, text=True).stdout
        return {f"{SELECTOR}._domainkey.peer.test": "v=DKIM1; k=rsa; p=" + "".join(der.splitlines()[1:-1])}

    def __enter__(self):
        (self.folder / "dns").write_text("".join(f"{name} {value}\n" for name, value in self.records.items()))
        libraries = ":".join(map(str, [ROOT / "usr/lib", *sorted((ROOT / "usr/lib").glob("*-linux-gnu"))]))
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen([ROOT / "usr/sbin/opendkim", "-f", "-x", self.folder / "opendkim.conf"], env={**os.environ, "LD_LIBRARY_PATH": libraries}, stdout=self.log, stderr=self.log)
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
                return self
            except OSError:
                time.sleep(0.05)
        text = (self.folder / "log").read_text()
        self.__exit__()
        raise AssertionError("opendkim does not answer: " + text)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()  # libmilter looks for a softer signal every five seconds
        self.process.wait(timeout=20)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def postfix_with(milter):
    return type("Postfix", (peers.Postfix,), {"milter": f"smtpd_milters = inet:127.0.0.1:{milter.port}\nmilter_default_action = tempfail"})


def results(octets):
    """The Authentication-Results fields, each on one line."""
    return [re.sub(r"\s+", " ", value) for value in messages.parse(octets).get_all("Authentication-Results") or []]


@unittest.skipIf(missing(), missing())
class OpenDkimBothWays(unittest.TestCase):
    def test_our_mx_verifies_what_it_signed(self):
        with contextlib.ExitStack() as stack:
            milter = stack.enter_context(OpenDkim("s"))
            dns = Dnsmasq(milter.record())
            stack.callback(dns.stop)
            paraph = stack.enter_context(Server(extra=f'[dns]\nservers = "127.0.0.1:{dns.port}"\n'))
            peer = stack.enter_context(postfix_with(milter)(paraph.ports["mx"]))
            octets = voice_message("signed", recordings().message("amr").read_bytes(), "bob@example.test").replace(b"alice@example.test", b"someone@peer.test")
            with smtplib.SMTP("127.0.0.1", peer.port, timeout=30) as smtp:
                smtp.sendmail("someone@peer.test", ["bob@example.test"], octets)
            came = wait_for(paraph, "bob", "signed")
            self.assertIn(f"dkim=pass header.d=peer.test header.s={SELECTOR}", results(came)[0])
            # The same again with a word changed on the way: the signature is broken, and that is told.
            changed = came[came.index(b"DKIM-Signature:"):].replace(b"Please listen", b"Please pay up")
            with smtplib.SMTP("127.0.0.1", paraph.ports["mx"], timeout=30) as smtp:
                smtp.sendmail("someone@peer.test", ["alice@example.test"], changed)
            self.assertIn("dkim=fail", results(wait_for(paraph, "alice", "signed"))[0])

    def test_it_verifies_what_we_signed_and_relayed(self):
        with contextlib.ExitStack() as stack:
            milter = OpenDkim("v")
            peer = postfix_with(milter)(0)
            paraph = stack.enter_context(Server(extra=ROUTE.format(port=peer.port)))
            paraph.set_signature(recordings())
            milter.records = txt_records(paraph.run("dkim", "create", "example.test").stdout)
            stack.enter_context(milter)
            stack.enter_context(peer)
            audio = recordings().message("amr").read_bytes()
            submit(paraph, voice_message("relayed", audio), ["bob@peer.test"])
            peer.wait_for("relayed")
            (octets,) = peer.octets("bob")
            messages.check_signed(self, octets, audio, recordings())
            told = " ".join(results(octets))
            self.assertEqual(told.count("dkim=pass"), 2, told)
            self.assertIn("header.d=example.test", told)
            changed = octets[octets.index(b"DKIM-Signature:"):].replace(b"Please listen", b"Please pay up")
            with smtplib.SMTP("127.0.0.1", peer.port, timeout=30) as smtp:
                smtp.sendmail("alice@example.test", ["carol@peer.test"], changed)
            peer.wait_for("relayed", "carol")
            told = " ".join(results(peer.octets("carol")[0]))
            self.assertNotIn("dkim=pass", told)
            self.assertIn("dkim=fail", told)


if __name__ == "__main__":
    unittest.main()
