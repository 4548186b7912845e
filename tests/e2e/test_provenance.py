"""A message that one server signed reaches another: DKIM by oracles, DNS by dnsmasq, and the verdict that the receiver's server tells."""
import imaplib
import json
import re
import smtplib
import subprocess
import unittest

from nameserver import Dnsmasq
from recordings import recordings
from server import PASSWORD, Server

ALICE, BOB = "alice@example.test", "bob@example.test"


def txt_records(zone_lines):
    """{name: value} of lines `NAME. IN TXT "..." "..."`."""
    records = {}
    for line in zone_lines.splitlines():
        if found := re.fullmatch(r'(\S+)\. IN TXT ((?:"[^"]*" ?)+)', line):
            records[found[1]] = "".join(re.findall(r'"([^"]*)"', found[2]))
    return records


class BetweenServers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sender = Server()
        cls.sender.__enter__()
        cls.addClassCleanup(cls.sender.__exit__)
        cls.sender.set_signature(recordings())
        cls.records = txt_records(cls.sender.run("dkim", "create", "example.test").stdout)
        cls.message = cls.send()
        cls.dns = Dnsmasq(cls.records)
        cls.addClassCleanup(cls.dns.stop)
        cls.receiver = Server(accounts=(), extra=f'[dns]\nservers = "127.0.0.1:{cls.dns.port}"\n')
        cls.receiver.__enter__()
        cls.addClassCleanup(cls.receiver.__exit__)
        cls.receiver.run("domain", "add", "other.test")
        cls.receiver.run("account", "add", "carol@other.test", "--password-stdin", stdin=PASSWORD)

    @classmethod
    def send(cls):
        """Alice's voice message as it leaves her server, without the field that final delivery puts on top."""
        cls.sender.run("send", "--server", f"127.0.0.1:{cls.sender.ports['submission']}", "--user", ALICE, "--password-stdin", "--to", BOB,
                       "--voice", recordings().message("amr"), "--text", "Listen, please.", "--subject", "voice", stdin=PASSWORD)
        with imaplib.IMAP4("127.0.0.1", cls.sender.ports["imap"]) as imap:
            imap.login(BOB, PASSWORD)
            imap.select("INBOX", readonly=True)
            octets = imap.fetch("1", "(BODY.PEEK[])")[1][0][1]
        assert octets.startswith(b"Return-Path:")
        return octets.split(b"\r\n", 1)[1]

    def deliver(self, octets, message_id):
        """Hands a message to the receiver's server; returns what its list, its trace and the message itself say."""
        with smtplib.SMTP("127.0.0.1", self.receiver.ports["mx"], timeout=20) as smtp:
            smtp.sendmail(ALICE, ["carol@other.test"], octets)
        with imaplib.IMAP4("127.0.0.1", self.receiver.ports["imap"]) as imap:
            imap.login("carol@other.test", PASSWORD)
            _, (count,) = imap.select("INBOX", readonly=True)
            kept = imap.fetch(count, "(BODY.PEEK[])")[1][0][1]
        listed = json.loads(self.receiver.run("inbox", "--server", f"127.0.0.1:{self.receiver.ports['imap']}", "--user", "carol@other.test",
                                              "--password-stdin", "--json", stdin=PASSWORD).stdout)
        trace = self.receiver.run("message", "trace", message_id).stdout
        return max(listed, key=lambda each: each["uid"])["signed"], trace, kept

    def message_id(self, octets):
        return re.search(rb"^Message-ID: (<[^>]+>)", octets, re.M | re.I)[1].decode()

    def test_dkimpy_verifies_both_signatures(self):
        self.assertEqual(len(self.records), 2, self.records)
        script = ("import dkim, json, sys\nrecords = json.loads(sys.argv[1])\nmessage = sys.stdin.buffer.read()\n"
                  "dns = lambda name, timeout=5: records.get(name.decode().rstrip('.'), '').encode() or None\n"
                  "d = dkim.DKIM(message)\nprint(d.verify(idx=0, dnsfunc=dns), d.verify(idx=1, dnsfunc=dns))\n")
        done = subprocess.run(["/usr/bin/python3", "-c", script, json.dumps(self.records)], input=self.message, capture_output=True, timeout=60)
        self.assertEqual(done.stdout.strip(), b"True True", done.stderr.decode())

    def test_the_receiver_knows_who_signed(self):
        signed, trace, kept = self.deliver(self.message, self.message_id(self.message))
        self.assertTrue(signed)
        self.assertIn("signature attached by example.test, verified", trace)
        results = kept.split(b"\r\nReceived:", 1)[0].decode()
        self.assertEqual(results.count("dkim=pass"), 2, results)
        self.assertIn("x-paraph=pass", results)

    def test_a_changed_message_is_not_signed(self):
        changed = self.message.replace(b"Listen, please.", b"Listen, Mallory.").replace(b"Message-ID: <", b"Message-ID: <x")
        signed, trace, kept = self.deliver(changed, self.message_id(changed))
        self.assertFalse(signed)
        self.assertIn("not verified", trace)
        self.assertIn(b"dkim=fail", kept)

    def test_the_trace_of_the_sender_tells_the_same(self):
        trace = self.sender.run("message", "trace", self.message_id(self.message)).stdout
        self.assertIn("signature attached by example.test, verified", trace)
        self.assertIn(BOB, trace)
        self.assertIn("(sent)", trace)


if __name__ == "__main__":
    unittest.main()
