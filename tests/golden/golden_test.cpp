// Each case of attaching (voice-messages.md, section 2.4) as a pair of messages that can be read: NAME.before.eml as
// submitted, NAME.after.eml as sent on. After a wanted change, write the after files anew and read the difference:
//   PARAPH_GOLDEN_WRITE=1 build/dev/tests/golden/golden_test && git diff tests/golden
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "base/text.h"
#include "signature/testing.h"

namespace paraph::signature {
namespace {

namespace fs = std::filesystem;
const fs::path kFolder = PARAPH_GOLDEN_FOLDER;

/// What Alice's signature has in this case: T text, H its own HTML, I picture, A voice, P voice as ADPCM too.
struct Case {
  std::string name;
  std::string kinds;
  std::string report;  ///< how it was changed, m= and x=
  Policy policy = {};
};

const Case kCases[] = {
    {"01-bare-audio", "THIA", "wrap text:html:image:voice"},
    {"02-bare-audio-voice-only", "A", "wrap voice"},
    {"03-bare-audio-attachment", "TA", "wrap text:html:voice"},
    {"04-text-and-audio", "THIA", "append text:image:voice"},
    {"05-alternative-and-audio", "THIA", "append text:html:image:voice"},
    {"06-audio-then-text", "TA", "append text:voice"},
    {"07-audio-without-text", "THIA", "append text:html:image:voice"},
    {"08-plain-text-only", "T", "edit text"},
    {"09-plain-everything", "THIA", "wrap text:image:voice"},
    {"10-html-picture", "HI", "edit html:image"},
    {"11-html-everything", "THIA", "wrap html:image:voice"},
    {"12-alternative-text", "T", "edit text:html"},
    {"13-alternative-everything", "THIA", "wrap text:html:image:voice"},
    {"14-alternative-inline-images", "THI", "edit text:html:image"},
    {"15-related-html", "THIA", "wrap html:image:voice"},
    {"16-related-start", "THI", "edit html:image"},
    {"17-related-smil", "THIA", "wrap text:html:image x=policy"},
    {"18-message-forwarded", "THIA", "wrap text:html:image:voice"},
    {"19-text-and-message", "THIA", "edit text x=policy"},
    {"20-no-mime-ascii", "T", "edit text"},
    {"21-no-mime-utf8", "TA", "wrap text:voice"},
    {"22-no-mime-unknown-8bit", "TA", "wrap text:voice x=separate"},
    {"23-delivery-report", "THIA", "untouched none x=report"},
    {"24-signed", "THIA", "header none x=signed"},
    {"25-encrypted", "THIA", "header none x=encrypted"},
    {"26-pgp-inline", "THIA", "header none x=pgp-inline"},
    {"27-voice-message", "THIA", "header none x=codec"},
    {"28-invitation", "THIA", "edit text x=calendar"},
    {"29-plain-8bit", "T", "edit text"},
    {"30-iso-2022-jp", "T", "edit text"},
    {"31-latin1-quoted-printable", "T", "edit text"},
    {"32-utf16-base64", "T", "edit text"},
    {"33-malformed-two-types", "THIA", "header none x=malformed"},
    {"34-missing-close", "THIA", "edit text x=malformed"},
    {"35-empty-body", "T", "edit text"},
    {"36-flowed-delsp", "T", "edit text"},
    {"37-reply-with-quote", "TH", "edit html"},
    {"38-html-unclosed-comment", "T", "wrap text x=separate"},
    {"39-own-separator", "T", "edit text"},
    {"40-locked-leaf", "TA", "append text:voice x=separate"},
    {"41-older-revision", "T", "edit text"},
    {"42-present-already", "T", "present text"},
    {"43-forged-field", "T", "edit text"},
    {"44-automatic-reply", "THIA", "untouched none x=auto-submitted"},
    {"45-picture-only", "I", "wrap image"},
    {"46-voice-message-forward", "THIAP", "append voice x=vpim"},
    {"47-voice-message-named", "THIAP", "header none x=exists"},
    {"48-voice-message-fax", "A", "append voice"},
    {"49-voice-message-in-mixed", "THIA", "append text:image:voice"},
    {"50-invitation-and-file", "THIA", "edit text:html x=calendar"},
    {"51-invitation-alone", "THIA", "header none x=calendar"},
    {"52-bare-audio-to-voice-profile", "THIAP", "wrap voice x=vpim", {.recipients = Recipients::Vpim}},
    {"53-signed-wrapped", "THIA", "wrap text:html:image:voice", {.wrap_signed = true}},
    {"54-reply-above-the-quote", "T", "edit text", {.text_before_quote = true}},
    {"55-client-block-replaced", "T", "edit text", {.replace_client_block = true}},
    {"56-page-below-the-quote", "TH", "edit html", {.html_before_quote = false}},
    {"57-reply-with-words-only", "THIA", "edit text x=policy", {.on_reply = OnReply::Text}},
};

void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string describe(const Report& report) {
  return fmt::format("{} {}{}", name_of(report.how), report.kinds(),
                     report.reason.empty() ? "" : " x=" + report.reason);
}

mail::Signature signature_with(TestWorld& world, std::string_view kinds) {
  mail::Signature signature = test_signature(world);
  const auto lacks = [&](char kind) { return kinds.find(kind) == std::string_view::npos; };
  if (lacks('T')) signature.text.clear();
  if (lacks('H')) signature.html.clear();
  if (lacks('I')) signature.image.reset();
  if (lacks('A')) signature.voice.clear();
  if (!lacks('P')) signature.voice.push_back(world.media("audio/32KADPCM", "726", std::string(80, 'g'), 3));
  signature.revision = revision_of(signature);
  return signature;
}

/// The lines around the first difference, as a reader of a diff expects them.
std::string difference(std::string_view expected, std::string_view actual) {
  const auto a = split(expected, '\n');
  const auto b = split(actual, '\n');
  std::size_t same = 0;
  while (same < a.size() && same < b.size() && a[same] == b[same]) ++same;
  std::size_t tail = 0;
  while (tail < a.size() - same && tail < b.size() - same && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  std::string out = fmt::format("first difference in line {}\n", same + 1);
  for (std::size_t i = same > 3 ? same - 3 : 0; i < same; ++i) out += fmt::format("  {}\n", trimmed(a[i]));
  for (std::size_t i = same; i < a.size() - tail; ++i) out += fmt::format("- {}\n", printable(a[i]));
  for (std::size_t i = same; i < b.size() - tail; ++i) out += fmt::format("+ {}\n", printable(b[i]));
  return out;
}

class Golden : public testing::TestWithParam<Case> {};

TEST_P(Golden, BecomesWhatTheFileSays) {
  const Case& each = GetParam();
  TestWorld world;
  world.policy = each.policy;
  const mail::Signature signature = signature_with(world, each.kinds);
  mail::Signature older = signature;
  older.text = "Alice Example\nOld Street 9";
  const std::vector<mail::PastRevision> past{remember(older)};

  const std::string before = read(kFolder / (each.name + ".before.eml"));
  ASSERT_FALSE(before.empty());
  const Attached once = world.attach(before, signature, past);
  const std::string after = world.text(once.rope);
  const fs::path file = kFolder / (each.name + ".after.eml");
  if (std::getenv("PARAPH_GOLDEN_WRITE") != nullptr) std::ofstream(file, std::ios::binary) << after;
  EXPECT_TRUE(read(file) == after) << difference(read(file), after);
  EXPECT_EQ(describe(once.report), each.report);

  const Attached twice = world.attach(after, signature, past);
  EXPECT_TRUE(world.text(twice.rope) == after) << "attached twice: " << difference(after, world.text(twice.rope));
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::ValuesIn(kCases), [](const auto& info) {
  std::string name = info.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(Golden, EveryFileHasACase) {
  std::set<std::string> names;
  for (const auto& each : kCases) names.insert(each.name);
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    const std::string file = entry.path().filename();
    if (file.ends_with(".eml")) EXPECT_TRUE(names.contains(file.substr(0, file.find('.')))) << file;
  }
}

}  // namespace
}  // namespace paraph::signature
