#include "model.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <random>
#include <thread>

#include "crypto/sha256.h"

namespace paraph::tests {
namespace {

using store::Batch;
using store::Store;

constexpr std::size_t kKeysOfItem = 3;
constexpr std::size_t kItemsMax = 12;  // of one session
const std::string kShared = "octets that every item refers to";

std::string item_prefix(std::size_t session) { return fmt::format("item/{}/", session); }
std::string item_key(std::size_t session, std::uint64_t item, std::size_t key) {
  return fmt::format("{}{:08}/{}", item_prefix(session), item, key);
}

mail::NewBlob blob_of(const std::string& octets) { return {crypto::sha256(octets), octets}; }

template <class T>
T run(Task<T> task) {
  boost::asio::io_context loop(1);
  std::optional<T> result;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failed, T value) {
    if (failed) std::rethrow_exception(failed);
    result = std::move(value);
  });
  loop.run();
  return std::move(*result);
}

std::string octets_from(std::uint64_t chance) {
  std::mt19937_64 source(chance);
  std::string octets(1 + (source() % 8 == 0 ? source() % 60'000 : source() % 3'000), static_cast<char>(source()));
  for (std::size_t i = 0; i < octets.size(); i += 64) octets[i] = static_cast<char>(source());
  return octets;
}

}  // namespace

/// The next batch of a session: one more item, one less, or both. `after` becomes what the session has when it is
/// committed.
Batch Model::step(std::size_t number, Session& session, Items& after, std::uint64_t chance) {
  Batch batch;
  std::int64_t added = 0;
  const bool removes = after.size() >= kItemsMax || (!after.empty() && chance % 3 == 0);
  if (!removes || chance % 2 == 0) {
    const std::uint64_t id = session.next++;
    const Item& item = after[id] = Item{.octets = octets_from(chance)};
    batch.blobs = {blob_of(item.octets), blob_of(kShared)};
    for (const auto& blob : batch.blobs) batch.retains.push_back(blob.id);
    for (std::size_t k = 0; k < kKeysOfItem; ++k)
      batch.writes.push_back({item_key(number, id, k), std::string(item.octets, 0, 100)});
    ++added;
  }
  if (removes) {
    const auto oldest = after.begin();
    for (std::size_t k = 0; k < kKeysOfItem; ++k)
      batch.writes.push_back({item_key(number, oldest->first, k), std::nullopt});
    batch.releases = {crypto::sha256(oldest->second.octets), crypto::sha256(kShared)};
    after.erase(oldest);
    --added;
  }
  batch.adds.push_back({"items", added});
  return batch;
}

Task<void> Model::run_session(Store& store, std::size_t number, std::uint64_t seed, std::function<bool()> ended) {
  Session& session = sessions_[number];
  std::mt19937_64 chance(seed * 100 + number);
  while (!ended()) {
    Items after = session.items;
    Batch batch = step(number, session, after, chance());
    session.in_doubt = after;
    try {
      const auto done = co_await store.commit(std::move(batch));
      if (done) session.items = std::move(after);
      session.in_doubt.reset();
    } catch (const std::exception&) {
      co_return;  // in doubt
    }
  }
}

void Model::work(Store& store, std::uint64_t seed, std::function<bool()> ended) {
  std::vector<std::jthread> loops;
  for (std::size_t loop = 0; loop < 2; ++loop) {
    loops.emplace_back([=, this, &store] {
      boost::asio::io_context io(1);
      for (std::size_t number = loop; number < sessions_.size(); number += 2) {
        boost::asio::co_spawn(io, run_session(store, number, seed, ended), [](std::exception_ptr failed) {
          if (failed) std::rethrow_exception(failed);
        });
      }
      io.run();
    });
  }
}

std::string Model::find_difference(Store& store, std::size_t number, const Items& items) {
  const std::string prefix = item_prefix(number);
  const auto stored = run(store.scan({.from = prefix, .to = prefix + "\xFF", .entries_max = 1'000'000}));
  if (!stored) return stored.error().text;
  if (stored->size() != items.size() * kKeysOfItem) {
    return fmt::format("session {} has {} keys, not {}", number, stored->size(), items.size() * kKeysOfItem);
  }
  auto at = stored->begin();
  for (const auto& [id, item] : items) {
    for (std::size_t k = 0; k < kKeysOfItem; ++k, ++at) {
      if (at->key != item_key(number, id, k) || at->value != item.octets.substr(0, 100))
        return "another key: " + at->key;
    }
    const auto octets = run(store.read_blob(crypto::sha256(item.octets), 0, item.octets.size()));
    if (!octets || *octets != item.octets) return fmt::format("item {} of session {} has lost its blob", id, number);
  }
  return "";
}

std::string Model::compare(Store& store) {
  for (std::size_t number = 0; number < sessions_.size(); ++number) {
    Session& session = sessions_[number];
    std::string difference = find_difference(store, number, session.items);
    if (!difference.empty() && session.in_doubt) {
      session.items = *session.in_doubt;
      difference = find_difference(store, number, session.items);
    }
    if (!difference.empty()) return difference;
    session.in_doubt.reset();
  }
  return compare_shared(store);
}

/// The counter, and every reference count, are what the items say.
std::string Model::compare_shared(Store& store) const {
  std::map<BlobId, std::int64_t> expected;
  std::size_t items = 0;
  for (const auto& session : sessions_) {
    items += session.items.size();
    for (const auto& [id, item] : session.items) ++expected[crypto::sha256(item.octets)];
  }
  if (items > 0) expected[crypto::sha256(kShared)] = static_cast<std::int64_t>(items);
  const auto counter = run(store.get("items"));
  if (counter->value_or("0") != std::to_string(items)) return "the counter is " + counter->value_or("absent");
  const auto findings = run(store.verify_blobs(std::nullopt, 1'000'000));
  if (findings->size() != expected.size()) return fmt::format("{} blobs, not {}", findings->size(), expected.size());
  for (const auto& finding : *findings) {
    if (!finding.present || !finding.hash_matches) return "a blob is damaged";
    if (expected[finding.id] != finding.references) return fmt::format("a blob has {} references", finding.references);
  }
  return "";
}

}  // namespace paraph::tests
