#include "signature/leaf.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "mime/charset.h"
#include "mime/encoding.h"
#include "mime/header.h"

namespace paraph::signature {
namespace {

using mail::Encoding;
constexpr std::size_t kLineBytesMax = 998;

bool is_identity(Encoding encoding) {
  return encoding == Encoding::SevenBit || encoding == Encoding::EightBit || encoding == Encoding::Binary;
}

/// A change of decoded octets: [range) replaced by `octets`.
struct TextChange {
  mail::Range range;
  std::string octets;
  std::optional<std::string> charset;

  std::string applied(std::string_view to) const {
    std::string out;
    out.reserve(to.size() + octets.size());
    out += to.substr(0, range.begin);
    out += octets;
    out += to.substr(range.end);
    return out;
  }
};

/// C1 controls mean nothing in a text: these octets are of another charset than the label says (windows-1252 under
/// iso-8859-1, most of all), and readers who know that show what was meant only as long as the label stays.
bool has_c1_controls(std::string_view text) {
  for (auto at = text.find('\xC2'); at != std::string_view::npos; at = text.find('\xC2', at + 1)) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0) return true;
  }
  return false;
}

/// UTF-16 and UTF-32 whose order of octets neither the name nor a mark tells: readers differ.
bool lacks_octet_order(std::string_view charset, std::string_view octets) {
  if (charset != "utf-16" && charset != "utf-32" && charset != "iso-10646-ucs-2" && charset != "ucs-2") return false;
  using namespace std::string_view_literals;
  return !octets.empty() && !octets.starts_with("\xFE\xFF"sv) && !octets.starts_with("\xFF\xFE"sv) &&
         !octets.starts_with("\0\0\xFE\xFF"sv);
}

/// The same change where the leaf's text is another charset's octets.
std::optional<TextChange> converted_change(const Leaf& leaf, mail::Range range, std::string_view inserted) {
  const mail::Range all{0, leaf.octets().size()};
  const bool at_end = range.begin == leaf.text().size();
  if (at_end && mime::is_ascii_superset(leaf.charset())) {
    auto octets = mime::from_utf8(leaf.charset(), inserted);
    if (octets) return TextChange{.range = {all.end, all.end}, .octets = *std::move(octets)};
  }
  const std::string text = TextChange{.range = range, .octets = std::string(inserted)}.applied(leaf.text());
  if (auto octets = mime::from_utf8(leaf.charset(), text)) {
    const auto back = mime::to_utf8(leaf.charset(), *octets);
    if (back && *back == text) return TextChange{.range = all, .octets = *std::move(octets)};
  }
  const auto again = mime::from_utf8(leaf.charset(), leaf.text());
  if (has_c1_controls(leaf.text())) return std::nullopt;
  if (!again || *again != leaf.octets()) return std::nullopt;  // what was read is not for certain what was meant
  return TextChange{.range = all, .octets = text, .charset = "utf-8"};
}

std::optional<TextChange> change_octets(const Leaf& leaf, mail::Range range, std::string_view inserted) {
  const bool same_octets = leaf.text().data() == leaf.octets().data();
  const bool same_charset = is_ascii(inserted) || leaf.charset() == "us-ascii" || leaf.charset() == "utf-8";
  if (!same_octets || !same_charset) return converted_change(leaf, range, inserted);
  TextChange change{.range = range, .octets = std::string(inserted)};
  if (leaf.charset() == "us-ascii" && !is_ascii(inserted)) change.charset = "utf-8";
  return change;
}

bool has_long_line(std::string_view text) {
  for (std::size_t begin = 0;;) {
    const auto end = text.find("\r\n", begin);
    const auto size = (end == std::string_view::npos ? text.size() : end) - begin;
    if (size > kLineBytesMax) return true;
    if (end == std::string_view::npos) return false;
    begin = end + 2;
  }
}

bool has_bare_line_end(std::string_view text) {
  std::ptrdiff_t crlfs = 0;
  for (auto cr = text.find('\r'); cr != std::string_view::npos; cr = text.find('\r', cr + 2)) {
    if (cr + 1 == text.size() || text[cr + 1] != '\n') return true;
    ++crlfs;
  }
  return std::ranges::count(text, '\n') != crlfs;
}

bool begins_line(std::string_view body, std::string_view delimiter) {
  for (auto at = body.find(delimiter); at != std::string_view::npos; at = body.find(delimiter, at + 1)) {
    if (at == 0 || body.substr(0, at).ends_with("\r\n")) return true;
  }
  return false;
}

bool has_delimiter(std::string_view body, const std::vector<std::string>& delimiters) {
  return std::ranges::any_of(delimiters, [&](const std::string& delimiter) { return begins_line(body, delimiter); });
}

/// A new line may begin at the end of a quoted-printable body: it does not end in "=".
bool can_continue(std::string_view wire, std::string_view added) {
  if (wire.empty() || (wire.ends_with("\r\n") && !wire.ends_with("=\r\n"))) return true;
  const auto last = wire.find_last_not_of(" \t");
  return added.starts_with("\r\n") && last != std::string_view::npos && wire[last] != '=';
}

LeafEdit encode_whole(const Leaf& leaf, const std::string& octets, const std::vector<std::string>& delimiters) {
  LeafEdit edit{.range = {0, leaf.wire().size()}};
  const auto high = static_cast<std::size_t>(
      std::ranges::count_if(octets, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
  const bool was_base64 = leaf.part().encoding == Encoding::Base64;
  if (!was_base64 && high * 6 <= octets.size()) {
    edit.octets = mime::encode_quoted_printable(octets);
    if (!has_delimiter(edit.octets, delimiters)) {
      if (leaf.part().encoding != Encoding::QuotedPrintable) edit.encoding = "quoted-printable";
      return edit;
    }
  }
  edit.octets = mime::encode_base64(octets);
  if (!was_base64) edit.encoding = "base64";
  return edit;
}

LeafEdit encode_change(const Leaf& leaf, TextChange change, const std::vector<std::string>& delimiters) {
  const Encoding encoding = leaf.part().encoding;
  const std::string whole = change.applied(leaf.octets());
  if (is_identity(encoding)) {
    const bool seven_bit = is_ascii(whole) && !has_long_line(whole) && !has_bare_line_end(whole);
    if (seven_bit && !has_delimiter(whole, delimiters))
      return {.range = change.range, .octets = std::move(change.octets)};
  } else if (encoding == Encoding::QuotedPrintable && change.range.begin == leaf.octets().size() &&
             can_continue(leaf.wire(), change.octets)) {
    LeafEdit edit{.range = {leaf.wire().size(), leaf.wire().size()},
                  .octets = mime::encode_quoted_printable(change.octets)};
    const std::string wire = std::string(leaf.wire()) + edit.octets;
    if (!has_delimiter(wire, delimiters)) return edit;
  }
  return encode_whole(leaf, whole, delimiters);
}

/// The part's Content-Type with another charset, its CRLF included.
std::string content_type_field(const mail::Part& part, const std::string& charset) {
  std::string field = fmt::format("Content-Type: {}/{}; charset={}", part.type, part.subtype, charset);
  for (const auto& parameter : part.parameters) {
    if (parameter.name != "charset") field += ";\r\n " + mime::format_parameter(parameter.name, parameter.value);
  }
  return field + "\r\n";
}

/// Does the edited body, read as a receiver reads it, say what it is to say?
bool reads_back(const Leaf& leaf, const LeafEdit& edit, const std::string& text) {
  std::string wire;
  wire.reserve(leaf.wire().size() + edit.octets.size());
  wire += leaf.wire().substr(0, edit.range.begin);
  wire += edit.octets;
  wire += leaf.wire().substr(edit.range.end);
  if (!edit.encoding && !edit.charset) {
    const Leaf read(leaf.part(), wire, false);
    return read.readable() && read.text() == text;
  }
  mail::Part part{
      .subtype = leaf.part().subtype, .parameters = leaf.part().parameters, .encoding = leaf.part().encoding};
  if (edit.encoding) part.encoding = *edit.encoding == "base64" ? Encoding::Base64 : Encoding::QuotedPrintable;
  if (edit.charset) {
    std::erase_if(part.parameters, [](const auto& parameter) { return parameter.name == "charset"; });
    part.parameters.push_back({"charset", *edit.charset});
  }
  const Leaf read(part, wire, false);
  return read.readable() && read.text() == text;
}

}  // namespace

Leaf::Leaf(const mail::Part& part, std::string_view wire, bool unlabelled)
    : part_(&part), wire_(wire), unlabelled_(unlabelled) {
  if (part.encoding == Encoding::Base64) decoded_ = mime::decode_base64(wire);
  if (part.encoding == Encoding::QuotedPrintable) decoded_ = mime::decode_quoted_printable(wire);
  read_text();
}

void Leaf::read_text() {
  const auto* named = mail::find_parameter(part_->parameters, "charset");
  charset_ = named == nullptr || named->empty() ? "us-ascii" : lowered(trimmed(*named));
  const auto is = [&](std::string_view name) { return charset_ == name; };
  if (is("ascii") || is("ansi_x3.4-1968")) charset_ = "us-ascii";
  if (is("utf8")) charset_ = "utf-8";
  if (unlabelled_ && !is_ascii(octets())) charset_ = "utf-8";
  if (is("us-ascii") || is("utf-8")) {
    readable_ = is("utf-8") ? is_utf8(octets()) : is_ascii(octets());
    // ASCII, and a page whose charset only the page itself tells: references hold in any of them (spec 2.4 P).
    if (!readable_ && is("us-ascii") && part_->subtype == "html" && octets().find('\x1B') == std::string_view::npos) {
      charset_.clear();
      readable_ = true;
    }
    return;
  }
  if (is_ascii(octets()) && mime::is_ascii_superset(charset_)) {
    readable_ = true;
    return;
  }
  if (lacks_octet_order(charset_, octets())) return;
  auto text = mime::to_utf8(charset_, octets());
  if (!text) return;
  converted_ = *std::move(text);
  readable_ = true;
}

std::string_view Leaf::line_end() const {
  const auto lf = text().find('\n');
  const bool bare = lf != std::string_view::npos && (lf == 0 || text()[lf - 1] != '\r');
  return bare && !is_identity(part_->encoding) ? "\n" : "\r\n";
}

std::optional<LeafEdit> splice_leaf(const Leaf& leaf, mail::Range range, std::string_view inserted,
                                    const std::vector<std::string>& delimiters) {
  if (!leaf.readable()) return std::nullopt;
  auto change = change_octets(leaf, range, inserted);
  if (!change) return std::nullopt;
  auto charset = std::move(change->charset);
  LeafEdit edit = encode_change(leaf, *std::move(change), delimiters);
  edit.charset = std::move(charset);
  if (leaf.unlabelled() && !edit.charset) edit.charset = leaf.charset();
  // A parameter of hundreds of octets that are not ASCII makes a line that RFC 5322 §2.1.1 forbids.
  if (edit.charset && has_long_line(content_type_field(leaf.part(), *edit.charset))) return std::nullopt;
  const std::string text = TextChange{.range = range, .octets = std::string(inserted)}.applied(leaf.text());
  if (!reads_back(leaf, edit, text)) return std::nullopt;
  return edit;
}

bool changes_fields(const mail::Part& part, const LeafEdit& edit) {
  return edit.charset || edit.encoding || (!edit.octets.empty() && !part.md5.empty());
}

std::string with_edited_fields(std::string_view block, const mail::Part& part, const LeafEdit& edit) {
  if (!changes_fields(part, edit)) return std::string(block);
  const auto content_type = [&] { return content_type_field(part, *edit.charset); };
  const auto encoding = [&] { return fmt::format("Content-Transfer-Encoding: {}\r\n", *edit.encoding); };
  std::string out;
  std::uint64_t at = 0;
  bool type_done = !edit.charset;
  bool encoding_done = !edit.encoding;
  for (const mime::Field& field : mime::Fields(block)) {
    out += block.substr(at, field.range.begin - at);
    at = field.range.end;
    if (!type_done && iequals(field.name, "content-type")) {
      out += content_type();
      type_done = true;
    } else if (!encoding_done && iequals(field.name, "content-transfer-encoding")) {
      out += encoding();
      encoding_done = true;
    } else if (edit.octets.empty() || !iequals(field.name, "content-md5")) {
      out += block.substr(field.range.begin, field.range.size());
    }
  }
  if (!type_done) out += content_type();
  if (!encoding_done) out += encoding();
  return out + std::string(block.substr(at));
}

}  // namespace paraph::signature
