#pragma once
#include "base/result.h"

namespace paraph::media::worker {

/// What a process may use once it is shut in.
struct Budget {
  unsigned cpu_seconds = 5;
  std::size_t memory_bytes = 128 << 20;  ///< of what it allocates, and of each of its threads' stacks
};

/// Shuts the calling process in, for good: no file can be opened, no socket made, no process started, no memory made
/// executable; what it has open (standard input and output) stays. Whoever tries is killed by SIGSYS; more CPU time
/// ends in SIGXCPU, more memory is not given. All threads. Unavailable: the kernel does not offer it, and nothing
/// hostile may be read.
Result<void> shut_in(const Budget& budget);

}  // namespace paraph::media::worker
