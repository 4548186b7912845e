"""A spoken message leaves signed and is read, by clients that we did not write."""
import imaplib
import os
import pathlib
import pty
import subprocess
import tempfile
import time
import unittest

from messages import check_signed, parse
from recordings import TYPES, recordings
from server import PASSWORD, Server

ALICE, BOB = "alice@example.test", "bob@example.test"


def run(*command, timeout=60, **keywords):
    done = subprocess.run(list(map(str, command)), capture_output=True, timeout=timeout, **keywords)
    if done.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}"
                             f"{done.stdout.decode(errors='replace')[-2000:]}")
    return done.stdout


class SendersAndReaders(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.recordings = recordings()
        cls.server = Server(tls=True)
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.set_signature(cls.recordings)
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-readers-"))
        cls.sent = []
        for kind in TYPES:
            for send in (cls.swaks, cls.curl, cls.paraph_send):
                subject = f"{kind} by {send.__name__}"
                send(kind, subject)
                cls.sent.append((kind, subject))

    @classmethod
    def swaks(cls, kind, subject):
        run("swaks", "--server", "127.0.0.1", "--port", cls.server.ports["submission"], "--tls", "--auth", "PLAIN", "--auth-user", ALICE,
            "--auth-password", PASSWORD, "--from", ALICE, "--to", BOB, "--h-Subject", subject, "--h-From", ALICE, "--body", "Listen, please.",
            "--attach-type", TYPES[kind], "--attach-name", f"message.{kind}", "--attach", f"@{cls.recordings.message(kind)}")

    @classmethod
    def curl(cls, kind, subject):
        file = cls.folder / "curl.eml"
        done = subprocess.run(["base64", "-w", "76", str(cls.recordings.message(kind))], check=True, capture_output=True, text=True)
        text = (f"From: {ALICE}\nTo: {BOB}\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: {TYPES[kind]}; name=\"message.{kind}\"\n"
                f"Content-Transfer-Encoding: base64\nContent-Duration: 30\n\n{done.stdout}")
        file.write_bytes(text.replace("\n", "\r\n").encode())
        run("curl", "-sS", "--cacert", cls.server.certificate, f"smtps://localhost:{cls.server.ports['submissions']}", "--mail-from", ALICE,
            "--mail-rcpt", BOB, "--user", f"{ALICE}:{PASSWORD}", "--upload-file", file)

    @classmethod
    def paraph_send(cls, kind, subject):
        cls.server.run("send", "--server", f"127.0.0.1:{cls.server.ports['submission']}", "--user", ALICE, "--password-stdin", "--to", BOB,
                       "--voice", cls.recordings.message(kind), "--text", "Listen, please.", "--subject", subject, stdin=PASSWORD)

    def check_all(self, messages):
        """Each message that was sent is among `messages` (octets) once, whole and signed."""
        by_subject = {}
        for octets in messages:
            by_subject.setdefault(parse(octets)["Subject"], []).append(octets)
        for kind, subject in self.sent:
            with self.subTest(subject):
                self.assertEqual(len(by_subject.get(subject, [])), 1, sorted(by_subject))
                check_signed(self, by_subject[subject][0], self.recordings.message(kind).read_bytes(), self.recordings)

    def test_imaplib(self):
        with imaplib.IMAP4("127.0.0.1", self.server.ports["imap"]) as imap:
            imap.login(BOB, PASSWORD)
            imap.select("INBOX", readonly=True)
            _, found = imap.search(None, "ALL")
            messages = [imap.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in found[0].split()]
        self.check_all(messages)

    def test_curl(self):
        base = f"imap://127.0.0.1:{self.server.ports['imap']}/INBOX"
        messages = [run("curl", "-sS", "--user", f"{BOB}:{PASSWORD}", f"{base};MAILINDEX={index}") for index in range(1, len(self.sent) + 1)]
        self.check_all(messages)

    def test_mbsync(self):
        box = self.folder / "maildir"
        box.mkdir()
        rc = self.folder / "mbsyncrc"
        rc.write_text(f"""IMAPStore far
Host localhost
Port {self.server.ports['imaps']}
User {BOB}
Pass "{PASSWORD}"
SSLType IMAPS
CertificateFile {self.server.certificate}

MaildirStore near
Path {box}/
Inbox {box}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Near
Expunge None
CopyArrivalDate yes
""")
        run("mbsync", "-c", rc, "all", env={**os.environ, "HOME": str(self.folder)})
        files = [f for sub in ("cur", "new") for f in (box / "INBOX" / sub).iterdir()]
        self.check_all([f.read_bytes() for f in files])
        self.assertTrue((box / "Greetings").is_dir() and (box / "Sent").is_dir(), "mbsync found the other mailboxes")

    def test_fetchmail(self):
        out = self.folder / "fetched"
        out.mkdir()
        rc = self.folder / "fetchmailrc"
        rc.write_text(f"""poll 127.0.0.1 protocol IMAP port {self.server.ports['imap']} auth password user "{BOB}" password "{PASSWORD}"
fetchall keep no rewrite sslproto '' mda "sh -c 'cat > $(mktemp {out}/XXXXXXXX)'"
""")
        rc.chmod(0o600)
        run("fetchmail", "-f", rc, "--nosyslog", "--nodetach", "--pidfile", self.folder / "fetchmail.pid",
            env={**os.environ, "HOME": str(self.folder), "FETCHMAILHOME": str(self.folder)})
        self.check_all([f.read_bytes() for f in out.iterdir()])

    def test_neomutt(self):
        box = self.folder / "mutt.mbox"
        rc = self.folder / "muttrc"
        rc.write_text(f"""set imap_user = "{BOB}"
set imap_pass = "{PASSWORD}"
set ssl_starttls = no
set ssl_force_tls = no
set mbox_type = mbox
set confirmappend = no
set confirmcreate = no
set delete = no
set copy = no
set header_cache = ""
set quit = yes
set auto_tag = yes
set wait_key = no
""")
        (self.folder / "Mail").mkdir(exist_ok=True)  # neomutt asks before it makes one
        keys = f"<tag-pattern>~A<enter>;<copy-message><kill-line>{box}<enter><exit>"
        command = ["neomutt", "-n", "-F", str(rc), "-f", f"imap://127.0.0.1:{self.server.ports['imap']}/INBOX", "-e", f'push "{keys}"']
        self.in_terminal(command)
        import mailbox
        self.check_all([m.as_bytes() for m in mailbox.mbox(box)])

    def in_terminal(self, command, timeout=40):
        """Runs a full-screen program to its end in a terminal of its own."""
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update(TERM="xterm", LINES="40", COLUMNS="120", HOME=str(self.folder))
            os.execvp(command[0], command)
        screen = b""
        deadline = time.monotonic() + timeout
        os.set_blocking(terminal, False)
        while time.monotonic() < deadline:
            try:
                screen = (screen + os.read(terminal, 65536))[-4000:]
            except BlockingIOError:
                time.sleep(0.02)
            except OSError:
                break
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                os.close(terminal)
                return os.waitstatus_to_exitcode(status)
        else:
            os.kill(child, 9)
            os.waitpid(child, 0)
            self.fail(f"{command[0]} did not end: {screen!r}")
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def test_paraph_inbox_and_save(self):
        import json
        place = ["--server", f"127.0.0.1:{self.server.ports['imap']}", "--user", BOB, "--password-stdin"]
        listed = json.loads(self.server.run("inbox", *place, "--json", stdin=PASSWORD).stdout)
        self.assertEqual({m["subject"] for m in listed}, {subject for _, subject in self.sent})
        self.assertEqual(set(listed[0]), {"uid", "from", "to", "subject", "date", "duration", "seen", "signed"})
        self.assertTrue(all(m["signed"] for m in listed))
        for entry in listed:
            out = self.folder / f"saved-{entry['uid']}"
            self.server.run("save", *place, "--uid", entry["uid"], "--dir", out, stdin=PASSWORD)
            kind = entry["subject"].split()[0]
            check_signed(self, (out / "message.eml").read_bytes(), self.recordings.message(kind).read_bytes(), self.recordings)
            kept = {f.read_bytes() for f in out.iterdir()}
            self.assertIn(self.recordings.message(kind).read_bytes(), kept)
            marked = [f for f in out.iterdir() if "signature" in f.name and f.read_bytes() in self.recordings.voice_variants.values()]
            self.assertEqual(len(marked), 1, sorted(f.name for f in out.iterdir()))
