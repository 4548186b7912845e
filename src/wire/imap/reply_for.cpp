#include "wire/imap/reply_for.h"

namespace paraph::imap {

Refusal reply_for(Code code, Target target) {
  switch (code) {
    case Code::BadInput:
      return {Condition::Bad, ""};
    case Code::NotFound:
      return {Condition::No, target == Target::Yes ? "TRYCREATE" : "NONEXISTENT"};
    case Code::Exists:
      return {Condition::No, "ALREADYEXISTS"};
    case Code::Conflict:
      return {Condition::No, "INUSE"};
    case Code::TooLarge:
      return {Condition::No, target == Target::Yes ? "TOOBIG" : "LIMIT"};
    case Code::OverQuota:
      return {Condition::No, "OVERQUOTA"};
    case Code::NoSpace:
      return {Condition::No, "LIMIT"};
    case Code::Denied:
    case Code::Refused:
      return {Condition::No, "NOPERM"};
    case Code::Unauthenticated:
      return {Condition::No, "AUTHENTICATIONFAILED"};
    case Code::Unavailable:
      return {Condition::No, "UNAVAILABLE"};
    case Code::Unsupported:
      return {Condition::No, "CANNOT"};
    case Code::Corrupt:
      return {Condition::No, "CORRUPTION"};
  }
  return {Condition::No, "SERVERBUG"};
}

void append_refusal(std::string& out, std::string_view tag, const Error& error, Target target) {
  const auto [condition, code] = reply_for(error.code, target);
  std::string_view text = error.text;
  if (error.code == Code::Corrupt) text = "the server found its own data damaged";
  if (error.code == Code::Unavailable) text = "something the server needs does not answer, try again later";
  if (error.code == Code::NoSpace) text = "the server has no room now, try again later";
  append_condition(out, tag, condition, code, text);
}

}  // namespace paraph::imap
