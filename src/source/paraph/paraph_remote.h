#pragma once
#include <chrono>
#include <string>

#include "source/paraph/document.h"
#include "source/remote.h"
#include "source/web/fetcher.h"

namespace paraph::source::paraph {

/// `[[source]]` with kind "paraph".
struct Options {
  std::string name;
  std::string url;  ///< of that server, as the operator wrote it; a path is kept in front of /.well-known
  std::chrono::milliseconds timeout{2000};  ///< of one fetch, with all its media
  web::Access access;                       ///< of that server
  web::Access found;                        ///< of media elsewhere; its trust is set to Found
};

/// Another Paraph: its document about the owner (spec 3.2), then the picture and the recordings that it names, each
/// checked against the size and the SHA-256 that the document gives. On that server they are asked for with this
/// server's credentials, elsewhere without and under the rules of spec 5.4. What is wrong with one of the media is left
/// out, with a line in the log. All together at most 1 MiB.
class ParaphRemote final : public Remote {
 public:
  explicit ParaphRemote(Options options);
  const std::string& name() const& override { return options_.name; }
  Result<Fetched> fetch(const std::string& owner, const std::string& tag) override;

 private:
  /// What is left of one fetch's bounds.
  struct Budget {
    std::chrono::milliseconds time;
    std::size_t bytes;
  };
  Result<std::string> fetch_media(const NamedMedia& media, const std::string& document_url, Budget& budget);
  Result<web::Response> get(web::Fetcher& fetcher, const std::string& url, const std::string& tag,
                            std::size_t bytes_max, Budget& budget);

  const Options options_;
  web::Fetcher own_, found_;
};

}  // namespace paraph::source::paraph
