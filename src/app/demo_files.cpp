#include "app/demo_files.h"

namespace paraph::app {
namespace {

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
constexpr char kPicture[] = {
#embed "demo/alice.png"
};
constexpr char kVoice[] = {
#embed "demo/alice.opus"
};
constexpr char kMessage[] = {
#embed "demo/message.opus"
};
#pragma clang diagnostic pop

template <std::size_t N>
std::string_view view(const char (&octets)[N]) {
  return {octets, N};
}

}  // namespace

std::string_view demo_picture() { return view(kPicture); }
std::string_view demo_voice() { return view(kVoice); }
std::string_view demo_message() { return view(kMessage); }

}  // namespace paraph::app
