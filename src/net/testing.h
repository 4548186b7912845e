#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "net/stream.h"

namespace paraph::net {

/// Runs `context` until `task` has ended, and gives its value or its exception. An assert stops a test that would hang
/// for more than 20 s. For tests only.
template <class T>
T run_task(boost::asio::io_context& context, Task<T> task) {
  std::optional<T> value;
  std::exception_ptr error;
  bool ended = false;
  boost::asio::co_spawn(context.get_executor(), std::move(task), [&](std::exception_ptr escaped, T got) {
    error = escaped;
    value = std::move(got);
    ended = true;
  });
  context.restart();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!ended) PARAPH_ASSERT(context.run_one_until(give_up) == 1);
  if (error) std::rethrow_exception(error);
  return std::move(*value);
}
inline void run_task(boost::asio::io_context& context, Task<void> task) {
  std::exception_ptr error;
  bool ended = false;
  boost::asio::co_spawn(context.get_executor(), std::move(task), [&](std::exception_ptr escaped) {
    error = escaped;
    ended = true;
  });
  context.restart();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!ended) PARAPH_ASSERT(context.run_one_until(give_up) == 1);
  if (error) std::rethrow_exception(error);
}

/// Everything up to the end. For tests only.
inline Task<std::string> read_to_end(Stream& stream) {
  std::string all;
  char piece[4096];
  for (;;) {
    const std::size_t got = co_await stream.read_some(piece);
    if (got == 0) co_return all;
    all.append(piece, got);
  }
}

/// Exactly so many octets, or what came before the end. For tests only.
inline Task<std::string> read_exactly(Stream& stream, std::size_t octets) {
  std::string all(octets, '\0');
  std::size_t have = 0;
  while (have < octets) {
    const std::size_t got = co_await stream.read_some(std::span(all).subspan(have));
    if (got == 0) break;
    have += got;
  }
  all.resize(have);
  co_return all;
}

}  // namespace paraph::net
