#include "dmarc/record.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace paraph::dmarc {
namespace {

TEST(DmarcRecord, IsKnownByItsFirstTag) {
  const std::pair<std::string, bool> table[] = {
      {"v=DMARC1; p=none", true},  {"v = DMARC1;p=none", true},  {"v=DMARC1", true},          {" v=DMARC1 ;", true},
      {"v=dmarc1; p=none", false}, {"v=DMARC10; p=none", false}, {"p=none; v=DMARC1", false}, {"", false},
      {"v=DMARC1 p=none", false}};
  for (const auto& [text, is] : table) EXPECT_EQ(is_record(text), is) << text;
}

std::string told(const Result<Record>& record) {
  if (!record) return "none";
  return fmt::format("p={} sp={} adkim={} aspf={} pct={}", name_of(record->domain), name_of(record->subdomains),
                     record->dkim == Alignment::Strict ? "s" : "r", record->spf == Alignment::Strict ? "s" : "r",
                     record->percent);
}

TEST(DmarcRecord, SaysWhatItSays) {
  const std::pair<std::string, std::string> table[] = {
      {"v=DMARC1; p=none", "p=none sp=none adkim=r aspf=r pct=100"},
      {"v=DMARC1;p=reject", "p=reject sp=reject adkim=r aspf=r pct=100"},
      {"v=DMARC1; p=reject; sp=none; adkim=s; aspf=s; pct=20;", "p=reject sp=none adkim=s aspf=s pct=20"},
      {"v=DMARC1; P=Quarantine; SP=REJECT", "p=quarantine sp=reject adkim=r aspf=r pct=100"},
      {"v=DMARC1; rua=mailto:a@example.com; p=reject", "p=reject sp=reject adkim=r aspf=r pct=100"},
      {"v=DMARC1; p=reject; pct=0", "p=reject sp=reject adkim=r aspf=r pct=0"},
      // What is wrong and optional counts as not there.
      {"v=DMARC1; p=reject; pct=101; adkim=x; aspf=; fo=?; new; =; ;;", "p=reject sp=reject adkim=r aspf=r pct=100"},
      {"v=DMARC1; p=reject; p=none", "p=reject sp=reject adkim=r aspf=r pct=100"},
      // Without a right policy, and yet wanting reports.
      {"v=DMARC1; p=bogus; rua=mailto:a@example.com", "p=none sp=none adkim=r aspf=r pct=100"},
      {"v=DMARC1; p=reject; sp=bogus; rua=mailto:a@example.com!10m", "p=none sp=none adkim=r aspf=r pct=100"},
      {"v=DMARC1; rua=x, mailto:a@example.com", "p=none sp=none adkim=r aspf=r pct=100"},
      {"v=DMARC1; p=bogus", "none"},
      {"v=DMARC1; p=reject; sp=bogus", "none"},
      {"v=DMARC1; rua=mailto:", "none"},
      {"v=DMARC1", "none"},
      {"v=spf1 -all", "none"},
  };
  for (const auto& [text, says] : table) EXPECT_EQ(told(parse_record(text)), says) << text;
}

}  // namespace
}  // namespace paraph::dmarc
