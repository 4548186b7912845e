#include "spf/lookups.h"

#include <algorithm>

#include "base/text.h"
#include "spf/record.h"

namespace paraph::spf {

std::chrono::milliseconds Lookups::left() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
}

Result<void> Lookups::count_term() {
  if (++terms_ > kLookupsMax) return fail(Code::BadInput, "more than 10 terms that ask DNS");
  return {};
}

Result<void> Lookups::count_void() {
  if (++voids_ > kVoidLookupsMax) return fail(Code::BadInput, "more than 2 look-ups that find nothing");
  return {};
}

/// The answer as the check sees it. What cannot be a name is not asked for, and so is not counted.
template <class T>
Result<std::vector<T>> Lookups::counted(Result<std::vector<T>> answer) {
  if (!answer) {
    const auto code = answer.error().code;
    if (code == Code::BadInput) return std::vector<T>();
    if (code == Code::TooLarge) return fail(Code::BadInput, std::move(answer).error().text);
    if (code != Code::NotFound) return fail(Code::Unavailable, std::move(answer).error().text);
    answer.emplace();
  }
  if (answer->empty()) {
    PARAPH_CHECK(count_void());
  }
  return answer;
}

Task<Result<std::string>> Lookups::record_of(std::string domain) {
  const auto answer = co_await dns_.txt(domain, left());
  if (!answer) {
    const auto& [code, text] = answer.error();
    if (code == Code::NotFound || code == Code::BadInput) co_return fail(Code::NotFound, text);
    if (code == Code::TooLarge) co_return fail(Code::BadInput, text);
    co_return fail(Code::Unavailable, text);
  }
  const auto first = std::ranges::find_if(*answer, is_record);
  if (first == answer->end()) co_return fail(Code::NotFound, domain + " has no SPF record");
  if (std::find_if(first + 1, answer->end(), is_record) != answer->end())
    co_return fail(Code::BadInput, printable(domain) + " has several SPF records");
  co_return *first;
}

Task<std::string> Lookups::explanation_at(std::string name) {
  const auto answer = co_await dns_.txt(std::move(name), left());
  co_return answer && answer->size() == 1 ? answer->front() : std::string();
}

Task<Result<std::vector<dns::Address>>> Lookups::addresses(std::string name, dns::Family family) {
  auto answer = co_await dns_.addresses(std::move(name), family, left());
  co_return counted(std::move(answer));
}

Task<Result<std::vector<std::string>>> Lookups::exchanges(std::string name) {
  auto answer = co_await dns_.mx(std::move(name), left());
  PARAPH_CO_TRY(const auto found, counted(std::move(answer)));
  if (found.size() > kHostsMax) co_return fail(Code::BadInput, "more than 10 hosts in one MX");
  std::vector<std::string> hosts;
  for (const auto& mx : found) {
    if (!mx.host.empty()) hosts.push_back(mx.host);
  }
  co_return hosts;
}

Task<Result<std::vector<std::string>>> Lookups::validated_names(dns::Address client) {
  if (named_) co_return names_;
  named_ = true;
  const auto answer = co_await dns_.ptr(client, left());
  const bool nothing = answer ? answer->empty() : answer.error().code == Code::NotFound;
  if (nothing) {
    PARAPH_CO_CHECK(count_void());
  }
  if (!answer) co_return names_;
  const auto family = client.v6 ? dns::Family::V6 : dns::Family::V4;
  for (std::size_t i = 0; i < std::min(answer->size(), kHostsMax); ++i) {
    const auto& host = (*answer)[i];
    const auto addresses = co_await dns_.addresses(host, family, left());
    if (addresses && std::ranges::find(*addresses, client) != addresses->end()) names_.push_back(host);
  }
  co_return names_;
}

}  // namespace paraph::spf
