#include "wire/imap/response.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "base/text.h"

namespace paraph::imap {
namespace {

std::string shown(const Value& value) {
  if (value.kind == Value::Kind::Nil) return "NIL";
  if (value.kind == Value::Kind::Atom) return value.text;
  if (value.kind == Value::Kind::String) return "'" + printable(value.text) + "'";
  std::string out;
  for (const auto& one : value.list) out += (out.empty() ? "" : " ") + shown(one);
  return "(" + out + ")";
}

std::string shown(std::string_view text) {
  const auto response = parse_response(text);
  if (!response) return response.error().text;
  std::string out = response->tag;
  for (const auto& value : response->values) out += " " + shown(value);
  return response->text.empty() ? out : out + " : " + response->text;
}

TEST(Response, Forms) {
  struct Case {
    std::string_view text, result;
  };
  for (const auto& [text, result] : {
           Case{"* OK [CAPABILITY IMAP4rev1 IDLE] ready", "* OK CAPABILITY IMAP4rev1 IDLE : ready"},
           Case{"a OK done (really", "a OK : done (really"},
           Case{"a NO [TRYCREATE]", "a NO TRYCREATE"},
           Case{"* OK [PERMANENTFLAGS (\\Seen \\*)] x", "* OK PERMANENTFLAGS (\\Seen \\*) : x"},
           Case{"+ go on", "+ : go on"},
           Case{"+ ", "+"},
           Case{"* 3 EXISTS", "* 3 EXISTS"},
           Case{"* SEARCH", "* SEARCH"},
           Case{"* SEARCH 1 2 3", "* SEARCH 1 2 3"},
           Case{"* LIST (\\HasNoChildren) \"/\" \"a b\"", "* LIST (\\HasNoChildren) '/' 'a b'"},
           Case{"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (From \"X Y\")]<0> {3}\r\na)b)",
                "* 1 FETCH (UID 7 BODY[HEADER.FIELDS (From \"X Y\")]<0> 'a)b')"},
           Case{"* 1 FETCH (BINARY[2] ~{2}\r\n(\" X NIL)", "* 1 FETCH (BINARY[2] '(\"' X NIL)"},
           Case{"* 1 FETCH (ENVELOPE (NIL \"s\" ((NIL NIL \"a\" \"b\")(NIL NIL \"c\" \"d\"))))",
                "* 1 FETCH (ENVELOPE (NIL 's' ((NIL NIL 'a' 'b') (NIL NIL 'c' 'd'))))"},
           Case{"", "expected a tag at octet 1"},
           Case{"*", "expected a value at octet 2"},
           Case{"* (a", "expected a value at octet 5"},
           Case{"* \"a", "expected a closing quote at octet 5"},
           Case{"* {9}\r\nabc", "expected the literal's octets at octet 8"},
           Case{"* a)", "expected the end of the command at octet 4"},
       }) {
    EXPECT_EQ(shown(text), result) << text;
  }
}

TEST(Response, Bounds) {
  EXPECT_EQ(shown("* " + std::string(100, '(')), "a response nested too deep");
  std::string many = "*";
  for (std::size_t i = 0; i <= kResponseValuesMax; ++i) many += " 1";
  EXPECT_EQ(shown(many), "a response of too many values");
}

TEST(Response, ValuesAreFoundByName) {
  const auto response = parse_response("* 1 FETCH (UID 7 FLAGS (\\Seen))");
  const auto& pairs = response->values.at(2).list;
  EXPECT_EQ(find_value(pairs, "uid")->text, "7");
  EXPECT_EQ(find_value(pairs, "FLAGS")->list.size(), 1u);
  EXPECT_EQ(find_value(pairs, "7"), nullptr);
}

TEST(ResponseFramer, ResponsesAreWholeWithTheirLiterals) {
  const std::string_view input = "* OK x\r\n* 1 FETCH (A {4}\r\n\r\n{9 B {0}\r\n C ~{1}\r\n))\r\na OK\r\n";
  const std::vector<std::string> expected{"* OK x", "* 1 FETCH (A {4}\r\n\r\n{9 B {0}\r\n C ~{1}\r\n))", "a OK"};
  for_every_split(input, [&](const std::vector<std::string>& pieces) {
    ResponseFramer framer(1000);
    std::vector<std::string> found;
    for (const auto& piece : pieces) {
      framer.feed(piece);
      for (std::string_view response; framer.next(response).value();) found.emplace_back(response);
    }
    EXPECT_EQ(found, expected);
  });
}

TEST(ResponseFramer, IsBounded) {
  std::string_view response;
  ResponseFramer line(100), literal(100), literals(100);
  line.feed(std::string(101, 'x'));
  EXPECT_FALSE(line.next(response));
  literal.feed("* {101}\r\n");
  EXPECT_FALSE(literal.next(response));
  literals.feed("* {60}\r\n" + std::string(60, 'x') + " {60}\r\n");
  EXPECT_FALSE(literals.next(response));
  ResponseFramer many(100);
  for (int i = 0; i < 50; ++i) many.feed("* 1 EXISTS\r\n* 2 EXISTS\r\n");
  EXPECT_TRUE(many.next(response).value());
}

}  // namespace
}  // namespace paraph::imap
