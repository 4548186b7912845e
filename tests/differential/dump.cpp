// Writes messages of tests/corpus, before and after attaching, with the tree that Paraph reads in the result:
// `attach_dump FROM TO`, one JSON object a line, strings and octets in base64. For readers in other languages.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "mime/encoding.h"
#include "mime/scan.h"
#include "shapes.h"
#include "signature/canonical.h"
#include "signature/content.h"
#include "signature/testing.h"

namespace paraph {
namespace {

std::string quoted(std::string_view octets) { return "\"" + mime::encode_base64(octets, 0, false) + "\""; }

std::string decoded(const mail::Part& part, std::string_view body) {
  switch (part.encoding) {
    case mail::Encoding::Base64:
      return mime::decode_base64(body);
    case mail::Encoding::QuotedPrintable:
      return mime::decode_quoted_printable(body);
    default:
      return std::string(body);
  }
}

/// Parts in document order: [depth, type, Content-ID, decoded octets of a leaf].
std::string tree_of(const std::string& text) {
  const auto structure = mime::scan(text);
  std::vector<int> depths(structure.parts.size(), 0);
  std::string out;
  for (std::size_t i = 0; i < structure.parts.size(); ++i) {
    const auto& part = structure.parts[i];
    if (part.parent != mail::kNoPart) depths[i] = depths[part.parent] + 1;
    const std::string_view body = std::string_view(text).substr(part.body.begin, part.body.size());
    out += fmt::format("{}[{},{},{},{}]", out.empty() ? "" : ",", depths[i], quoted(part.type + "/" + part.subtype),
                       quoted(part.id), part.leaf() ? quoted(decoded(part, body)) : "null");
  }
  return "[" + out + "]";
}

/// All kinds, and some of them left out, in turn (as corpus_test.cpp does).
mail::Signature signature_of(signature::TestWorld& world, std::uint64_t number) {
  mail::Signature each = signature::test_signature(world);
  const std::uint64_t variant = number / 35 % 8;
  if (variant == 1 || variant == 2 || variant == 5) each.image.reset();
  if (variant == 2 || variant == 3) each.voice.clear();
  if (variant == 4 || variant == 5) each.html.clear();
  if (variant == 6) each.text = each.html = "";
  if (variant == 7) each.text = "\u0410\u043B\u0438\u0441\u0430\n> quoted\nFrom here\n.dot";
  each.revision = signature::revision_of(each);
  return each;
}

void write(std::uint64_t number) {
  const auto sample = corpus::make_sample(number);
  signature::TestWorld world;
  const auto mine = signature_of(world, number);
  const auto content = signature::content_of(mine, {});
  const auto attached = world.attach(sample.text, mine);
  const std::string after = world.text(attached.rope);
  std::string voices;
  for (const auto& voice : mine.voice) {
    const mail::Segment whole{.kind = mail::Segment::Kind::Raw, .blob = voice.blob, .length = voice.bytes};
    voices += (voices.empty() ? "" : ",") + quoted(world.text({.segments = {whole}}));
  }
  fmt::print(
      "{{\"number\":{},\"shape\":{},\"how\":{},\"kinds\":{},\"reason\":{},\"text\":{},\"page\":{},\"voices\":[{}],"
      "\"before\":{},"
      "\"after\":{},\"tree\":{}}}\n",
      number, quoted(sample.shape), quoted(name_of(attached.report.how)), quoted(attached.report.kinds()),
      quoted(attached.report.reason), quoted(content.text), quoted(signature::text_from_html(content.html)), voices,
      quoted(sample.text), quoted(after), tree_of(after));
}

}  // namespace
}  // namespace paraph

int main(int arguments, char** values) {
  if (arguments != 3) {
    fmt::print(stderr, "usage: attach_dump FROM TO\n");
    return 2;
  }
  const std::uint64_t to = std::strtoull(values[2], nullptr, 10);
  for (std::uint64_t number = std::strtoull(values[1], nullptr, 10); number < to; ++number) paraph::write(number);
}
