"""Other people's servers as next hop and as sender: Postfix, Exim and OpenSMTPD from Debian, Dovecot behind Postfix."""
import contextlib
import email
import email.message
import imaplib
import json
import smtplib
import subprocess
import time
import unittest

import messages
import peers
from recordings import recordings
from server import PASSWORD, Server
from test_provenance import txt_records

ROUTE = """
[[route]]
domain = "peer.test"
host = "127.0.0.1"
port = {port}
tls = "none"
[queue]
retry_first = "1s"
"""


def voice_message(subject, audio, to="bob@peer.test"):
    message = email.message.EmailMessage()
    message["From"] = "Alice Example <alice@example.test>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = f"<{subject}@client.example>"
    message.set_content("Please listen.\n")
    message.add_attachment(audio, maintype="audio", subtype="AMR", filename="message.amr")
    return message.as_bytes(policy=email.policy.SMTP)


def submit(server, octets, to, sender="alice", options=(), rcpt_options=()):
    with (server.host.inside() if server.host else contextlib.nullcontext()):
        if "submissions" in server.ports:
            smtp = smtplib.SMTP_SSL(server.address, server.ports["submissions"], timeout=30)
        else:
            smtp = smtplib.SMTP(server.address, server.ports["submission"], timeout=30)
    with smtp:
        smtp.login(f"{sender}@{server.domain}", PASSWORD)
        return smtp.sendmail(f"{sender}@{server.domain}", to, octets, mail_options=options, rcpt_options=rcpt_options)


def inbox(server, user, mailbox="INBOX"):
    """Every message of a mailbox, whole."""
    with (server.host.inside() if server.host else contextlib.nullcontext()):
        if "imaps" in server.ports:
            imap = imaplib.IMAP4_SSL(server.address, server.ports["imaps"], timeout=30)
        else:
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


def verify_dkim(octets, records):
    """What dkimpy says of the first two DKIM signatures: `records` as txt_records() gives them."""
    script = ("import dkim, json, sys\nrecords = json.loads(sys.argv[1])\nd = dkim.DKIM(sys.stdin.buffer.read())\n"
              "dns = lambda name, timeout=5: records[name.decode().rstrip('.')].encode()\n"
              "print(d.verify(idx=0, dnsfunc=dns), d.verify(idx=1, dnsfunc=dns))\n")
    return subprocess.run(["/usr/bin/python3", "-c", script, json.dumps(records)], input=octets, capture_output=True, check=True).stdout.decode().split()


@unittest.skipIf(peers.missing(), peers.missing())
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

    def as_next_hop(self, kind, deliver_at=None):
        with contextlib.ExitStack() as stack:
            peer = stack.enter_context(kind(0))
            at = deliver_at or peer
            paraph = stack.enter_context(Server(extra=ROUTE.format(port=peer.port)))
            paraph.set_signature(recordings())
            records = txt_records(paraph.run("dkim", "create", "example.test").stdout)
            audio = recordings().message("amr").read_bytes()
            subject = f"to-{kind.package}"
            submit(paraph, voice_message(subject, audio, "bob@peer.test, carol@peer.test"), ["bob@peer.test", "carol@peer.test", "bob@example.test"])
            for user in ("bob", "carol"):
                at.wait_for(subject, user)
            (octets,) = at.octets("bob")
            messages.check_signed(self, octets, audio, recordings())
            self.assertEqual(verify_dkim(self.with_crlf(octets), records), ["True", "True"])
            wait_for(paraph, "bob", subject)
            self.assertEqual(len(at.octets("carol")), 1)
            self.assertEqual(self.queue_when_empty(paraph), "")

    @staticmethod
    def with_crlf(octets):
        """Peers keep LF line ends."""
        return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    @staticmethod
    def queue_when_empty(paraph):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            shown = paraph.run("queue", "list").stdout
            if not shown.strip() or "empty" in shown:
                return ""
            time.sleep(0.05)
        return shown

    def test_postfix_sends(self):
        self.as_sender(peers.Postfix)

    def test_exim_sends(self):
        self.as_sender(peers.Exim)

    def test_opensmtpd_sends(self):
        self.as_sender(peers.OpenSmtpd)

    def test_postfix_receives(self):
        self.as_next_hop(peers.Postfix)

    def test_exim_receives(self):
        self.as_next_hop(peers.Exim)

    def test_opensmtpd_receives(self):
        self.as_next_hop(peers.OpenSmtpd)

    def test_dovecot_behind_postfix(self):
        with peers.Dovecot() as dovecot:

            class Before(peers.Postfix):
                extra = f"virtual_transport = lmtp:inet:127.0.0.1:{dovecot.port}"

            self.as_next_hop(Before, dovecot)


if __name__ == "__main__":
    unittest.main()
