#pragma once
#include <string_view>

/// Files that the demo brings along (src/app/demo). Valid for ever.
namespace paraph::app {

std::string_view demo_picture();  ///< PNG, Alice's
std::string_view demo_voice();    ///< Ogg/Opus, 3.3 s: Alice says who she is
std::string_view demo_message();  ///< Ogg/Opus, 9.7 s: a message to send

}  // namespace paraph::app
