#include "source/vcard/vcard_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "source/vcard/address_url.h"
#include "source/vcard/dav.h"
#include "source/vcard/person.h"
#include "source/web/url.h"

namespace paraph::source::vcard {
namespace {

using std::chrono::milliseconds;
using wire::vcard::Card;
using wire::vcard::Media;

/// The end of a fetch, for all of its requests.
class Within {
 public:
  explicit Within(milliseconds time) : end_(std::chrono::steady_clock::now() + time) {}
  milliseconds left() const {
    const auto left = std::chrono::ceil<milliseconds>(end_ - std::chrono::steady_clock::now());
    return std::max(left, milliseconds(1));
  }

 private:
  std::chrono::steady_clock::time_point end_;
};

/// A stream that holds no cards at all is an answer that cannot be used, not one that knows nobody.
Result<std::vector<Card>> cards_of(std::string_view octets) {
  auto cards = wire::vcard::parse_cards(octets);
  if (!cards) return fail(Code::Unavailable, "the answer is no vCard: " + cards.error().text);
  return cards;
}

/// "Not there" is the owner only where the address is the owner's; a whole book that is not there may come back.
Result<web::Response> ask_book(web::Fetcher& fetcher, const web::Request& request) {
  auto response = fetcher.fetch(request);
  if (!response && response.error().code == Code::NotFound)
    return fail(Code::Unavailable, "the address book is not there: " + response.error().text);
  return response;
}

/// One card, and what names its state.
struct Answer {
  bool unchanged = false;
  Card card;
  std::string tag;
  std::optional<std::chrono::seconds> fresh_for;
};

class VcardRemote final : public Remote {
 public:
  explicit VcardRemote(Options options)
      : options_(std::move(options)),
        own_(options_.access),
        own_media_(web::Access{.ca = options_.access.ca}),
        found_(options_.found) {}
  const std::string& name() const& override { return options_.name; }

  Result<Fetched> fetch(const std::string& owner, const std::string& tag) override {
    const Within within(options_.timeout);
    PARAPH_TRY(const auto url, url_for(options_.url, owner));
    PARAPH_TRY(auto answer,
               options_.url.ends_with('/') ? query(url, owner, tag, within) : get(url, owner, tag, within));
    if (answer.unchanged) return Fetched{.unchanged = true, .tag = tag, .fresh_for = answer.fresh_for};
    Fetched fetched{.tag = answer.tag, .fresh_for = answer.fresh_for, .fields = fields_of(answer.card, owner)};
    std::vector<std::string> refused;
    PARAPH_TRY(const auto base, web::parse_url(url));
    if (auto photo = photo_of(answer.card, refused)) {
      PARAPH_TRY(fetched.image, take_media(std::move(*photo), base, within, fetched.tag, refused));
    }
    if (auto sound = sound_of(answer.card, refused)) {
      PARAPH_TRY(auto voice, take_media(std::move(*sound), base, within, fetched.tag, refused));
      if (voice) fetched.voice.push_back(std::move(*voice));
    }
    for (const auto& sentence : refused)
      log(Level::Warn, "signature source={} owner={} left out {}", options_.name, printable(owner), sentence);
    return fetched;
  }

 private:
  Result<Answer> get(const std::string& url, const std::string& owner, const std::string& tag, const Within& within) {
    web::Request request;
    request.url = url;
    request.headers = {"Accept: text/vcard, text/x-vcard;q=0.8"};
    request.tag = tag;
    request.bytes_max = wire::vcard::kStreamBytesMax;
    request.timeout = within.left();
    const bool personal = names_user(options_.url);
    PARAPH_TRY(auto response, personal ? own_.fetch(request) : ask_book(own_, request));
    if (response.unchanged) return Answer{.unchanged = true, .fresh_for = response.fresh_for};
    PARAPH_TRY(auto cards, cards_of(response.body));
    PARAPH_TRY(const auto* card, find_card(cards, owner, personal ? Unnamed::Taken : Unnamed::Refused));
    return Answer{.card = *card, .tag = std::move(response.tag), .fresh_for = response.fresh_for};
  }

  Result<Answer> query(const std::string& url, const std::string& owner, const std::string& tag, const Within& within) {
    web::Request request;
    request.url = url;
    request.method = "REPORT";
    request.headers = {"Depth: 1", "Content-Type: application/xml; charset=utf-8"};
    request.body = addressbook_query(owner);
    request.bytes_max = wire::vcard::kStreamBytesMax;
    request.timeout = within.left();
    PARAPH_TRY(const auto response, ask_book(own_, request));
    PARAPH_TRY(const auto book, parse_multistatus(response.body));
    std::vector<Card> all;
    std::vector<std::string> tags;  // of each of `all`
    for (const auto& one : book) {
      PARAPH_TRY(auto cards, cards_of(one.data));
      tags.insert(tags.end(), cards.size(), one.tag);
      std::ranges::move(cards, std::back_inserter(all));
    }
    PARAPH_TRY(const auto* card, find_card(all, owner, Unnamed::Refused));
    Answer answer{.tag = std::move(tags[static_cast<std::size_t>(card - all.data())])};
    answer.unchanged = !tag.empty() && answer.tag == tag;
    if (!answer.unchanged) answer.card = *card;
    return answer;
  }

  /// The octets, wherever they are. nullopt: they are not to be had, `refused` says why.
  Result<std::optional<FetchedMedia>> take_media(Media media, const web::Url& base, const Within& within,
                                                 std::string& tag, std::vector<std::string>& refused) {
    if (media.uri.empty())
      return FetchedMedia{.octets = std::move(media.octets), .declared_type = std::move(media.type)};
    tag.clear();  // what lies there may change, and the card not
    auto response = fetch_media(media.uri, base, within);
    if (response)
      return FetchedMedia{
          .octets = std::move(response->body),
          .declared_type = media.type.empty() ? std::move(response->media_type) : std::move(media.type)};
    // The card came; that what it names does not is no failure of the address book.
    if (response.error().code == Code::Unavailable) return fail(Code::BadInput, response.error().text);
    refused.push_back(fmt::format("{}: {}", printable(media.uri, 120), response.error().text));
    return std::nullopt;
  }

  Result<web::Response> fetch_media(const std::string& uri, const web::Url& base, const Within& within) {
    PARAPH_TRY(const auto url, web::parse_url(uri));
    web::Request request;
    request.url = url.text;
    request.timeout = within.left();
    if (url.credentials) return fail(Code::Denied, "it names a user");
    if (url.same_origin(base)) return own_media_.fetch(request);
    if (url.host != base.host && std::ranges::find(options_.media_hosts, url.host) == options_.media_hosts.end())
      return fail(Code::Denied, "it is at another host than the address book, and not of media_hosts");
    return found_.fetch(request);
  }

  Options options_;
  web::Fetcher own_;
  web::Fetcher own_media_;
  web::Fetcher found_;
};

}  // namespace

Result<std::unique_ptr<Remote>> make_vcard(Options options) {
  if (auto good = check_url(options.url); !good) return fail(Code::BadInput, "url: " + good.error().text);
  const auto probe = url_for(options.url, "user@example.org");
  if (const auto url = web::parse_url(probe.value_or("")); !url)
    return fail(Code::BadInput, "url: " + url.error().text);
  options.access.trust = web::Trust::Operator;
  options.found.trust = web::Trust::Found;
  return std::make_unique<VcardRemote>(std::move(options));
}

Result<Fetched> read_found_card(web::Fetcher& fetcher, const std::string& url, const std::string& owner,
                                milliseconds within) {
  web::Request request;
  request.url = url;
  request.headers = {"Accept: text/vcard"};
  request.timeout = within;
  PARAPH_TRY(const auto response, fetcher.fetch(request));
  PARAPH_TRY(const auto cards, wire::vcard::parse_cards(response.body));
  PARAPH_TRY(const auto* card, find_card(cards, owner, Unnamed::Taken));
  Fetched fetched{.fresh_for = response.fresh_for, .fields = fields_of(*card, owner)};
  std::vector<std::string> refused;
  auto photo = photo_of(*card, refused);
  auto sound = sound_of(*card, refused);
  if (photo && photo->uri.empty())
    fetched.image = FetchedMedia{.octets = std::move(photo->octets), .declared_type = std::move(photo->type)};
  if (sound && sound->uri.empty())
    fetched.voice.push_back({.octets = std::move(sound->octets), .declared_type = std::move(sound->type)});
  return fetched;
}

}  // namespace paraph::source::vcard
