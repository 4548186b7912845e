#include "wire/http/reply_for.h"

namespace paraph::http {

unsigned status_for(Code code) {
  switch (code) {
    case Code::BadInput:
      return 400;
    case Code::Unauthenticated:
      return 401;
    case Code::Denied:
    case Code::Refused:
      return 403;
    case Code::NotFound:
      return 404;
    case Code::Exists:
    case Code::Conflict:
      return 409;
    case Code::TooLarge:
      return 413;
    case Code::Unsupported:
      return 415;
    case Code::Unavailable:
      return 503;
    case Code::OverQuota:
    case Code::NoSpace:
      return 507;
    case Code::Corrupt:
      break;
  }
  return 500;
}

}  // namespace paraph::http
