// Items 40 to 42: what DKIM says of a message that Paraph signed, and who is believed.
#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>
#include <set>

#include "base/text.h"
#include "checklist.h"
#include "dkim/testing.h"
#include "dkim/trust.h"
#include "folder.h"
#include "mime/field.h"
#include "signature/field.h"
#include "signature/verify.h"

namespace paraph::checklist {
namespace {

using testing::HasSubstr;

const signature::FieldKey kKey{.id = "k1", .secret = std::string(32, 's')};
constexpr auto kRsa = crypto::KeyKind::Rsa;
constexpr auto kEd25519 = crypto::KeyKind::Ed25519;

/// Alice's message with both kinds of signature, the field of Paraph and two of DKIM, as it leaves.
class Dkim {
 public:
  Dkim(const Signed& each, const mail::Signature& signature, const std::string& tag_domain = "example.org")
      : field_(signature::format_paraph_signature(each.report, signature, "alice@example.org",
                                                  "<item@client.example.org>", tag_domain, kKey, 1794000000)) {
    auto message = dkim::test_message(field_ + each.after);
    message = dkim::signed_message(std::move(message), kRsa);
    message = dkim::signed_message(std::move(message), kEd25519);
    text_ = message.header + message.body;
  }
  const std::string& text() const { return text_; }
  const std::string& paraph_field() const { return field_; }

 private:
  std::string field_;
  std::string text_;
};

std::vector<dkim::Verdict> verdicts(const std::string& text) {
  std::vector<dkim::Verdict> found;
  for (const auto& outcome : dkim::verify_all(dkim::test_message(text), dkim::test_records()))
    found.push_back(outcome.verdict);
  return found;
}
bool all_pass(const std::string& text) {
  return verdicts(text) == std::vector{dkim::Verdict::Pass, dkim::Verdict::Pass};
}

/// Is it said of this message: signature attached by example.org, verified?
bool verified(signature::TestWorld& world, const std::string& text) {
  const auto message = dkim::test_message(text);
  const auto outcomes = dkim::verify_all(message, dkim::test_records());
  const auto domain = dkim::check_foreign_signature(message.header, outcomes);
  const auto says = signature::read_only_field(message.header);
  if (!domain || *domain != "example.org" || !says) return false;
  auto received = world.receive(text);
  received.octets.emplace(received.structure.root().header, message.header);
  for (const auto& range : octets_to_check(received.rope, received.structure, *says))
    received.octets.emplace(range, text.substr(range.begin, range.size()));
  return signature::check_content(received, *says);
}

/// dkimpy's word on the message with one field of DKIM: "True" or "False".
std::string said_by_dkimpy(const std::string& text, const std::string& name, const std::string& record) {
  const tests::Folder folder;
  std::ofstream(folder.path() / "message", std::ios::binary) << text;
  std::ofstream(folder.path() / "record", std::ios::binary) << record;
  std::ofstream(folder.path() / "verify.py") << "import dkim, sys\n"
                                                "message, record = (open(f, 'rb').read() for f in sys.argv[1:3])\n"
                                                "def ask(name, timeout=0):\n"
                                                "    assert name.decode().rstrip('.') == sys.argv[3], name\n"
                                                "    return record\n"
                                                "print(dkim.verify(message, dnsfunc=ask))\n";
  const std::string path = folder.path().string();
  // Debian's Python has Debian's modules, whichever is the first on the path.
  const std::string command =
      "/usr/bin/python3 " + path + "/verify.py " + path + "/message " + path + "/record " + name + " 2>&1";
  std::string said;
  if (FILE* const pipe = popen(command.c_str(), "r"); pipe != nullptr) {
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said += static_cast<char>(c);
    pclose(pipe);
  }
  return std::string(trimmed(said));
}

TEST_F(Checklist, Item40_DkimVerifiesAndASecondFieldBreaksIt) {
  const std::string plain = text_entity("Hello.\r\n");
  for (const auto& one : {wav(), multipart("mixed", {plain, wav()}), plain}) {
    const auto each = sign(message(one));
    const Dkim signed_message(each, signature);
    EXPECT_TRUE(all_pass(signed_message.text()));
    EXPECT_TRUE(verified(world, signed_message.text()));
    const std::string twice = signed_message.paraph_field() + signed_message.text();
    EXPECT_EQ(verdicts(twice), (std::vector{dkim::Verdict::Fail, dkim::Verdict::Fail}));
    EXPECT_FALSE(verified(world, twice));
  }
}

TEST_F(Checklist, Item40_AnIndependentVerifierAgrees) {
  const auto each = sign(message(multipart("mixed", {text_entity("Hello.\r\n"), wav()})));
  const std::string with_field =
      signature::format_paraph_signature(each.report, signature, "alice@example.org", "<item@client.example.org>",
                                         "example.org", kKey, 1794000000) +
      each.after;
  for (const auto kind : {kRsa, kEd25519}) {
    const auto made = dkim::signed_message(dkim::test_message(with_field), kind);
    const std::string name = std::string(dkim::test_selector(kind)) + "._domainkey.example.org";
    const std::string record = dkim::test_records().at(name);
    EXPECT_EQ(said_by_dkimpy(made.header + made.body, name, record), "True");
    const auto field = with_field.substr(0, with_field.find("From: "));
    EXPECT_EQ(said_by_dkimpy(field + made.header + made.body, name, record), "False");
  }
}

TEST_F(Checklist, Item41_WhatIsListedAndThatNoLengthIs) {
  const auto each =
      sign(message(wav(), "Cc: c@example.org\r\nIn-Reply-To: <a@b>\r\nReferences: <a@b>\r\nList-Id: <l.x>\r\n"));
  const Dkim signed_message(each, signature);
  const auto message = dkim::test_message(signed_message.text());
  for (const auto& outcome : dkim::verify_all(message, dkim::test_records())) {
    const std::multiset<std::string> covered(outcome.covered.begin(), outcome.covered.end());
    for (const std::string name :
         {"paraph-signature", "from", "subject", "date", "to", "cc", "message-id", "in-reply-to", "references",
          "mime-version", "content-type", "content-transfer-encoding", "content-disposition", "message-context",
          "content-duration"}) {
      // Once more than there is: none can be added.
      EXPECT_EQ(covered.count(name), mime::count_fields(message.header, name) + 1) << name;
    }
    EXPECT_GE(covered.count("list-id"), 1u);
  }
  for (const auto& each_signature : dkim::find_signatures(message.header)) EXPECT_FALSE(each_signature.length);
}

TEST_F(Checklist, Item42_AFieldIsBelievedOnlyWhereItsOwnDomainCoversIt) {
  const auto each = sign(message(wav()));
  EXPECT_TRUE(verified(world, Dkim(each, signature).text()));
  EXPECT_FALSE(verified(world, Dkim(each, signature, "elsewhere.example").text()));  // d= is another

  // h= does not list it: a signature over the message without the field, which is then put on top.
  const std::string field = Dkim(each, signature).paraph_field();
  std::string uncovered = dkim::signed_message(dkim::test_message(each.after), kRsa).header;
  uncovered = field + uncovered;
  EXPECT_FALSE(verified(world, uncovered + each.after.substr(each.after.find("\r\n\r\n") + 4)));
  // Nobody signed.
  EXPECT_FALSE(verified(world, field + each.after));
}

/// Any octet that the canonical forms keep: of the header that is listed, of the body, of the signature's own parts.
TEST_F(Checklist, MutationOfAnyOctetIsNoLongerVerified) {
  const auto each = sign(message(multipart("mixed", {text_entity("Hello.\r\n"), wav()})));
  const Dkim signed_message(each, signature);
  const std::string& text = signed_message.text();
  ASSERT_TRUE(verified(world, text));
  // The fields of DKIM are its own matter: one of two may break, and the other still vouches.
  const auto from = text.find("Paraph-Signature:");
  std::size_t changed = 0;
  for (std::size_t at = from; at < text.size(); ++at) {
    const char c = text[at];
    // Relaxed canonical forms keep neither blanks and line ends nor the case of names.
    if (c == ' ' || c == '\r' || c == '\n' || c == '\t') continue;
    std::string other = text;
    other[at] = c == 'x' ? 'y' : 'x';
    if (std::string_view("X").find(c) != std::string_view::npos) other[at] = 'z';
    ASSERT_FALSE(verified(world, other)) << "octet " << at << " of " << text.substr(at < 30 ? 0 : at - 30, 60);
    ++changed;
  }
  EXPECT_GT(changed, 1000u);
}

}  // namespace
}  // namespace paraph::checklist
