#include "crypto/sha256.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace paraph::crypto {
namespace {

TEST(Sha256, KnownAnswers) {
  const BlobId empty = sha256("");
  EXPECT_EQ(hex(empty.view()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const BlobId abc = sha256("abc");
  EXPECT_EQ(hex(abc.view()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, PiecesGiveTheSameDigestAndFinishStartsAnew) {
  const std::string text = "streams are hashed in any pieces";
  Sha256 hasher;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    hasher.update(std::string_view(text).substr(0, cut));
    hasher.update(std::string_view(text).substr(cut));
    EXPECT_EQ(hasher.finish(), sha256(text));
  }
}

}  // namespace
}  // namespace paraph::crypto
