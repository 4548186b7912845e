// spf_tool: reads lines of words, percent-encoded, with tabs between, and answers each "ask":
//
//   zone                                a new, empty zone
//   txt NAME TEXT, a NAME ADDRESS, mx NAME PREFERENCE HOST, ptr ADDRESS HOST
//   dead TYPE NAME                      that question gets no answer
//   ask CLIENT HELO LOCAL DOMAIN        prints "VERDICT EXPLANATION"; LOCAL and DOMAIN empty: the null reverse-path
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "dns/memory/memory_resolver.h"
#include "dns/names.h"
#include "spf/network.h"
#include "spf/spf.h"
#include "words.h"

namespace paraph {
namespace {

dns::Address address_of(const std::string& text) {
  const auto address = spf::parse_ip(text);
  if (!address) throw std::runtime_error("not an address: " + text);
  return *address;
}

struct Zone {
  std::set<std::string> dead;
  dns::memory::MemoryResolver dns{[this](std::string question, std::chrono::milliseconds) -> Task<Result<void>> {
    if (dead.contains(question)) co_return fail(Code::Unavailable, "no answer");
    co_return Result<void>();
  }};
};

spf::Answer ask(dns::Resolver& dns, spf::Question question) {
  boost::asio::io_context loop{1};
  spf::Answer answer;
  boost::asio::co_spawn(loop, spf::check_host(dns, std::move(question), std::chrono::seconds(60)),
                        [&](std::exception_ptr failed, spf::Answer got) {
                          if (failed) std::rethrow_exception(failed);
                          answer = std::move(got);
                        });
  loop.run();
  return answer;
}

void run(const std::vector<std::string>& words, std::unique_ptr<Zone>& zone) {
  const auto& verb = words.at(0);
  if (verb == "zone") {
    zone = std::make_unique<Zone>();
  } else if (verb == "txt") {
    zone->dns.add_txt(words.at(1), words.at(2));
  } else if (verb == "a") {
    zone->dns.add_address(words.at(1), address_of(words.at(2)));
  } else if (verb == "mx") {
    zone->dns.add_mx(words.at(1), {static_cast<std::uint16_t>(std::stoi(words.at(2))), words.at(3)});
  } else if (verb == "ptr") {
    zone->dns.add_ptr(address_of(words.at(1)), words.at(2));
  } else if (verb == "dead") {
    zone->dead.insert(words.at(1) + " " + words.at(2));
  } else if (verb == "ask") {
    const auto answer = ask(zone->dns, {.client = address_of(words.at(1)),
                                        .sender = {words.at(3), words.at(4)},
                                        .helo = words.at(2),
                                        .receiver = "receiver.example",
                                        .now = Time(std::chrono::seconds(1795392000))});
    std::cout << spf::name_of(answer.verdict) << ' ' << encoded(answer.explanation) << std::endl;
  } else {
    throw std::runtime_error("no verb: " + verb);
  }
}

}  // namespace
}  // namespace paraph

int main() try {
  std::unique_ptr<paraph::Zone> zone;
  for (std::string line; std::getline(std::cin, line);) {
    paraph::run(paraph::words_of(line), zone);
  }
  return 0;
} catch (const std::exception& e) {
  std::cerr << "spf_tool: " << e.what() << '\n';
  return 1;
}
