#include "service/trace_fields.h"

#include <fmt/format.h>

#include "mime/address_list.h"
#include "mime/date.h"

namespace paraph::service {

std::string format_received(const Hop& hop, Time now) {
  const std::string recipient =
      hop.recipient == nullptr ? "" : fmt::format("\r\n\tfor <{}>", mime::format_addr_spec(*hop.recipient));
  return fmt::format("Received: from {}\r\n\tby {} with {} id {}{};\r\n\t{}\r\n", hop.from, hop.by, hop.protocol,
                     hop.id, recipient, mime::format_date(now));
}

std::string format_return_path(const mail::Address& reverse_path) {
  return fmt::format("Return-Path: <{}>\r\n", reverse_path.null() ? "" : mime::format_addr_spec(reverse_path));
}

}  // namespace paraph::service
