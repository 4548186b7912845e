#include "mime/idna.h"

#include <unicode/uidna.h>

#include <array>
#include <memory>

namespace paraph::mime {

std::optional<std::string> ascii_domain(std::string_view utf8) {
  if (utf8.empty() || utf8.size() > 1024) return std::nullopt;
  UErrorCode code = U_ZERO_ERROR;
  const std::unique_ptr<UIDNA, decltype(&uidna_close)> idna(
      uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, &code), &uidna_close);
  if (U_FAILURE(code)) return std::nullopt;
  std::array<char, 256> out;
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  const auto length = uidna_nameToASCII_UTF8(idna.get(), utf8.data(), static_cast<int32_t>(utf8.size()), out.data(),
                                             static_cast<int32_t>(out.size()), &info, &code);
  if (U_FAILURE(code) || info.errors != 0 || length <= 0 || static_cast<std::size_t>(length) > out.size())
    return std::nullopt;
  return std::string(out.data(), static_cast<std::size_t>(length));
}

}  // namespace paraph::mime
