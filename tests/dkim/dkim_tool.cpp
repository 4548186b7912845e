// Signs and verifies messages with src/dkim, for oracles_test.py.
//
//   dkim_tool sign KEY.der DOMAIN SELECTOR < message        the message with one more DKIM-Signature
//   dkim_tool record KEY.der                                the TXT record of its public key
//   dkim_tool verify [NAME=RECORD...] < message             one line for each signature: verdict, domain, reason
#include <fmt/format.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "dkim/sign.h"
#include "dkim/verify.h"

namespace paraph::dkim {
namespace {

std::string read_all(std::FILE* file) {
  std::string octets;
  char buffer[65536];
  for (std::size_t bytes = 0; (bytes = std::fread(buffer, 1, sizeof buffer, file)) != 0;) octets.append(buffer, bytes);
  return octets;
}

struct Message {
  std::string header, body;
};

Message read_message() {
  const std::string text = read_all(stdin);
  const auto end = text.find("\r\n\r\n");
  if (end == std::string::npos) return {text, ""};
  return {text.substr(0, end + 4), text.substr(end + 4)};
}

Result<crypto::SigningKey> load_key(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  return crypto::SigningKey::load(std::string(std::istreambuf_iterator<char>(file), {}));
}

Result<std::string> sign_message(const std::vector<std::string>& arguments) {
  PARAPH_TRY(const auto key, load_key(arguments.at(1)));
  const Message message = read_message();
  BodyHasher hasher(Canonical::Relaxed);
  hasher.feed(message.body);
  PARAPH_TRY(const auto field, sign(message.header, hasher.finish().sha256, key,
                                    {.domain = arguments.at(2),
                                     .selector = arguments.at(3),
                                     .unix_seconds = static_cast<std::uint64_t>(std::time(nullptr))}));
  return field + message.header + message.body;
}

Result<std::string> verify_message(const std::vector<std::string>& arguments) {
  const Message message = read_message();
  const auto signatures = find_signatures(message.header);
  BodyHashing hashing(signatures);
  hashing.feed(message.body);
  const auto digests = hashing.finish();
  std::string out;
  for (const auto& signature : signatures) {
    KeyAnswer answer;
    for (const auto& argument : arguments) {
      if (argument.starts_with(signature.key_name + "="))
        answer.records.push_back(argument.substr(signature.key_name.size() + 1));
    }
    const auto outcome =
        check_signature(signature, message.header, digests, answer, static_cast<std::uint64_t>(std::time(nullptr)));
    out += fmt::format("{} {} {}\n", name_of(outcome.verdict), outcome.domain, outcome.reason);
  }
  return out;
}

Result<std::string> run(const std::vector<std::string>& arguments) {
  const std::string verb = arguments.empty() ? "" : arguments[0];
  if (verb == "sign" && arguments.size() == 4) return sign_message(arguments);
  if (verb == "verify") return verify_message(arguments);
  if (verb != "record" || arguments.size() != 2) return fail(Code::BadInput, "usage: see dkim_tool.cpp");
  PARAPH_TRY(const auto key, load_key(arguments[1]));
  return format_key_record(key);
}

}  // namespace
}  // namespace paraph::dkim

int main(int count, char** values) {
  const auto answer = paraph::dkim::run({values + 1, values + count});
  if (!answer) {
    fmt::print(stderr, "{}\n", answer.error().text);
    return 1;
  }
  std::fwrite(answer->data(), 1, answer->size(), stdout);
  return 0;
}
