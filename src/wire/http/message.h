#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace paraph::http {

enum class Method { Get, Head, Put, Post, Delete, Other };

/// One field of a header (RFC 9110 §5). The name as written; it is compared without regard to case.
struct Field {
  std::string name, value;
  friend bool operator==(const Field&, const Field&) = default;
};

/// The first field of this name, or nullptr. Points into `fields`.
const std::string* find_field(const std::vector<Field>& fields, std::string_view name);
std::size_t count_fields(const std::vector<Field>& fields, std::string_view name);

/// What a client asks for (RFC 9112 §3). Field values are without blanks around them.
struct Request {
  Method method = Method::Other;
  std::string method_name;
  std::string target;  ///< as sent: see target.h
  unsigned version = 11;
  std::vector<Field> fields;
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = false;  ///< as the client wants it
  std::string body;

  bool has_body() const { return chunked || content_length.value_or(0) != 0; }
  const std::string* field(std::string_view name) const& { return find_field(fields, name); }
  const std::string* field(std::string_view name) && = delete;
};

/// What it gets. Content-Length, Date and Connection are added when it is written (format.h).
struct Response {
  unsigned status = 200;
  std::vector<Field> fields;
  std::string body;

  void set(std::string name, std::string value) { fields.push_back({std::move(name), std::move(value)}); }
};

}  // namespace paraph::http
