#!/usr/bin/env python3
"""Python's `email` reads what src/report writes: `oracle_test.py REPORT_TOOL`."""
import email
import email.parser
import email.policy
import subprocess
import sys
import unittest

TOOL = sys.argv.pop(1) if len(sys.argv) > 1 else "report_tool"
HEADER = (b"Received: from a.example (192.0.2.1)\r\n\tby mail.example.org with ESMTPSA id 1;\r\n\tSat, 28 Nov 2026 10:00:00 +0000\r\n"
          b"From: Alice <alice@example.org>\r\nTo: bob@example.net\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
          b"Message-ID: <1@example.org>\r\n\r\n")
DELAYED = ("carol@example.com", "", "delayed", "4.4.1", "", "no server of example.com answers")
FAILED = ("bob@example.net", "rfc822;Bob@list.example", "failed", "5.1.1", "mx.example.net", "550 5.1.1 no such user")
UMLAUT = ("dör+te@exämple.net", "utf-8;dör+te@exämple.net", "failed", "5.6.7", "mx.example.net", "553 5.6.7 no SMTPUTF8 hére")


def make(*abouts, header=HEADER, form="7bit", envid=""):
    done = subprocess.run([TOOL, form, envid, *("|".join(about) for about in abouts)], input=header, capture_output=True, check=True)
    return done.stdout


class Report:
    """A report as `email` reads it; anything that it finds defective fails."""

    def __init__(self, test, octets):
        self.octets = octets
        self.message = email.message_from_bytes(octets, policy=email.policy.default.clone(utf8=True))
        for part in self.message.walk():
            test.assertEqual(part.defects, [], part)
        self.text, self.status, self.header = self.message.get_payload()
        if self.status.get_content_type() == "message/delivery-status":
            self.fields = self.status.get_payload()
        else:
            body = octets.split(b"global-delivery-status", 1)[1].split(b"\r\n\r\n", 1)[1].split(b"\r\n--=_", 1)[0].decode()
            parser = email.parser.Parser(policy=email.policy.default)
            self.fields = [parser.parsestr(block, headersonly=True) for block in body.strip().split("\r\n\r\n")]


class Reports(unittest.TestCase):
    def read(self, *abouts, **how):
        octets = make(*abouts, **how)
        for line in octets.split(b"\r\n"):
            self.assertLessEqual(len(line), 998)
            self.assertNotIn(b"\n", line)
            self.assertNotIn(b"\r", line)
        report = Report(self, octets)
        self.assertEqual(report.message.get_content_type(), "multipart/report")
        self.assertEqual(report.message["Content-Type"].params["report-type"], "delivery-status")
        self.assertEqual(report.message["Auto-Submitted"], "auto-replied")
        self.assertEqual(report.text.get_content_type(), "text/plain")
        self.assertEqual(len(report.fields), 1 + len(abouts))
        self.assertEqual(report.fields[0]["Reporting-MTA"], "dns; mail.example.org")
        for fields, about in zip(report.fields[1:], abouts):
            self.assertEqual(fields["Action"], about[2])
            self.assertEqual(fields["Status"], about[3])
            self.assertEqual(fields["Remote-MTA"], f"dns; {about[4]}" if about[4] else None)
        return report

    def test_failure(self):
        report = self.read(FAILED, envid="QQ=314+1")
        self.assertEqual(report.fields[0]["Original-Envelope-Id"], "QQ=314+1")
        fields = report.fields[1]
        self.assertEqual(fields["Original-Recipient"], "rfc822; Bob@list.example")
        self.assertEqual(fields["Final-Recipient"], "rfc822; bob@example.net")
        self.assertEqual(fields["Diagnostic-Code"], "smtp; 550 5.1.1 no such user")
        self.assertEqual(report.message["To"].addresses[0].addr_spec, "alice@example.org")
        self.assertEqual(report.message["In-Reply-To"], "<1@example.org>")
        self.assertIn("Subject: Grüße", report.text.get_content())
        self.assertEqual(report.header.get_content_type(), "text/rfc822-headers")
        self.assertEqual(report.header.get_payload(decode=True).rstrip(), HEADER.rstrip())
        self.assertTrue(report.octets.isascii())

    def test_many(self):
        many = [(f"u{i}@example.net", f"rfc822;u{i}@list.example", *FAILED[2:]) for i in range(100)]
        report = self.read(*many, DELAYED)
        self.assertEqual(report.fields[100]["Final-Recipient"], "rfc822; u99@example.net")
        self.assertIsNone(report.fields[100]["Will-Retry-Until"])
        self.assertEqual(report.fields[101]["Will-Retry-Until"], "Thu, 03 Dec 2026 10:00:00 +0000")
        self.assertEqual(report.fields[101]["Diagnostic-Code"], "X-Paraph; no server of example.com answers")

    def test_receipts(self):
        self.read(("bob@example.org", "", "delivered", "2.0.0", "", ""), ("eve@example.org", "", "relayed", "2.0.0", "mx.x", "250 ok"))

    def test_utf8(self):
        seven_bit = self.read(UMLAUT)
        self.assertTrue(seven_bit.octets.isascii())
        self.assertEqual(seven_bit.fields[1]["Final-Recipient"], r"utf-8; d\x{F6}r\x{2B}te@ex\x{E4}mple.net")
        self.assertEqual(seven_bit.fields[1]["Original-Recipient"], r"utf-8; d\x{F6}r\x{2B}te@ex\x{E4}mple.net")
        report = self.read(UMLAUT, form="utf8", header="Subject: Grüße\r\n\r\n".encode())
        self.assertEqual(report.status.get_content_type(), "message/global-delivery-status")
        self.assertEqual(report.header.get_content_type(), "message/global-headers")
        self.assertEqual(report.fields[1]["Final-Recipient"], "utf-8; dör+te@exämple.net")
        self.assertIn("hére", report.fields[1]["Diagnostic-Code"])

    def test_hostile_headers_come_back_as_they_were(self):
        for header in (b"Subject: " + b"x" * 20000 + b"\r\n", b"Subject: \xff\x80 8-bit\r\n", b"Subject: a\rb\nc\r\n", b"Subject: a\0b\r\n",
                       b"Content-Type: multipart/mixed; boundary=\"=_0\"\r\n", b"Subject: trailing blanks  \t\r\n"):
            for form in ("7bit", "utf8"):
                report = self.read(FAILED, header=header + b"\r\n", form=form)
                self.assertEqual(report.header.get_payload(decode=True).rstrip(b"\r\n"), header.rstrip(b"\r\n"))

    def test_diagnostics_make_no_fields(self):
        report = self.read((*FAILED[:5], "550 no\r\n\r\nFinal-Recipient: rfc822; eve@example.net\r\nAction: delivered"))
        self.assertEqual(report.fields[1].get_all("Action"), ["failed"])


if __name__ == "__main__":
    unittest.main()
