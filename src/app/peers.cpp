#include "app/peers.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/text.h"

namespace paraph::app {
namespace {

constexpr std::size_t kTokenBytesMax = 4096;

/// token68 of RFC 9110 §11.2, as a bearer token is written.
bool is_token(std::string_view text) {
  const auto is_token_octet = [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || is_digit(c) ||
           std::string_view("-._~+/=").find(c) != std::string_view::npos;
  };
  return std::ranges::all_of(text, is_token_octet);
}

Result<std::string> load_token(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string octets(kTokenBytesMax + 1, '\0');
  if (file) file.read(octets.data(), static_cast<std::streamsize>(octets.size()));
  if (!file.eof() || file.bad())
    return fail(Code::BadInput, fmt::format("{}: cannot be read as a token: check the path and who may read it", path));
  octets.resize(static_cast<std::size_t>(file.gcount()));
  std::string token(trimmed(octets));
  if (token.size() < session_http::kTokenBytesMin)
    return fail(Code::BadInput, fmt::format("{}: holds no token of at least {} characters: make one with `openssl rand "
                                            "-hex 32`",
                                            path, session_http::kTokenBytesMin));
  if (!is_token(token))
    return fail(Code::BadInput, fmt::format("{}: holds something else than one token: make one with `openssl rand -hex "
                                            "32`",
                                            path));
  return token;
}

}  // namespace

Result<std::vector<session_http::Peers::Proof>> load_peers(const Config& config) {
  std::vector<session_http::Peers::Proof> proofs;
  for (const auto& peer : config.peers) {
    auto& proof = proofs.emplace_back();
    proof.name = peer.name;
    proof.subject = peer.subject;
    if (peer.token_file.empty()) continue;
    PARAPH_TRY(proof.token, load_token(peer.token_file));
  }
  return proofs;
}

}  // namespace paraph::app
