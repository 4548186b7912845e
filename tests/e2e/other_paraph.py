"""Plays another Paraph that is asked for signatures: well-behaved, or in one of many bad moods."""
import hashlib
import http.server
import json
import pathlib
import ssl
import subprocess
import threading
import urllib.parse

TOKEN = "a secret of two servers"
HUGE = 2 << 30


class OtherParaph:
    """A context manager. `signatures` is what it knows: address -> {"text", "html", "voice", "image"}, the last two as octets."""

    def __init__(self, certificate=None, key=None):
        self.signatures = {}
        self.mood = "well"
        self.max_age = 3600
        self.requests = []
        self.over = threading.Event()
        other = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                other.requests.append((self.path, dict(self.headers)))
                other.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # clients that lose patience are what is tested
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.over.is_set():
            return
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}"

    def documents(self):
        return [path for path, _ in self.requests if path.startswith("/.well-known/paraph/signature")]

    def answer(self, request):
        if self.over.is_set():
            request.close_connection = True  # a connection that was kept open ends with the server
            return None
        url = urllib.parse.urlsplit(request.path)
        user = urllib.parse.parse_qs(url.query).get("user", [""])[0]
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.send(request, 401, b"")
        if self.mood == "slow":
            self.over.wait(30)
            return self.send(request, 200, b"")
        if self.mood == "garbage":
            return self.send(request, 200, b"\x00\xff<html>" * 1000)
        if self.mood == "no HTTP":
            request.close_connection = True
            return request.wfile.write(b"\x16\x03\x01 what?\r\n\r\n")
        if self.mood == "error":
            return self.send(request, 500, b"oops")
        if self.mood == "huge":
            return self.send_huge(request)
        known = self.signatures.get(user.lower())
        if self.mood == "gone" or known is None:
            return self.send(request, 404, b"")
        if url.path == "/.well-known/paraph/signature":
            return self.send_document(request, user, known)
        for part in (known.get("voice"), known.get("image")):
            if part and url.path == "/.well-known/paraph/media/" + hashlib.sha256(part).hexdigest():
                return self.send(request, 200, part)
        return self.send(request, 404, b"")

    def send_document(self, request, user, known):
        def media(octets, kind):
            digest = hashlib.sha256(octets).hexdigest()
            return {"url": f"/.well-known/paraph/media/{digest}?user={urllib.parse.quote(user, safe='')}", "type": kind, "sha256": digest,
                    "size": len(octets)}
        document = {"version": 1, "user": user, "text": known.get("text", ""), "html": known.get("html", "")}
        if known.get("image"):
            document["image"] = media(known["image"], "image/png")
        if known.get("voice"):
            document["voice"] = [media(known["voice"], "audio/AMR")]
        body = json.dumps(document).encode()
        tag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        if request.headers.get("If-None-Match") == tag:
            return self.send(request, 304, b"", tag)
        return self.send(request, 200, body, tag)

    def send(self, request, status, body, tag=None):
        request.send_response(status)
        if status != 401:
            request.send_header("Paraph-Peer", "yes")
        if tag:
            request.send_header("ETag", tag)
            request.send_header("Cache-Control", f"max-age={self.max_age}")
        if status != 304:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def send_huge(self, request):
        request.send_response(200)
        request.send_header("Content-Length", str(HUGE))
        request.end_headers()
        piece = b"{" * (1 << 20)
        for _ in range(HUGE // len(piece)):
            request.wfile.write(piece)


CA = """
[ca]
default_ca = it
[it]
dir = {folder}
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
x509_extensions = server
[any]
commonName = supplied
[server]
subjectAltName = IP:127.0.0.1
basicConstraints = critical, CA:TRUE
"""


def make_expired_certificate(folder):
    """(certificate, key): it vouches for itself, and for 127.0.0.1, on one day in 2020."""
    folder = pathlib.Path(folder)
    (folder / "index").write_text("")
    (folder / "serial").write_text("01\n")
    (folder / "ca.cnf").write_text(CA.format(folder=folder))
    key, request, certificate = folder / "old.key", folder / "old.csr", folder / "old.crt"

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=old", "-keyout", key, "-out",
            request)
    openssl("ca", "-batch", "-selfsign", "-config", folder / "ca.cnf", "-in", request, "-keyfile", key, "-out", certificate, "-startdate",
            "20200101000000Z", "-enddate", "20200102000000Z")
    return certificate, key
