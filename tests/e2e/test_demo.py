"""What the demo prints to try next works as written, in any folder, by a shell."""
import pathlib
import signal
import subprocess
import tempfile
import unittest

from server import PARAPH


class DemoCommands(unittest.TestCase):
    def test_every_command_that_it_prints_works(self):
        with tempfile.TemporaryDirectory(prefix="paraph demo ") as folder:
            data = pathlib.Path(folder) / "data"
            process = subprocess.Popen([PARAPH, "serve", "--demo", "--data-dir", data], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            try:
                if not process.stdout.readline():
                    said = process.stderr.read()
                    self.assertIn("another program", said)
                    self.skipTest(said)
                commands = self.printed_commands(process.stderr)
                self.assertEqual([command.split(" | ")[-1].split(" --")[0].split("paraph ")[-1].split()[0] for command in commands],
                                 ["send", "inbox", "save", "signature", "curl"])
                for command in commands:
                    done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60)
                    self.assertEqual((done.returncode, done.stderr), (0, ""), command)
                    self.assertTrue(done.stdout, command)
                saved = {file.name: file.read_bytes() for file in (data / "message-1").iterdir()}
                self.assertIn((data / "message.opus").read_bytes(), saved.values())
                self.assertLessEqual({"message.eml", "signature-image.png"}, set(saved))
                self.assertTrue(any(name.startswith("signature-voice.") for name in saved), sorted(saved))
            finally:
                process.send_signal(signal.SIGINT)
                self.assertEqual(process.wait(timeout=15), 0)
                process.stdout.close()
                process.stderr.close()

    @staticmethod
    def printed_commands(stream):
        """The indented lines up to the last one of the demo's text."""
        commands = []
        for line in stream:
            if line.startswith("Ctrl-C"):
                break
            if line.startswith("    "):
                commands.append(line.strip())
        return commands


if __name__ == "__main__":
    unittest.main()
