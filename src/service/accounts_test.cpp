#include "service/accounts.h"

#include <gmock/gmock.h>

#include "service/check.h"
#include "service/testing.h"

namespace paraph::service {
namespace {

using testing::ElementsAre;

struct AccountsTest : testing::Test, World {
  AccountsTest() { make_accounts(); }
  std::optional<Code> add(std::string address, std::string name = "", std::string tel = "") {
    return code_of(accounts.add({.address = std::move(address), .name = std::move(name), .tel = std::move(tel)}));
  }
};

TEST_F(AccountsTest, Domains) {
  EXPECT_EQ(code_of(accounts.add_domain("Example.ORG")), Code::Exists);
  for (const char* bad : {"", "a..b", "-a.org", "a b", "a.org/x", "x@y"})
    EXPECT_EQ(code_of(accounts.add_domain(bad)), Code::BadInput) << bad;
  done(accounts.add_domain("second.example"));
  EXPECT_THAT(done(accounts.domains()), ElementsAre("example.org", "second.example"));
  EXPECT_TRUE(run(accounts.is_local_domain("EXAMPLE.org")));
  EXPECT_FALSE(run(accounts.is_local_domain("elsewhere.example")));
  EXPECT_EQ(code_of(accounts.remove_domain("example.org")), Code::Conflict);
  done(accounts.remove_domain("second.example"));
  EXPECT_EQ(code_of(accounts.remove_domain("second.example")), Code::NotFound);
}

TEST_F(AccountsTest, AddingIsChecked) {
  EXPECT_EQ(add("Alice@EXAMPLE.org"), Code::Exists);
  EXPECT_EQ(add("x@elsewhere.example"), Code::NotFound);
  EXPECT_EQ(add("no address"), Code::BadInput);
  EXPECT_EQ(add("x@example.org", "\xFF"), Code::BadInput);
  EXPECT_EQ(add("x@example.org", "", "0138"), Code::BadInput);
}

TEST_F(AccountsTest, ATelephoneNumberIsAnAddressToo) {
  EXPECT_EQ(add("tel@example.org", "T", "+8613800138000"), std::nullopt);
  EXPECT_EQ(done(accounts.find("+8613800138000@example.org")).address, "tel@example.org");
  EXPECT_EQ(add("other@example.org", "T", "+8613800138000"), Code::Exists);
}

TEST_F(AccountsTest, FindingIgnoresCaseAndMayLackTheOnlyDomain) {
  EXPECT_EQ(done(accounts.find("ALICE@example.ORG")).id, alice);
  EXPECT_EQ(done(accounts.find("alice")).id, alice);
  EXPECT_EQ(code_of(accounts.find("nobody")), Code::NotFound);
  EXPECT_EQ(code_of(accounts.find("")), Code::NotFound);
  EXPECT_EQ(code_of(accounts.find(std::string(5000, 'x'))), Code::NotFound);
  done(accounts.add_domain("second.example"));
  EXPECT_EQ(code_of(accounts.find("alice")), Code::NotFound);
}

TEST_F(AccountsTest, ListsInOrderOfAddressPageByPage) {
  const auto first = done(accounts.list("", 1));
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].address, "alice@example.org");
  const auto rest = done(accounts.list(first[0].address, 10));
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].address, "bob@example.org");
}

TEST_F(AccountsTest, ChangesAreKept) {
  done(accounts.set_verifier("alice", {.argon2 = "x"}));
  done(accounts.set_signature_on(alice, false));
  const auto now = done(accounts.load(alice));
  EXPECT_EQ(now.verifier.argon2, "x");
  EXPECT_FALSE(now.signature_on);
  EXPECT_TRUE(Accounts::may_send_as(now, "Alice@Example.org"));
  EXPECT_FALSE(Accounts::may_send_as(now, "bob@example.org"));
}

TEST_F(AccountsTest, ARemovedAccountLeavesNothingAndItsAddressIsFree) {
  put(alice, inbox, audio_message(6000));
  const auto copy =
      done(mailboxes.append(message(audio_message(6000)),
                            {{.account = alice, .mailbox = inbox}, {.account = bob, .mailbox = box(bob, "INBOX").id}}));
  done(accounts.remove("alice@example.org"));
  EXPECT_EQ(code_of(accounts.find("alice")), Code::NotFound);
  EXPECT_EQ(octets(box(bob, "INBOX").id, copy[1].uid), audio_message(6000));
  EXPECT_EQ(done(check_store(store, Repair::No, [](const Finding& f) { ADD_FAILURE() << f.name; })), 0u);
  EXPECT_EQ(code_of(mailboxes.append(message("a: b\r\n\r\n"), {{.account = alice, .mailbox = inbox}})), Code::NotFound);
  EXPECT_EQ(code_of(mailboxes.create(alice, "x", mail::SpecialUse::None)), Code::NotFound);
  EXPECT_EQ(add("alice@example.org"), std::nullopt);
}

}  // namespace
}  // namespace paraph::service
