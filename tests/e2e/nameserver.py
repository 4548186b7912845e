"""DNS for a test: dnsmasq with what it is given, or a port where nobody answers."""
import signal
import socket
import subprocess


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Dnsmasq:
    """Answers for what it is given alone, on a loopback port of its own."""

    def __init__(self, records, *options):
        self.port = free_port()
        command = ["/usr/sbin/dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--bind-interfaces",
                   "--listen-address=127.0.0.1", f"--port={self.port}", "--pid-file=", "--local=/test/", "--user=root", *options]
        for name, value in records.items():
            strings = [value[i:i + 200] for i in range(0, len(value), 200)]
            command.append(f"--txt-record={name}," + ",".join(strings))
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=10)


class Silence:
    """A port that takes questions and answers none."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def stop(self):
        self.socket.close()
