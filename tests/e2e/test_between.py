"""Two servers on hosts of their own, and a middle between them that dies, cuts, delays and answers by itself. Needs root.

The receiver's MX is a relay in the middle (faults.py); DNS is dnsmasq there. Retries come after a second: that they keep their times, over
restarts too, is shown on a virtual clock by the tests of src/queue.
"""
import contextlib
import pathlib
import shutil
import signal
import smtplib
import subprocess
import tempfile
import time
import unittest

import messages
from faults import Fault, FaultRelay
from network import Network, missing
from recordings import recordings
from server import PASSWORD, Server
from test_peers import inbox, submit, voice_message, wait_for

QUEUE = """
[dns]
servers = "10.77.{number}.1:53"
[queue]
retry_first = "1s"
retry_max = "2s"
{more}
"""
STEPS = ["", "EHLO", "MAIL", "RCPT", "DATA", "CONTENT", "."]


class Dns:
    """dnsmasq in the middle, for both sides."""

    def __init__(self, network, *records, exchange="10.77.1.1"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-dns-"))
        self.command = network.middle.command("/usr/sbin/dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--bind-interfaces", "--listen-address=10.77.1.1,10.77.2.1",
                                              "--port=53", "--pid-file=", "--local=/test/", "--user=root", "--mx-host=receiver.test,mx.receiver.test,10", f"--host-record=mx.receiver.test,{exchange}",
                                              "--mx-host=sender.test,mx.sender.test,10", "--host-record=mx.sender.test,10.77.1.2", "--mx-host=none.test,.,0", "--txt-record=sender.test,v=spf1 ip4:10.77.0.0/16 -all", *records)
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)


@unittest.skipIf(missing(), missing())
class Between(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        try:
            cls.start(cls.stack)
        except BaseException:
            cls.stack.close()
            raise

    @classmethod
    def start(cls, stack):
        cls.network = stack.enter_context(Network())
        cls.dns = Dns(cls.network)
        stack.callback(cls.dns.stop)
        cls.receiver = stack.enter_context(Server(accounts=("bob", "carol"), domain="receiver.test", name="mx.receiver.test", host=cls.network.receiver, address="10.77.2.2",
                                                  ports={"mx": 25}, tls=True, listen=("mx", "imap"), extra=QUEUE.format(number=2, more="")))
        cls.sender = stack.enter_context(Server(accounts=("alice", "dave"), domain="sender.test", name="vm.sender.test", host=cls.network.sender, address="10.77.1.2", ports={"mx": 25},
                                                tls=True, listen=("mx", "imap"), extra=QUEUE.format(number=1, more="")))
        cls.sender.set_signature(recordings())
        cls.relay = stack.enter_context(FaultRelay(("10.77.2.2", 25), ("10.77.1.1", 25), cls.network.middle.inside))
        cls.audio = recordings().message("amr").read_bytes()
        cls.number = 0

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    def tearDown(self):
        self.relay.plan()
        self.relay.down = False

    def send(self, what, to=("bob@receiver.test",), **options):
        """Alice sends a voice message; its subject."""
        type(self).number += 1
        subject = f"{what}-{self.number}"
        octets = voice_message(subject, self.audio, ", ".join(to)).replace(b"example.test", b"sender.test")
        submit(self.sender, octets, list(to), **options)
        return subject

    def check_came_once(self, subject, user="bob"):
        octets = wait_for(self.receiver, user, subject)
        messages.check_signed(self, octets, self.audio, recordings())
        self.wait_until_queue_is_empty()
        self.assertEqual(self.count(self.receiver, user, subject), 1, "it came once")

    def count(self, server, user, subject, mailbox="INBOX"):
        return sum(messages.parse(octets)["Subject"] == subject for octets in inbox(server, user, mailbox))

    def reports(self, user="alice"):
        return [message for message in map(messages.parse, inbox(self.sender, user)) if message.get_content_type() == "multipart/report"]

    def wait_until_queue_is_empty(self, seconds=40):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            shown = self.sender.run("queue", "list").stdout
            if not shown.strip() or "empty" in shown:
                return
            time.sleep(0.05)
        raise AssertionError("the queue does not empty: " + shown + "\n".join(self.sender.log[-10:]))

    def test_it_arrives(self):
        self.check_came_once(self.send("plain"))

    def test_bcc_does_not_leave(self):
        octets = voice_message("bcc", self.audio, "bob@receiver.test").replace(b"example.test", b"sender.test")
        octets = octets.replace(b"Subject:", b"Bcc: carol@receiver.test\r\nSubject:", 1)
        submit(self.sender, octets, ["bob@receiver.test", "carol@receiver.test"])
        for user in ("bob", "carol"):
            header = wait_for(self.receiver, user, "bcc").split(b"\r\n\r\n", 1)[0].lower()
            self.assertNotIn(b"\nbcc:", header)
            self.assertNotIn(b"carol", header, "no copy names who was hidden")

    def test_a_request_for_a_receipt_passes(self):
        octets = voice_message("receipt", self.audio, "bob@receiver.test").replace(b"example.test", b"sender.test")
        submit(self.sender, octets.replace(b"Subject:", b"Disposition-Notification-To: <alice@sender.test>\r\nSubject:", 1), ["bob@receiver.test"])
        arrived = wait_for(self.receiver, "bob", "receipt")
        messages.check_signed(self, arrived, self.audio, recordings())
        self.assertEqual(messages.parse(arrived)["Disposition-Notification-To"], "<alice@sender.test>")

    def test_cut_at_every_step(self):
        for step in STEPS:
            for do in ("cut", "swallow") if step != "CONTENT" else ("cut",):
                with self.subTest(step=step or "greeting", do=do):
                    self.relay.plan(Fault(step, do))
                    self.check_came_once(self.send("cut"))

    def test_later_at_every_step(self):
        before = len(self.reports())
        for step in ("", "EHLO", "MAIL", "RCPT", "DATA", "."):
            with self.subTest(step=step or "greeting"):
                self.relay.plan(Fault(step, "answer", "421 4.3.2 later" if step in ("", "EHLO") else "451 4.3.0 later"))
                self.check_came_once(self.send("later"))
        self.assertEqual(len(self.reports()), before)

    def test_never_at_every_step(self):
        for step in ("MAIL", "RCPT", "DATA", "."):
            with self.subTest(step=step):
                before = len(self.reports())
                self.relay.plan(Fault(step, "answer", "550 5.7.1 never"))
                subject = self.send("never")
                self.wait_until_queue_is_empty()
                reports = self.reports()
                self.assertEqual(len(reports), before + 1, "one report")
                text = reports[-1].as_string()
                self.assertIn("bob@receiver.test", text)
                self.assertIn("550 5.7.1 never", text)
                self.assertIn("5.7.1", text)
                self.assertLess(len(text), 20000, "never the whole audio")
                self.assertEqual(self.count(self.receiver, "bob", subject), 0)

    def test_no_such_user(self):
        before = len(self.reports())
        subject = self.send("nobody", ("bob@receiver.test", "nobody@receiver.test"))
        self.check_came_once(subject)
        self.assertEqual(len(self.reports()), before + 1)
        text = self.reports()[-1].as_string()
        self.assertIn("nobody@receiver.test", text)
        self.assertNotIn("Final-Recipient: rfc822; bob@", text)

    def test_null_mx_and_no_such_domain(self):
        for domain, status in (("none.test", "5.1.10"), ("not-there.test", "5.1.2")):
            with self.subTest(domain):
                before = len(self.reports())
                self.send("lost", (f"x@{domain}",))
                self.wait_until_queue_is_empty()
                self.assertEqual(len(self.reports()), before + 1)
                self.assertIn(status, self.reports()[-1].as_string())

    def test_the_receiver_is_down_and_back(self):
        self.relay.down = True
        subject = self.send("down")
        time.sleep(2.5)
        self.assertIn("receiver.test", self.sender.run("queue", "list").stdout)
        self.relay.down = False
        self.check_came_once(subject)

    def test_the_link_is_taken_down(self):
        self.network.cut(1)
        try:
            subject = self.send("link")
            time.sleep(1.5)
        finally:
            self.network.mend(1)
        self.check_came_once(subject)

    def test_the_sender_is_killed_while_it_waits(self):
        self.relay.down = True
        subject = self.send("killed")
        time.sleep(1.2)
        self.sender.stop(signal.SIGKILL)
        self.relay.down = False
        self.sender.start()
        self.check_came_once(subject)

    def test_a_slow_peer(self):
        self.relay.plan(Fault("RCPT", "stall", seconds=3), Fault(".", "stall", seconds=3))
        self.check_came_once(self.send("slow"))

    def test_success_is_reported_to_whoever_asks(self):
        before = len(self.reports())
        subject = self.send("success", rcpt_options=["NOTIFY=SUCCESS"])
        self.check_came_once(subject)
        end = time.monotonic() + 15
        while len(self.reports()) == before and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(len(self.reports()), before + 1)
        self.assertRegex(self.reports()[-1].as_string(), r"Action: (relayed|delivered)", "SPF shows the receiver that it may tell alice")


if __name__ == "__main__":
    unittest.main()
