"""`paraph milter` inside Postfix, with the settings of docs/MILTER.md: what users send who log in gets their signature, what others send is left alone."""
import contextlib
import email
import pathlib
import re
import shutil
import signal
import smtplib
import ssl
import subprocess
import tempfile
import threading
import unittest

import messages
import pages
import peers
from recordings import recordings
from server import PARAPH, PASSWORD, Server, make_certificate, paraph

PAGE = "MILTER.md"


class Milter:
    """`paraph milter` with a data folder and accounts of its own. `signature`: [signature] and the tables after it, in place of the page's."""

    def __init__(self, signature=None, accounts=("alice",)):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-milter-"))
        self.config = self.folder / "paraph.toml"
        settings = pages.block(PAGE, "data_dir", {"/var/lib/paraph-milter": self.folder / "data"})
        self.config.write_text(settings if signature is None else settings[:settings.index("[signature]")] + signature)
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
    """As the page says. Its smtpd sees the spool only, as Debian has it. No client of it is in a network that it trusts."""

    def __init__(self, milter):
        super().__init__(0)
        self.certificate = self.folder / "certificate.pem"
        key = self.folder / "key.pem"
        make_certificate(self.certificate, key)
        self.milter = pages.block(PAGE, "smtpd_milters", {"127.0.0.1:9900": f"127.0.0.1:{milter.port}", "/etc/ssl/certs/mail.example.org.pem": self.certificate,
                                                          "/etc/ssl/private/mail.example.org.key": key})
        self.extra = "mynetworks = 192.0.2.0/24"

    def setup(self):
        return super().setup() + f"postconf -F 127.0.0.1:{self.port}/inet/chroot=y\n"


class Dovecot(peers.Dovecot):
    """Looks at passwords for Postfix, as the page says."""

    users = {**peers.Dovecot.users, "postfix": peers.Postfix.users["postfix"]}

    def __init__(self, postfix):
        super().__init__()
        self.extra = "disable_plaintext_auth = yes\n" + pages.block(PAGE, "service auth", {"/var/spool/postfix": postfix.folder / "spool"})


def message(subject, audio, sender="alice@peer.test"):
    made = email.message.EmailMessage()
    made["From"] = sender
    made["To"] = "bob@peer.test"
    made["Subject"] = subject
    made["Message-ID"] = f"<{subject}@client.example>"
    made.set_content("Please listen.\n")
    made.add_attachment(audio, maintype="audio", subtype="AMR", filename="message.amr")
    return made.as_bytes(policy=email.policy.SMTP)


@contextlib.contextmanager
def connected(postfix, login=None, password=Dovecot.password):
    """An SMTP client of Postfix, logged in under TLS when a name is given."""
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=60) as smtp:
        if login:
            smtp.starttls(context=ssl.create_default_context(cafile=str(postfix.certificate)))
            smtp.login(login, password)
        yield smtp


def send(postfix, octets, login=None, sender="alice@peer.test"):
    with connected(postfix, login) as smtp:
        smtp.sendmail(sender, ["bob@peer.test"], octets)


def with_crlf(octets):
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@unittest.skipIf(peers.missing(), peers.missing())
class InsidePostfix(unittest.TestCase):
    def start(self, signature=None, accounts=("alice",)):
        """A milter, the Postfix that has it, and a Dovecot that knows everybody."""
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        milter = Milter(signature, accounts)
        if accounts:
            paraph("signature", "set", "alice@peer.test", "--text", "Alice Example", "--voice", recordings().signature_voice, "--image",
                   recordings().signature_image, config=milter.config)
        stack.enter_context(milter)
        postfix = stack.enter_context(Postfix(milter))
        stack.enter_context(Dovecot(postfix))
        return milter, postfix

    def came(self, postfix, subject):
        postfix.wait_for(subject)
        (octets,) = [one for one in postfix.octets("bob") if f"Subject: {subject}\n".encode() in one]
        return with_crlf(octets)

    def check_signed(self, octets, audio):
        messages.check_signed(self, octets, audio, recordings())
        self.assertEqual(octets.count(b"Paraph-Signature:"), 1)
        self.assertEqual(octets.count(b"Content-Type: multipart/mixed"), 1)

    def check_as_it_was(self, octets, sent):
        self.assertEqual(octets.split(b"\r\n\r\n", 1)[1].rstrip(), sent.split(b"\r\n\r\n", 1)[1].rstrip())
        self.assertNotIn(b"Paraph-Signature", octets)

    def test_a_users_message_is_signed_and_others_are_not(self):
        milter, postfix = self.start()
        audio = recordings().message("amr").read_bytes()
        for subject, login in (("address", "alice@peer.test"), ("name", "alice")):
            send(postfix, message(subject, audio), login=login)
            self.check_signed(self.came(postfix, subject), audio)
        # Without a log-in, and with another's name in From, it is as it came.
        for subject, login in (("nobody", None), ("other", "mallory@peer.test")):
            plain = message(subject, audio)
            send(postfix, plain, login=login)
            self.check_as_it_was(self.came(postfix, subject), plain)
        self.assertTrue(any("account=mallory@peer.test left out" in line for line in milter.log), milter.log)
        # Nor was any of them unsigned because Postfix did without the milter.
        self.assertEqual([line for line in postfix.log if "warning" in line and "milter" in line.lower()], [])

    def test_the_pages_postfix_knows_its_users_from_strangers(self):
        _, postfix = self.start()
        with connected(postfix) as smtp:
            smtp.ehlo()
            self.assertTrue(smtp.has_extn("starttls"))
            self.assertFalse(smtp.has_extn("auth"), "a password would go in clear")
            self.assertEqual(self.relays(smtp), 554)
        with connected(postfix, "alice@peer.test") as smtp:
            self.assertEqual(self.relays(smtp), 250)
        with self.assertRaises(smtplib.SMTPAuthenticationError) as refused, connected(postfix, "alice@peer.test", "wrong"):
            pass
        self.assertEqual(refused.exception.smtp_code, 535)

    @staticmethod
    def relays(smtp):
        smtp.ehlo_or_helo_if_needed()
        smtp.mail("alice@peer.test")
        return smtp.rcpt("someone@elsewhere.example")[0]

    def test_a_reply_is_not_signed_twice(self):
        _, postfix = self.start()
        audio = recordings().message("amr").read_bytes()
        send(postfix, message("first", audio), login="alice@peer.test")
        octets = self.came(postfix, "first")
        again = octets[octets.index(b"From: alice"):]
        send(postfix, again.replace(b"Subject: first", b"Subject: again").replace(b"<first@", b"<again@"), login="alice@peer.test")
        sounds = [p for p in messages.leaves(messages.parse(self.came(postfix, "again"))) if p.get_content_maintype() == "audio"]
        self.assertEqual(len(sounds), 2)

    def test_the_signature_comes_from_another_server(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-token-"))
        self.addCleanup(shutil.rmtree, folder, True)
        token = folder / "token"
        token.write_text("one-token-that-both-know\n")
        with Server(accounts=("alice",), listen=("http",), domain="peer.test", extra=f'[[peer]]\nname = "milter"\ntoken_file = "{token}"\n') as holder:
            holder.set_signature(recordings())
            signature = ('[signature]\nsources = ["hq"]\nwait = "10s"\n[[source]]\nname = "hq"\nkind = "paraph"\n'
                         f'url = "http://127.0.0.1:{holder.ports["http"]}"\ntoken_file = "{token}"\n')
            _, postfix = self.start(signature, accounts=())
            audio = recordings().message("amr").read_bytes()
            send(postfix, message("remote", audio), login="alice@peer.test")
            octets = self.came(postfix, "remote")
            parts = messages.leaves(messages.parse(octets))
            sounds = [part for part in parts if part.get_content_maintype() == "audio"]
            self.assertEqual(sounds[0].get_payload(decode=True), audio)
            # What another server answers is made again here: another recording of the same voice.
            self.assertEqual([messages.is_signature(part) for part in sounds], [False, True])
            self.assertEqual(sum(part.get_content_maintype() == "image" for part in parts), 1)
            self.assertIn(b"Alice Example", octets)

    def test_what_the_operator_defers_is_deferred(self):
        signature = ('[signature]\nsources = ["hq"]\non_failure = "defer"\n[[source]]\nname = "hq"\nkind = "paraph"\nurl = "http://127.0.0.1:1"\n')
        _, postfix = self.start(signature, accounts=())
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
