// Items 33, 35 to 37 and 66: never twice.
#include <gmock/gmock.h>

#include "checklist.h"
#include "mime/field.h"
#include "shapes.h"
#include "signature/field.h"
#include "signature/make.h"
#include "signature/verify.h"

namespace paraph::checklist {
namespace {

using signature::How;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kFrom = "alice@example.org";
constexpr std::string_view kId = "<item@client.example.org>";

TEST_F(Checklist, Item33_AttachedTwiceIsAttachedOnce) {
  std::size_t changed = 0;
  for (std::uint64_t number = 5000; number < 6000; ++number) {
    const auto sample = corpus::make_sample(number);
    const auto once = sign(sample.text);
    const auto twice = sign(once.after);
    ASSERT_TRUE(twice.after == once.after) << "message " << number << " of tests/corpus: " << sample.shape;
    const bool edited = once.report.how == How::Edit || once.report.how == How::Append || once.report.how == How::Wrap;
    changed += edited ? 1 : 0;
  }
  EXPECT_GT(changed, 500u);
}

TEST_F(Checklist, Item35_TheGenuineSignatureIsNotAddedAgainAndAnothersIsNoneOfOurs) {
  keep("TA");
  const std::string mine = "Hello.\r\n\r\n" + std::string(kBlock);
  const std::string text =
      message(multipart("mixed", {text_entity(mine), wav(), media_entity("audio/wav", voice_octets("audio/wav"))}));
  const auto present = sign(text);
  EXPECT_EQ(present.report.how, How::Present);
  EXPECT_EQ(present.report.kinds(), "text:voice");
  EXPECT_EQ(present.after, text);

  const std::string carols = message(multipart("mixed", {text_entity("Hello.\r\n\r\n-- \r\nCarol Example\r\n"), wav(),
                                                         media_entity("audio/wav", "RIFF Carol, spoken")}));
  const auto other = sign(carols);
  EXPECT_EQ(other.report.kinds(), "text:voice");
  EXPECT_EQ(other.tree(), "mixed[ text/plain, audio/wav, audio/wav, audio/wav ]");
  EXPECT_THAT(other.text(1),
              HasSubstr("-- \r\nCarol Example\r\n\r\n" + std::string(kBlock.substr(0, kBlock.size() - 2))));
}

/// The field that a message brings is believed by its MAC and by what the message carries, and by nothing else.
TEST_F(Checklist, Item35_AGenuineFieldStandsOverItsOwnContentOnly) {
  const signature::FieldKey key{.id = "k1", .secret = std::string(32, 's')};
  const auto secret = [&](std::string_view domain, std::string_view id) {
    return domain == "example.org" && id == "k1" ? std::optional(key.secret) : std::nullopt;
  };
  const auto once = sign(message(multipart("mixed", {text_entity("Hello.\r\n"), wav()})));
  const std::string field =
      signature::format_paraph_signature(once.report, signature, kFrom, kId, "example.org", key, 1795392000);
  const auto holds = [&](const std::string& text, std::string_view from = kFrom, std::string_view id = kId) {
    auto received = world.receive(text);
    const auto header = received.structure.root().header;
    const auto block = text.substr(header.begin, header.size());
    const auto genuine = signature::find_genuine_fields(block, from, id, secret);
    if (genuine.size() != 1) return false;
    for (const auto& range : octets_to_check(received.rope, received.structure, genuine[0].says))
      received.octets.emplace(range, text.substr(range.begin, range.size()));
    return signature::check_content(received, genuine[0].says);
  };
  EXPECT_TRUE(holds(field + once.after));
  EXPECT_FALSE(holds(once.after));
  EXPECT_FALSE(holds(field + once.before));  // copied to a message without the content
  EXPECT_FALSE(holds(field + once.after, "carol@example.org"));
  EXPECT_FALSE(holds(field + once.after, kFrom, "<other@client.example.org>"));
  std::string lied = field + once.after;
  EXPECT_FALSE(holds(lied.replace(lied.find("m=text:image:voice"), 18, "m=text:image")));
}

TEST_F(Checklist, Item36_AnOlderTextIsReplacedAtTheEndAndKeptInAQuotation) {
  keep("T");
  mail::Signature older = signature;
  older.text = "Alice Example\nOld Street 9";
  past = {signature::remember(older)};
  const auto draft = sign(message(text_entity("Draft.\r\n\r\n-- \r\nAlice Example\r\nOld Street 9\r\n")));
  EXPECT_EQ(draft.body(0), "Draft.\r\n\r\n" + std::string(kBlock));

  const std::string quoted = "Yes.\r\n\r\n> Draft.\r\n>\r\n> -- \r\n> Alice Example\r\n> Old Street 9\r\n";
  EXPECT_EQ(sign(message(text_entity(quoted))).body(0), quoted + "\r\n" + std::string(kBlock));
  past.clear();  // an unknown one is just text
  EXPECT_THAT(sign(message(text_entity("Draft.\r\n\r\n-- \r\nAlice Example\r\nOld Street 9\r\n"))).body(0),
              HasSubstr("Old Street 9\r\n\r\n-- \r\n"));
}

TEST_F(Checklist, Item37_AForwardThatCarriesTheVoiceGetsNoSecondOne) {
  keep("TA");
  const std::string inlined = message(multipart(
      "mixed", {text_entity("Fwd:\r\n> listen\r\n"), wav(), media_entity("audio/wav", voice_octets("audio/wav"))}));
  const auto each = sign(inlined);
  EXPECT_TRUE(each.report.voice);
  EXPECT_EQ(each.all("audio").size(), 2u);
  EXPECT_EQ(each.report.kinds(), "text:voice");
  // Within a message/rfc822 it is somebody else's business.
  const std::string forwarded = entity("Content-Type: message/rfc822\r\n", inlined);
  EXPECT_EQ(sign(message(forwarded)).all("audio").size(), 3u);
}

TEST_F(Checklist, Item66_MessageContextIsAddedToARecordingAloneAndNeverChanged) {
  const auto context = [](const Signed& each) { return mime::find_value(each.header(0), "Message-Context"); };
  EXPECT_EQ(context(sign(message(wav()))), "voice-message");
  EXPECT_EQ(context(sign(message(wav(), "Message-Context: fax-message\r\n"))), "fax-message");
  const std::string plain = text_entity("Hello.\r\n");
  const std::string others[] = {
      plain, multipart("mixed", {plain, wav()}), multipart("mixed", {wav()}),
      multipart("alternative", {plain, text_entity("<p>x</p>\r\n", "text/html; charset=utf-8")})};
  for (const auto& one : others) {
    const auto without = sign(message(one));
    EXPECT_TRUE(without.report.voice);
    EXPECT_EQ(context(without), std::nullopt) << without.tree();
    const auto with = sign(message(one, "Message-Context: text-message\r\n"));
    EXPECT_EQ(context(with), "text-message");
    EXPECT_EQ(mime::count_fields(with.header(0), "Message-Context"), 1u);
  }
}

}  // namespace
}  // namespace paraph::checklist
