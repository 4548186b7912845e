#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace paraph::source {

/// A recording or a picture as it came.
struct FetchedMedia {
  std::string octets;
  std::string declared_type;  ///< the place's media type for it; empty: it said none
};

/// What another place knows of one owner. Nothing in it is checked but its size: whoever takes it imports it.
struct Fetched {
  bool unchanged = false;  ///< the tag asked with is still right; all else is empty
  std::string tag;         ///< names this state at that place (an ETag, entryDN and modifyTimestamp); empty: none
  std::optional<std::chrono::seconds> fresh_for;  ///< how long the place says this holds
  std::optional<Time> not_after;                  ///< from then on it must not be used at all, whatever else is said
  std::string text;
  std::string html;
  std::optional<FetchedMedia> image;
  std::vector<FetchedMedia> voice;            ///< of one recording; the best first
  std::map<std::string, std::string> fields;  ///< of a directory, for templates: "displayName", "title", "tel"
};

/// Another place that knows signatures: another Paraph, a directory, an address book. Made once; fetch() blocks its
/// thread, never longer than the source's timeout, and is called on the threads of a pool, several at once.
class Remote {
 public:
  Remote() = default;
  Remote(const Remote&) = delete;
  Remote& operator=(const Remote&) = delete;
  virtual ~Remote() = default;

  /// As `name` of its [[source]].
  virtual const std::string& name() const& = 0;
  /// `owner` is an addr-spec; `tag` that of what is known already, or empty. NotFound: the place answered and does not
  /// know the owner, or knows too many. Unavailable: no answer, or none that could be used; the sentence says which.
  /// BadInput: for this owner the same, but by no fault of the place: what it says of the owner leads to something
  /// else, which cannot be had now, or does not say whether there is such an owner.
  virtual Result<Fetched> fetch(const std::string& owner, const std::string& tag) = 0;
};

}  // namespace paraph::source
