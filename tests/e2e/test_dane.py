"""DANE between servers on hosts of their own (RFC 7672), with a signed zone and a resolver that validates. Needs root."""
import contextlib
import re
import unittest

import messages
import network
import signed_zone
from faults import FaultRelay
from network import Network
from recordings import recordings
from server import PASSWORD, Server, until
from signed_zone import SignedZone, tlsa, wrong
from test_peers import inbox, submit, voice_message

CONFIG = """
[dns]
servers = "127.0.0.1:53"
trust_ad = true
[queue]
retry_first = "1s"
retry_max = "1s"
"""
DIRECT, STRIPS, NOBODY = "10.77.2.2", "10.77.1.1", "10.77.2.1"  # the receiver; relays to it: one hides STARTTLS, one is never to be called
PROTECTED = {"good": DIRECT, "other": DIRECT, "bogus": NOBODY, "stripped": STRIPS}
OPEN = {"open": DIRECT, "open-stripped": STRIPS}


def mail_domain(name, zone, address):
    domain = f"{name}.{zone}"
    return f"{domain}. IN MX 10 mx.{domain}.\nmx.{domain}. IN A {address}\n"


@unittest.skipIf(network.missing() or signed_zone.missing(), network.missing() or signed_zone.missing())
class Dane(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        try:
            cls.start(cls.stack)
        except BaseException:
            cls.stack.close()
            raise

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    @classmethod
    def start(cls, stack):
        cls.network = stack.enter_context(Network())
        cls.receiver = stack.enter_context(Server(accounts=("bob",), domain="receiver.test", name="mx.receiver.test", host=cls.network.receiver, address=DIRECT, ports={"mx": 25}, tls=True,
                                                  listen=("mx", "imap"), extra='[dns]\nservers = "10.77.1.2:53"\n'))
        for name in PROTECTED:
            cls.add_user(f"{name}.secure.test")
        for name in OPEN:
            cls.add_user(f"{name}.plain.test")
        cls.zone = stack.enter_context(SignedZone(cls.network.sender, "10.77.1.2", "", "".join(mail_domain(name, "plain.test", address) + wrong(tlsa(f"mx.{name}.plain.test", cls.receiver.certificate))
                                                                                 for name, address in OPEN.items())))
        cls.zone.write(cls.records(), cls.spoil)
        cls.zone.reload()
        cls.relay, cls.nobody = (stack.enter_context(FaultRelay((DIRECT, 25), (address, 25), cls.network.middle.inside)) for address in (STRIPS, NOBODY))
        cls.sender = stack.enter_context(Server(accounts=("alice",), domain="sender.test", name="vm.sender.test", host=cls.network.sender, address="10.77.1.2", ports={"mx": 25}, tls=True,
                                                listen=("mx", "imap"), extra=CONFIG))
        cls.audio = recordings().message("amr").read_bytes()

    @classmethod
    def add_user(cls, domain):
        cls.receiver.run("domain", "add", domain)
        cls.receiver.run("account", "add", f"bob@{domain}", "--password-stdin", stdin=PASSWORD)

    @classmethod
    def records(cls, mended=False):
        text = ""
        for name, address in PROTECTED.items():
            record = tlsa(f"mx.{name}.secure.test", cls.receiver.certificate)
            text += mail_domain(name, "secure.test", address) + (wrong(record) if name == "other" and not mended else record)
        return text

    @staticmethod
    def spoil(signed):
        """Other octets under the signature of the record that was there."""
        spoiled, count = re.subn(r"(?m)^(_25\._tcp\.mx\.bogus\S*\s.*\sTLSA\s+3 1 1 )[0-9a-fA-F ]+$", lambda found: found[1] + "00" * 32, signed)
        assert count == 1, signed
        return spoiled

    def send(self, domain):
        subject = f"to-{domain}"
        octets = voice_message(subject, self.audio, f"bob@{domain}").replace(b"example.test", b"sender.test")
        submit(self.sender, octets, [f"bob@{domain}"])
        return subject

    def inbox(self, domain):
        """What came for bob there."""
        account = type("Account", (), {"host": self.receiver.host, "ports": self.receiver.ports, "address": self.receiver.address, "domain": domain})
        return [messages.parse(octets) for octets in inbox(account, "bob")]

    def wait_until_there(self, domain, subject):
        return self.wait(lambda: next((message for message in self.inbox(domain) if message["Subject"] == subject), None), f"{subject} does not come")

    def waits_because(self, domain, reason):
        """What `paraph queue show` says, when that is the reason."""
        shown = self.wait(lambda: next((text for text in self.items(domain) if reason in text), None), f"{domain} does not wait because {reason}")
        self.assertEqual(self.inbox(domain), [], "nothing went")
        return shown

    def items(self, domain):
        listed = self.sender.run("queue", "list", domain).stdout
        return [self.sender.run("queue", "show", number).stdout for number in re.findall(r"(?m)^\s*(\d+)\s", listed)]

    def wait(self, true, what, seconds=30):
        return until(true, lambda: f"{what}: {self.sender.run('queue', 'list').stdout}" + "\n".join(self.sender.log[-10:]) + self.zone.logs()[-2000:], seconds)

    def test_the_right_key_gets_the_message(self):
        message = self.wait_until_there("good.secure.test", self.send("good.secure.test"))
        self.assertRegex(message.get_all("Received")[0], r"with (UTF8)?E?SMTPS", "under TLS")

    def test_another_key_waits_until_the_zone_names_it(self):
        subject = self.send("other.secure.test")
        self.waits_because("other.secure.test", "4.7.5 the TLS handshake failed")
        self.zone.write(self.records(mended=True), self.spoil)
        self.zone.reload()
        message = self.wait_until_there("other.secure.test", subject)
        self.assertRegex(message.get_all("Received")[0], r"with (UTF8)?E?SMTPS", "under TLS")

    def test_a_host_with_bogus_records_is_not_spoken_to(self):
        self.send("bogus.secure.test")
        self.waits_because("bogus.secure.test", "4.7.5 the TLSA records of mx.bogus.secure.test cannot be had")
        self.assertEqual(self.nobody.connections, 0)

    def test_a_relay_that_strips_starttls_gets_nothing(self):
        self.relay.plan()
        self.send("stripped.secure.test")
        self.waits_because("stripped.secure.test", "4.7.4 the server offers no STARTTLS")
        said = list(self.relay.seen)
        self.assertIn("EHLO VM.SENDER.TEST", said)
        self.assertFalse([line for line in said if line.startswith(("MAIL", "RCPT", "DATA"))], said)

    def test_an_unsigned_zone_protects_nothing(self):
        """Its TLSA records name other keys, and nobody vouches for them."""
        message = self.wait_until_there("open.plain.test", self.send("open.plain.test"))
        self.assertRegex(message.get_all("Received")[0], r"with (UTF8)?E?SMTPS", "under TLS")
        message = self.wait_until_there("open-stripped.plain.test", self.send("open-stripped.plain.test"))
        self.assertRegex(message.get_all("Received")[0], r"with (UTF8)?E?SMTP ", "in clear")


if __name__ == "__main__":
    unittest.main()
