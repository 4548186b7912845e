"""Signed and encrypted messages pass as they are: openssl and gpg made them, and judge what IMAP gives out."""
import email
import email.policy
import imaplib
import os
import pathlib
import re
import shutil
import smtplib
import subprocess
import tempfile
import unittest

from recordings import recordings
from server import PASSWORD, Server

ALICE, BOB = "alice@example.test", "bob@example.test"
WORDS = "Gr\u00fc\u00dfe: one line of text\r\n\r\nand a second one, with = signs and a dot:\r\n.\r\n"
ENTITY = ("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
          + WORDS.encode().decode("latin-1").replace("=", "=3D").replace("\xc3", "=C3").replace("\xbc", "=BC").replace("\x9f", "=9F")).encode()
TOP = f"From: Alice <{ALICE}>\r\nTo: {BOB}\r\nMessage-ID: <{{}}@client.example.test>\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nSubject: {{}}\r\n"


def run(*command, stdin=b"", check=True, **keywords):
    done = subprocess.run(list(map(str, command)), input=stdin, capture_output=True, timeout=120, **keywords)
    if check and done.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-1000:]}")
    return done


def crlf(octets):
    return re.sub(rb"\r?\n", b"\r\n", octets)


class Sealed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(accounts=("alice", "bob"))
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.set_signature(recordings())
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-sealed-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.make_certificate()
        cls.make_pgp_key()

    @classmethod
    def make_certificate(cls):
        cls.certificate, cls.key = cls.folder / "alice.crt", cls.folder / "alice.key"
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN=Alice/emailAddress={ALICE}", "-addext",
            f"subjectAltName=email:{ALICE}", "-addext", "keyUsage=digitalSignature,keyEncipherment", "-keyout", cls.key, "-out", cls.certificate)

    @classmethod
    def make_pgp_key(cls):
        home = cls.folder / "gnupg"
        home.mkdir(mode=0o700)
        cls.gnupg = {**os.environ, "GNUPGHOME": str(home)}
        cls.addClassCleanup(subprocess.run, ["gpgconf", "--kill", "all"], env=cls.gnupg, capture_output=True)
        cls.gpg("--passphrase", "", "--quick-generate-key", f"Alice <{ALICE}>", "future-default", "default", "1d")

    @classmethod
    def gpg(cls, *arguments, stdin=b"", check=True):
        return run("gpg", "--batch", "--yes", "--pinentry-mode", "loopback", "--trust-model", "always", *arguments, stdin=stdin, check=check, env=cls.gnupg)

    def through(self, name, entity):
        """Alice sends `entity` (fields and body); gives what Bob's IMAP client gets, which ends in the very octets that were sent."""
        sent = TOP.format(name, name).encode() + crlf(entity)
        with smtplib.SMTP("127.0.0.1", self.server.ports["submission"], timeout=30) as smtp:
            smtp.login(ALICE, PASSWORD)
            smtp.sendmail(ALICE, [BOB], sent)
        with imaplib.IMAP4("127.0.0.1", self.server.ports["imap"]) as imap:
            imap.login(BOB, PASSWORD)
            imap.select("INBOX", readonly=True)
            _, found = imap.uid("SEARCH", "HEADER", "Message-ID", f"<{name}@client.example.test>")
            self.assertEqual(len(found[0].split()), 1)
            got = imap.uid("FETCH", found[0].decode(), "(BODY.PEEK[])")[1][0][1]
        self.assertTrue(got.endswith(sent), got[:2000])
        return got

    def check_reason(self, got, reason):
        fields = email.message_from_bytes(got, policy=email.policy.default).get_all("Paraph-Signature", [])
        self.assertEqual(len(fields), 1)
        tags = dict(tag.strip().split("=", 1) for tag in fields[0].replace("\r\n", "").strip().rstrip(";").split(";"))
        self.assertEqual((tags["w"], tags["x"], tags["m"], tags["i"]), ("header", reason, "none", ALICE))
        self.assertNotIn(b"Alice Example", got)

    def smime(self, *arguments, stdin):
        return run("openssl", "cms", *arguments, stdin=stdin)

    def verify_smime(self, got):
        return run("openssl", "cms", "-verify", "-CAfile", self.certificate, "-purpose", "any", stdin=got, check=False)

    def test_smime_detached(self):
        made = self.smime("-sign", "-signer", self.certificate, "-inkey", self.key, "-md", "sha256", stdin=ENTITY)
        self.assertIn(b"multipart/signed", made.stdout[:200])
        got = self.through("smime-detached", made.stdout)
        self.check_reason(got, "signed")
        verified = self.verify_smime(got)
        self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertEqual(crlf(verified.stdout), ENTITY)
        # And it would be noticed if one octet were another.
        self.assertNotEqual(self.verify_smime(got.replace(b"second one", b"second two")).returncode, 0)

    def test_smime_opaque(self):
        made = self.smime("-sign", "-nodetach", "-signer", self.certificate, "-inkey", self.key, stdin=ENTITY)
        self.assertIn(b"pkcs7-mime", made.stdout[:400])
        got = self.through("smime-opaque", made.stdout)
        self.check_reason(got, "encrypted")
        verified = self.verify_smime(got)
        self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertEqual(crlf(verified.stdout), ENTITY)

    def test_smime_encrypted(self):
        made = self.smime("-encrypt", "-aes256", self.certificate, stdin=ENTITY)
        got = self.through("smime-encrypted", made.stdout)
        self.check_reason(got, "encrypted")
        opened = self.smime("-decrypt", "-recip", self.certificate, "-inkey", self.key, stdin=got)
        self.assertEqual(crlf(opened.stdout), ENTITY)

    def pgp_mime(self, kind, parameters, parts):
        head = f'MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; {parameters}; boundary="pgp"\r\n\r\n'.encode()
        return head + b"".join(b"--pgp\r\n" + part + b"\r\n" for part in parts) + b"--pgp--\r\n"

    def parts_between(self, got):
        """The octets between the delimiters of what was fetched: what a signature covers (RFC 3156, section 5)."""
        return got.split(b"--pgp\r\n")[1:]

    def test_pgp_mime_signed(self):
        proof = self.gpg("--armor", "--detach-sign", stdin=ENTITY).stdout
        part = b"Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n" + crlf(proof)
        got = self.through("pgp-signed", self.pgp_mime("signed", 'micalg=pgp-sha512; protocol="application/pgp-signature"', [ENTITY, part]))
        self.check_reason(got, "signed")
        signed, proof_part = self.parts_between(got)
        signature = self.folder / "signature.asc"
        signature.write_bytes(proof_part.split(b"\r\n\r\n", 1)[1].removesuffix(b"--pgp--\r\n"))
        covered = signed.removesuffix(b"\r\n")
        self.gpg("--verify", signature, "-", stdin=covered)
        self.assertNotEqual(self.gpg("--verify", signature, "-", stdin=covered.replace(b"second one", b"second two"), check=False).returncode, 0)

    def test_pgp_mime_encrypted(self):
        sealed = self.gpg("--armor", "--encrypt", "--sign", "--recipient", ALICE, stdin=ENTITY).stdout
        parts = [b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n",
                 b"Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n" + crlf(sealed)]
        got = self.through("pgp-encrypted", self.pgp_mime("encrypted", 'protocol="application/pgp-encrypted"', parts))
        self.check_reason(got, "encrypted")
        inner = self.parts_between(got)[1].split(b"\r\n\r\n", 1)[1].removesuffix(b"--pgp--\r\n")
        opened = self.gpg("--decrypt", stdin=inner)
        self.assertEqual(opened.stdout, ENTITY)
        self.assertIn(b"Good signature", opened.stderr)

    def test_pgp_inline(self):
        clear = self.gpg("--armor", "--clear-sign", stdin=b"Words in clear text,\r\n- with a dash.\r\n").stdout
        got = self.through("pgp-inline", b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n" + clear)
        self.check_reason(got, "pgp-inline")
        body = got.split(b"\r\n\r\n", 1)[1]
        self.assertIn(b"Good signature", self.gpg("--verify", stdin=body).stderr)
        self.assertNotEqual(self.gpg("--verify", stdin=body.replace(b"clear text", b"other text"), check=False).returncode, 0)

    def test_what_is_not_sealed_is_signed(self):
        """The same words without a seal do get the signature: it is the seal that keeps it away."""
        sent = TOP.format("plain", "plain").encode() + b"MIME-Version: 1.0\r\n" + ENTITY
        with smtplib.SMTP("127.0.0.1", self.server.ports["submission"], timeout=30) as smtp:
            smtp.login(ALICE, PASSWORD)
            smtp.sendmail(ALICE, [BOB], sent)
        with imaplib.IMAP4("127.0.0.1", self.server.ports["imap"]) as imap:
            imap.login(BOB, PASSWORD)
            imap.select("INBOX", readonly=True)
            _, found = imap.uid("SEARCH", "HEADER", "Message-ID", "<plain@client.example.test>")
            got = imap.uid("FETCH", found[0].decode(), "(BODY.PEEK[])")[1][0][1]
        text = email.message_from_bytes(got, policy=email.policy.default).get_body(("plain",)).get_content()
        self.assertIn("-- \nAlice Example\n", text.replace("\r\n", "\n"))


if __name__ == "__main__":
    unittest.main()
