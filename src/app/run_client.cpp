#include "app/run_client.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <limits>

#include "app/blocking.h"
#include "app/client/compose.h"
#include "app/client/inbox.h"
#include "app/client/save.h"
#include "app/client/submit.h"
#include "app/shell.h"
#include "base/clock.h"
#include "base/text.h"
#include "crypto/random.h"
#include "media/none/none_media.h"
#include "mime/header.h"
#include "net/asio/loops.h"

namespace paraph::app {
namespace {

constexpr std::size_t kVoiceBytesMax = 64 * 1024 * 1024;

Result<mail::Address> parse_address(const std::string& text, std::string_view option) {
  mail::Address address;
  if (mime::parse_address(text, address)) return address;
  return fail(Code::BadInput,
              fmt::format("{} {} is not an address: write it as in alice@example.org", option, printable(text)));
}

/// The file's kind is told by its octets, not by its name.
Result<client::Recording> read_recording(const std::string& file) {
  PARAPH_TRY(auto octets, read_file(file, kVoiceBytesMax));
  const media::Limits limits{.bytes_max = kVoiceBytesMax, .seconds_max = std::numeric_limits<std::uint32_t>::max()};
  auto checked = media::none::check_headers(media::none::Kind::Voice, std::move(octets), limits);
  if (!checked) return fail(Code(checked.error().code), fmt::format("{}: {}", file, checked.error().text));
  return client::Recording{std::move(checked->octets), std::move(checked->media_type), std::move(checked->extension),
                           (checked->milliseconds + 999) / 1000};
}

Result<client::Draft> draft_of(const SendCommand& command) {
  client::Draft draft;
  PARAPH_TRY(draft.from, parse_address(command.place.user, "--user"));
  for (const auto& text : command.to) {
    PARAPH_TRY(auto to, parse_address(text, "--to"));
    draft.to.push_back(std::move(to));
  }
  for (const auto& [option, text] : {std::pair{"--text", &command.text}, std::pair{"--subject", &command.subject}}) {
    if (!is_utf8(*text)) return fail(Code::BadInput, fmt::format("{} is not UTF-8: convert it", option));
  }
  draft.subject = command.subject;
  draft.text = command.text;
  if (!command.voice_file.empty()) {
    PARAPH_TRY(draft.voice, read_recording(command.voice_file));
  }
  draft.date = SystemClock().now();
  draft.unique = crypto::SystemRandom().hex(12);
  return draft;
}

}  // namespace

Result<void> run_send(const SendCommand& command) {
  PARAPH_TRY(const auto draft, draft_of(command));
  PARAPH_TRY(auto password, read_password());
  std::vector<std::string> recipients;
  for (const auto& to : draft.to) recipients.push_back(mime::format_addr_spec(to));
  PARAPH_CHECK(client::submit(command.place, std::move(password), mime::format_addr_spec(draft.from), recipients,
                              client::compose(draft)));
  fmt::print("sent to {}\n", fmt::join(recipients, ", "));
  return {};
}

Result<void> run_inbox(const InboxCommand& command) {
  PARAPH_TRY(auto password, read_password());
  client::Imap imap(command.place, std::move(password));
  PARAPH_CHECK(imap.open());
  PARAPH_TRY(const auto messages, client::list_inbox(imap));
  imap.close();
  fmt::print("{}", command.json ? client::format_json(messages) : client::format_table(messages));
  return {};
}

Result<void> run_save(const SaveCommand& command) {
  PARAPH_TRY(auto password, read_password());
  client::Imap imap(command.place, std::move(password));
  PARAPH_CHECK(imap.open());
  PARAPH_TRY(const auto message, client::fetch_message(imap, command.uid));
  imap.close();
  PARAPH_TRY(const auto lines, client::save_message(message, command.folder));
  for (const auto& line : lines) fmt::print("{}\n", line);
  return {};
}

}  // namespace paraph::app
