#include "session/sasl/scram_messages.h"

#include <gtest/gtest.h>

namespace paraph::sasl {
namespace {

using std::string_literals::operator""s;

TEST(ScramMessages, ClientFirst) {
  const auto first = client_first_message("p=tls-exporter,a=b=2Cc=3D,n=al=2Cice,r=abc/+=,x=y,z=1=2");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->binding, Binding::Used);
  EXPECT_EQ(first->binding_type, "tls-exporter");
  EXPECT_EQ(first->authzid, "b,c=");
  EXPECT_EQ(first->user, "al,ice");
  EXPECT_EQ(first->nonce, "abc/+=");
  EXPECT_EQ(first->gs2_header, "p=tls-exporter,a=b=2Cc=3D,");
  EXPECT_EQ(first->bare, "n=al=2Cice,r=abc/+=,x=y,z=1=2");
}

TEST(ScramMessages, ClientFirstFlags) {
  EXPECT_EQ(client_first_message("n,,n=u,r=x")->binding, Binding::NotSupported);
  EXPECT_EQ(client_first_message("y,,n=u,r=x")->binding, Binding::NotOffered);
  EXPECT_EQ(client_first_message("p=X.1-z,,n=u,r=x")->binding_type, "X.1-z");
}

TEST(ScramMessages, ClientFirstMalformed) {
  const std::string cases[] = {"",
                               "n",
                               "n,",
                               "n,,",
                               "n,,n=u",
                               "n,,n=u,",
                               "n,,r=x,n=u",
                               "n,,n=,r=x",
                               "n,,n=u,r=",
                               "n,,n=u,r=x y",
                               "n,,n=u,r=\x7f",
                               "n,,n=u,r=x,",
                               "n,,n=u,r=x,y",
                               "n,,n=u,r=x,y=",
                               "n,,n=u,r=x,1=2",
                               "n,,m=ext,n=u,r=x",
                               "n,,n=a=b,r=x",
                               "n,,n=a=2c,r=x",
                               "n,,n=a=2,r=x",
                               "n,,n=\xff,r=x",
                               "n,,n=u\0v,r=x"s,
                               "n,b,n=u,r=x",
                               "n,a=,n=u,r=x",
                               "N,,n=u,r=x",
                               "z,,n=u,r=x",
                               "p=,,n=u,r=x",
                               "p=a b,,n=u,r=x",
                               "n=u,r=x",
                               "n,,n=" + std::string(256, 'u') + ",r=x",
                               "n,,n=u,r=" + std::string(kNonceBytesMax + 1, 'x')};
  for (const auto& text : cases) {
    const auto first = client_first_message(text);
    ASSERT_FALSE(first) << text;
    EXPECT_EQ(first.error().code, Code::BadInput);
  }
}

TEST(ScramMessages, ClientFinal) {
  const auto final = client_final_message("c=biws,r=abc,x=y,p=AAEC");
  ASSERT_TRUE(final);
  EXPECT_EQ(final->binding_data, "n,,");
  EXPECT_EQ(final->nonce, "abc");
  EXPECT_EQ(final->proof, "\0\1\2"s);
  EXPECT_EQ(final->without_proof, "c=biws,r=abc,x=y");
}

TEST(ScramMessages, ClientFinalMalformed) {
  for (const std::string_view text :
       {"", "c=biws", "c=biws,r=abc", "c=biws,p=AAEC", "r=abc,c=biws,p=AAEC", "c=biws,r=,p=AAEC", "c=bi,r=abc,p=AAEC",
        "c=biws,r=abc,p=A", "c=biws,r=abc,p=AAEC,x=y", "c=biws,r=abc,,p=AAEC", "c=biws,r=abc,x,p=AAEC", ",p=AAEC",
        "p=AAEC"})
    EXPECT_FALSE(client_final_message(text)) << text;
}

}  // namespace
}  // namespace paraph::sasl
