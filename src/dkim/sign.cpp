#include "dkim/sign.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "crypto/base64.h"
#include "dkim/signed_header.h"
#include "mime/field.h"

namespace paraph::dkim {
namespace {

constexpr std::size_t kColumns = 78;
constexpr std::size_t kTxtStringBytesMax = 255;

constexpr std::array<std::string_view, 15> kAlways{"from",
                                                   "subject",
                                                   "date",
                                                   "to",
                                                   "cc",
                                                   "message-id",
                                                   "in-reply-to",
                                                   "references",
                                                   "mime-version",
                                                   "content-type",
                                                   "content-transfer-encoding",
                                                   "content-disposition",
                                                   "message-context",
                                                   "content-duration",
                                                   "paraph-signature"};

/// Writes a field's tags, each line at most 78 columns if its pieces are.
class FoldedField {
 public:
  explicit FoldedField(std::string_view name) : text_(name), column_(name.size()) {}
  /// A piece that is not broken, after a blank or a fold.
  void word(std::string_view piece) { put(piece, " "); }
  /// A piece that may stand right after the last one, or after a fold.
  void joined(std::string_view piece) { put(piece, ""); }
  /// Text that may be broken anywhere.
  void broken(std::string_view text) {
    while (!text.empty()) {
      const std::size_t room = column_ + 1 < kColumns ? kColumns - column_ : kColumns - 1;
      joined(text.substr(0, room));
      text.remove_prefix(std::min(room, text.size()));
    }
  }
  const std::string& text() const& { return text_; }
  const std::string& text() && = delete;

 private:
  void put(std::string_view piece, std::string_view before) {
    if (column_ + before.size() + piece.size() > kColumns) {
      text_ += "\r\n ";
      column_ = 1;
    } else {
      text_ += before;
      column_ += before.size();
    }
    text_ += piece;
    column_ += piece.size();
  }

  std::string text_;
  std::size_t column_;
};

std::string_view algorithm_of(crypto::KeyKind kind) {
  return kind == crypto::KeyKind::Rsa ? "rsa-sha256" : "ed25519-sha256";
}

/// A mailing list's own field (RFC 2369, RFC 2919). A name with any other octet is not listed: ";" may be in a
/// field's name (RFC 5322 §3.6.8), and would end h=.
bool is_list_field(std::string_view lowered_name) {
  return lowered_name.starts_with("list-") &&
         std::ranges::all_of(lowered_name, [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; });
}

}  // namespace

std::vector<std::string> fields_to_sign(std::string_view header) {
  std::map<std::string, std::size_t> present;
  for (const mime::Field& field : mime::Fields(header)) {
    const std::string name = lowered(field.name);
    const bool always = std::ranges::find(kAlways, name) != kAlways.end();
    if (always || is_list_field(name)) ++present[name];
  }
  std::vector<std::string> names;
  const auto list = [&](std::string_view name, std::size_t times) {
    for (std::size_t i = 0; i <= times && names.size() <= kSignedFieldsMax; ++i) names.emplace_back(name);
  };
  for (const auto name : kAlways) list(name, present.contains(std::string(name)) ? present[std::string(name)] : 0);
  for (const auto& [name, times] : present) {
    if (is_list_field(name)) list(name, times);
  }
  return names;
}

Result<std::string> sign(std::string_view header, std::string_view body_sha256, const crypto::SigningKey& key,
                         const Signing& signing) {
  const auto names = fields_to_sign(header);
  if (names.size() > kSignedFieldsMax) return fail(Code::TooLarge, "the header has too many fields to be signed");
  FoldedField field("DKIM-Signature:");
  field.word("v=1;");
  field.word(fmt::format("a={};", algorithm_of(key.kind())));
  field.word("c=relaxed/relaxed;");
  field.word(fmt::format("d={};", signing.domain));
  field.word(fmt::format("s={};", signing.selector));
  field.word(fmt::format("t={};", signing.unix_seconds));
  field.word("h=" + names.front() + ":");
  for (std::size_t i = 1; i < names.size(); ++i) field.joined(names[i] + (i + 1 < names.size() ? ":" : ";"));
  field.word(fmt::format("bh={};", crypto::base64_encode(body_sha256)));
  field.word("b=");
  // What is signed ends here: the folds within b= are no part of it.
  const std::string digest = header_digest(Canonical::Relaxed, header, names, {}, field.text());
  PARAPH_TRY(const auto signature, key.sign(digest));
  field.broken(crypto::base64_encode(signature));
  return field.text() + "\r\n";
}

Result<std::string> format_key_record(const crypto::SigningKey& key) {
  PARAPH_TRY(const auto octets, key.public_key());
  return fmt::format("v=DKIM1; k={}; h=sha256; p={}", key.kind() == crypto::KeyKind::Rsa ? "rsa" : "ed25519",
                     crypto::base64_encode(octets));
}

std::string format_zone_line(std::string_view name, std::string_view value) {
  std::string line = fmt::format("{}. IN TXT", name);
  while (!value.empty()) {
    line += fmt::format(" \"{}\"", value.substr(0, kTxtStringBytesMax));
    value.remove_prefix(std::min(kTxtStringBytesMax, value.size()));
  }
  return line;
}

}  // namespace paraph::dkim
