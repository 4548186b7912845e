#include <gtest/gtest.h>

#include "source/ldap/ldap_source.h"

namespace paraph::source::ldap {
namespace {

/// The key that the sentence names; "" for options that are good.
std::string fault(Options options) {
  const auto made = make_ldap(std::move(options));
  return made ? "" : made.error().text.substr(0, made.error().text.find(':'));
}

TEST(Options, WhatIsRefused) {
  const auto at = [](std::string url, bool starttls) {
    return Options{.directory = {.url = std::move(url), .starttls = starttls}};
  };
  EXPECT_EQ(fault(at("ldaps://ldap.example.org", false)), "");
  EXPECT_EQ(fault(at("ldap://ldap.example.org", true)), "");
  EXPECT_EQ(fault(at("ldap://127.0.0.1:389", false)), "");
  EXPECT_EQ(fault(at("ldap://[::1]", false)), "");
  EXPECT_EQ(fault(at("ldap://localhost/", false)), "");
  EXPECT_EQ(fault(at("ldap://ldap.example.org", false)), "url");
  EXPECT_EQ(fault(at("ldap://localhost.example.org", false)), "url");
  EXPECT_EQ(fault(at("ldap://10.0.0.1", false)), "url");
  EXPECT_EQ(fault(at("ldaps://ldap.example.org", true)), "starttls");
  EXPECT_EQ(fault(at("ldapi://x", false)), "url");
}

TEST(Options, BindAndFilter) {
  Options options{.directory = {.url = "ldaps://e.org", .bind_dn = "cn=a"}};
  EXPECT_EQ(fault(options), "bind_dn");
  options.directory.password = "x";
  EXPECT_EQ(fault(options), "");
  options.filter = "(mail=x)";
  EXPECT_EQ(fault(options), "filter");
}

}  // namespace
}  // namespace paraph::source::ldap
