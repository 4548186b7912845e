#include "session/admin/verbs.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <optional>

#include "crypto/random.h"
#include "net/gate.h"
#include "net/memory/memory_stream.h"
#include "record/keys.h"
#include "service/queue_rows.h"
#include "session/admin/session.h"
#include "store/memory/memory_store.h"

namespace paraph::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Takes whatever begins with "ok".
class SomeMedia final : public media::Media {
 public:
  Task<Result<media::Voice>> import_voice(media::Upload upload, media::Limits) override {
    if (!upload.octets.starts_with("ok")) co_return fail(Code::Unsupported, "this is no recording that is known");
    media::Voice voice;
    voice.variants.push_back(
        {.octets = std::move(upload.octets), .media_type = "audio/AMR", .extension = "amr", .milliseconds = 3'000});
    co_return voice;
  }
  Task<Result<media::File>> import_picture(media::Upload upload, media::Limits) override {
    if (!upload.octets.starts_with("ok")) co_return fail(Code::Unsupported, "this is no picture that is known");
    co_return media::File{
        .octets = std::move(upload.octets), .media_type = "image/png", .extension = "png", .width = 1, .height = 1};
  }
};

/// A store with the verbs above it, and a socket's two ends between the test and them.
class VerbsTest : public testing::Test {
 protected:
  struct Said {
    std::vector<std::string> lines;
    std::string failure;  ///< "" : done
  };

  Said say(Request request) { return say_to(verbs_, std::move(request)); }
  Said say_to(Verbs& verbs, Request request) {
    auto [server, client] = net::memory::make_pair(loop_.get_executor());
    Said said;
    PrintLine print = [&said](std::string line) { return keep(said, std::move(line)); };
    boost::asio::co_spawn(loop_, run(std::move(server), verbs),
                          [](std::exception_ptr failed) { EXPECT_FALSE(failed); });
    boost::asio::co_spawn(loop_, ask(*client, std::move(request), std::move(print)),
                          [&](std::exception_ptr failed, Result<void> result) {
                            EXPECT_FALSE(failed);
                            if (!result) said.failure = result.error().text;
                            client->close();
                          });
    loop_.run();
    loop_.restart();
    return said;
  }
  Said say(std::string verb, std::map<std::string, std::string> fields = {}) {
    return say(Request{std::move(verb), std::move(fields)});
  }
  void done(std::string verb, std::map<std::string, std::string> fields = {}) {
    EXPECT_EQ(say(verb, std::move(fields)).failure, "") << verb;
  }
  void make_alice() {
    done("domain add", {{"domain", "example.test"}});
    done("account add", {{"address", "alice@example.test"}, {"password", "secret"}, {"name", "Alice"}});
  }

  static Task<void> keep(Said& said, std::string line) {
    said.lines.push_back(std::move(line));
    co_return;
  }
  static Task<Result<crypto::Verifier>> make(crypto::Random& random, std::string password) {
    co_return crypto::make_verifier(password, random, crypto::kTestCost);
  }

  static Task<Result<crypto::SigningKey>> generate(crypto::KeyKind kind) {
    co_return crypto::SigningKey::generate(kind);
  }

  boost::asio::io_context loop_;
  store::memory::MemoryStore store_;
  FakeClock clock_{Time{}};
  Limits limits_;
  crypto::SeededRandom random_{1};
  SomeMedia media_;
  service::Accounts accounts_{store_, clock_, limits_};
  service::Signatures signatures_{store_, media_, clock_, limits_};
  service::Mailboxes mailboxes_{store_, clock_, limits_};
  service::Policies policies_{store_};
  service::KeyRing keys_{store_, random_, clock_};
  service::DkimKeys dkim_keys_{store_, clock_, generate};
  service::QueueItems queue_{store_, random_, clock_};
  Verbs verbs_{store_,      accounts_, mailboxes_,
               signatures_, policies_, keys_,
               dkim_keys_,  queue_,    [this](std::string password) {
                 return make(random_, std::move(password)); }};
};

TEST_F(VerbsTest, SourcesAreShownWithTheirState) {
  EXPECT_THAT(say("source list").lines, testing::IsEmpty());
  const service::SourceState one{.name = "hq",
                                 .kind = "paraph",
                                 .url = "https://hq.example",
                                 .state = "open",
                                 .requests = 12,
                                 .hits = 345,
                                 .stale = 6,
                                 .errors = 7,
                                 .last_error = "down\nand out",
                                 .last_error_at = Time(std::chrono::seconds(60))};
  Verbs verbs(store_, accounts_, mailboxes_, signatures_, policies_, keys_, dkim_keys_, queue_, {},
              {.states = [&] { return std::vector{one}; }, .forget = {}});
  const auto lines = say_to(verbs, Request{"source list", {}}).lines;
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[1], testing::MatchesRegex("hq +paraph +https://hq\\.example +open +12 +345 +6 +7  "
                                              "1970-01-01T00:01:00Z down\\\\x0aand out"));
}

TEST_F(VerbsTest, HowTlsCameOutIsShownAndReported) {
  EXPECT_THAT(say("queue tls-report").failure, HasSubstr("nobody counts"));
  relay::TlsSessions sessions(clock_);
  const auto policy = std::make_shared<const relay::AppliedPolicy>(relay::AppliedPolicy{.domain = "example.net"});
  sessions.add_success(policy);
  Verbs verbs(store_, accounts_, mailboxes_, signatures_, policies_, keys_, dkim_keys_, queue_, {}, {},
              {.sessions = &sessions, .organization = "vm.example.org"});
  const auto report = [&](std::map<std::string, std::string> fields) {
    return say_to(verbs, Request{"queue tls-report", std::move(fields)});
  };
  EXPECT_THAT(report({}).lines,
              ElementsAre(HasSubstr("DOMAIN"), testing::MatchesRegex("example.net +no-policy-found +1 +0")));
  EXPECT_THAT(report({{"domain", "Example.net"}}).lines,
              ElementsAre(testing::AllOf(HasSubstr("\"report-id\":\"1970-01-01.example.net@vm.example.org\""),
                                         HasSubstr("\"total-successful-session-count\":1"))));
  EXPECT_THAT(report({{"domain", "example.com"}}).failure, HasSubstr("no session"));
  EXPECT_THAT(report({{"day", "tomorrow"}}).failure, HasSubstr("today or yesterday"));
  clock_.advance(std::chrono::hours(24));
  EXPECT_THAT(report({{"domain", "example.net"}}).failure, HasSubstr("no session"));
  EXPECT_THAT(report({{"domain", "example.net"}, {"day", "yesterday"}}).lines,
              ElementsAre(HasSubstr("\"end-datetime\":\"1970-01-01T23:59:59Z\"")));
}

TEST_F(VerbsTest, Domains) {
  done("domain add", {{"domain", "example.test"}});
  done("domain add", {{"domain", "example.org"}});
  EXPECT_NE(say("domain add", {{"domain", "example.test"}}).failure, "");
  EXPECT_THAT(say("domain list").lines, ElementsAre("example.org", "example.test"));
  done("domain remove", {{"domain", "example.org"}});
  EXPECT_THAT(say("domain list").lines, ElementsAre("example.test"));
  EXPECT_NE(say("domain remove", {{"domain", "example.org"}}).failure, "");
}

TEST_F(VerbsTest, DkimKeysAreLinesOfAZoneFile) {
  done("domain add", {{"domain", "example.test"}});
  const auto made = say("dkim create", {{"domain", "Example.Test"}}).lines;
  ASSERT_EQ(made.size(), 2u);
  EXPECT_THAT(made[0], testing::MatchesRegex("p19700101r\\._domainkey\\.example\\.test\\. IN TXT \"v=DKIM1; k=rsa; "
                                             "h=sha256; p=[^ ]*\" \"[^ ]*\""));
  EXPECT_THAT(made[1], testing::MatchesRegex("p19700101e\\._domainkey\\.example\\.test\\. IN TXT \"v=DKIM1; k=ed25519; "
                                             "h=sha256; p=[^ ]*\""));
  EXPECT_THAT(say("dkim list").lines, testing::UnorderedElementsAreArray(made));
  EXPECT_THAT(say("dkim list", {{"domain", "example.test"}}).lines, testing::UnorderedElementsAreArray(made));
  EXPECT_THAT(say("dkim list", {{"domain", "example.org"}}).lines, testing::IsEmpty());
  EXPECT_THAT(say("dkim create", {{"domain", "example.org"}}).failure, HasSubstr("not a local domain"));
  EXPECT_NE(say("dkim create").failure, "");
  done("domain remove", {{"domain", "example.test"}});
  EXPECT_THAT(say("dkim list").lines, testing::IsEmpty());
}

TEST_F(VerbsTest, Accounts) {
  make_alice();
  done("account add", {{"address", "bob@example.test"}, {"password", "x"}, {"tel", "+441234567"}});
  EXPECT_THAT(say("account list").lines, ElementsAre("alice@example.test  Alice", "bob@example.test  +441234567"));
  EXPECT_NE(say("account add", {{"address", "alice@example.test"}, {"password", "x"}}).failure, "");
  EXPECT_NE(say("account add", {{"address", "carol@example.test"}}).failure, "") << "no password";
  EXPECT_NE(say("account add", {{"address", "carol@example.net"}, {"password", "x"}}).failure, "")
      << "not a local domain";
  EXPECT_THAT(say("account add", {{"address", "carol@example.test"}, {"password", "x"}, {"tel", "12"}}).failure,
              HasSubstr("--tel"));
  done("account remove", {{"address", "alice@example.test"}});
  EXPECT_THAT(say("account list").lines, ElementsAre("bob@example.test  +441234567"));
  EXPECT_NE(say("account passwd", {{"address", "alice@example.test"}, {"password", "x"}}).failure, "");
}

TEST_F(VerbsTest, ANewPasswordIsTheOneThatCounts) {
  make_alice();
  done("account passwd", {{"address", "alice@example.test"}, {"password", "другой"}});
  std::optional<record::Account> alice;
  boost::asio::co_spawn(loop_, accounts_.find("alice@example.test"),
                        [&](std::exception_ptr, Result<record::Account> found) { alice = found.value(); });
  loop_.run();
  const auto& v = alice->verifier;
  EXPECT_TRUE(
      crypto::check_password({v.argon2, v.scram_salt, v.scram_iterations, v.stored_key, v.server_key}, "другой"));
}

TEST_F(VerbsTest, Signatures) {
  make_alice();
  const std::string alice = "alice@example.test";
  EXPECT_THAT(say("signature show", {{"address", alice}}).lines, testing::Contains(HasSubstr("none")));
  done("signature set",
       {{"address", alice}, {"text", "Alice Example\nExample Company"}, {"voice", "ok voice"}, {"image", "ok image"}});
  const auto shown = say("signature show", {{"address", alice}}).lines;
  EXPECT_THAT(shown, testing::Contains("text      Alice Example"));
  EXPECT_THAT(shown, testing::Contains("          Example Company"));
  EXPECT_THAT(shown, testing::Contains("voice     audio/AMR, 8 octets, 3 s"));
  EXPECT_THAT(say("signature set", {{"address", alice}, {"voice", "bad"}}).failure, HasSubstr("no recording"));
  EXPECT_THAT(say("signature set", {{"address", alice}}).failure, HasSubstr("nothing to set"));
  done("signature off", {{"address", alice}});
  EXPECT_THAT(say("signature show", {{"address", alice}}).lines, testing::Contains("attached  off"));
  done("signature on", {{"address", alice}});
  done("signature clear", {{"address", alice}});
  EXPECT_THAT(say("signature show", {{"address", alice}}).lines, testing::Contains("signature none"));
}

TEST_F(VerbsTest, TheHistoryOfASignature) {
  make_alice();
  const std::string alice = "alice@example.test";
  EXPECT_THAT(say("signature history", {{"address", alice}}).lines, testing::IsEmpty());
  done("signature set", {{"address", alice}, {"text", "one"}, {"voice", "ok voice"}});
  clock_.advance(std::chrono::hours(24));
  done("signature set", {{"address", alice}, {"text", "two"}});
  EXPECT_THAT(say("signature history", {{"address", alice}}).lines,
              ElementsAre(testing::MatchesRegex("2     [-_0-9A-Za-z]*  1970-01-02T00:00:00Z  text:voice  +current"),
                          testing::MatchesRegex("1     [-_0-9A-Za-z]*  -  +text:voice  +kept")));
  EXPECT_THAT(say("signature restore", {{"address", alice}, {"number", "1"}}).lines,
              ElementsAre(alice + ": signature revision 3 is what revision 1 was"));
  EXPECT_THAT(say("signature show", {{"address", alice}}).lines, testing::Contains("text      one"));
  EXPECT_THAT(say("signature restore", {{"address", alice}, {"number", "9"}}).failure, HasSubstr("no revision 9"));
  EXPECT_THAT(say("signature restore", {{"address", alice}, {"number", "x"}}).failure, HasSubstr("number"));
  EXPECT_THAT(say("signature restore", {{"address", alice}}).failure, HasSubstr("number"));
  EXPECT_THAT(say("check").lines, ElementsAre("the store is whole"));
}

TEST_F(VerbsTest, Policies) {
  make_alice();
  const std::string alice = "alice@example.test";
  const auto line = [&](const std::string& subject, std::string_view key) {
    for (const auto& shown : say("policy show", {{"subject", subject}}).lines) {
      if (shown.starts_with(std::string(key) + " ")) return shown;
    }
    return std::string("(none)");
  };
  EXPECT_EQ(line(alice, "replies"), "replies         full                   default");
  done("policy set", {{"subject", "example.test"}, {"settings", "replies=text external-kinds=text"}});
  done("policy set", {{"subject", alice}, {"settings", "replies=none"}});
  EXPECT_EQ(line(alice, "replies"), "replies         none                   account");
  EXPECT_EQ(line(alice, "external-kinds"), "external-kinds  text                   domain");
  EXPECT_EQ(line("example.test", "replies"), "replies         text                   domain");
  done("policy set", {{"subject", alice}, {"settings", "replies=default"}});
  EXPECT_EQ(line(alice, "replies"), "replies         text                   domain");
  const struct {
    std::string subject, settings, says;
  } bad[] = {{alice, "replies=loud", "replies is full, text or none, or default, and not loud"},
             {alice, "volume=11", "volume is no key of a policy: the keys are signature, mandatory"},
             {alice, "replies", "not of the form KEY=VALUE"},
             {alice, "", "nothing to set"},
             {"nobody@example.test", "replies=full", "no account nobody@example.test"},
             {"nobody@@", "class=vpim", "neither a domain nor an address"},
             {"exa mple", "class=vpim", "neither a domain nor an address"},
             {"example.net", "class=fax", "class is internet, vpim or vvm"},
             {"example.net", "replies=full", "example.net is not a local domain"}};
  EXPECT_EQ(line("example.net", "class"), "class           internet               default");
  done("policy set", {{"subject", "Example.net"}, {"settings", "class=vpim"}});
  EXPECT_EQ(line("carol@example.net", "class"), "class           vpim                   domain");
  done("policy set", {{"subject", "carol@example.net"}, {"settings", "class=vvm"}});
  EXPECT_EQ(line("Carol@example.net", "class"), "class           vvm                    account");
  EXPECT_EQ(line("example.net", "class"), "class           vpim                   domain");
  EXPECT_EQ(line("example.net", "replies"), "(none)");
  for (const auto& [subject, settings, says] : bad)
    EXPECT_THAT(say("policy set", {{"subject", subject}, {"settings", settings}}).failure, HasSubstr(says));
  EXPECT_EQ(line(alice, "replies"), "replies         text                   domain") << "nothing of a bad one is set";
  EXPECT_THAT(say("check").lines, ElementsAre("the store is whole"));
  done("account remove", {{"address", alice}});
  done("domain remove", {{"domain", "example.test"}});
  done("domain add", {{"domain", "example.test"}});
  EXPECT_EQ(line("example.test", "replies"), "replies         full                   default");
  EXPECT_THAT(say("check").lines, ElementsAre("the store is whole"));
}

TEST_F(VerbsTest, ADomainHasATemplate) {
  done("domain add", {{"domain", "example.test"}});
  const auto show = [&] { return say("signature template", {{"domain", "example.test"}}).lines; };
  EXPECT_THAT(show(), ElementsAre("example.test: no template"));
  done("signature template",
       {{"domain", "example.test"}, {"text", "{{displayName}}\n{{tel}}\n"}, {"html", "<b>{{mail}}</b>"}});
  EXPECT_THAT(show(),
              ElementsAre("text      {{displayName}}", "text      {{tel}}", "text      ", "html      <b>{{mail}}</b>"));
  done("signature template", {{"domain", "example.test"}, {"html", ""}});
  EXPECT_THAT(show(), ElementsAre("text      {{displayName}}", "text      {{tel}}", "text      "));
  const auto failure = [&](std::string domain, std::string text) {
    return say("signature template", {{"domain", std::move(domain)}, {"text", std::move(text)}}).failure;
  };
  EXPECT_THAT(failure("example.net", "x"), HasSubstr("example.net is not a local domain"));
  EXPECT_THAT(failure("example.test", std::string(5000, 'x')), HasSubstr("the template's text is over 4 KiB"));
  EXPECT_THAT(say("check").lines, ElementsAre("the store is whole"));
}

TEST_F(VerbsTest, KeysAreListedWithoutTheirSecrets) {
  EXPECT_THAT(say("key list").lines, ElementsAre("k1    made at first use          active"));
  clock_.advance(std::chrono::hours(24));
  EXPECT_THAT(say("key rotate").lines, ElementsAre(testing::StartsWith("key k2 signs from now on")));
  EXPECT_THAT(say("key list").lines, ElementsAre("k1    made at first use          retired 1970-01-02T00:00:00Z",
                                                 "k2    made 1970-01-02T00:00:00Z  active"));
  EXPECT_THAT(say("check").lines, ElementsAre("the store is whole"));
}

TEST_F(VerbsTest, AMessageThatIsNotHereCannotBeTraced) {
  EXPECT_THAT(say("message trace", {{"message-id", "<a@x>"}}).failure, HasSubstr("no message here has the Message-ID"));
  EXPECT_THAT(say("message trace").failure, HasSubstr("needs message-id"));
}

TEST_F(VerbsTest, TheQueueIsShownAndChanged) {
  const auto put = [&](std::uint64_t number, std::string domain) {
    record::Queued item{.destination = domain,
                        .message = MessageId{number},
                        .reverse_path = {"alice", "example.test"},
                        .arrived = Time{},
                        .due = Time{} + std::chrono::minutes(5),
                        .tries = 1,
                        .message_id = "<1@example.test>"};
    item.recipients.push_back({.recipient = {{"carol", domain}},
                               .code = 450,
                               .enhanced = "4.2.1",
                               .text = "grey\nlisted",
                               .host = "mx." + domain,
                               .at = Time{} + std::chrono::minutes(1)});
    item.hosts = {{.host = "mx0." + domain, .text = "connection\nrefused", .at = Time{} + std::chrono::minutes(1)},
                  {.host = "mx." + domain,
                   .address = "192.0.2.1",
                   .tls = "TLSv1.3",
                   .code = 450,
                   .enhanced = "4.2.1",
                   .text = "grey",
                   .at = Time{} + std::chrono::minutes(1)}};
    store::Batch batch;
    service::add_item(batch, {number}, item);
    boost::asio::co_spawn(loop_, store_.commit(std::move(batch)),
                          [](std::exception_ptr, Result<void> done_so) { EXPECT_TRUE(done_so.has_value()); });
    loop_.run();
    loop_.restart();
  };
  EXPECT_THAT(say("queue list").lines, testing::IsEmpty());
  put(1, "example.net");
  put(2, "example.com");
  const auto lines = say("queue list").lines;
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[1], testing::MatchesRegex("2 +waiting +1970-01-01T00:00:00Z 1970-01-01T00:05:00Z +1 +1 +"
                                              "<alice@example.test> +example.com +"
                                              "mx.example.com: 450 4.2.1 grey.*listed"));
  EXPECT_EQ(say("queue list", {{"domain", "Example.NET"}}).lines.size(), 2u);
  EXPECT_THAT(say("queue show", {{"item", "1"}}).lines,
              testing::AllOf(testing::Contains("item        1 (waiting)"),
                             testing::Contains("recipient   carol@example.net waits"),
                             testing::Contains(HasSubstr("mx.example.net: 450 4.2.1 grey")),
                             testing::Contains(testing::MatchesRegex(
                                 "host        1970-01-01T00:01:00Z mx0.example.net: connection.*refused")),
                             testing::Contains("host        1970-01-01T00:01:00Z mx.example.net [192.0.2.1] TLSv1.3: "
                                               "450 4.2.1 grey")));
  EXPECT_THAT(say("queue hold", {{"item", "example.net"}}).lines, ElementsAre("1 item held"));
  EXPECT_THAT(say("queue retry", {{"item", "all"}}).lines, ElementsAre("1 item to be tried now")) << "1 is held";
  EXPECT_THAT(say("queue release", {{"item", "1"}}).lines, ElementsAre("1 item released"));
  EXPECT_THAT(say("queue drop", {{"item", "2"}}).lines, ElementsAre("1 item dropped"));
  EXPECT_EQ(say("queue list").lines.size(), 2u);
  EXPECT_THAT(say("message trace", {{"message-id", "1@example.test"}}).lines,
              testing::AllOf(testing::Contains("recipient   carol@example.com dropped"),
                             testing::Contains("recipient   carol@example.net waits")));
  for (const auto* item : {"3", "x"}) EXPECT_NE(say("queue show", {{"item", item}}).failure, "") << item;
}

TEST_F(VerbsTest, AWholeStoreIsSaidToBe) {
  make_alice();
  EXPECT_THAT(say("check").lines, ElementsAre("the store is whole"));
  EXPECT_THAT(say("check", {{"repair", "yes"}}).failure, HasSubstr("stop the server"));
}

TEST_F(VerbsTest, WhatDomainsRefusedIsShownAndForgotten) {
  EXPECT_THAT(say("queue refusals").lines, testing::IsEmpty());
  store::Batch batch;
  batch.writes = {{record::refusal_key("example.net"), record::format_refusal({.left_out = record::LeftOut::Voice,
                                                                               .until = Time{} + std::chrono::hours(24),
                                                                               .reply = "554 5.6.1 no\naudio"})}};
  boost::asio::co_spawn(loop_, store_.commit(std::move(batch)),
                        [](std::exception_ptr, Result<void> done_so) { EXPECT_TRUE(done_so.has_value()); });
  loop_.run();
  loop_.restart();
  EXPECT_THAT(say("queue refusals").lines,
              ElementsAre(testing::MatchesRegex(
                  "example.net +without voice +until 1970-01-02T00:00:00Z  554 5.6.1 no.*audio")));
  EXPECT_THAT(say("queue forget", {{"domain", "Example.net"}}).lines, ElementsAre(HasSubstr("all of its signature")));
  EXPECT_THAT(say("queue refusals").lines, testing::IsEmpty());
  EXPECT_THAT(say("queue forget", {{"domain", "example.net"}}).failure, HasSubstr("refused nothing"));
}

TEST_F(VerbsTest, WhatIsNoVerb) {
  EXPECT_THAT(say("domain").failure, HasSubstr("no verb"));
  EXPECT_THAT(say("domain add").failure, HasSubstr("needs domain"));
  EXPECT_THAT(say("account fly", {{"address", "x"}}).failure, HasSubstr("no verb"));
}

TEST_F(VerbsTest, ABadLineIsAnswered) {
  auto [server, client] = net::memory::make_pair(loop_.get_executor());
  boost::asio::co_spawn(loop_, run(std::move(server), verbs_), [](std::exception_ptr failed) { EXPECT_FALSE(failed); });
  boost::asio::co_spawn(loop_, client->write("nonsense\n"), [](std::exception_ptr failed) { EXPECT_FALSE(failed); });
  std::array<char, 1000> octets;
  std::size_t size = 0;
  boost::asio::co_spawn(loop_, client->read_some(octets), [&](std::exception_ptr, std::size_t read) {
    size = read;
    client->close();
  });
  loop_.run();
  EXPECT_THAT(std::string(octets.data(), size), HasSubstr("\"error\":"));
}

}  // namespace
}  // namespace paraph::admin
