"""A mail server of the tests' own, for loopback: it offers what a test says, and refuses what a test does not like."""
import contextlib
import socket
import threading


class NextHop:
    """Takes mail for anybody. `refuses` is given a whole message and the RCPT addresses, and answers a reply, or "" to take it."""

    def __init__(self, extensions=("8BITMIME", "PIPELINING", "DSN"), refuses=lambda octets, to: ""):
        self.extensions = extensions
        self.refuses = refuses
        self.taken = []  # (octets, [RCPT addresses])
        self.refused = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError), client, client.makefile("rb") as lines:
            client.settimeout(120)
            say = lambda *reply: client.sendall("".join(f"{line}\r\n" for line in reply).encode())
            say("220 hop.test ESMTP")
            to = []
            while line := lines.readline():
                word = line[:4].upper().strip()
                if word == b"EHLO":
                    names = ["hop.test", *self.extensions]
                    say(*(f"250{'-' if name is not names[-1] else ' '}{name}" for name in names))
                elif word in (b"MAIL", b"RSET"):
                    to = []
                    say("250 2.0.0 well")
                elif word == b"RCPT":
                    to.append(line.split(b"<", 1)[1].split(b">", 1)[0].decode())
                    say("250 2.1.5 well")
                elif word == b"DATA":
                    say("354 go on")
                    say(self._take(lines, to))
                elif word == b"QUIT":
                    return say("221 2.0.0 bye")
                else:
                    say("502 5.5.1 not here")

    def _take(self, lines, to):
        octets = b""
        while (line := lines.readline()) != b".\r\n":
            if not line:
                raise OSError("the client has gone")
            octets += line[1:] if line.startswith(b".") else line
        reply = self.refuses(octets, to)
        (self.refused if reply else self.taken).append((octets, list(to)))
        return reply or "250 2.0.0 taken"
