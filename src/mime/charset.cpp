#include "mime/charset.h"

#include <fmt/format.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>

#include <array>
#include <memory>
#include <numeric>

#include "base/text.h"

namespace paraph::mime {
namespace {

constexpr std::size_t kTextBytesMax = 64 * 1024 * 1024;
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kChunk = 4096;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

using Converter = std::unique_ptr<UConverter, decltype(&ucnv_close)>;

bool is_utf8_name(std::string_view charset) { return iequals(charset, "utf-8") || iequals(charset, "utf8"); }

bool is_ascii_name(std::string_view charset) { return charset.empty() || iequals(charset, "us-ascii"); }

/// ICU also takes names with options ("swap,version=1") and empties; only plain MIME names are let through.
bool is_plain_name(std::string_view charset) {
  if (charset.empty() || charset.size() > kNameBytesMax) return false;
  for (const char c : charset) {
    const bool known = is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
    if (!known && std::string_view("-_.:()+").find(c) == std::string_view::npos) return false;
  }
  return true;
}

Result<Converter> open(std::string_view charset) {
  UErrorCode status = U_ZERO_ERROR;
  const std::string name(is_ascii_name(charset) ? "us-ascii" : charset);
  UConverter* opened = is_plain_name(name) ? ucnv_open(name.c_str(), &status) : nullptr;
  if (opened == nullptr || U_FAILURE(status)) {
    ucnv_close(opened);
    return fail(Code::Unsupported, fmt::format("charset {} is not known", printable(charset, kNameBytesMax)));
  }
  return Converter(opened, &ucnv_close);
}

/// Writes U+FFFD for octets that mean nothing. (ICU's own substitution writes a control character for some charsets.)
void substitute(const void*, UConverterToUnicodeArgs* args, const char*, int32_t, UConverterCallbackReason reason,
                UErrorCode* status) {
  if (reason > UCNV_IRREGULAR) return;  // a reset or a close
  *status = U_ZERO_ERROR;
  const UChar replacement = 0xFFFD;
  ucnv_cbToUWriteUChars(args, &replacement, 1, 0, status);
}

Result<void> check_size(std::string_view text) {
  if (text.size() > kTextBytesMax) return fail(Code::TooLarge, "text of over 64 MiB is not converted");
  return {};
}

/// Converts all of `text` through UTF-16. An illegal or unmappable character stops it, unless the converters
/// substitute.
Result<std::string> convert(UConverter* from, UConverter* to, std::string_view text) {
  std::array<UChar, kChunk> pivot;
  UChar* pivot_from = pivot.data();
  UChar* pivot_to = pivot.data();
  std::array<char, kChunk> chunk;
  const char* source = text.data();
  const char* const end = source + text.size();
  std::string out;
  for (;;) {  // both converters are new: a reset would take the designator away with which ISO-2022-KR begins
    char* target = chunk.data();
    UErrorCode status = U_ZERO_ERROR;
    ucnv_convertEx(to, from, &target, chunk.data() + chunk.size(), &source, end, pivot.data(), &pivot_from, &pivot_to,
                   pivot.data() + pivot.size(), false, true, &status);
    out.append(chunk.data(), static_cast<std::size_t>(target - chunk.data()));
    if (status == U_BUFFER_OVERFLOW_ERROR) continue;
    if (U_FAILURE(status)) return fail(Code::BadInput, "text does not fit its charset");
    return out;
  }
}

/// `text` with U+FFFD for each octet that is no part of a UTF-8 character.
std::string utf8_repaired(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t want = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (want <= text.size() && is_utf8(text.substr(0, want))) {
      out += text.substr(0, want);
      text.remove_prefix(want);
    } else {
      out += kReplacement;
      text.remove_prefix(1);
    }
  }
  return out;
}

/// Kinds whose octets mean different things in different states.
bool is_stateful(UConverterType type) {
  switch (type) {
    case UCNV_ISO_2022:
    case UCNV_HZ:
    case UCNV_UTF7:
    case UCNV_IMAP_MAILBOX:
    case UCNV_SCSU:
    case UCNV_BOCU1:
    case UCNV_EBCDIC_STATEFUL:
    case UCNV_COMPOUND_TEXT:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<std::string> to_utf8(std::string_view charset, std::string_view octets) {
  PARAPH_CHECK(check_size(octets));
  if (is_utf8_name(charset) || is_ascii_name(charset)) {
    const bool fits = is_ascii_name(charset) ? is_ascii(octets) : is_utf8(octets);
    if (!fits) return fail(Code::BadInput, "text does not fit its charset");
    return std::string(octets);
  }
  PARAPH_TRY(const Converter from, open(charset));
  PARAPH_TRY(const Converter to, open("utf-8"));
  UErrorCode status = U_ZERO_ERROR;
  ucnv_setToUCallBack(from.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  ucnv_setFromUCallBack(to.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  return convert(from.get(), to.get(), octets);
}

std::string to_utf8_lossy(std::string_view charset, std::string_view octets) {
  octets = octets.substr(0, kTextBytesMax);
  if (!is_utf8_name(charset) && !is_ascii_name(charset)) {
    const auto from = open(charset);
    const auto to = open("utf-8");
    if (from && to) {
      UErrorCode status = U_ZERO_ERROR;
      ucnv_setToUCallBack(from->get(), substitute, nullptr, nullptr, nullptr, &status);
      auto text = convert(from->get(), to->get(), octets);
      if (text) return std::move(*text);
    }
  }
  return is_utf8(octets) ? std::string(octets) : utf8_repaired(octets);
}

Result<std::string> from_utf8(std::string_view charset, std::string_view text) {
  PARAPH_CHECK(check_size(text));
  if (!is_utf8(text)) return fail(Code::BadInput, "text is not UTF-8");
  if (is_utf8_name(charset)) return std::string(text);
  if (is_ascii_name(charset)) {
    if (!is_ascii(text)) return fail(Code::BadInput, "text does not fit its charset");
    return std::string(text);
  }
  PARAPH_TRY(const Converter from, open("utf-8"));
  PARAPH_TRY(const Converter to, open(charset));
  UErrorCode status = U_ZERO_ERROR;
  ucnv_setToUCallBack(from.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  ucnv_setFromUCallBack(to.get(), UCNV_FROM_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  ucnv_setFallback(to.get(), false);  // no "best fit": it would not come back as it was
  return convert(from.get(), to.get(), text);
}

bool is_ascii_superset(std::string_view charset) {
  if (is_utf8_name(charset) || is_ascii_name(charset)) return true;
  const auto converter = open(charset);
  if (!converter || is_stateful(ucnv_getType(converter->get()))) return false;
  std::string ascii(128, '\0');
  std::iota(ascii.begin(), ascii.end(), '\0');
  const auto text = to_utf8(charset, ascii);
  return text && *text == ascii;
}

}  // namespace paraph::mime
