"""kill -9 under load. A message that was answered 250 is there once, whole and signed; one that was not is there once or not at all.

What the page cache hides (kill -9 loses nothing that was written) is tests/crash's matter: it drops what was not synced.
"""
import base64
import imaplib
import os
import random
import signal
import smtplib
import sys
import threading
import time
import unittest

from messages import leaves, parse
from recordings import recordings
from server import PASSWORD, Server

ROUNDS = int(os.environ.get("PARAPH_CRASH_ROUNDS", "200"))
ALICE, BOB = "alice@example.test", "bob@example.test"


class KillNine(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("PARAPH_SEED", random.randrange(1 << 30)))
        print(f"seed {self.seed} ", end="", file=sys.stderr, flush=True)
        self.random = random.Random(self.seed)
        self.answered = {}
        self.tried = {}
        self.seen = {}
        self.next_uid = 1

    def test_nothing_answered_is_lost(self):
        with Server() as server:
            server.set_signature(recordings())
            voice = recordings().signature_voice_for("audio/AMR")
            for number in range(ROUNDS):
                self.load_and_kill(server, number)
                server.start()
                self.look(server, voice)
            server.end_whole()

    def load_and_kill(self, server, number):
        stop = threading.Event()
        threads = [threading.Thread(target=self.send, args=(server, f"{number}.{i}", stop)) for i in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(self.random.uniform(0.02, 0.25))
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        stop.set()
        for thread in threads:
            thread.join()
        server.process.stdout.close()
        server.process = None

    def send(self, server, name, stop):
        rng = random.Random(name + str(self.seed))
        try:
            smtp = smtplib.SMTP("127.0.0.1", server.ports["submission"], timeout=10)
            smtp.login(ALICE, PASSWORD)
            count = 0
            while not stop.is_set():
                key, audio = f"{name}.{count}", b"#!AMR\n" + rng.randbytes(rng.choice((800, 20000, 300000)))
                count += 1
                self.tried[key] = audio
                lines = base64.encodebytes(audio).replace(b"\n", b"\r\n")
                smtp.sendmail(ALICE, BOB, b"From: " + ALICE.encode() + b"\r\nSubject: " + key.encode() + b"\r\nMIME-Version: 1.0\r\n"
                              b"Content-Type: audio/AMR\r\nContent-Transfer-Encoding: base64\r\n\r\n" + lines)
                self.answered[key] = True
        except (smtplib.SMTPException, OSError):
            return

    def look(self, server, voice):
        """Reads what is new, and that what was there before still is."""
        with imaplib.IMAP4("127.0.0.1", server.ports["imap"]) as imap:
            imap.login(BOB, PASSWORD)
            _, (exists,) = imap.select("INBOX", readonly=True)
            _, found = imap.uid("FETCH", f"{self.next_uid}:*", "(BODY.PEEK[])")
            for item in found:
                if not isinstance(item, tuple):
                    continue
                uid = int(item[0].split(b"UID ")[1].split()[0])
                if uid < self.next_uid:
                    continue
                message = parse(item[1])
                key = message["Subject"]
                sounds = [p.get_payload(decode=True) for p in leaves(message) if p.get_content_maintype() == "audio"]
                self.assertEqual(sounds, [self.tried[key], voice], f"{key} is whole and signed")
                self.assertNotIn(key, self.seen, f"{key} is there once")
                self.seen[key] = uid
            self.next_uid = max([self.next_uid, *(uid + 1 for uid in self.seen.values())])
            self.assertEqual(int(exists), len(self.seen), "nothing that was seen went away")
            lost = set(self.answered) - set(self.seen)
            self.assertFalse(lost, f"answered 250 and lost: {sorted(lost)[:5]}")
