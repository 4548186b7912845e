#include <unicode/usprep.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "base/text.h"
#include "crypto/password.h"

namespace paraph::crypto {
namespace {

// Opened once, then only read: ICU's profiles may be shared by threads.
const UStringPrepProfile& profile() {
  struct Close {
    void operator()(UStringPrepProfile* opened) const { usprep_close(opened); }
  };
  static const std::unique_ptr<UStringPrepProfile, Close> opened = [] {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<UStringPrepProfile, Close> made(usprep_openByType(USPREP_RFC4013_SASLPREP, &error));
    if (U_FAILURE(error)) throw std::runtime_error("ICU has no SASLprep profile");
    return made;
  }();
  return *opened;
}

bool is_plain(char c) { return c >= ' ' && c < 127; }

Result<std::string> prepare(std::string_view text) {
  std::u16string wide(text.size() + 1, u'\0');
  std::int32_t wide_size = 0;
  UErrorCode error = U_ZERO_ERROR;
  u_strFromUTF8(wide.data(), static_cast<std::int32_t>(wide.size()), &wide_size, text.data(),
                static_cast<std::int32_t>(text.size()), &error);
  // NFKC makes no code point longer than 18 (U+FDFA).
  std::u16string prepared(text.size() * 18 + 1, u'\0');
  const auto size =
      usprep_prepare(&profile(), wide.data(), wide_size, prepared.data(), static_cast<std::int32_t>(prepared.size()),
                     USPREP_ALLOW_UNASSIGNED, nullptr, &error);
  std::string out(static_cast<std::size_t>(std::max(size, 0)) * 3 + 1, '\0');
  std::int32_t out_size = 0;
  u_strToUTF8(out.data(), static_cast<std::int32_t>(out.size()), &out_size, prepared.data(), size, &error);
  if (U_FAILURE(error)) return fail(Code::BadInput, "a character that SASLprep (RFC 4013) does not allow");
  out.resize(static_cast<std::size_t>(out_size));
  if (out.empty()) return fail(Code::BadInput, "nothing is left after SASLprep (RFC 4013)");
  return out;
}

}  // namespace

Result<std::string> saslprep(std::string_view text) {
  if (text.empty()) return fail(Code::BadInput, "it is empty");
  if (text.size() > kPasswordBytesMax) return fail(Code::BadInput, "it is longer than 1024 octets");
  if (std::ranges::all_of(text, is_plain)) return std::string(text);
  if (!is_utf8(text)) return fail(Code::BadInput, "it is not UTF-8");
  return prepare(text);
}

}  // namespace paraph::crypto
