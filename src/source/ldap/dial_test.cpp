#include "source/ldap/dial.h"

#include <gmock/gmock.h>
#include <netdb.h>

#include <latch>

namespace paraph::source::ldap {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::latch& end_of_test() {
  static std::latch one(1);
  return one;
}
std::latch& end_of_resolver() {
  static std::latch one(1);
  return one;
}

int hanging(const char*, const char*, const addrinfo*, addrinfo**) {
  end_of_test().wait();
  end_of_resolver().count_down();
  return EAI_AGAIN;
}

TEST(Dial, AResolverThatHangsIsLeftToItself) {
  const auto socket = dial("directory.example.org", 389, Reach::Any, Within(50ms), &hanging);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, Code::Unavailable);
  EXPECT_THAT(socket.error().text, HasSubstr("no answer in time"));
  end_of_test().count_down();
  end_of_resolver().wait();
}

TEST(Dial, ANameThatIsNone) {
  const auto none = [](const char*, const char*, const addrinfo*, addrinfo**) { return EAI_NONAME; };
  EXPECT_THAT(dial("x.invalid", 389, Reach::Any, Within(10s), none).error().text, HasSubstr("the name x.invalid: "));
}

TEST(Dial, InClearOnlyToThisMachine) {
  EXPECT_THAT(dial("192.0.2.1", 389, Reach::LoopbackOnly, Within(10s)).error().text, HasSubstr("in clear"));
}

}  // namespace
}  // namespace paraph::source::ldap
