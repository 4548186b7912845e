#include "service/policies.h"

#include <gmock/gmock.h>

#include "service/forms.h"
#include "service/testing.h"
#include "store/flaky.h"

namespace paraph::service {
namespace {

using signature::Recipients;
using testing::ElementsAre;

TEST(CheckSetting, TakesWhatAKeyTakes) {
  const struct {
    const char *key, *value;
    bool good;
  } cases[] = {{"signature", "on", true},        {"signature", "yes", false},
               {"kinds", "text,voice", true},    {"kinds", "none", true},
               {"kinds", "text,text", false},    {"kinds", "", false},
               {"external-kinds", "html", true}, {"external-kinds", "text,", false},
               {"replies", "full", true},        {"replies", "none", true},
               {"replies", "off", false},        {"class", "vpim", true},
               {"class", "smtp", false},         {"mandatory", "off", true},
               {"wrap-signed", "on", true},      {"text-place", "before-quote", true},
               {"text-place", "top", false},     {"save-sent", "off", true},
               {"save-sent", "maybe", false},    {"replies", "default", true},
               {"volume", "11", false},          {"", "on", false}};
  for (const auto& [key, value, good] : cases)
    EXPECT_EQ(check_setting(key, value).has_value(), good) << key << "=" << value;
}

TEST(EffectivePolicy, IsTheAccountsOverTheDomainsOverTheDefault) {
  const auto policy = effective_policy({{"replies", "text"}, {"mandatory", "on"}, {"save-sent", "off"}},
                                       {{"replies", "none"}, {"kinds", "text"}});
  EXPECT_EQ(policy.replies, signature::OnReply::None);
  EXPECT_TRUE(policy.mandatory);
  EXPECT_EQ(policy.save_sent, false);
  EXPECT_EQ(policy.kinds, (Kinds{.text = true, .html = false, .image = false, .voice = false}));
  EXPECT_EQ(policy.external_kinds, Kinds());
  EXPECT_EQ(effective_policy({}, {}), Policy());
}

TEST(EffectivePolicy, WhatANewerServerSetIsNotSet) {
  EXPECT_EQ(effective_policy({{"replies", "text"}}, {{"replies", "loud"}, {"volume", "11"}}).replies,
            signature::OnReply::Text);
}

struct PoliciesTest : testing::Test, World {
  PoliciesTest() { make_accounts(); }
  Policies policies{store};
};

TEST_F(PoliciesTest, AChangeHoldsAtOnceAlsoWhenTheOldWasRemembered) {
  EXPECT_FALSE(done(policies.of(alice, "example.org")).mandatory);
  done(policies.set("EXAMPLE.org", std::nullopt, {{"mandatory", "on"}}));
  EXPECT_TRUE(done(policies.of(alice, "example.org")).mandatory);
  done(policies.set("example.org", alice, {{"mandatory", "off"}}));
  EXPECT_FALSE(done(policies.of(alice, "Example.org")).mandatory);
  EXPECT_TRUE(done(policies.of(bob, "example.org")).mandatory);
  Policies later(store);
  EXPECT_FALSE(done(later.of(alice, "example.org")).mandatory);
}

TEST_F(PoliciesTest, WhatIsRememberedAsksTheStoreNothing) {
  store::Flaky flaky(memory);
  Policies counted(flaky);
  done(counted.of(alice, "example.org"));
  const auto calls = flaky.calls();
  done(counted.of(alice, "example.org"));
  EXPECT_EQ(flaky.calls(), calls);
}

TEST_F(PoliciesTest, ItGoesWithItsAccountAndDomain) {
  done(policies.set("example.org", alice, {{"replies", "none"}}));
  done(policies.set("example.org", std::nullopt, {{"replies", "none"}}));
  done(accounts.remove("alice@example.org"));
  done(accounts.remove("bob@example.org"));
  done(accounts.remove_domain("example.org"));
  EXPECT_TRUE(done(memory.scan({.from = "P", .to = "Q"})).empty());
  EXPECT_TRUE(done(memory.scan({.from = "p", .to = "q"})).empty());
  EXPECT_EQ(code_of(policies.set("example.org", alice, {{"replies", "none"}})), Code::NotFound);
}

TEST_F(PoliciesTest, ARecipientElsewhereHasAClass) {
  using enum signature::Recipients;
  const auto class_of = [&](const char* local, const char* domain) {
    return done(policies.of_recipient({local, domain})).recipient_class;
  };
  EXPECT_EQ(class_of("carol", "vpim.example"), Internet);
  done(policies.set_recipient("VPIM.example", {{"class", "vpim"}}));
  EXPECT_EQ(class_of("Carol", "vpim.Example"), Vpim);
  EXPECT_EQ(class_of("carol", "sub.vpim.example"), Internet);
  done(policies.set_recipient("Carol@vpim.example", {{"class", "internet"}}));
  EXPECT_EQ(class_of("carol", "vpim.example"), Internet);
  EXPECT_EQ(class_of("dave", "vpim.example"), Vpim);
  done(policies.set_recipient("carol@vpim.example", {{"class", "default"}}));
  EXPECT_EQ(class_of("carol", "vpim.example"), Vpim);
  EXPECT_EQ(done(Policies(store).of_recipient({"dave", "vpim.example"})).recipient_class, Vpim);
  EXPECT_EQ(done(policies.of(alice, "example.org")).recipient_class, Internet);
  EXPECT_EQ(code_of(policies.set_recipient("example.org", {{"class", "vpim"}})), Code::Exists);
  EXPECT_EQ(code_of(policies.set_recipient("vpim.example", {{"replies", "none"}})), Code::BadInput);
  EXPECT_EQ(code_of(policies.set_recipient("vpim.example", {{"class", "fax"}})), Code::BadInput);
  EXPECT_EQ(code_of(policies.set_recipient("a b", {{"class", "vpim"}})), Code::BadInput);
}

TEST(ChooseForms, OneFormUnlessRecipientsDiffer) {
  const Policy own{.external_kinds = {.image = false, .voice = false}};
  const auto key = [&](bool internal, Recipients recipients) {
    return FormKey{.kinds = kinds_for(own, internal), .recipients = recipients, .internal = internal};
  };
  const auto in = key(true, Recipients::Internet), out = key(false, Recipients::Internet);
  const auto vpim_in = key(true, Recipients::Vpim), vvm_in = key(true, Recipients::Vvm);
  const struct {
    std::vector<FormKey> keys;
    std::vector<std::size_t> form_of;
    std::size_t forms, sent;
  } cases[] = {{{}, {}, 1, 0},
               {{in, in}, {0, 0}, 1, 0},
               {{out, in, out}, {0, 1, 0}, 2, 1},
               {{out, out}, {0, 0}, 1, 0},
               {{in, vpim_in, vvm_in}, {0, 1, 2}, 3, 0},
               {{in, vpim_in, vvm_in, out}, {0, 1, 2, 0}, 3, 0}};
  for (const auto& [keys, form_of, count, sent] : cases) {
    const auto forms = choose_forms(keys, own, {});
    EXPECT_EQ(forms.form_of, form_of);
    EXPECT_EQ(forms.policies.size(), count);
    EXPECT_EQ(forms.sent, sent);
  }
  EXPECT_FALSE(choose_forms({in, vpim_in, vvm_in, out}, own, {}).policies[0].voice) << "nobody gets too much";
  EXPECT_TRUE(choose_forms({in, out}, own, {}).policies[0].voice);
  EXPECT_FALSE(choose_forms({in, out}, own, {}).policies[1].voice);
}

}  // namespace
}  // namespace paraph::service
