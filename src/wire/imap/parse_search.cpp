#include <algorithm>
#include <array>

#include "wire/imap/parse_commands.h"

namespace paraph::imap {
namespace {

using Kind = SearchKey::Kind;

enum class Argument { None, Keyword, Text, Header, Date, Octets, Uids, Key, TwoKeys };

struct KeySyntax {
  std::string_view name;
  Kind kind;
  Argument argument = Argument::None;
  mail::Flag flag = mail::Flag::Seen;
};

constexpr std::array<KeySyntax, 35> kKeys{{
    {"ALL", Kind::All},
    {"ANSWERED", Kind::Flag, Argument::None, mail::Flag::Answered},
    {"BCC", Kind::Bcc, Argument::Text},
    {"BEFORE", Kind::Before, Argument::Date},
    {"BODY", Kind::Body, Argument::Text},
    {"CC", Kind::Cc, Argument::Text},
    {"DELETED", Kind::Flag, Argument::None, mail::Flag::Deleted},
    {"DRAFT", Kind::Flag, Argument::None, mail::Flag::Draft},
    {"FLAGGED", Kind::Flag, Argument::None, mail::Flag::Flagged},
    {"FROM", Kind::From, Argument::Text},
    {"HEADER", Kind::Header, Argument::Header},
    {"KEYWORD", Kind::Keyword, Argument::Keyword},
    {"LARGER", Kind::Larger, Argument::Octets},
    {"NEW", Kind::New},
    {"NOT", Kind::Not, Argument::Key},
    {"OLD", Kind::Old},
    {"ON", Kind::On, Argument::Date},
    {"OR", Kind::Or, Argument::TwoKeys},
    {"RECENT", Kind::Recent},
    {"SEEN", Kind::Flag, Argument::None, mail::Flag::Seen},
    {"SENTBEFORE", Kind::SentBefore, Argument::Date},
    {"SENTON", Kind::SentOn, Argument::Date},
    {"SENTSINCE", Kind::SentSince, Argument::Date},
    {"SINCE", Kind::Since, Argument::Date},
    {"SMALLER", Kind::Smaller, Argument::Octets},
    {"SUBJECT", Kind::Subject, Argument::Text},
    {"TEXT", Kind::Text, Argument::Text},
    {"TO", Kind::To, Argument::Text},
    {"UID", Kind::Uid, Argument::Uids},
    {"UNANSWERED", Kind::Unflag, Argument::None, mail::Flag::Answered},
    {"UNDELETED", Kind::Unflag, Argument::None, mail::Flag::Deleted},
    {"UNDRAFT", Kind::Unflag, Argument::None, mail::Flag::Draft},
    {"UNFLAGGED", Kind::Unflag, Argument::None, mail::Flag::Flagged},
    {"UNKEYWORD", Kind::Unkeyword, Argument::Keyword},
    {"UNSEEN", Kind::Unflag, Argument::None, mail::Flag::Seen},
}};

/// Reads keys, counting them and their depth.
class KeyReader {
 public:
  explicit KeyReader(Cursor& cursor) : cursor_(cursor) {}

  /// search-key *(SP search-key), until the text or the parenthesis ends
  Result<SearchKey> keys(unsigned depth) {
    SearchKey list{.kind = Kind::And};
    do {
      PARAPH_TRY(auto one, key(depth));
      list.children.push_back(std::move(one));
    } while (cursor_.take(' '));
    return list;
  }

 private:
  Result<SearchKey> key(unsigned depth) {
    if (++count_ > kSearchKeysMax) return fail(Code::TooLarge, "SEARCH has at most 1000 keys");
    if (depth > kSearchDepthMax) return fail(Code::TooLarge, "SEARCH keys nest at most 100 deep");
    if (cursor_.take('(')) {
      PARAPH_TRY(auto list, keys(depth + 1));
      PARAPH_CHECK(cursor_.need(')'));
      return list;
    }
    SearchKey found;
    if (is_digit(cursor_.peek()) || cursor_.peek() == '*') {
      found.kind = Kind::Sequence;
      PARAPH_TRY(found.set, sequence_set(cursor_));
      return found;
    }
    const Cursor before = cursor_;
    const auto name = cursor_.take_while(is_atom_char);
    const auto known = std::ranges::find_if(kKeys, [&](const auto& k) { return iequals(k.name, name); });
    if (known == kKeys.end()) return before.expected("a SEARCH key");
    found.kind = known->kind;
    found.flag = known->flag;
    if (known->argument != Argument::None) {
      PARAPH_CHECK(cursor_.need(' '));
      PARAPH_CHECK(argument(found, known->argument, depth));
    }
    return found;
  }

  Result<> argument(SearchKey& found, Argument kind, unsigned depth) {
    switch (kind) {
      case Argument::None:
        break;
      case Argument::Keyword: {
        PARAPH_TRY(found.text, atom(cursor_));
        break;
      }
      case Argument::Text: {
        PARAPH_TRY(found.text, astring(cursor_));
        break;
      }
      case Argument::Header: {
        PARAPH_TRY(found.field, astring(cursor_));
        PARAPH_CHECK(cursor_.need(' '));
        PARAPH_TRY(found.text, astring(cursor_));
        break;
      }
      case Argument::Date: {
        PARAPH_TRY(found.date, date(cursor_));
        break;
      }
      case Argument::Octets: {
        PARAPH_TRY(found.number, number64(cursor_));
        break;
      }
      case Argument::Uids: {
        PARAPH_TRY(found.set, sequence_set(cursor_));
        break;
      }
      case Argument::TwoKeys: {
        PARAPH_TRY(auto first, key(depth + 1));
        found.children.push_back(std::move(first));
        PARAPH_CHECK(cursor_.need(' '));
        [[fallthrough]];
      }
      case Argument::Key: {
        PARAPH_TRY(auto last, key(depth + 1));
        found.children.push_back(std::move(last));
        break;
      }
    }
    return {};
  }

  Cursor& cursor_;
  unsigned count_ = 0;
};

}  // namespace

// RFC 9051 §6.4.4
Result<CommandBody> search(Cursor& cursor, Numbers numbers) {
  Search command{.numbers = numbers};
  PARAPH_CHECK(cursor.need(' '));
  if (cursor.take("CHARSET ")) {
    PARAPH_TRY(const auto charset, astring(cursor));
    command.charset = uppered(charset);
    PARAPH_CHECK(cursor.need(' '));
  }
  KeyReader reader(cursor);
  PARAPH_TRY(command.key, reader.keys(0));
  return command;
}

}  // namespace paraph::imap
