#include "relay/smtp/smtp_relay.h"

#include <gmock/gmock.h>

#include "relay/smtp/testing.h"

namespace paraph::relay::smtp {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kMessage = "Subject: voice\r\n\r\n.a dot\r\n";
constexpr net::Endpoint kMx{.octets = {192, 0, 2, 2}, .port = 25};  // what a memory stream says of its server

Host host(Tls tls = Tls::Opportunistic) { return {.name = "mx.test", .addresses = {kMx}, .tls = tls}; }

Job job(Content& content, std::vector<std::string> locals = {"bob"}) {
  Job made{.reverse_path = {"alice", "me.test"}, .content = content, .has_8bit = false, .id = "1"};
  for (auto& local : locals) made.recipients.push_back({{std::move(local), "mx.test"}, {}, ""});
  return made;
}

/// "250 2.0.0 taken" for each recipient, or "0 sentence".
std::vector<std::string> answers(const Result<Outcome>& outcome) {
  std::vector<std::string> out;
  if (!outcome) return {"failure: " + outcome.error().text};
  for (const auto& answer : outcome->answers)
    out.push_back(std::to_string(answer.code) + " " + (answer.enhanced.empty() ? "" : answer.enhanced + " ") +
                  answer.text);
  return out;
}

TEST(SmtpRelay, OneMessage) {
  FakeWorld world;
  world.expect({});
  TextContent content(kMessage);
  const auto outcome = world.send(host(), job(content, {"bob", "carol"}));
  EXPECT_THAT(answers(outcome), ElementsAre("250 2.0.0 taken", "250 2.0.0 taken"));
  EXPECT_TRUE(outcome->reached);
  EXPECT_EQ(outcome->host, "mx.test");
  EXPECT_EQ(outcome->address, "192.0.2.2");
  EXPECT_EQ(outcome->tls, "");
  EXPECT_THAT(world.heard(0).lines,
              ElementsAre("EHLO me.test", "MAIL FROM:<alice@me.test>", "RCPT TO:<bob@mx.test>",
                          "RCPT TO:<carol@mx.test>", "DATA", "[Subject: voice\r\n\r\n..a dot\r\n]"));
}

TEST(SmtpRelay, WithoutPipelining) {
  FakeWorld world;
  world.expect({.extensions = "SIZE"});
  TextContent content(kMessage);
  EXPECT_THAT(answers(world.send(host(), job(content))), ElementsAre("250 2.0.0 taken"));
  EXPECT_THAT(world.heard(0).lines, Contains("MAIL FROM:<alice@me.test> SIZE=26"));
}

TEST(SmtpRelay, Chunking) {
  for (const std::string extensions : {"CHUNKING", "CHUNKING\nPIPELINING"}) {
    FakeWorld world;
    world.expect({.extensions = extensions});
    TextContent content(kMessage);
    EXPECT_THAT(answers(world.send(host(), job(content))), ElementsAre("250 2.0.0 taken"));
    EXPECT_THAT(world.heard(0).lines, ElementsAre("EHLO me.test", "MAIL FROM:<alice@me.test>", "RCPT TO:<bob@mx.test>",
                                                  "BDAT 26 LAST", "[" + kMessage + "]"));
  }
}

TEST(SmtpRelay, ALongMessageGoesInPieces) {
  std::string message;
  for (int i = 0; i < 20000; ++i) message += ".line " + std::to_string(i) + "\r\n";
  std::string dotted = message;
  for (std::size_t at = 0; (at = dotted.find(".line", at)) != std::string::npos; at += 6) dotted.insert(at, ".");
  for (const std::string extensions : {"PIPELINING", "CHUNKING\nPIPELINING", "CHUNKING", "X"}) {
    FakeWorld world;
    world.expect({.extensions = extensions});
    TextContent content(message);
    content.piece_bytes_max = 50'001;
    EXPECT_THAT(answers(world.send(host(), job(content))), ElementsAre("250 2.0.0 taken"));
    ASSERT_EQ(world.heard(0).delivered.size(), 1u);
    EXPECT_TRUE(world.heard(0).delivered[0] == (extensions.contains("CHUNKING") ? message : dotted)) << extensions;
  }
}

TEST(SmtpRelay, ExtensionsInAllCombinationsOctetByOctet) {
  const std::vector<std::string> words{"PIPELINING", "CHUNKING", "SIZE 1000", "DSN", "8BITMIME"};
  for (unsigned set = 0; set < 1u << words.size(); ++set) {
    std::string extensions = "X";
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (set >> i & 1u) extensions += "\n" + words[i];
    }
    FakeWorld world({.name = "me.test"}, {.read_bytes_max = 1});
    world.expect({.extensions = extensions, .instead = {{"RCPT TO:<carol", "550 5.1.1 no carol"}}});
    TextContent content(kMessage);
    content.piece_bytes_max = 3;
    EXPECT_THAT(answers(world.send(host(), job(content, {"bob", "carol"}))),
                ElementsAre("250 2.0.0 taken", "550 5.1.1 no carol"));
    EXPECT_EQ(world.delivered(), 1u) << extensions;
  }
}

struct Refusal {
  std::string extensions;
  std::vector<std::pair<std::string, std::string>> instead;
  std::vector<std::string> answers;  ///< of bob and carol
  std::size_t delivered;
};

TEST(SmtpRelay, Refusals) {
  const std::string none = "X", pipelining = "PIPELINING", chunking = "PIPELINING\nCHUNKING";
  for (const auto& extensions : {none, pipelining, chunking, std::string("CHUNKING")}) {
    const bool bdat = extensions.contains("CHUNKING");
    const std::string data = bdat ? "BDAT" : "DATA";
    for (const auto& [_, instead, expected, delivered] : std::vector<Refusal>{
             {"", {{"MAIL", "550 5.7.1 not you"}}, {"550 5.7.1 not you", "550 5.7.1 not you"}, 0},
             {"", {{"MAIL", "451 4.7.1 later"}}, {"451 4.7.1 later", "451 4.7.1 later"}, 0},
             {"", {{"RCPT TO:<bob", "450 4.2.1 full"}}, {"450 4.2.1 full", "250 2.0.0 taken"}, 1},
             {"", {{"RCPT TO:<carol", "552 5.5.3 many"}}, {"250 2.0.0 taken", "250 2.0.0 taken"}, 2},
             {"", {{"RCPT TO:<carol", "552 many"}}, {"250 2.0.0 taken", "250 2.0.0 taken"}, 2},
             {"", {{"RCPT TO:<carol", "552 5.2.2 full"}}, {"250 2.0.0 taken", "552 5.2.2 full"}, 1},
             {"", {{"RCPT TO:<bob", "251 2.1.5 forwards"}}, {"250 2.0.0 taken", "250 2.0.0 taken"}, 1},
             {"",
              {{"RCPT TO:<bob", "550 5.1.1 no bob"}, {"RCPT TO:<carol", "551 5.1.6 moved"}},
              {"550 5.1.1 no bob", "551 5.1.6 moved"},
              0},
             {"", {{data, "554 5.7.0 no"}}, {"554 5.7.0 no", "554 5.7.0 no"}, 0},
             {"", {{"[", "552 5.3.4 long"}}, {"552 5.3.4 long", "552 5.3.4 long"}, 0},
             {"", {{"[", "550-5.7.1 it is\n550 5.7.1 spam"}}, {"550 5.7.1 it is\nspam", "550 5.7.1 it is\nspam"}, 0},
             {"", {{"MAIL", "421 4.3.2 closing"}}, {"421 4.3.2 closing", "421 4.3.2 closing"}, 0},
             {"", {{"RCPT TO:<carol", "421 4.3.2 closing"}}, {"421 4.3.2 closing", "421 4.3.2 closing"}, 0},
             {"",
              {{"RCPT TO:<carol", "what?"}},
              {"0 what came after RCPT is not understood: no reply: \"what?\"",
               "0 what came after RCPT is not understood: no reply: \"what?\""},
              0},
         }) {
      FakeWorld world;
      world.expect({.extensions = extensions, .instead = instead});
      TextContent content(kMessage);
      const auto outcome = world.send(host(), job(content, {"bob", "carol"}));
      auto got = answers(outcome);
      // With BDAT in one trip, what a bad reply leaves undone is done.
      EXPECT_EQ(got, expected) << extensions << " " << instead[0].second;
      // In one trip the message was sent already: who says something odd may have it.
      const bool odd = instead[0].second == "what?" && extensions != chunking;
      EXPECT_EQ(outcome->broke_off, odd || instead[0].second.starts_with("421"));
      if (instead[0].first != "RCPT TO:<carol" || !bdat) {
        EXPECT_EQ(world.delivered(), delivered) << extensions << " " << instead[0].second;
      }
    }
  }
}

TEST(SmtpRelay, NothingOfTheMessageIsSentWhenNobodyWasTaken) {
  FakeWorld world;
  world.expect({.extensions = "PIPELINING", .instead = {{"RCPT", "550 5.1.1 nobody"}, {"DATA", "354 anyway"}}});
  TextContent content(kMessage);
  EXPECT_THAT(answers(world.send(host(), job(content))), ElementsAre("550 5.1.1 nobody"));
  world.settle();
  EXPECT_THAT(world.heard(0).lines, Contains("[]"));
}

TEST(SmtpRelay, AServerThatSaysTooMuchIsNotTrusted) {
  FakeWorld world;
  world.expect({.extensions = "PIPELINING", .instead = {{"DATA", "354 go on\n250 2.0.0 taken"}}});
  TextContent content(kMessage);
  EXPECT_THAT(answers(world.send(host(), job(content))), ElementsAre(StartsWith("0 ")));
  FakeWorld other;
  other.expect({.extensions = "PIPELINING", .instead = {{"DATA", "250 2.0.0 taken"}}});
  EXPECT_THAT(answers(other.send(host(), job(content))), ElementsAre(StartsWith("0 ")));
}

TEST(SmtpRelay, Misfits) {
  struct Case {
    std::string extensions;
    Misfit misfit;
    std::string enhanced;
    std::function<void(Job&)> bend;
  };
  for (const auto& [extensions, misfit, enhanced, bend] : std::vector<Case>{
           {"X", Misfit::SevenBit, "5.6.3", [](Job& one) { one.has_8bit = true; }},
           {"8BITMIME", Misfit::None, "2.0.0", [](Job& one) { one.has_8bit = true; }},
           {"8BITMIME\nCHUNKING", Misfit::SevenBit, "5.6.3",
            [](Job& one) { one.options.body = mail::Body::BinaryMime; }},
           {"BINARYMIME\nCHUNKING", Misfit::None, "2.0.0", [](Job& one) { one.options.body = mail::Body::BinaryMime; }},
           {"SIZE 25", Misfit::Size, "5.3.4", [](Job&) {}},
           {"SIZE 26", Misfit::None, "2.0.0", [](Job&) {}},
           {"SIZE 0", Misfit::None, "2.0.0", [](Job&) {}},
           {"8BITMIME", Misfit::Utf8, "5.6.7", [](Job& one) { one.recipients[0].address.local = "b\xC3\xB6"; }},
           {"8BITMIME\nSMTPUTF8", Misfit::None, "2.0.0",
            [](Job& one) { one.recipients[0].address.local = "b\xC3\xB6"; }},
           {"X", Misfit::None, "2.0.0", [](Job& one) { one.options.smtputf8 = true; }},
           {"8BITMIME", Misfit::Utf8, "5.6.7", [](Job& one) { one.options.smtputf8 = one.has_8bit = true; }},
           {"REQUIRETLS", Misfit::Tls, "5.7.30", [](Job& one) { one.options.require_tls = true; }},
       }) {
    FakeWorld world;
    world.expect({.extensions = extensions});
    TextContent content(kMessage);
    auto made = job(content);
    bend(made);
    const auto outcome = world.send(host(), made);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->misfit, misfit) << extensions;
    EXPECT_EQ(outcome->seven_bit, extensions.find("8BITMIME") == extensions.npos) << extensions;
    EXPECT_EQ(outcome->answers.at(0).enhanced, enhanced) << extensions;
    EXPECT_EQ(world.delivered(), misfit == Misfit::None ? 1u : 0u) << extensions;
  }
}

TEST(SmtpRelay, AnAddressIsNeverTwoCommands) {
  FakeWorld world;
  world.expect({});
  TextContent content(kMessage);
  EXPECT_THAT(answers(world.send(host(), job(content, {"bob\r\nRSET", "carol"}))),
              ElementsAre(StartsWith("553 5.1.3"), "250 2.0.0 taken"));
  EXPECT_THAT(world.heard(0).lines, Not(Contains("RSET")));
}

TEST(SmtpRelay, BareLineEndsDoNotGoOverData) {
  FakeWorld world;
  world.expect({});
  TextContent content("a\n.\r\n");
  EXPECT_THAT(answers(world.send(host(), job(content))), ElementsAre(StartsWith("554 5.6.0")));
  EXPECT_EQ(world.delivered(), 0u);
}

/// Who was asked for in each transaction.
std::vector<std::string> transactions(const Heard& heard) {
  std::vector<std::string> all;
  for (const auto& line : heard.lines) {
    if (line.starts_with("MAIL ")) all.emplace_back();
    if (line.starts_with("RCPT ")) all.back() += line.substr(9, line.find('@') - 9);
  }
  return all;
}

TEST(SmtpRelay, WhoIsTooManyGoesInTheNextTransaction) {
  for (const std::string extensions : {"X", "PIPELINING", "CHUNKING", "CHUNKING\nPIPELINING"}) {
    FakeWorld world;
    world.expect({.extensions = extensions + "\nLIMITS RCPTMAX=2"});
    TextContent content(kMessage);
    EXPECT_THAT(answers(world.send(host(), job(content, {"a", "b", "c", "d", "e"}))), Each("250 2.0.0 taken"));
    EXPECT_THAT(transactions(world.heard(0)), ElementsAre("ab", "cd", "e"));
    EXPECT_EQ(world.delivered(), 3u);
  }
}

TEST(SmtpRelay, AServerMaySayItWhenItIsAsked) {
  for (const std::string said : {"452 4.5.3 too many", "552 too many", "452 too many"}) {
    FakeWorld world;
    world.expect({.instead = {{"RCPT TO:<b", said}, {"RCPT TO:<c", said}, {"RCPT TO:<c", said}}});
    TextContent content(kMessage);
    EXPECT_THAT(answers(world.send(host(), job(content, {"a", "b", "c"}))), Each("250 2.0.0 taken"));
    EXPECT_THAT(transactions(world.heard(0)), ElementsAre("abc", "bc", "c"));
  }
}

TEST(SmtpRelay, WhoIsTooManyByHimselfWaits) {
  FakeWorld world;
  world.expect({.instead = {{"RCPT TO:<b", "452 no"}, {"RCPT TO:<b", "452 no"}, {"RCPT TO:<b", "452 no"}}});
  TextContent content(kMessage);
  EXPECT_THAT(answers(world.send(host(), job(content, {"a", "b"}))), ElementsAre("250 2.0.0 taken", "452 no"));
  EXPECT_THAT(transactions(world.heard(0)), ElementsAre("ab", "b"));
}

TEST(SmtpRelay, AFullMailboxIsNotTooMany) {
  FakeWorld world;
  world.expect({.instead = {{"RCPT TO:<b", "452 4.2.2 full"}}});
  TextContent content(kMessage);
  EXPECT_THAT(answers(world.send(host(), job(content, {"a", "b"}))), ElementsAre("250 2.0.0 taken", "452 4.2.2 full"));
  EXPECT_THAT(transactions(world.heard(0)), ElementsAre("ab"));
}

TEST(SmtpRelay, WhatBreaksTheNextTransactionLeavesTheFirstAsItWas) {
  FakeWorld world;
  world.expect({.extensions = "X\nLIMITS RCPTMAX=1", .instead = {{"RCPT TO:<b", ""}}});
  TextContent content(kMessage);
  const auto outcome = world.send(host(), job(content, {"a", "b"}));
  ASSERT_TRUE(outcome);
  EXPECT_THAT(answers(outcome), ElementsAre("250 2.0.0 taken", StartsWith("0 ")));
  EXPECT_FALSE(outcome->broke_off);
  EXPECT_EQ(world.connections(), 1u);
}

TEST(SmtpRelay, AMessageThatIsRefusedIsNotSentToTheOthersOneByOne) {
  for (const std::string at : {"MAIL", "DATA", "["}) {
    FakeWorld world;
    world.expect({.extensions = "X\nLIMITS RCPTMAX=1", .instead = {{at, "554 5.7.1 spam"}}});
    TextContent content(kMessage);
    const auto said = answers(world.send(host(), job(content, {"a", "b", "c"})));
    EXPECT_THAT(said, ElementsAre("554 5.7.1 spam", StartsWith("452 4.5.3"), StartsWith("452 4.5.3"))) << at;
  }
}

TEST(SmtpRelay, WhoIsRefusedKeepsNobodyElseFromBeingAsked) {
  FakeWorld world;
  world.expect({.extensions = "X\nLIMITS RCPTMAX=1", .instead = {{"RCPT TO:<a", "450 4.7.1 later"}}});
  TextContent content(kMessage);
  EXPECT_THAT(answers(world.send(host(), job(content, {"a", "b"}))), ElementsAre("450 4.7.1 later", "250 2.0.0 taken"));
}

TEST(SmtpRelay, AFailureOfOurSideLaterIsForThoseWhoWait) {
  FakeWorld world;
  world.expect({.extensions = "X\nLIMITS RCPTMAX=1"});
  TextContent content(kMessage);
  content.fails_in_pass = 2;
  EXPECT_THAT(answers(world.send(host(), job(content, {"a", "b"}))),
              ElementsAre("250 2.0.0 taken", StartsWith("451 4.3.0 the disk is gone")));
}

TEST(SmtpRelay, MailMaxEndsItToo) {
  FakeWorld world;
  world.expect({.extensions = "X\nLIMITS RCPTMAX=1 MAILMAX=2"});
  TextContent content(kMessage);
  EXPECT_THAT(answers(world.send(host(), job(content, {"a", "b", "c"}))),
              ElementsAre("250 2.0.0 taken", "250 2.0.0 taken", StartsWith("452 4.5.3")));
}

TEST(SmtpRelay, AFailureOfOurSideIsNoAnswer) {
  for (const std::string extensions : {"X", "PIPELINING", "CHUNKING", "CHUNKING\nPIPELINING"}) {
    FakeWorld world;
    world.expect({.extensions = extensions});
    TextContent content(kMessage);
    content.piece_bytes_max = 10;
    content.fails_at = 20;
    EXPECT_THAT(answers(world.send(host(), job(content))), ElementsAre("failure: the disk is gone"));
    EXPECT_EQ(world.delivered(), 0u);
  }
  for (const std::uint64_t claimed : {25u, 27u}) {
    FakeWorld world;
    world.expect({.extensions = "CHUNKING"});
    TextContent content(kMessage);
    content.claimed = claimed;
    EXPECT_THAT(answers(world.send(host(), job(content))), ElementsAre(StartsWith("failure: ")));
    EXPECT_EQ(world.delivered(), 0u);
  }
}

/// However a server ends the connection, there is one answer a recipient, and 250 only when it has the message.
TEST(SmtpRelay, CutAfterEachOctet) {
  for (const std::string extensions : {"X", "PIPELINING", "CHUNKING", "CHUNKING\nPIPELINING"}) {
    for (const bool hearing : {false, true}) {
      bool delivered = false;
      std::size_t broke_off = 0;
      for (std::size_t octets = 0; !delivered; ++octets) {
        ASSERT_LT(octets, 1000u);
        FakeWorld world;
        Behaviour behaviour{.extensions = extensions};
        (hearing ? behaviour.hears_bytes_max : behaviour.says_bytes_max) = octets;
        world.expect(behaviour);
        TextContent content(kMessage);
        const auto outcome = world.send(host(), job(content, {"bob", "carol"}));
        ASSERT_TRUE(outcome);
        ASSERT_EQ(outcome->answers.size(), 2u);
        EXPECT_EQ(outcome->answers[0], outcome->answers[1]);
        EXPECT_TRUE(outcome->answers[0].code == 0 || outcome->answers[0].code == 250) << outcome->answers[0].text;
        delivered = outcome->answers[0].delivered();
        if (delivered) {
          EXPECT_EQ(world.delivered(), 1u) << extensions << hearing << octets << answers(outcome)[0];
        }
        EXPECT_FALSE(outcome->broke_off && world.delivered() != 0) << extensions << hearing << octets;
        broke_off += outcome->broke_off ? 1 : 0;
        world.settle();
        EXPECT_EQ(world.connections(), 1u);
      }
      EXPECT_EQ(broke_off != 0, extensions != "CHUNKING\nPIPELINING") << extensions << hearing;
    }
  }
}

TEST(SmtpRelay, ASlowServer) {
  for (const std::string command : {"EHLO", "MAIL", "RCPT", "DATA", "["}) {
    FakeWorld world;
    world.expect({.extensions = "X", .instead = {{command, "silence"}}});
    TextContent content(kMessage);
    std::optional<Result<Outcome>> outcome;
    world.start(host(), job(content), outcome);
    world.settle();
    ASSERT_FALSE(outcome) << command;
    world.client(0).pass(std::chrono::minutes(11));
    world.settle();
    ASSERT_TRUE(outcome && *outcome) << command;
    EXPECT_THAT(answers(*outcome), ElementsAre(StartsWith("0 no reply to "))) << command;
  }
}

TEST(SmtpRelay, AddressesInOrder) {
  FakeWorld world;
  world.expect({.refuses_connection = true});
  world.expect({.greeting = "554 5.3.2 no mail here"});
  world.expect({});
  auto to = host();
  to.addresses = {{.octets = {192, 0, 2, 7}, .port = 25}, {.octets = {192, 0, 2, 8}, .port = 25}, kMx};
  TextContent content(kMessage);
  const auto outcome = world.send(to, job(content));
  EXPECT_THAT(answers(outcome), ElementsAre("250 2.0.0 taken"));
  EXPECT_EQ(world.called(), to.addresses);
}

TEST(SmtpRelay, ManyAddressesOfIpv6HideNoneOfIpv4) {
  FakeWorld world;
  auto to = host();
  to.addresses.clear();
  for (unsigned char i = 0; i < 20; ++i) to.addresses.push_back({.octets = {0x20, 0x01, i}, .port = 25, .v6 = true});
  to.addresses.push_back(kMx);
  for (int i = 0; i < 7; ++i) world.expect({.refuses_connection = true});
  world.expect({});
  TextContent content(kMessage);
  EXPECT_THAT(answers(world.send(to, job(content))), ElementsAre("250 2.0.0 taken"));
  EXPECT_EQ(world.called().size(), 8u);
  EXPECT_EQ(world.called().back(), kMx);
}

TEST(SmtpRelay, NobodyThere) {
  FakeWorld world;
  TextContent content(kMessage);
  const auto outcome = world.send(host(), job(content, {"bob", "carol"}));
  const std::string sentence = "0 192.0.2.2:25 cannot be reached: Connection refused";
  EXPECT_THAT(answers(outcome), ElementsAre(sentence, sentence));
  EXPECT_FALSE(outcome->reached);
  EXPECT_EQ(outcome->address, "192.0.2.2");
}

TEST(SmtpRelay, Greetings) {
  struct Case {
    Behaviour behaviour;
    std::string answer;
  };
  for (const auto& [behaviour, answer] : std::vector<Case>{
           {{.greeting = "554 5.3.2 no mail here"}, "554 5.3.2 no mail here"},
           {{.greeting = "421 4.3.2 busy"}, "421 4.3.2 busy"},
           {{.greeting = "HTTP/1.1 400 Bad Request"}, "0 what came after connecting is not understood"},
           {{.greeting = ""}, "0 the server closed the connection after connecting"},
           {{.instead = {{"EHLO", "421 4.3.2 busy"}}}, "421 4.3.2 busy"},
           {{.instead = {{"EHLO", "550 5.7.1 not you"}, {"HELO", "550 5.7.1 nor so"}}}, "550 5.7.1 nor so"},
       }) {
    FakeWorld world;
    world.expect(behaviour);
    TextContent content(kMessage);
    const auto outcome = world.send(host(), job(content));
    EXPECT_THAT(answers(outcome), ElementsAre(StartsWith(answer)));
    EXPECT_FALSE(outcome->reached);
  }
}

TEST(SmtpRelay, AnOldServerKnowsHeloOnly) {
  FakeWorld world;
  world.expect({.instead = {{"EHLO", "500 what?"}}});
  TextContent content(kMessage);
  EXPECT_THAT(answers(world.send(host(), job(content))), ElementsAre("250 2.0.0 taken"));
  EXPECT_THAT(world.heard(0).lines, Contains("HELO me.test"));
}

}  // namespace
}  // namespace paraph::relay::smtp
