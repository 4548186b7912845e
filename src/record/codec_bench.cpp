// What the record of a signed voice message costs: every cold FETCH parses one, every deposit formats one.
#include <chrono>
#include <cstdio>

#include "record/sample_test.h"

namespace {

template <class F>
double microseconds_each(int times, F&& work) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) work();
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  return took.count() / times;
}

}  // namespace

int main() {
  using namespace paraph::record;
  const StoredMessage message = sample_message();
  const std::string octets = format_message(message);
  std::size_t sum = 0;
  const double format = microseconds_each(200'000, [&] { sum += format_message(message).size(); });
  const double parse = microseconds_each(200'000, [&] { sum += parse_message(octets)->structure.parts.size(); });
  std::printf("message record: %zu octets, format %.2f us, parse %.2f us (%zu)\n", octets.size(), format, parse, sum);
}
