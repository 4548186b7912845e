// One fetch of remote_source.h: from the question to those who wait for the answer.
#include <algorithm>
#include <exception>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "service/remote_import.h"
#include "service/remote_inside.h"
#include "signature/make.h"

namespace paraph::service {
namespace {

constexpr std::size_t kPastRevisionsMax = 20;  ///< spec 2.7
constexpr std::size_t kFieldsMax = 32, kFieldNameBytesMax = 64, kFieldValueBytesMax = 1024;
constexpr int kTriesMax = 3;  ///< when somebody else replaces the row at once

Result<source::Fetched> fetch_now(source::Remote& remote, const std::string& owner, const std::string& tag) try {
  return remote.fetch(owner, tag);
} catch (const std::exception& broken) {
  return fail(Code::Unavailable, broken.what());
}

/// What is remembered once `before` is no longer the current one.
std::vector<mail::PastRevision> past_of(const record::RemoteSignature& before, const mail::Signature& next) {
  auto past = before.past;
  if (!before.signature.empty() && before.signature.revision != next.revision)
    past.insert(past.begin(), signature::remember(before.signature));
  std::erase_if(past, [&](const auto& one) { return one.revision == next.revision; });
  if (past.size() > kPastRevisionsMax) past.resize(kPastRevisionsMax);
  return past;
}

/// The place knows nothing at all of the owner.
bool is_none(const record::RemoteSignature& row) { return row.signature.empty() && row.fields.empty(); }

/// What is kept of a place's fields: bounded, whatever it sent.
std::map<std::string, std::string> fields_of(const std::map<std::string, std::string>& given) {
  std::map<std::string, std::string> fields;
  for (const auto& [name, value] : given) {
    if (fields.size() == kFieldsMax) break;
    if (!value.empty() && name.size() <= kFieldNameBytesMax && value.size() <= kFieldValueBytesMax)
      fields.emplace(name, value);
  }
  return fields;
}

/// How long a row holds from now on.
void set_times(record::RemoteSignature& row, const RemoteOptions& options, const source::Fetched& fetched, Time now) {
  row.fetched = now;
  const auto fresh = std::clamp(fetched.fresh_for.value_or(options.positive), options.positive_least, options.positive);
  row.fresh_until = now + (is_none(row) ? options.negative : fresh);
  row.stale_until = now + options.stale;
  if (!row.not_after) return;
  row.fresh_until = std::min(row.fresh_until, *row.not_after);
  row.stale_until = std::min(row.stale_until, *row.not_after);
}

record::RemoteSignature next_of(const record::RemoteSignature& before, const Imported& imported,
                                const source::Fetched& fetched) {
  record::RemoteSignature next{.signature = imported.signature, .past = past_of(before, imported.signature)};
  next.tag = fetched.tag;
  next.not_after = fetched.not_after;
  next.fields = fetched.fields;
  const bool same = !next.signature.empty() && next.signature.revision == before.signature.revision;
  next.signature.number = before.signature.number + (same || next.signature.empty() ? 0 : 1);
  return next;
}

/// The part of a Fetched that is not imported.
source::Fetched frame_of(const source::Fetched& fetched) {
  source::Fetched frame;
  frame.tag = fetched.tag;
  frame.fresh_for = fetched.fresh_for;
  frame.not_after = fetched.not_after;
  frame.fields = fields_of(fetched.fields);
  return frame;
}

}  // namespace

std::shared_ptr<const Known> known_of(const record::RemoteSignature& remote, Time now) {
  if (now >= remote.stale_until) return nullptr;
  auto known = std::make_shared<Known>();
  known->acquired.signature = remote.signature;
  known->acquired.past = remote.past;
  known->acquired.fields = remote.fields;
  known->fresh_until = remote.fresh_until;
  known->stale_until = remote.stale_until;
  return known;
}

Task<void> RemoteSource::Inside::fly(std::string owner, std::shared_ptr<Flight> flight) {
  const auto self = shared_from_this();
  Permit permit(breaker);
  Outcome outcome = fail(Code::Unavailable, "the fetch broke off");
  try {
    outcome = co_await settle(owner, permit);
  } catch (const std::exception& broken) {
    note_error(owner, broken.what());
  }
  land(owner, *flight, std::move(outcome));
  const auto made = co_await rows.make_room(services.clock.now());
  if (!made) log(Level::Warn, "signature source={} makes no room: {}", name, made.error().text);
}

void RemoteSource::Inside::land(const std::string& owner, Flight& flight, Outcome outcome) {
  {
    const std::lock_guard lock(mutex);
    flights.erase(owner);
  }
  flight.land(std::move(outcome));
}

Task<RemoteSource::Inside::Outcome> RemoteSource::Inside::settle(std::string owner, Permit& permit) {
  const Time begun = services.clock.now();
  // Whoever came just as another fetch landed finds its answer here.
  if (const auto known = cache.find(owner); known && begun < known->fresh_until) {
    if (known->none()) co_return fail(Code::NotFound, name + " knows no signature of that owner");
    co_return known->acquired;
  }
  PARAPH_CO_TRY(const auto row, co_await rows.load(owner));
  const bool usable = known_of(row.remote, begun) != nullptr && !is_none(row.remote);
  auto fetched = co_await fetch(owner, usable ? row.remote.tag : "");
  if (fetched && fetched->unchanged && !usable)
    fetched = fail(Code::Unavailable, "says that nothing changed, and was not asked that");
  count(fetched, begun, permit);
  Outcome outcome = fail(Code::Unavailable, "");
  if (fetched || fetched.error().code == Code::NotFound) {
    auto answer = fetched ? std::move(*fetched) : source::Fetched();
    outcome = co_await keep(owner, std::move(answer));
  } else {
    outcome = fail(std::move(fetched));
  }
  if (outcome || outcome.error().code == Code::NotFound) co_return outcome;
  note_error(owner, outcome.error().text);
  co_return fall_back(row, std::move(outcome.error()));
}

Task<Result<source::Fetched>> RemoteSource::Inside::fetch(std::string owner, std::string tag) try {
  auto ask = [self = shared_from_this(), owner = std::move(owner), tag = std::move(tag)] {
    if (self->services.gate.stopping())
      return Result<source::Fetched>(fail(Code::Unavailable, "the server is shutting down"));
    return fetch_now(self->remote, owner, tag);
  };
  auto fetched = co_await net::run_on(pool, std::move(ask));
  co_return fetched;
} catch (const net::Overloaded&) {
  co_return fail(Code::Refused, "too many fetches wait for it");
}

/// What a request says of the source itself.
void RemoteSource::Inside::count(const Result<source::Fetched>& fetched, Time begun, Permit& permit) {
  if (!fetched && fetched.error().code == Code::Refused) {
    ++counters.refused;
    return;
  }
  const Time now = services.clock.now();
  ++counters.requests;
  if (fetch_seconds != nullptr) fetch_seconds->observe(std::max<Histogram::Duration>(now - begun, {}));
  if (fetched || fetched.error().code == Code::NotFound) {
    if (!fetched) ++counters.absent;
    if (fetched && fetched->unchanged) ++counters.unchanged;
    return permit.succeeded();
  }
  ++counters.errors;
  // Who can write a link into their own entry must not be able to have the whole place left alone.
  if (fetched.error().code == Code::BadInput) return permit.succeeded();
  permit.failed(now);
}

/// Stale when there is something, for those who wait.
RemoteSource::Inside::Outcome RemoteSource::Inside::fall_back(const RemoteRows::Row& row, Error error) const {
  const auto known = known_of(row.remote, services.clock.now());
  if (known && !known->none()) return known->acquired;
  return fail(Code::Unavailable, std::move(error.text));
}

/// Imports what came and puts it where it is found; nothing came: the owner has none there.
Task<RemoteSource::Inside::Outcome> RemoteSource::Inside::keep(std::string owner, source::Fetched fetched) {
  const auto frame = frame_of(fetched);
  const bool unchanged = fetched.unchanged;
  Imported imported;
  if (!unchanged) {
    auto done = co_await import_fetched(services.media, services.limits, name, owner, std::move(fetched));
    if (!done) co_return std::unexpected(std::move(done.error()));
    imported = std::move(*done);
  }
  for (int tries = 1;; ++tries) {
    PARAPH_CO_TRY(auto row, co_await rows.load(owner));
    if (unchanged && is_none(row.remote)) co_return fail(Code::Unavailable, "the row was erased meanwhile");
    auto next = unchanged ? row.remote : next_of(row.remote, imported, frame);
    set_times(next, options, frame, services.clock.now());
    auto outcome = co_await replace(owner, std::move(row), std::move(next), imported.blobs);
    if (outcome || outcome.error().code != Code::Conflict || tries == kTriesMax) co_return outcome;
  }
}

Task<RemoteSource::Inside::Outcome> RemoteSource::Inside::replace(std::string owner, RemoteRows::Row row,
                                                                  record::RemoteSignature next,
                                                                  std::vector<mail::NewBlob> blobs) {
  const auto known = known_of(next, services.clock.now());
  const bool none = is_none(next);
  // Nothing was known and nothing is: that is worth remembering, but no row.
  const bool row_wanted = row.octets || !none;
  if (row_wanted) {
    const auto saved = co_await rows.save(owner, std::move(row), std::move(next), std::move(blobs));
    if (!saved) co_return std::unexpected(saved.error());
  }
  if (known) {
    cache.put(owner, known);
  } else {
    cache.erase(owner);
  }
  if (none || !known) co_return fail(Code::NotFound, name + " knows no signature of that owner");
  co_return known->acquired;
}

}  // namespace paraph::service
