#pragma once
#include <chrono>
#include <cstdint>
#include <string_view>

namespace paraph::dns::cares {

/// A place in a whole DNS message (RFC 1035 §4); any octets will do. Every take is false at the end, and takes nothing.
class Cursor {
 public:
  explicit Cursor(std::string_view octets) : octets_(octets) {}

  bool take(std::size_t bytes, std::string_view& into);
  bool take(std::uint16_t& into);
  bool take(std::uint32_t& into);
  /// A name, compressed or not; where a pointer leads does not matter.
  bool skip_name();

 private:
  std::string_view octets_;
  std::size_t at_ = 0;
};

/// What stands before the records, questions included.
struct Counts {
  std::uint16_t answers = 0, authorities = 0;
};
/// From the begin of a message to its first record. False: the message is broken.
bool take_head(Cursor& cursor, Counts& counts);

/// One record, without its name.
struct Record {
  std::uint16_t type = 0, of_class = 0;
  std::uint32_t ttl = 0;  ///< seconds
  std::string_view data;
};
bool take_record(Cursor& cursor, Record& record);

/// How long what a message says stays true: the least TTL of its answers; where it answers nothing, or that there is no
/// such name, what its SOA record says of that (RFC 2308 §5), and 0 without one. 0 for a broken message too.
std::chrono::seconds life_of(std::string_view octets);

}  // namespace paraph::dns::cares
