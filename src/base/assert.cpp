#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace paraph {

void broken_invariant(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "paraph: broken invariant at %s:%d: %s\n", file, line, condition);
  std::abort();
}

}  // namespace paraph
