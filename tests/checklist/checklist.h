#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/structure.h"
#include "signature/testing.h"

namespace paraph::checklist {

/// What a tree looks like, on one line: "mixed[ text/plain, audio/amr ]".
std::string tree_of(const mail::Structure& structure, std::uint32_t part = 0);

/// A message before and after attaching, and the ways that tests ask of it.
struct Signed {
  std::string before;
  std::string after;
  mail::Structure structure;  ///< of `after`
  signature::Report report;

  std::string tree() const { return tree_of(structure); }
  const mail::Part& part(std::uint32_t index) const { return structure.parts.at(index); }
  std::string header(std::uint32_t index) const { return of(part(index).header); }
  std::string body(std::uint32_t index) const { return of(part(index).body); }
  /// Without the transfer encoding.
  std::string decoded(std::uint32_t index) const;
  /// Decoded, and as UTF-8 by the charset that the part names.
  std::string text(std::uint32_t index) const;
  /// The first part of this type ("text/html") at or after `from`; the test fails when there is none.
  std::uint32_t find(std::string_view type, std::uint32_t from = 0) const;
  std::vector<std::uint32_t> all(std::string_view type) const;
  /// The children of the top level, or the top level itself.
  std::vector<std::uint32_t> direct() const;

 private:
  std::string of(mail::Range range) const { return after.substr(range.begin, range.size()); }
};

/// How often `needle` occurs.
std::size_t count(std::string_view text, std::string_view needle);

// --- messages as clients write them, with CRLF line ends

/// A whole message: the usual top fields, then the fields and body of `entity`.
std::string message(std::string_view entity, std::string_view more_fields = "");
/// `fields` (each with its CRLF), an empty line, `body`.
std::string entity(std::string_view fields, std::string_view body);
/// A text part in UTF-8, 8bit.
std::string text_entity(std::string_view text, std::string_view type = "text/plain; charset=utf-8");
/// A part in base64.
std::string media_entity(std::string_view type, std::string_view octets, std::string_view more_fields = "");
std::string multipart(std::string_view subtype, const std::vector<std::string>& entities,
                      std::string_view parameters = "");

inline constexpr std::string_view kRecording = "RIFF....WAVEfmt the message itself, spoken by Alice";

/// One item of the checklist (voice-messages.md, section 6) at a time, through the engine.
class Checklist : public testing::Test {
 protected:
  Checklist() { keep("THIA"); }
  /// What Alice's signature has: T text, H its own HTML, I picture, A voice.
  void keep(std::string_view kinds);
  Signed sign(const std::string& message);
  /// The signature's recording in this format.
  std::string voice_octets(std::string_view media_type) const;
  static std::string wav(std::string_view more_fields = "") {
    return media_entity("audio/wav; name=\"v.wav\"", kRecording, more_fields);
  }

  signature::TestWorld world;
  mail::Signature signature;
  std::vector<mail::PastRevision> past;
  static constexpr std::string_view kName = "Alice Example";
  static constexpr std::string_view kBlock = "-- \r\nAlice Example\r\nExample & Sons, Voice Street 1\r\n";
};

}  // namespace paraph::checklist
