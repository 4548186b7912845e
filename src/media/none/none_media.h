#pragma once
#include "media/media.h"

namespace paraph::media::none {

enum class Kind { Voice, Image };

/// What a file is, by its headers, without decoding it: pure. The octets come back as given.
Result<File> check_headers(Kind kind, std::string octets, const Limits& limits);

/// The door without a decoder: recordings and pictures are checked by their structure and kept in the given format, as
/// the only variant, so a file that only a decoder would find broken passes. For tests. Any event loop; never waits.
class NoneMedia final : public Media {
 public:
  Task<Result<Voice>> import_voice(Upload upload, Limits limits) override;
  Task<Result<File>> import_picture(Upload upload, Limits limits) override;
};

}  // namespace paraph::media::none
