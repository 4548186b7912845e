#pragma once
// Only the translation units of this room see toml++.
#include <set>
#include <string>
#include <string_view>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include <toml++/toml.h>
#pragma clang diagnostic pop

#include "app/config/config.h"

namespace paraph::app {

/// The earliest fault of a file: it is corrected from the top.
class Faults {
 public:
  void add(std::uint32_t line, std::string key, std::string text);
  bool any() const { return found_; }
  std::string sentence(std::string_view file) const;

 private:
  bool found_ = false;
  std::uint32_t line_ = 0;
  std::string key_, text_;
};

/// Takes the values of one table, key by key. A key that is absent leaves `into` alone; a bad one is a fault and leaves
/// it alone too. `finish()` reports the keys that nobody asked for. Lives no longer than the table.
class Reader {
 public:
  /// `path` is how faults call the table: "server", "source".
  Reader(const toml::table& table, std::string path, Faults& faults);

  void take(std::string_view key, bool& into);
  void take(std::string_view key, std::string& into);  ///< not empty
  void take(std::string_view key, std::chrono::milliseconds& into);
  void take(std::string_view key, std::chrono::seconds& into);  ///< at least one second
  void take(std::string_view key, std::uint16_t& into);         ///< a port, 1 to 65535
  void take(std::string_view key, std::uint32_t& into);         ///< at least 1
  void take(std::string_view key, std::uint64_t& into);         ///< at least 1
  void take(std::string_view key, Endpoints& into);             ///< one or a list
  /// The same, where "unix:/PATH" may stand too: those go into `sockets`, as paths.
  void take(std::string_view key, Endpoints& into, std::vector<std::string>& sockets);
  void take(std::string_view key, std::vector<std::string>& into);

  /// One of a few words.
  template <class Enum, std::size_t N>
  void take(std::string_view key, Enum& into, const std::pair<std::string_view, Enum> (&words)[N]) {
    std::string text;
    take(key, text);
    if (text.empty()) return;
    std::string all;
    for (const auto& [word, value] : words) {
      if (word == text) return static_cast<void>(into = value);
      all += (all.empty() ? "\"" : ", \"") + std::string(word) + "\"";
    }
    fault(key, "\"" + printed(text) + "\" is not known: write one of " + all);
  }

  bool has(std::string_view key) const { return table_.contains(key); }
  /// A fault at the line of `key` (of the table itself when it is absent).
  void fault(std::string_view key, std::string text);
  /// A fault when `key` is absent.
  void need(std::string_view key, std::string_view example);
  void finish();

 private:
  static std::string printed(std::string_view text);
  const toml::node* find(std::string_view key);
  void take_addresses(std::string_view key, Endpoints& into, std::vector<std::string>* sockets);
  std::string name_of(std::string_view key) const;
  std::optional<std::int64_t> number(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<std::chrono::milliseconds> duration(std::string_view key);

  const toml::table& table_;
  std::string path_;
  Faults& faults_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace paraph::app
