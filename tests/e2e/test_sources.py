"""Signatures that another server keeps: acquired from it, kept, and used when it is slow, wrong, or gone."""
import contextlib
import email
import email.policy
import imaplib
import pathlib
import shutil
import smtplib
import statistics
import tempfile
import time
import unittest

from messages import check_signed
from other_paraph import TOKEN, OtherParaph, make_expired_certificate
from recordings import recordings
from server import PASSWORD, Server, make_certificate

DEPOSITS = 8
MARGIN = 0.2  # seconds that a bad source may cost a deposit

SOURCE = """
[signature]
sources = ["local", "hq"]
{policy}
[[source]]
name = "hq"
kind = "paraph"
url = "{url}"
timeout = "1s"
token_file = "{token}"
{more}
"""


def known(text):
    made = recordings()
    return {"text": text, "voice": made.signature_voice.read_bytes(), "image": made.signature_image.read_bytes()}


class Sources(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-sources-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.token = self.folder / "hq.token"
        self.token.write_text(TOKEN + "\n")
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def start(self, other, policy="", more="", accounts=("alice", "bob", "carol")):
        extra = SOURCE.format(url=other.url, token=self.token, policy=policy, more=more)
        return self.stack.enter_context(Server(accounts=accounts, extra=extra))

    def other(self, *arguments):
        other = self.stack.enter_context(OtherParaph(*arguments))
        other.signatures["alice@example.test"] = known("Alice at headquarters")
        return other

    def submit(self, server, name, subject, body="hello\r\n"):
        """Seconds from the end of the message to its 250."""
        message = f"From: {name}@example.test\r\nTo: bob@example.test\r\nSubject: {subject}\r\nMessage-ID: <{subject}@client>\r\n\r\n{body}"
        with smtplib.SMTP("127.0.0.1", server.ports["submission"], timeout=30) as smtp:
            smtp.login(f"{name}@example.test", PASSWORD)
            smtp.mail(f"{name}@example.test")
            smtp.rcpt("bob@example.test")
            begun = time.monotonic()
            code, text = smtp.data(message)
            if code != 250:
                raise smtplib.SMTPDataError(code, text)
            return time.monotonic() - begun

    def inbox(self, server):
        """Subject -> message, of all that Bob has."""
        found = {}
        with imaplib.IMAP4("127.0.0.1", server.ports["imap"]) as imap:
            imap.login("bob@example.test", PASSWORD)
            imap.select("INBOX", readonly=True)
            for number in imap.search(None, "ALL")[1][0].split():
                octets = imap.fetch(number, "(BODY.PEEK[])")[1][0][1]
                found[email.message_from_bytes(octets, policy=email.policy.default)["Subject"]] = octets
        return found

    def row(self, server):
        words = server.run("source", "list").stdout.splitlines()[1].split(None, 8)
        return dict(zip(("name", "kind", "url", "state", "requests", "hits", "stale", "errors", "last"), words))

    def wait_for(self, what, timeout=20):
        end = time.monotonic() + timeout
        while not what():
            self.assertLess(time.monotonic(), end, "it does not happen")
            time.sleep(0.02)

    def get_ready(self, server, name="alice"):
        """A log-in makes the server fetch what it may need soon; then the recording has to be read."""
        before = int(self.row(server)["requests"])
        with imaplib.IMAP4("127.0.0.1", server.ports["imap"]) as imap:
            imap.login(f"{name}@example.test", PASSWORD)
        self.wait_for(lambda: int(self.row(server)["requests"]) > before)
        numbers = iter(range(10_000))

        def is_known():
            subject = f"ready-{next(numbers)}"
            self.submit(server, name, subject)
            return "x=fetch" not in self.reason(self.inbox(server)[subject])
        self.wait_for(is_known)

    def reason(self, octets):
        return email.message_from_bytes(octets, policy=email.policy.default).get("Paraph-Signature", "")

    def test_what_another_server_keeps_is_attached(self):
        other = self.other()
        server = self.start(other)
        self.get_ready(server)
        audio = recordings().message("amr").read_bytes()
        message = email.message.EmailMessage()
        message["From"], message["To"], message["Subject"] = "alice@example.test", "bob@example.test", "voice"
        message.set_content(audio, maintype="audio", subtype="AMR", cte="base64")
        with smtplib.SMTP("127.0.0.1", server.ports["submission"], timeout=30) as smtp:
            smtp.login("alice@example.test", PASSWORD)
            smtp.send_message(message)
        check_signed(self, self.inbox(server)["voice"], audio, recordings(), text="Alice at headquarters")
        self.assertEqual(other.documents().count("/.well-known/paraph/signature?user=alice%40example.test"), 1)
        # An account of which nobody knows a signature; then one that has its own.
        self.submit(server, "carol", "plain")
        self.assertIn("x=nosig", self.reason(self.inbox(server)["plain"]))
        server.run("signature", "set", "alice@example.test", "--text", "Alice herself")
        self.submit(server, "alice", "own")
        self.assertIn(b"Alice herself", self.inbox(server)["own"])
        self.assertEqual(server.run("check").returncode, 0)

    def through(self, mood, other, more="", spoil=None):
        """Deposits with a known and with an unknown signature while the other server is in `mood`."""
        server = self.start(other, more=more, accounts=("alice", "bob", "carol", "dora"))
        other.max_age = 1
        if other.scheme == "http":
            self.get_ready(server)
            self.submit(server, "alice", "before")
            self.assertIn(b"Alice at headquarters", self.inbox(server)["before"])
        server.run("signature", "set", "dora@example.test", "--text", "Dora")
        other.mood = mood
        if spoil:
            spoil()
        times = {name: [] for name in ("dora", "alice", "carol")}
        for i in range(DEPOSITS):
            for name, taken in times.items():
                taken.append(self.submit(server, name, f"{name}-{i}"))
        if other.scheme == "http":
            self.wait_for(lambda: self.submit(server, "alice", "expired") and int(self.row(server)["stale"]) > 0)
        inbox = self.inbox(server)
        for name in times:
            for i in range(DEPOSITS):
                self.assertIn(f"{name}-{i}", inbox, "no message is lost")
        slower = {name: statistics.median(times[name]) - statistics.median(times["dora"]) for name in times}
        print(f"{mood}: " + ", ".join(f"{name} median {statistics.median(taken) * 1000:.0f} ms, longest {max(taken) * 1000:.0f} ms"
                                      for name, taken in times.items()))
        for name in ("alice", "carol"):
            self.assertLess(slower[name], MARGIN, mood)
            self.assertLess(max(times[name]), 0.9, "no deposit waits for the source's own timeout")
        return server, inbox

    def check_stale(self, inbox):
        self.assertIn(b"Alice at headquarters", inbox["expired"])
        for i in range(DEPOSITS):
            self.assertIn(b"Alice at headquarters", inbox[f"alice-{i}"])
            self.assertIn("x=fetch", self.reason(inbox[f"carol-{i}"]))

    def test_a_server_that_fails_costs_nothing(self):
        for mood in ("slow", "garbage", "no HTTP", "error", "huge"):
            with self.subTest(mood=mood):
                server, inbox = self.through(mood, self.other())
                self.check_stale(inbox)
                self.wait_for(lambda: self.row(server)["last"] != "-")

    def test_a_closed_port_costs_nothing(self):
        other = self.other()
        server, inbox = self.through("closed", other, spoil=other.stop)
        self.check_stale(inbox)
        self.wait_for(lambda: self.row(server)["state"] != "closed")

    def test_an_expired_certificate_is_no_certificate(self):
        certificate, key = make_expired_certificate(self.folder)
        other = self.other(certificate, key)
        server, inbox = self.through("well", other, more=f'ca = "{certificate}"')
        for i in range(DEPOSITS):
            for name in ("alice", "carol"):
                self.assertIn("x=fetch", self.reason(inbox[f"{name}-{i}"]))
        self.assertEqual(other.requests, [], "nothing was asked, and no token shown")
        self.wait_for(lambda: "certificate" in self.row(server)["last"])

    def test_a_good_certificate_is_accepted(self):
        certificate, key = self.folder / "good.crt", self.folder / "good.key"
        make_certificate(certificate, key)
        other = self.other(certificate, key)
        server = self.start(other, more=f'ca = "{certificate}"')
        self.get_ready(server)
        self.submit(server, "alice", "tls")
        self.assertIn(b"Alice at headquarters", self.inbox(server)["tls"])

    def test_what_is_deleted_there_is_no_longer_attached(self):
        other = self.other()
        server = self.start(other)
        other.max_age = 1
        self.get_ready(server)
        self.submit(server, "alice", "before")
        self.assertIn(b"Alice at headquarters", self.inbox(server)["before"])
        other.mood = "gone"
        numbers = iter(range(10_000))

        def gone():
            subject = f"after-{next(numbers)}"
            self.submit(server, "alice", subject)
            return "x=nosig" in self.reason(self.inbox(server)[subject])
        self.wait_for(gone)
        self.assertEqual(server.run("check").returncode, 0)

    def test_a_restart_remembers(self):
        other = self.other()
        server = self.start(other)
        self.get_ready(server)
        server.stop()
        other.stop()
        server.start()
        self.submit(server, "alice", "restarted")
        self.assertIn(b"Alice at headquarters", self.inbox(server)["restarted"])

    def test_the_operators_policy_decides(self):
        for policy, code, status in (("defer", 451, b"4.3.0"), ("reject", 550, b"5.7.1")):
            with self.subTest(policy=policy):
                other = self.other()
                other.mood = "error"
                server = self.start(other, policy=f'on_failure = "{policy}"')
                with self.assertRaises(smtplib.SMTPDataError) as refused:
                    self.submit(server, "alice", "refused")
                self.assertEqual(refused.exception.smtp_code, code)
                self.assertIn(status, refused.exception.smtp_error)
                self.assertEqual(self.inbox(server), {})

    def test_the_end_of_a_server_does_not_wait_long_for_a_slow_source(self):
        other = self.other()
        other.mood = "slow"
        server = self.start(other)
        self.submit(server, "alice", "slow")
        begun = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - begun, 8)

    def test_a_secret_that_cannot_be_read_is_one_sentence(self):
        other = self.other()
        self.token.unlink()
        with self.assertRaises(AssertionError) as ended:
            self.start(other)
        self.assertIn("source hq: token_file: ", str(ended.exception))


if __name__ == "__main__":
    unittest.main()
