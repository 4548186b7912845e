#include "net/output.h"

#include <array>
#include <utility>

namespace paraph::net {
namespace {

constexpr std::size_t kCopiedBytesMax = 8 * 1024;

}  // namespace

Task<void> Output::write(std::string_view octets) {
  if (octets.size() <= kCopiedBytesMax) {
    pending_ += octets;
    if (pending_.size() < kOutputBytesMax) co_return;
    co_await flush();
    co_return;
  }
  const std::string gathered = std::exchange(pending_, {});
  const std::array<std::string_view, 2> pieces{gathered, octets};
  co_await stream_.write_all(pieces);
}

Task<void> Output::flush() {
  if (pending_.empty()) co_return;
  const std::string gathered = std::exchange(pending_, {});
  co_await stream_.write(gathered);
}

}  // namespace paraph::net
