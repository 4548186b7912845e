"""Mail from elsewhere is held against SPF and DMARC; the records come from dnsmasq."""
import imaplib
import smtplib
import time
import unittest

from nameserver import Dnsmasq, Silence
from server import PASSWORD, Server

RECORDS = {
    "reject.test": "v=spf1 ip4:127.0.0.1 -all exp=why.test",
    "_dmarc.reject.test": "v=DMARC1; p=reject",
    "alone.test": "v=spf1 ip4:127.0.0.1 -all exp=why.test",
    "why.test": "%{i} is none of ours",
    "bank.test": "v=spf1 ip4:127.0.0.9 -all",
    "_dmarc.bank.test": "v=DMARC1; p=quarantine",
}
OURS, STRANGER = "127.0.0.1", "127.0.0.2"


def send(server, sender, client, author=None, to=("alice@example.test",)):
    """Hands a message over from `client`; raises smtplib's error when it is refused."""
    octets = f"From: {author or sender}\r\nTo: {to[0]}\r\nSubject: hello\r\n\r\nhello\r\n".encode()
    with smtplib.SMTP("127.0.0.1", server.ports["mx"], local_hostname="client.test", timeout=30, source_address=(client, 0)) as smtp:
        smtp.sendmail(sender, list(to), octets)


def messages(server, account, mailbox):
    """[(flags, octets)] in order."""
    with imaplib.IMAP4("127.0.0.1", server.ports["imap"]) as imap:
        imap.login(account, PASSWORD)
        _, (count,) = imap.select(mailbox, readonly=True)
        if count == b"0":
            return []
        _, answer = imap.fetch("1:*", "(FLAGS BODY.PEEK[])")
        return [(each[0].decode(), each[1].decode()) for each in answer if isinstance(each, tuple)]


class Checked(unittest.TestCase):
    def setUp(self):
        dns = Dnsmasq(RECORDS)
        self.addCleanup(dns.stop)
        self.server = Server(extra=f'[dns]\nservers = "127.0.0.1:{dns.port}"\n')
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)

    def refusal(self, *arguments, **named):
        with self.assertRaises(smtplib.SMTPDataError) as refused:
            send(self.server, *arguments, **named)
        return refused.exception.smtp_code, refused.exception.smtp_error.decode()

    def test_what_passes_arrives(self):
        send(self.server, "boss@reject.test", OURS)
        (flags, octets), = messages(self.server, "alice@example.test", "INBOX")
        self.assertIn("\r\n\tspf=pass smtp.mailfrom=boss@reject.test;\r\n\tdmarc=pass header.from=reject.test\r\n", octets)
        self.assertNotIn("$Junk", flags)

    def test_what_its_domain_disowns_is_junk(self):
        send(self.server, "boss@reject.test", STRANGER)
        # Its own SPF passes, and is not the author's.
        send(self.server, "mallory@alone.test", OURS, author="boss@bank.test")
        junk = messages(self.server, "alice@example.test", "Junk")
        self.assertEqual(len(junk), 2)
        self.assertTrue(all("$Junk" in flags for flags, _ in junk), junk)
        self.assertIn("dmarc=fail policy.dmarc=reject header.from=reject.test", junk[0][1])
        self.assertIn("dmarc=fail policy.dmarc=quarantine header.from=bank.test", junk[1][1])
        self.assertEqual(messages(self.server, "alice@example.test", "INBOX"), [])

    def test_a_policy_refuses(self):
        self.server.run("policy", "set", "example.test", "dmarc=reject", "spf=reject")
        code, text = self.refusal("boss@reject.test", STRANGER)
        self.assertEqual((code, text[:6]), (550, "5.7.26"), text)
        code, text = self.refusal("boss@alone.test", STRANGER)
        self.assertEqual((code, text[:6]), (550, "5.7.23"), text)
        self.assertIn("127.0.0.2 is none of ours", text)
        self.assertEqual(messages(self.server, "alice@example.test", "Junk"), [])
        # Bob would have it: so it is taken, and junk to Alice.
        self.server.run("policy", "set", "bob@example.test", "dmarc=tag", "spf=tag")
        send(self.server, "boss@reject.test", STRANGER, to=("alice@example.test", "bob@example.test"))
        self.assertEqual(len(messages(self.server, "alice@example.test", "Junk")), 1)
        self.assertEqual(len(messages(self.server, "bob@example.test", "INBOX")), 1)


class Silent(unittest.TestCase):
    def test_dns_that_does_not_answer_costs_five_seconds_and_no_mail(self):
        dns = Silence()
        self.addCleanup(dns.stop)
        with Server(extra=f'[dns]\nservers = "127.0.0.1:{dns.port}"\n') as server:
            server.run("policy", "set", "example.test", "dmarc=reject", "spf=reject")
            began = time.monotonic()
            send(server, "boss@reject.test", STRANGER)
            self.assertLess(time.monotonic() - began, 9)  # five for DNS, the rest for a busy machine
            (_, octets), = messages(server, "alice@example.test", "INBOX")
            self.assertIn("spf=temperror", octets)
            self.assertIn("dmarc=temperror", octets)


if __name__ == "__main__":
    unittest.main()
