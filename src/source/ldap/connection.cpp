#include "source/ldap/connection.h"

#include <fmt/format.h>
#include <ldap.h>
#include <openldap.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace paraph::source::ldap {
namespace {

constexpr ber_len_t kAnswerBytesMax = 2 << 20;
constexpr int kMessagesMax = 100;  ///< of one search: entries and references
constexpr std::size_t kAttributesMax = 200;
constexpr std::size_t kValuesMax = 100;  ///< of one attribute
constexpr const char* kSeveral = "the directory has several entries for this address, so none is used";

timeval timeval_of(std::chrono::milliseconds time) {
  return {.tv_sec = time.count() / 1000, .tv_usec = time.count() % 1000 * 1000};
}

std::unexpected<Error> failed(LDAP* handle, std::string_view doing, int code) {
  char* more = nullptr;
  ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &more);
  std::string text = fmt::format("{}: {}", doing, ldap_err2string(code));
  if (more != nullptr && *more != '\0') text += fmt::format(" ({})", printable(more, 120));
  ldap_memfree(more);
  return fail(Code::Unavailable, std::move(text));
}

std::unexpected<Error> too_slow(std::string_view doing) {
  return fail(Code::Unavailable, fmt::format("{}: no answer in time", doing));
}

struct FreeUrl {
  void operator()(LDAPURLDesc* url) const { ldap_free_urldesc(url); }
};

struct FreeMessage {
  void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
};
using Message = std::unique_ptr<LDAPMessage, FreeMessage>;

/// The next message of operation `id`.
Result<Message> next_message(LDAP* handle, int id, std::string_view doing, const Within& within) {
  timeval time = timeval_of(within.left());
  LDAPMessage* message = nullptr;
  const int type = ldap_result(handle, id, LDAP_MSG_ONE, &time, &message);
  Message owned(message);
  if (type == 0) return too_slow(doing);
  if (type > 0) return owned;
  int code = LDAP_SERVER_DOWN;
  ldap_get_option(handle, LDAP_OPT_RESULT_CODE, &code);
  return failed(handle, doing, code);
}

/// The code of a result, and what the server says about it.
Result<int> result_code(LDAP* handle, LDAPMessage* message, std::string& said) {
  int code = LDAP_SUCCESS;
  char* text = nullptr;
  const int parsed = ldap_parse_result(handle, message, &code, nullptr, &text, nullptr, nullptr, 0);
  if (text != nullptr) said = printable(text, 120);
  ldap_memfree(text);
  if (parsed != LDAP_SUCCESS) return failed(handle, "the answer", parsed);
  return code;
}

std::vector<std::string> values_of(LDAP* handle, LDAPMessage* message, const char* attribute) {
  std::vector<std::string> values;
  berval** found = ldap_get_values_len(handle, message, attribute);
  for (berval** one = found; one != nullptr && *one != nullptr && values.size() < kValuesMax; ++one)
    values.emplace_back((*one)->bv_val, (*one)->bv_len);
  ldap_value_free_len(found);
  return values;
}

Entry read_entry(LDAP* handle, LDAPMessage* message) {
  Entry entry;
  char* dn = ldap_get_dn(handle, message);
  if (dn != nullptr) entry.dn = dn;
  ldap_memfree(dn);
  BerElement* place = nullptr;
  char* attribute = ldap_first_attribute(handle, message, &place);
  while (attribute != nullptr && entry.attributes.size() < kAttributesMax) {
    std::string name = lowered(attribute);
    // Of what has options, only the transfer option says the same; a language would be another value.
    if (name.ends_with(";binary")) name.resize(name.size() - 7);
    if (name.find(';') == std::string::npos) entry.attributes.emplace(name, values_of(handle, message, attribute));
    ldap_memfree(attribute);
    attribute = ldap_next_attribute(handle, message, place);
  }
  ldap_memfree(attribute);
  ber_free(place, 0);
  return entry;
}

Result<void> check_found(int code, std::string_view said, std::size_t entries) {
  if (entries > 1 || code == LDAP_SIZELIMIT_EXCEEDED) return fail(Code::NotFound, kSeveral);
  if (code == LDAP_REFERRAL)
    return fail(Code::Unavailable, "the search: the directory refers to another one, which is not followed");
  if (code != LDAP_SUCCESS)
    return fail(Code::Unavailable, fmt::format("the search: {} ({})", ldap_err2string(code), said));
  if (entries == 0) return fail(Code::NotFound, "the directory has no entry for this address");
  return {};
}

}  // namespace

void Connection::Close::operator()(::ldap* handle) const { ldap_unbind_ext(handle, nullptr, nullptr); }

Result<Connection> Connection::open(const Directory& directory, const Within& within) {
  LDAPURLDesc* parsed = nullptr;
  const int understood = ldap_url_parse(directory.url.c_str(), &parsed);
  const std::unique_ptr<LDAPURLDesc, FreeUrl> url(parsed);
  if (understood != LDAP_URL_SUCCESS || url->lud_host == nullptr)
    return fail(Code::Unavailable, "the address is none of a directory");
  const bool secured = directory.starttls || istarts_with(directory.url, "ldaps:");
  PARAPH_TRY(const int socket, dial(url->lud_host, url->lud_port, secured ? Reach::Any : Reach::LoopbackOnly, within));
  auto watchdog = std::make_unique<Watchdog>(socket, within);
  LDAP* handle = nullptr;
  const int code = ldap_init_fd(socket, LDAP_PROTO_TCP, directory.url.c_str(), &handle);
  if (code != LDAP_SUCCESS) {
    watchdog.reset();
    ::close(socket);
    return fail(Code::Unavailable, fmt::format("the connection: {}", ldap_err2string(code)));
  }
  Connection connection(handle, std::move(watchdog));
  PARAPH_CHECK(connection.set_up(directory));
  if (secured) {
    PARAPH_CHECK(connection.secure(directory, within));
  }
  if (!directory.bind_dn.empty()) {
    PARAPH_CHECK(connection.bind(directory, within));
  }
  return connection;
}

Result<void> Connection::set_up(const Directory& directory) {
  LDAP* const handle = handle_.get();
  const int version = LDAP_VERSION3, never = LDAP_DEREF_NEVER;
  const int demand = LDAP_OPT_X_TLS_DEMAND, oldest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, client = 0;
  Sockbuf* socket = nullptr;
  ber_len_t most = kAnswerBytesMax;
  bool set = ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version) == LDAP_SUCCESS;
  set = set && ldap_set_option(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == LDAP_SUCCESS;
  set = set && ldap_set_option(handle, LDAP_OPT_RESTART, LDAP_OPT_ON) == LDAP_SUCCESS;
  set = set && ldap_set_option(handle, LDAP_OPT_DEREF, &never) == LDAP_SUCCESS;
  set = set && ldap_get_option(handle, LDAP_OPT_SOCKBUF, &socket) == LDAP_SUCCESS && socket != nullptr;
  set = set && ber_sockbuf_ctrl(socket, LBER_SB_OPT_SET_MAX_INCOMING, &most) > 0;
  if (!set) return fail(Code::Unavailable, "the LDAP library does not take its settings");
  const std::pair<int, const std::string&> files[] = {{LDAP_OPT_X_TLS_CACERTFILE, directory.ca},
                                                      {LDAP_OPT_X_TLS_CERTFILE, directory.certificate},
                                                      {LDAP_OPT_X_TLS_KEYFILE, directory.key}};
  for (const auto& [option, file] : files)
    set = set && (file.empty() || ldap_set_option(handle, option, file.c_str()) == LDAP_SUCCESS);
  set = set && ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == LDAP_SUCCESS;
  set = set && ldap_set_option(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, &oldest) == LDAP_SUCCESS;
  set = set && ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &client) == LDAP_SUCCESS;
  if (!set) return fail(Code::Unavailable, "TLS: a file of ca, certificate or key cannot be used");
  return {};
}

Result<void> Connection::secure(const Directory& directory, const Within& within) {
  LDAP* const handle = handle_.get();
  if (directory.starttls) {
    int id = 0;
    const int sent = ldap_start_tls(handle, nullptr, nullptr, &id);
    if (sent != LDAP_SUCCESS) return failed(handle, "StartTLS", sent);
    PARAPH_CHECK(wait_for(id, "StartTLS", within));
  }
  const int installed = ldap_install_tls(handle);
  if (installed != LDAP_SUCCESS) return failed(handle, "TLS", installed);
  return {};
}

Result<void> Connection::bind(const Directory& directory, const Within& within) {
  std::string password = directory.password;
  berval credentials{.bv_len = password.size(), .bv_val = password.data()};
  int id = 0;
  const int sent =
      ldap_sasl_bind(handle_.get(), directory.bind_dn.c_str(), LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr, &id);
  if (sent != LDAP_SUCCESS) return failed(handle_.get(), "the log-in with bind_dn", sent);
  return wait_for(id, "the log-in with bind_dn", within);
}

Result<void> Connection::wait_for(int id, std::string_view doing, const Within& within) {
  PARAPH_TRY(const auto message, next_message(handle_.get(), id, doing, within));
  std::string said;
  PARAPH_TRY(const int code, result_code(handle_.get(), message.get(), said));
  if (code == LDAP_SUCCESS) return {};
  return fail(Code::Unavailable, fmt::format("{}: {} ({})", doing, ldap_err2string(code), said));
}

Result<Entry> Connection::find_one(const std::string& base, const std::string& filter,
                                   std::vector<std::string> attributes, const Within& within) {
  LDAP* const handle = handle_.get();
  std::vector<char*> names;
  for (auto& attribute : attributes) names.push_back(attribute.data());
  names.push_back(nullptr);
  timeval time =
      timeval_of(std::max(within.left(), std::chrono::milliseconds(1000)));  // in whole seconds for the server
  int id = 0;
  const int sent = ldap_search_ext(handle, base.c_str(), LDAP_SCOPE_SUBTREE, filter.c_str(), names.data(), 0, nullptr,
                                   nullptr, &time, 2, &id);
  if (sent != LDAP_SUCCESS) return failed(handle, "the search", sent);
  std::vector<Entry> entries;
  for (int messages = 0; messages < kMessagesMax && entries.size() < 2; ++messages) {
    PARAPH_TRY(const auto message, next_message(handle, id, "the search", within));
    if (ldap_msgtype(message.get()) == LDAP_RES_SEARCH_ENTRY) entries.push_back(read_entry(handle, message.get()));
    if (ldap_msgtype(message.get()) != LDAP_RES_SEARCH_RESULT) continue;
    std::string said;
    PARAPH_TRY(const int code, result_code(handle, message.get(), said));
    PARAPH_CHECK(check_found(code, said, entries.size()));
    return std::move(entries.front());
  }
  ldap_abandon_ext(handle, id, nullptr, nullptr);
  if (entries.size() < 2) return fail(Code::Unavailable, "the search: the answer has no end");
  return fail(Code::NotFound, kSeveral);
}

}  // namespace paraph::source::ldap
