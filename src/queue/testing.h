#pragma once
#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "net/gate.h"
#include "queue/queue.h"
#include "record/keys.h"
#include "service/check.h"
#include "service/outbound.h"
#include "service/queue_items.h"
#include "service/testing.h"

namespace paraph::queue {

/// Mail for every domain goes to mx.DOMAIN, or to the host of its route. For tests only.
struct FakeHops final : NextHops {
  Task<Result<NextHop>> find(std::string domain) override {
    const auto found = failures.find(domain);
    if (found != failures.end()) co_return std::unexpected(found->second);
    NextHop hop{.hosts = {}, .destination = way(domain)};
    if (hop.destination != domain) {
      hop.hosts.push_back({.name = hop.destination});
      co_return hop;
    }
    for (const auto& prefix : prefixes) hop.hosts.push_back({.name = prefix + domain});
    co_return hop;
  }
  std::string way(std::string_view domain) const override {
    const auto found = routes.find(domain);
    return found != routes.end() ? found->second : std::string(domain);
  }
  std::map<std::string, std::string, std::less<>> routes;  ///< domain: host
  std::map<std::string, Error> failures;
  std::vector<std::string> prefixes{"mx."};
};

/// Servers elsewhere, as a test scripts them. For tests only.
struct FakeRelay final : relay::Relay {
  struct Call {
    std::string host;
    std::vector<std::string> recipients;
    std::string octets;
    mail::Address reverse_path;
    std::size_t at_once = 0;  ///< transactions with the host, this one too
  };
  using Script = std::function<relay::Outcome(const relay::Host&, const relay::Job&)>;

  static relay::Outcome all(const relay::Job& job, relay::Answer answer) {
    return {.answers = std::vector<relay::Answer>(job.recipients.size(), answer), .reached = true};
  }
  static relay::Outcome take(const relay::Host&, const relay::Job& job) { return all(job, {250, "2.0.0", "taken"}); }
  static relay::Outcome put_off(const relay::Host&, const relay::Job& job) { return all(job, {451, "4.3.0", "later"}); }
  static relay::Outcome refuse(const relay::Host&, const relay::Job& job) {
    return all(job, {550, "5.1.1", "no such user"});
  }
  static relay::Outcome down(const relay::Host&, const relay::Job& job) {
    auto outcome = all(job, {0, "", "connection refused"});
    outcome.reached = false;
    return outcome;
  }

  Task<Result<relay::Outcome>> send(relay::Host host, relay::Job job) override {
    Call call{.host = host.name, .reverse_path = job.reverse_path, .at_once = ++running_[host.name]};
    all_at_once = std::max(all_at_once, ++all_running_);
    for (const auto& one : job.recipients) call.recipients.push_back(one.address.text());
    job.content.rewind();
    for (;;) {
      const auto piece = co_await job.content.next(1000);
      if (!piece || piece->empty()) break;
      call.octets += *piece;
    }
    const auto executor = co_await boost::asio::this_coro::executor;
    for (int i = 0; i < 20; ++i) co_await boost::asio::post(executor, use_task);
    auto outcome = script(host, job);
    outcome.host = host.name;
    calls.push_back(std::move(call));
    --running_[host.name];
    --all_running_;
    co_return outcome;
  }
  bool running() const { return all_running_ != 0; }
  std::size_t most_at_once(const std::string& host) const {
    std::size_t most = 0;
    for (const auto& call : calls) {
      if (call.host == host) most = std::max(most, call.at_once);
    }
    return most;
  }

  Script script = &take;
  std::vector<Call> calls;
  std::size_t all_at_once = 0;

 private:
  std::map<std::string, std::size_t> running_;
  std::size_t all_running_ = 0;
};

inline const char* const kHello =
    "From: alice@example.org\r\nTo: carol@example.net\r\nSubject: hi\r\nMessage-ID: <1@example.org>\r\n\r\nhello\r\n";
inline const char* const kReturnPath = "Return-Path: <alice@example.org>\r\n";

/// A small world with mail for elsewhere, and a clock that a test moves. For tests only.
struct QueueWorld : service::World {
  explicit QueueWorld(store::Store* over = nullptr, Options with = {}) : World(over), options(std::move(with)) {
    options.node = "vm.example.org";
    restart();
  }
  /// A process begins: what the one before had in memory is gone.
  void restart() { queue.emplace(neighbours(), hops, relay, gate, options, change_form, &metrics); }
  Neighbours neighbours() {
    return {.store = store,
            .accounts = accounts,
            .mailboxes = mailboxes,
            .messages = messages,
            .outbound = outbound,
            .random = random,
            .clock = clock};
  }
  void recover() { service::done(queue->recover()); }
  void run_due() { service::run(queue->run_due()); }
  /// Virtual time, minute by minute.
  void pass(std::chrono::minutes time, std::chrono::minutes step = std::chrono::minutes(1)) {
    for (; time > std::chrono::minutes(0); time -= step) {
      clock.advance(step);
      run_due();
    }
  }

  /// Alice sends; Sent has a copy.
  void send(const std::vector<std::string>& to, mail::Address reverse_path = {"alice", "example.org"},
            std::optional<mail::Notify> notify = std::nullopt, mail::MailOptions mail_options = {}) {
    auto made = message(std::string(kReturnPath) + kHello);
    service::done(send_message(made, recipients_of(to, notify), std::move(reverse_path), mail_options));
  }
  std::vector<service::Elsewhere> recipients_of(const std::vector<std::string>& to,
                                                std::optional<mail::Notify> notify) {
    std::vector<service::Elsewhere> recipients;
    for (const auto& address : to) {
      const auto at = address.find('@');
      recipients.push_back(
          {.recipient = {.address = {address.substr(0, at), address.substr(at + 1)}, .notify = notify}});
    }
    return recipients;
  }
  Task<Result<std::vector<service::Appended>>> send_message(service::NewMessage& made,
                                                            std::vector<service::Elsewhere> recipients,
                                                            mail::Address reverse_path, mail::MailOptions with) {
    const service::Departure departure{.reverse_path = std::move(reverse_path),
                                       .options = std::move(with),
                                       .arrived = clock.now(),
                                       .skip = std::string_view(kReturnPath).size()};
    PARAPH_CO_TRY(const auto sent, co_await mailboxes.special_id(alice, mail::SpecialUse::Sent));
    std::vector<service::Target> targets{{.account = alice, .mailbox = sent, .internal_date = clock.now()}};
    co_return co_await send_to(made, std::move(recipients), departure, std::move(targets));
  }
  /// A message for elsewhere, which `targets` show too.
  Task<Result<std::vector<service::Appended>>> send_to(service::NewMessage& made,
                                                       std::vector<service::Elsewhere> recipients,
                                                       service::Departure departure,
                                                       std::vector<service::Target> targets) {
    const auto prepared = service::prepare_items(made, recipients, departure);
    const auto along = [&](store::Batch& batch, const std::vector<mail::Entry>&) {
      return outbound.add(batch, made, prepared);
    };
    co_return co_await mailboxes.append_or_keep(made, std::move(targets), along);
  }

  std::vector<service::ItemRow> waiting() { return service::done(items.list("", "", 10'000)).items; }
  std::vector<std::string> findings() {
    std::vector<std::string> found;
    service::done(service::check_store(store, service::Repair::No,
                                       [&](const service::Finding& f) { found.push_back(f.name + ": " + f.text); }));
    return found;
  }
  /// What lies in an INBOX, the newest last.
  std::vector<std::string> inbox_of(AccountId account) {
    std::vector<std::string> found;
    const auto at = box(account, "INBOX").id;
    for (const auto& entry : service::done(mailboxes.entries(at))) found.push_back(octets(at, entry.uid));
    return found;
  }

  Options options;
  crypto::SeededRandom random{1};
  service::Outbound outbound{store};
  service::QueueItems items{store,
                            random,
                            clock,
                            {.asked = [this](const std::string& name) { queue->try_again(name); },
                             .trying = [this](const service::ItemRow& item) { return queue->is_trying(item); }}};
  FakeHops hops;
  FakeRelay relay;
  ChangeForm change_form;
  Metrics metrics;
  net::Gate gate;
  std::optional<Queue> queue;
};

}  // namespace paraph::queue
