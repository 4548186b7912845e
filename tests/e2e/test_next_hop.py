"""Next hops that take less than others do: what they get instead is whole, and its DKIM signatures verify."""
import contextlib
import time
import unittest

import messages
import test_peers
from next_hop import NextHop
from recordings import recordings
from server import Server
from test_peers import ROUTE, inbox, submit, verify_dkim, voice_message
from test_provenance import txt_records

EIGHT_BIT = ("From: Alice Example <alice@example.test>\r\nTo: bob@peer.test\r\nSubject: {subject}\r\nMessage-ID: <{subject}@client.example>\r\nMIME-Version: 1.0\r\n"
             "Content-Type: {type}; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße aus Köln.\r\n--x--\r\n")


class NextHops(unittest.TestCase):
    def start(self, **hop):
        """A server with a signature and keys, and where its mail for peer.test goes."""
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.hop = stack.enter_context(NextHop(**hop))
        self.paraph = stack.enter_context(Server(extra=ROUTE.format(port=self.hop.port)))
        self.paraph.set_signature(recordings())
        self.records = txt_records(self.paraph.run("dkim", "create", "example.test").stdout)
        self.audio = recordings().message("amr").read_bytes()

    def send(self, subject, to=("bob@peer.test",)):
        submit(self.paraph, voice_message(subject, self.audio, ", ".join(to)), list(to))

    def wait_for(self, what, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := what():
                return found
            time.sleep(0.05)
        raise AssertionError("it did not come about: " + "\n".join(self.paraph.log[-15:]))

    def arrived(self, subject, to="bob@peer.test"):
        """The message as the next hop took it; its signatures are good."""
        def find():
            return [octets for octets, rcpt in self.hop.taken if to in rcpt and messages.parse(octets)["Subject"] == subject]
        octets = self.wait_for(find)[0]
        self.assertEqual(verify_dkim(octets, self.records), ["True", "True"])
        self.assertEqual(octets.lower().count(b"\nparaph-signature:"), 1)
        self.assertEqual(octets.lower().count(b"dkim-signature:"), 2, "those of the first form are gone")
        return octets

    def reports(self):
        return [message for message in map(messages.parse, inbox(self.paraph, "alice")) if message.get_content_type() == "multipart/report"]

    def check_nothing_is_left(self):
        self.assertEqual(test_peers.Peers.queue_when_empty(self.paraph), "")
        self.paraph.stop()
        self.paraph.run("check")

    def test_a_server_of_seven_bits(self):
        self.start(extensions=("PIPELINING", "SIZE 10000000"))
        submit(self.paraph, EIGHT_BIT.format(subject="eight", type="multipart/mixed").encode(), ["bob@peer.test"])
        octets = self.arrived("eight")
        self.assertTrue(octets.isascii())
        plain = messages.leaves(messages.parse(octets))[0]
        self.assertEqual(plain.get_content().replace("\r\n", "\n").split("-- \n")[0].strip(), "Grüße aus Köln.")
        self.assertIn("Alice Example", plain.get_content())
        self.send("seven")
        messages.check_signed(self, self.arrived("seven"), self.audio, recordings())
        submit(self.paraph, EIGHT_BIT.format(subject="sealed", type="multipart/signed").encode(), ["bob@peer.test"])
        (report,) = self.wait_for(self.reports)
        self.assertIn("Status: 5.6.3", report.as_string())
        self.assertNotIn("sealed", [messages.parse(octets)["Subject"] for octets, _ in self.hop.taken])
        self.check_nothing_is_left()


if __name__ == "__main__":
    unittest.main()
