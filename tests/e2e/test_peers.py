"""Other people's servers as senders: Postfix, Exim and OpenSMTPD from Debian."""
import contextlib
import email
import email.message
import imaplib
import smtplib
import time
import unittest

import messages
import peers
from recordings import recordings
from server import PASSWORD, Server

def voice_message(subject, audio, to="bob@peer.test"):
    message = email.message.EmailMessage()
    message["From"] = "Alice Example <alice@example.test>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = f"<{subject}@client.example>"
    message.set_content("Please listen.\n")
    message.add_attachment(audio, maintype="audio", subtype="AMR", filename="message.amr")
    return message.as_bytes(policy=email.policy.SMTP)


def inbox(server, user, mailbox="INBOX"):
    """Every message of a mailbox, whole."""
    with (server.host.inside() if server.host else contextlib.nullcontext()):
        imap = imaplib.IMAP4(server.address, server.ports["imap"], timeout=30)
    with imap:
        imap.login(f"{user}@{server.domain}", PASSWORD)
        imap.select(mailbox, readonly=True)
        numbers = imap.search(None, "ALL")[1][0].split()
        return [imap.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]


def wait_for(server, user, subject, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for octets in inbox(server, user):
            if messages.parse(octets)["Subject"] == subject:
                return octets
        time.sleep(0.05)
    raise AssertionError(f"{subject} did not come: " + "\n".join(server.log[-15:]))


class Peers(unittest.TestCase):
    def as_sender(self, kind):
        with Server() as paraph, kind(paraph.ports["mx"]) as peer:
            audio = recordings().message("amr").read_bytes()
            octets = voice_message(f"from-{kind.package}", audio, "bob@example.test").replace(b"alice@example.test", b"someone@peer.test")
            with smtplib.SMTP("127.0.0.1", peer.port, timeout=30) as smtp:
                smtp.sendmail("someone@peer.test", ["bob@example.test", "alice@example.test"], octets)
            for user in ("bob", "alice"):
                message = messages.parse(wait_for(paraph, user, f"from-{kind.package}"))
                sounds = [part.get_payload(decode=True) for part in message.walk() if part.get_content_maintype() == "audio"]
                self.assertEqual(sounds, [audio])
                self.assertIn("mail.peer.test", message.get_all("Received")[0])

    def test_postfix_sends(self):
        self.as_sender(peers.Postfix)

    def test_exim_sends(self):
        self.as_sender(peers.Exim)

    def test_opensmtpd_sends(self):
        self.as_sender(peers.OpenSmtpd)


if __name__ == "__main__":
    unittest.main()
