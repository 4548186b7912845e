#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "report/report.h"

namespace paraph::report {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kHeader =
    "From: Alice <alice@example.org>\r\nTo: bob@example.net,\r\n\tcarol@example.net\r\nSubject: Hello\r\n"
    "Date: Sat, 28 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\n";

Time at(int seconds) { return Time(std::chrono::seconds(1'795'860'000 + seconds)); }

Report failed(std::string_view header = kHeader) {
  Report report{.server_name = "mail.example.org",
                .to = {.local = "alice", .domain = "example.org"},
                .options = {.envid = "QQ 314"},
                .arrived = at(0),
                .now = at(60),
                .message_id = "<report@mail.example.org>",
                .boundary = "0123456789abcdef",
                .about = {},
                .header = header};
  report.about.push_back({.recipient = {.address = {.local = "bob", .domain = "example.net"},
                                        .notify = {},
                                        .original = "rfc822;Bob@x.example"},
                          .action = Action::Failed,
                          .status = "5.1.1",
                          .remote_host = "mx.example.net",
                          .diagnostic = "550 5.1.1 no such user",
                          .last_attempt = at(59),
                          .retry_until = {}});
  return report;
}

void expect_short_lines(const std::string& message) {
  for (const auto line : split(message, '\n')) ASSERT_LE(line.size(), 999U) << line;
}

TEST(MakeReport, FailureInFull) {
  EXPECT_EQ(make_report(failed()),
            "From: MAILER-DAEMON@mail.example.org\r\n"
            "To: alice@example.org\r\n"
            "Subject: Your message was not delivered\r\n"
            "Date: Sat, 28 Nov 2026 10:01:00 +0000\r\n"
            "Message-ID: <report@mail.example.org>\r\n"
            "In-Reply-To: <1@example.org>\r\n"
            "References: <1@example.org>\r\n"
            "Auto-Submitted: auto-replied\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=delivery-status;\r\n"
            " boundary=\"=_0123456789abcdef\"\r\n"
            "\r\n"
            "--=_0123456789abcdef\r\n"
            "Content-Type: text/plain; charset=us-ascii\r\n"
            "\r\n"
            "This report is about your message\r\n"
            "\r\n"
            "    Subject: Hello\r\n"
            "    Date: Sat, 28 Nov 2026 10:00:00 +0000\r\n"
            "\r\n"
            "It could not be delivered to:\r\n"
            "\r\n"
            "    Bob@x.example (which is bob@example.net)\r\n"
            "\r\n"
            "mx.example.net said: 550 5.1.1 no such user\r\n"
            "\r\n"
            "Check the address, and send the message again.\r\n"
            "\r\n"
            "The header of the message is attached; its content is not.\r\n"
            "\r\n"
            "The mail server mail.example.org\r\n"
            "\r\n"
            "--=_0123456789abcdef\r\n"
            "Content-Type: message/delivery-status\r\n"
            "\r\n"
            "Original-Envelope-Id: QQ 314\r\n"
            "Reporting-MTA: dns; mail.example.org\r\n"
            "Arrival-Date: Sat, 28 Nov 2026 10:00:00 +0000\r\n"
            "\r\n"
            "Original-Recipient: rfc822; Bob@x.example\r\n"
            "Final-Recipient: rfc822; bob@example.net\r\n"
            "Action: failed\r\n"
            "Status: 5.1.1\r\n"
            "Remote-MTA: dns; mx.example.net\r\n"
            "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n"
            "Last-Attempt-Date: Sat, 28 Nov 2026 10:00:59 +0000\r\n"
            "\r\n"
            "--=_0123456789abcdef\r\n"
            "Content-Type: text/rfc822-headers\r\n"
            "\r\n"
            "From: Alice <alice@example.org>\r\n"
            "To: bob@example.net,\r\n"
            "\tcarol@example.net\r\n"
            "Subject: Hello\r\n"
            "Date: Sat, 28 Nov 2026 10:00:00 +0000\r\n"
            "Message-ID: <1@example.org>\r\n"
            "\r\n"
            "--=_0123456789abcdef--\r\n");
}

TEST(MakeReport, DelaySaysUntilWhenItIsTried) {
  Report report = failed();
  report.about[0].action = Action::Delayed;
  report.about[0].status = "4.4.1";
  report.about[0].remote_host = "";
  report.about[0].diagnostic = "no server of example.net answers";
  report.about[0].retry_until = at(432'000);
  const auto message = make_report(report);
  EXPECT_THAT(message, HasSubstr("Subject: Your message is not delivered yet\r\n"));
  EXPECT_THAT(message, HasSubstr("The reason: no server of example.net answers\r\n"));
  EXPECT_THAT(message, HasSubstr("It is tried again until Thu, 03 Dec 2026 10:00:00 +0000."));
  EXPECT_THAT(message, HasSubstr("Action: delayed\r\nStatus: 4.4.1\r\nDiagnostic-Code: X-Paraph; no server"));
  EXPECT_THAT(message, HasSubstr("Will-Retry-Until: Thu, 03 Dec 2026 10:00:00 +0000\r\n"));
  EXPECT_THAT(message, Not(HasSubstr("Remote-MTA")));
}

TEST(MakeReport, RecipientsWithOneFateShareItsReason) {
  Report report = failed();
  for (int i = 0; i < 99; ++i) {
    report.about.push_back(report.about[0]);
    report.about.back().recipient = {.address = {.local = "u" + std::to_string(i), .domain = "example.net"}};
  }
  report.about.push_back(report.about[0]);
  report.about.back().action = Action::Relayed;
  const auto message = make_report(report);
  EXPECT_THAT(message, HasSubstr("Subject: What became of your message\r\n"));
  EXPECT_THAT(message, HasSubstr("    u97@example.net\r\n    u98@example.net\r\n\r\nmx.example.net said"));
  EXPECT_EQ(message.find("said: 550"), message.rfind("said: 550"));
  EXPECT_THAT(message, HasSubstr("sends no receipts"));
}

TEST(MakeReport, Utf8OnlyForWhoAskedForIt) {
  constexpr std::string_view kUtf8 = "Subject: gr\xC3\xBC\xC3\x9F\r\n\r\n";
  Report report = failed(kUtf8);
  report.about[0].recipient.address.local = "\xC3\xA4";
  const auto seven_bit = make_report(report);
  EXPECT_TRUE(is_ascii(seven_bit));
  EXPECT_THAT(seven_bit, HasSubstr("Content-Type: message/delivery-status\r\n"));
  EXPECT_THAT(seven_bit, HasSubstr("Final-Recipient: utf-8; \\x{E4}@example.net\r\n"));
  EXPECT_THAT(
      seven_bit,
      HasSubstr(
          "text/rfc822-headers\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSubject: gr=C3=BC=C3=9F\r\n"));
  report.options.smtputf8 = true;
  const auto global = make_report(report);
  EXPECT_THAT(global, HasSubstr("message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n"));
  EXPECT_THAT(global, HasSubstr("Final-Recipient: utf-8; \xC3\xA4@example.net\r\n"));
  EXPECT_THAT(global,
              HasSubstr("message/global-headers\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: gr\xC3\xBC"));
  EXPECT_TRUE(is_ascii(make_report(failed())));
}

TEST(MakeReport, TextFromElsewhereMakesNoFields) {
  Report report = failed("Subject: a\r\n\r\n");
  report.about[0].diagnostic = "550 no\r\n\r\nAction: delivered";
  report.about[0].remote_host = "mx\r\nAction: delivered";
  report.about[0].recipient.original = "rfc822;x\r\nAction: delivered";
  report.options.envid = "e\r\nAction: delivered";
  EXPECT_THAT(make_report(report), Not(HasSubstr("\nAction: delivered")));
}

TEST(MakeReport, HeaderIsReturnedInWholeFieldsAndWithinItsBound) {
  std::string header = "Subject: a\r\n";
  while (header.size() < 100'000)
    header += "X-Long: " + std::string(400, 'x') + "\r\n\t" + std::string(400, 'y') + "\r\n";
  header += "\r\n";
  const auto message = make_report(failed(header));
  EXPECT_LT(message.size(), 70'000U);
  EXPECT_THAT(message, HasSubstr("yyy\r\n\r\n--=_0123456789abcdef--"));
  const std::string one_field = "X: " + std::string(70'000, 'x') + "\r\n\r\n";
  EXPECT_LT(make_report(failed(one_field)).size(), 3'000U);
}

TEST(MakeReport, NoHeaderMakesALineTooLongOrEightBit) {
  using namespace std::string_literals;
  for (const auto& header : {"Subject: "s + std::string(20'000, 'x') + "\r\n\r\n", "Subject: a\rb\nc\r\n\r\n"s,
                             "Subject: a\0b\r\n\r\n"s, "Subject: \xFF\r\n\r\n"s, "\r\n"s, ""s, "no header at all"s,
                             "Message-ID: <"s + std::string(5'000, 'x') + "@x>\r\nReferences: <a@b>\r\n\r\n"s}) {
    for (const bool smtputf8 : {false, true}) {
      Report report = failed(header);
      report.options.smtputf8 = smtputf8;
      const auto message = make_report(report);
      EXPECT_TRUE(is_ascii(message)) << header;
      EXPECT_EQ(message.find('\0'), std::string::npos);
      expect_short_lines(message);
    }
  }
}

TEST(MakeReport, LongThreadKeepsItsEnds) {
  std::string header = "Message-ID: <me@x>\r\nReferences:";
  for (int i = 0; i < 500; ++i) header += " <" + std::to_string(i) + "@x>\r\n";
  const auto message = make_report(failed(header + "\r\n"));
  EXPECT_THAT(message, HasSubstr("References: <0@x> <481@x> <482@x>"));
  EXPECT_THAT(message, HasSubstr(" <499@x> <me@x>\r\n"));
}

TEST(IsWanted, AsTheSenderSaid) {
  using mail::Notify;
  struct Case {
    std::optional<Notify> notify;
    bool failed, delayed, delivered;
  };
  for (const auto& [notify, failed, delayed, delivered] : {
           Case{{}, true, true, false},
           Case{Notify{}, false, false, false},
           Case{Notify{.success = true}, false, false, true},
           Case{Notify{.failure = true}, true, false, false},
           Case{Notify{.failure = true, .delay = true}, true, true, false},
       }) {
    const mail::Recipient recipient{.address = {.local = "b", .domain = "x"}, .notify = notify, .original = ""};
    EXPECT_EQ(is_wanted(recipient, Action::Failed), failed);
    EXPECT_EQ(is_wanted(recipient, Action::Delayed), delayed);
    EXPECT_EQ(is_wanted(recipient, Action::Delivered), delivered);
    EXPECT_EQ(is_wanted(recipient, Action::Relayed), delivered);
    EXPECT_EQ(is_wanted(recipient, Action::Expanded), delivered);
  }
}

}  // namespace
}  // namespace paraph::report
