#include "mime/date.h"

#include <gtest/gtest.h>

namespace paraph::mime {
namespace {

using namespace std::chrono;

TEST(Date, Table) {
  const Time base = sys_days(2026y / 11 / 23) + 2h + 24min;
  const std::pair<std::string_view, Time> cases[] = {
      {"Mon, 23 Nov 2026 02:24:00 +0000", base},
      {"23 Nov 2026 02:24 +0000", base},
      {" mon , 23 (x) NOV 2026 02 : 24 : 05 (y) -0000 (UTC)", base + 5s},
      {"Mon, 23 Nov 2026 10:24:00 +0800", base},
      {"Sun, 22 Nov 2026 20:54:00 -0530", base},
      {"23-Nov-2026 02:24:00 GMT", base},
      {"22 Nov 26 21:24:00 EST", base},
      {"22 Nov 2026 19:24:00 PDT", base},
      {"23 Nov 2026 02:24:00 Z", base},
      {"23 Nov 2026 02:24:00", base},
      {"23 Nov 2026 02:23:60 +0000", base},
      {"1 Jan 70 00:00:00 +0000", Time{}},
      {"1 Jan 070 00:00:00 +0000", Time{}},
  };
  for (const auto& [raw, expected] : cases) EXPECT_EQ(parse_date(raw), expected) << raw;
}

TEST(Date, RefusesWhatIsNone) {
  for (const std::string_view bad :
       {"", "yesterday", "32 Nov 2026 00:00:00 +0000", "29 Feb 2026 00:00 +0000", "1 Foo 2026 00:00 +0000",
        "1 Jan 1899 00:00 +0000", "1 Jan 2262 00:00 +0000", "1 Jan 99999 00:00 +0000", "1 Jan 2026 24:00:00 +0000",
        "1 Jan 2026 00:60 +0000", "1 Jan 2026 0000 +0000", "1 Jan 2026 00:00:00 +00", "1 Jan 2026 00:00:00 +0099",
        "1 Jan 2026 00:00:00 +0000 junk", "1 Jan 2026 00:00:61 +0000"}) {
    EXPECT_FALSE(parse_date(bad)) << bad;
  }
}

TEST(Date, FormatComesBack) {
  const Time time = sys_days(2026y / 2 / 3) + 4h + 5min + 6s;
  EXPECT_EQ(format_date(time), "Tue, 03 Feb 2026 04:05:06 +0000");
  EXPECT_EQ(parse_date(format_date(time)), time);
  EXPECT_EQ(format_date(Time{} - 1s), "Wed, 31 Dec 1969 23:59:59 +0000");
}

}  // namespace
}  // namespace paraph::mime
