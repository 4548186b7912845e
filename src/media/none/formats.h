#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace paraph::media::none {

/// What a file's structure tells.
struct Facts {
  std::string media_type;  ///< as emitted in Content-Type
  std::string extension;
  std::uint64_t milliseconds = 0;  ///< recordings
  std::uint32_t width = 0;         ///< pictures, pixels
  std::uint32_t height = 0;
};

// Each reads one format, told by its magic. BadInput: the file contradicts itself or ends too early (the sentence says
// where). Unsupported: another codec or a variant that is not taken. Linear, allocates next to nothing.
bool is_wav(std::string_view octets);
Result<Facts> read_wav(std::string_view octets);
bool is_mp3(std::string_view octets);
Result<Facts> read_mp3(std::string_view octets);
bool is_ogg(std::string_view octets);
Result<Facts> read_ogg(std::string_view octets);
bool is_amr(std::string_view octets);
Result<Facts> read_amr(std::string_view octets);
bool is_mp4(std::string_view octets);
Result<Facts> read_mp4(std::string_view octets);
bool is_png(std::string_view octets);
Result<Facts> read_png(std::string_view octets);
bool is_jpeg(std::string_view octets);
Result<Facts> read_jpeg(std::string_view octets);

}  // namespace paraph::media::none
