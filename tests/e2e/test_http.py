"""HTTP as its users meet it: curl and Python's http.client set and read signatures, peers fetch them, tools look at health."""
import base64
import http.client
import imaplib
import json
import smtplib
import socket
import ssl
import subprocess
import time
import unittest
import urllib.parse

from recordings import recordings
from server import PASSWORD, Server, make_certificate

ALICE, BOB = "alice@example.test", "bob@example.test"
TOKEN = "0123456789abcdef0123456789abcdef"
LISTEN = ("submission", "imap", "http", "https")
TO = "/api/v1/signature"


def basic(user=ALICE, password=PASSWORD):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def bearer(token=TOKEN):
    return {"Authorization": "Bearer " + token}


def peer_path(user=ALICE):
    return "/.well-known/paraph/signature?user=" + urllib.parse.quote(user, safe="")


class Http(unittest.TestCase):
    """One server for all tests of a class, with a peer that has a token and one that has a certificate."""

    @classmethod
    def setUpClass(cls):
        extra = '[[peer]]\nname = "branch"\ntoken_file = "{0}/branch.token"\n[[peer]]\nname = "hq"\nsubject = "CN=localhost"\n' \
                '[limits]\ngreeting_timeout = "2s"\ndata_timeout = "2s"\n'
        cls.server = Server(tls=True, listen=LISTEN)
        folder = cls.server.folder
        (folder / "branch.token").write_text(TOKEN + "\n")
        make_certificate(folder / "hq.crt", folder / "hq.key")
        text = cls.server.config.read_text().replace("[auth]", f'client_ca = "{folder}/hq.crt"\n[auth]')
        cls.server.config.write_text(text + extra.format(folder))
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)

    def setUp(self):
        self.ask("DELETE", TO)

    def ask(self, method, path, body=None, headers=None, connection=None, **more):
        """(status, headers, body) of one request, by default Alice's."""
        used = connection or http.client.HTTPConnection("127.0.0.1", self.server.ports["http"], timeout=20)
        used.request(method, path, body, basic() if headers is None else {**basic(), **headers}, **more)
        answer = used.getresponse()
        got = answer.status, answer.headers, answer.read()
        if connection is None:
            used.close()
        return got

    def raw(self, octets):
        """All that is answered to these octets."""
        with socket.create_connection(("127.0.0.1", self.server.ports["http"]), timeout=20) as sock:
            sock.sendall(octets)
            said = b""
            while piece := sock.recv(65536):
                said += piece
            return said

    def deposit(self, subject):
        """Sends a message of Alice's, and gives it as Bob finds it."""
        with smtplib.SMTP("127.0.0.1", self.server.ports["submission"], timeout=20) as smtp:
            smtp.login(ALICE, PASSWORD)
            smtp.sendmail(ALICE, [BOB], f"From: {ALICE}\r\nTo: {BOB}\r\nSubject: {subject}\r\n\r\nHello.\r\n")
        with imaplib.IMAP4("127.0.0.1", self.server.ports["imap"], timeout=20) as imap:
            imap.login(BOB, PASSWORD)
            imap.select("INBOX")
            numbers = imap.search(None, "SUBJECT", subject)[1][0].split()
            return imap.fetch(numbers[-1], "(BODY.PEEK[])")[1][0][1]


class Signature(Http):
    def curl(self, *arguments, check=True):
        done = subprocess.run(["curl", "-sS", "--max-time", "20", "--user", f"{ALICE}:{PASSWORD}", *map(str, arguments)],
                              capture_output=True)
        if check:
            self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def url(self, rest=""):
        return f"http://127.0.0.1:{self.server.ports['http']}{TO}{rest}"

    def test_curl_sets_and_reads_each_part(self):
        made = recordings()
        voice, image = made.signature_voice, made.signature_image
        self.curl("-T", voice, "-H", "Content-Type: audio/AMR", self.url("/voice"))
        self.curl("-T", image, "-H", "Content-Type: image/png", self.url("/image"))
        document = json.loads(self.curl("-X", "PUT", "--data-binary", "Alice Example", "-H", "Content-Type: text/plain", self.url("/text")))
        self.assertEqual(document["text"], "Alice Example")
        self.assertEqual([one["type"] for one in document["voice"]], list(made.voice_variants))
        url = f"http://127.0.0.1:{self.server.ports['http']}"
        heard = self.curl(url + document["voice"][0]["url"])
        self.assertEqual(heard, made.voice_variants["audio/mpeg"])
        self.assertEqual(self.curl(url + document["image"]["url"]), made.image_kept)
        self.assertEqual(self.curl("-r", "6-9", self.url("/voice")), heard[6:10])
        self.assertEqual(self.curl("-r", "-4", self.url("/voice")), heard[-4:])
        self.assertIn("Alice Example", self.server.run("signature", "show", ALICE).stdout)
        self.assertIn(b"412", self.curl("-X", "DELETE", "-H", 'If-Match: "another"', "-w", "%{http_code}", self.url("/voice")))
        self.assertEqual(json.loads(self.curl("-X", "DELETE", self.url("/voice")))["voice"], [])

    def test_a_form_of_curl_s(self):
        made = recordings()
        document = json.loads(self.curl("-X", "PUT", "-F", "text=Alice", "--form-string", "html=<b>Alice</b>",
                                        "-F", f"voice=@{made.signature_voice};type=audio/AMR",
                                        "-F", f"image=@{made.signature_image};type=image/png", self.url()))
        self.assertEqual((document["text"], document["html"]), ("Alice", "<b>Alice</b>"))
        self.assertEqual(document["voice"][0]["size"], len(made.voice_variants["audio/mpeg"]))
        self.assertEqual(document["image"]["size"], len(made.image_kept))
        self.assertEqual(document["enabled"], True)

    def test_what_was_put_is_on_the_next_message_and_gone_when_it_was_deleted(self):
        made = recordings()
        self.assertEqual(self.ask("PUT", TO + "/voice", made.signature_voice.read_bytes(), {"Content-Type": "audio/AMR"})[0], 200)
        self.assertIn(b"Originator-Spoken-Name", self.deposit("one"))
        self.assertEqual(self.ask("PUT", TO + "/enabled", b"false")[0], 200)
        self.assertNotIn(b"Originator-Spoken-Name", self.deposit("two"))
        self.assertEqual(self.ask("PUT", TO + "/enabled", b"true")[0], 200)
        self.assertIn(b"Originator-Spoken-Name", self.deposit("three"))
        self.ask("DELETE", TO + "/voice")
        self.assertNotIn(b"Originator-Spoken-Name", self.deposit("four"))

    def test_one_connection_serves_many_requests(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.ports["http"], timeout=20)
        for number in range(50):
            status, headers, _ = self.ask("PUT", TO + "/text", f"Alice {number}".encode(), {"Content-Type": "text/plain"}, connection)
            self.assertEqual(status, 200)
            again = self.ask("GET", TO, headers={"If-None-Match": headers["ETag"]}, connection=connection)
            self.assertEqual((again[0], again[2]), (304, b""))
        sock = connection.sock
        self.assertEqual(self.ask("GET", TO + "/text", connection=connection)[2], b"Alice 49")
        self.assertIs(connection.sock, sock, "it was never closed")
        connection.close()

    def test_chunks(self):
        pieces = [b"Alice\n", b"Example", b" Company"]
        status, _, body = self.ask("PUT", TO + "/text", iter(pieces), {"Content-Type": "text/plain"}, encode_chunked=True)
        self.assertEqual((status, json.loads(body)["text"]), (200, "Alice\nExample Company"))

    def test_of_two_who_change_the_same_one_wins(self):
        _, headers, _ = self.ask("GET", TO)
        first = self.ask("PUT", TO + "/text", b"one", {"If-Match": headers["ETag"]})
        second = self.ask("PUT", TO + "/text", b"two", {"If-Match": headers["ETag"]})
        self.assertEqual((first[0], second[0]), (200, 412))
        self.assertIn("error", json.loads(second[2]))
        self.assertEqual(self.ask("GET", TO + "/text")[2], b"one")

    def test_who_may(self):
        self.assertEqual(self.ask("GET", TO, headers=basic(password="wrong"))[0], 401)
        self.assertEqual(self.ask("GET", TO, headers=basic("nobody@example.test"))[0], 401)
        self.assertEqual(json.loads(self.ask("GET", TO, headers=basic(BOB))[2])["text"], "")

    def test_what_is_too_large_or_no_recording(self):
        self.assertEqual(self.ask("PUT", TO + "/voice", b"hello", {"Content-Type": "audio/wav"})[0], 415)
        status, _, body = self.ask("PUT", TO + "/text", b"a" * 5000)
        self.assertEqual(status, 413)
        self.assertIn("error", json.loads(body))


class Peer(Http):
    def setUp(self):
        super().setUp()
        made = recordings()
        self.voice = made.voice_variants["audio/mpeg"]
        self.ask("PUT", TO + "/text", b"Alice Example")
        self.ask("PUT", TO + "/voice", made.signature_voice.read_bytes(), {"Content-Type": "audio/AMR"})

    def test_a_peer_fetches_and_revalidates(self):
        status, headers, body = self.ask("GET", peer_path(), headers=bearer())
        self.assertEqual(status, 200)
        document = json.loads(body)
        self.assertEqual((document["version"], document["user"], document["text"]), (1, ALICE, "Alice Example"))
        heard = self.ask("GET", document["voice"][0]["url"], headers=bearer())
        self.assertEqual((heard[0], heard[2]), (200, self.voice))
        self.assertEqual(self.ask("GET", peer_path(), headers={**bearer(), "If-None-Match": headers["ETag"]})[0], 304)
        self.assertEqual(self.ask("GET", peer_path("nobody@example.test"), headers=bearer())[0], 404)

    def test_strangers_cannot_tell_who_is_here(self):
        def without_date(got):
            return got[0], [(name, value) for name, value in got[1].items() if name != "Date"], got[2]

        nothing = without_date(self.ask("GET", "/no/such/page"))
        self.assertEqual(nothing[0], 404)
        for user in (ALICE, "nobody@example.test"):
            for headers in (bearer("wrong" * 8), basic(), {"Authorization": "Bearer"}):
                self.assertEqual(without_date(self.ask("GET", peer_path(user), headers=headers)), nothing)

    def https(self, certificate=None):
        context = ssl.create_default_context(cafile=str(self.server.certificate))
        if certificate:
            context.load_cert_chain(str(certificate) + ".crt", str(certificate) + ".key")
        return http.client.HTTPSConnection("localhost", self.server.ports["https"], context=context, timeout=20)

    def test_a_certificate_stands_for_a_token(self):
        got = self.ask("GET", peer_path(), headers={"Authorization": ""}, connection=self.https(self.server.folder / "hq"))
        self.assertEqual(got[0], 200)
        got = self.ask("GET", peer_path(), headers={"Authorization": ""}, connection=self.https())
        self.assertEqual(got[0], 404)
        self.assertEqual(self.ask("GET", TO, connection=self.https())[0], 200, "users log in over TLS too")

    def test_a_certificate_of_another_authority_is_refused(self):
        other = self.server.folder / "other"
        make_certificate(f"{other}.crt", f"{other}.key")
        with self.assertRaises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
            self.ask("GET", peer_path(), headers={"Authorization": ""}, connection=self.https(other))


class Health(Http):
    def metric(self, name):
        text = "\n" + self.ask("GET", "/metrics")[2].decode()
        self.assertIn(f"\n{name} ", text)
        return float(text.split(f"\n{name} ")[1].split("\n")[0])

    def test_a_deposit_is_counted(self):
        names = ['paraph_deposits_total{from="submission",outcome="accepted"}', 'paraph_signed_total{how="edit"}',
                 'paraph_source_hits_total{source="local"}', 'paraph_source_seconds_count{source="local"}',
                 'paraph_sessions_total{listener="submission"}']
        self.ask("PUT", TO + "/text", b"Alice Example")
        before = [self.metric(name) for name in names]
        self.deposit("counted")
        self.assertEqual([self.metric(name) - was for name, was in zip(names, before)], [1, 1, 1, 1, 1])

    def test_health_readiness_and_metrics(self):
        for path in ("/healthz", "/readyz"):
            self.assertEqual(self.ask("GET", path)[2], b"ok\n")
        status, headers, body = self.ask("GET", "/metrics")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        text = body.decode()
        for line in ('paraph_sessions{listener="http"} ', 'paraph_source_requests_total{source="local"} ',
                     'paraph_deposits_total{from="submission",outcome="accepted"} ', 'paraph_signed_total{how="edit"} ',
                     'paraph_source_seconds_bucket{source="local",le="+Inf"} ', "paraph_store_syncs_total "):
            self.assertIn("\n" + line, text)
        for line in text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) paraph_\w+ .+|paraph_\w+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)$')


class Wire(Http):
    def test_requests_in_a_row_are_answered_in_order(self):
        ask = "GET {} HTTP/1.1\r\nHost: x\r\n\r\n"
        octets = "".join(ask.format(path) for path in ("/healthz", "/nothing", "/readyz")) + "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        said = self.raw(octets.encode())
        self.assertEqual([line.split()[1] for line in said.splitlines() if line.startswith(b"HTTP/1.1 ")], [b"200", b"404", b"200", b"200"])

    def test_what_could_be_read_in_two_ways_is_refused(self):
        smuggled = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        for fields in (b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 4\r\nContent-Length: 0\r\n",
                       b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"Content-Length: 4\r\n\tx: y\r\n",
                       b"Transfer-Encoding : chunked\r\n", b"X: y\nTransfer-Encoding: chunked\r\n"):
            with self.subTest(fields):
                said = self.raw(b"PUT /api/v1/signature/text HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n0\r\n\r\n" + smuggled)
                self.assertTrue(said.startswith(b"HTTP/1.1 400 "), said)
                self.assertEqual(said.count(b"HTTP/1.1 "), 1)

    def test_slow_clients_are_told_and_left(self):
        began = time.monotonic()
        self.assertTrue(self.raw(b"GET / HTTP/1.1\r\nHost:").startswith(b"HTTP/1.1 408 "))
        authorization = basic()["Authorization"]
        head = f"PUT {TO}/text HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\nContent-Length: 9\r\n\r\nabc"
        self.assertTrue(self.raw(head.encode()).startswith(b"HTTP/1.1 408 "))
        self.assertLess(time.monotonic() - began, 15)

    def test_a_head_without_end(self):
        with socket.create_connection(("127.0.0.1", self.server.ports["http"]), timeout=20) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: " + b"y" * 20000)
            self.assertTrue(sock.recv(100).startswith(b"HTTP/1.1 431 "))

    def test_a_resting_client_does_not_hold_a_stopping_server(self):
        with Server(listen=("http",)) as server:
            with socket.create_connection(("127.0.0.1", server.ports["http"]), timeout=20) as sock:
                sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                self.assertTrue(sock.recv(4096).startswith(b"HTTP/1.1 200 "))
                began = time.monotonic()
                self.assertEqual(server.stop(), 0)
                self.assertLess(time.monotonic() - began, 5)


if __name__ == "__main__":
    unittest.main()
