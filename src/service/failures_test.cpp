// Every failure: each scenario runs once per call to the store, and that call fails. Nothing may be lost, nothing
// doubled.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "media/none/none_media.h"
#include "service/check.h"
#include "service/deposit.h"
#include "service/greetings.h"
#include "service/signatures.h"
#include "service/testing.h"
#include "source/local/local_source.h"
#include "store/flaky.h"

namespace paraph::service {
namespace {

using store::Flaky;

/// A world whose store fails when told.
struct Shaky {
  Shaky() {
    world.make_accounts();
    done(signatures.set(world.alice, "alice@example.org", {.text = "Alice", .voice = amr()}));
  }
  static std::string amr() {
    std::string octets = "#!AMR\n";
    for (int i = 0; i < 150; ++i) octets += '\x3C' + std::string(31, 'v');
    return octets;
  }
  static DepositPolicy policy() {
    DepositPolicy made;
    made.server_name = "vm.example.org";
    return made;
  }
  Transaction from_alice() {
    return {.principal = record::Account{.id = world.alice},
            .reverse_path = {"alice", "example.org"},
            .recipients = {{{"bob", "example.org"}}, {{"alice", "example.org"}}},
            .received_from = "x",
            .protocol = "ESMTPSA"};
  }
  std::vector<std::string> findings() {
    std::vector<std::string> found;
    done(check_store(memory, Repair::No, [&](const Finding& f) { found.push_back(f.name + ": " + f.text); }));
    return found;
  }
  std::uint32_t count(AccountId account, const std::string& name) { return world.box(account, name).messages; }

  store::memory::MemoryStore memory;
  Flaky flaky{memory};
  World world{&flaky};
  media::none::NoneMedia media;
  Signatures signatures{flaky, media, world.clock, world.limits};
  source::local::LocalSource local{flaky};
  Acquirer acquirer{{&local}, std::chrono::milliseconds(50)};
  crypto::SeededRandom random{1};
  Deposit deposit{flaky, world.accounts, world.mailboxes, acquirer, random, world.clock, world.limits, policy()};
};

enum class Went { Well, Badly };

template <class Step>
Went attempt(Shaky& shaky, Step&& step) {
  try {
    return step(shaky) ? Went::Well : Went::Badly;
  } catch (const std::runtime_error&) {
    return Went::Badly;
  }
}

void leave_empty(Shaky&) {}

/// Runs `step` in a fresh world that `prepare` filled, once for each of its calls to the store, which fails; `check`
/// looks at what is left after a restart.
template <class Step, class Check>
void for_every_failure(Step&& step, Check&& check, void (*prepare)(Shaky&) = &leave_empty) {
  const std::pair<Flaky::Failure, Flaky::Effect> kinds[] = {{Code::Unavailable, Flaky::Effect::None},
                                                            {Code::NoSpace, Flaky::Effect::None},
                                                            {Flaky::Throws{}, Flaky::Effect::None},
                                                            {Code::Unavailable, Flaky::Effect::Applied}};
  for (const auto& [failure, effect] : kinds) {
    for (std::uint64_t n = 1;; ++n) {
      Shaky shaky;
      prepare(shaky);
      shaky.flaky.fail_at(n, failure, effect);
      const Went went = attempt(shaky, step);
      const bool over = shaky.flaky.calls() < n;
      shaky.flaky.fail_at(0);
      done(recover_uploads(shaky.memory));
      done(shaky.world.accounts.finish_removals());
      SCOPED_TRACE(fmt::format("call {} failed", n));
      EXPECT_THAT(shaky.findings(), testing::IsEmpty());
      check(shaky, went, effect);
      if (over) break;
      ASSERT_LT(n, 2000u);
    }
  }
}

Task<Result<Deposit::Outcome>> deposit_in_pieces(Shaky& shaky, std::string octets) {
  Receiver receiver(shaky.flaky, shaky.world.clock, shaky.world.limits.message_bytes_max);
  for (std::string_view rest(octets); !rest.empty();) {
    const auto piece = rest.substr(0, 100'000);
    const auto fed = co_await receiver.feed(piece);
    if (!fed) {
      co_await receiver.abandon();
      co_return std::unexpected(fed.error());
    }
    rest = rest.substr(piece.size());
  }
  PARAPH_CO_TRY(auto message, co_await receiver.finish());
  co_return co_await shaky.deposit.submit(shaky.from_alice(), std::move(message));
}

void deposit_of(std::size_t bytes) {
  const auto step = [bytes](Shaky& shaky) { return run(deposit_in_pieces(shaky, audio_message(bytes))).has_value(); };
  for_every_failure(step, [](Shaky& shaky, Went went, Flaky::Effect effect) {
    const std::uint32_t messages = shaky.count(shaky.world.bob, "INBOX");
    // All of it or nothing of it; what was answered well is there, and what was not is not unless the answer alone was
    // lost.
    EXPECT_EQ(shaky.count(shaky.world.alice, "INBOX"), messages);
    EXPECT_LE(shaky.count(shaky.world.alice, "Sent"), messages);
    if (went == Went::Well) {
      EXPECT_EQ(messages, 1u);
    }
    if (went == Went::Badly && effect == Flaky::Effect::None) {
      EXPECT_EQ(messages, 0u);
      EXPECT_EQ(shaky.memory.blob_bytes(), Shaky::amr().size());
    }
    EXPECT_LE(messages, 1u);
  });
}

TEST(Failures, ADepositIsWholeOrNotThere) { deposit_of(20'000); }
TEST(Failures, ALargeDepositIsWholeOrNotThere) { deposit_of(300'000); }

/// Two messages in INBOX, one of them also in Trash.
void fill(Shaky& shaky) {
  World& world = shaky.world;
  world.put(world.alice, world.inbox, audio_message(6000, 'a'), flags({mail::Flag::Deleted}));
  world.put(world.alice, world.inbox, audio_message(6000, 'b'), flags({mail::Flag::Deleted}));
  done(world.mailboxes.copy(world.alice, world.inbox, {Uid{1}}, world.trash));
}

TEST(Failures, AnExpungeIsWholeOrNotThere) {
  const auto step = [](Shaky& shaky) {
    return run(shaky.world.mailboxes.expunge(shaky.world.alice, shaky.world.inbox, std::nullopt)).has_value();
  };
  for_every_failure(
      step,
      [](Shaky& shaky, Went went, Flaky::Effect effect) {
        const auto left = shaky.count(shaky.world.alice, "INBOX");
        EXPECT_TRUE(left == 0 || left == 2) << left;
        if (effect == Flaky::Effect::None) {
          EXPECT_EQ(left == 0, went == Went::Well);
        }
        EXPECT_EQ(shaky.world.octets(shaky.world.trash, Uid{1}), audio_message(6000, 'a'));
      },
      fill);
}

TEST(Failures, AMoveIsWholeOrNotThere) {
  const auto step = [](Shaky& shaky) {
    return run(shaky.world.mailboxes.move(shaky.world.alice, shaky.world.inbox, {Uid{1}, Uid{2}}, shaky.world.trash))
        .has_value();
  };
  for_every_failure(
      step,
      [](Shaky& shaky, Went, Flaky::Effect) {
        EXPECT_EQ(shaky.count(shaky.world.alice, "INBOX") + shaky.count(shaky.world.alice, "Trash"), 3u);
      },
      fill);
}

TEST(Failures, ARemovedMailboxMayBeRemovedAgain) {
  const auto step = [](Shaky& shaky) {
    return run(shaky.world.mailboxes.remove(shaky.world.alice, "Trash")).has_value();
  };
  for_every_failure(
      step,
      [](Shaky& shaky, Went went, Flaky::Effect) {
        const auto code = code_of(shaky.world.mailboxes.remove(shaky.world.alice, "Trash"));
        if (went == Went::Well) {
          EXPECT_EQ(code, Code::NotFound);
        }
        EXPECT_THAT(shaky.findings(), testing::IsEmpty());
        EXPECT_EQ(shaky.count(shaky.world.alice, "INBOX"), 2u);
      },
      fill);
}

TEST(Failures, ARemovedAccountIsGoneOnceTheRemovalBegan) {
  const auto step = [](Shaky& shaky) { return run(shaky.world.accounts.remove("alice@example.org")).has_value(); };
  for_every_failure(
      step,
      [](Shaky& shaky, Went went, Flaky::Effect) {
        const auto code = code_of(shaky.world.accounts.find("alice@example.org"));
        if (went == Went::Well) {
          EXPECT_EQ(code, Code::NotFound);
        }
        if (code == Code::NotFound) {
          EXPECT_EQ(shaky.memory.blob_bytes(), 0u);
        }
      },
      fill);
}

TEST(Failures, ANewSignatureIsThereOrTheOldOneIs) {
  const auto step = [](Shaky& shaky) {
    return run(shaky.signatures.set(shaky.world.alice, "alice@example.org", {.text = "new", .voice = ""})).has_value();
  };
  for_every_failure(step, [](Shaky& shaky, Went went, Flaky::Effect) {
    const auto now = done(shaky.signatures.current(shaky.world.alice));
    EXPECT_EQ(now.voice.empty(), now.text == "new");
    if (went == Went::Well) {
      EXPECT_EQ(now.text, "new");
    }
  });
}

Task<void> append_one(World& world, int& failed) {
  std::vector<Target> targets{{.account = world.alice, .mailbox = world.inbox, .internal_date = kTestTime}};
  auto received = co_await world.receive(audio_message(3000));
  const auto appended = co_await world.mailboxes.append(ok(std::move(received)), std::move(targets));
  failed += appended ? 0 : 1;
}

/// Each append is built upon the one before, which is still on its way: when that fails, the others must notice and go
/// on.
TEST(Failures, OneOfManyAppendsFailsAlone) {
  for (std::uint64_t n = 1; n <= 40; ++n) {
    Shaky shaky;
    int failed = 0;
    shaky.flaky.fail_at(n, Code::NoSpace);
    boost::asio::io_context loop{1};
    for (int i = 0; i < 10; ++i) {
      boost::asio::co_spawn(loop, append_one(shaky.world, failed),
                            [](std::exception_ptr e) { EXPECT_TRUE(e == nullptr); });
    }
    loop.run();
    shaky.flaky.fail_at(0);
    EXPECT_LE(failed, 1) << n;
    EXPECT_EQ(shaky.count(shaky.world.alice, "INBOX"), 10u - static_cast<unsigned>(failed));
    EXPECT_THAT(shaky.findings(), testing::IsEmpty());
  }
}

/// Alice's telephone, with Greetings of its own for each call.
struct Telephone {
  explicit Telephone(Shaky& over)
      : shaky(over),
        policies(over.flaky),
        greetings(over.flaky, over.world.mailboxes, over.signatures, policies, over.world.limits) {}
  bool upload() {
    Target target{.account = shaky.world.alice, .mailbox = box(), .internal_date = kTestTime};
    target.flags.keywords.emplace_back(kGreetingOnKeyword);
    auto message = shaky.world.message(
        "X-CNS-Greeting-Type: voice-signature\r\nContent-Type: audio/amr\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
        mime::encode_base64(voice_octets()));
    return run(greetings.append(std::move(message), std::move(target))).has_value();
  }
  bool remove() {
    auto deleted = run(
        greetings.store_flags(shaky.world.alice, box(), {Uid{1}}, mail::FlagChange::Add, flags({mail::Flag::Deleted})));
    return deleted && run(greetings.expunge(shaky.world.alice, box(), std::nullopt)).has_value();
  }
  MailboxId box() const { return shaky.world.box(shaky.world.alice, "Greetings").id; }
  static std::string voice_octets() { return "#!AMR\n\x3C" + std::string(31, 'g'); }

  Shaky& shaky;
  Policies policies;
  Greetings greetings;
};

/// The voice of the signature is the one in Greetings exactly as long as that is there.
void check_greetings(Shaky& shaky, bool there) {
  const auto signature = done(shaky.signatures.current(shaky.world.alice));
  const auto uploaded = crypto::sha256(Telephone::voice_octets());
  EXPECT_EQ(shaky.count(shaky.world.alice, "Greetings"), there ? 1u : 0u);
  EXPECT_EQ(!signature.voice.empty() && signature.voice.front().blob == uploaded, there);
  EXPECT_EQ(signature.text, "Alice");
}

TEST(Failures, AVoiceSignatureIsInBothPlacesOrInNone) {
  for_every_failure([](Shaky& shaky) { return Telephone(shaky).upload(); },
                    [](Shaky& shaky, Went went, Flaky::Effect effect) {
                      const bool there = shaky.count(shaky.world.alice, "Greetings") == 1;
                      if (went == Went::Well) EXPECT_TRUE(there);
                      if (went == Went::Badly && effect == Flaky::Effect::None) EXPECT_FALSE(there);
                      check_greetings(shaky, there);
                    });
}

TEST(Failures, ADeletedVoiceSignatureIsGoneFromBothPlacesOrFromNone) {
  for_every_failure([](Shaky& shaky) { return Telephone(shaky).remove(); },
                    [](Shaky& shaky, Went went, Flaky::Effect) {
                      const bool there = shaky.count(shaky.world.alice, "Greetings") == 1;
                      if (went == Went::Well) EXPECT_FALSE(there);
                      check_greetings(shaky, there);
                    },
                    [](Shaky& shaky) { EXPECT_TRUE(Telephone(shaky).upload()); });
}

TEST(Failures, ARenameIsWholeOrNotThere) {
  const auto step = [](Shaky& shaky) {
    return run(shaky.world.mailboxes.rename(shaky.world.alice, "Trash", "old/bin")).has_value();
  };
  for_every_failure(
      step,
      [](Shaky& shaky, Went, Flaky::Effect) {
        const bool was = !code_of(shaky.world.mailboxes.find(shaky.world.alice, "Trash"));
        const bool is = !code_of(shaky.world.mailboxes.find(shaky.world.alice, "old/bin"));
        EXPECT_NE(was, is);
      },
      fill);
}

}  // namespace
}  // namespace paraph::service
