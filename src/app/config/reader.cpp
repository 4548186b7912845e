#include "app/config/reader.h"

#include <fmt/format.h>

#include <limits>

#include "app/config/value.h"
#include "base/text.h"

namespace paraph::app {
namespace {

constexpr std::string_view kUnixSocket = "unix:/";  // and the rest of an absolute path
constexpr std::string_view kEndpointForm =
    "write \"ADDRESS:PORT\" with a numeric address, as in \"127.0.0.1:2525\" or \"[::1]:2525\"";

}  // namespace

void Faults::add(std::uint32_t line, std::string key, std::string text) {
  if (found_ && line_ <= line) return;
  found_ = true;
  line_ = line;
  key_ = std::move(key);
  text_ = std::move(text);
}

std::string Faults::sentence(std::string_view file) const {
  return fmt::format("{}:{}: {}: {}", file, line_, key_, text_);
}

Reader::Reader(const toml::table& table, std::string path, Faults& faults)
    : table_(table), path_(std::move(path)), faults_(faults) {}

std::string Reader::printed(std::string_view text) { return printable(text, 60); }

std::string Reader::name_of(std::string_view key) const {
  return path_.empty() ? printable(key, 60) : path_ + "." + printable(key, 60);
}

const toml::node* Reader::find(std::string_view key) {
  known_.emplace(key);
  return table_.get(key);
}

void Reader::fault(std::string_view key, std::string text) {
  const auto* node = table_.get(key);
  faults_.add(node ? node->source().begin.line : std::max<std::uint32_t>(table_.source().begin.line, 1), name_of(key),
              std::move(text));
}

void Reader::need(std::string_view key, std::string_view example) {
  if (!has(key)) fault(key, fmt::format("is missing: write {} = {}", key, example));
}

void Reader::take(std::string_view key, bool& into) {
  const auto* node = find(key);
  if (!node) return;
  const auto value = node->value_exact<bool>();
  if (!value) return fault(key, "is not a truth value: write true or false");
  into = *value;
}

void Reader::take(std::string_view key, std::string& into) {
  const auto* node = find(key);
  if (!node) return;
  const auto value = node->value_exact<std::string>();
  if (!value || value->empty()) return fault(key, "is not a text: write it between quotes, not empty");
  if (value->contains('\0') || value->contains('\n'))
    return fault(key, "holds a line end or NUL: write it on one line");
  into = *value;
}

std::optional<std::chrono::milliseconds> Reader::duration(std::string_view key) {
  std::string text;
  const auto* node = find(key);
  if (!node) return std::nullopt;
  if (const auto value = node->value_exact<std::string>()) text = *value;
  const auto value = parse_duration(text);
  if (!value) fault(key, "is not a duration: write a whole number and ms, s, m, h or d between quotes, as in \"90s\"");
  return value;
}

void Reader::take(std::string_view key, std::chrono::milliseconds& into) {
  if (const auto value = duration(key)) into = *value;
}

void Reader::take(std::string_view key, std::chrono::seconds& into) {
  const auto value = duration(key);
  if (!value) return;
  if (*value < std::chrono::seconds(1)) return fault(key, "is under one second: write \"1s\" or more");
  into = std::chrono::duration_cast<std::chrono::seconds>(*value);
}

std::optional<std::int64_t> Reader::number(std::string_view key, std::int64_t least, std::int64_t most) {
  const auto* node = find(key);
  if (!node) return std::nullopt;
  const auto value = node->value_exact<std::int64_t>();
  if (value && *value >= least && *value <= most) return value;
  fault(key, fmt::format("is not a number in its bounds: write a whole number from {} to {}", least, most));
  return std::nullopt;
}

void Reader::take(std::string_view key, std::uint16_t& into) {
  if (const auto value = number(key, 1, 65535)) into = static_cast<std::uint16_t>(*value);
}

void Reader::take(std::string_view key, std::uint32_t& into) {
  if (const auto value = number(key, 1, std::numeric_limits<std::uint32_t>::max()))
    into = static_cast<std::uint32_t>(*value);
}

void Reader::take(std::string_view key, std::uint64_t& into) {
  if (const auto value = number(key, 1, std::int64_t{1} << 40)) into = static_cast<std::uint64_t>(*value);
}

void Reader::take(std::string_view key, Endpoints& into) { take_addresses(key, into, nullptr); }

void Reader::take(std::string_view key, Endpoints& into, std::vector<std::string>& sockets) {
  take_addresses(key, into, &sockets);
}

void Reader::take_addresses(std::string_view key, Endpoints& into, std::vector<std::string>* sockets) {
  std::vector<std::string> texts;
  const auto* node = find(key);
  if (!node) return;
  if (const auto text = node->value_exact<std::string>()) {
    texts.push_back(*text);
  } else if (node->is_array()) {
    take(key, texts);
  } else {
    return fault(key, fmt::format("is not an address: {}", kEndpointForm));
  }
  Endpoints endpoints;
  std::vector<std::string> paths;
  for (const auto& text : texts) {
    if (sockets != nullptr && text.starts_with(kUnixSocket)) {
      paths.push_back(text.substr(kUnixSocket.size() - 1));
      continue;
    }
    const auto endpoint = net::parse_endpoint(text);
    if (!endpoint)
      return fault(key, fmt::format("\"{}\" is not an address and port: {}", printed(text), kEndpointForm));
    endpoints.push_back(*endpoint);
  }
  into = std::move(endpoints);
  if (sockets != nullptr) *sockets = std::move(paths);
}

void Reader::take(std::string_view key, std::vector<std::string>& into) {
  const auto* node = find(key);
  if (!node) return;
  const auto* array = node->as_array();
  if (!array) return fault(key, "is not a list: write [\"...\", \"...\"]");
  std::vector<std::string> texts;
  for (const auto& item : *array) {
    const auto text = item.value_exact<std::string>();
    if (!text || text->empty()) return fault(key, "holds something that is not a text: write [\"...\", \"...\"]");
    texts.push_back(*text);
  }
  into = std::move(texts);
}

void Reader::finish() {
  for (const auto& [key, node] : table_) {
    if (known_.contains(key.str())) continue;
    const auto line = key.source().begin.line ? key.source().begin.line : node.source().begin.line;
    faults_.add(line, name_of(key.str()), "is not a key of Paraph: correct its spelling or remove it");
  }
}

}  // namespace paraph::app
