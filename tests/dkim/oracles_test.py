#!/usr/bin/env python3
"""dkimpy and libopendkim against src/dkim, both ways: `oracles_test.py DKIM_TOOL`."""
import base64
import ctypes
import pathlib
import subprocess
import sys
import tempfile
import unittest

import dkim

TOOL = sys.argv.pop(1) if len(sys.argv) > 1 else "dkim_tool"
DOMAIN = "example.org"
FORMS = ("simple", "relaxed")
FIELDS = (b"From: Alice <alice@example.org>\r\nTo: bob@example.net,\r\n\tcarol@example.net\r\nSubject:  a  long \r\n  subject\r\n"
          b"Date: Sat, 28 Nov 2026 03:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n")
BODIES = (b"", b"\r\n", b"hello\r\n", b"no line end", b"blanks \t at  the end \r\n\r\n \r\n\t\r\n", b"\r\n\r\ntop\r\n\r\n\r\n",
          b"x" * 997 + b"\r\n" + b"YWJj\r\n" * 20000, "gr\u00fc\u00dfe\r\n".encode())
MESSAGES = [FIELDS + b"\r\n" + body for body in BODIES]
MESSAGES.append(b"Paraph-Signature: v=1; a=hmac-sha256; d=example.org; b=x\r\n" + FIELDS + b"List-Id: <l.example.org>\r\n\r\nlist\r\n")

ENDED = [message for message in MESSAGES if message.endswith(b"\r\n")]  # libopendkim takes no others


class Keys:
    """One RSA and one Ed25519 key, made by openssl, in the forms that each implementation wants."""

    def __init__(self, folder):
        self.pem, self.der, self.record = {}, {}, {}
        for name, algorithm in (("r", ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]), ("e", ["ED25519"])):
            self.pem[name] = folder / f"{name}.pem"
            self.der[name] = folder / f"{name}.der"
            openssl("genpkey", "-algorithm", *algorithm, "-out", self.pem[name])
            openssl("pkcs8", "-topk8", "-nocrypt", "-in", self.pem[name], "-outform", "DER", "-out", self.der[name])
            self.record[name] = tool("record", self.der[name]).decode()
        self.names = {f"{name}._domainkey.{DOMAIN}": record for name, record in self.record.items()}
        self.file = folder / "keys"
        self.file.write_text("".join(f"{name} {record}\n" for name, record in self.names.items()))

    def for_dkimpy(self, name):
        if name == "r":
            return self.pem[name].read_bytes()
        return base64.b64encode(self.der[name].read_bytes()[-32:])  # the seed

    def dns(self, name, timeout=5):
        return self.names.get(name.decode().rstrip("."), "").encode() or None


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def tool(*arguments, message=b""):
    done = subprocess.run([TOOL, *map(str, arguments)], input=message, capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return done.stdout


class OpenDkim:
    """libopendkim with its keys in a file. Constants are those of its dkim.h."""
    VERIFY_FILE, SETOPT, QUERYMETHOD, QUERYINFO, FLAGS = 1, 1, 6, 7, 0
    CANON = {"simple": 0, "relaxed": 1}
    ALGORITHM = {"r": 1, "e": 2}
    ED25519 = 11

    def __init__(self, key_file):
        lib = self.lib = ctypes.CDLL("libopendkim.so.11")
        for function in ("dkim_init", "dkim_sign", "dkim_verify"):
            getattr(lib, function).restype = ctypes.c_void_p
        self.handle = ctypes.c_void_p(lib.dkim_init(None, None))
        method = ctypes.c_int(self.VERIFY_FILE)
        lib.dkim_options(self.handle, self.SETOPT, self.QUERYMETHOD, ctypes.byref(method), ctypes.c_size_t(4))
        info = ctypes.create_string_buffer(str(key_file).encode(), 1024)
        lib.dkim_options(self.handle, self.SETOPT, self.QUERYINFO, info, ctypes.c_size_t(1024))

    def has_ed25519(self):
        return bool(self.lib.dkim_libfeature(self.handle, ctypes.c_uint(self.ED25519)))

    def _feed(self, context, message):
        header, _, body = message.partition(b"\r\n\r\n")
        fields = []
        for line in header.split(b"\r\n"):
            if line[:1] in (b" ", b"\t"):
                fields[-1] += b"\r\n" + line
            else:
                fields.append(line)
        lib = self.lib
        for field in fields:
            if lib.dkim_header(context, field, ctypes.c_size_t(len(field))) != 0:
                raise AssertionError("libopendkim refused a field")
        status = lib.dkim_eoh(context)
        if status == 0 and body:
            lib.dkim_body(context, body, ctypes.c_size_t(len(body)))
        return status if status != 0 else lib.dkim_eom(context, None)

    def verify(self, message):
        """0: the signature is good."""
        status = ctypes.c_int(-1)
        context = ctypes.c_void_p(self.lib.dkim_verify(self.handle, b"test", None, ctypes.byref(status)))
        try:
            return self._feed(context, message)
        finally:
            self.lib.dkim_free(context)

    def sign(self, message, pem, selector, header, body):
        status = ctypes.c_int(-1)
        context = self.lib.dkim_sign(self.handle, b"test", None, pem, selector.encode(), DOMAIN.encode(), self.CANON[header],
                                     self.CANON[body], self.ALGORITHM[selector], ctypes.c_ssize_t(-1), ctypes.byref(status))
        if not context:
            raise AssertionError(f"libopendkim does not sign: {status.value}")
        context = ctypes.c_void_p(context)
        if self._feed(context, message) != 0:
            raise AssertionError("libopendkim did not sign")
        field = ctypes.c_char_p()
        length = ctypes.c_size_t()
        self.lib.dkim_getsighdr_d(context, ctypes.c_size_t(16), ctypes.byref(field), ctypes.byref(length))
        value = field.value[:length.value]
        self.lib.dkim_free(context)
        return b"DKIM-Signature: " + b"\r\n".join(value.replace(b"\r\n", b"\n").split(b"\n")) + b"\r\n" + message


class Oracles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="paraph-dkim-")
        cls.keys = Keys(pathlib.Path(cls.folder.name))
        cls.opendkim = OpenDkim(cls.keys.file)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def ours(self, message, name):
        return tool("sign", self.keys.der[name], DOMAIN, name, message=message)

    def verdicts(self, message):
        records = [f"{name}={record}" for name, record in self.keys.names.items()]
        return [line.split()[0] for line in tool("verify", *records, message=message).decode().splitlines()]

    def damaged(self, message):
        return message.replace(b"alice@example.org", b"alicf@example.org", 1)

    def test_dkimpy_verifies_ours(self):
        for name in ("r", "e"):
            for message in MESSAGES:
                signed = self.ours(message, name)
                self.assertTrue(dkim.verify(signed, dnsfunc=self.keys.dns), (name, message[-60:]))
                self.assertFalse(dkim.verify(self.damaged(signed), dnsfunc=self.keys.dns))
                self.assertFalse(dkim.verify(b"Paraph-Signature: v=1\r\n" + signed, dnsfunc=self.keys.dns))
                self.assertEqual(self.verdicts(signed), ["pass"])

    def test_dkimpy_verifies_both_of_ours_on_one_message(self):
        signed = self.ours(self.ours(MESSAGES[-1], "r"), "e")
        for index in (0, 1):
            self.assertTrue(dkim.DKIM(signed).verify(idx=index, dnsfunc=self.keys.dns))

    def test_opendkim_verifies_ours(self):
        for name in ("r", "e"):
            if name == "e" and not self.opendkim.has_ed25519():
                continue
            for message in ENDED:
                signed = self.ours(message, name)
                self.assertEqual(self.opendkim.verify(signed), 0, (name, message[-60:]))
                self.assertNotEqual(self.opendkim.verify(self.damaged(signed)), 0)
                self.assertNotEqual(self.opendkim.verify(b"Paraph-Signature: v=1\r\n" + signed), 0)

    def test_ours_verifies_dkimpy(self):
        for name, algorithm in (("r", b"rsa-sha256"), ("e", b"ed25519-sha256")):
            for header in FORMS:
                for body in FORMS:
                    for message in MESSAGES:
                        field = dkim.sign(message, name.encode(), DOMAIN.encode(), self.keys.for_dkimpy(name),
                                          canonicalize=(header.encode(), body.encode()), signature_algorithm=algorithm)
                        self.assertEqual(self.verdicts(field + message), ["pass"], (name, header, body, message[-60:]))
                        self.assertNotIn("pass", self.verdicts(self.damaged(field + message)))

    def test_ours_verifies_opendkim(self):
        for name in ("r", "e"):
            if name == "e" and not self.opendkim.has_ed25519():
                continue
            for header in FORMS:
                for body in FORMS:
                    for message in ENDED:
                        signed = self.opendkim.sign(message, self.keys.pem[name].read_bytes(), name, header, body)
                        case = (name, header, body, message[-60:])
                        if name == "e" and header == "simple":
                            # It folds this field otherwise than it signed it: nobody takes these, itself included.
                            self.assertNotEqual(self.opendkim.verify(signed), 0, case)
                            self.assertFalse(dkim.verify(signed, dnsfunc=self.keys.dns), case)
                            self.assertEqual(self.verdicts(signed), ["fail"], case)
                            continue
                        self.assertEqual(self.verdicts(signed), ["pass"], case)
                        self.assertNotIn("pass", self.verdicts(self.damaged(signed)))

    def test_no_part_of_a_body_is_enough(self):
        message = MESSAGES[2]
        field = dkim.sign(message, b"r", DOMAIN.encode(), self.keys.for_dkimpy("r"), length=True)
        self.assertTrue(dkim.verify(field + message + b"appended\r\n", dnsfunc=self.keys.dns))
        self.assertEqual(self.verdicts(field + message), ["pass"])
        self.assertEqual(self.verdicts(field + message + b"appended\r\n"), ["policy"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
