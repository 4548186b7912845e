"""The contract of the program: verbs, exit codes, one-line errors, signals."""
import imaplib
import os
import pathlib
import signal
import smtplib
import socket
import ssl
import stat
import subprocess
import tempfile
import time
import unittest

from recordings import recordings
from server import CONFIG, PARAPH, PASSWORD, Server, make_certificate, paraph

ALICE, BOB = "alice@example.test", "bob@example.test"


class OneLineErrors(unittest.TestCase):
    def refuse(self, code, *arguments, stdin="", config=None):
        done = paraph(*arguments, check=False, stdin=stdin, config=config)
        self.assertEqual(done.returncode, code, (arguments, done.stderr))
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def test_wrong_usage_is_2(self):
        for arguments in (["fly"], ["serve", "--fast"], ["account"], ["account", "add"], ["send"], ["policy", "show"], []):
            with self.subTest(arguments):
                self.refuse(2, *arguments)

    def test_a_bad_configuration_names_file_line_and_key(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "paraph.toml"
            for text, line, key in (('[server]\nname = "x"\ndata_dir = "/nowhere"\ncolour = "red"\n', 4, "colour"),
                                    ('[listen]\nimap = "here"\n', 2, "imap"), ('[limits]\nmessage_bytes_max = "big"\n', 2, "message_bytes_max"),
                                    ('[store]\nengine = "paper"\n', 2, "engine"), ('[signature]\nwait = "soon"\n', 2, "wait")):
                with self.subTest(key):
                    file.write_text(text)
                    said = self.refuse(1, "serve", config=file)
                    self.assertTrue(said.startswith(f"{file}:{line}: ") and key in said, said)
            said = self.refuse(1, "serve", config=pathlib.Path(folder) / "absent.toml")
            self.assertIn("absent.toml", said)

    def test_help_shows_an_example(self):
        for verb in ("serve", "domain", "account", "signature", "send", "inbox", "save", "check"):
            with self.subTest(verb):
                done = paraph(verb, "--help")
                self.assertIn("xample", done.stdout)
                self.assertIn(f"paraph {verb}", done.stdout)

    def test_wrong_certificates(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            make_certificate(folder / "a.crt", folder / "a.key")
            make_certificate(folder / "b.crt", folder / "b.key")
            (folder / "junk.crt").write_text("this is no certificate\n")
            config = folder / "paraph.toml"
            for certificate, key in (("absent.crt", "a.key"), ("junk.crt", "a.key"), ("a.crt", "b.key"), ("a.crt", "junk.crt")):
                with self.subTest(certificate + key):
                    config.write_text(CONFIG.format(name="vm.example.test", data=folder / "data", listen='imaps = "127.0.0.1:0"', extra="",
                                                    tls=f'[tls]\ncertificate = "{folder / certificate}"\nkey = "{folder / key}"'))
                    said = self.refuse(1, "serve", config=config)
                    self.assertTrue(certificate in said or key in said, said)


class Postmaster(unittest.TestCase):
    """RFC 5321 section 4.5.1: whoever takes mail has one, and the operator learns when there is none."""

    def said_at_start(self, server):
        process = subprocess.Popen([PARAPH, "serve", "--config", str(server.config)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("paraph ready", process.stdout.readline())
        process.terminate()
        return process.communicate(timeout=20)[1]

    def accepted(self, server):
        with smtplib.SMTP("127.0.0.1", server.ports["mx"], timeout=20) as client:
            client.ehlo("relay.example")
            client.mail("")
            return [client.rcpt(name)[0] for name in ("<postmaster>", "<POSTMASTER@example.test>")]

    def test_without(self):
        with Server() as server:
            self.assertEqual(self.accepted(server), [550, 550])
            server.stop()
            self.assertIn("nobody is postmaster at example.test", self.said_at_start(server))

    def test_named(self):
        with Server() as server:
            server.stop()
            server.config.write_text(server.config.read_text().replace("[server]", f'[server]\npostmaster = "{ALICE}"'))
            self.assertNotIn("postmaster", self.said_at_start(server))
            server.start()
            self.assertEqual(self.accepted(server), [250, 250])

    def test_an_account(self):
        with Server(accounts=("postmaster",)) as server:
            self.assertEqual(self.accepted(server), [250, 250])
            server.stop()
            self.assertNotIn("postmaster", self.said_at_start(server))


class Administration(unittest.TestCase):
    def test_verbs_work_with_the_server_and_without_it(self):
        server = Server(accounts=())
        try:
            server.run("domain", "add", "example.test")
            server.run("account", "add", ALICE, "--password-stdin", stdin=PASSWORD)
            server.start()
            server.run("account", "add", BOB, "--password-stdin", "--tel", "+441234567", stdin=PASSWORD)
            listed = server.run("account", "list").stdout
            self.assertIn(ALICE, listed)
            self.assertIn(BOB, listed)
            self.assertEqual(server.run("account", "add", BOB, "--password-stdin", stdin="x", check=False).returncode, 1)
            mode = stat.S_IMODE((server.data / "paraph.sock").stat().st_mode)
            self.assertEqual(mode & 0o077, 0, "only the owner may administer")
            server.run("account", "passwd", BOB, "--password-stdin", stdin="another one")
            with imaplib.IMAP4("127.0.0.1", server.ports["imap"]) as imap:
                with self.assertRaises(imaplib.IMAP4.error):
                    imap.login(BOB, PASSWORD)
                imap.login(BOB, "another one")
            server.run("account", "remove", BOB)
            self.assertNotIn(BOB, server.run("account", "list").stdout)
            second = paraph("serve", config=server.config, check=False)
            self.assertEqual((second.returncode, second.stderr.count("\n")), (1, 1), second.stderr)
            server.set_signature(recordings())
            self.assertIn("Alice Example", server.run("signature", "show", ALICE).stdout)
            server.run("signature", "clear", ALICE)
            self.assertNotIn("Alice Example", server.run("signature", "show", ALICE).stdout)
            server.stop()
            self.assertIn(ALICE, server.run("account", "list").stdout)
            server.run("check")
        finally:
            server.stop()

    def test_a_signature_of_the_wrong_kind_is_refused(self):
        with Server(accounts=("alice",)) as server, tempfile.TemporaryDirectory() as folder:
            junk = pathlib.Path(folder) / "junk.wav"
            junk.write_bytes(b"RIFF" + b"\xff" * 40)
            for option in ("--voice", "--image"):
                done = server.run("signature", "set", ALICE, option, junk, check=False)
                self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)


class Signals(unittest.TestCase):
    def test_term_finishes_what_is_in_flight(self):
        server = Server()
        with server:
            smtp = smtplib.SMTP("127.0.0.1", server.ports["mx"])
            smtp.ehlo()
            smtp.mail(ALICE)
            smtp.rcpt(BOB)
            smtp.docmd("DATA")
            smtp.sock.sendall(b"Subject: in flight\r\n\r\nhalf")
            time.sleep(0.2)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            smtp.sock.sendall(b" and whole\r\n.\r\n")
            code, _ = smtp.getreply()
            self.assertEqual(code, 250)
            begun = time.monotonic()
            self.assertEqual(server.process.wait(timeout=12), 0)
            self.assertLess(time.monotonic() - begun, 11)
            server.process = None
            server.start()
            with imaplib.IMAP4("127.0.0.1", server.ports["imap"]) as imap:
                imap.login(BOB, PASSWORD)
                imap.select("INBOX")
                self.assertEqual(imap.search(None, "SUBJECT", '"in flight"')[1], [b"1"])

    def test_term_does_not_wait_for_idlers(self):
        with Server() as server:
            idlers = [server.connect(name) for name in ("imap", "submission", "mx")]
            begun = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - begun, 11)
            for idler in idlers:
                idler.close()

    def test_hup_reloads_the_certificate(self):
        with Server(tls=True) as server:
            before = self.certificate(server)
            make_certificate(server.certificate, server.folder / "tls.key")
            server.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 5
            while self.certificate(server) == before and time.monotonic() < deadline:
                time.sleep(0.05)
            self.assertNotEqual(self.certificate(server), before)
            server.certificate.write_text("broken\n")
            server.process.send_signal(signal.SIGHUP)
            time.sleep(0.3)
            self.assertTrue(self.certificate(server), "a broken certificate on reload leaves the old one in place")

    @staticmethod
    def certificate(server):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", server.ports["imaps"]), timeout=10) as raw, context.wrap_socket(raw) as tls:
            return tls.getpeercert(binary_form=True)


class Scheduling(unittest.TestCase):
    def policies(self, pid):
        return {os.sched_getscheduler(int(thread.name)) for thread in pathlib.Path(f"/proc/{pid}/task").iterdir()}

    def test_who_works_is_not_pushed_aside(self):
        with Server(accounts=()) as server:
            self.assertEqual(self.policies(server.process.pid), {os.SCHED_BATCH})

    def test_what_the_operator_chose_stays(self):
        with Server(accounts=()) as server:
            server.stop()
            process = subprocess.Popen(["chrt", "--idle", "0", PARAPH, "serve", "--config", str(server.config)], stdout=subprocess.PIPE, text=True)
            self.addCleanup(process.kill)
            self.assertIn("paraph ready", process.stdout.readline())
            self.assertEqual(self.policies(process.pid), {os.SCHED_IDLE})
            process.terminate()
            process.communicate(timeout=20)


class Tls(unittest.TestCase):
    def test_starttls_and_scram_by_an_independent_client(self):
        with Server(tls=True, extra='[limits]\n') as server:
            context = ssl.create_default_context(cafile=server.certificate)
            with imaplib.IMAP4("127.0.0.1", server.ports["imap"]) as imap:
                imap.starttls(context)
                imap.login(BOB, PASSWORD)
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "PLAIN", "LOGIN"):
                for priority in ("NORMAL:-VERS-ALL:+VERS-TLS1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.3"):
                    with self.subTest(mechanism + priority):
                        done = self.gsasl(server, mechanism, PASSWORD, priority)
                        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertNotEqual(self.gsasl(server, "SCRAM-SHA-256", "wrong", "NORMAL").returncode, 0)

    @staticmethod
    def gsasl(server, mechanism, password, priority):
        return subprocess.run(["gsasl", "--imap", "--connect", f"localhost:{server.ports['imap']}", "--mechanism", mechanism, "-a", BOB,
                               "-p", password, "--starttls", f"--x509-ca-file={server.certificate}", f"--priority={priority}",
                               *([] if mechanism.endswith("-PLUS") else ["--no-cb"])],
                              input="", capture_output=True, text=True, timeout=30)


class Demo(unittest.TestCase):
    def test_the_demo_starts_and_starts_again(self):
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(2):
                process = subprocess.Popen([PARAPH, "serve", "--demo", "--data-dir", folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                try:
                    ready = process.stdout.readline()
                    if not ready and "in use" in (text := process.stderr.read()):
                        self.skipTest(text)
                    self.assertTrue(ready.startswith("paraph ready"), ready)
                    paraph("send", "--server", "127.0.0.1:2587", "--user", "alice@example.test", "--password-stdin", "--to", "bob@example.test",
                           "--text", "hello", stdin="paraph")
                    listed = paraph("inbox", "--server", "127.0.0.1:1143", "--user", "bob@example.test", "--password-stdin", stdin="paraph").stdout
                    self.assertIn("alice@example.test", listed)
                finally:
                    process.send_signal(signal.SIGTERM)
                    self.assertEqual(process.wait(timeout=15), 0)
                    process.stdout.close()
                    process.stderr.close()
