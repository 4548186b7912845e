#include "dns/cares/answer.h"

#include <ares.h>
#include <gmock/gmock.h>

namespace paraph::dns::cares {
namespace {

using testing::ElementsAre;

constexpr int kTypes[] = {16, 15, 1, 28, 12};  // as the enumerators of Kind
constexpr Kind kKinds[] = {Kind::Txt, Kind::Mx, Kind::A, Kind::Aaaa, Kind::Ptr};

std::string two(std::size_t number) { return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)}; }
std::string text(std::string octets) { return static_cast<char>(octets.size()) + octets; }

/// "a.b" on the wire; each label as it is.
std::string name(std::vector<std::string> labels) {
  std::string wire;
  for (auto& label : labels) wire += text(std::move(label));
  return wire + '\0';
}

/// A response about x.test with these record data.
std::string response(Kind kind, const std::vector<std::string>& records) {
  const std::string type = two(static_cast<std::size_t>(kTypes[static_cast<int>(kind)]));
  std::string message = two(7) + two(0x8180) + two(1) + two(records.size()) + two(0) + two(0);
  message += name({"x", "test"}) + type + two(1);
  for (const auto& data : records) message += two(0xc00c) + type + two(1) + two(0) + two(60) + two(data.size()) + data;
  return message;
}

std::string code_of(const Result<Answer>& answer) {
  if (answer) return "ok";
  if (answer.error().code == Code::Corrupt) return "corrupt";
  return answer.error().code == Code::TooLarge ? "too large" : "other";
}

TEST(ParseAnswer, JoinsTheStringsOfOneText) {
  const auto answer =
      parse_answer(Kind::Txt, response(Kind::Txt, {text("v=DKIM1; p=") + text("abc"), text(""), text("z")}));
  EXPECT_THAT(answer.value().names_or_texts, ElementsAre("v=DKIM1; p=abc", "", "z"));
  const std::string octets("a\0\xff\r\n", 5);
  EXPECT_THAT(parse_answer(Kind::Txt, response(Kind::Txt, {text(octets)})).value().names_or_texts, ElementsAre(octets));
}

TEST(ParseAnswer, SortsExchangesAndShowsTheRoot) {
  const auto far = two(20) + name({"B", "test"});
  const auto near = two(5) + name({"a", "test"});
  EXPECT_THAT(parse_answer(Kind::Mx, response(Kind::Mx, {far, near})).value().exchanges,
              ElementsAre(Mx{5, "a.test"}, Mx{20, "b.test"}));
  EXPECT_THAT(parse_answer(Kind::Mx, response(Kind::Mx, {two(0) + name({})})).value().exchanges,
              ElementsAre(Mx{0, ""}));
}

TEST(ParseAnswer, AHostThatIsNoNameIsNotTaken) {
  const auto good = name({"good", "test"});
  for (const auto& bad : {name({"a b", "test"}), name({"a.b", "test"}), name({"a\n", "test"}), name({"\xff"})}) {
    EXPECT_EQ(code_of(parse_answer(Kind::Mx, response(Kind::Mx, {two(1) + bad}))), "corrupt");
    EXPECT_EQ(code_of(parse_answer(Kind::Ptr, response(Kind::Ptr, {bad}))), "corrupt");
    const auto exchanges = parse_answer(Kind::Mx, response(Kind::Mx, {two(1) + bad, two(2) + good}));
    EXPECT_TRUE(!exchanges || exchanges->exchanges == std::vector<Mx>({Mx{2, "good.test"}}));
    const auto names = parse_answer(Kind::Ptr, response(Kind::Ptr, {bad, good}));
    EXPECT_TRUE(!names || names->names_or_texts == std::vector<std::string>{"good.test"});
  }
}

TEST(ParseAnswer, TakesAddresses) {
  const std::string v6("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
  const auto a = parse_answer(Kind::A, response(Kind::A, {"\xc0" + std::string("\0\2\1", 3)})).value();
  EXPECT_THAT(a.addresses, ElementsAre(Address{.octets = {192, 0, 2, 1}}));
  const auto aaaa = parse_answer(Kind::Aaaa, response(Kind::Aaaa, {v6})).value();
  EXPECT_THAT(aaaa.addresses,
              ElementsAre(Address{.octets = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, .v6 = true}));
}

std::string sample(Kind kind) {
  if (kind == Kind::Txt) return text("x");
  if (kind == Kind::Mx) return two(1) + name({"a"});
  if (kind == Kind::Ptr) return name({"a"});
  return std::string(kind == Kind::A ? 4 : 16, '\1');
}

TEST(ParseAnswer, NoRecordOfTheKindIsAnEmptyAnswer) {
  for (const Kind kind : kKinds) {
    const Kind other = kind == Kind::Txt ? Kind::A : Kind::Txt;
    const auto answer = parse_answer(kind, response(other, {sample(other)}));
    ASSERT_TRUE(answer.has_value()) << static_cast<int>(kind) << answer.error().text;
    EXPECT_TRUE(answer->addresses.empty() && answer->exchanges.empty() && answer->names_or_texts.empty());
  }
}

TEST(ParseAnswer, CountsTheRecords) {
  for (const Kind kind : kKinds) {
    const std::vector<std::string> most(kRecordsMax, sample(kind));
    EXPECT_EQ(code_of(parse_answer(kind, response(kind, most))), "ok");
    const std::vector<std::string> more(kRecordsMax + 1, sample(kind));
    EXPECT_EQ(code_of(parse_answer(kind, response(kind, more))), "too large");
  }
}

TEST(ParseAnswer, EveryPieceAndEveryDamagedOctetIsSurvived) {
  for (const Kind kind : kKinds) {
    const auto whole = response(kind, {sample(kind), sample(kind)});
    for (std::size_t length = 0; length < whole.size(); ++length) {
      EXPECT_EQ(code_of(parse_answer(kind, std::string(whole.data(), length))), "corrupt") << length;
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const char octet : {'\0', '\x3f', '\xc0', '\xff'}) {
        std::string damaged = whole;
        damaged[at] = octet;
        EXPECT_NE(code_of(parse_answer(kind, damaged)), "other");
      }
    }
  }
}

TEST(AnswerOfStatus, SaysWhatACallerCanDo) {
  const std::pair<int, Code> table[] = {{ARES_ENOTFOUND, Code::NotFound},      {ARES_ESERVFAIL, Code::Unavailable},
                                        {ARES_EREFUSED, Code::Unavailable},    {ARES_ETIMEOUT, Code::Unavailable},
                                        {ARES_ECANCELLED, Code::Unavailable},  {ARES_EDESTRUCTION, Code::Unavailable},
                                        {ARES_ECONNREFUSED, Code::Unavailable}};
  for (const auto& [status, code] : table) EXPECT_EQ(answer_of_status(status, "x").error().code, code) << status;
  EXPECT_TRUE(answer_of_status(ARES_ENODATA, "x").has_value());
}

TEST(Combined, OneFamilyIsEnough) {
  const auto found = [](bool v6) { return Result<Answer>(Answer{.addresses = {Address{.v6 = v6}}}); };
  const Result<Answer> none(Answer{});
  const Result<Answer> late = fail(Code::Unavailable, "late");
  const Result<Answer> unknown = fail(Code::NotFound, "no");
  EXPECT_EQ(combined(found(false), found(true)).value().addresses.size(), 2u);
  EXPECT_EQ(combined(found(false), late).value().addresses.size(), 1u);
  EXPECT_EQ(combined(late, found(true)).value().addresses.size(), 1u);
  EXPECT_EQ(combined(found(false), none).value().addresses.size(), 1u);
  EXPECT_TRUE(combined(none, none).value().addresses.empty());
  EXPECT_EQ(combined(none, late).error().code, Code::Unavailable);
  EXPECT_EQ(combined(late, none).error().code, Code::Unavailable);
  EXPECT_EQ(combined(late, unknown).error().code, Code::NotFound);
  EXPECT_EQ(combined(unknown, late).error().code, Code::NotFound);
}

}  // namespace
}  // namespace paraph::dns::cares
