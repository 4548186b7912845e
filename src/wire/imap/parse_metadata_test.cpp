#include "wire/imap/parse_testing.h"

namespace paraph::imap {
namespace {

using Entries = std::vector<std::string>;

TEST(ParseMetadata, Get) {
  const struct {
    std::string_view text;
    std::string mailbox;
    Entries entries;
    std::optional<std::uint32_t> bytes_max;
    MetadataDepth depth;
  } cases[] = {
      {"GETMETADATA \"\" /shared/comment", "", {"/shared/comment"}, {}, MetadataDepth::Entry},
      {"getmetadata inbox (/SHARED/Comment \"/private/comment\")",
       "INBOX",
       {"/shared/comment", "/private/comment"},
       {},
       MetadataDepth::Entry},
      {"GETMETADATA (MAXSIZE 1024) INBOX (/a)", "INBOX", {"/a"}, 1024, MetadataDepth::Entry},
      {"GETMETADATA \"INBOX\" (MAXSIZE 1024) (/a /b)", "INBOX", {"/a", "/b"}, 1024, MetadataDepth::Entry},
      {"GETMETADATA \"\" (depth 1 maxsize 0) /a", "", {"/a"}, 0, MetadataDepth::Children},
      {"GETMETADATA (DEPTH infinity) \"\" /a", "", {"/a"}, {}, MetadataDepth::Everything},
      {"GETMETADATA (DEPTH 0) \"\" {2}\r\n/a", "", {"/a"}, {}, MetadataDepth::Entry},
      {"GETMETADATA INBOX /private/a /private/b", "INBOX", {"/private/a", "/private/b"}, {}, MetadataDepth::Entry}};
  for (const auto& [text, mailbox, entries, bytes_max, depth] : cases) {
    const auto command = parsed<GetMetadata>(text);
    EXPECT_EQ(command.mailbox, mailbox) << text;
    EXPECT_EQ(command.entries, entries) << text;
    EXPECT_EQ(command.bytes_max, bytes_max) << text;
    EXPECT_EQ(command.depth, depth) << text;
  }
}

TEST(ParseMetadata, Set) {
  const auto command =
      parsed<SetMetadata>("SETMETADATA \"\" (/private/A \"x\" /private/b NIL /c {3}\r\na\r\n /d ~{1}\r\nz /e \"\")");
  EXPECT_EQ(command.mailbox, "");
  EXPECT_EQ(command.values,
            (std::vector<MetadataValue>{
                {"/private/a", "x"}, {"/private/b", std::nullopt}, {"/c", "a\r\n"}, {"/d", "z"}, {"/e", ""}}));
}

TEST(ParseMetadata, Failures) {
  const struct {
    std::string_view text, expected;
  } cases[] = {
      {"GETMETADATA", "expected a space at octet 14"},
      {"GETMETADATA \"\"", "expected a space at octet 17"},
      {"GETMETADATA \"\" comment", "expected the name of an entry, as in /private/comment at octet 18"},
      {"GETMETADATA \"\" ()", "expected MAXSIZE with a number, or DEPTH with 0, 1 or infinity at octet 19"},
      {"GETMETADATA \"\" \"/a*\"", "expected the name of an entry, as in /private/comment at octet 18"},
      {"GETMETADATA \"\" \"/a%\"", "expected the name of an entry, as in /private/comment at octet 18"},
      {"GETMETADATA \"\" /a//b", "expected the name of an entry, as in /private/comment at octet 18"},
      {"GETMETADATA \"\" /a/", "expected the name of an entry, as in /private/comment at octet 18"},
      {"GETMETADATA (DEPTH 2) \"\" /a", "expected MAXSIZE with a number, or DEPTH with 0, 1 or infinity at octet 16"},
      {"GETMETADATA (MAXSIZE 4294967296) \"\" /a", "expected a MAXSIZE of 32 bits at octet 16"},
      {"SETMETADATA \"\" /a \"x\"", "expected ( at octet 18"},
      {"SETMETADATA \"\" (/a)", "expected a space at octet 21"},
      {"SETMETADATA \"\" (/a x)", "expected a string at octet 22"},
      {"SETMETADATA \"\" (/a ~\"x\")", "expected a literal at octet 23"},
      {"SETMETADATA \"\" (/a \"x\" /A NIL)", "expected an entry that was not named before at octet 26"}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(failure(text), expected) << text;
  std::string many = "GETMETADATA \"\" (/a";
  for (int i = 0; i < 100; ++i) many += " /a";
  EXPECT_EQ(failure(many + ")"), "GETMETADATA has at most 100 entries");
}

TEST(Metadata, Depth) {
  const struct {
    std::string asked, entry;
    MetadataDepth depth;
    bool expected;
  } cases[] = {{"/a", "/a", MetadataDepth::Entry, true},          {"/a", "/a/b", MetadataDepth::Entry, false},
               {"/a", "/a/b", MetadataDepth::Children, true},     {"/a", "/a/b/c", MetadataDepth::Children, false},
               {"/a", "/a/b/c", MetadataDepth::Everything, true}, {"/a", "/ab", MetadataDepth::Everything, false}};
  for (const auto& [asked, entry, depth, expected] : cases) EXPECT_EQ(is_asked(asked, depth, entry), expected) << entry;
}

TEST(Metadata, Response) {
  std::string out;
  append_metadata(out, "\"\"", {{"/private/a", "x\"y"}, {"/private/b", std::nullopt}, {"/c", "a\nb"}});
  EXPECT_EQ(out, "* METADATA \"\" (/private/a \"x\\\"y\" /private/b NIL /c {3}\r\na\nb)\r\n");
}

}  // namespace
}  // namespace paraph::imap
