#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace paraph::service {

/// The 16 octets by which a message is found (record/keys.h, `i`): of its Message-ID, with or without angle brackets.
/// nullopt: it has none.
std::optional<std::string> message_id_hash(std::string_view message_id);

}  // namespace paraph::service
