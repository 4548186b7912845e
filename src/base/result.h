#pragma once
#include <expected>
#include <string>
#include <utility>

#include "base/error.h"

namespace paraph {

/// The value, or the expected failure that came instead. Broken peers and disks are exceptions, broken invariants asserts.
template <class T = void>
using Result = std::expected<T, Error>;

/// `return fail(Code::NotFound, "mailbox X does not exist");` in any function that returns a Result.
inline std::unexpected<Error> fail(Code code, std::string text) { return std::unexpected(Error{code, std::move(text)}); }

/// Passes the failure of `result` on: `return fail(std::move(r))`.
template <class T>
std::unexpected<Error> fail(std::expected<T, Error>&& result) {
  return std::unexpected(std::move(result).error());
}

}  // namespace paraph

#define PARAPH_CONCAT_(a, b) a##b
#define PARAPH_CONCAT(a, b) PARAPH_CONCAT_(a, b)
#define PARAPH_TRY_(ret, tmp, decl, ...)                       \
  auto tmp = __VA_ARGS__;                                      \
  if (!tmp) ret std::unexpected(std::move(tmp).error());       \
  decl = std::move(*tmp)
#define PARAPH_CHECK_(ret, tmp, ...)                           \
  auto tmp = __VA_ARGS__;                                      \
  if (!tmp) ret std::unexpected(std::move(tmp).error())

/// `PARAPH_TRY(auto x, parse(y));` declares x, or returns the failure. A declaration, not an expression.
#define PARAPH_TRY(decl, ...) PARAPH_TRY_(return, PARAPH_CONCAT(try_, __COUNTER__), decl, __VA_ARGS__)
/// The same in a coroutine: `PARAPH_CO_TRY(auto x, co_await load(y));`
#define PARAPH_CO_TRY(decl, ...) PARAPH_TRY_(co_return, PARAPH_CONCAT(try_, __COUNTER__), decl, __VA_ARGS__)
/// For a Result<void>: `PARAPH_CHECK(check_size(n));`
#define PARAPH_CHECK(...) PARAPH_CHECK_(return, PARAPH_CONCAT(try_, __COUNTER__), __VA_ARGS__)
#define PARAPH_CO_CHECK(...) PARAPH_CHECK_(co_return, PARAPH_CONCAT(try_, __COUNTER__), __VA_ARGS__)
