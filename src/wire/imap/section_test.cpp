#include "wire/imap/section.h"

#include <gtest/gtest.h>

#include "wire/imap/format.h"
#include "wire/imap/parse_testing.h"

namespace paraph::imap {
namespace {

/// Builds a structure whose part i has its header at [100 i, 100 i + 10) and its body at [100 i + 10, 100 i + 20).
class Builder {
 public:
  std::uint32_t add(std::uint32_t parent, std::string type, std::string subtype) {
    const auto index = static_cast<std::uint32_t>(structure_.parts.size());
    const std::uint64_t at = std::uint64_t{100} * index;
    structure_.parts.push_back({.parent = parent,
                                .header = {at, at + 10},
                                .body = {at + 10, at + 20},
                                .type = std::move(type),
                                .subtype = std::move(subtype)});
    if (parent != mail::kNoPart) structure_.parts[parent].children.push_back(index);
    structure_.size = at + 100;
    return index;
  }
  mail::Structure take() { return std::move(structure_); }

 private:
  mail::Structure structure_;
};

Section section(std::string_view text) {
  return parsed<Fetch>("FETCH 1 BODY[" + std::string(text) + "]").items.at(0).section;
}

// "header 5" and "body 5" of part 5, "all", "none".
std::string found(const mail::Structure& structure, std::string_view text) {
  const auto range = find_section(structure, section(text));
  if (!range) return "none";
  if (*range == mail::Range{0, structure.size}) return "all";
  return (range->begin % 100 == 0 ? "header " : "body ") + std::to_string(range->begin / 100);
}

// RFC 9051 §6.4.5's example; the numbers are indices of parts.
mail::Structure example() {
  Builder b;
  const auto root = b.add(mail::kNoPart, "multipart", "mixed");      // 0
  b.add(root, "text", "plain");                                      // 1: 1
  b.add(root, "application", "octet-stream");                        // 2: 2
  const auto three = b.add(root, "message", "rfc822");               // 3: 3
  const auto inner = b.add(three, "multipart", "mixed");             // 4
  b.add(inner, "text", "plain");                                     // 5: 3.1
  b.add(inner, "application", "octet-stream");                       // 6: 3.2
  const auto four = b.add(root, "multipart", "mixed");               // 7: 4
  b.add(four, "image", "gif");                                       // 8: 4.1
  const auto four_two = b.add(four, "message", "rfc822");            // 9: 4.2
  const auto deep = b.add(four_two, "multipart", "mixed");           // 10
  b.add(deep, "text", "plain");                                      // 11: 4.2.1
  const auto alternative = b.add(deep, "multipart", "alternative");  // 12: 4.2.2
  b.add(alternative, "text", "plain");                               // 13: 4.2.2.1
  b.add(alternative, "text", "richtext");                            // 14: 4.2.2.2
  return b.take();
}

struct Case {
  std::string_view section, range;
};

TEST(Section, TheExampleOfTheRfc) {
  const auto structure = example();
  for (const auto& [text, range] : {
           Case{"", "all"},
           Case{"HEADER", "header 0"},
           Case{"HEADER.FIELDS (A)", "header 0"},
           Case{"TEXT", "body 0"},
           Case{"1", "body 1"},
           Case{"2", "body 2"},
           Case{"3", "body 3"},
           Case{"3.HEADER", "header 4"},
           Case{"3.HEADER.FIELDS.NOT (A)", "header 4"},
           Case{"3.TEXT", "body 4"},
           Case{"3.1", "body 5"},
           Case{"3.2", "body 6"},
           Case{"4", "body 7"},
           Case{"4.1", "body 8"},
           Case{"4.1.MIME", "header 8"},
           Case{"4.2", "body 9"},
           Case{"4.2.HEADER", "header 10"},
           Case{"4.2.TEXT", "body 10"},
           Case{"4.2.MIME", "header 9"},
           Case{"4.2.1", "body 11"},
           Case{"4.2.2", "body 12"},
           Case{"4.2.2.1", "body 13"},
           Case{"4.2.2.2", "body 14"},
           Case{"4.2.2.2.MIME", "header 14"},
       }) {
    EXPECT_EQ(found(structure, text), range) << text;
  }
}

TEST(Section, WhatIsNotThere) {
  const auto structure = example();
  for (const std::string_view text :
       {"5", "1.1", "2.1", "3.3", "3.1.1", "4.3", "4.1.1", "4.2.3", "4.2.2.3", "4.2.2.2.1", "1.HEADER", "1.TEXT",
        "4.HEADER", "4.TEXT", "4.2.2.HEADER", "4294967295", "9.MIME"}) {
    EXPECT_EQ(found(structure, text), "none") << text;
  }
}

TEST(Section, AMessageThatIsNoMultipartHasPartOne) {
  Builder b;
  b.add(mail::kNoPart, "text", "plain");
  const auto structure = b.take();
  EXPECT_EQ(found(structure, "1"), "body 0");
  EXPECT_EQ(found(structure, "1.MIME"), "header 0");
  for (const std::string_view text : {"2", "1.1", "1.HEADER", "1.TEXT"})
    EXPECT_EQ(found(structure, text), "none") << text;
}

TEST(Section, AMessageThatIsAMessage) {
  Builder b;
  const auto root = b.add(mail::kNoPart, "message", "rfc822");
  const auto nested = b.add(root, "message", "rfc822");
  b.add(nested, "text", "plain");
  const auto structure = b.take();
  for (const auto& [text, range] : {
           Case{"HEADER", "header 0"},
           Case{"TEXT", "body 0"},
           Case{"1", "body 0"},
           Case{"1.HEADER", "header 1"},
           Case{"1.TEXT", "body 1"},
           Case{"1.1", "body 1"},
           Case{"1.1.MIME", "header 1"},
           Case{"1.1.HEADER", "header 2"},
           Case{"1.1.1", "body 2"},
           Case{"1.1.1.1", "none"},
           Case{"1.2", "none"},
       }) {
    EXPECT_EQ(found(structure, text), range) << text;
  }
}

TEST(Section, OpaqueMessagesHaveNothingInside) {
  Builder b;
  b.add(mail::kNoPart, "message", "rfc822");
  const auto structure = b.take();
  EXPECT_EQ(found(structure, "1"), "body 0");
  EXPECT_EQ(found(structure, "1.HEADER"), "none");
  EXPECT_EQ(found(structure, "1.1"), "none");
}

TEST(Section, Partial) {
  const mail::Range range{10, 20};
  EXPECT_EQ(apply_partial(range, {}), range);
  EXPECT_EQ(apply_partial(range, Partial{0, 4}), (mail::Range{10, 14}));
  EXPECT_EQ(apply_partial(range, Partial{6, 100}), (mail::Range{16, 20}));
  EXPECT_EQ(apply_partial(range, Partial{10, 1}), (mail::Range{20, 20}));
  EXPECT_EQ(apply_partial(range, Partial{UINT64_MAX / 2, UINT64_MAX / 2}), (mail::Range{20, 20}));
}

std::string picked(std::string_view header, std::string_view which) {
  std::string out;
  append_header_fields(out, header, section(which));
  return out;
}

TEST(Section, HeaderFieldsArePickedWithTheirFolding) {
  const std::string_view header = "From: a\r\nX-From: b\r\nTO : c\r\n\td\r\n e\r\nSubject: f\r\nfrom: g\r\n\r\n";
  EXPECT_EQ(picked(header, "HEADER.FIELDS (from to)"), "From: a\r\nTO : c\r\n\td\r\n e\r\nfrom: g\r\n\r\n");
  EXPECT_EQ(picked(header, "HEADER.FIELDS.NOT (From TO)"), "X-From: b\r\nSubject: f\r\n\r\n");
  EXPECT_EQ(picked(header, "HEADER.FIELDS (Bcc)"), "\r\n");
  EXPECT_EQ(picked(header, "HEADER.FIELDS (\"\")"), "\r\n");
}

TEST(Section, OddHeaders) {
  EXPECT_EQ(picked("", "HEADER.FIELDS (a)"), "\r\n");
  EXPECT_EQ(picked("a: b", "HEADER.FIELDS (a)"), "a: b\r\n\r\n");
  EXPECT_EQ(picked("a: b\nc: d\n\n", "HEADER.FIELDS (a)"), "a: b\n\r\n");
  EXPECT_EQ(picked("garbage\r\na: b\r\n\r\n", "HEADER.FIELDS.NOT (a)"), "garbage\r\n\r\n");
  EXPECT_EQ(picked(" fold\r\na: b\r\n\r\n", "HEADER.FIELDS (a)"), "a: b\r\n\r\n");
  EXPECT_EQ(picked("\r\na: b\r\n", "HEADER.FIELDS (a)"), "\r\n");
}

}  // namespace
}  // namespace paraph::imap
