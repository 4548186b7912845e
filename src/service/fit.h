#pragma once
#include <cstdint>

#include "record/codec.h"

namespace paraph::service {

/// What the next server takes, as far as it decides the form of a message (spec 2.8).
struct Fit {
  bool seven_bit = false;                               ///< no octets above 127: it has no 8BITMIME
  std::uint64_t size_max = 0;                           ///< octets in all; 0: it does not say
  record::LeftOut left_out = record::LeftOut::Nothing;  ///< it refuses this of a signature
};

}  // namespace paraph::service
