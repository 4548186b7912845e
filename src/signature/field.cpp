#include "signature/field.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "crypto/base64.h"
#include "crypto/mac.h"
#include "crypto/sha256.h"
#include "mime/field.h"
#include "signature/canonical.h"
#include "signature/content.h"
#include "signature/make.h"

namespace paraph::signature {
namespace {

constexpr std::size_t kColumns = 78;
constexpr std::size_t kValueBytesMax = 16 * 1024;
constexpr std::string_view kName = "Paraph-Signature";

bool is_plain(char c) { return c > ' ' && c < 127 && c != ';' && c != '='; }

/// A tag's value may hold neither blanks nor ";": these and what is not ASCII as =XX (RFC 6376 §2.11).
std::string quoted(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (is_plain(c)) {
      out += c;
    } else {
      out += '=' + uppered(hex({&c, 1}));
    }
  }
  return out;
}

std::string unquoted(std::string_view value) {
  const auto digit = [](char c) { return is_digit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const int high = value[i] == '=' && i + 2 < value.size() ? digit(value[i + 1]) : -1;
    const int low = high < 0 ? -1 : digit(value[i + 2]);
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += value[i];
    }
  }
  return out;
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) {
    if (!out.empty()) out += ':';
    out += quoted(item);
  }
  return out;
}

std::vector<std::string> unjoined(std::string_view list) {
  std::vector<std::string> out;
  for (const auto item : split(list, ':')) {
    if (!item.empty()) out.push_back(unquoted(item));
  }
  return out;
}

/// Puts a tag on the field's last line, or on a new one when it does not fit; a colon list is broken after its colons.
void add_tag(std::string& field, std::size_t& column, std::string_view tag) {
  const auto put = [&](std::string_view piece, bool blank_before) {
    if (column + piece.size() + 1 > kColumns) {
      field += "\r\n ";
      column = 1;
    } else if (blank_before) {
      field += ' ';
      ++column;
    }
    field += piece;
    column += piece.size();
  };
  bool first = true;
  while (!tag.empty()) {
    const auto colon = tag.size() < kColumns / 2 ? std::string_view::npos : tag.find(':');
    const auto piece = tag.substr(0, colon == std::string_view::npos ? tag.size() : colon + 1);
    put(piece, first);
    tag.remove_prefix(piece.size());
    first = false;
  }
}

/// RFC 6376 §3.4.2: one line, blanks collapsed, none at the ends.
std::string relaxed(std::string_view value) {
  std::string out;
  for (const char c : mime::unfold(value)) {
    if (c != ' ' && c != '\t') {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// `value` has an empty b=.
std::string mac_of(std::string_view value, std::string_view from, std::string_view message_id,
                   std::string_view secret) {
  const std::string input =
      fmt::format("paraph-signature:{}\r\n{}\r\n{}\r\n", relaxed(value), trimmed(from), trimmed(message_id));
  return crypto::hmac_sha256(secret, input);
}

struct Tag {
  std::string name;
  std::string value;  ///< without blanks
  std::size_t value_begin = 0;
  std::size_t value_end = 0;
};

Result<std::vector<Tag>> parse_tags(std::string_view text) {
  std::vector<Tag> tags;
  std::size_t at = 0;
  for (const auto piece : split(text, ';')) {
    const std::size_t begin = at;
    at += piece.size() + 1;
    if (trimmed(piece).empty()) continue;
    const auto equals = piece.find('=');
    if (equals == std::string_view::npos) return fail(Code::BadInput, "Paraph-Signature: a tag without \"=\"");
    Tag tag{.name = std::string(trimmed(piece.substr(0, equals))),
            .value_begin = begin + equals + 1,
            .value_end = begin + piece.size()};
    for (const char c : piece.substr(equals + 1)) {
      if (c != ' ') tag.value += c;
    }
    if (std::ranges::any_of(tags, [&](const Tag& other) { return other.name == tag.name; }) || tags.size() >= 32) {
      return fail(Code::BadInput, "Paraph-Signature: a tag stands twice, or there are too many");
    }
    tags.push_back(std::move(tag));
  }
  if (tags.empty() || tags.front().name != "v" || tags.front().value != "1") {
    return fail(Code::BadInput, "Paraph-Signature: v=1 does not come first");
  }
  return tags;
}

/// A field in its pieces.
struct ReadField {
  ParaphSignature says;
  std::string mac;            ///< b=
  std::string unsigned_line;  ///< the value on one line, with an empty b=
};

Result<ReadField> read_field(std::string_view value) {
  if (value.size() > kValueBytesMax) return fail(Code::BadInput, "Paraph-Signature: over 16 KiB");
  std::string line = relaxed(value);
  PARAPH_TRY(const auto tags, parse_tags(line));
  const auto tag = [&](std::string_view name) -> const Tag* {
    const auto found = std::ranges::find(tags, name, &Tag::name);
    return found == tags.end() ? nullptr : &*found;
  };
  const auto text = [&](std::string_view name) {
    return tag(name) == nullptr ? std::string() : unquoted(tag(name)->value);
  };
  if (text("a") != "hmac-sha256") return fail(Code::BadInput, "Paraph-Signature: a= is not hmac-sha256");
  const Tag* const mac = tag("b");
  const auto time = parse_decimal(text("t"));
  const auto octets = mac == nullptr ? std::nullopt : crypto::base64_decode(mac->value);
  const auto hash = tag("bh") == nullptr ? std::string() : crypto::base64_decode(tag("bh")->value);
  if (!octets || !time || !hash) return fail(Code::BadInput, "Paraph-Signature: b=, bh= or t= cannot be read");

  ReadField read{.says = {.domain = text("d"),
                          .key_id = text("s"),
                          .owner = text("i"),
                          .revision = text("r"),
                          .how = text("w"),
                          .reason = text("x"),
                          .content_hash = *hash,
                          .unix_seconds = *time},
                 .mac = *octets};
  if (tag("m") != nullptr && tag("m")->value != "none") read.says.kinds = unjoined(tag("m")->value);
  if (tag("p") != nullptr) read.says.content_ids = unjoined(tag("p")->value);
  line.erase(mac->value_begin, mac->value_end - mac->value_begin);
  read.unsigned_line = std::move(line);
  return read;
}

}  // namespace

std::string content_hash(const Report& report, const mail::Signature& signature) {
  const Content content = content_of(signature, Kinds{});
  crypto::Sha256 all;
  const auto add = [&](const BlobId& digest) { all.update(digest.view()); };
  if (report.text) add(crypto::sha256(canonical_text(content.text)));
  if (report.html && report.html_as_written)
    report.html_hash.empty() ? add(crypto::sha256(canonical_html(content.html))) : all.update(report.html_hash);
  if (report.image && report.image_blob) add(*report.image_blob);
  if (report.voice && report.voice_blob) add(*report.voice_blob);
  const BlobId digest = all.finish();
  return std::string(digest.view());
}

std::string format_paraph_signature(const Report& report, const mail::Signature& signature, std::string_view from,
                                    std::string_view message_id, std::string_view domain, const FieldKey& key,
                                    std::uint64_t unix_seconds) {
  std::string field = fmt::format("{}:", kName);
  std::size_t column = field.size();
  const auto add = [&](std::string_view name, const std::string& value) {
    add_tag(field, column, fmt::format("{}={};", name, value));
  };
  add("v", "1");
  add("a", "hmac-sha256");
  add("d", quoted(domain));
  add("s", quoted(key.id));
  add("i", quoted(signature.owner.empty() ? from : std::string_view(signature.owner)));
  if (!signature.revision.empty()) add("r", quoted(signature.revision));
  Report vouched = report;
  vouched.html = report.html && report.html_as_written;
  add("m", vouched.kinds());
  add("w", std::string(name_of(report.how)));
  if (!report.reason.empty()) add("x", quoted(report.reason));
  if (!report.content_ids.empty()) add("p", joined(report.content_ids));
  if (vouched.kinds() != "none") add("bh", crypto::base64_encode(content_hash(report, signature)));
  add("t", fmt::format("{}", unix_seconds));
  // The MAC covers the field as it is folded: b= with its value is one tag of known length.
  constexpr std::size_t kMacChars = 44;
  std::string unsigned_field = field;
  add_tag(unsigned_field, column, "b=" + std::string(kMacChars, '?'));
  unsigned_field.resize(unsigned_field.size() - kMacChars);
  const auto value = std::string_view(unsigned_field).substr(kName.size() + 1);
  return unsigned_field + crypto::base64_encode(mac_of(value, from, message_id, key.secret)) + "\r\n";
}

Result<ParaphSignature> parse_paraph_signature(std::string_view value) {
  PARAPH_TRY(auto read, read_field(value));
  return std::move(read.says);
}

Result<ParaphSignature> verify_paraph_signature(
    std::string_view value, std::string_view from, std::string_view message_id,
    const std::function<std::optional<std::string>(std::string_view domain, std::string_view key_id)>& find_secret) {
  PARAPH_TRY(auto read, read_field(value));
  const auto secret = find_secret(read.says.domain, read.says.key_id);
  if (!secret) return fail(Code::NotFound, "Paraph-Signature: no such key");
  if (!crypto::equal_in_constant_time(mac_of(read.unsigned_line, from, message_id, *secret), read.mac)) {
    return fail(Code::Denied, "Paraph-Signature: the MAC does not fit");
  }
  return std::move(read.says);
}

}  // namespace paraph::signature
