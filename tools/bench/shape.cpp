// The message's shape: what the figures are about. Deterministic, and incompressible where speech is.
#include "shape.h"

#include <zlib.h>

#include <array>
#include <fstream>
#include <random>

#include "client.h"

namespace paraph::bench {
namespace {

std::string noise(std::mt19937& random, std::size_t bytes) {
  std::string out(bytes, '\0');
  for (auto& c : out) c = static_cast<char>(random() & 0xFF);
  return out;
}

/// AMR-NB at 12.2 kbit/s (RFC 4867 §5): a frame of 32 octets each 20 ms.
std::string amr(std::size_t frames, unsigned seed) {
  std::mt19937 random(seed);
  std::string out = "#!AMR\n";
  for (std::size_t i = 0; i < frames; ++i) out += '\x3C' + noise(random, 31);
  return out;
}

std::string big_endian(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
}

std::string chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  return big_endian(static_cast<std::uint32_t>(data.size())) + body +
         big_endian(static_cast<std::uint32_t>(
             crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
}

/// A picture of 96 x 28 RGB pixels of noise: about 8 KB, as deflate cannot shrink it.
std::string png() {
  std::mt19937 random(3);
  constexpr std::uint32_t kWidth = 96;
  constexpr std::uint32_t kHeight = 28;
  std::string raw;
  for (std::uint32_t y = 0; y < kHeight; ++y) raw += '\0' + noise(random, kWidth * 3);
  std::string packed(compressBound(raw.size()), '\0');
  uLongf size = packed.size();
  if (compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(raw.data()),
               raw.size()) != Z_OK)
    die("zlib");
  packed.resize(size);
  return "\x89PNG\r\n\x1a\n" +
         chunk("IHDR", big_endian(kWidth) + big_endian(kHeight) + std::string("\x08\x02\0\0\0", 5)) +
         chunk("IDAT", packed) + chunk("IEND", "");
}

std::string lines76(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 76) out += text.substr(i, 76) + "\r\n";
  return out;
}

void write(const std::string& path, const std::string& octets) {
  std::ofstream file(path, std::ios::binary);
  file << octets;
  if (!file.flush()) die("cannot write " + path);
}

}  // namespace

void append_voice_message(std::string& to, std::size_t number) {
  static const std::string body = lines76(base64(amr(1429, 1)));
  // The first frame differs from message to message, so that no two share their octets in a store that finds equals.
  std::mt19937 random(static_cast<unsigned>(number) + 1000);
  const std::string unique = base64("#!AMR\n\x3C" + noise(random, 31) + "\x3C" + noise(random, 18));
  to +=
      "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"bnd-7f3a91c2\"\r\n\r\n--bnd-7f3a91c2\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n\r\nVoice message, 30 seconds.\r\n\r\n--bnd-7f3a91c2\r\n"
      "Content-Type: audio/AMR; name=\"message.amr\"\r\nContent-Disposition: attachment; "
      "filename=\"message.amr\"\r\n"
      "Content-Transfer-Encoding: base64\r\nContent-Duration: 30\r\n\r\n";
  to += unique;
  to += "\r\n";
  to.append(body, unique.size() + 2);
  to += "--bnd-7f3a91c2--\r\n";
}

void append_small_message(std::string& to) {
  static const std::string message = [] {
    std::string text = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
    for (int i = 1; i <= 28; ++i)
      text += "Line " + std::to_string(i) + " of a small message, plain words so that it is about 2 KB long.\r\n";
    return text;
  }();
  to += message;
}

void write_signature(const std::string& folder) {
  write(folder + "/signature.amr", amr(163, 2));
  write(folder + "/signature.png", png());
  write(folder + "/signature.txt", "Anna Smith\nNorthern Parcel Office, 2nd floor\n+44 20 7946 0000\n");
}

}  // namespace paraph::bench
