"""kill -9 of either of two servers at random moments while messages go from one to the other: each is in exactly one mailbox, once."""
import collections
import imaplib
import os
import random
import signal
import smtplib
import sys
import threading
import time
import unittest

from messages import parse
from server import PASSWORD, Server

DELIVERIES = int(os.environ.get("PARAPH_CRASH_DELIVERIES", "2000"))
QUEUE = """
[queue]
retry_first = "1s"
retry_max = "2s"
{more}
"""
ROUTE = """
[[route]]
domain = "receiver.test"
host = "127.0.0.1"
port = {port}
tls = "none"
"""
SIGNATURE = "Alice Example\nwho signs each of them"
BOXES = ("bob", "carol", "dan", "erin")


def text_of(number):
    return "x" * (number % 5000 or 1)


class KillNineBetween(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("PARAPH_SEED", random.randrange(1 << 30)))
        print(f"seed {self.seed} ", end="", file=sys.stderr, flush=True)
        self.random = random.Random(self.seed)
        self.answered = {}  # subject: user
        self.doubtful = set()  # no answer came: it may be there
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.next = 0

    def test_each_is_in_one_mailbox_once(self):
        with Server(accounts=BOXES, domain="receiver.test", name="mx.receiver.test", listen=("mx", "imap"), extra=QUEUE.format(more="")) as receiver:
            # Its port stays when it starts again.
            receiver.config.write_text(receiver.config.read_text().replace('mx = "127.0.0.1:0"', f'mx = "127.0.0.1:{receiver.ports["mx"]}"'))
            extra = QUEUE.format(more=ROUTE.format(port=receiver.ports["mx"]))
            with Server(domain="sender.test", name="vm.sender.test", listen=("submission", "imap"), extra=extra) as sender:
                sender.run("signature", "set", "alice@sender.test", "--text", SIGNATURE)
                threads = [threading.Thread(target=self.load, args=(sender,)) for _ in range(4)]
                for thread in threads:
                    thread.start()
                while any(thread.is_alive() for thread in threads):
                    time.sleep(self.random.uniform(0.05, 0.6))
                    victim = self.random.choice((receiver, sender))
                    victim.process.send_signal(signal.SIGKILL)
                    victim.process.wait()
                    victim.process.stdout.close()
                    victim.start()
                self.wait_until_empty(sender)
                self.look(receiver)
                for server in (sender, receiver):
                    server.end_whole()

    def load(self, sender):
        while True:
            try:
                with smtplib.SMTP("127.0.0.1", sender.ports["submission"], timeout=10) as smtp:
                    smtp.login("alice@sender.test", PASSWORD)
                    while True:
                        with self.lock:
                            number, self.next = self.next, self.next + 1
                        if number >= DELIVERIES:
                            return
                        subject, user = f"m{number}", BOXES[number % len(BOXES)]
                        with self.lock:
                            self.doubtful.add(subject)
                        smtp.sendmail("alice@sender.test", [f"{user}@receiver.test"], f"From: alice@sender.test\r\nSubject: {subject}\r\n\r\n{text_of(number)}\r\n")
                        with self.lock:
                            self.answered[subject] = user
                            self.doubtful.discard(subject)
            except (smtplib.SMTPException, OSError):
                time.sleep(0.02)

    def wait_until_empty(self, sender, seconds=90):
        """However slow the machine is: only a queue in which nothing moves for so long is stuck."""
        end = time.monotonic() + seconds
        least, shown = None, ""
        while time.monotonic() < end:
            shown = sender.run("queue", "list").stdout
            waiting = len(shown.splitlines())
            if waiting == 0:
                return
            if least is None or waiting < least:
                least, end = waiting, time.monotonic() + seconds
            time.sleep(0.5)
        raise AssertionError("the sender's queue does not empty: " + shown[:2000])

    def check_signed(self, octets):
        """The message is whole, and bears its signature once; its subject."""
        message = parse(octets)
        subject = message["Subject"]
        text = text_of(int(subject[1:]))
        self.assertEqual(message.get_content().replace("\r\n", "\n").rstrip("\n"), f"{text}\n\n-- \n{SIGNATURE}", subject)
        return subject

    def look(self, receiver):
        found = collections.Counter()
        for user in BOXES:
            with imaplib.IMAP4("127.0.0.1", receiver.ports["imap"]) as imap:
                imap.login(f"{user}@receiver.test", PASSWORD)
                imap.select("INBOX", readonly=True)
                answer = imap.fetch("1:*", "(BODY.PEEK[])")[1]
                for item in answer:
                    if isinstance(item, tuple):
                        subject = self.check_signed(item[1])
                        found[subject] += 1
                        self.assertIn(self.answered.get(subject, user), (user,), subject)
        lost = set(self.answered) - set(found)
        self.assertFalse(lost, f"answered 250 and lost: {sorted(lost)[:5]} of {len(lost)}")
        twice = [subject for subject, count in found.items() if count > 1]
        self.assertFalse(twice, f"there twice: {twice[:5]} of {len(twice)}")
        self.assertFalse(set(found) - set(self.answered) - self.doubtful, "nobody sent these")
        print(f"{len(self.answered)} answered, {len(self.doubtful)} in doubt, {len(found)} there ", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    unittest.main()
