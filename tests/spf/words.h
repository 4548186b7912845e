#pragma once
#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

/// The lines that the tools of this folder read: words with tabs between, each percent-encoded.
namespace paraph {

inline std::string decoded(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '%') {
      out += word[i];
      continue;
    }
    out += static_cast<char>(std::stoi(std::string(word.substr(i + 1, 2)), nullptr, 16));
    i += 2;
  }
  return out;
}

inline std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c <= ' ' || c > '~') {
      out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

inline std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (;;) {
    const auto tab = line.find('\t');
    words.push_back(decoded(line.substr(0, tab)));
    if (tab == std::string_view::npos) return words;
    line.remove_prefix(tab + 1);
  }
}

}  // namespace paraph
