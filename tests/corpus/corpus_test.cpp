// What is true of every message that Paraph signs, over messages of all shapes. PARAPH_CORPUS_SIZE=N takes N messages
// (default 2,000), PARAPH_CORPUS_SHOW=N prints message N, before and after.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "mime/encoding.h"
#include "mime/scan.h"
#include "shapes.h"
#include "signature/body.h"
#include "signature/content.h"
#include "signature/gate.h"
#include "signature/testing.h"
#include "signature/verify.h"
#include "undo.h"

namespace paraph::corpus {
namespace {

using signature::Attached;
using signature::How;

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : parse_decimal(text).value_or(otherwise);
}

/// One message, signed, with everything that the properties look at.
class Signed {
 public:
  explicit Signed(std::uint64_t number)
      : sample(make_sample(number)),
        signature(signature_of(number)),
        before(without_foreign_fields(sample.text)),
        attached(world.attach(sample.text, signature)),
        after(world.text(attached.rope)),
        undo(before, after, attached.report.content_ids, signature::content_of(signature, {}).text) {}

  bool left_alone() const { return attached.report.how == How::Untouched || attached.report.how == How::Header; }
  std::string attached_twice() { return world.text(world.attach(after.text, signature).rope); }
  std::string context(std::uint64_t number) const {
    return fmt::format("message {} ({}): {} {} x={}", number, sample.shape, name_of(attached.report.how),
                       attached.report.kinds(), attached.report.reason);
  }

  signature::TestWorld world;
  Sample sample;
  mail::Signature signature;
  Parsed before;
  Attached attached;
  Parsed after;
  Undo undo;

 private:
  /// All kinds, and each of them alone or left out, in turn.
  mail::Signature signature_of(std::uint64_t number) {
    mail::Signature each = test_signature(world);
    const std::uint64_t variant = number / 35 % 8;
    if (variant == 1 || variant == 2 || variant == 5) each.image.reset();
    if (variant == 2 || variant == 3) each.voice.clear();
    if (variant == 4 || variant == 5) each.html.clear();
    if (variant == 6) each.text = each.html = "";
    if (variant == 7) each.text = "\u0410\u043B\u0438\u0441\u0430\n> quoted\nFrom here\n.dot";
    if (variant % 2 == 0 && !each.voice.empty())
      each.voice.push_back(world.media("audio/32KADPCM", "726", std::string(80, 'g'), 3));
    each.revision = signature::revision_of(each);
    world.policy.recipients = static_cast<signature::Recipients>(number / 280 % 3);
    world.policy.text_before_quote = number % 5 == 0;
    world.policy.html_before_quote = number % 7 != 0;
    return each;
  }
  std::string without_foreign_fields(const std::string& text) {
    auto message = world.receive(text);
    strip_foreign_fields(message);
    return world.text(message.rope);
  }
};

/// `message` with its top header at hand.
signature::Message with_header(signature::Message message, const Parsed& parsed) {
  const auto header = message.structure.root().header;
  message.octets.emplace(header, std::string(parsed.of(header)));
  return message;
}

/// Children of the top level, or the top level itself.
std::vector<std::uint32_t> direct(const mail::Structure& structure) {
  if (!structure.root().multipart()) return {0};
  return structure.root().children;
}

std::optional<std::uint32_t> first_of(const mail::Structure& structure, const std::vector<std::uint32_t>& parts,
                                      std::string_view type) {
  for (const auto part : parts) {
    if (structure.parts[part].type == type) return part;
  }
  return std::nullopt;
}

class Corpus : public testing::Test {
 protected:
  /// Signed once, for all properties.
  static const std::vector<std::unique_ptr<Signed>>& corpus() {
    static const std::vector<std::unique_ptr<Signed>> all = [] {
      std::vector<std::unique_ptr<Signed>> out;
      const std::uint64_t size = number_from("PARAPH_CORPUS_SIZE", 2000);
      for (std::uint64_t number = 0; number < size; ++number) out.push_back(std::make_unique<Signed>(number));
      return out;
    }();
    return all;
  }

  template <class Property>
  void for_each(Property property) {
    for (std::uint64_t number = 0; number < corpus().size() && !HasFailure(); ++number) {
      SCOPED_TRACE(corpus()[number]->context(number));
      property(*corpus()[number]);
    }
  }
};

TEST_F(Corpus, WhatIsNotAddedIsUnchangedOctetForOctet) {
  for_each([](Signed& each) {
    if (each.left_alone() || each.attached.report.how == How::Present) {
      EXPECT_TRUE(each.after.text == each.before.text);
    } else {
      EXPECT_EQ(each.undo.check(), "");
    }
  });
}

TEST_F(Corpus, AttachedTwiceIsAttachedOnce) {
  for_each([](Signed& each) { EXPECT_TRUE(each.attached_twice() == each.after.text); });
}

TEST_F(Corpus, TheResultReadsAsPlanned) {
  for_each([](Signed& each) {
    EXPECT_EQ(each.world.scan(each.attached.rope), each.after.structure);
    EXPECT_EQ(each.after.structure.size, each.after.text.size());
    if (each.left_alone()) return;
    const auto message = each.world.receive(each.before.text);
    EXPECT_TRUE(signature::reads_as_planned(with_header(message, each.before), each.attached, each.after.structure));
  });
}

TEST_F(Corpus, WhatTheFieldSaysIsThereAndNothingElseIs) {
  const signature::FieldKey key{.id = "k1", .secret = std::string(32, 's')};
  for_each([&](Signed& each) {
    const auto& report = each.attached.report;
    if (report.kinds() == "none" || !report.html_as_written) return;
    const std::string field = signature::format_paraph_signature(report, each.signature, "alice@example.org", "<m@x>",
                                                                 "example.org", key, 1795000000);
    const auto says = signature::read_only_field(field + "\r\n");
    ASSERT_TRUE(says) << says.error().text;
    const auto holds = [&](const std::string& text) {
      auto message = each.world.receive(text);
      for (const auto& range : signature::octets_to_check(message.rope, message.structure, *says))
        message.octets.emplace(range, text.substr(range.begin, range.size()));
      return signature::check_content(message, *says);
    };
    EXPECT_TRUE(holds(each.after.text));
    if (!each.left_alone() && report.how != How::Present) EXPECT_FALSE(holds(each.before.text));
  });
}

TEST_F(Corpus, MediaDecodeToWhatWasSet) {
  for_each([](Signed& each) {
    const auto found = each.world.receive(each.after.text);
    std::set<std::string> wanted;
    for (const auto& blob : each.attached.report.media) wanted.insert(std::string(blob.view()));
    for (std::uint32_t i = 0; i < each.after.structure.parts.size(); ++i) {
      const auto& part = each.after.structure.parts[i];
      if (part.encoding == mail::Encoding::Base64 && part.leaf()) {
        const BlobId blob = crypto::sha256(mime::decode_base64(each.after.of(part.body)));
        wanted.erase(std::string(blob.view()));
      }
    }
    EXPECT_TRUE(wanted.empty());
  });
}

TEST_F(Corpus, TheFirstAudioIsTheMessagesOwn) {
  for_each([](Signed& each) {
    bool has_audio = false;
    for (const auto part : signature::own_parts(each.before.structure))
      has_audio |= each.before.structure.parts[part].type == "audio";
    const auto first = first_of(each.after.structure, direct(each.after.structure), "audio");
    if (has_audio && first) EXPECT_FALSE(each.undo.is_added(*first));
  });
}

TEST_F(Corpus, AVoiceMessageStaysAtTheTop) {
  for_each([](Signed& each) {
    const auto& root = each.before.structure.root();
    if (root.multipart() && root.subtype != "mixed") return;  // of a related and the like the whole goes into a mixed
    const auto before = first_of(each.before.structure, direct(each.before.structure), "audio");
    const auto after = first_of(each.after.structure, direct(each.after.structure), "audio");
    if (before) EXPECT_TRUE(after.has_value());
  });
}

TEST_F(Corpus, AVoiceProfileMessageTakesAVoiceAfterItsRecordingsAndNothingElse) {
  for_each([](Signed& each) {
    const auto& parts = each.after.structure.parts;
    for (const auto& part : parts) {
      if (!part.is("multipart", "voice-message")) continue;
      bool message_seen = false;
      for (const auto child : part.children) {
        message_seen |= parts[child].type != "audio";
        if (!each.undo.is_added(child)) continue;
        EXPECT_EQ(parts[child].type, "audio");
        EXPECT_FALSE(message_seen);
        EXPECT_NE(child, part.children.front());
      }
    }
  });
}

TEST_F(Corpus, TheFirstTextIsABody) {
  for_each([](Signed& each) {
    if (each.left_alone()) return;
    // A message that is one text of another form: what is added follows it.
    if (each.before.structure.root().is("text", "enriched")) {
      EXPECT_TRUE(each.after.structure.parts.at(1).is("text", "enriched"));
      return;
    }
    for (const auto index : signature::own_parts(each.after.structure)) {
      const auto& part = each.after.structure.parts[index];
      if (!part.leaf() || !signature::is_body_leaf(part)) continue;
      // Generated text comes first only as BODY, that is within an alternative.
      const bool in_alternative =
          part.parent != mail::kNoPart && each.after.structure.parts[part.parent].subtype == "alternative";
      EXPECT_TRUE(!each.undo.is_added(index) || in_alternative);
      break;
    }
  });
}

TEST_F(Corpus, TheLastDirectTextIsNoSignature) {
  for_each([](Signed& each) {
    // Where there is a text that nothing could be added to, a text of its own follows it (voice-messages.md 2.4 W).
    if (each.left_alone() || signature::find_body(each.before.structure).any()) return;
    for (const auto child : direct(each.after.structure)) {
      if (each.after.structure.parts[child].type == "text") EXPECT_FALSE(each.undo.is_added(child));
    }
  });
}

TEST_F(Corpus, AddedLinesFitTheWire) {
  for_each([](Signed& each) {
    if (each.left_alone()) return;
    std::size_t before = 0;
    for (const auto line : split(each.before.text, '\n')) before = std::max(before, line.size());
    for (const auto line : split(each.after.text, '\n')) EXPECT_LE(line.size(), std::max<std::size_t>(before, 999));
  });
}

TEST_F(Corpus, EveryCaseOccurs) {
  if (corpus().size() < 2000) GTEST_SKIP() << "in a whole corpus only";
  std::set<std::string> seen;
  for_each([&](Signed& each) {
    seen.insert(std::string(name_of(each.attached.report.how)));
    seen.insert("x=" + each.attached.report.reason);
  });
  for (const std::string_view wanted :
       {"edit", "append", "wrap", "header", "untouched", "x=signed", "x=encrypted", "x=pgp-inline", "x=malformed",
        "x=vpim", "x=calendar", "x=separate", "x=policy", "x=auto-submitted", "x=report", "x=resent", "x=list"}) {
    EXPECT_TRUE(seen.contains(std::string(wanted))) << wanted;
  }
}

TEST_F(Corpus, ShowsAMessageWhenAsked) {
  const std::uint64_t number = number_from("PARAPH_CORPUS_SHOW", UINT64_MAX);
  if (number == UINT64_MAX) return;
  Signed each(number);
  std::cout << each.context(number) << "\n----- before\n"
            << each.before.text << "\n----- after\n"
            << each.after.text << "\n";
}

}  // namespace
}  // namespace paraph::corpus
