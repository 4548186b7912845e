"""`paraph milter` inside Postfix: what its own users send gets their signature, what others send is left alone."""
import contextlib
import email
import pathlib
import re
import shutil
import signal
import smtplib
import subprocess
import tempfile
import threading
import unittest

import messages
import peers
from recordings import recordings
from server import PARAPH, PASSWORD, Server, paraph

CONFIG = """
[server]
name = "milter.example.test"
data_dir = "{folder}/data"
{more}
"""


class Milter:
    """`paraph milter` with a data folder and accounts of its own."""

    def __init__(self, more="", accounts=("alice",)):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-milter-"))
        self.config = self.folder / "paraph.toml"
        self.config.write_text(CONFIG.format(folder=self.folder, more=more))
        self.port = peers.free_port()
        self.log = []
        self.process = None
        for name in accounts:
            if name == accounts[0]:
                paraph("domain", "add", "peer.test", config=self.config)
            paraph("account", "add", f"{name}@peer.test", "--password-stdin", stdin=PASSWORD, config=self.config)

    def __enter__(self):
        self.process = subprocess.Popen([PARAPH, "milter", "--listen", f"127.0.0.1:{self.port}", "--config", str(self.config)],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline()
        if not ready.startswith("paraph ready milter="):
            self.process.kill()
            raise AssertionError("no ready line: " + ready + self.process.stderr.read()[:400])
        threading.Thread(target=lambda: [self.log.append(line.rstrip()) for line in self.process.stderr], daemon=True).start()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        if code != 0:
            raise AssertionError(f"the milter ended with {code}: " + "\n".join(self.log[-5:]))


class Postfix(peers.Postfix):
    """Trusts clients that say who they are (XCLIENT LOGIN), as if they had logged in."""

    def __init__(self, milter):
        super().__init__(0)
        self.milter = f"smtpd_milters = inet:127.0.0.1:{milter.port}\nmilter_default_action = tempfail"
        self.extra = "smtpd_authorized_xclient_hosts = 127.0.0.0/8"


def message(subject, audio, sender="alice@peer.test"):
    made = email.message.EmailMessage()
    made["From"] = sender
    made["To"] = "bob@peer.test"
    made["Subject"] = subject
    made["Message-ID"] = f"<{subject}@client.example>"
    made.set_content("Please listen.\n")
    made.add_attachment(audio, maintype="audio", subtype="AMR", filename="message.amr")
    return made.as_bytes(policy=email.policy.SMTP)


def send(postfix, octets, login=None, sender="alice@peer.test"):
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=60) as smtp:
        smtp.ehlo()
        if login:
            code, answer = smtp.docmd("XCLIENT", f"LOGIN={login}")
            if code != 220:
                raise AssertionError(answer)
            smtp.ehlo()
        smtp.sendmail(sender, ["bob@peer.test"], octets)


def with_crlf(octets):
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@unittest.skipIf(peers.missing(), peers.missing())
class InsidePostfix(unittest.TestCase):
    def start(self, more="", accounts=("alice",)):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        milter = Milter(more, accounts)
        if accounts:
            paraph("signature", "set", "alice@peer.test", "--text", "Alice Example", "--voice", recordings().signature_voice, "--image",
                   recordings().signature_image, config=milter.config)
        stack.enter_context(milter)
        return milter, stack.enter_context(Postfix(milter))

    def test_a_users_message_is_signed_and_others_are_not(self):
        milter, postfix = self.start()
        audio = recordings().message("amr").read_bytes()
        sent = message("mine", audio)
        send(postfix, sent, login="alice@peer.test")
        postfix.wait_for("mine")
        (octets,) = postfix.octets("bob")
        messages.check_signed(self, with_crlf(octets), audio, recordings())
        self.assertEqual(octets.count(b"Paraph-Signature:"), 1)
        self.assertEqual(octets.count(b"Content-Type: multipart/mixed"), 1)
        # Without a log-in, and with another's name in From, it is as it came.
        for subject, login in (("nobody", None), ("other", "mallory@peer.test")):
            plain = message(subject, audio)
            send(postfix, plain, login=login)
            postfix.wait_for(subject)
            octets = next(one for one in postfix.octets("bob") if f"Subject: {subject}".encode() in one)
            self.assertEqual(with_crlf(octets).split(b"\r\n\r\n", 1)[1].rstrip(), plain.split(b"\r\n\r\n", 1)[1].rstrip())
            self.assertNotIn(b"Paraph-Signature", octets)
        self.assertTrue(any("account=mallory@peer.test left out" in line for line in milter.log), milter.log)

    def test_a_reply_is_not_signed_twice(self):
        _, postfix = self.start()
        audio = recordings().message("amr").read_bytes()
        send(postfix, message("first", audio), login="alice@peer.test")
        postfix.wait_for("first")
        (octets,) = postfix.octets("bob")
        again = with_crlf(octets)[with_crlf(octets).index(b"From: alice"):]
        send(postfix, again.replace(b"Subject: first", b"Subject: again").replace(b"<first@", b"<again@"), login="alice@peer.test")
        postfix.wait_for("again")
        octets = next(one for one in postfix.octets("bob") if b"Subject: again" in one)
        sounds = [p for p in messages.leaves(messages.parse(octets)) if p.get_content_maintype() == "audio"]
        self.assertEqual(len(sounds), 2)

    def test_the_signature_comes_from_another_server(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-token-"))
        self.addCleanup(shutil.rmtree, folder, True)
        token = folder / "token"
        token.write_text("one-token-that-both-know\n")
        with Server(accounts=("alice",), listen=("http",), domain="peer.test", extra=f'[[peer]]\nname = "milter"\ntoken_file = "{token}"\n') as holder:
            holder.set_signature(recordings())
            more = (f'[signature]\nsources = ["hq"]\nwait = "10s"\n[[source]]\nname = "hq"\nkind = "paraph"\nurl = "http://127.0.0.1:{holder.ports["http"]}"\n'
                    f'token_file = "{token}"\n')
            _, postfix = self.start(more, accounts=())
            audio = recordings().message("amr").read_bytes()
            send(postfix, message("remote", audio), login="alice@peer.test")
            postfix.wait_for("remote")
            (octets,) = postfix.octets("bob")
            parts = messages.leaves(messages.parse(with_crlf(octets)))
            sounds = [part for part in parts if part.get_content_maintype() == "audio"]
            self.assertEqual(sounds[0].get_payload(decode=True), audio)
            # What another server answers is made again here: another recording of the same voice.
            self.assertEqual([messages.is_signature(part) for part in sounds], [False, True])
            self.assertEqual(sum(part.get_content_maintype() == "image" for part in parts), 1)
            self.assertIn(b"Alice Example", octets)

    def test_what_the_operator_defers_is_deferred(self):
        more = ('[signature]\nsources = ["hq"]\non_failure = "defer"\n[[source]]\nname = "hq"\nkind = "paraph"\nurl = "http://127.0.0.1:1"\n')
        _, postfix = self.start(more, accounts=())
        with self.assertRaises(smtplib.SMTPDataError) as refused:
            send(postfix, message("deferred", b"#!AMR\n" + bytes(32)), login="alice@peer.test")
        self.assertEqual(refused.exception.smtp_code, 451)
        self.assertIn(b"4.3.0", refused.exception.smtp_error)

    def test_two_cannot_have_one_socket(self):
        with Milter() as first:
            second = Milter()
            done = paraph("milter", "--listen", f"127.0.0.1:{first.port}", config=second.config, check=False)
            shutil.rmtree(second.folder)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, re.compile(r"^the milter's socket .* cannot be opened", re.M))


if __name__ == "__main__":
    unittest.main()
