"""Next hops that take less than others do: what they get instead is whole, and its DKIM signatures verify."""
import base64
import contextlib
import smtplib
import time
import unittest

import messages
import test_peers
from next_hop import NextHop
from recordings import recordings
from server import PASSWORD, Server
from test_peers import ROUTE, inbox, submit, verify_dkim, voice_message
from test_provenance import txt_records

EIGHT_BIT = ("From: Alice Example <alice@example.test>\r\nTo: bob@peer.test\r\nSubject: {subject}\r\nMessage-ID: <{subject}@client.example>\r\nMIME-Version: 1.0\r\n"
             "Content-Type: {type}; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße aus Köln.\r\n--x--\r\n")
# Forty thousand octets under a label that is not true.
MISLABELLED = ("From: Alice Example <alice@example.test>\r\nTo: bob@peer.test\r\nSubject: label\r\nMessage-ID: <label@client.example>\r\nMIME-Version: 1.0\r\n"
               "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nListed below.\r\n"
               "--x\r\nContent-Type: application/x-list\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" + "Grüße aus Köln.\r\n" * 2000 + "--x--\r\n").encode()


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
        submit(self.paraph, MISLABELLED, ["bob@peer.test"])
        octets = self.arrived("label")
        self.assertTrue(octets.isascii())
        (found,) = [part for part in messages.leaves(messages.parse(octets)) if part.get_content_type() == "application/x-list"]
        self.assertEqual(found.get_payload(decode=True).decode(), "\r\n".join(["Grüße aus Köln."] * 2000))
        self.send("seven")
        messages.check_signed(self, self.arrived("seven"), self.audio, recordings())
        submit(self.paraph, EIGHT_BIT.format(subject="sealed", type="multipart/signed").encode(), ["bob@peer.test"])
        (report,) = self.wait_for(self.reports)
        self.assertIn("Status: 5.6.3", report.as_string())
        self.assertNotIn("sealed", [messages.parse(octets)["Subject"] for octets, _ in self.hop.taken])
        self.check_nothing_is_left()

    def test_binary_audio_for_a_server_of_seven_bits(self):
        """Checklist 29: what came by BDAT as BINARYMIME leaves as base64, octet for octet."""
        self.start(extensions=("PIPELINING",))
        head = (f"From: alice@example.test\r\nTo: bob@peer.test\r\nSubject: binary\r\nMessage-ID: <binary@client.example>\r\nMIME-Version: 1.0\r\n"
                f"Content-Type: multipart/mixed; boundary=x\r\nContent-Transfer-Encoding: binary\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nListen.\r\n"
                f"--x\r\nContent-Type: audio/AMR\r\nContent-Transfer-Encoding: binary\r\n\r\n").encode()
        octets = head + self.audio + b"\r\n--x--\r\n"
        with smtplib.SMTP("127.0.0.1", self.paraph.ports["submission"], timeout=30) as smtp:
            smtp.login("alice@example.test", PASSWORD)
            self.assertEqual(smtp.docmd("MAIL FROM:<alice@example.test> BODY=BINARYMIME")[0], 250)
            self.assertEqual(smtp.docmd("RCPT TO:<bob@peer.test>")[0], 250)
            for piece, last in ((octets[:1000], ""), (octets[1000:], " LAST")):
                smtp.send(f"BDAT {len(piece)}{last}\r\n".encode() + piece)
                self.assertEqual(smtp.getreply()[0], 250)
        arrived = self.arrived("binary")
        self.assertTrue(arrived.isascii())
        messages.check_signed(self, arrived, self.audio, recordings())
        self.check_nothing_is_left()

    def test_a_voice_network_gets_its_form(self):
        """Checklist 65: recipients of two classes, on the same server even, get a form each, and none tells of the other."""
        self.start()
        self.paraph.run("policy", "set", "carol@peer.test", "class=vpim")
        (who,) = [octets for name, octets in recordings().voice_variants.items() if name.lower().startswith("audio/32kadpcm")]
        adpcm = who[::-1]  # as good as any recording, but not the signature's
        octets = (b"From: alice@example.test\r\nTo: bob@peer.test\r\nBcc: carol@peer.test\r\nSubject: both\r\nMessage-ID: <both@client.example>\r\nMIME-Version: 1.0\r\n"
                  b"Content-Type: audio/32KADPCM\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(adpcm).replace(b"\n", b"\r\n"))
        submit(self.paraph, octets, ["bob@peer.test", "carol@peer.test"])
        internet, vpim = self.arrived("both", "bob@peer.test"), self.arrived("both", "carol@peer.test")
        self.assertEqual(messages.parse(vpim).get_content_type(), "multipart/voice-message", vpim[:3000])
        self.assertEqual([part.get_content_type() for part in messages.leaves(messages.parse(vpim))], ["audio/32kadpcm"] * 2)
        messages.check_signed(self, internet, adpcm, recordings())
        for octets in (internet, vpim):
            self.assertEqual(messages.parse(octets)["Message-ID"], "<both@client.example>")
            self.assertNotIn(b"carol", octets)
        self.assertEqual([rcpt for _, rcpt in self.hop.taken if len(rcpt) != 1], [], "they share no transaction")
        self.check_nothing_is_left()

    def test_a_server_that_refuses_media(self):
        self.start(refuses=lambda octets, to: "554 5.6.1 no such media here" if b"originator-spoken-name" in octets.lower() else "")
        self.send("first")
        octets = self.arrived("first")
        self.check_without_voice(octets)
        self.assertEqual(len(self.hop.refused), 1)
        self.assertIn("peer.test", self.wait_for(lambda: self.paraph.run("queue", "refusals").stdout))
        self.send("second")
        self.check_without_voice(self.arrived("second"))
        self.assertEqual(len(self.hop.refused), 1, "it was remembered")
        self.paraph.stop()
        self.paraph.start()
        self.send("third")
        self.check_without_voice(self.arrived("third"))
        self.assertEqual(len(self.hop.refused), 1, "over a restart too")
        self.paraph.run("queue", "forget", "peer.test")
        self.send("fourth")
        self.arrived("fourth")
        self.assertEqual(len(self.hop.refused), 2)
        self.assertEqual(self.reports(), [])
        self.assertEqual(len({messages.parse(octets)["Message-ID"] for octets, _ in self.hop.taken}), len(self.hop.taken), "each came once")
        self.check_nothing_is_left()

    def check_without_voice(self, octets):
        parts = messages.leaves(messages.parse(octets))
        self.assertEqual([part.get_payload(decode=True) for part in parts if part.get_content_maintype() == "audio"], [self.audio])
        self.assertEqual([part.get_payload(decode=True) for part in parts if part.get_content_maintype() == "image"], [recordings().image_kept])
        self.assertIn("Alice Example", parts[0].get_content())
        self.assertIn(b"x=codec", octets)

    def test_media_refused_without_a_signature_too(self):
        self.start(refuses=lambda octets, to: "554 5.6.1 no audio here" if b"audio/" in octets.lower() else "")
        self.send("audio")
        (report,) = self.wait_for(self.reports)
        self.assertIn("Status: 5.6.1", report.as_string())
        self.assertEqual(self.hop.taken, [])
        self.assertEqual(self.paraph.run("queue", "refusals").stdout, "", "it was not the signature")
        self.check_nothing_is_left()


if __name__ == "__main__":
    unittest.main()
