#include "mime/quoted_printable.h"

#include <utility>

#include "mime/percent.h"
#include "mime/tokens.h"

namespace paraph::mime {
namespace {

constexpr std::size_t kLineCharsMax = 76;
constexpr std::size_t kHeldMax = 998;
constexpr char kDigits[] = "0123456789ABCDEF";

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Where the undecided end of `text` begins: a run of blanks with the CR after it, if any, and with the "=" before it,
/// or an unfinished escape.
std::size_t decided_bytes(std::string_view text) {
  std::size_t end = text.size();
  if (end > 0 && text[end - 1] == '\r') --end;
  while (end > 0 && is_blank(text[end - 1])) --end;
  if (end > 0 && text[end - 1] == '=') --end;
  if (end == text.size() && end > 1 && text[end - 2] == '=') end -= 2;
  return end;
}

/// One line of text without its line end. A soft break: its last "=" was found and left out.
struct DecodedLine {
  std::string_view text;
  bool soft = false;
};

DecodedLine without_line_end(std::string_view line) {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  const bool soft = line.ends_with('=');
  if (soft) line.remove_suffix(1);
  return {line, soft};
}

/// Writes the octets of one line in the encoding, breaking it softly where it grows too long.
class LineWriter {
 public:
  explicit LineWriter(std::string& out) : out_(out) {}

  void write(std::string_view line) {
    column_ = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool last = i + 1 == line.size();
      const bool from = column_ == 0 && line.substr(i).starts_with("From ");
      const bool dot = column_ == 0 && line[i] == '.';
      const bool blank_at_end = last && is_blank(line[i]);
      put(line[i], from || dot || blank_at_end || !is_safe(line[i]), last);
    }
  }

 private:
  static bool is_safe(char c) { return is_blank(c) || (c > ' ' && c < 127 && c != '='); }

  void put(char c, bool escape, bool last) {
    const std::size_t size = escape ? 3 : 1;
    if (column_ + size + (last ? 0 : 1) > kLineCharsMax) {
      out_ += "=\r\n";
      column_ = 0;
      escape = escape || c == '.' || c == 'F';  // a line's start: not for a dot, nor perhaps "From "
    }
    if (escape) {
      const auto octet = static_cast<unsigned char>(c);
      out_ += '=';
      out_ += kDigits[octet >> 4];
      out_ += kDigits[octet & 15];
    } else {
      out_ += c;
    }
    column_ += escape ? 3 : 1;
  }

  std::string& out_;
  std::size_t column_ = 0;
};

}  // namespace

void QuotedPrintableDecoder::feed(std::string_view octets, std::string& out) {
  // Whole lines come from the input itself; only its undecided end is kept.
  if (!held_.empty()) {
    const auto line_end = octets.find('\n');
    const auto bytes = line_end == std::string_view::npos ? octets.size() : line_end + 1;
    held_ += octets.substr(0, bytes);
    octets.remove_prefix(bytes);
    line_rest(std::exchange(held_, {}), out);
    if (octets.empty()) return;
  }
  line_rest(octets, out);
}

void QuotedPrintableDecoder::line_rest(std::string_view octets, std::string& out) {
  for (;;) {
    const auto line_end = octets.find('\n');
    if (line_end == std::string_view::npos) break;
    auto line = octets.substr(0, line_end);
    const bool crlf = line.ends_with('\r');
    if (crlf) line.remove_suffix(1);
    const DecodedLine decoded = without_line_end(line);
    append_hex_decoded(out, decoded.text, '=');
    if (!decoded.soft) out += crlf ? "\r\n" : "\n";
    octets.remove_prefix(line_end + 1);
  }
  std::size_t decided = decided_bytes(octets);
  if (octets.size() - decided > kHeldMax) decided = octets.size();
  append_hex_decoded(out, octets.substr(0, decided), '=');
  held_ = octets.substr(decided);
}

void QuotedPrintableDecoder::finish(std::string& out) {
  const std::string rest = std::exchange(held_, {});
  const bool cr = rest.ends_with('\r');
  const DecodedLine decoded = without_line_end(std::string_view(rest).substr(0, rest.size() - (cr ? 1 : 0)));
  append_hex_decoded(out, decoded.text, '=');
  if (cr && !decoded.soft) out += '\r';
}

std::string decode_quoted_printable(std::string_view octets) {
  std::string out;
  out.reserve(octets.size());
  QuotedPrintableDecoder decoder;
  decoder.feed(octets, out);
  decoder.finish(out);
  return out;
}

std::string encode_quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  LineWriter writer(out);
  for (;;) {
    const auto line_end = text.find("\r\n");
    writer.write(text.substr(0, line_end));
    if (line_end == std::string_view::npos) return out;
    out += "\r\n";
    text.remove_prefix(line_end + 2);
  }
}

}  // namespace paraph::mime
