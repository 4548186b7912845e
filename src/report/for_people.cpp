#include "report/for_people.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "base/text.h"
#include "mime/date.h"
#include "mime/field.h"
#include "mime/words.h"
#include "report/text.h"

namespace paraph::report {
namespace {

constexpr std::size_t kSubjectBytesMax = 200;

struct Advice {
  std::string_view status;  ///< subject and detail of RFC 3463, or the subject with its dot
  std::string_view text;
};
// The first that fits.
constexpr std::array<Advice, 18> kAdvice{{
    {"1.2", "There is no such mail domain: check what comes after the @, and send the message again."},
    {"1.7", "Your own address was not accepted there. Ask your administrator for help."},
    {"1.8", "Your own address was not accepted there. Ask your administrator for help."},
    {"1.10", "This domain takes no mail at all: use another address."},
    {"1.", "Check the address, and send the message again."},
    {"2.2", "The mailbox is full. Reach the recipient in another way, or try again later."},
    {"2.3", "The message is too big for this mailbox. Send a shorter one."},
    {"2.", "The mailbox takes no mail now. Reach the recipient in another way, or try again later."},
    {"3.4", "The message is too big for their server. Send a shorter one."},
    {"4.6", "The message went in circles between servers. Tell the administrator of the recipient's server."},
    {"4.",
     "The recipient's server could not be reached in time. Try again later, or reach the recipient in another way."},
    {"6.1", "Their server does not take this kind of content. Send the message in another form."},
    {"6.3", "Their server does not take this kind of content. Send the message in another form."},
    {"6.7", "Their server does not know addresses with letters beyond ASCII. Use another address."},
    {"7.30", "You asked for encryption all the way, and their server does not offer it."},
    {"7.10", "You asked for encryption all the way, and their server does not offer it."},
    {"7.", "Their server does not want the message. Ask the recipient in another way, or your administrator."},
    {"", "Send it again, or ask your administrator, who can make sense of the details of this report."},
}};

std::string_view advice_for(std::string_view status) {
  const auto detail = status.substr(std::min(status.find('.'), status.size() - 1) + 1);
  const auto fits = [&](const Advice& advice) {
    return advice.status.ends_with('.') || advice.status.empty() ? detail.starts_with(advice.status)
                                                                 : detail == advice.status;
  };
  return std::ranges::find_if(kAdvice, fits)->text;
}

std::string_view sentence_of(Action action) {
  switch (action) {
    case Action::Failed:
      return "It could not be delivered to:";
    case Action::Delayed:
      return "It could not be delivered yet to:";
    case Action::Delivered:
      return "It was put into the mailbox of:";
    case Action::Relayed:
      return "It was handed to the next server, which sends no receipts, for:";
    case Action::Expanded:
      return "It went on to everybody on the list:";
  }
  return "";
}

void append_paragraph(std::string& out, std::string_view text) {
  append_wrapped(out, text);
  out += "\r\n";
}

void append_message(std::string& out, const Report& report) {
  const auto subject = mime::find_value(report.header, "Subject");
  const auto date = mime::find_value(report.header, "Date");
  out += "This report is about your message\r\n\r\n";
  if (subject && !subject->empty()) {
    append_wrapped(out, "Subject: " + cleaned(mime::decode_words(*subject), Charset::Utf8, kSubjectBytesMax), "    ");
  }
  append_wrapped(out, "Date: " + (date ? cleaned(*date, Charset::Utf8, 80) : mime::format_date(report.arrived)),
                 "    ");
  out += "\r\n";
}

/// Who it was meant for, as the sender wrote it; and where that led, when it led elsewhere.
std::string name_of(const mail::Recipient& recipient) {
  const std::string address = cleaned(recipient.address.text(), Charset::Utf8);
  const auto semicolon = recipient.original.find(';');
  if (semicolon == std::string::npos) return address;
  const std::string original = cleaned(std::string_view(recipient.original).substr(semicolon + 1), Charset::Utf8);
  if (original.empty() || iequals(original, address)) return address;
  return fmt::format("{} (which is {})", original, address);
}

void append_reason(std::string& out, const About& about) {
  const std::string said = cleaned(about.diagnostic, Charset::Utf8);
  const std::string host = cleaned(about.remote_host, Charset::Utf8);
  if (said.empty()) return;
  append_paragraph(out, host.empty() ? fmt::format("The reason: {}", said) : fmt::format("{} said: {}", host, said));
}

void append_group(std::string& out, const std::vector<const About*>& group) {
  const About& first = *group.front();
  append_paragraph(out, sentence_of(first.action));
  for (const About* about : group) append_wrapped(out, name_of(about->recipient), "    ");
  out += "\r\n";
  if (first.action == Action::Failed || first.action == Action::Delayed) append_reason(out, first);
  if (first.action == Action::Failed) append_paragraph(out, advice_for(first.status));
  if (first.action != Action::Delayed) return;
  const std::string until = first.retry_until ? fmt::format(" until {}", mime::format_date(*first.retry_until)) : "";
  append_paragraph(out, fmt::format("It is tried again{}. You need not do anything.", until));
}

}  // namespace

std::string text_for_people(const Report& report) {
  using Reason = std::tuple<Action, std::string_view, std::string_view, std::string_view>;
  std::vector<std::vector<const About*>> groups;
  std::map<Reason, std::size_t> known;
  for (const auto& about : report.about) {
    const auto [at, is_new] =
        known.try_emplace({about.action, about.status, about.remote_host, about.diagnostic}, groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(&about);
  }
  std::string out;
  append_message(out, report);
  for (const auto& group : groups) append_group(out, group);
  append_wrapped(out, "The header of the message is attached; its content is not.");
  out += "\r\n";
  append_wrapped(out, fmt::format("The mail server {}", report.server_name));
  return out;
}

std::string subject_of(const Report& report) {
  const Action action = report.about.front().action;
  const auto other = [&](const About& about) { return about.action != action; };
  if (std::ranges::any_of(report.about, other)) return "What became of your message";
  switch (action) {
    case Action::Failed:
      return "Your message was not delivered";
    case Action::Delayed:
      return "Your message is not delivered yet";
    case Action::Delivered:
      return "Your message was delivered";
    case Action::Relayed:
    case Action::Expanded:
      return "Your message was passed on";
  }
  return "";
}

}  // namespace paraph::report
