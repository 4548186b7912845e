#include "media/worker/sandbox.h"

#include <fmt/format.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace paraph::media::worker {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;  // its shadow takes terabytes of addresses
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

std::unexpected<Error> not_offered(const char* what, int error) {
  return fail(Code::Unavailable,
              fmt::format("the media worker cannot shut itself in: {}: {}", what, std::strerror(error)));
}

/// What decoding needs, and reading and writing what is open.
constexpr std::array kAllowed{SCMP_SYS(read),
                              SCMP_SYS(write),
                              SCMP_SYS(readv),
                              SCMP_SYS(writev),
                              SCMP_SYS(close),
                              SCMP_SYS(lseek),
                              SCMP_SYS(munmap),
                              SCMP_SYS(mremap),
                              SCMP_SYS(madvise),
                              SCMP_SYS(brk),
                              SCMP_SYS(futex),
                              SCMP_SYS(sched_yield),
                              SCMP_SYS(sched_getaffinity),
                              SCMP_SYS(rt_sigprocmask),
                              SCMP_SYS(rt_sigreturn),
                              SCMP_SYS(rt_sigaction),
                              SCMP_SYS(sigaltstack),
                              SCMP_SYS(clock_gettime),
                              SCMP_SYS(clock_nanosleep),
                              SCMP_SYS(nanosleep),
                              SCMP_SYS(gettimeofday),
                              SCMP_SYS(gettid),
                              SCMP_SYS(getpid),
                              SCMP_SYS(set_robust_list),
                              SCMP_SYS(rseq),
                              SCMP_SYS(exit),
                              SCMP_SYS(exit_group),
                              SCMP_SYS(getrandom),
                              SCMP_SYS(sysinfo),
                              SCMP_SYS(getrusage),
                              SCMP_SYS(restart_syscall)};

int allow_all(scmp_filter_ctx filter) {
  for (const int call : kAllowed) {
    if (const int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0); error != 0) return error;
  }
  // Memory, but none that can be executed.
  const auto add = [&](int call, const scmp_arg_cmp& when) {
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &when);
  };
  const scmp_arg_cmp not_executable{.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0};
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    if (const int error = add(call, not_executable); error != 0) return error;
  }
  // Threads, but no processes. The C library tries clone3 first, whose flags a filter cannot see.
  const scmp_arg_cmp thread{.arg = 0, .op = SCMP_CMP_MASKED_EQ, .datum_a = CLONE_THREAD, .datum_b = CLONE_THREAD};
  if (const int error = add(SCMP_SYS(clone), thread); error != 0) return error;
  // What libraries ask for and do without.
  for (const int call : {SCMP_SYS(clone3), SCMP_SYS(ioctl), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(prlimit64),
                         SCMP_SYS(set_mempolicy), SCMP_SYS(get_mempolicy), SCMP_SYS(prctl)}) {
    if (const int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0); error != 0) return error;
  }
  return 0;
}

bool limit(int what, rlim_t most) {
  const rlimit to{most, most};
  return setrlimit(static_cast<__rlimit_resource>(what), &to) == 0;
}

}  // namespace

Result<void> shut_in(const Budget& budget) {
  if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_CPU, budget.cpu_seconds) || !limit(RLIMIT_FSIZE, 0))
    return not_offered("limits", errno);
  if (!kSanitized && !limit(RLIMIT_DATA, budget.memory_bytes)) return not_offered("a limit of memory", errno);
  const std::unique_ptr<void, decltype(&seccomp_release)> filter(seccomp_init(SCMP_ACT_KILL_PROCESS), seccomp_release);
  if (!filter) return not_offered("a filter", ENOMEM);
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  if (const int error = allow_all(filter.get()); error != 0) return not_offered("a filter's rule", -error);
  if (const int error = seccomp_load(filter.get()); error != 0) return not_offered("the filter", -error);
  return {};
}

}  // namespace paraph::media::worker
