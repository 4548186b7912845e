"""Strangers who would have a server relay for them, and servers that answer with more than a reply."""
import contextlib
import email
import imaplib
import smtplib
import socket
import threading
import time
import unittest

from server import PASSWORD, Server

ALICE = "alice@example.test"
ROUTE = """
[[route]]
domain = "evil.test"
host = "127.0.0.1"
port = {port}
tls = "none"
"""
# Each would be relayed by some server that was too kind.
FOREIGN = ("<user@evil.test>", "<@example.test:user@evil.test>", "<user%evil.test@example.test>", '<"user@evil.test"@example.test>',
           "<evil.test!user@example.test>", "<user@[127.0.0.1]>", "<alice@[127.0.0.1]>", "<user@vm.example.test>",
           "<user%evil.test@vm.example.test>", '<"alice@example.test"@evil.test>')


class EvilServer:
    """A next hop: `answer(line)` is what it says to a command, None what good servers say; "hang" is a silence."""

    def __init__(self, answer):
        self.answer = answer
        self.messages = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.ended = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.socket.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError), client, client.makefile("rwb", 0) as lines:
            lines.write(b"220 evil.test ESMTP\r\n")
            for line in lines:
                said = self.answer(line)
                if said == "hang":
                    self.ended.wait(60)
                    return
                good = b"354 go on\r\n" if line.upper().startswith(b"DATA") else b"250 ok\r\n"
                lines.write(said or good)
                if line.upper().startswith(b"DATA") and not said:
                    message = b""
                    while not message.endswith(b"\r\n.\r\n"):
                        message += lines.readline()
                    self.messages.append(message)
                    lines.write(b"250 taken\r\n")


def submit(server, to, text="hello"):
    with smtplib.SMTP("127.0.0.1", server.ports["submission"], timeout=20) as smtp:
        smtp.login(ALICE, PASSWORD)
        smtp.sendmail(ALICE, to, f"From: {ALICE}\r\nSubject: {text}\r\n\r\n{text}\r\n")


def wait_for(what, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come")


class Strangers(unittest.TestCase):
    def test_nobody_relays_through_us(self):
        with Server() as server:
            for listener, hello in (("mx", "EHLO"), ("lmtp", "LHLO")):
                with smtplib.SMTP("127.0.0.1", server.ports[listener], timeout=20) as smtp:
                    smtp.docmd(hello, "stranger")
                    smtp.docmd("MAIL", "FROM:<>")
                    for path in FOREIGN:
                        with self.subTest(path, listener=listener):
                            self.assertEqual(smtp.docmd("RCPT", f"TO:{path}")[0], 550)
                    self.assertEqual(smtp.docmd("DATA")[0], 554)
            with smtplib.SMTP("127.0.0.1", server.ports["submission"], timeout=20) as smtp:
                smtp.ehlo()
                self.assertEqual(smtp.docmd("MAIL", f"FROM:<{ALICE}>")[0], 530)


class EvilServers(unittest.TestCase):
    def reports(self, server):
        with imaplib.IMAP4("127.0.0.1", server.ports["imap"]) as imap:
            imap.login(ALICE, PASSWORD)
            count = int(imap.select()[1][0])
            return [email.message_from_bytes(imap.fetch(str(n), "(BODY[])")[1][0][1]) for n in range(1, count + 1)]

    def test_a_reply_is_no_field_of_a_report(self):
        reply = (b"550-5.1.1 no\r\r\x0b\x0cBcc: victim@example.test\r\n550-5.1.1 --=_\x00\xff\xfe" + b"y" * 400
                 + b"\r\n550-5.1.1 \r\n550 5.1.1 Final-Recipient: rfc822; victim@example.test%s%n\r\n")
        with EvilServer(lambda line: reply if line.startswith(b"RCPT") else None) as evil:
            with Server(extra=ROUTE.format(port=evil.port)) as server:
                submit(server, "user@evil.test")
                report = wait_for(lambda: self.reports(server))[0]
                self.assertEqual(report.get_content_type(), "multipart/report")
                self.assertEqual(len(report.get_payload()), 3)
                self.assertNotIn("Bcc", report)
                recipients = report.get_payload(1).get_payload()[1:]
                self.assertEqual([one["Final-Recipient"] for one in recipients], ["rfc822; user@evil.test"])
                self.assertEqual(recipients[0]["Status"], "5.1.1")
                self.assertEqual(len(self.reports(server)), 1)
                self.assertEqual(evil.messages, [])

    def test_one_that_hangs_keeps_no_other_message_waiting(self):
        with EvilServer(lambda line: "hang" if b"first@" in line else None) as evil:
            with Server(extra=ROUTE.format(port=evil.port)) as server:
                submit(server, "first@evil.test")
                time.sleep(1.5)  # its lane waits for a reply
                submit(server, "second@evil.test", "second")
                wait_for(lambda: any(b"Subject: second" in message for message in evil.messages))


if __name__ == "__main__":
    unittest.main()
