#pragma once
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "wire/imap/parse.h"

namespace paraph::imap {

/// The body of `a ARGUMENTS`, which must be a T.
template <class T>
T parsed(std::string_view arguments, NameEncoding names = NameEncoding::Utf7) {
  auto command = parse_command("a " + std::string(arguments), names);
  if (!command) {
    ADD_FAILURE() << arguments << ": " << command.error().text;
    return {};
  }
  EXPECT_EQ(command->tag, "a");
  const T* body = std::get_if<T>(&command->body);
  EXPECT_TRUE(body != nullptr) << arguments;
  return body != nullptr ? *body : T{};
}

/// The sentence with which `a ARGUMENTS` fails.
inline std::string failure(std::string_view arguments) {
  const auto command = parse_command("a " + std::string(arguments));
  return command ? "" : command.error().text;
}

}  // namespace paraph::imap
