// Every mechanism against an independent client, libgsasl.
#include <gsasl.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "crypto/base64.h"
#include "session/sasl/testing.h"

namespace paraph::sasl {
namespace {

struct Freed {
  void operator()(Gsasl* gsasl) const { gsasl_done(gsasl); }
  void operator()(Gsasl_session* session) const { gsasl_finish(session); }
};

/// What the client has at hand.
struct Hand {
  std::string user = "alice";
  std::string password = "secret";
  std::string authzid;
  crypto::ChannelBinding binding;
};

int give(Gsasl_session* session, Gsasl_property property, const std::string& value) {
  if (value.empty()) return GSASL_NO_CALLBACK;
  return gsasl_property_set(session, property, value.c_str());
}

int answer(Gsasl* gsasl, Gsasl_session* session, Gsasl_property property) {
  const Hand& hand = *static_cast<const Hand*>(gsasl_callback_hook_get(gsasl));
  switch (property) {
    case GSASL_AUTHID:
      return give(session, property, hand.user);
    case GSASL_PASSWORD:
      return give(session, property, hand.password);
    case GSASL_AUTHZID:
      return give(session, property, hand.authzid);
    case GSASL_CB_TLS_EXPORTER:
      return give(session, property, crypto::base64_encode(hand.binding.tls_exporter));
    case GSASL_CB_TLS_UNIQUE:
      return give(session, property, crypto::base64_encode(hand.binding.tls_unique));
    default:
      return GSASL_NO_CALLBACK;
  }
}

class GsaslClient : public ::testing::TestWithParam<const char*> {
 protected:
  Step log_in(const char* name, Hand hand, crypto::ChannelBinding server_binding = {}) {
    Gsasl* made = nullptr;
    EXPECT_EQ(gsasl_init(&made), GSASL_OK);
    const std::unique_ptr<Gsasl, Freed> gsasl(made);
    gsasl_callback_set(made, answer);
    gsasl_callback_hook_set(made, &hand);
    Gsasl_session* opened = nullptr;
    EXPECT_EQ(gsasl_client_start(made, name, &opened), GSASL_OK) << name;
    const std::unique_ptr<Gsasl_session, Freed> session(opened);
    const auto machine = make_mechanism(name, server_.context(std::move(server_binding)));
    return talk(*machine, opened);
  }

 private:
  Step talk(Mechanism& machine, Gsasl_session* client) {
    Step step = server_.settle(machine, start_line(machine, std::nullopt));
    while (const auto* challenge = std::get_if<Challenge>(&step)) {
      char* reply = nullptr;
      const int result = gsasl_step64(client, challenge_line(*challenge).c_str(), &reply);
      const std::unique_ptr<char, decltype(&gsasl_free)> owned(reply, gsasl_free);
      if (result != GSASL_OK && result != GSASL_NEEDS_MORE) {
        ADD_FAILURE() << "the client gives up: " << gsasl_strerror(result);
        return answer_line(machine, "*");
      }
      step = server_.settle(machine, answer_line(machine, reply));
    }
    return step;
  }
  TestServer server_;
};

TEST_P(GsaslClient, RightAndWrongPasswords) {
  const crypto::ChannelBinding binding{.tls_exporter = std::string(32, 'e')};
  const bool plus = std::string_view(GetParam()).ends_with("-PLUS");
  const crypto::ChannelBinding used = plus ? binding : crypto::ChannelBinding{};
  EXPECT_TRUE(succeeded(log_in(GetParam(), {.binding = used}, used)));
  EXPECT_EQ(failure_of(log_in(GetParam(), {.password = "Secret", .binding = used}, used)), Code::Unauthenticated);
  EXPECT_EQ(failure_of(log_in(GetParam(), {.user = "carol", .binding = used}, used)), Code::Unauthenticated);
}

INSTANTIATE_TEST_SUITE_P(All, GsaslClient, ::testing::Values("PLAIN", "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"),
                         [](const auto& info) {
                           std::string name(info.param);
                           std::erase(name, '-');
                           return name;
                         });

class GsaslScram : public GsaslClient {};

TEST_F(GsaslScram, BothBindingTypes) {
  const crypto::ChannelBinding exporter{.tls_exporter = std::string(32, 'e')},
      unique{.tls_unique = std::string(12, 'u')};
  EXPECT_TRUE(succeeded(log_in("SCRAM-SHA-256-PLUS", {.binding = exporter}, exporter)));
  EXPECT_TRUE(succeeded(log_in("SCRAM-SHA-256-PLUS", {.binding = unique}, unique)));
}

TEST_F(GsaslScram, AnotherChannelIsRefused) {
  const crypto::ChannelBinding here{.tls_exporter = std::string(32, 'e')}, there{.tls_exporter = std::string(32, 'f')};
  EXPECT_EQ(failure_of(log_in("SCRAM-SHA-256-PLUS", {.binding = there}, here)), Code::Unauthenticated);
}

TEST_F(GsaslScram, AuthorizationIdentitiesArrive) {
  for (const char* name : {"PLAIN", "SCRAM-SHA-256"}) {
    const Step step = log_in(name, {.authzid = "b,o=ss"});
    ASSERT_TRUE(succeeded(step));
    EXPECT_EQ(std::get<Success>(step).authzid, "b,o=ss");
  }
}

}  // namespace
}  // namespace paraph::sasl
