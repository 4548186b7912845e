#pragma once
#include <string>
#include <string_view>

#include "signature/attach.h"
#include "signature/view.h"

namespace paraph::signature {

/// Boundaries and Content-IDs of one message (spec 2.1), made from its nonce: the same input gives the same names. A
/// boundary does not occur in what is at hand of the message, and the rest cannot guess it (120 bits).
class Names {
 public:
  /// `submission` and `view` must outlive it.
  Names(const Submission& submission, const mail::Signature& signature, const View& view);
  /// `=_prph_` and 24 characters of base32; another one each time.
  std::string next_boundary();
  /// Without angle brackets: `KIND.R8.N16@sig.DOMAIN`.
  std::string content_id(std::string_view kind) const;

 private:
  std::string_view nonce_;
  std::string_view domain_;
  std::string revision_;  ///< R8
  const View& view_;
  unsigned boundaries_ = 0;
};

}  // namespace paraph::signature
