#include "source/vcard/dav.h"

#include <expat.h>

#include <memory>
#include <utility>

#include "base/text.h"

namespace paraph::source::vcard {
namespace {

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kCardsMax = 1000;
constexpr std::size_t kTagBytesMax = 1024;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (static_cast<unsigned char>(c) >= 0x20) {  // XML 1.0 has no controls
      out += c;
    }
  }
  return out;
}

/// Takes the elements of a Multi-Status one after another.
class Reader {
 public:
  Reader() : parser_(XML_ParserCreateNS(nullptr, '|')) {
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(
        parser_.get(), [](void* self, const XML_Char* name, const XML_Char**) { of(self).start(name); },
        [](void* self, const XML_Char* name) { of(self).end(name); });
    XML_SetCharacterDataHandler(parser_.get(), [](void* self, const XML_Char* text, int length) {
      if (of(self).into_) of(self).into_->append(text, static_cast<std::size_t>(length));
    });
    XML_SetStartDoctypeDeclHandler(
        parser_.get(), [](void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) { of(self).stop(); });
  }

  Result<std::vector<BookCard>> run(std::string_view xml) {
    const auto parsed = XML_Parse(parser_.get(), xml.data(), static_cast<int>(xml.size()), XML_TRUE);
    if (parsed != XML_STATUS_OK || !multistatus_)
      return fail(Code::Unavailable, "the answer is no Multi-Status of an address book");
    return std::move(cards_);
  }

 private:
  static Reader& of(void* self) { return *static_cast<Reader*>(self); }
  void stop() { XML_StopParser(parser_.get(), XML_FALSE); }

  void start(std::string_view name) {
    if (++depth_ > kDepthMax || cards_.size() > kCardsMax) return stop();
    if (depth_ == 1) multistatus_ = name == "DAV:|multistatus";
    if (name == "DAV:|response") card_ = BookCard();
    into_ = name == "DAV:|getetag"                                  ? &card_.tag
            : name == "urn:ietf:params:xml:ns:carddav|address-data" ? &card_.data
                                                                    : nullptr;
    if (into_) into_->clear();
  }

  void end(std::string_view name) {
    --depth_;
    into_ = nullptr;
    if (name != "DAV:|response" || card_.data.empty()) return;
    card_.tag = std::string(trimmed(card_.tag));
    if (card_.tag.size() > kTagBytesMax) card_.tag.clear();
    cards_.push_back(std::exchange(card_, {}));
  }

  struct Free {
    void operator()(XML_ParserStruct* parser) const { XML_ParserFree(parser); }
  };
  std::unique_ptr<XML_ParserStruct, Free> parser_;
  std::vector<BookCard> cards_;
  BookCard card_;
  std::string* into_ = nullptr;  ///< of card_: where the text of the open element goes
  std::size_t depth_ = 0;
  bool multistatus_ = false;
};

}  // namespace

std::string addressbook_query(std::string_view address) {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
         "<C:addressbook-query xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:carddav\">"
         "<D:prop><D:getetag/><C:address-data/></D:prop>"
         "<C:filter><C:prop-filter name=\"EMAIL\">"
         "<C:text-match collation=\"i;unicode-casemap\" match-type=\"contains\">" +
         escaped(address) + "</C:text-match></C:prop-filter></C:filter></C:addressbook-query>\n";
}

Result<std::vector<BookCard>> parse_multistatus(std::string_view xml) { return Reader().run(xml); }

}  // namespace paraph::source::vcard
