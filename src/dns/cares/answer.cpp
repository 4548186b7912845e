#include "dns/cares/answer.h"

#include <ares.h>
#include <netdb.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "base/text.h"
#include "dns/cares/tlsa.h"
#include "dns/names.h"

namespace paraph::dns::cares {
namespace {

using FreeData = decltype([](void* data) { ares_free_data(data); });
using FreeHost = decltype([](hostent* host) { ares_free_hostent(host); });

std::unexpected<Error> too_large() { return fail(Code::TooLarge, "too many records in one answer"); }
std::unexpected<Error> corrupt() { return fail(Code::Corrupt, "the answer holds nothing that can be used"); }

const unsigned char* begin_of(std::string_view octets) { return reinterpret_cast<const unsigned char*>(octets.data()); }

Result<Answer> parse_txt(std::string_view octets) {
  ares_txt_ext* first = nullptr;
  const int status = ares_parse_txt_reply_ext(begin_of(octets), static_cast<int>(octets.size()), &first);
  const std::unique_ptr<ares_txt_ext, FreeData> owner(first);
  Answer answer;
  if (status == ARES_ENODATA) return answer;
  if (status != ARES_SUCCESS) return corrupt();
  for (const auto* piece = first; piece; piece = piece->next) {
    if (piece->record_start || answer.names_or_texts.empty()) answer.names_or_texts.emplace_back();
    answer.names_or_texts.back().append(reinterpret_cast<const char*>(piece->txt), piece->length);
  }
  if (answer.names_or_texts.size() > kRecordsMax) return too_large();
  return answer;
}

/// The root is how a domain says that it takes no mail; a host that is no name cannot be reached.
bool take_host(Mx& mx, std::string_view host) {
  if (host.empty() || host == ".") return true;
  auto name = canonical_name(host);
  if (name) mx.host = *std::move(name);
  return name.has_value();
}

Result<Answer> parse_mx(std::string_view octets) {
  ares_mx_reply* first = nullptr;
  const int status = ares_parse_mx_reply(begin_of(octets), static_cast<int>(octets.size()), &first);
  const std::unique_ptr<ares_mx_reply, FreeData> owner(first);
  Answer answer;
  if (status == ARES_ENODATA) return answer;
  if (status != ARES_SUCCESS) return corrupt();
  std::size_t records = 0;
  for (const auto* record = first; record; record = record->next, ++records) {
    Mx mx{.preference = record->priority};
    if (take_host(mx, record->host)) answer.exchanges.push_back(std::move(mx));
  }
  if (records > kRecordsMax) return too_large();
  // Not an empty list: that would mean "deliver to the domain's own address".
  if (records != 0 && answer.exchanges.empty()) return corrupt();
  std::ranges::sort(answer.exchanges);
  return answer;
}

template <class Record, class Parse>
Result<Answer> parse_addresses(std::string_view octets, bool v6, Parse parse) {
  std::array<Record, kRecordsMax + 1> records;
  int count = static_cast<int>(records.size());
  const int status = parse(begin_of(octets), static_cast<int>(octets.size()), nullptr, records.data(), &count);
  Answer answer;
  if (status == ARES_ENODATA) return answer;
  if (status != ARES_SUCCESS) return corrupt();
  if (static_cast<std::size_t>(count) > kRecordsMax) return too_large();
  for (int i = 0; i < count; ++i) {
    // The address is the first member of both kinds of record.
    Address address{.v6 = v6};
    std::memcpy(address.octets.data(), &records[static_cast<std::size_t>(i)], v6 ? 16 : 4);
    answer.addresses.push_back(address);
  }
  return answer;
}

Result<Answer> parse_ptr(std::string_view octets) {
  hostent* host = nullptr;
  const int status =
      ares_parse_ptr_reply(begin_of(octets), static_cast<int>(octets.size()), nullptr, 0, AF_INET, &host);
  const std::unique_ptr<hostent, FreeHost> owner(host);
  Answer answer;
  if (status == ARES_ENODATA) return answer;
  if (status != ARES_SUCCESS) return corrupt();
  std::size_t records = 0;
  for (char** alias = host->h_aliases; alias && *alias; ++alias, ++records) {
    if (auto name = canonical_name(*alias)) answer.names_or_texts.push_back(*std::move(name));
  }
  if (records > kRecordsMax) return too_large();
  if (records != 0 && answer.names_or_texts.empty()) return corrupt();
  return answer;
}

}  // namespace

Result<Answer> parse_answer(Kind kind, std::string_view octets) {
  switch (kind) {
    case Kind::Txt:
      return parse_txt(octets);
    case Kind::Mx:
      return parse_mx(octets);
    case Kind::A:
      return parse_addresses<ares_addrttl>(octets, false, &ares_parse_a_reply);
    case Kind::Aaaa:
      return parse_addresses<ares_addr6ttl>(octets, true, &ares_parse_aaaa_reply);
    case Kind::Tlsa:
      return parse_tlsa(octets);
    case Kind::Ptr:
      break;
  }
  return parse_ptr(octets);
}

bool is_authentic(std::string_view octets) {
  constexpr int kAuthenticData = 0x20;
  return octets.size() > 3 && (octets[3] & kAuthenticData) != 0;
}

int status_of(std::string_view octets) {
  if (octets.size() < 12) return ARES_EBADRESP;
  const bool has_answers = octets[6] != 0 || octets[7] != 0;
  switch (octets[3] & 0x0f) {
    case 0:
      return has_answers ? ARES_SUCCESS : ARES_ENODATA;
    case 3:
      return ARES_ENOTFOUND;
    case 2:
      return ARES_ESERVFAIL;
    case 5:
      return ARES_EREFUSED;
    default:
      return ARES_EBADRESP;
  }
}

Result<Answer> answer_of_status(int status, std::string_view name) {
  const std::string quoted = printable(name);
  switch (status) {
    case ARES_ENODATA:
      return Answer{};
    case ARES_ENOTFOUND:
      return fail(Code::NotFound, quoted + " does not exist");
    case ARES_EBADNAME:
      return fail(Code::BadInput, quoted + " is no name for DNS");
    case ARES_ETIMEOUT:
    case ARES_ECANCELLED:
      return fail(Code::Unavailable, "DNS gave no answer for " + quoted + " in time");
    default:
      return fail(Code::Unavailable, "DNS gave no answer for " + quoted + ": " + ares_strerror(status));
  }
}

bool can_be_kept(const Result<Answer>& answer) { return answer || answer.error().code == Code::NotFound; }

Result<Answer> combined(Result<Answer> v4, Result<Answer> v6) {
  if (v4 && v6) {
    v4->addresses.insert(v4->addresses.end(), v6->addresses.begin(), v6->addresses.end());
    if (v4->addresses.size() > kRecordsMax) return too_large();
    v4->secure = v4->secure && v6->secure;
    return v4;
  }
  if (v4) return v4->addresses.empty() ? v6 : v4;
  if (v6) return v6->addresses.empty() ? v4 : v6;
  // NXDOMAIN is about the name, whatever was asked of it.
  return v6.error().code == Code::NotFound ? v6 : v4;
}

}  // namespace paraph::dns::cares
