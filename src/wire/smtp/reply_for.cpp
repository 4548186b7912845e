#include "wire/smtp/reply_for.h"

namespace paraph::smtp {

Reply reply_for(const Error& error) {
  switch (error.code) {
    case Code::BadInput:
      return {501, "5.5.4", error.text};
    case Code::NotFound:
      return {550, "5.1.1", error.text};
    case Code::Exists:
      return {550, "5.5.0", error.text};
    case Code::Conflict:
      return {451, "4.3.0", "the server is busy, try again"};
    case Code::TooLarge:
      return {552, "5.3.4", error.text};
    case Code::OverQuota:
      return {452, "4.2.2", error.text};
    case Code::NoSpace:
      return {452, "4.3.1", "the server has no room now, try again later"};
    case Code::Denied:
      return {550, "5.7.1", error.text};
    case Code::Refused:
      return {554, "5.7.1", error.text};
    case Code::Unauthenticated:
      return {535, "5.7.8", error.text};
    case Code::Unavailable:
      return {451, "4.3.0", "something the server needs does not answer, try again later"};
    case Code::Unsupported:
      return {504, "5.5.4", error.text};
    case Code::Corrupt:
      return {451, "4.3.0", "the server found its own data damaged, try again later"};
  }
  return {451, "4.3.0", "the server failed, try again later"};
}

}  // namespace paraph::smtp
