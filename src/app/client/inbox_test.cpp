#include "app/client/inbox.h"

#include <gmock/gmock.h>

#include "app/client/voice_part.h"

namespace paraph::client {
namespace {

std::string section_of(std::string_view body_structure) {
  const auto response = imap::parse_response("* 1 FETCH (BODYSTRUCTURE " + std::string(body_structure) + ")");
  return voice_section(response.value().values.at(2).list.at(1));
}

TEST(VoicePart, Table) {
  constexpr std::string_view text = R"(("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 10 1 NIL NIL NIL NIL))";
  const auto audio = [](std::string_view disposition) {
    return R"(("AUDIO" "AMR" NIL NIL NIL "BASE64" 100 NIL )" + std::string(disposition) + " NIL NIL)";
  };
  const auto own = audio(R"(("inline" ("voice" "Voice-Message")))");
  const auto plain = audio("NIL");
  const auto name = audio(R"(("inline" ("filename" "a" "VOICE" "Originator-Spoken-Name")))");
  const auto mixed = [](std::string_view parts) {
    return "(" + std::string(parts) + R"( "MIXED" ("BOUNDARY" "x") NIL NIL NIL))";
  };
  const std::pair<std::string, std::string> table[] = {
      {std::string(text), ""},
      {plain, "1"},
      {own, "1"},
      {name, ""},
      {mixed(std::string(text) + plain), "2"},
      {mixed(plain + own), "2"},
      {mixed(name + plain), "2"},
      {mixed(std::string(text) + mixed(std::string(text) + own) + name), "2.2"},
      {mixed(text), ""},
      {"()", ""},
      {R"(("AUDIO" "AMR"))", "1"}};
  for (const auto& [structure, section] : table) EXPECT_EQ(section_of(structure), section) << structure;
}

Listed message() {
  return {.uid = 7,
          .from = "Алиса <alice@example.test>",
          .to = "bob@example.test",
          .subject = "a \"b\"\n\x1b[1m",
          .date = "2026-11-23T02:24:00Z",
          .duration = 75,
          .seen = false,
          .is_signed = true};
}

TEST(Format, JsonHasItsEightKeys) {
  EXPECT_EQ(format_json({}), "[]\n");
  EXPECT_EQ(format_json({message()}),
            "[\n  {\"uid\": 7, \"from\": \"Алиса <alice@example.test>\", \"to\": \"bob@example.test\", \"subject\": "
            "\"a \\\"b\\\"\\u000a\\u001b[1m\", "
            "\"date\": \"2026-11-23T02:24:00Z\", \"duration\": 75, \"seen\": false, \"signed\": true}\n]\n");
  auto unknown = message();
  unknown.duration.reset();
  EXPECT_THAT(format_json({message(), unknown}), testing::HasSubstr("},\n  {"));
  EXPECT_THAT(format_json({unknown}), testing::HasSubstr("\"duration\": null"));
}

TEST(Format, TheTableIsSafeForATerminal) {
  const auto table = format_table({message()});
  EXPECT_THAT(table, testing::HasSubstr("1:15"));
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 2);
  EXPECT_EQ(format_table({}), "no messages\n");
}

}  // namespace
}  // namespace paraph::client
