#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// Protocol Buffers' wire format, without messages in between: for the one record that is read on every cold FETCH. The
/// generated code, which is the oracle in codec_message_test.cpp, takes five times as long, nearly all of it for
/// strings nobody keeps.
namespace paraph::record {

/// Goes through the fields of one message. Views point into what it was given. Any octets are fine as input.
class FieldReader {
 public:
  explicit FieldReader(std::string_view message) : rest_(message) {}

  /// The next field; false: the end, or damage.
  bool next();
  bool damaged() const { return damaged_; }
  std::uint32_t number() const { return number_; }
  /// The value of a number; 0 if it is none.
  std::uint64_t value() const { return value_; }
  /// The value of text, octets or a message; empty if it is none.
  std::string_view octets() const { return octets_; }

 private:
  bool take_varint(std::uint64_t& to);
  bool take_octets(std::uint64_t bytes);
  bool fail();

  std::string_view rest_;
  std::uint32_t number_ = 0;
  std::uint64_t value_ = 0;
  std::string_view octets_;
  bool damaged_ = false;
};

/// Writes fields, lowest number first. What is empty or 0 is left out, as proto3 does.
class FieldWriter {
 public:
  void number(std::uint32_t field, std::uint64_t value);
  void octets(std::uint32_t field, std::string_view value);
  /// As octets(), and kept when empty: an element of a repeated field.
  void element(std::uint32_t field, std::string_view value);
  /// `write` writes the fields of the message within.
  template <class Write>
  void message(std::uint32_t field, Write write) {
    varint(field << 3 | 2);
    const std::size_t begin = out_.size();
    write();
    insert_varint(begin, out_.size() - begin);
  }
  std::string take() { return std::move(out_); }
  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  /// A number that is kept when 0: an `optional` field.
  void present(std::uint32_t field, std::uint64_t value);

 private:
  void varint(std::uint64_t value);
  void insert_varint(std::size_t at, std::uint64_t value);

  std::string out_;
};

}  // namespace paraph::record
