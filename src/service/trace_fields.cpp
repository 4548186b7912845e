#include "service/trace_fields.h"

#include <fmt/format.h>

#include "mime/address_list.h"
#include "mime/date.h"

namespace paraph::service {

std::string format_received(std::string_view from, std::string_view by, std::string_view protocol, std::string_view id,
                            Time now) {
  return fmt::format("Received: from {}\r\n\tby {} with {} id {};\r\n\t{}\r\n", from, by, protocol, id,
                     mime::format_date(now));
}

std::string format_return_path(const mail::Address& reverse_path) {
  return fmt::format("Return-Path: <{}>\r\n", reverse_path.null() ? "" : mime::format_addr_spec(reverse_path));
}

}  // namespace paraph::service
