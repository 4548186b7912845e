#include "source/ldap/ldap_source.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "source/ldap/filter.h"

namespace paraph::source::ldap {
namespace {

/// What the entry does not have itself is taken from the place that it names.
void add_linked(Fetched& fetched, Fetched linked) {
  if (fetched.text.empty()) fetched.text = std::move(linked.text);
  if (fetched.html.empty()) fetched.html = std::move(linked.html);
  if (!fetched.image) fetched.image = std::move(linked.image);
  if (fetched.voice.empty()) fetched.voice = std::move(linked.voice);
  fetched.fields.merge(linked.fields);
}

class LdapRemote final : public Remote {
 public:
  explicit LdapRemote(Options options) : options_(std::move(options)) {}
  const std::string& name() const& override { return options_.name; }

  Result<Fetched> fetch(const std::string& owner, const std::string& tag) override {
    PARAPH_TRY(const auto who, parse_owner(owner));
    const Within within(options_.timeout);
    PARAPH_TRY(auto connection, Connection::open(options_.directory, within));
    const std::string filter = filled_filter(options_.filter, who);
    if (!tag.empty()) {
      PARAPH_TRY(const auto state, connection.find_one(options_.base, filter, state_attributes(), within));
      if (tag_of(state) == tag) return Fetched{.unchanged = true, .tag = tag};
    }
    PARAPH_TRY(const auto entry,
               connection.find_one(options_.base, filter, wanted_attributes(options_.own_names), within));
    std::vector<std::string> refused;
    Fetched fetched = fetched_of(entry, options_.own_names, refused);
    for (const auto& sentence : refused)
      log(Level::Warn, "signature source={} owner={}: {}", options_.name, printable(owner), sentence);
    PARAPH_CHECK(follow(owner, signature_links(entry, options_.own_names), within, fetched));
    return fetched;
  }

 private:
  /// The first link that leads to something. One that cannot be read now fails the fetch: what is known of before stays
  /// in use, and no signature without its voice takes its place.
  Result<void> follow(const std::string& owner, const std::vector<std::string>& links, const Within& within,
                      Fetched& fetched) {
    if (!options_.follow || links.empty()) return {};
    fetched.tag.clear();
    for (const auto& link : links) {
      auto linked = options_.follow(link, owner, within.left());
      if (linked) {
        add_linked(fetched, std::move(*linked));
        return {};
      }
      if (linked.error().code == Code::Unavailable) return fail(Code::BadInput, linked.error().text);
      log(Level::Warn, "signature source={} owner={} labeledURI is left out: {}", options_.name, printable(owner),
          linked.error().text);
    }
    return {};
  }

  Options options_;
};

/// "127.0.0.1", "[::1]", "localhost": written so in the address. The connection looks again.
bool names_loopback(std::string_view url) {
  auto host = url.substr(url.find("://") + 3);
  host = host.substr(0, host.find('/'));
  if (host.starts_with("[::1]")) return true;
  host = host.substr(0, host.find(':'));
  return iequals(host, "localhost") || host.starts_with("127.");
}

Result<void> check_options(const Options& options) {
  const auto& directory = options.directory;
  const bool ldaps = istarts_with(directory.url, "ldaps://");
  if (!ldaps && !istarts_with(directory.url, "ldap://"))
    return fail(Code::BadInput, "url: is not an LDAP address: write ldaps://HOST");
  if (ldaps && directory.starttls) return fail(Code::BadInput, "starttls: is for ldap:// only: remove it");
  if (!ldaps && !directory.starttls && !names_loopback(directory.url))
    return fail(
        Code::BadInput,
        "url: would be asked in clear: write ldaps://, or starttls = true (only a loopback address may do without)");
  if (directory.bind_dn.empty() != directory.password.empty())
    return fail(Code::BadInput,
                "bind_dn: needs a password in password_file, and that needs bind_dn: give both or none");
  if (auto good = check_filter(options.filter); !good)
    return fail(Code::BadInput, fmt::format("filter: {}", good.error().text));
  return {};
}

}  // namespace

Result<std::unique_ptr<Remote>> make_ldap(Options options) {
  if (options.filter.empty()) options.filter = kDefaultFilter;
  PARAPH_CHECK(check_options(options));
  return std::make_unique<LdapRemote>(std::move(options));
}

}  // namespace paraph::source::ldap
