#pragma once
#include <cstdint>
#include <string>

namespace paraph::corpus {

struct Sample {
  std::string shape;  ///< what it is made like, for a failure's text
  std::string text;
};

/// Message `number` of the corpus: always the same one.
Sample make_sample(std::uint64_t number);

}  // namespace paraph::corpus
