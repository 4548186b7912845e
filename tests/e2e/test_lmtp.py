"""Postfix hands mail over by LMTP, to a port and to a socket, as docs/CONFIGURATION.md says: each recipient has an answer of its own."""
import contextlib
import os
import re
import shlex
import shutil
import smtplib
import subprocess
import time
import unittest

import messages
import pages
import peers
from recordings import recordings
from server import Server
from test_peers import inbox, voice_message, wait_for

PAGE = "CONFIGURATION.md"
SPOOL = "/var/spool/postfix"
DOMAIN = "example.org"
KNOWN = ("bob", "carol")
STATUS = re.compile(r"postfix/lmtp\[\d+\]: (\w+): to=<([^>]*)>.* relay=([^,]*),.* status=(\w+) ")


class Postfix(peers.Postfix):
    """Its LMTP client sees the spool only, as Debian has it. It has no list of users, and trusts no network of a client's."""

    def __init__(self):
        super().__init__(0)
        self.spool = self.folder / "spool"

    def setup(self):
        return super().setup() + "postconf -F lmtp/unix/chroot=y\n"

    def settings(self, *blocks):
        self.extra = "mynetworks = 192.0.2.0/24\nvirtual_mailbox_maps =\n" + "".join(blocks)

    def make_socket_folder(self):
        """By the page's command. Returns the path of the socket."""
        command = pages.block(PAGE, "install -d", {"-o paraph": f"-o {os.getuid()}", "-g postfix": f"-g {self.users['postfix']}", SPOOL: self.spool})
        self.spool.mkdir()
        subprocess.run(shlex.split(command), check=True)
        return self.spool / "paraph/lmtp.sock"

    def wait_for_line(self, pattern, seconds=30):
        """The first line of the log in which it is found."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in list(self.log):
                if found := re.search(pattern, line):
                    return found
            time.sleep(0.05)
        raise AssertionError(f"{pattern} is not in the log: " + "\n".join(self.log[-20:]))


def server(**listening):
    return Server(accounts=("alice", *KNOWN), domain=DOMAIN, **listening)


def send(postfix, subject, users):
    octets = voice_message(subject, recordings().message("amr").read_bytes()).replace(b"alice@example.test", f"alice@{DOMAIN}".encode())
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=60) as smtp:
        smtp.sendmail(f"alice@{DOMAIN}", [f"{user}@{DOMAIN}" for user in users], octets)


@unittest.skipIf(peers.missing(), peers.missing())
class HandedOver(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def over_tcp(self, *more):
        paraph = self.stack.enter_context(server())
        postfix = Postfix()
        postfix.settings(pages.block(PAGE, "lmtp:inet:", {"127.0.0.1:24": f"127.0.0.1:{paraph.ports['lmtp']}"}), *more)
        return paraph, self.stack.enter_context(postfix)

    def over_socket(self):
        """And the socket's path."""
        postfix = Postfix()
        self.stack.callback(shutil.rmtree, postfix.folder, True)
        socket = postfix.make_socket_folder()
        paraph = self.stack.enter_context(server(listen=("imap",), sockets={"lmtp": socket}))
        postfix.settings(pages.block(PAGE, "lmtp:unix:"))
        return paraph, self.stack.enter_context(postfix), socket

    def check_handed_over(self, paraph, postfix, relay):
        """Of three recipients two are there: each gets the message once, in one transaction, and the sender is told of the third."""
        send(postfix, "three", [*KNOWN, "nobody"])
        self.assertEqual(self.statuses(postfix, relay), {f"bob@{DOMAIN}": ["sent"], f"carol@{DOMAIN}": ["sent"], f"nobody@{DOMAIN}": ["bounced"]})
        copies = [wait_for(paraph, user, "three") for user in KNOWN]
        self.assertEqual(copies[0], copies[1])
        self.check_report(paraph, postfix)
        self.assertEqual([len(inbox(paraph, user)) for user in KNOWN], [1, 1])

    def check_report(self, paraph, postfix):
        report = messages.parse(wait_for(paraph, "alice", "Undelivered Mail Returned to Sender"))
        self.assertEqual((report.get_content_type(), report["Return-Path"]), ("multipart/report", "<>"))
        (status,) = [part for part in report.walk() if part.get_content_type() == "message/delivery-status"]
        _, *recipients = status.get_payload()
        self.assertEqual([(fields["Final-Recipient"], fields["Action"], fields["Status"]) for fields in recipients],
                         [(f"rfc822; nobody@{DOMAIN}", "failed", "5.1.1")])
        self.assertEqual(len(inbox(paraph, "alice")), 1)

    def statuses(self, postfix, relay):
        """What became of each recipient of the message of the first log line, once it has left the queue; all went to this relay."""
        queue_id = postfix.wait_for_line(STATUS)[1]
        postfix.wait_for_line(f"{queue_id}: removed")
        told = {}
        for line in list(postfix.log):
            found = STATUS.search(line)
            if found and found[1] == queue_id:
                self.assertTrue(found[3].endswith(relay), line)
                told.setdefault(found[2], []).append(found[4])
        return told

    def test_over_tcp(self):
        paraph, postfix = self.over_tcp()
        self.check_handed_over(paraph, postfix, f"[127.0.0.1]:{paraph.ports['lmtp']}")

    def test_over_a_socket(self):
        paraph, postfix, _ = self.over_socket()
        self.check_handed_over(paraph, postfix, "[paraph/lmtp.sock]")

    def test_who_may_not_open_the_socket_waits(self):
        paraph, postfix, socket = self.over_socket()
        self.assertEqual((socket.stat().st_gid, socket.stat().st_mode & 0o777), (postfix.users["postfix"], 0o660))
        os.chown(socket, -1, os.getgid())
        send(postfix, "later", ["bob"])
        postfix.wait_for_line(r"to=<bob@.*status=deferred .*Permission denied")
        self.assertEqual(inbox(paraph, "bob"), [])
        os.chown(socket, -1, postfix.users["postfix"])
        wait_for(paraph, "bob", "later")

    def test_asked_first_nobody_is_refused_at_once(self):
        paraph, postfix = self.over_tcp(pages.block(PAGE, "reject_unverified_recipient"))
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            send(postfix, "refused", ["nobody"])
        ((code, why),) = refused.exception.recipients.values()
        self.assertEqual(code, 550)
        self.assertRegex(why.decode(), r"undeliverable address: host 127\.0\.0\.1.* said: 550 5\.1\.1 ")
        send(postfix, "taken", ["bob"])
        wait_for(paraph, "bob", "taken")
        self.assertEqual(inbox(paraph, "alice"), [])


if __name__ == "__main__":
    unittest.main()
