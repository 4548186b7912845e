#include "service/message_ids.h"

#include "base/text.h"
#include "crypto/sha256.h"

namespace paraph::service {

std::optional<std::string> message_id_hash(std::string_view message_id) {
  constexpr std::size_t kHashBytes = 16;
  message_id = trimmed(message_id);
  if (message_id.size() > 2 && message_id.front() == '<' && message_id.back() == '>')
    message_id = message_id.substr(1, message_id.size() - 2);
  if (message_id.empty()) return std::nullopt;
  const auto digest = crypto::sha256(message_id);
  return std::string(digest.view().substr(0, kHashBytes));
}

}  // namespace paraph::service
