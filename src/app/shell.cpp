#include "app/shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>

#include "base/text.h"
#include "crypto/password.h"

namespace paraph::app {

std::string shell_word(std::string_view text) {
  const auto plain = [](char c) {
    return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || std::string_view("/._-@:+,=").contains(c);
  };
  if (!text.empty() && std::ranges::all_of(text, plain)) return std::string(text);
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

Result<std::string> read_password() {
  std::string line(crypto::kPasswordBytesMax + 2, '\0');
  std::cin.getline(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(std::strlen(line.c_str()));
  if (line.ends_with('\r')) line.pop_back();
  if (line.size() > crypto::kPasswordBytesMax)
    return fail(Code::BadInput, "the password on standard input is over 1024 octets: choose a shorter one");
  if (line.empty())
    return fail(Code::BadInput,
                "there is no password on standard input: pipe it in, as in `printf %s PASSWORD | paraph ...`");
  return line;
}

Result<std::string> read_file(const std::filesystem::path& file, std::size_t bytes_max) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    return fail(Code::BadInput, fmt::format("{}: is a folder: name a file", file.string()));
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream)
    return fail(Code::BadInput,
                fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno ? errno : EIO)));
  std::string octets;
  char piece[65536];
  while (stream.read(piece, sizeof piece) || stream.gcount() > 0) {
    octets.append(piece, static_cast<std::size_t>(stream.gcount()));
    if (octets.size() > bytes_max)
      return fail(Code::TooLarge, fmt::format("{}: is over {} octets: give a shorter one", file.string(), bytes_max));
  }
  return octets;
}

Result<std::string> text_or_file(const std::string& text, std::size_t bytes_max) {
  if (!text.starts_with('@')) return text;
  return read_file(text.substr(1), bytes_max);
}

Result<void> make_private_folder(const std::filesystem::path& folder) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(folder, error);
  if (made && !error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (!error) return {};
  return fail(Code::Unavailable,
              fmt::format("{}: cannot be made: {}: choose another folder", folder.string(), error.message()));
}

Task<void> print_line(std::string line) {
  fmt::print("{}\n", line);
  co_return;
}

Task<void> ignore_line(std::string) { co_return; }

}  // namespace paraph::app
