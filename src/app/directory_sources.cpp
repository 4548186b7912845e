#include "app/directory_sources.h"

#include <utility>

#include "base/text.h"
#include "source/ldap/ldap_source.h"
#include "source/vcard/vcard_source.h"

namespace paraph::app {
namespace {

/// "vPIMSpokenName=mySpokenName", as the configuration has checked it.
source::ldap::OwnNames own_names(const std::vector<std::string>& attributes) {
  source::ldap::OwnNames names;
  for (const auto& one : attributes) {
    const auto equals = one.find('=');
    if (equals != std::string::npos) names.emplace(one.substr(0, equals), one.substr(equals + 1));
  }
  return names;
}

/// What a directory's labeledURI leads to.
source::ldap::Follow follow_cards() {
  auto fetcher = std::make_shared<source::web::Fetcher>(source::web::Access{.trust = source::web::Trust::Found});
  return [fetcher](const std::string& url, const std::string& owner, std::chrono::milliseconds within) {
    return source::vcard::read_found_card(*fetcher, url, owner, within);
  };
}

}  // namespace

Result<std::unique_ptr<source::Remote>> make_ldap_source(const SourceConfig& config, std::string password) {
  source::ldap::Options options;
  options.name = config.name;
  options.directory = {.url = config.url,
                       .ca = config.ca,
                       .certificate = config.certificate,
                       .key = config.key,
                       .starttls = config.starttls,
                       .bind_dn = config.bind_dn,
                       .password = std::move(password)};
  options.base = config.base;
  options.filter = config.filter;
  options.own_names = own_names(config.attributes);
  options.timeout = config.timeout;
  options.follow = follow_cards();
  return source::ldap::make_ldap(std::move(options));
}

Result<std::unique_ptr<source::Remote>> make_vcard_source(const SourceConfig& config, source::web::Access access,
                                                          std::string password) {
  source::vcard::Options options;
  options.name = config.name;
  options.url = config.url;
  options.access = std::move(access);
  options.access.user = config.user;
  options.access.password = std::move(password);
  for (const auto& host : config.media_hosts) options.media_hosts.push_back(lowered(host));
  options.timeout = config.timeout;
  return source::vcard::make_vcard(std::move(options));
}

}  // namespace paraph::app
