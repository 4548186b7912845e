#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/sha256.h"
#include "mime/encoding.h"
#include "service/accounts.h"
#include "service/mailboxes.h"
#include "service/messages.h"
#include "service/receive.h"
#include "store/memory/memory_store.h"

namespace paraph::service {

/// Runs `task` to its end on an event loop of its own and gives its value or its exception. For tests only.
template <class T>
T run(Task<T> task) {
  boost::asio::io_context loop{1};
  std::exception_ptr failed;
  std::optional<T> value;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr e, T got) {
    failed = e;
    if (!e) value.emplace(std::move(got));
  });
  loop.run();
  if (failed) std::rethrow_exception(failed);
  return std::move(*value);
}
inline void run(Task<void> task) {
  boost::asio::io_context loop{1};
  std::exception_ptr failed;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr e) { failed = e; });
  loop.run();
  if (failed) std::rethrow_exception(failed);
}

/// The value of what must go well, or an exception that shows the failure's sentence.
template <class T>
T ok(Result<T> result) {
  if (!result) throw std::runtime_error("failed: " + result.error().text);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
template <class T>
T done(Task<Result<T>> task) {
  return ok(run(std::move(task)));
}
template <class T>
std::optional<Code> code_of(Task<Result<T>> task) {
  const auto result = run(std::move(task));
  return result ? std::nullopt : std::optional(result.error().code);
}

/// 2026-11-23 00:00:00 UTC.
inline constexpr Time kTestTime{std::chrono::seconds{1795392000}};

/// A store with the domain example.org and the accounts alice and bob, and the services over it. For tests only.
struct World {
  explicit World(store::Store* over = nullptr, Limits with = {})
      : store(over != nullptr ? *over : memory),
        limits(with),
        accounts(store, clock, limits),
        mailboxes(store, clock, limits),
        messages(store, 1 << 20) {}

  void make_accounts() {
    done(accounts.add_domain("example.org"));
    alice = done(accounts.add({.address = "alice@example.org", .name = "Alice"}));
    bob = done(accounts.add({.address = "bob@example.org", .name = "Bob"}));
    inbox = box(alice, "INBOX").id;
    trash = box(alice, "Trash").id;
  }

  mail::Mailbox box(AccountId account, const std::string& name) { return done(mailboxes.find(account, name)); }

  /// A message as a Receiver makes it.
  NewMessage message(std::string_view octets) { return done(receive(std::string(octets))); }
  Task<Result<NewMessage>> receive(std::string octets) {
    Receiver receiver(store, clock, limits.message_bytes_max);
    PARAPH_CO_CHECK(co_await receiver.feed(octets));
    co_return co_await receiver.finish();
  }
  /// Puts a message into one mailbox.
  Uid put(AccountId account, MailboxId mailbox, std::string_view octets = "Subject: x\r\n\r\nhello\r\n",
          mail::Flags flags = {}) {
    std::vector<Target> targets{
        {.account = account, .mailbox = mailbox, .flags = std::move(flags), .internal_date = kTestTime}};
    return done(mailboxes.append(message(octets), std::move(targets))).front().uid;
  }
  /// The octets of a message in a mailbox.
  std::string octets(MailboxId mailbox, Uid uid) {
    const auto entries = done(mailboxes.entries_of(mailbox, {uid}));
    if (entries.empty()) return "(none)";
    const auto found = done(messages.load(entries.front().message));
    return done(messages.read_all(found, {0, found->structure.size}, 100 << 20));
  }
  std::vector<std::uint32_t> uids(MailboxId mailbox) {
    std::vector<std::uint32_t> found;
    for (const auto& entry : done(mailboxes.entries(mailbox))) found.push_back(entry.uid.value);
    return found;
  }

  store::memory::MemoryStore memory;
  store::Store& store;
  FakeClock clock{kTestTime};
  Limits limits;
  Accounts accounts;
  Mailboxes mailboxes;
  Messages messages;
  AccountId alice, bob;
  MailboxId inbox, trash;  ///< Alice's
};

inline mail::Flags flags(std::initializer_list<mail::Flag> system, std::vector<std::string> keywords = {}) {
  mail::Flags set;
  for (const auto flag : system) set.set(flag);
  set.keywords = std::move(keywords);
  return set;
}

/// A message with one base64 leaf of `bytes` octets.
inline std::string audio_message(std::size_t bytes, char fill = 'a') {
  return "From: alice@example.org\r\nTo: bob@example.org\r\nMIME-Version: 1.0\r\nContent-Type: audio/amr\r\n"
         "Content-Transfer-Encoding: base64\r\n\r\n" +
         mime::encode_base64(std::string(bytes, fill));
}

}  // namespace paraph::service
