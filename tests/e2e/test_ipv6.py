"""A mail server with addresses of both kinds is called over IPv6, and over IPv4 where that refuses or is silent. Needs root."""
import contextlib
import unittest

import messages
import network
from faults import FaultRelay
from recordings import recordings
from server import PASSWORD, Server
from test_between import QUEUE, Dns
from test_peers import inbox, submit, voice_message, wait_for

# The receiver's IPv4 address is a relay's, so it is seen who comes there.
V4, V6 = "10.77.2.2", "fd77:2::2"
REFUSES, SILENT = "fd77:1::1", "fd77:9::1"  # in the middle, where nobody listens; and where nothing comes back from


@unittest.skipIf(network.missing_ipv6(), network.missing_ipv6())
class BothFamilies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.network = stack.enter_context(network.Network())
        dns = Dns(cls.network, *cls.records("refuses.test", REFUSES), *cls.records("silent.test", SILENT), exchange=f"{V4},{V6}")
        stack.callback(dns.stop)
        cls.receiver = stack.enter_context(Server(accounts=("bob",), domain="receiver.test", name="mx.receiver.test", host=cls.network.receiver, address=V4, addresses={"mx": f"[{V6}]"},
                                                  ports={"mx": 25}, listen=("mx", "imap"), tls=True, extra=QUEUE.format(number=2, more="")))
        cls.relay = stack.enter_context(FaultRelay((V6, 25), (V4, 25), cls.network.receiver.inside))
        cls.sender = stack.enter_context(Server(accounts=("alice",), domain="sender.test", name="vm.sender.test", host=cls.network.sender, address="10.77.1.2",
                                                listen=("mx", "imap"), tls=True, extra=QUEUE.format(number=1, more="").replace("1s", "1h").replace("2s", "1h")))
        cls.audio = recordings().message("amr").read_bytes()

    @staticmethod
    def records(domain, address):
        return f"--mx-host={domain},mx.{domain},10", f"--host-record=mx.{domain},{V4},{address}"

    def send(self, domain):
        """The message as bob there has it, after one try of its sender: the next would be an hour later."""
        octets = voice_message(domain, self.audio, f"bob@{domain}").replace(b"example.test", b"sender.test")
        self.connections = self.relay.connections
        submit(self.sender, octets, [f"bob@{domain}"])
        account = type("Account", (), {"host": self.receiver.host, "ports": self.receiver.ports, "address": V4, "domain": domain, "log": self.sender.log})
        message = messages.parse(wait_for(account, "bob", domain))
        self.assertEqual(len(inbox(account, "bob")), 1)
        self.assertEqual([part.get_payload(decode=True) for part in messages.leaves(message) if part.get_content_maintype() == "audio"], [self.audio])
        return message

    def add_user(self, domain):
        self.receiver.run("domain", "add", domain)
        self.receiver.run("account", "add", f"bob@{domain}", "--password-stdin", stdin=PASSWORD)

    def check_goes_over_ipv4(self, domain):
        self.add_user(domain)
        self.send(domain)
        self.assertEqual(self.relay.connections, self.connections + 1)

    def test_ipv6_is_first(self):
        message = self.send("receiver.test")
        self.assertIn("([IPv6:fd77:1::2])", message.get_all("Received")[0])
        self.assertEqual(self.relay.connections, self.connections, "nobody asks for IPv4")

    def test_an_address_that_refuses(self):
        self.check_goes_over_ipv4("refuses.test")

    def test_an_address_that_is_silent(self):
        self.network.sender.set("net.ipv4.tcp_syn_retries", 1)  # the kernel gives up after three seconds, Paraph after thirty; it is for IPv6 too
        self.check_goes_over_ipv4("silent.test")


if __name__ == "__main__":
    unittest.main()
