"""A small TCP relay between a mail client and a mail server that cuts, stalls and answers by itself where a test says so."""
import contextlib
import dataclasses
import socket
import threading
import time

PIECE = 16 * 1024
CONTENT_BYTES = 20_000  # of a message are through when "CONTENT" is reached


@dataclasses.dataclass
class Fault:
    """What happens at the command that begins with `at`, the first `times` times.

    `at` may also be "" (the greeting), "CONTENT" (the middle of a message), "." (its last octet; with DATA the line of the dot) and "TLS".
    """

    at: str
    # "cut": the command is lost; "swallow": it gets there, its reply does not come back; "silent": so too, and the connection stays;
    # "answer"; "stall"; "halt": no more of the content passes until `go` is set
    do: str
    reply: str = ""
    seconds: float = 0.0
    times: int = 1
    record: int = 0  # "TLS": half of this one gets through, counted from 1
    by: str = "client"  # "TLS": or "server"
    reached: threading.Event = dataclasses.field(default_factory=threading.Event, compare=False)  # it has happened
    go: threading.Event = dataclasses.field(default_factory=threading.Event, compare=False)


class FaultRelay:
    """Listens on `port` of 127.0.0.1 (or of the address given) and passes connections on to `target`, a command at a time where it must look."""

    def __init__(self, target, address=("127.0.0.1", 0), opened=contextlib.nullcontext, hide=("CHUNKING", "PIPELINING", "STARTTLS"), window=None):
        self.target = target
        self.opened = opened  # a context in which sockets are made: another network namespace
        self.hide = tuple(word.encode() for word in hide)
        self.faults = []
        self.seen = []  # commands, as they came
        self.together = set()  # those that came with more right behind them
        self.connections = 0
        self._down = False
        self.open = set()
        self.lock = threading.Lock()
        with opened():
            self.listener = socket.create_server(address, backlog=100)
        if window:  # so many octets are taken that were not read; what is accepted has it too
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # or accept() waits on
        self.listener.close()
        self.break_off()

    @property
    def down(self):
        return self._down

    @down.setter
    def down(self, down):
        """Connections that there are end with it."""
        self._down = down
        if down:
            self.break_off()

    def break_off(self):
        """The connections that there are end."""
        with self.lock:
            for one in self.open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def plan(self, *faults):
        with self.lock:
            self.faults = list(faults)
            self.seen = []

    def take(self, at):
        with self.lock:
            for fault in self.faults:
                if fault.times > 0 and fault.at == at[: len(fault.at)] and bool(fault.at) == bool(at):
                    fault.times -= 1
                    return fault
        return None

    def note(self, command, together=False):
        with self.lock:
            self.seen.append(command)
            if together:
                self.together.add(command.split(" ", 1)[0])

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
                        Talk(self, client, server).run()
                    finally:
                        with self.lock:
                            self.open -= {client, server}


class Talk:
    """One connection through the relay. What passes something on says whether there is more to pass."""

    def __init__(self, relay, client, server):
        self.relay, self.client, self.server = relay, client, server
        server.settimeout(120)
        client.settimeout(120)
        # Every half has its own reader: a buffer belongs to one direction.
        self.from_client, self.from_server = client.makefile("rb"), server.makefile("rb")

    def run(self):
        fault = self.relay.take("")
        more = self._give(self._reply(), fault) and not (fault and fault.do == "answer")
        while more and (line := self.from_client.readline()):
            more = self._pass_command(line)

    def _pass_command(self, line):
        command = line.decode("latin-1").strip().upper()
        self.relay.note(command, self._more_is_here())
        fault = self.relay.take(command)
        if fault and fault.do == "cut":
            return self._cut(fault)
        if fault and fault.do == "answer":
            return self._answer(command, fault)
        self.server.sendall(line)
        if command.startswith("BDAT"):
            return self._pass_content(self._chunk(bytes_of(command) - 1)) and self._pass_end(self.from_client.read(1))
        reply = self._reply()
        if not self._give(self._without(reply) if command.startswith("EHLO") else reply, fault):
            return False
        if command == "DATA" and reply.startswith(b"354"):
            return self._pass_content(self._lines()) and self._pass_end(b".\r\n")
        if command == "STARTTLS" and reply.startswith(b"220"):
            return self._pass_tls()
        return command != "QUIT"

    def _answer(self, command, fault):
        """The server does not hear of it."""
        if command.startswith("BDAT"):
            self.from_client.read(bytes_of(command))
        return self._give(b"", fault)

    def _lines(self):
        while (line := self.from_client.readline()) != b".\r\n":
            if not line:
                raise EOFError
            yield line

    def _chunk(self, octets):
        while octets > 0:
            if not (piece := self.from_client.read1(min(octets, PIECE))):
                raise EOFError
            octets -= len(piece)
            yield piece

    def _pass_content(self, pieces):
        passed = 0
        for piece in pieces:
            self.server.sendall(piece)
            before, passed = passed, passed + len(piece)
            fault = self.relay.take("CONTENT") if before < CONTENT_BYTES <= passed else None
            if fault and fault.do == "cut":
                return self._cut(fault)
            if fault:
                fault.reached.set()
                fault.go.wait()
        return True

    def _pass_end(self, last):
        fault = self.relay.take(".")
        self.relay.note(".")
        if fault and fault.do == "cut":
            return self._cut(fault)
        if fault and fault.do == "answer":
            self._give(b"", fault)
            return False  # the server has not had its dot: this connection is over
        self.server.sendall(last)
        return self._give(self._reply(), fault)

    def _give(self, reply, fault):
        if fault:
            fault.reached.set()
        do = fault.do if fault else ""
        self._hold(self.from_client, fault)
        if do in ("cut", "swallow", "silent"):
            return False
        if do == "stall":
            time.sleep(fault.seconds)
        self.client.sendall(fault.reply.encode() + b"\r\n" if do == "answer" else reply)
        return True

    @staticmethod
    def _hold(source, fault):
        """Silence, until somebody ends the connection."""
        while fault and fault.do == "silent" and source.read1(PIECE):
            pass

    def _pass_tls(self):
        """What is inside cannot be read; where a record begins and ends is not hidden."""
        fault = self.relay.take("TLS")
        back = threading.Thread(target=self._pass_records, args=(self.from_server, self.client, "server", fault), daemon=True)
        back.start()
        self._pass_records(self.from_client, self.server, "client", fault)
        back.join()
        return False

    def _pass_records(self, source, sink, by, fault):
        number, at = 0, fault.record if fault and fault.by == by else None
        with contextlib.suppress(OSError):
            while header := source.read(5):
                number += 1
                record = header + source.read(int.from_bytes(header[3:], "big"))
                if number == at:
                    sink.sendall(record[: len(record) // 2])
                    fault.reached.set()
                    self._hold(source, fault)
                    break
                sink.sendall(record)
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _cut(fault):
        fault.reached.set()
        return False

    def _more_is_here(self):
        """Has the client sent more already, not waiting for the reply?"""
        self.client.setblocking(False)
        try:
            return bool(self.from_client.peek(1))
        finally:
            self.client.settimeout(120)

    def _reply(self):
        reply = b""
        while line := self.from_server.readline():
            reply += line
            if line[3:4] != b"-":
                return reply
        raise EOFError

    def _without(self, reply):
        lines = [line for line in reply.splitlines(keepends=True) if not line[4:].upper().startswith(self.relay.hide)]
        lines[-1] = lines[-1][:3] + b" " + lines[-1][4:]
        return b"".join(lines)


def bytes_of(bdat):
    return int(bdat.split()[1])
