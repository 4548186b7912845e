#include "service/postmaster.h"

#include <gmock/gmock.h>

#include "service/testing.h"

namespace paraph::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct PostmasterTest : testing::Test, World {
  PostmasterTest() { make_accounts(); }
  void add(const std::string& address) { done(accounts.add({.address = address, .name = "Somebody"})); }
  Postmaster with(mail::Address named = {}) { return {accounts, "vm.example.org", std::move(named)}; }
  std::string where(mail::Address recipient, mail::Address named = {}) {
    auto postmaster = with(std::move(named));
    const auto address = run(postmaster.address_for(std::move(recipient)));
    return address ? address->text() : address.error().text;
  }
  const mail::Address bob_named{"bob", "example.org"};
};

TEST_F(PostmasterTest, NobodyUnlessNamed) {
  EXPECT_EQ(where({"postmaster", ""}), "nobody is postmaster at example.org");
  EXPECT_EQ(where({"postmaster", "example.org"}), "nobody is postmaster at example.org");
  EXPECT_EQ(where({"postmaster", ""}, bob_named), "bob@example.org");
  EXPECT_EQ(where({"PostMaster", "Example.ORG"}, bob_named), "bob@example.org");
}

TEST_F(PostmasterTest, AnAccountOfThatNameGoesBefore) {
  add("postmaster@example.org");
  EXPECT_EQ(where({"postmaster", ""}, bob_named), "postmaster@example.org");
  EXPECT_EQ(where({"POSTMASTER", "example.org"}, bob_named), "POSTMASTER@example.org");
}

TEST_F(PostmasterTest, EveryLocalDomainHasItsOwn) {
  done(accounts.add_domain("example.net"));
  add("postmaster@example.net");
  EXPECT_EQ(where({"postmaster", "example.net"}, bob_named), "postmaster@example.net");
  EXPECT_EQ(where({"postmaster", "example.org"}, bob_named), "bob@example.org");
  // Of several domains none is the server's own, unless it has its name.
  EXPECT_EQ(where({"postmaster", ""}, bob_named), "bob@example.org");
  EXPECT_EQ(where({"postmaster", ""}), "nobody is postmaster at vm.example.org");
}

TEST_F(PostmasterTest, OthersAndOtherDomainsAreAsTheyAre) {
  EXPECT_EQ(where({"nobody", "example.org"}, bob_named), "nobody@example.org");
  EXPECT_EQ(where({"postmaster2", "example.org"}, bob_named), "postmaster2@example.org");
  EXPECT_EQ(where({"postmaster", "elsewhere.example"}, bob_named), "postmaster@elsewhere.example");
}

TEST_F(PostmasterTest, TheOperatorLearnsWhatIsMissing) {
  done(accounts.add_domain("example.net"));
  add("postmaster@example.net");
  EXPECT_THAT(done(with().domains_without()), ElementsAre("example.org"));
  EXPECT_THAT(done(with({"gone", "example.org"}).domains_without()), ElementsAre("example.org"));
  EXPECT_THAT(done(with(bob_named).domains_without()), IsEmpty());
}

}  // namespace
}  // namespace paraph::service
