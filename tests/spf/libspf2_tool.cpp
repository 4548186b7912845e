// libspf2_tool: the lines of spf_tool.cpp, answered by libspf2. Each question is answered by a child of its own, with
// bounds: the library has a record of holes. A child that fell over, or did not end in time, is the verdict "broken".
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include <spf2/spf.h>
#include <spf2/spf_dns_zone.h>
}

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "words.h"

namespace paraph {
namespace {

constexpr rlim_t kCpuSeconds = 5;
constexpr rlim_t kMemoryBytes = 256 * 1024 * 1024;

/// The name under which an address's names are asked for.
std::string reverse_of(const std::string& address) {
  std::array<unsigned char, 16> octets{};
  std::string out;
  if (inet_pton(AF_INET, address.c_str(), octets.data()) == 1) {
    for (int i = 3; i >= 0; --i) out += std::to_string(octets[static_cast<std::size_t>(i)]) + ".";
    return out + "in-addr.arpa";
  }
  if (inet_pton(AF_INET6, address.c_str(), octets.data()) != 1) throw std::runtime_error("no address: " + address);
  for (int i = 15; i >= 0; --i) {
    const auto octet = octets[static_cast<std::size_t>(i)];
    out += fmt::format("{:x}.{:x}.", octet & 15, octet >> 4);
  }
  return out + "ip6.arpa";
}

struct Entry {
  std::string name;
  ns_type type;
  SPF_dns_stat_t status;
  std::string data;
};

ns_type type_of(std::string_view name) {
  if (name == "TXT") return ns_t_txt;
  if (name == "A") return ns_t_a;
  if (name == "AAAA") return ns_t_aaaa;
  if (name == "MX") return ns_t_mx;
  if (name == "PTR") return ns_t_ptr;
  throw std::runtime_error("no type: " + std::string(name));
}

Entry entry_of(const std::vector<std::string>& words) {
  const auto& verb = words.at(0);
  if (verb == "txt") return {words.at(1), ns_t_txt, NETDB_SUCCESS, words.at(2)};
  if (verb == "a") {
    return {words.at(1), words.at(2).find(':') == std::string::npos ? ns_t_a : ns_t_aaaa, NETDB_SUCCESS, words.at(2)};
  }
  if (verb == "mx") return {words.at(1), ns_t_mx, NETDB_SUCCESS, words.at(3)};
  if (verb == "ptr") return {reverse_of(words.at(1)), ns_t_ptr, NETDB_SUCCESS, words.at(2)};
  if (verb == "dead") return {words.at(2), type_of(words.at(1)), TRY_AGAIN, ""};
  throw std::runtime_error("no verb: " + verb);
}

SPF_server_t* server_of(const std::vector<Entry>& zone) {
  auto* dns = SPF_dns_zone_new(nullptr, "zone", 0);
  for (const auto& each : zone) {
    const auto is_dead = [&](const Entry& other) {
      return other.status == TRY_AGAIN && other.type == each.type && other.name == each.name;
    };
    if (each.status == NETDB_SUCCESS && std::ranges::any_of(zone, is_dead)) continue;
    SPF_dns_zone_add_str(dns, each.name.c_str(), each.type, each.status, each.data.c_str());
  }
  auto* server = SPF_server_new_dns(dns, 0);
  SPF_server_set_rec_dom(server, "receiver.example");
  return server;
}

/// A record that it cannot read, or not get, has no result but errors.
std::string verdict_of(SPF_response_t* response) {
  const auto result = SPF_response_result(response);
  if (result != SPF_RESULT_INVALID) return SPF_strresult(result);
  for (int i = 0; i < SPF_response_messages(response); ++i) {
    if (SPF_error_code(SPF_response_message(response, i)) == SPF_E_DNS_ERROR) return "temperror";
  }
  return "permerror";
}

/// Nothing is freed: the child ends.
std::string answer(const std::vector<Entry>& zone, const std::vector<std::string>& words) {
  auto* request = SPF_request_new(server_of(zone));
  const auto& client = words.at(1);
  const bool ip4 = client.find(':') == std::string::npos;
  if ((ip4 ? SPF_request_set_ipv4_str : SPF_request_set_ipv6_str)(request, client.c_str()) != SPF_E_SUCCESS) {
    throw std::runtime_error("no address: " + client);
  }
  SPF_request_set_helo_dom(request, words.at(2).c_str());
  if (!words.at(4).empty()) {
    // Without a local part it is postmaster's (RFC 7208 §4.3).
    const auto& local = words.at(3);
    SPF_request_set_env_from(request, ((local.empty() ? "postmaster" : local) + "@" + words.at(4)).c_str());
  }
  SPF_response_t* response = nullptr;
  SPF_request_query_mailfrom(request, &response);
  return response ? verdict_of(response) : "broken";
}

void set_bounds() {
  const auto set = [](auto what, rlim_t most) {
    const rlimit bounds{most, most};
    setrlimit(what, &bounds);
  };
  set(RLIMIT_CPU, kCpuSeconds);
  set(RLIMIT_AS, kMemoryBytes);
  set(RLIMIT_CORE, 0);
  set(RLIMIT_FSIZE, 0);
  set(RLIMIT_NPROC, 0);
}

/// What the child wrote, when it ended well.
std::string answer_of_a_child(const std::vector<Entry>& zone, const std::vector<std::string>& words) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  const auto child = fork();
  if (child < 0) throw std::runtime_error("no child");
  if (child == 0) {
    set_bounds();
    const auto said = answer(zone, words);
    const auto written = write(ends[1], said.data(), said.size());
    _exit(written == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string said;
  std::array<char, 64> room{};
  for (ssize_t bytes = 0; (bytes = read(ends[0], room.data(), room.size())) > 0;) {
    said.append(room.data(), static_cast<std::size_t>(bytes));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  const bool well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return well && !said.empty() ? said : "broken";
}

}  // namespace
}  // namespace paraph

int main() try {
  std::vector<paraph::Entry> zone;
  for (std::string line; std::getline(std::cin, line);) {
    const auto words = paraph::words_of(line);
    if (words.at(0) == "zone") {
      zone.clear();
    } else if (words.at(0) == "ask") {
      std::cout << paraph::answer_of_a_child(zone, words) << " \n";
    } else {
      zone.push_back(paraph::entry_of(words));
    }
  }
  return 0;
} catch (const std::exception& e) {
  std::cerr << "libspf2_tool: " << e.what() << '\n';
  return 1;
}
