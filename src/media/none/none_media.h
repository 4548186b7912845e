#pragma once
#include "media/media.h"

namespace paraph::media::none {

/// What `Media::check` answers, without waiting: pure, for tests and fuzzing too. The octets come back as given.
Result<Checked> check_headers(Kind kind, std::string octets, const Limits& limits);

/// The door without a decoder: recordings and pictures are checked by their structure and kept in the given format, so
/// a file that only a decoder would find broken passes. A limit of 0 is none. Any event loop; never waits.
class NoneMedia final : public Media {
 public:
  Task<Result<Checked>> check(Kind kind, std::string octets, Limits limits) override;
};

}  // namespace paraph::media::none
