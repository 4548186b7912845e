#include "source/paraph/paraph_remote.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "crypto/sha256.h"
#include "source/web/url.h"

namespace paraph::source::paraph {
namespace {

constexpr std::size_t kDocumentBytesMax = 256 << 10;
/// In whatever a Paraph answers to its peers: to strangers everything is 404, and what is kept must survive a token
/// that is out of date.
constexpr const char* kPeerField = "Paraph-Peer";

std::string document_url(std::string base, const std::string& owner) {
  while (base.ends_with('/')) base.pop_back();
  return base + "/.well-known/paraph/signature?user=" + web::percent_encoded(owner);
}

web::Access found_access(web::Access access) {
  access.trust = web::Trust::Found;
  return access;
}

}  // namespace

ParaphRemote::ParaphRemote(Options options)
    : options_(std::move(options)), own_(options_.access), found_(found_access(options_.found)) {}

Result<web::Response> ParaphRemote::get(web::Fetcher& fetcher, const std::string& url, const std::string& tag,
                                        std::size_t bytes_max, Budget& budget) {
  if (budget.time.count() <= 0) return fail(Code::Unavailable, "it takes too long");
  if (bytes_max > budget.bytes) return fail(Code::TooLarge, "the media are too long together");
  web::Request request;
  request.url = url;
  request.tag = tag;
  request.absence_field = kPeerField;
  request.bytes_max = bytes_max;
  request.timeout = budget.time;
  PARAPH_TRY(auto response, fetcher.fetch(request));
  budget.time -= response.took;
  budget.bytes -= response.body.size();
  return response;
}

Result<std::string> ParaphRemote::fetch_media(const NamedMedia& media, const std::string& from, Budget& budget) {
  PARAPH_TRY(const auto base, web::parse_url(from));
  PARAPH_TRY(const auto url, web::follow(base, media.url));
  const bool own = url.same_origin(base) && !url.credentials;
  auto got = get(own ? own_ : found_, url.text, "", media.size, budget);
  if (!got && own && got.error().code == Code::BadInput) return fail(Code::Unavailable, got.error().text);
  if (!got && (own || budget.time.count() <= 0)) return fail(std::move(got));
  if (!got) return fail(Code::Denied, std::move(got.error().text));
  const auto& response = *got;
  if (response.body.size() != media.size)
    return fail(Code::BadInput, fmt::format("{}: is not as long as its document says", printable(url.text)));
  if (crypto::sha256(response.body) != media.sha256)
    return fail(Code::BadInput, fmt::format("{}: has another SHA-256 than its document says", printable(url.text)));
  return std::move(got->body);
}

Result<Fetched> ParaphRemote::fetch(const std::string& owner, const std::string& tag) {
  Budget budget{.time = options_.timeout, .bytes = web::kAnswerBytesMax};
  PARAPH_TRY(auto response, get(own_, document_url(options_.url, owner), tag, kDocumentBytesMax, budget));
  Fetched fetched;
  fetched.fresh_for = response.fresh_for;
  fetched.unchanged = response.unchanged;
  if (response.unchanged) return fetched;
  const auto document = parse_document(response.body, owner);
  if (!document) return fail(Code::Unavailable, fmt::format("{}: {}", response.url, document.error().text));
  fetched.tag = std::move(response.tag);
  fetched.not_after = document->not_after;
  fetched.text = document->text;
  fetched.html = document->html;
  const auto take = [&](const NamedMedia& media) -> Result<std::optional<FetchedMedia>> {
    auto octets = fetch_media(media, response.url, budget);
    if (octets) return FetchedMedia{.octets = std::move(*octets), .declared_type = media.type};
    const auto why = printable(octets.error().text, 400);
    // That server hangs in the middle, or changed the signature meanwhile: what is known stays until it is asked again.
    if (octets.error().code == Code::Unavailable || octets.error().code == Code::NotFound)
      return fail(Code::Unavailable, why);
    log(Level::Warn, "signature source={} owner={} {} left out: {}", options_.name, printable(owner),
        printable(media.type), why);
    return std::nullopt;
  };
  if (document->image) {
    PARAPH_TRY(fetched.image, take(*document->image));
  }
  for (const auto& variant : document->voice) {
    PARAPH_TRY(auto voice, take(variant));
    if (!voice) continue;
    fetched.voice.push_back(*std::move(voice));
    break;  // the best that there is: others are made of it
  }
  return fetched;
}

}  // namespace paraph::source::paraph
