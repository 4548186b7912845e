#include "service/messages.h"

#include <gmock/gmock.h>

#include "service/message_cache.h"
#include "service/testing.h"

namespace paraph::service {
namespace {

/// What a sink was given.
struct Taken {
  Task<void> take(std::string_view piece) {
    all += piece;
    largest = std::max(largest, piece.size());
    ++pieces;
    co_return;
  }
  Messages::Sink sink() {
    return [this](std::string_view piece) { return take(piece); };
  }
  std::string all;
  std::size_t largest = 0;
  int pieces = 0;
};

std::string mixed(std::string_view audio) {
  return "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
         "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\nc\r\n"
         "--b\r\nContent-Type: audio/amr\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         mime::encode_base64(audio) +
         "--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n"
         "--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: x-odd\r\n\r\nodd\r\n"
         "--b\r\nContent-Type: audio/amr\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\nREVG*\r\n--b--\r\n";
}

struct MessagesTest : testing::Test, World {
  MessagesTest() { make_accounts(); }
  MessagePtr kept(std::string_view octets) {
    const Uid uid = put(alice, inbox, octets);
    return done(messages.load(done(mailboxes.entries_of(inbox, {uid})).front().message));
  }
  std::string read(const MessagePtr& message, mail::Range range) {
    Taken taken;
    done(messages.read(message, range, taken.sink()));
    EXPECT_LE(taken.largest, kPieceBytesMax);
    return taken.all;
  }
  std::string decoded(const MessagePtr& message, std::uint32_t part, std::uint64_t offset = 0,
                      std::uint64_t length = UINT64_MAX) {
    Taken taken;
    done(messages.read_decoded(message, part, offset, length, taken.sink()));
    return taken.all;
  }
};

TEST_F(MessagesTest, EveryRangeIsThatOfTheOctets) {
  const std::string given = mixed(std::string(2000, 'x'));
  const auto message = kept(given);
  const auto size = given.size();
  for (std::size_t begin = 0; begin < size; begin += 37) {
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{79}, std::size_t{1000}, size}) {
      EXPECT_EQ(read(message, {begin, begin + length}), given.substr(begin, length)) << begin << "+" << length;
    }
  }
  EXPECT_EQ(read(message, {size + 5, size + 9}), "");
}

TEST_F(MessagesTest, LongBodiesComeInPieces) {
  const std::string given = audio_message(900'000);
  const auto message = kept(given);
  Taken taken;
  done(messages.read(message, {0, given.size()}, taken.sink()));
  EXPECT_TRUE(taken.all == given);
  EXPECT_LE(taken.largest, kPieceBytesMax);
  EXPECT_EQ(taken.pieces, static_cast<int>((given.size() + kPieceBytesMax - 1) / kPieceBytesMax));
}

TEST_F(MessagesTest, RawRunsComeAsTheyAre) {
  std::string given = "Subject: long\r\n\r\n";
  while (given.size() < 700'000) given += "a line of text that is not base64, of some length\r\n";
  const auto message = kept(given);
  EXPECT_TRUE(read(message, {0, given.size()}) == given);
  EXPECT_EQ(read(message, {300'000, 300'100}), given.substr(300'000, 100));
}

TEST_F(MessagesTest, ReadAllKeepsToItsLimit) {
  const auto message = kept(audio_message(5000));
  EXPECT_EQ(code_of(messages.read_all(message, {0, 200}, 100)), Code::TooLarge);
  EXPECT_EQ(done(messages.read_all(message, {0, 4}, 4)), "From");
}

TEST_F(MessagesTest, PartsAreDecoded) {
  std::string audio;
  for (int i = 0; i < 3000; ++i) audio += static_cast<char>(i);
  const auto message = kept(mixed(audio));
  EXPECT_EQ(decoded(message, 1), "a=bc");
  EXPECT_EQ(decoded(message, 2), audio);
  EXPECT_EQ(decoded(message, 2, 100, 50), audio.substr(100, 50));
  EXPECT_EQ(decoded(message, 2, 2990, 50), audio.substr(2990));
  EXPECT_EQ(decoded(message, 2, 9000, 50), "");
  EXPECT_EQ(decoded(message, 3, 1, 3), "lai");
  EXPECT_EQ(decoded(message, 5), "ABCDEF");  // not canonical: decoded on the way
  EXPECT_EQ(decoded(message, 5, 2, 2), "CD");
}

TEST_F(MessagesTest, DecodedLengthsAreKnown) {
  const auto message = kept(mixed(std::string(3000, 'v')));
  const std::pair<std::uint32_t, std::uint64_t> lengths[] = {{1, 4}, {2, 3000}, {3, 5}, {5, 6}};
  for (const auto& [part, bytes] : lengths) EXPECT_EQ(done(messages.decoded_bytes(message, part)), bytes) << part;
  EXPECT_EQ(code_of(messages.decoded_bytes(message, 4)), Code::Unsupported);
  EXPECT_EQ(code_of(messages.decoded_bytes(message, 77)), Code::NotFound);
}

TEST_F(MessagesTest, GoneIsNotFound) {
  EXPECT_EQ(code_of(messages.load(MessageId{999})), Code::NotFound);
  const auto message = kept(audio_message(5000));
  const auto entry = done(mailboxes.entries(inbox)).front();
  const auto some = done(messages.load_many({MessageId{999}, entry.message, MessageId{998}}));
  EXPECT_EQ(some[0], nullptr);
  EXPECT_EQ(some[1], message);
  done(mailboxes.store_flags(alice, inbox, {entry.uid}, mail::FlagChange::Add, flags({mail::Flag::Deleted})));
  done(mailboxes.expunge(alice, inbox, std::nullopt));
  EXPECT_EQ(code_of(messages.read_all(message, {0, 5000}, 5000)), Code::NotFound);
}

TEST(MessageCache, DropsWhatWasUsedLeastRecently) {
  MessageCache cache(30);
  const auto message = std::make_shared<const record::StoredMessage>();
  for (const std::uint64_t id : {1u, 2u, 3u}) cache.put(MessageId{id}, message, 10);
  EXPECT_NE(cache.find(MessageId{1}), nullptr);
  cache.put(MessageId{4}, message, 10);
  EXPECT_EQ(cache.find(MessageId{2}), nullptr);
  EXPECT_NE(cache.find(MessageId{1}), nullptr);
  cache.put(MessageId{5}, message, 31);
  EXPECT_EQ(cache.find(MessageId{5}), nullptr);
  EXPECT_EQ(cache.bytes(), 30u);
}

}  // namespace
}  // namespace paraph::service
