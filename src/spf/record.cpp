#include "spf/record.h"

#include <algorithm>

#include "base/text.h"
#include "spf/macro.h"
#include "spf/network.h"

namespace paraph::spf {
namespace {

constexpr std::string_view kVersion = "v=spf1";

/// May the mechanism have a domain-spec, a prefix length? All that may have a length may be without.
enum class Spec { None, Optional, Required };
struct Form {
  std::string_view name;
  Kind kind;
  Spec spec;
  bool lengths;
};
constexpr Form kForms[] = {{"all", Kind::All, Spec::None, false},     {"include", Kind::Include, Spec::Required, false},
                           {"a", Kind::A, Spec::Optional, true},      {"mx", Kind::Mx, Spec::Optional, true},
                           {"ptr", Kind::Ptr, Spec::Optional, false}, {"ip4", Kind::Ip4, Spec::None, false},
                           {"ip6", Kind::Ip6, Spec::None, false},     {"exists", Kind::Exists, Spec::Required, false}};

std::unexpected<Error> bad(std::string_view term, std::string_view why) {
  return fail(Code::BadInput, "\"" + printable(term, 60) + "\": " + std::string(why));
}

bool is_name_char(char c) {
  return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || std::string_view("-_.").contains(c);
}

/// A prefix length without leading zeros.
std::optional<unsigned> parse_bits(std::string_view text, unsigned max) {
  if (text.size() > 3 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  const auto bits = parse_decimal(text);
  if (!bits || *bits > max) return std::nullopt;
  return static_cast<unsigned>(*bits);
}

/// Takes "/24", "//64" or "/24//64" off the end of `rest`. False: there is a length, and it is wrong.
bool take_lengths(std::string_view& rest, Mechanism& mechanism) {
  std::size_t digits = rest.size();
  while (digits > 0 && is_digit(rest[digits - 1])) --digits;
  if (digits == 0 || rest[digits - 1] != '/') return true;
  if (digits >= 2 && rest[digits - 2] == '/') {
    const auto bits = parse_bits(rest.substr(digits), 128);
    if (!bits) return false;
    mechanism.bits6 = *bits;
    rest = rest.substr(0, digits - 2);
    digits = rest.size();
    while (digits > 0 && is_digit(rest[digits - 1])) --digits;
    if (digits == 0 || digits == rest.size() || rest[digits - 1] != '/') return true;
  }
  const auto bits = parse_bits(rest.substr(digits), 32);
  if (!bits) return false;
  mechanism.bits4 = *bits;
  rest = rest.substr(0, digits - 1);
  return true;
}

Result<Mechanism> parse_network(std::string_view term, std::string_view rest, Mechanism mechanism) {
  const bool v6 = mechanism.kind == Kind::Ip6;
  if (!rest.starts_with(':')) return bad(term, "an address is missing");
  rest.remove_prefix(1);
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos) {
    const auto bits = parse_bits(rest.substr(slash + 1), v6 ? 128 : 32);
    if (!bits) return bad(term, "a wrong prefix length");
    (v6 ? mechanism.bits6 : mechanism.bits4) = *bits;
    rest = rest.substr(0, slash);
  }
  if (v6 != rest.contains(':')) return bad(term, "not an address of this family");
  const auto network = parse_ip(rest);
  if (!network) return bad(term, "not an address");
  mechanism.network = *network;
  return mechanism;
}

Result<Mechanism> parse_mechanism(std::string_view term, std::string_view name, std::string_view rest,
                                  Qualifier qualifier) {
  const auto* form = std::ranges::find_if(kForms, [&](const Form& each) { return iequals(each.name, name); });
  if (form == std::end(kForms)) return bad(term, "no mechanism of SPF");
  Mechanism mechanism{.kind = form->kind, .qualifier = qualifier};
  if (form->kind == Kind::Ip4 || form->kind == Kind::Ip6) return parse_network(term, rest, std::move(mechanism));
  if (form->lengths && !take_lengths(rest, mechanism)) return bad(term, "a wrong prefix length");
  if (rest.empty()) {
    if (form->spec == Spec::Required) return bad(term, "a domain is missing");
    return mechanism;
  }
  if (form->spec == Spec::None || !rest.starts_with(':')) return bad(term, "more than this mechanism takes");
  rest.remove_prefix(1);
  if (rest.size() > kDomainSpecBytesMax || !is_domain_spec(rest)) return bad(term, "not a domain");
  mechanism.domain = rest;
  return mechanism;
}

/// redirect=, exp=, and those that nobody knows, which must be of the form.
Result<void> take_modifier(std::string_view term, std::string_view name, std::string_view value, Record& record) {
  const bool redirect = iequals(name, "redirect");
  if (!redirect && !iequals(name, "exp")) {
    if (!is_macro_string(value, Place::Name)) return bad(term, "a macro that is none");
    return {};
  }
  auto& place = redirect ? record.redirect : record.explanation;
  if (!place.empty()) return bad(term, "stands twice");
  if (value.size() > kDomainSpecBytesMax || !is_domain_spec(value)) return bad(term, "not a domain");
  place = value;
  return {};
}

Result<void> take_term(std::string_view term, Record& record) {
  std::string_view rest = term;
  constexpr std::string_view kQualifiers = "+-~?";  // in the order of Qualifier
  const auto sign = kQualifiers.find(rest.front());
  if (sign != std::string_view::npos) rest.remove_prefix(1);
  const auto end = std::ranges::find_if_not(rest, is_name_char) - rest.begin();
  const auto name = rest.substr(0, static_cast<std::size_t>(end));
  rest.remove_prefix(name.size());
  const bool letter_first = !name.empty() && to_lower(name.front()) >= 'a' && to_lower(name.front()) <= 'z';
  if (!letter_first) return bad(term, "no term of SPF");
  if (rest.starts_with('=')) {
    if (sign != std::string_view::npos) return bad(term, "a modifier takes no sign");
    return take_modifier(term, name, rest.substr(1), record);
  }
  const auto qualifier = sign == std::string_view::npos ? Qualifier::Pass : static_cast<Qualifier>(sign);
  PARAPH_TRY(auto mechanism, parse_mechanism(term, name, rest, qualifier));
  record.mechanisms.push_back(std::move(mechanism));
  return {};
}

}  // namespace

bool is_record(std::string_view text) {
  return istarts_with(text, kVersion) && (text.size() == kVersion.size() || text[kVersion.size()] == ' ');
}

Result<Record> parse_record(std::string_view text) {
  if (!is_record(text)) return fail(Code::BadInput, "no record of SPF");
  Record record;
  for (const auto term : split(text.substr(kVersion.size()), ' ')) {
    if (term.empty()) continue;
    PARAPH_CHECK(take_term(term, record));
  }
  return record;
}

}  // namespace paraph::spf
