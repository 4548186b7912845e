"""A disk that is full, at the sender's server and at the receiver's: a small file system of memory below the server's folder. Needs root."""
import contextlib
import pathlib
import shutil
import signal
import smtplib
import subprocess
import tempfile
import time
import unittest

from faults import Fault, FaultRelay
from messages import parse
from recordings import recordings
from server import Server
from test_peers import inbox, submit, voice_message, wait_for
from test_relay_crash import QUEUE, ROUTE

SIZE = "256m"


class SmallDisk:
    """A folder of its own, for a server to keep everything in; `fill` leaves nothing, `make_room` gives it back."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-disk-"))
        try:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(self.folder)], check=True, capture_output=True)
        except BaseException:
            self.folder.rmdir()
            raise
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def fill(self):
        with contextlib.suppress(OSError), open(self.folder / "fill", "wb", buffering=0) as file:
            while file.write(bytes(1 << 20)):
                pass

    def make_room(self):
        (self.folder / "fill").unlink()


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.audio = recordings().message("amr").read_bytes()

    def servers(self, sender_folder=None, receiver_folder=None, relayed=False):
        self.receiver = Server(accounts=("bob",), domain="receiver.test", name="mx.receiver.test", listen=("mx", "imap"), extra=QUEUE.format(more=""), folder=receiver_folder)
        self.receiver.config.write_text(self.receiver.config.read_text().replace("[server]", '[server]\npostmaster = "bob@receiver.test"'))
        self.stack.enter_context(self.receiver)
        port = self.receiver.ports["mx"]
        if relayed:
            self.relay = self.stack.enter_context(FaultRelay(("127.0.0.1", port), hide=()))
            port = self.relay.port
        extra = QUEUE.format(more=ROUTE.format(port=port).replace("receiver.test", "*"))
        self.sender = self.stack.enter_context(Server(domain="sender.test", name="vm.sender.test", listen=("submission", "imap"), extra=extra, folder=sender_folder))

    def send(self, subject, to="bob@receiver.test"):
        submit(self.sender, voice_message(subject, self.audio, to).replace(b"example.test", b"sender.test"), [to])

    def wait_for_queue(self, fits, what):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            shown = self.sender.run("queue", "list").stdout
            if fits(shown):
                return shown
            time.sleep(0.05)
        raise AssertionError(f"{what}: {shown}" + "\n".join(self.sender.log[-10:]))

    def check_came_once(self, *subjects):
        for subject in subjects:
            wait_for(self.receiver, "bob", subject)
        self.wait_for_queue(lambda shown: not shown.strip() or "empty" in shown, "the queue does not empty")
        self.assertEqual(sorted(parse(octets)["Subject"] for octets in inbox(self.receiver, "bob")), sorted(subjects))
        self.assertEqual(inbox(self.sender, "alice"), [], "nothing to report")

    def test_of_the_receiver(self):
        disk = self.stack.enter_context(SmallDisk())
        self.servers(receiver_folder=disk.folder)
        self.send("before")
        wait_for(self.receiver, "bob", "before")
        disk.fill()
        self.send("full")
        shown = self.wait_for_queue(lambda shown: "receiver.test" in shown and "452" in shown, "the receiver's answer is not told")
        self.assertIn("4.3.1", shown)
        self.assertEqual(len(inbox(self.receiver, "bob")), 1, "mail that is there can be read")
        disk.make_room()
        self.check_came_once("before", "full")

    def test_of_the_sender(self):
        disk = self.stack.enter_context(SmallDisk())
        self.servers(sender_folder=disk.folder)
        self.send("before")
        wait_for(self.receiver, "bob", "before")
        disk.fill()
        with self.assertRaises((smtplib.SMTPDataError, smtplib.SMTPSenderRefused)) as refused:
            self.send("full")
        self.assertEqual(refused.exception.smtp_code, 452)
        self.assertIn(b"4.3.1", refused.exception.smtp_error)
        self.assertIsNone(self.sender.process.poll(), "it still runs")
        disk.make_room()
        self.send("after")
        self.check_came_once("before", "after")

    def wait_for_log(self, text, times):
        end = time.monotonic() + 30
        while sum(text in line for line in self.sender.log) < times:
            self.assertLess(time.monotonic(), end, f"{text}: not {times} times\n" + "\n".join(self.sender.log[-10:]))
            time.sleep(0.05)

    def check_stores(self):
        for server in (self.sender, self.receiver):
            server.end_whole()

    def deliver_with_a_full_disk(self, how):
        """What is in the queue gets there, and nothing of that can be written before the server ends. Each has a domain, so that all are tried at once."""
        disk = self.stack.enter_context(SmallDisk())
        self.servers(sender_folder=disk.folder, relayed=True)
        subjects = [f"waits-{number}" for number in range(5)]
        halts = [Fault("CONTENT", "halt") for _ in subjects]
        self.relay.plan(*halts)
        for subject in subjects:
            self.receiver.ask("domain add", domain=f"{subject}.test")
            self.send(subject, f"postmaster@{subject}.test")
        for halt in halts:
            self.assertTrue(halt.reached.wait(30), "they are on their way")
        disk.fill()
        for halt in halts:
            halt.go.set()
        for subject in subjects:
            wait_for(self.receiver, "bob", subject)
        self.wait_for_log("the store does not take what came of it", len(subjects))
        self.sender.stop(how)
        disk.make_room()
        self.sender.start()
        self.check_came_once(*subjects)
        self.check_stores()

    def test_of_the_sender_while_mail_leaves_and_it_is_killed(self):
        self.deliver_with_a_full_disk(signal.SIGKILL)

    def test_of_the_sender_while_mail_leaves_and_it_is_stopped(self):
        self.deliver_with_a_full_disk(signal.SIGTERM)


if __name__ == "__main__":
    unittest.main()
