#include "wire/http/format.h"

#include <gtest/gtest.h>

#include "wire/http/reply_for.h"

namespace paraph::http {
namespace {

constexpr Time kTime{std::chrono::seconds{784111777}};

TEST(Format, the_date_of_the_standard) { EXPECT_EQ(format_date(kTime), "Sun, 06 Nov 1994 08:49:37 GMT"); }

TEST(Format, the_head_of_a_response) {
  Response response{.status = 404, .fields = {{"Content-Type", "text/plain"}}, .body = "gone"};
  EXPECT_EQ(format_head(response, kTime, Persist::Yes),
            "HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\n"
            "Content-Length: 4\r\nConnection: keep-alive\r\n\r\n");
}

TEST(Format, what_has_no_body_has_no_length) {
  EXPECT_EQ(format_head({.status = 304}, kTime, Persist::No),
            "HTTP/1.1 304 Not Modified\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: close\r\n\r\n");
}

TEST(Format, every_code_has_a_status_with_a_reason) {
  for (int code = 0; code <= static_cast<int>(Code::Corrupt); ++code) {
    const auto status = status_for(static_cast<Code>(code));
    EXPECT_GE(status, 400u);
    EXPECT_NE(reason_of(status), "Unknown") << status;
  }
}

}  // namespace
}  // namespace paraph::http
