// What the record of a signed voice message costs: every cold FETCH parses one, every deposit formats one.
#include <cstdio>
#include <ctime>

#include "record/sample_test.h"

namespace {

template <class F>
/// Of CPU time.
double microseconds_each(int times, F&& work) {
  const std::clock_t start = std::clock();
  for (int i = 0; i < times; ++i) work();
  return static_cast<double>(std::clock() - start) * 1e6 / CLOCKS_PER_SEC / times;
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
