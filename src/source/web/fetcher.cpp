#include "source/web/fetcher.h"

#include <fmt/format.h>

#include "base/text.h"
#include "source/web/handle.h"

namespace paraph::source::web {
namespace {

constexpr int kRedirectsMax = 2;  // spec 5.4
constexpr std::size_t kIdleMax = 8;

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::optional<std::chrono::seconds> fresh_for(std::string_view cache_control) {
  std::optional<std::chrono::seconds> found;
  for (const auto piece : split(cache_control, ',')) {
    const auto word = trimmed(piece);
    if (word == "no-store" || word == "no-cache") return std::nullopt;  // no time is given: what is kept has its own
    if (!word.starts_with("max-age=")) continue;
    const auto seconds = parse_decimal(word.substr(8));
    if (seconds && *seconds <= 10ULL * 365 * 86400) found = std::chrono::seconds(*seconds);
  }
  return found;
}

Response response_of(Transfer transfer, const Url& url, std::chrono::milliseconds took) {
  Response response;
  response.unchanged = transfer.status == 304;
  if (!response.unchanged) response.body = std::move(transfer.body);
  response.tag = std::move(transfer.tag);
  response.media_type = std::move(transfer.media_type);
  response.url = url.text;
  response.fresh_for = fresh_for(transfer.cache_control);
  response.took = took;
  return response;
}

/// What to make of a status that is no redirect. Value: the body is of use.
Result<void> check_status(const Request& request, const Url& url, const Transfer& transfer) {
  const auto status = transfer.status;
  if (status >= 200 && status <= 299) return {};
  if (status == 304 && !request.tag.empty()) return {};
  const auto sentence = fmt::format("{}: answers {}", printable(url.text), status);
  const bool absent = status == 404 || status == 410;
  if (absent && !request.absence_field.empty() && !transfer.absence)
    return fail(Code::BadInput, sentence + " as to a stranger: it may not know this server");
  if (absent) return fail(Code::NotFound, sentence);
  if (status == 401 || status == 403) return fail(Code::Unavailable, sentence + ": it does not know this server");
  return fail(Code::Unavailable, sentence);
}

Result<Url> next_of(const Url& url, const std::string& location, int redirects) {
  const auto where = printable(url.text);
  if (redirects == kRedirectsMax) return fail(Code::Unavailable, where + ": redirects too often");
  const auto next = follow(url, location);
  if (!next) return fail(Code::Unavailable, where + ": redirects to something that is no http or https URL");
  if (!next->same_origin(url) || next->credentials)
    return fail(Code::Unavailable,
                fmt::format("{}: redirects to {}: it may only stay on its own host", where, printable(next->text)));
  return next;
}

}  // namespace

/// A handle out of the idle ones, or a new one; given back at the end.
class Fetcher::Borrowed {
 public:
  explicit Borrowed(Fetcher& fetcher) : fetcher_(fetcher) {
    {
      const std::lock_guard lock(fetcher_.mutex_);
      if (!fetcher_.idle_.empty()) {
        handle_ = std::move(fetcher_.idle_.back());
        fetcher_.idle_.pop_back();
      }
    }
    if (!handle_) handle_ = std::make_unique<Handle>();
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() {
    const std::lock_guard lock(fetcher_.mutex_);
    if (fetcher_.idle_.size() < kIdleMax) fetcher_.idle_.push_back(std::move(handle_));
  }
  Handle& operator*() { return *handle_; }

 private:
  Fetcher& fetcher_;
  std::unique_ptr<Handle> handle_;
};

Fetcher::Fetcher(Access access) : access_(std::move(access)) {}
Fetcher::~Fetcher() = default;

Result<Response> Fetcher::fetch(const Request& request) {
  auto parsed = parse_url(request.url);
  if (!parsed) return fail(access_.trust == Trust::Found ? Code::Denied : Code::Unavailable, parsed.error().text);
  Url url = std::move(*parsed);
  Borrowed handle(*this);
  std::chrono::milliseconds took{0};
  for (int redirects = 0;; ++redirects) {
    if (access_.trust == Trust::Found) {
      PARAPH_CHECK(check_found(url, access_.found_ports));
    }
    if (took >= request.timeout) return fail(Code::Unavailable, printable(url.text) + ": takes too long");
    PARAPH_TRY(auto transfer, (*handle).perform(access_, request, url, request.timeout - took));
    took += transfer.took;
    if (!is_redirect(transfer.status) || request.method != "GET") {
      PARAPH_CHECK(check_status(request, url, transfer));
      return response_of(std::move(transfer), url, took);
    }
    PARAPH_TRY(url, next_of(url, transfer.location, redirects));
  }
}

}  // namespace paraph::source::web
