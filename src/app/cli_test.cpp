#include "app/cli.h"

#include <gmock/gmock.h>

#include "base/text.h"

namespace paraph::app {
namespace {

using Words = std::vector<std::string>;

Words words(std::string_view line) {
  Words result;
  for (const auto word : split(line, ' ')) {
    if (!word.empty()) result.emplace_back(word);
  }
  return result;
}

Invocation good(std::string_view line) {
  auto parsed = parse_command_line(words(line));
  EXPECT_TRUE(parsed.has_value()) << line << ": " << (parsed ? "" : parsed.error().text);
  return parsed.value_or(Invocation{});
}

template <class T>
T command(std::string_view line) {
  const auto invocation = good(line);
  const auto* found = std::get_if<T>(&invocation.command);
  EXPECT_TRUE(found) << line;
  return found ? *found : T{};
}

TEST(CommandLine, TheConfigurationMayStandAnywhere) {
  for (const auto* line : {"--config F domain add x.org", "domain --config F add x.org", "domain add --config F x.org",
                           "domain add x.org --config F", "domain add x.org --config=F"})
    EXPECT_EQ(good(line).config, "F") << line;
}

TEST(CommandLine, Serve) {
  EXPECT_FALSE(command<ServeCommand>("serve --config F").demo);
  EXPECT_EQ(command<ServeCommand>("serve --demo").data_dir, "paraph-demo");
  EXPECT_EQ(command<ServeCommand>("serve --demo --data-dir D").data_dir, "D");
}

TEST(CommandLine, AdministrativeVerbs) {
  const auto add = command<AdminCommand>("account add a@x.org --password-stdin --tel +441234567 --config F");
  EXPECT_TRUE(add.reads_password);
  EXPECT_EQ(add.request, (admin::Request{"account add", {{"address", "a@x.org"}, {"tel", "+441234567"}}}));
  EXPECT_EQ(command<AdminCommand>("domain list --config F").request, (admin::Request{"domain list", {}}));
  EXPECT_EQ(command<AdminCommand>("signature set a@x.org --text @t --voice v.amr --config F").request,
            (admin::Request{"signature set", {{"address", "a@x.org"}, {"text", "@t"}, {"voice", "v.amr"}}}));
  EXPECT_EQ(command<AdminCommand>("dkim create x.org --config F").request,
            (admin::Request{"dkim create", {{"domain", "x.org"}}}));
  EXPECT_EQ(command<AdminCommand>("dkim list --config F").request, (admin::Request{"dkim list", {}}));
  EXPECT_EQ(command<AdminCommand>("check --repair --config F").request.field("repair"), "yes");
}

TEST(CommandLine, AnEmptyTextIsAText) {
  const auto parsed = parse_command_line({"signature", "set", "a@x.org", "--text", "", "--config", "F"});
  ASSERT_TRUE(parsed.has_value()) << parsed.error().text;
  EXPECT_TRUE(std::get<AdminCommand>(parsed->command).request.has("text"));
}

TEST(CommandLine, ClientVerbs) {
  const auto send = command<SendCommand>(
      "send --server [::1]:25 --user u@x --password-stdin --to a@x --to b@x --voice v.wav --tls starttls --ca C");
  EXPECT_EQ(send.place.host, "::1");
  EXPECT_EQ(send.place.port, 25);
  EXPECT_EQ(send.place.tls, client::Tls::StartTls);
  EXPECT_EQ(send.place.ca_file, "C");
  EXPECT_THAT(send.to, testing::ElementsAre("a@x", "b@x"));
  EXPECT_TRUE(command<InboxCommand>("inbox --server h:1 --user u --password-stdin --json").json);
  const auto save = command<SaveCommand>("save --server h:1 --user u --password-stdin --uid 7 --dir D");
  EXPECT_EQ(save.uid, 7u);
  EXPECT_EQ(save.folder, "D");
}

TEST(CommandLine, WrongUsageIsTwoAndOneLine) {
  for (const auto* line : {"",
                           "fly",
                           "serve",
                           "serve --fast",
                           "serve --demo --config F",
                           "serve --config F --data-dir D",
                           "--config F",
                           "account",
                           "account add",
                           "account fly",
                           "account add a@x --config F",
                           "account add a@x b@x --password-stdin --config F",
                           "account list",
                           "domain add --config F",
                           "check",
                           "check --config F extra",
                           "signature set --text x --config F",
                           "signature history --config F",
                           "signature restore a@x --config F",
                           "policy show",
                           "policy set example.org --config F",
                           "key rotate k1 --config F",
                           "message trace --config F",
                           "dkim create x.org",
                           "dkim create --config F",
                           "dkim fly --config F",
                           "milter --listen 127.0.0.1:9900",
                           "milter --config F",
                           "send",
                           "send --server h:1 --user u --password-stdin --to a@x",
                           "send --server h:1 --user u --to a@x --text t",
                           "send --server h --user u --password-stdin --to a@x --text t",
                           "send --server h:0 --user u --password-stdin --to a@x --text t",
                           "inbox --server h:1 --user u --password-stdin --tls ssl",
                           "save --server h:1 --user u --password-stdin --uid 0 --dir D",
                           "save --server h:1 --user u --password-stdin --uid x --dir D",
                           "save --server h:1 --user u --password-stdin --uid 4294967296 --dir D",
                           "inbox --server h:1 --user u --password hunter2",
                           "domain list --config"}) {
    const auto parsed = parse_command_line(words(line));
    ASSERT_FALSE(parsed.has_value()) << line;
    EXPECT_EQ(parsed.error().exit_code, 2) << line;
    EXPECT_EQ(parsed.error().text.find('\n'), std::string::npos) << parsed.error().text;
  }
}

TEST(CommandLine, WhatIsNotKnownIsNamed) {
  EXPECT_THAT(parse_command_line({"fly"}).error().text, testing::HasSubstr("fly is not known"));
  EXPECT_THAT(parse_command_line({"serve", "--fast"}).error().text, testing::HasSubstr("--fast is not known"));
  EXPECT_THAT(parse_command_line({"account", "fly"}).error().text, testing::HasSubstr("account: fly is not known"));
  EXPECT_EQ(parse_command_line({"a\nb"}).error().text.find('\n'), std::string::npos);
}

TEST(CommandLine, SettingsOfAPolicyGoTogether) {
  const auto parsed = parse_command_line(words("policy set a@x replies=text kinds=text,html --config F"));
  const auto& request = std::get<AdminCommand>(parsed->command).request;
  EXPECT_EQ(request.verb, "policy set");
  EXPECT_EQ(request.field("subject"), "a@x");
  EXPECT_EQ(request.field("settings"), "replies=text kinds=text,html");
}

TEST(CommandLine, ATemplateIsADomains) {
  const auto parsed = parse_command_line(words("signature template example.org --text {{tel}} --config F"));
  const auto& request = std::get<AdminCommand>(parsed->command).request;
  EXPECT_EQ(request.verb, "signature template");
  EXPECT_EQ(request.field("domain"), "example.org");
  EXPECT_EQ(request.field("text"), "{{tel}}");
  EXPECT_FALSE(request.has("html"));
}

TEST(CommandLine, VerbsOfTheQueueNameAnItemOrADomain) {
  const auto parsed = parse_command_line(words("queue hold example.net --config F"));
  ASSERT_TRUE(parsed.has_value());
  const auto& request = std::get<AdminCommand>(parsed->command).request;
  EXPECT_EQ(request.verb, "queue hold");
  EXPECT_EQ(request.field("item"), "example.net");
  EXPECT_EQ(parse_command_line(words("queue drop --config F")).error().exit_code, 2);
}

TEST(CommandLine, AReportOfTlsIsOfADomainAndADay) {
  const auto parsed = parse_command_line(words("queue tls-report example.net --day yesterday --config F"));
  ASSERT_TRUE(parsed.has_value());
  const auto& request = std::get<AdminCommand>(parsed->command).request;
  EXPECT_EQ(request.verb, "queue tls-report");
  EXPECT_EQ(request.field("domain"), "example.net");
  EXPECT_EQ(request.field("day"), "yesterday");
  EXPECT_TRUE(parse_command_line(words("queue tls-report --config F")).has_value());
}

TEST(CommandLine, LaterVerbsSaySo) {
  for (const auto* line : {"backup"})
    EXPECT_THAT(parse_command_line(words(line)).error().text, testing::HasSubstr("not in this version")) << line;
}

TEST(CommandLine, HelpOfEveryVerbShowsAnExample) {
  for (const auto* verb : {"serve",
                           "domain",
                           "domain add",
                           "domain remove",
                           "domain list",
                           "account",
                           "account add",
                           "account remove",
                           "account list",
                           "account passwd",
                           "signature",
                           "signature set",
                           "signature show",
                           "signature on",
                           "signature off",
                           "signature clear",
                           "signature history",
                           "signature restore",
                           "policy",
                           "policy show",
                           "policy set",
                           "key",
                           "key list",
                           "key rotate",
                           "queue",
                           "queue list",
                           "queue show",
                           "queue retry",
                           "queue drop",
                           "queue hold",
                           "queue release",
                           "message",
                           "message trace",
                           "dkim",
                           "dkim create",
                           "dkim list",
                           "source",
                           "source list",
                           "check",
                           "send",
                           "inbox",
                           "save"}) {
    const auto ending = parse_command_line(words(std::string(verb) + " --help")).error();
    EXPECT_EQ(ending.exit_code, 0) << verb;
    EXPECT_THAT(ending.text, testing::HasSubstr("Example:\n")) << verb;
    EXPECT_THAT(ending.text, testing::HasSubstr("paraph " + std::string(verb))) << verb;
  }
  EXPECT_THAT(parse_command_line({"--help"}).error().text, testing::HasSubstr("paraph serve --demo"));
  EXPECT_THAT(parse_command_line({"--version"}).error().text, testing::StartsWith("paraph "));
}

}  // namespace
}  // namespace paraph::app
