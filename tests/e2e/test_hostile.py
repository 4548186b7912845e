"""Peers that say nothing, never stop, or stop in the middle. The server answers in its protocol or closes, and stays up."""
import imaplib
import socket
import smtplib
import time
import unittest

from server import PASSWORD, Server

ALICE, BOB = "alice@example.test", "bob@example.test"
SHORT = """[limits]
greeting_timeout = "2s"
command_timeout = "2s"
data_timeout = "2s"
login_timeout = "2s"
write_timeout = "2s"
message_bytes_max = 3000000
"""


def memory_kb(server):
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def until_closed(sock, seconds):
    """All that the peer says until it closes; fails when it does not within `seconds`."""
    sock.settimeout(seconds)
    said = b""
    try:
        while piece := sock.recv(65536):
            said += piece
    except ConnectionResetError:
        pass
    return said


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(extra=SHORT)
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)

    def tearDown(self):
        self.assertIsNone(self.server.process.poll(), "the server is up: " + "\n".join(self.server.log[-5:]))
        with smtplib.SMTP("127.0.0.1", self.server.ports["mx"], timeout=10) as smtp:
            self.assertEqual(smtp.noop()[0], 250)

    def test_a_thousand_connections_that_say_nothing(self):
        before = memory_kb(self.server)
        silent = [self.server.connect(("mx", "imap")[i % 2]) for i in range(1000)]
        time.sleep(0.5)
        self.assertLess(memory_kb(self.server) - before, 40_000, "40 KB for each at most")
        for sock in silent:
            until_closed(sock, 15)
            sock.close()

    def test_endless_lines(self):
        for listener in ("mx", "submission", "imap"):
            with self.subTest(listener):
                before = memory_kb(self.server)
                sock = self.server.connect(listener)
                try:
                    for _ in range(200):
                        sock.sendall(b"A" * 65536)
                except OSError:
                    pass
                self.assertLess(memory_kb(self.server) - before, 30_000)
                sock.close()

    def test_an_endless_header_and_ten_thousand_parts(self):
        parts = b"".join(b"--b\r\n\r\nx\r\n" for _ in range(10_000))
        deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(10_000))
        for name, text in (("header", b"X: " + b"y" * 1_000_000 + b"\r\n\r\nz"), ("fields", b"X: y\r\n" * 100_000 + b"\r\nz"),
                           ("parts", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts), ("deep", deep)):
            with self.subTest(name), smtplib.SMTP("127.0.0.1", self.server.ports["mx"], timeout=20) as smtp:
                smtp.ehlo()
                smtp.mail(ALICE)
                smtp.rcpt(BOB)
                code, said = smtp.data(text)
                self.assertIn(code, (250, 554), said)

    def test_too_large_is_refused_before_and_after(self):
        with smtplib.SMTP("127.0.0.1", self.server.ports["mx"], timeout=20) as smtp:
            smtp.ehlo()
            self.assertEqual(smtp.docmd("MAIL", f"FROM:<{ALICE}> SIZE=9000000")[0], 552)
            smtp.mail(ALICE)
            smtp.rcpt(BOB)
            self.assertEqual(smtp.data(b"x" * 70 + b"\r\n" + b"y" * 70 + b"\r\n" * 3_000_000)[0], 552)

    def test_half_a_literal(self):
        sock = self.server.connect("imap")
        sock.sendall(f'a LOGIN {BOB} "{PASSWORD}"\r\nb APPEND INBOX {{1000+}}\r\nSubject: half'.encode())
        time.sleep(0.3)
        sock.close()
        with imaplib.IMAP4("127.0.0.1", self.server.ports["imap"]) as imap:
            imap.login(BOB, PASSWORD)
            imap.select("INBOX", readonly=True)
            self.assertEqual(imap.search(None, "SUBJECT", "half")[1], [b""])

    def test_one_octet_a_second_meets_a_deadline(self):
        sock = self.server.connect("mx")
        begun = time.monotonic()
        sock.settimeout(1)
        closed = False
        while time.monotonic() - begun < 30 and not closed:
            try:
                sock.sendall(b"E")
                closed = sock.recv(4096) == b"" or closed
            except socket.timeout:
                continue
            except OSError:
                closed = True
        self.assertTrue(closed, "a client that sends one octet a second is closed")

    def test_a_peer_that_does_not_read(self):
        with imaplib.IMAP4("127.0.0.1", self.server.ports["imap"]) as imap:
            imap.login(BOB, PASSWORD)
            imap.append("Drafts", None, None, b"Subject: big\r\n\r\n" + b"x" * 70 + b"\r\n" + b"y" * 2_000_000)
        before = memory_kb(self.server)
        deaf = []
        for _ in range(20):
            sock = self.server.connect("imap")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.sendall(f'a LOGIN {BOB} "{PASSWORD}"\r\nb SELECT Drafts\r\n'.encode() + b"c FETCH 1 BODY.PEEK[]\r\n" * 50)
            deaf.append(sock)
        time.sleep(1)
        self.assertLess(memory_kb(self.server) - before, 60_000)
        time.sleep(3)
        for sock in deaf:
            sock.close()

    def test_no_smuggling(self):
        for end in (b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r"):
            with self.subTest(end):
                sock = self.server.connect("mx")
                sock.settimeout(10)
                sock.recv(4096)
                sock.sendall(b"EHLO x\r\n")
                sock.recv(4096)
                sock.sendall(f"MAIL FROM:<{ALICE}>\r\nRCPT TO:<{BOB}>\r\nDATA\r\n".encode())
                time.sleep(0.1)
                sock.recv(4096)
                sock.sendall(b"Subject: one\r\n\r\nbody" + end + f"MAIL FROM:<{ALICE}>\r\nRCPT TO:<{BOB}>\r\nDATA\r\nSubject: smuggled\r\n\r\nx".encode() + b"\r\n.\r\n")
                said = sock.recv(4096)
                self.assertTrue(said.startswith(b"554"), said)
                self.assertEqual(said.count(b"\r\n"), 1, "one message, one answer")
                sock.close()
