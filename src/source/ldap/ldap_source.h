#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "source/ldap/connection.h"
#include "source/remote.h"

namespace paraph::source::ldap {

/// Reads what a labeledURI with the label "signature" names: an address that was found in data. Blocks for `within` at
/// most. NotFound, BadInput, Denied: there is nothing to be had there. Unavailable: perhaps later.
using Follow =
    std::function<Result<Fetched>(const std::string& url, const std::string& owner, std::chrono::milliseconds within)>;

struct Options {
  std::string name;  ///< of the [[source]]
  Directory directory;
  std::string base;    ///< the search's; the whole subtree
  std::string filter;  ///< filter.h; empty: kDefaultFilter
  OwnNames own_names;  ///< where the directory calls an attribute otherwise
  std::chrono::milliseconds timeout{2000};
  Follow follow;  ///< none: labeledURI is not looked at
};

/// A directory as a place that knows signatures (spec 3.1, RFC 4237, RFC 2798). One connection for each fetch. The tag
/// is DN, modifyTimestamp and entryCSN, and is asked for first; an entry with a link has none, as its target may
/// change. BadInput, a sentence `KEY: what is wrong`: in clear to another host, a filter that is none, a bind_dn
/// without password. The process ignores SIGPIPE: the library may write to a socket that the watchdog shut.
Result<std::unique_ptr<Remote>> make_ldap(Options options);

}  // namespace paraph::source::ldap
