#include "app/config/config.h"

#include <gmock/gmock.h>

#include <fstream>

#include "app/config/value.h"

namespace paraph::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::StartsWith;

constexpr std::string_view kServer =
    "[server]\nname = \"vm.example.org\"\ndata_dir = \"/var/lib/paraph\"\n";  // lines 1 to 3

Config good(std::string_view more) {
  const auto config = parse_config(std::string(kServer) + std::string(more), "p.toml");
  EXPECT_TRUE(config.has_value()) << (config ? "" : config.error().text);
  return config.value_or(Config{});
}

net::Endpoint at(std::string_view text) { return net::parse_endpoint(text).value(); }

std::string fault_of(std::string_view text) {
  const auto config = parse_config(text, "p.toml");
  return config ? "no fault" : config.error().text;
}

TEST(Config, TheLeastIsAServer) {
  const auto config = good("");
  EXPECT_EQ(config.server.name, "vm.example.org");
  EXPECT_EQ(config.server.data_dir, "/var/lib/paraph");
  EXPECT_TRUE(config.listen.mx.empty());
  EXPECT_TRUE(config.dns.servers.empty());
  EXPECT_TRUE(config.auth.plaintext_on_loopback);
  EXPECT_EQ(config.signature.wait, 150ms);
  EXPECT_THAT(config.signature.sources, ElementsAre("local"));
}

TEST(Config, ThePostmasterIsAnAddress) {
  EXPECT_TRUE(good("").server.postmaster.null());
  const auto config = good("postmaster = \"admin@example.org\"\n");
  EXPECT_EQ(config.server.postmaster, (mail::Address{"admin", "example.org"}));
  for (const auto* wrong : {"admin", "@example.org", "Admin <admin@example.org>"}) {
    EXPECT_THAT(fault_of(std::string(kServer) + "postmaster = \"" + wrong + "\"\n"),
                StartsWith("p.toml:4: server.postmaster: is not an address"));
  }
}

TEST(Config, ASourceIsAnotherPlace) {
  const auto config = good(
      "[signature]\nsources = [\"local\", \"hq\"]\n[[source]]\nname = \"hq\"\nkind = \"paraph\"\n"
      "url = \"https://hq.example\"\ntimeout = \"10s\"\ntoken_file = \"t\"\nca = \"c\"\n");
  ASSERT_EQ(config.sources.size(), 1u);
  EXPECT_EQ(config.sources[0].name, "hq");
  EXPECT_EQ(config.sources[0].kind, SourceKind::Paraph);
  EXPECT_EQ(config.sources[0].url, "https://hq.example");
  EXPECT_EQ(config.sources[0].timeout, std::chrono::seconds(10));
  EXPECT_EQ(config.sources[0].token_file, "t");
  EXPECT_THAT(config.signature.sources, ElementsAre("local", "hq"));
}

TEST(Config, TakesEveryTable) {
  const auto config = good(R"(
[listen]
mx = "0.0.0.0:25"
submission = ["127.0.0.1:587", "[::1]:587"]
submissions = "0.0.0.0:465"
lmtp = ["127.0.0.1:24", "unix:/run/paraph/lmtp.sock"]
imap = "127.0.0.1:0"
imaps = "0.0.0.0:993"
http = "127.0.0.1:8080"
https = "0.0.0.0:443"
[tls]
certificate = "/etc/paraph/tls.crt"
key = "/etc/paraph/tls.key"
client_ca = "/etc/paraph/clients.crt"
[auth]
plaintext_on_loopback = false
[store]
engine = "memory"
[limits]
message_bytes_max = 1000
command_timeout = "2m"
[signature]
on_failure = "defer"
wait = "1s"
[submission]
save_sent = false
[[peer]]
name = "branch"
subject = "CN=branch"
[[route]]
domain = ".Example.net"
host = "smtp.example.net"
port = 2500
tls = "required"
[[route]]
domain = "*"
host = "2001:db8::1"
[queue]
retry_first = "1m"
give_up_after = "1d"
connections_per_destination = 2
connections_max = 3
[dns]
servers = ["127.0.0.1:53", "[::1]:5353"]
)");
  EXPECT_THAT(config.listen.submission, ElementsAre(at("127.0.0.1:587"), at("[::1]:587")));
  EXPECT_THAT(config.listen.lmtp, ElementsAre(at("127.0.0.1:24")));
  EXPECT_THAT(config.listen.lmtp_sockets, ElementsAre("/run/paraph/lmtp.sock"));
  EXPECT_THAT(config.listen.imap, ElementsAre(at("127.0.0.1:0")));
  EXPECT_EQ(config.tls.key, "/etc/paraph/tls.key");
  EXPECT_FALSE(config.auth.plaintext_on_loopback);
  EXPECT_EQ(config.store.engine, Engine::Memory);
  EXPECT_EQ(config.limits.message_bytes_max, 1000u);
  EXPECT_EQ(config.limits.command_timeout, 120s);
  EXPECT_EQ(config.signature.on_failure, OnFailure::Defer);
  EXPECT_FALSE(config.submission.save_sent);
  EXPECT_EQ(config.peers.at(0).subject, "CN=branch");
  EXPECT_EQ(config.routes.at(0).domain, ".example.net");
  EXPECT_EQ(config.routes.at(0).tls, RouteTls::Required);
  EXPECT_EQ(config.routes.at(1).port, 25);
  EXPECT_EQ(config.queue.give_up_after, 24h);
  EXPECT_EQ(config.queue.connections_per_destination, 2u);
  EXPECT_EQ(config.queue.connections_max, 3u);
  EXPECT_THAT(config.dns.servers, ElementsAre(at("127.0.0.1:53"), at("[::1]:5353")));
}

TEST(Config, TakesEveryLimit) {
  constexpr std::string_view numbers[] = {"message_bytes_max",
                                          "recipients_max",
                                          "connections_max",
                                          "connections_per_address_max",
                                          "sessions_unauthenticated_max",
                                          "bad_commands_max",
                                          "idle_commands_max",
                                          "auth_failures_max",
                                          "received_max",
                                          "mailboxes_max",
                                          "keywords_max",
                                          "account_name_bytes_max",
                                          "tombstones_max",
                                          "signature_text_bytes_max",
                                          "signature_html_bytes_max",
                                          "signature_voice_bytes_max",
                                          "signature_image_bytes_max",
                                          "signature_voice_seconds_max",
                                          "signature_growth_bytes_max"};
  constexpr std::string_view times[] = {"greeting_timeout",   "command_timeout",     "data_timeout",
                                        "data_total_timeout", "transaction_timeout", "write_timeout",
                                        "imap_idle_timeout",  "login_timeout"};
  std::string text = "[limits]\n";
  for (const auto name : numbers) text += std::string(name) + " = 7\n";
  for (const auto name : times) text += std::string(name) + " = \"7s\"\n";
  const auto limits = good(text).limits;
  EXPECT_EQ(limits.signature_growth_bytes_max, 7u);
  EXPECT_EQ(limits.idle_commands_max, 7u);
  EXPECT_EQ(limits.transaction_timeout, 7s);
  EXPECT_EQ(limits.login_timeout, 7s);
  EXPECT_EQ(limits.imap_idle_timeout, 7s);
}

struct Bad {
  std::string_view text;   ///< after the three lines of [server]
  std::string_view begin;  ///< of the sentence
};

TEST(Config, OneLineForEachFault) {
  const Bad table[] = {
      {"[listen]\nmx = \"0.0.0.0\"", "p.toml:5: listen.mx: \"0.0.0.0\" is not an address and port: write "},
      {"[listen]\nlmtp = \"unix:lmtp.sock\"", "p.toml:5: listen.lmtp: \"unix:lmtp.sock\" is not an address and port: "},
      {"[listen]\nmx = \"unix:/x\"", "p.toml:5: listen.mx: \"unix:/x\" is not an address and port: "},
      {"[listen]\nmx = 25", "p.toml:5: listen.mx: is not an address: write "},
      {"[listen]\nmx = [\"127.0.0.1:25\", 3]", "p.toml:5: listen.mx: holds something that is not a text: write "},
      {"[listen]\nimap = \"localhost:143\"", "p.toml:5: listen.imap: \"localhost:143\" is not an address and port: "},
      {"[listen]\nimap = \"127.0.0.1:65536\"", "p.toml:5: listen.imap: "},
      {"[listen]\nimaps = \"127.0.0.1:993\"", "p.toml:5: listen.imaps: needs a certificate: "},
      {"[listen]\n\nsmtp = \"127.0.0.1:25\"", "p.toml:6: listen.smtp: is not a key of Paraph: "},
      {"[lisen]\n", "p.toml:4: lisen: is not a table of Paraph: "},
      {"[tls]\ncertificate = \"a\"", "p.toml:5: tls.certificate: stands without key: "},
      {"[tls]\nkey = \"a\"", "p.toml:5: tls.key: stands without certificate: "},
      {"[auth]\nplaintext_on_loopback = 1",
       "p.toml:5: auth.plaintext_on_loopback: is not a truth value: write true or false"},
      {"[store]\nengine = \"sqlite\"",
       "p.toml:5: store.engine: \"sqlite\" is not known: write one of \"rocksdb\", \"memory\""},
      {"[limits]\nrecipients_max = 0",
       "p.toml:5: limits.recipients_max: is not a number in its bounds: write a whole number from 1 to "},
      {"[limits]\nrecipients_max = 4294967296", "p.toml:5: limits.recipients_max: "},
      {"[limits]\nmessage_bytes_max = -1", "p.toml:5: limits.message_bytes_max: "},
      {"[limits]\nmessage_bytes_max = 1.5", "p.toml:5: limits.message_bytes_max: "},
      {"[limits]\ncommand_timeout = 30", "p.toml:5: limits.command_timeout: is not a duration: "},
      {"[limits]\ncommand_timeout = \"10ms\"", "p.toml:5: limits.command_timeout: is under one second: "},
      {"[signature]\non_failure = \"drop\"", "p.toml:5: signature.on_failure: "},
      {"[signature]\nwait = \"2h\"", "p.toml:5: signature.wait: holds messages up "},
      {"[signature]\nsources = [\"local\", \"hq\"]", "p.toml:5: signature.sources: \"hq\" is no source: "},
      {"[signature]\nsources = [\"local\", \"local\"]", "p.toml:5: signature.sources: names a source twice: "},
      {"[signature]\nsources = \"local\"", "p.toml:5: signature.sources: is not a list: "},
      {"[[source]]\nname = \"h q\"\nkind = \"paraph\"\nurl = \"https://x\"", "p.toml:5: source.name: is not 1 to 64 "},
      {"[[source]]\nname = \"hq\"\nkind = \"paraph\"\nurl = \"https://x\"\ntimeout = \"1m\"",
       "p.toml:8: source.timeout: is not 50ms to 10s"},
      {"[[source]]\nname = \"hq\"\nkind = \"paraph\"\nurl = \"https://x\"\n[[source]]\nname = \"hq\"\nkind = "
       "\"paraph\"\nurl = \"https://y\"",
       "p.toml:4: source.name: \"hq\" is the name of two sources"},
      {"[[source]]\nname = \"hq\"\nkind = \"nis\"\nurl = \"https://x\"",
       "p.toml:6: source.kind: \"nis\" is not known: "},
      {"[[source]]\nname = \"hq\"\nurl = \"https://x\"", "p.toml:4: source.kind: is missing: write kind = \"paraph\""},
      {"[[source]]\nname = \"local\"\nkind = \"vcard\"\nurl = \"https://x\"", "p.toml:5: source.name: "},
      {"[[source]]\nname = \"a\"\nbase = \"x\"\nkind = \"vcard\"\nurl = \"https://x\"",
       "p.toml:6: source.base: is for kind = \"ldap\" only"},
      {"[source]\nname = \"hq\"", "p.toml:4: source: is not a list of tables: write [[source]]"},
      {"[[tls]]\n", "p.toml:4: tls: is not a table: write [tls]"},
      {"[[peer]]\nname = \"branch\"", "p.toml:5: peer.name: needs one of token_file and subject: "},
      {"[[peer]]\nname = \"a\"\ntoken_file = \"t\"\n[[peer]]\nname = \"b\"\nsubject = \"CN=b\"",
       "p.toml:9: peer.subject: needs an authority for its certificate: "},
      {"[tls]\nclient_ca = \"ca.crt\"", "p.toml:5: tls.client_ca: stands without certificate: "},
      {"[[route]]\ndomain = \"a b\"\nhost = \"x\"", "p.toml:5: route.domain: "},
      {"[[route]]\ndomain = \"*\"\nhost = \"x\"\nport = 0", "p.toml:7: route.port: "},
      {"[[route]]\ndomain = \"*\"\nhost = \"x\"\ntls = \"yes\"", "p.toml:7: route.tls: \"yes\" is not known: "},
      {"[queue]\nretry_first = \"6d\"", "p.toml:5: queue.retry_first: is not before give_up_after: "},
      {"[dns]\nservers = [\"127.0.0.1\"]", "p.toml:5: dns.servers: \"127.0.0.1\" is not an address and port: "},
      {"[dns]\nservers = [\"ns.example.org:53\"]", "p.toml:5: dns.servers: "},
      {"[dns]\nservers = [\"127.0.0.1:0\"]", "p.toml:5: dns.servers: names port 0: "},
      {"[dns]\ntrust_ad = true", "p.toml:5: dns.trust_ad: needs servers on loopback: "},
      {"[dns]\nservers = [\"192.0.2.1:53\"]\ntrust_ad = true", "p.toml:6: dns.trust_ad: "},
      {"[[route]]\ndomain = \"*\"\nhost = \"x\"\nuser = \"u\"", "p.toml:7: route.user: needs password_file"},
      {"[[route]]\ndomain = \"*\"\nhost = \"192.0.2.1\"\nuser = \"u\"\npassword_file = \"p\"",
       "p.toml:7: route.user: needs tls = \"required\": "},
      {"[[route]]\ndomain = \"*\"\nhost = \"x\"\nca = \"f\"", "p.toml:7: route.ca: is for tls = "},
      {"[dns]\nserver = \"127.0.0.1:53\"", "p.toml:5: dns.server: is not a key of Paraph: "},
      {"[listen\n", "p.toml:4: syntax: "},
      {"[listen]\nmx = \"0.0.0.0:25\"\nmx = \"0.0.0.0:26\"", "p.toml:6: syntax: "},
      {"[listen]\nz = 1\n[limits]\na = 1", "p.toml:5: listen.z: "},
  };
  for (const auto& [text, begin] : table) {
    const auto sentence = fault_of(std::string(kServer) + std::string(text));
    EXPECT_THAT(sentence, StartsWith(std::string(begin))) << text;
    EXPECT_EQ(sentence.find('\n'), std::string::npos) << text;
  }
}

TEST(Config, TheServerIsNeeded) {
  EXPECT_THAT(fault_of(""), StartsWith("p.toml:1: server: is missing: "));
  EXPECT_THAT(fault_of("\n[server]\nname = \"a\"\n"), StartsWith("p.toml:2: server.data_dir: is missing: "));
  EXPECT_THAT(fault_of("[server]\ndata_dir = \"/x\"\n"), StartsWith("p.toml:1: server.name: is missing: "));
  EXPECT_THAT(fault_of("[server]\nname = \"a b\"\ndata_dir = \"/x\"\n"),
              StartsWith("p.toml:2: server.name: is not a host name: "));
  EXPECT_THAT(fault_of("server = 3"), StartsWith("p.toml:1: server: is not a table: "));
}

TEST(Config, AFileThatCannotBeRead) {
  const auto folder = std::filesystem::temp_directory_path();
  EXPECT_THAT(load_config(folder / "paraph-none.toml").error().text,
              testing::HasSubstr("paraph-none.toml:0: file: cannot be read (No such file"));
  EXPECT_THAT(load_config(folder).error().text, testing::HasSubstr(":0: file: is a folder: "));
}

TEST(Config, HostileTextDoesNotMakeLines) {
  const auto sentence = fault_of(std::string(kServer) + "[listen]\n\"a\\nb\\u001b\" = 1\n");
  EXPECT_EQ(sentence.find('\n'), std::string::npos);
  EXPECT_EQ(sentence.find('\x1b'), std::string::npos);
}

TEST(Duration, Table) {
  const std::pair<std::string_view, std::optional<std::chrono::milliseconds>> table[] = {
      {"150ms", 150ms},
      {"0s", 0s},
      {"5m", 5min},
      {"2h", 2h},
      {"5d", 120h},
      {"3650d", 87600h},
      {"3651d", std::nullopt},
      {"5", std::nullopt},
      {"", std::nullopt},
      {"s", std::nullopt},
      {"-1s", std::nullopt},
      {"1.5s", std::nullopt},
      {"1 s", std::nullopt},
      {"99999999999999999999s", std::nullopt}};
  for (const auto& [text, expected] : table) EXPECT_EQ(parse_duration(text), expected) << text;
}

}  // namespace
}  // namespace paraph::app
