"""Postfix, Exim and OpenSMTPD both ways, each side with a certificate that the other demands. With Postfix also what is in UTF-8, and reports (RFC 3461)."""
import contextlib
import email.policy
import shutil
import smtplib
import unittest

import messages
import peers
from nameserver import Dnsmasq
from recordings import recordings
from server import Server, until
from test_peers import inbox, submit, voice_message, wait_for

CONFIG = """
[dns]
servers = "127.0.0.1:{dns}"
[[route]]
domain = "peer.test"
host = "127.0.0.1"
port = {port}
tls = "required"
ca = "{ca}"
[queue]
retry_first = "1s"
"""
UNDER_TLS = r"(?i)\bwith (UTF8)?E?SMTPS\b"


@unittest.skipIf(peers.missing(), peers.missing())
class BothWays:
    """One server of `kind` and one Paraph, each of which is the other's next hop."""

    kind = None

    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        dns = Dnsmasq({"peer.test": "v=spf1 ip4:127.0.0.0/8 -all"})
        stack.callback(dns.stop)
        cls.peer = cls.kind(0)
        stack.callback(shutil.rmtree, cls.peer.folder, True)
        cls.peer.offer_tls()
        cls.paraph = stack.enter_context(Server(tls=True, extra=CONFIG.format(dns=dns.port, port=cls.peer.port, ca=cls.peer.certificate)))
        cls.paraph.set_signature(recordings())
        cls.peer.next_port = cls.paraph.ports["mx"]
        cls.peer.demand_tls(cls.paraph.certificate)
        stack.enter_context(cls.peer)
        cls.audio = recordings().message("amr").read_bytes()

    def send_from_peer(self, subject, to, **options):
        octets = voice_message(subject, self.audio, ", ".join(to)).replace(b"alice@example.test", b"bob@peer.test")
        with smtplib.SMTP("127.0.0.1", self.peer.port, timeout=30) as smtp:
            smtp.sendmail("bob@peer.test", to, octets, **options)

    def check_under_tls(self, message):
        self.assertRegex(message.get_all("Received")[0], UNDER_TLS)

    def wait(self, find, what, seconds=30):
        return until(find, lambda: f"{what}: " + "\n".join(self.paraph.log[-10:] + self.peer.log[-20:]), seconds)

    def test_it_takes_what_we_send(self):
        submit(self.paraph, voice_message("ours", self.audio), ["bob@peer.test"])
        message = self.peer.wait_for("ours")
        self.check_under_tls(message)
        messages.check_signed(self, message.as_bytes(), self.audio, recordings())

    def test_we_take_what_it_sends(self):
        self.send_from_peer("its", ["bob@example.test"])
        message = messages.parse(wait_for(self.paraph, "bob", "its"))
        self.check_under_tls(message)
        self.assertIn("mail.peer.test", message.get_all("Received")[0])
        self.assertEqual([part.get_payload(decode=True) for part in messages.leaves(message) if part.get_content_maintype() == "audio"], [self.audio])


class WithExim(BothWays, unittest.TestCase):
    kind = peers.Exim


class WithOpenSmtpd(BothWays, unittest.TestCase):
    """Debian's 6.8 was written for OpenSSL 1.1: with OpenSSL 3 it offers STARTTLS, and breaks each handshake, whoever begins it."""

    kind = peers.OpenSmtpd

    def test_it_takes_what_we_send(self):
        submit(self.paraph, voice_message("ours", self.audio), ["bob@peer.test"])
        self.wait(lambda: "4.7.5 the TLS handshake failed" in self.paraph.run("queue", "list", "peer.test").stdout, "it does not wait for TLS")
        self.assertEqual(self.peer.octets("bob"), [], "nothing goes in clear")
        self.assertTrue(any("SSL routines" in line for line in self.peer.log), self.peer.log)


class Postfix(peers.Postfix):
    """With a user whose name is not ASCII, and an address that it takes, and then finds to lead to nobody."""

    extra = (f"virtual_mailbox_maps = inline:{{ {{ bob@{peers.DOMAIN} = bob/ }}, {{ jörg@{peers.DOMAIN} = joerg/ }} }}\n"
             f"virtual_alias_maps = inline:{{ {{ moved@{peers.DOMAIN} = gone@{peers.DOMAIN} }} }}")


class WithPostfix(BothWays, unittest.TestCase):
    kind = Postfix

    def wait_for_report(self, find, original):
        """A report on one recipient, by whom the sender called it: (its fields, those of the recipient)."""
        def whole():
            for message in find():
                if message.get_content_type() == "multipart/report" and original in message.as_string():
                    return message
            return None
        report = self.wait(whole, f"no report on {original} comes")
        self.assertEqual(report.get_param("report-type"), "delivery-status")
        (status,) = [part for part in report.walk() if part.get_content_type() == "message/delivery-status"]
        return status.get_payload()

    def test_utf_8_in_addresses_and_header(self):
        octets = voice_message("SUBJECT", self.audio, "TO").replace(b"SUBJECT@", b"utf8@").replace(b"SUBJECT", "Grüße".encode()).replace(b"To: TO", "To: jörg@peer.test".encode())
        submit(self.paraph, octets, ["jörg@peer.test"], options=["SMTPUTF8", "BODY=8BITMIME"])
        (came,) = self.wait(lambda: self.peer.octets("joerg"), "it does not come")
        self.assertIn("\nSubject: Grüße\n".encode(), came)
        self.assertIn("\nTo: jörg@peer.test\n".encode(), came)
        self.assertRegex(messages.parse(came).get_all("Received")[0], r"with UTF8SMTPS\b")
        messages.check_signed(self, came, self.audio, recordings())

    def test_its_report_of_failure_comes_to_our_sender(self):
        submit(self.paraph, voice_message("moved", self.audio), ["moved@peer.test"], options=["ENVID=our+2Bmessage", "RET=HDRS"],
               rcpt_options=["NOTIFY=FAILURE", "ORCPT=rfc822;once+2Bmoved@peer.test"])
        message, recipient = self.wait_for_report(lambda: map(messages.parse, inbox(self.paraph, "alice")), "once+moved@peer.test")
        self.assertEqual(message["Reporting-MTA"], "dns; mail.peer.test")
        self.assertEqual(message["Original-Envelope-Id"], "our+message")
        self.assertEqual((recipient["Original-Recipient"], recipient["Final-Recipient"], recipient["Action"], recipient["Status"]),
                         ("rfc822;once+moved@peer.test", "rfc822; gone@peer.test", "failed", "5.1.1"))

    def test_its_sender_is_told_of_what_we_took_and_refused(self):
        """On mx Paraph refuses at once, so that it is Postfix that reports a failure; of what was delivered Paraph tells."""
        for name in ("alice", "nobody"):
            self.send_from_peer(f"told-{name}", [f"{name}@example.test"], mail_options=["ENVID=its+2Bmessage", "RET=HDRS"],
                                rcpt_options=["NOTIFY=SUCCESS,FAILURE", f"ORCPT=rfc822;once+2B{name}@example.test"])
        message, recipient = self.wait_for_report(self.peer.messages, "once+alice@example.test")
        self.assertEqual(message["Reporting-MTA"].replace(" ", ""), "dns;vm.example.test")
        self.assertEqual(message["Original-Envelope-Id"], "its+message")
        self.assertEqual([recipient[name].replace(" ", "") for name in ("Original-Recipient", "Final-Recipient", "Action")],
                         ["rfc822;once+alice@example.test", "rfc822;alice@example.test", "delivered"])
        message, recipient = self.wait_for_report(self.peer.messages, "once+nobody@example.test")
        self.assertEqual((message["Reporting-MTA"], message["Original-Envelope-Id"]), ("dns; mail.peer.test", "its+message"))
        self.assertEqual((recipient["Original-Recipient"], recipient["Action"]), ("rfc822;once+nobody@example.test", "failed"))
        self.assertRegex(recipient["Diagnostic-Code"], r"smtp; 550 5\.1\.1 ")


if __name__ == "__main__":
    unittest.main()
