"""MTA-STS between servers on hosts of their own: a certificate for a wrong name makes the message wait, the right one lets it go, and a restart forgets no policy. Needs root.

Policies are fetched from port 443, so the HTTPS server stands in a network namespace.
"""
import contextlib
import http.server
import json
import pathlib
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import unittest

import messages
from network import Network
from recordings import recordings
from server import Server, until
from test_between import QUEUE, Dns
from test_peers import inbox, submit, voice_message, wait_for

POLICY = b"version: STSv1\r\nmode: enforce\r\nmx: mx.receiver.test\r\nmax_age: 86400\r\n"


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-ca-"))
        self.certificate, self.key = self.folder / "ca.crt", self.folder / "ca.key"
        openssl("req", "-x509", *KEY, "-days", "2", "-subj", "/CN=Paraph test authority", "-keyout", self.key, "-out", self.certificate)

    def issue(self, name, certificate, key):
        request, names = self.folder / "request", self.folder / "names"
        names.write_text(f"subjectAltName=DNS:{name}\n")
        openssl("req", "-new", *KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", "2", "-extfile", names, "-out", certificate)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Policies(http.server.BaseHTTPRequestHandler):
    asked = []
    policy = POLICY

    def do_GET(self):
        self.asked.append((self.headers["Host"], self.path))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(self.policy)))
        self.end_headers()
        self.wfile.write(self.policy)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def policy_server(network, authority):
    certificate, key = authority.folder / "policy.crt", authority.folder / "policy.key"
    authority.issue("mta-sts.receiver.test", certificate, key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with network.middle.inside():
        server = http.server.ThreadingHTTPServer(("10.77.1.1", 443), Policies)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class TlsPolicy(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        network = stack.enter_context(Network())
        self.network = network
        self.dns = Dns(network, "--txt-record=_mta-sts.receiver.test,v=STSv1; id=20261128", "--host-record=mta-sts.receiver.test,10.77.1.1", exchange="10.77.2.2")
        stack.callback(lambda: self.dns.stop())
        self.authority = Authority()
        stack.callback(self.authority.remove)
        stack.enter_context(policy_server(network, self.authority))
        self.receiver = stack.enter_context(Server(accounts=("bob",), domain="receiver.test", name="mx.receiver.test", host=network.receiver, address="10.77.2.2", ports={"mx": 25}, tls=True,
                                                   listen=("mx", "imap"), extra=QUEUE.format(number=2, more="")))
        self.sender = stack.enter_context(Server(accounts=("alice",), domain="sender.test", name="vm.sender.test", host=network.sender, address="10.77.1.2", ports={"mx": 25}, tls=True,
                                                 listen=("mx", "imap"), extra=QUEUE.format(number=1, more=f'ca = "{self.authority.certificate}"')))

    def show(self, name):
        """The receiver's server has a certificate for `name` from here on."""
        self.authority.issue(name, self.receiver.certificate, self.receiver.folder / "tls.key")
        before = len(self.receiver.log)
        self.receiver.process.send_signal(signal.SIGHUP)
        self.wait(lambda: len(self.receiver.log) > before, "SIGHUP is not told")

    def submit(self, subject):
        audio = recordings().message("amr").read_bytes()
        submit(self.sender, voice_message(subject, audio, "bob@receiver.test").replace(b"example.test", b"sender.test"), ["bob@receiver.test"])

    def report(self):
        return json.loads(self.sender.run("queue", "tls-report", "receiver.test").stdout)

    def wait(self, true, what, seconds=30):
        return until(true, lambda: f"{what}: {self.sender.run('queue', 'list').stdout}" + "\n".join(self.sender.log[-10:]), seconds)

    def test_the_wrong_name_waits_and_the_right_one_goes(self):
        self.show("other.receiver.test")
        self.submit("policy")
        self.wait(lambda: "hostname mismatch" in self.sender.run("queue", "list").stdout, "no reason is shown")
        self.assertIn("4.7.5 the TLS handshake failed: hostname mismatch", self.sender.run("queue", "show", "1").stdout)
        self.assertIn(("mta-sts.receiver.test", "/.well-known/mta-sts.txt"), Policies.asked)
        self.assertEqual(inbox(self.receiver, "bob"), [], "it never went in clear or to a stranger")
        self.show("mx.receiver.test")
        octets = wait_for(self.receiver, "bob", "policy")
        self.assertRegex(messages.parse(octets).get_all("Received")[0], r"with (UTF8)?E?SMTPS", "under TLS")
        self.assertEqual(len(inbox(self.receiver, "bob")), 1)
        self.assertEqual(inbox(self.sender, "alice"), [], "nothing to report")
        [sessions] = self.report()["policies"]
        self.assertEqual(sessions["policy"], {"policy-type": "sts", "policy-domain": "receiver.test", "mx-host": ["mx.receiver.test"],
                                              "policy-string": ["version: STSv1", "mode: enforce", "mx: mx.receiver.test", "max_age: 86400"]})
        self.assertEqual(sessions["summary"]["total-successful-session-count"], 1)
        [failure] = sessions["failure-details"]
        self.assertEqual((failure["result-type"], failure["receiving-mx-hostname"], failure["sending-mta-ip"], failure["receiving-ip"]),
                         ("certificate-host-mismatch", "mx.receiver.test", "10.77.1.2", "10.77.2.2"))
        self.assertGreaterEqual(failure["failed-session-count"], 1)

    def test_in_testing_mode_the_wrong_name_goes_and_is_told(self):
        Policies.policy = POLICY.replace(b"enforce", b"testing")
        self.addCleanup(setattr, Policies, "policy", POLICY)
        self.show("other.receiver.test")
        self.submit("testing")
        octets = wait_for(self.receiver, "bob", "testing")
        self.assertRegex(messages.parse(octets).get_all("Received")[0], r"with (UTF8)?E?SMTPS", "under TLS all the same")
        [sessions] = self.report()["policies"]
        self.assertIn("mode: testing", sessions["policy"]["policy-string"])
        self.assertEqual(sessions["summary"], {"total-successful-session-count": 0, "total-failure-session-count": 1})
        self.assertEqual(sessions["failure-details"][0]["result-type"], "certificate-host-mismatch")

    def test_a_restart_forgets_no_policy(self):
        self.show("mx.receiver.test")
        self.submit("first")
        wait_for(self.receiver, "bob", "first")
        asked = len(Policies.asked)
        self.sender.stop()
        self.dns.stop()  # who stands between hides the record
        self.dns = Dns(self.network, exchange="10.77.2.2")
        self.sender.start()
        self.show("other.receiver.test")
        self.submit("second")
        self.wait(lambda: "hostname mismatch" in self.sender.run("queue", "list").stdout, "it is sent as if there were no policy")
        self.assertEqual(len(Policies.asked), asked)
        self.assertEqual(len(inbox(self.receiver, "bob")), 1)
        self.assertEqual(self.report()["policies"][0]["summary"]["total-successful-session-count"], 0)
        self.show("mx.receiver.test")
        wait_for(self.receiver, "bob", "second")
        self.assertEqual(self.sender.run("check").stdout.strip(), "the store is whole")


if __name__ == "__main__":
    unittest.main()
