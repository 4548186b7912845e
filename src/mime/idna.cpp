#include "mime/idna.h"

#include <unicode/uidna.h>

#include <array>
#include <memory>

#include "base/text.h"

namespace paraph::mime {
namespace {

constexpr std::size_t kDomainBytesMax = 1024;

}  // namespace

std::optional<std::string> to_a_labels(std::string_view domain) {
  if (is_ascii(domain)) return lowered(domain);
  if (domain.size() > kDomainBytesMax || !is_utf8(domain)) return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UIDNA, decltype(&uidna_close)> idna(
      uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, &status), &uidna_close);
  if (U_FAILURE(status)) return std::nullopt;
  std::array<char, 512> ascii{};
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  const auto bytes = uidna_nameToASCII_UTF8(idna.get(), domain.data(), static_cast<int32_t>(domain.size()),
                                            ascii.data(), static_cast<int32_t>(ascii.size()), &info, &status);
  if (U_FAILURE(status) || info.errors != 0) return std::nullopt;
  return lowered({ascii.data(), static_cast<std::size_t>(bytes)});
}

}  // namespace paraph::mime
