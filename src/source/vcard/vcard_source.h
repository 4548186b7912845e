#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "source/remote.h"
#include "source/web/fetcher.h"

namespace paraph::source::vcard {

struct Options {
  std::string name;  ///< of the [[source]]
  /// Of vCards, with %u, %l, %d (address_url.h); one that ends in "/" is a CardDAV address book.
  std::string url;
  web::Access access;                    ///< for `url`; Operator
  web::Access found;                     ///< for media at other hosts; Found. Its `ca` and the like are not used
  std::vector<std::string> media_hosts;  ///< lower case: the hosts from which media may come besides that of `url`
  std::chrono::milliseconds timeout{2000};
};

/// An address book as a place that knows signatures (spec 3.2): one card whose EMAIL fits, its PHOTO or LOGO, its
/// SOUND, and its fields for templates. Media at a web address: from the host of `url` as the operator's own word,
/// without credentials; from `media_hosts` by the rules for addresses found in data; from elsewhere not at all. One
/// that cannot be had now makes the fetch Unavailable, so that a signature does not lose its voice by it; one that is
/// not there is left out. The tag is the ETag, and there is none when media lie elsewhere. BadInput, a sentence `KEY:
/// what is wrong`.
Result<std::unique_ptr<Remote>> make_vcard(Options options);

/// Reads the card at an address that was found in data, in a directory say. `fetcher` is for found addresses. Its media
/// must be in it: one hop is enough. Codes of Fetcher; NotFound: no such card; BadInput: it is no vCard.
Result<Fetched> read_found_card(web::Fetcher& fetcher, const std::string& url, const std::string& owner,
                                std::chrono::milliseconds within);

}  // namespace paraph::source::vcard
