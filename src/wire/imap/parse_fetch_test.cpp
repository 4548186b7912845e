#include "wire/imap/format.h"
#include "wire/imap/parse_testing.h"

namespace paraph::imap {
namespace {

// The items as they are answered, "peek" before those that do not set \Seen.
std::string items(std::string_view arguments) {
  std::string out;
  for (const auto& item : parsed<Fetch>("FETCH 1:2 " + std::string(arguments)).items) {
    if (!out.empty()) out += ' ';
    if (!item.sets_seen()) out += "-";
    append_fetch_name(out, item);
    if (item.partial) out += std::to_string(item.partial->bytes);
  }
  return out;
}

TEST(ParseFetch, ItemsAndMacros) {
  struct Case {
    std::string_view arguments, items;
  };
  for (const auto& [arguments, expected] : {
           Case{"ALL", "-FLAGS -INTERNALDATE -RFC822.SIZE -ENVELOPE"},
           Case{"fast", "-FLAGS -INTERNALDATE -RFC822.SIZE"},
           Case{"Full", "-FLAGS -INTERNALDATE -RFC822.SIZE -ENVELOPE -BODY"},
           Case{"flags", "-FLAGS"},
           Case{"(UID BODYSTRUCTURE body envelope internaldate)", "-UID -BODYSTRUCTURE -BODY -ENVELOPE -INTERNALDATE"},
           Case{"(FLAGS FLAGS)", "-FLAGS"},
           Case{"(RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE)", "RFC822 -RFC822.HEADER RFC822.TEXT -RFC822.SIZE"},
           Case{"BODY[]", "BODY[]"},
           Case{"body.peek[]<0.512>", "-BODY[]<0>512"},
           Case{"BODY[1.2.3]<7.1>", "BODY[1.2.3]<7>1"},
           Case{"BODY[HEADER]", "BODY[HEADER]"},
           Case{"BODY.PEEK[text]", "-BODY[TEXT]"},
           Case{"BODY.PEEK[4.1.MIME]", "-BODY[4.1.MIME]"},
           Case{"BODY.PEEK[4.TEXT]", "-BODY[4.TEXT]"},
           Case{"BODY.PEEK[HEADER.FIELDS (From \"To\")]", "-BODY[HEADER.FIELDS (From To)]"},
           Case{"BODY.PEEK[1.HEADER.FIELDS.NOT (a)]<0.9>", "-BODY[1.HEADER.FIELDS.NOT (a)]<0>9"},
           Case{"BODY.PEEK[HEADER.FIELDS ({4+}\r\nFrom)]", "-BODY[HEADER.FIELDS (From)]"},
           Case{"(BINARY[2] BINARY.PEEK[2]<3.4> BINARY.SIZE[] BINARY[])",
                "BINARY[2] -BINARY[2]<3>4 -BINARY.SIZE[] BINARY[]"},
       }) {
    EXPECT_EQ(items(arguments), expected) << arguments;
  }
}

TEST(ParseFetch, Failures) {
  struct Case {
    std::string_view arguments, error;
  };
  for (const auto& [arguments, error] : {
           Case{"", "expected a space at octet 8"},
           Case{" 1", "expected a space at octet 10"},
           Case{" x FLAGS", "expected a number from 1 to 4294967295 at octet 9"},
           Case{" 1 FOO", "expected a FETCH item at octet 11"},
           Case{" 1 ()", "expected a FETCH item at octet 12"},
           Case{" 1 (FLAGS", "expected ) at octet 17"},
           Case{" 1 FLAGS UID", "expected the end of the command at octet 16"},
           Case{" 1 BODY[", "expected a part number, HEADER, TEXT or MIME at octet 16"},
           Case{" 1 BODY[MIME]", "expected a part number, HEADER, TEXT or MIME at octet 16"},
           Case{" 1 BODY[1.]", "expected a part number, HEADER, TEXT or MIME at octet 18"},
           Case{" 1 BODY[0]", "expected a number from 1 to 4294967295 at octet 16"},
           Case{" 1 BODY[1.TEXT.2]", "expected ] at octet 22"},
           Case{" 1 BODY[HEADER.FIELDS]", "expected a space at octet 29"},
           Case{" 1 BODY[HEADER.FIELDS ()]", "expected an atom or a string at octet 31"},
           Case{" 1 BODY[]<0>", "expected . at octet 19"},
           Case{" 1 BODY[]<0.0>", "expected a number of octets that is not 0 at octet 21"},
           Case{" 1 BINARY[1.TEXT]", "expected a number from 1 to 4294967295 at octet 20"},
           Case{" 1 BINARY.SIZE[1]<0.1>", "expected the end of the command at octet 25"},
           Case{" 1 FLAGS[]", "expected a FETCH item at octet 11"},
       }) {
    EXPECT_EQ(failure("FETCH" + std::string(arguments)), error) << arguments;
  }
}

TEST(ParseFetch, Bounds) {
  std::string deep = "FETCH 1 BODY[1", many = "FETCH 1 (";
  for (int i = 0; i < 100; ++i) deep += ".1";
  for (int i = 0; i < 501; ++i) many += "BODY[" + std::to_string(i + 1) + "] ";
  EXPECT_EQ(failure(deep + "]"), "a section has at most 100 part numbers");
  EXPECT_EQ(failure(many + "UID)"), "FETCH has at most 500 items");
}

}  // namespace
}  // namespace paraph::imap
