#include "app/milter/edits.h"

#include <gtest/gtest.h>

namespace paraph::milter {
namespace {

using Kind = Edit::Kind;

struct Case {
  const char* name;
  const char* before;
  const char* after;
  std::vector<Edit> edits;
};

class Edits : public testing::TestWithParam<Case> {};

TEST_P(Edits, MakeOneOfTheOther) {
  const auto& one = GetParam();
  EXPECT_EQ(edits_between(one.before, one.after), one.edits);
}

INSTANTIATE_TEST_SUITE_P(
    Headers, Edits,
    testing::Values(Case{"same", "A: 1\r\nB: 2\r\n\r\n", "A: 1\r\nB: 2\r\n\r\n", {}},
                    Case{"signed",
                         "From: a\r\nContent-Type: text/plain\r\n\r\n",
                         "Paraph-Signature: v=1;\r\n h=x\r\nFrom: a\r\nContent-Type: multipart/mixed;\r\n "
                         "boundary=b\r\nMIME-Version: 1.0\r\n\r\n",
                         {{Kind::Change, "Content-Type", 1, " multipart/mixed;\n boundary=b"},
                          {Kind::Insert, "MIME-Version", 0, " 1.0"},
                          {Kind::Insert, "Paraph-Signature", 0, " v=1;\n h=x"}}},
                    Case{"two_on_top",
                         "Dkim: old\r\n\r\n",
                         "Dkim: one\r\nDkim: two\r\nDkim: old\r\n\r\n",
                         {{Kind::Insert, "Dkim", 0, " two"}, {Kind::Insert, "Dkim", 0, " one"}}},
                    Case{"gone",
                         "X: 1\r\nY: 2\r\nX: 3\r\n\r\n",
                         "Y: 2\r\n\r\n",
                         {{Kind::Remove, "X", 2, ""}, {Kind::Remove, "X", 1, ""}}},
                    Case{"one_of_two_gone", "X: 1\r\nX: 2\r\n\r\n", "X: 2\r\n\r\n", {{Kind::Remove, "X", 1, ""}}},
                    Case{"any_case",
                         "content-type: a\r\n\r\n",
                         "Content-Type: b\r\n\r\n",
                         {{Kind::Change, "content-type", 1, " b"}}},
                    Case{"empty", "\r\n", "\r\n", {}}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace paraph::milter
