#include "media/pipe.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"

namespace paraph::media {
namespace {

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kFileFields = 6;
constexpr std::size_t kVariantsMax = 16;
/// What a worker may say; anything else is Unavailable.
constexpr std::array<std::pair<std::string_view, Code>, 4> kCodes{{{"bad-input", Code::BadInput},
                                                                   {"too-large", Code::TooLarge},
                                                                   {"unsupported", Code::Unsupported},
                                                                   {"unavailable", Code::Unavailable}}};

using Fields = std::vector<std::string>;

std::string pack(const Fields& fields) {
  std::string out;
  for (const auto& field : fields) {
    for (std::size_t i = 0; i < kLengthBytes; ++i) out += static_cast<char>(field.size() >> (8 * i) & 0xFF);
    out += field;
  }
  return out;
}

std::optional<Fields> unpack(std::string_view octets) {
  constexpr std::size_t kFieldsMax = 8 + kVariantsMax * kFileFields;
  Fields fields;
  while (!octets.empty()) {
    if (octets.size() < kLengthBytes || fields.size() == kFieldsMax) return std::nullopt;
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i)
      length |= static_cast<std::uint64_t>(static_cast<unsigned char>(octets[i])) << (8 * i);
    octets.remove_prefix(kLengthBytes);
    if (length > octets.size()) return std::nullopt;
    fields.emplace_back(octets.substr(0, length));
    octets.remove_prefix(length);
  }
  return fields;
}

template <class Number>
bool read(const std::string& field, Number& to) {
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), to);
  return error == std::errc() && end == field.data() + field.size();
}

void add_file(Fields& fields, const File& file) {
  fields.insert(fields.end(), {file.octets, file.media_type, file.extension, std::to_string(file.milliseconds),
                               std::to_string(file.width), std::to_string(file.height)});
}

std::optional<File> read_file(const Fields& fields, std::size_t at) {
  if (fields.size() < at + kFileFields) return std::nullopt;
  File file{.octets = fields[at], .media_type = fields[at + 1], .extension = fields[at + 2]};
  const bool numbers =
      read(fields[at + 3], file.milliseconds) && read(fields[at + 4], file.width) && read(fields[at + 5], file.height);
  if (!numbers || file.octets.empty() || file.media_type.empty() || file.extension.empty()) return std::nullopt;
  return file;
}

std::string format_failure(const Error& error) {
  const auto code = std::ranges::find(kCodes, error.code, &std::pair<std::string_view, Code>::second);
  return pack({"failed", std::string(code == kCodes.end() ? "unavailable" : code->first), error.text});
}

std::unexpected<Error> no_answer() { return fail(Code::Unavailable, "the media worker gave no answer"); }

/// The failure that an answer tells, or that it is none.
std::unexpected<Error> read_failure(const std::optional<Fields>& fields) {
  if (!fields || fields->size() != 3 || fields->front() != "failed") return no_answer();
  const auto code = std::ranges::find(kCodes, (*fields)[1], &std::pair<std::string_view, Code>::first);
  if (code == kCodes.end()) return no_answer();
  return fail(code->second, printable((*fields)[2]));
}

}  // namespace

std::string format_request(const Request& request) {
  const Limits& limits = request.limits;
  return pack({request.upload.octets, request.upload.declared_type, std::to_string(limits.upload_bytes_max),
               std::to_string(limits.bytes_max), std::to_string(limits.seconds_max), std::to_string(limits.width_max),
               std::to_string(limits.height_max)});
}

Result<Request> parse_request(std::string_view octets) {
  auto fields = unpack(octets);
  Request request;
  Limits& limits = request.limits;
  if (!fields || fields->size() != 7 || !read((*fields)[2], limits.upload_bytes_max) ||
      !read((*fields)[3], limits.bytes_max) || !read((*fields)[4], limits.seconds_max) ||
      !read((*fields)[5], limits.width_max) || !read((*fields)[6], limits.height_max)) {
    return fail(Code::BadInput, "this is no request to a media worker");
  }
  request.upload.octets = std::move(fields->front());
  request.upload.declared_type = std::move((*fields)[1]);
  return request;
}

std::string format_answer(const Result<Voice>& voice) {
  if (!voice) return format_failure(voice.error());
  Fields fields{"voice", voice->waveform, voice->tones ? "1" : "0"};
  for (const auto& variant : voice->variants) add_file(fields, variant);
  return pack(fields);
}

std::string format_answer(const Result<File>& picture) {
  if (!picture) return format_failure(picture.error());
  Fields fields{"picture"};
  add_file(fields, *picture);
  return pack(fields);
}

Result<Voice> parse_voice_answer(std::string_view octets) {
  const auto fields = unpack(octets);
  if (!fields || fields->size() < 3 + kFileFields || fields->front() != "voice" ||
      (fields->size() - 3) % kFileFields != 0)
    return read_failure(fields);
  Voice voice{.variants = {}, .waveform = (*fields)[1], .tones = (*fields)[2] == "1"};
  if (!voice.waveform.empty() && voice.waveform.size() != kWaveformPoints) return no_answer();
  for (std::size_t at = 3; at < fields->size(); at += kFileFields) {
    auto variant = read_file(*fields, at);
    if (!variant || variant->milliseconds == 0) return no_answer();
    voice.variants.push_back(*std::move(variant));
  }
  return voice;
}

Result<File> parse_picture_answer(std::string_view octets) {
  const auto fields = unpack(octets);
  if (!fields || fields->size() != 1 + kFileFields || fields->front() != "picture") return read_failure(fields);
  auto picture = read_file(*fields, 1);
  if (!picture || picture->width == 0 || picture->height == 0) return no_answer();
  return *std::move(picture);
}

}  // namespace paraph::media
