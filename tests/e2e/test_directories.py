"""Signatures out of a directory and an address book: found, templated, two that fit, and a server that is gone."""
import contextlib
import copy
import email.message
import imaplib
import os
import pathlib
import shutil
import signal
import smtplib
import statistics
import subprocess
import tempfile
import time
import unittest

from directory import Radicale, Slapd, encoded
from messages import check_signed
from recordings import recordings
from server import PASSWORD, Server

MARGIN = 0.2  # seconds that a place which does not answer may cost a deposit

SIGNATURE = """
[signature]
sources = ["local", "people"]
{wait}
[[source]]
name = "people"
url = "{url}"
{more}
"""


class Directories(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-directories-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def start(self, url, more, accounts=("alice", "bob", "twin"), wait='wait = "5s"'):
        server = self.stack.enter_context(Server(accounts=accounts, extra=SIGNATURE.format(url=url, more=more, wait=wait)))
        template = "{{displayName}}\n{{title}}, {{org}}\nTel: {{tel}}\n{{mail}}"
        server.run("signature", "template", "example.test", "--text", template)
        return server

    def submit(self, server, name, subject):
        audio = recordings().message("amr").read_bytes()
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = f"{name}@example.test", "bob@example.test", subject
        message.set_content(audio, maintype="audio", subtype="AMR", cte="base64")
        begun = time.monotonic()
        with smtplib.SMTP("127.0.0.1", server.ports["submission"], timeout=30) as smtp:
            smtp.login(f"{name}@example.test", PASSWORD)
            smtp.send_message(message)
        return audio, time.monotonic() - begun

    def newest(self, server):
        with imaplib.IMAP4("127.0.0.1", server.ports["imap"]) as imap:
            imap.login("bob@example.test", PASSWORD)
            imap.select("INBOX", readonly=True)
            number = imap.search(None, "ALL")[1][0].split()[-1]
            return imap.fetch(number, "(BODY.PEEK[])")[1][0][1]

    def person(self, uid, mail, **more):
        made = {"uid": uid, "cn": uid, "sn": "x", "mail": mail, "vPIMRfc822Mailbox": mail, "vPIMTelephoneNumber": "1"} | more
        return {name: value if isinstance(value, bytes) else value.encode() for name, value in made.items()}

    def test_a_directory(self):
        made = copy.copy(recordings())
        made.signature_image = self.folder / "who.jpg"  # as the syntax of jpegPhoto wants it
        png = str(recordings().signature_image)
        subprocess.run(["ffmpeg", "-y", "-v", "error", "-i", png, str(made.signature_image)], check=True)
        alice = self.person("alice", "alice@example.test", audio=made.signature_voice.read_bytes(), displayName="Alice Example",
                            title="Head", jpegPhoto=made.signature_image.read_bytes(), telephoneNumber="+49 30 1")
        people = [alice, self.person("twin1", "twin@example.test"), self.person("twin2", "twin@example.test")]
        slapd = self.stack.enter_context(Slapd(people))
        server = self.start(slapd.url(), 'kind = "ldap"\nbase = "dc=example,dc=test"')
        audio, _ = self.submit(server, "alice", "voice")
        check_signed(self, self.newest(server), audio, made, text="Alice Example\nHead\nTel: +49 30 1\nalice@example.test")
        self.submit(server, "twin", "two")  # two entries: only what the account says
        twin = self.newest(server)
        self.assertIn(b"Twin\r\ntwin@example.test", twin)
        self.assertNotIn(b"Content-ID", twin)
        slapd.stop()
        audio, took = self.submit(server, "alice", "again")  # known from before
        self.assertLess(took, 5)
        check_signed(self, self.newest(server), audio, made, text="Alice Example\nHead\nTel: +49 30 1\nalice@example.test")
        self.assertIn("people", server.run("source", "list").stdout)
        self.assertEqual(server.run("check").returncode, 0)

    def test_an_address_book(self):
        made = recordings()
        book = self.stack.enter_context(Radicale())
        password = self.folder / "password"
        password.write_text("any\n")
        book.put("alice.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:alice\r\nFN:Alice Example\r\nN:Example;Alice;;;\r\nORG:Example;Sales\r\n"
                 f"EMAIL:alice@example.test\r\nPHOTO;ENCODING=b;TYPE=PNG:{encoded(made.signature_image.read_bytes())}\r\n"
                 f"SOUND;ENCODING=b;TYPE=AMR:{encoded(made.signature_voice.read_bytes())}\r\nEND:VCARD\r\n")
        server = self.start(book.url(), f'kind = "vcard"\nuser = "paraph"\npassword_file = "{password}"')
        audio, _ = self.submit(server, "alice", "voice")
        check_signed(self, self.newest(server), audio, made, text="Alice Example\nExample\nalice@example.test")
        book.stop()
        self.submit(server, "twin", "unknown")  # nobody answers: sent without
        self.assertIn(b"x=fetch", self.newest(server))

    def hang(self, place, more):
        """Deposits of a known and an unknown person, beside one whom the server itself knows, while the place does not answer."""
        server = self.start(place.url(), more, accounts=("alice", "bob", "carol", "dora"), wait="")
        server.run("signature", "set", "dora@example.test", "--text", "Dora")
        end, numbers = time.monotonic() + 20, iter(range(10_000))
        known = b""
        while b"Alice in the book" not in known:
            self.assertLess(time.monotonic(), end, "it never comes")
            self.submit(server, "alice", f"ready-{next(numbers)}")
            known = self.newest(server)
        os.kill(place.process.pid, signal.SIGSTOP)
        try:
            times = {name: [] for name in ("dora", "alice", "carol")}
            for number in range(8):
                for name, taken in times.items():
                    taken.append(self.submit(server, name, f"{name}-{number}")[1])
                    if name == "alice":
                        self.assertIn(b"Alice in the book", self.newest(server))
            self.assertIn(b"x=fetch", self.newest(server))
        finally:
            os.kill(place.process.pid, signal.SIGCONT)
        for name in ("alice", "carol"):
            self.assertLess(statistics.median(times[name]) - statistics.median(times["dora"]), MARGIN, name)

    def test_a_directory_that_hangs_costs_nothing(self):
        alice = self.person("alice", "alice@example.test", displayName="Alice in the book")
        slapd = self.stack.enter_context(Slapd([alice, self.person("carol", "carol@example.test")]))
        self.hang(slapd, 'kind = "ldap"\nbase = "dc=example,dc=test"\ntimeout = "1s"')

    def test_an_address_book_that_hangs_costs_nothing(self):
        book = self.stack.enter_context(Radicale())
        password = self.folder / "password"
        password.write_text("any\n")
        book.put("alice.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:alice\r\nFN:Alice in the book\r\nN:Example;Alice;;;\r\n"
                 "EMAIL:alice@example.test\r\nEND:VCARD\r\n")
        self.hang(book, f'kind = "vcard"\nuser = "paraph"\npassword_file = "{password}"\ntimeout = "1s"')


if __name__ == "__main__":
    unittest.main()
