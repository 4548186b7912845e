#include "wire/smtp/parameters.h"

#include <algorithm>
#include <array>
#include <span>

#include "wire/smtp/original_recipient.h"
#include "wire/smtp/xtext.h"

namespace paraph::smtp {
namespace {

using Value = std::optional<std::string_view>;

std::unexpected<Reply> refuse(int code, std::string text) {
  return std::unexpected(Reply{code, "5.5.4", std::move(text)});
}

bool is_keyword_char(char c) { return is_digit(c) || c == '-' || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); }
bool is_value_char(char c) { return c != ' ' && c != '='; }

/// One esmtp-param (RFC 5321 §4.1.2): KEYWORD or KEYWORD=value.
struct Parameter {
  std::string_view keyword;
  Value value;
};

Result<Parameter> parameter(Cursor& cursor) {
  Parameter found;
  found.keyword = cursor.take_while(is_keyword_char);
  if (found.keyword.empty()) return cursor.expected("a parameter");
  if (!cursor.take('=')) return found;
  found.value = cursor.take_while(is_value_char);
  if (found.value->empty()) return cursor.expected("a value");
  return found;
}

template <class T, std::size_t N>
bool take_one_of(T& into, Value value, const std::array<std::pair<std::string_view, T>, N>& names) {
  for (const auto& [name, named] : names) {
    if (!value || !iequals(*value, name)) continue;
    into = named;
    return true;
  }
  return false;
}

bool take_size(MailFrom& mail, Value value) {
  if (!value || value->size() > 20) return false;
  mail.size = parse_decimal(*value);
  return mail.size.has_value();
}

bool take_body(MailFrom& mail, Value value) {
  using mail::Body;
  constexpr std::array<std::pair<std::string_view, Body>, 3> kBodies{
      {{"7BIT", Body::SevenBit}, {"8BITMIME", Body::EightBitMime}, {"BINARYMIME", Body::BinaryMime}}};
  return take_one_of(mail.options.body, value, kBodies);
}

bool take_smtputf8(MailFrom& mail, Value value) {
  mail.options.smtputf8 = true;
  return !value;
}

bool take_require_tls(MailFrom& mail, Value value) {
  mail.options.require_tls = true;
  return !value;
}

bool take_auth(MailFrom& mail, Value value) {
  if (!value) return false;
  mail.auth = *value == "<>" ? std::string() : decode_xtext(*value);
  return mail.auth.has_value();
}

bool take_ret(MailFrom& mail, Value value) {
  using mail::Return;
  constexpr std::array<std::pair<std::string_view, Return>, 2> kReturns{
      {{"FULL", Return::Full}, {"HDRS", Return::Headers}}};
  return take_one_of(mail.options.ret, value, kReturns);
}

bool take_envid(MailFrom& mail, Value value) {
  if (!value || value->size() > kEnvidBytesMax) return false;
  auto envid = decode_xtext(*value);
  if (!envid || !is_printable(*envid)) return false;
  mail.options.envid = std::move(*envid);
  return true;
}

bool take_notify(RcptTo& rcpt, Value value) {
  if (!value) return false;
  auto& notify = rcpt.to.notify.emplace();
  if (iequals(*value, "NEVER")) return true;
  for (const auto word : split(*value, ',')) {
    bool* named = iequals(word, "SUCCESS")   ? &notify.success
                  : iequals(word, "FAILURE") ? &notify.failure
                  : iequals(word, "DELAY")   ? &notify.delay
                                             : nullptr;
    if (named == nullptr) return false;
    *named = true;
  }
  return true;
}

template <class C>
struct Known {
  std::string_view keyword;
  bool (*take)(C&, Value);
};
constexpr std::array<Known<MailFrom>, 7> kMailParameters{{{"SIZE", take_size},
                                                          {"BODY", take_body},
                                                          {"SMTPUTF8", take_smtputf8},
                                                          {"AUTH", take_auth},
                                                          {"RET", take_ret},
                                                          {"ENVID", take_envid},
                                                          {"REQUIRETLS", take_require_tls}}};

template <Utf8 utf8>
bool take_original(RcptTo& rcpt, Value value) {
  if (!value || value->size() > kOriginalBytesMax) return false;
  auto original = parse_original_recipient(*value, utf8);
  if (!original) return false;
  rcpt.to.original = std::move(*original);
  return true;
}
template <Utf8 utf8>
constexpr std::array<Known<RcptTo>, 2> kRcptParameters{{{"NOTIFY", take_notify}, {"ORCPT", take_original<utf8>}}};

// SP parameter, until the line ends
template <class C, std::size_t N>
std::expected<void, Reply> parameters(Cursor& cursor, C& command, const std::array<Known<C>, N>& table,
                                      std::string_view verb) {
  std::array<bool, N> given{};
  while (!cursor.at_end()) {
    if (!cursor.take(' ')) return refuse(501, cursor.expected("a space or the end of the line").error().text);
    const auto found = parameter(cursor);
    if (!found) return refuse(501, found.error().text);
    const auto known = std::ranges::find_if(table, [&](const auto& p) { return iequals(p.keyword, found->keyword); });
    if (known == table.end())
      return refuse(555, printable(found->keyword, 40) + " is no parameter of " + std::string(verb) + " here");
    bool& twice = given[static_cast<std::size_t>(known - table.begin())];
    if (twice) return refuse(501, std::string(known->keyword) + " is given twice");
    twice = true;
    if (!known->take(command, found->value)) return refuse(501, "bad value of " + std::string(known->keyword));
  }
  return {};
}

}  // namespace

std::expected<void, Reply> mail_parameters(Cursor& cursor, MailFrom& mail) {
  return parameters(cursor, mail, kMailParameters, "MAIL");
}

std::expected<void, Reply> rcpt_parameters(Cursor& cursor, RcptTo& rcpt, Utf8 utf8) {
  return utf8 == Utf8::Yes ? parameters(cursor, rcpt, kRcptParameters<Utf8::Yes>, "RCPT")
                           : parameters(cursor, rcpt, kRcptParameters<Utf8::No>, "RCPT");
}

}  // namespace paraph::smtp
