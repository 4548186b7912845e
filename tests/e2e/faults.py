"""A small TCP relay between a mail client and a mail server that cuts, stalls and answers by itself where a test says so."""
import contextlib
import dataclasses
import socket
import threading
import time


@dataclasses.dataclass
class Fault:
    """What happens at the command that begins with `at` ("" is the greeting, "." the end of the data), the first `times` times."""

    at: str
    do: str  # "cut": the command is lost; "swallow": it gets there, its reply does not come back; "answer"; "stall"
    reply: str = ""
    seconds: float = 0.0
    times: int = 1


class FaultRelay:
    """Listens on `port` of 127.0.0.1 (or of the address given) and passes connections on to `target`, a line at a time where it must look."""

    def __init__(self, target, address=("127.0.0.1", 0), opened=contextlib.nullcontext, hide=("CHUNKING", "PIPELINING", "STARTTLS")):
        self.target = target
        self.opened = opened  # a context in which sockets are made: another network namespace
        self.hide = tuple(word.encode() for word in hide)
        self.faults = []
        self.seen = []  # commands, as they came
        self.connections = 0
        self._down = False
        self.open = set()
        self.lock = threading.Lock()
        with opened():
            self.listener = socket.create_server(address, backlog=100)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    @property
    def down(self):
        return self._down

    @down.setter
    def down(self, down):
        """Connections that there are end with it."""
        with self.lock:
            self._down = down
            for one in self.open if down else ():
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def plan(self, *faults):
        with self.lock:
            self.faults = list(faults)
            self.seen = []

    def _take(self, at):
        with self.lock:
            for fault in self.faults:
                if fault.times > 0 and fault.at == at[: len(fault.at)] and bool(fault.at) == bool(at):
                    fault.times -= 1
                    return fault
        return None

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            if self._down:
                client.close()
                continue
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError, EOFError):
            with client:
                with self.opened():
                    server = socket.create_connection(self.target, timeout=30)
                with server:
                    with self.lock:
                        self.open |= {client, server}
                    try:
                        self._talk(client, server)
                    finally:
                        with self.lock:
                            self.open -= {client, server}

    def _talk(self, client, server):
        client.settimeout(120)
        server.settimeout(120)
        # Every half has its own reader: a buffer belongs to one direction.
        from_client, from_server = client.makefile("rb"), server.makefile("rb")
        if not self._pass_reply(from_server, client, self._take("")):
            return
        while line := from_client.readline():
            command = line.decode("latin-1").strip().upper()
            with self.lock:
                self.seen.append(command)
            fault = self._take(command)
            if fault and fault.do == "cut":
                return
            if fault and fault.do == "answer":
                client.sendall(fault.reply.encode() + b"\r\n")
                continue
            server.sendall(line)
            data = self._reply(from_server)
            if fault and fault.do == "swallow":
                return
            if fault and fault.do == "stall":
                time.sleep(fault.seconds)
            client.sendall(self._without(data) if command.startswith("EHLO") else data)
            if command == "DATA" and data.startswith(b"354") and not self._pass_data(from_client, from_server, client, server):
                return
            if command == "QUIT":
                return

    def _pass_data(self, from_client, from_server, client, server):
        fault = self._take("CONTENT")
        if fault and fault.do == "cut":
            return False
        while (line := from_client.readline()) != b".\r\n":
            if not line:
                return False
            server.sendall(line)
        fault = self._take(".")
        with self.lock:
            self.seen.append(".")
        if fault and fault.do == "cut":
            return False
        if fault and fault.do == "answer":
            client.sendall(fault.reply.encode() + b"\r\n")
            return False  # the server has not had its dot: this connection is over
        server.sendall(b".\r\n")
        return self._pass_reply(from_server, client, fault)

    def _pass_reply(self, from_server, client, fault):
        reply = self._reply(from_server)
        if fault and fault.do in ("cut", "swallow"):
            return False
        if fault and fault.do == "stall":
            time.sleep(fault.seconds)
        if fault and fault.do == "answer":
            client.sendall(fault.reply.encode() + b"\r\n")
            return False
        client.sendall(reply)
        return True

    @staticmethod
    def _reply(from_server):
        reply = b""
        while line := from_server.readline():
            reply += line
            if line[3:4] != b"-":
                return reply
        raise EOFError

    def _without(self, reply):
        lines = [line for line in reply.splitlines(keepends=True) if not line[4:].upper().startswith(self.hide)]
        lines[-1] = lines[-1][:3] + b" " + lines[-1][4:]
        return b"".join(lines)
