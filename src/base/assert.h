#pragma once

namespace paraph {
/// Prints the broken invariant to standard error and aborts. Bytes from outside never reach an assert.
[[noreturn]] void broken_invariant(const char* condition, const char* file, int line);
}  // namespace paraph

#define PARAPH_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::paraph::broken_invariant(#condition, __FILE__, __LINE__))
