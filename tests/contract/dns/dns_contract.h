#pragma once
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dns/dns.h"

/// One suite for every adapter of the door: each sentence of dns.h is a test.
namespace paraph::dns {

inline const std::string kLongText = std::string(250, 'a') + std::string(1750, 'b');  ///< of long.example.com

/// A resolver that knows example.com, as in dns_contract.cpp.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual Resolver& resolver() = 0;
};

struct EngineName {
  const char* name;
  std::unique_ptr<Engine> (*make)();
};
void PrintTo(const EngineName& engine, std::ostream* out);
std::vector<EngineName> engines();

Address v4(unsigned char a, unsigned char b, unsigned char c, unsigned char d);
Address v6(unsigned char last);  ///< 2001:db8::last

/// "found", or the name of the code: so that a failed test reads well.
template <class T>
std::string outcome(const Result<T>& result) {
  if (result) return "found";
  switch (result.error().code) {
    case Code::NotFound:
      return "not found";
    case Code::Unavailable:
      return "unavailable";
    case Code::BadInput:
      return "bad input";
    default:
      return "another code: " + result.error().text;
  }
}

/// Runs a task to its end on a loop of its own.
template <class T>
T run(Task<T> task) {
  boost::asio::io_context loop(1);
  std::optional<T> result;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failed, T value) {
    if (failed) std::rethrow_exception(failed);
    result = std::move(value);
  });
  loop.run();
  return std::move(*result);
}

/// Runs `count` tasks at once, on `loops` threads with an event loop each. The task gets its number.
void run_at_once(int count, int loops, std::function<Task<void>(int)> task);

}  // namespace paraph::dns
