"""A voice signature that a telephone uploads to Greetings is on the next message, and gone after its deletion."""
import base64
import imaplib
import smtplib
import subprocess
import tempfile
import textwrap
import time
import unittest
from email.message import EmailMessage

from messages import is_signature, leaves, parse
from recordings import recordings
from server import PASSWORD, Server

ALICE, BOB = "alice@example.test", "bob@example.test"
KEYWORD = "$CNS-Greeting-On"


def encoded(voice):
    return "\r\n".join(textwrap.wrap(base64.b64encode(voice).decode(), 76)) + "\r\n"


def bare(voice):
    """One part, and no more fields than needed, as some telephones have it."""
    return ("X-CNS-Greeting-Type: voice-signature\r\nContent-Duration: 3\r\nImportance: normal\r\nContent-Type: audio/amr; name=greetings.amr\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\n" + encoded(voice)).encode()


def multipart(voice):
    return ("From: 1@client.example\r\nTo: 2@client.example\r\nDate: Wed, 2 Jul 2025 09:30:00 +0200\r\nSubject: greeting\r\n"
            "X-CNS-Greeting-Type: voice-signature\r\nMessage-Context: x-voice-greeting-message\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\nVoice signature\r\n--b1\r\n"
            "Content-Type: audio/amr\r\nContent-Transfer-Encoding: base64\r\n"
            "Content-Disposition: attachment; filename=\"voice_signature_greeting.amr\"\r\n\r\n" + encoded(voice) + "--b1--\r\n").encode()


class Greetings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.first = recordings().signature_voice.read_bytes()
        folder = tempfile.mkdtemp(prefix="paraph-greetings-")
        wav, amr = f"{folder}/other.wav", f"{folder}/other.amr"
        subprocess.run(["espeak-ng", "-w", wav, "Here is Alice again, with other words."], check=True)
        subprocess.run(["sox", wav, "-r", "8000", "-c", "1", "-t", "amr-nb", "-C", "7", amr], check=True)
        with open(amr, "rb") as file:
            cls.second = file.read()

    def setUp(self):
        self.server = Server()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.deposits = 0

    def alice(self):
        imap = imaplib.IMAP4("127.0.0.1", self.server.ports["imap"])
        self.addCleanup(imap.shutdown)
        imap.login(ALICE, PASSWORD)
        return imap

    def ok(self, answer):
        self.assertEqual(answer[0], "OK", answer)
        return answer[1]

    def append(self, imap, octets, keyword=KEYWORD):
        told = self.ok(imap.append("GREETINGS", keyword, imaplib.Time2Internaldate(time.time()), octets))
        self.assertIn(b"APPENDUID", told[0])
        return told[0].split(b"]")[0].split()[-1].decode()

    def voice_on_next_deposit(self):
        """The spoken name that a message from Alice reaches Bob with, or None."""
        self.deposits += 1
        subject = f"deposit {self.deposits}"
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = ALICE, BOB, subject
        message.set_content("Call me.")
        with smtplib.SMTP("127.0.0.1", self.server.ports["submission"]) as smtp:
            smtp.login(ALICE, PASSWORD)
            smtp.send_message(message)
        with imaplib.IMAP4("127.0.0.1", self.server.ports["imap"]) as imap:
            imap.login(BOB, PASSWORD)
            imap.select("INBOX", readonly=True)
            found = self.ok(imap.search(None, "SUBJECT", f'"{subject}"'))[0].split()
            self.assertEqual(len(found), 1)
            octets = imap.fetch(found[0], "(BODY.PEEK[])")[1][0][1]
        spoken = [part for part in leaves(parse(octets)) if part.get_content_maintype() == "audio" and is_signature(part)]
        return spoken[0].get_payload(decode=True) if spoken else None

    def check_whole(self):
        self.server.stop()
        self.assertIn("the store is whole", self.server.run("check").stdout)
        self.server.start()

    def test_from_upload_to_deletion(self):
        self.server.run("signature", "set", ALICE, "--text", "Alice Example")
        for shape in (bare, multipart):
            with self.subTest(shape.__name__):
                self.assertIsNone(self.voice_on_next_deposit())
                imap = self.alice()
                uid = self.append(imap, shape(self.first))
                self.assertIsNotNone(self.voice_on_next_deposit())
                self.ok(imap.select("greetings"))
                self.ok(imap.uid("STORE", uid, "+FLAGS", "(\\Deleted)"))
                self.ok(imap.expunge())
                self.assertIsNone(self.voice_on_next_deposit())
                self.check_whole()

    def test_the_keyword_comes_later_and_goes(self):
        imap = self.alice()
        uid = self.append(imap, bare(self.first), "")
        self.assertIsNone(self.voice_on_next_deposit())
        self.ok(imap.select("Greetings"))
        self.ok(imap.uid("STORE", uid, "+FLAGS", f"({KEYWORD})"))
        self.assertIsNotNone(self.voice_on_next_deposit())
        self.ok(imap.uid("STORE", uid, "-FLAGS", f"({KEYWORD})"))
        self.assertIsNone(self.voice_on_next_deposit())
        self.ok(imap.uid("STORE", uid, "+FLAGS", f"({KEYWORD})"))
        self.assertIsNotNone(self.voice_on_next_deposit())
        self.check_whole()

    def test_two_uploads_and_a_restart_between(self):
        imap = self.alice()
        old = self.append(imap, bare(self.first))
        first = self.voice_on_next_deposit()
        self.server.stop()
        self.server.start()
        self.assertEqual(self.voice_on_next_deposit(), first)
        imap = self.alice()
        new = self.append(imap, multipart(self.second))
        second = self.voice_on_next_deposit()
        self.assertIsNotNone(second)
        self.assertNotEqual(second, first)
        self.ok(imap.select("GREETINGS"))
        self.ok(imap.uid("STORE", old, "+FLAGS", "(\\Deleted)"))
        self.ok(imap.expunge())
        self.server.stop()
        self.server.start()
        self.assertEqual(self.voice_on_next_deposit(), second)
        imap = self.alice()
        self.ok(imap.select("GREETINGS"))
        self.ok(imap.uid("STORE", new, "+FLAGS", "(\\Deleted)"))
        self.ok(imap.close())
        self.assertIsNone(self.voice_on_next_deposit())
        self.check_whole()

    def test_a_file_larger_than_what_is_kept_of_it(self):
        with tempfile.TemporaryDirectory(prefix="paraph-greetings-") as folder:
            spoken, studio = f"{folder}/spoken.wav", f"{folder}/studio.wav"
            subprocess.run(["espeak-ng", "-w", spoken, "Here is Alice, in the best quality there is."], check=True)
            subprocess.run(["sox", spoken, "-r", "48000", "-c", "2", studio], check=True)
            with open(studio, "rb") as file:
                octets = file.read()
        self.assertGreater(len(octets), 300_000)
        self.append(self.alice(), bare(octets).replace(b"audio/amr; name=greetings.amr", b"audio/wav"))
        self.assertIsNotNone(self.voice_on_next_deposit())

    def test_a_voice_from_elsewhere_switches_it_off(self):
        imap = self.alice()
        uid = self.append(imap, bare(self.first))
        first = self.voice_on_next_deposit()
        self.server.run("signature", "set", ALICE, "--voice", recordings().message("amr"))
        self.assertNotEqual(self.voice_on_next_deposit(), first)
        self.ok(imap.select("Greetings"))
        self.assertNotIn(KEYWORD.encode(), self.ok(imap.uid("FETCH", uid, "(FLAGS)"))[0])
        self.ok(imap.uid("STORE", uid, "+FLAGS", f"({KEYWORD})"))
        self.assertEqual(self.voice_on_next_deposit(), first)

    def test_what_is_no_recording_is_refused(self):
        imap = self.alice()
        kind, told = imap.append("Greetings", KEYWORD, imaplib.Time2Internaldate(time.time()), bare(b"no recording"))
        self.assertEqual((kind, told), ("NO", [b"invalid parameter"]))
        self.ok(imap.select("Greetings"))
        self.assertEqual(self.ok(imap.search(None, "ALL")), [b""])

    def test_history_and_metadata(self):
        imap = self.alice()
        self.assertIn("METADATA-SERVER", self.ok(imap.capability())[0].decode())
        entry = "/private/vendor/paraph/signature/text"
        for text in ("Alice Example", "Alice Example, extension 42"):
            self.ok(imap.xatom("SETMETADATA", '""', f'({entry} "{text}")'))
        self.assertIn("Alice Example, extension 42", self.server.run("signature", "show", ALICE).stdout)
        lines = [line.split() for line in self.server.run("signature", "history", ALICE).stdout.splitlines()]
        self.assertEqual([(line[0], line[3], line[4]) for line in lines], [("2", "text", "current"), ("1", "text", "kept")])
        self.server.run("signature", "restore", ALICE, "1")
        self.assertIn("text      Alice Example\n", self.server.run("signature", "show", ALICE).stdout)
        self.assertNotEqual(self.server.run("signature", "restore", ALICE, "9", check=False).returncode, 0)


if __name__ == "__main__":
    unittest.main()
