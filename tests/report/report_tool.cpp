// Makes a report about the message whose header is on standard input, for oracle_test.py.
//
//   report_tool 7bit|utf8 ENVID [RECIPIENT|ORCPT|ACTION|STATUS|HOST|DIAGNOSTIC]...
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/text.h"
#include "mime/address_list.h"
#include "report/report.h"

namespace paraph::report {
namespace {

constexpr Time kArrived{std::chrono::seconds(1'795'860'000)};

std::string read_all(std::FILE* file) {
  std::string octets;
  char buffer[65536];
  for (std::size_t bytes = 0; (bytes = std::fread(buffer, 1, sizeof buffer, file)) != 0;) octets.append(buffer, bytes);
  return octets;
}

Action action_of(std::string_view name) {
  if (name == "delayed") return Action::Delayed;
  if (name == "delivered") return Action::Delivered;
  if (name == "relayed") return Action::Relayed;
  if (name == "expanded") return Action::Expanded;
  return Action::Failed;
}

About about(std::string_view argument) {
  const auto pieces = split(argument, '|');
  About made;
  mime::parse_address(pieces.at(0), made.recipient.address);
  made.recipient.original = pieces.at(1);
  made.action = action_of(pieces.at(2));
  made.status = pieces.at(3);
  made.remote_host = pieces.at(4);
  made.diagnostic = pieces.at(5);
  made.last_attempt = kArrived + std::chrono::seconds(60);
  made.retry_until = kArrived + std::chrono::hours(120);
  return made;
}

void run(const std::vector<std::string>& arguments) {
  const std::string header = read_all(stdin);
  Report report{.server_name = "mail.example.org",
                .to = {.local = "alice", .domain = "example.org"},
                .options = {},
                .arrived = kArrived,
                .now = kArrived + std::chrono::seconds(61),
                .message_id = "<report@mail.example.org>",
                .boundary = "0123456789abcdef0123456789abcdef",
                .about = {},
                .header = header};
  report.options.smtputf8 = arguments.at(0) == "utf8";
  report.options.envid = arguments.at(1);
  for (std::size_t i = 2; i < arguments.size(); ++i) report.about.push_back(about(arguments[i]));
  const auto message = make_report(report);
  std::fwrite(message.data(), 1, message.size(), stdout);
}

}  // namespace
}  // namespace paraph::report

int main(int count, char** values) {
  paraph::report::run({values + 1, values + count});
  return 0;
}
