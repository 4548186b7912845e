"""Postfix's smtp-source and swaks against `mx` and submission: every message arrives, once."""
import collections
import imaplib
import os
import re
import subprocess
import unittest

import peers
from nameserver import Dnsmasq
from server import PASSWORD, Server

SMTP_SOURCE = peers.PEERS / "postfix/usr/sbin/smtp-source"
ALICE, BOB = "alice@example.test", "bob@example.test"
MESSAGES, SESSIONS = 300, 20


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        dns = Dnsmasq({})  # nobody has records
        cls.addClassCleanup(dns.stop)
        cls.server = Server(tls=True, extra=f'[dns]\nservers = "127.0.0.1:{dns.port}"\n')
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)

    def headers(self, account):
        with imaplib.IMAP4("127.0.0.1", self.server.ports["imap"]) as imap:
            imap.login(account, PASSWORD)
            _, (count,) = imap.select("INBOX", readonly=True)
            if count == b"0":
                return []
            return [part[1].decode() for part in imap.fetch("1:*", "(BODY.PEEK[HEADER])")[1] if isinstance(part, tuple)]

    @unittest.skipUnless(SMTP_SOURCE.exists(), "script/peers was not run")
    def test_smtp_source_in_parallel(self):
        command = [SMTP_SOURCE, "-d", "-s", str(SESSIONS), "-m", str(MESSAGES), "-l", "8000", "-M", "source.test", "-f", "someone@source.test", "-t", BOB, f"127.0.0.1:{self.server.ports['mx']}"]
        done = subprocess.run(command, env={**os.environ, "LD_LIBRARY_PATH": str(peers.PEERS / "postfix/usr/lib/postfix")}, capture_output=True, text=True, timeout=120)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        came = collections.Counter(re.search(r"(?im)^Message-Id: *(\S+)", header)[1] for header in self.headers(BOB))
        self.assertEqual(set(came.values()), {1}, "each once")
        self.assertEqual(len(came), MESSAGES)

    def test_swaks_submits_and_comes_from_elsewhere(self):
        def swaks(listener, sender, subject, *more):
            done = subprocess.run(["swaks", "--server", "127.0.0.1", "--port", str(self.server.ports[listener]), "--tls", "--ehlo", "swaks.test", "--from", sender, "--to", ALICE,
                                   "--h-From", sender, "--h-Subject", subject, "--body", "Hello.", *more], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

        swaks("submission", BOB, "submitted", "--auth", "PLAIN", "--auth-user", BOB, "--auth-password", PASSWORD)
        swaks("mx", "someone@source.test", "from elsewhere")
        received = {re.search(r"(?m)^Subject: (.*?)\r?$", header)[1]: re.search(r"(?s)\bReceived: .*?\bwith (\w+)", header)[1] for header in self.headers(ALICE)}
        self.assertEqual(received, {"submitted": "ESMTPSA", "from elsewhere": "ESMTPS"})
        refused = subprocess.run(["swaks", "--server", "127.0.0.1", "--port", str(self.server.ports["mx"]), "--from", "someone@source.test", "--to", "carol@source.test"],
                                 capture_output=True, text=True, timeout=60)
        self.assertEqual(refused.returncode, 24, "no recipient was taken: " + refused.stdout)
        self.assertIn("550 5.7.1", refused.stdout, "it relays for nobody")


if __name__ == "__main__":
    unittest.main()
