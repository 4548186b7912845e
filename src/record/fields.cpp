#include "record/fields.h"

namespace paraph::record {
namespace {

constexpr std::size_t kVarintBytesMax = 10;

/// The octets of a number, seven bits in each, the lowest first. Returns how many.
std::size_t encode(std::uint64_t value, char (&to)[kVarintBytesMax]) {
  std::size_t bytes = 0;
  for (; value >= 0x80; value >>= 7) to[bytes++] = static_cast<char>(value | 0x80);
  to[bytes++] = static_cast<char>(value);
  return bytes;
}

}  // namespace

bool FieldReader::fail() {
  damaged_ = true;
  rest_ = {};
  return false;
}

bool FieldReader::take_varint(std::uint64_t& to) {
  to = 0;
  for (std::size_t i = 0; i < rest_.size() && i < kVarintBytesMax; ++i) {
    const auto octet = static_cast<unsigned char>(rest_[i]);
    to |= static_cast<std::uint64_t>(octet & 0x7F) << (7 * i);
    if (octet < 0x80) {
      rest_.remove_prefix(i + 1);
      return true;
    }
  }
  return fail();
}

bool FieldReader::take_octets(std::uint64_t bytes) {
  if (bytes > rest_.size()) return fail();
  octets_ = rest_.substr(0, bytes);
  rest_.remove_prefix(bytes);
  return true;
}

bool FieldReader::next() {
  if (rest_.empty()) return false;
  std::uint64_t tag = 0;
  value_ = 0;
  octets_ = {};
  if (!take_varint(tag) || tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF) return fail();
  number_ = static_cast<std::uint32_t>(tag >> 3);
  std::uint64_t bytes = 0;
  bool taken = false;
  switch (tag & 7) {
    case 0:
      return take_varint(value_);
    case 1:
      taken = take_octets(8);
      break;
    case 2:
      return take_varint(bytes) && take_octets(bytes);
    case 5:
      taken = take_octets(4);
      break;
    default:
      return fail();
  }
  octets_ = {};  // of fixed width: no field of ours
  return taken;
}

void FieldWriter::varint(std::uint64_t value) {
  char octets[kVarintBytesMax];
  out_.append(octets, encode(value, octets));
}

void FieldWriter::insert_varint(std::size_t at, std::uint64_t value) {
  char octets[kVarintBytesMax];
  out_.insert(at, octets, encode(value, octets));
}

void FieldWriter::number(std::uint32_t field, std::uint64_t value) {
  if (value != 0) present(field, value);
}

void FieldWriter::present(std::uint32_t field, std::uint64_t value) {
  varint(field << 3);
  varint(value);
}

void FieldWriter::octets(std::uint32_t field, std::string_view value) {
  if (!value.empty()) element(field, value);
}

void FieldWriter::element(std::uint32_t field, std::string_view value) {
  varint(field << 3 | 2);
  varint(value.size());
  out_ += value;
}

}  // namespace paraph::record
