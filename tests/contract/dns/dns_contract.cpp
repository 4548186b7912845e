#include "dns_contract.h"

#include <thread>

#include "dns/cares/cares_resolver.h"
#include "dns/memory/memory_resolver.h"
#include "dns_server.h"

namespace paraph::dns {
namespace {

class MemoryEngine final : public Engine {
 public:
  MemoryEngine() {
    table_.add_txt("example.com", "v=spf1 ip4:127.0.0.1 -all");
    table_.add_mx("example.com", {20, "mx2.example.com"});
    table_.add_mx("example.com", {10, "mx1.example.com"});
    table_.add_txt("key._domainkey.example.com", "v=DKIM1; p=abcdef");
    table_.add_txt("two.example.com", "one");
    table_.add_txt("two.example.com", "two");
    table_.add_txt("long.example.com", kLongText);
    for (int i = 0; i < 50; ++i) table_.add_txt("many.example.com", "record " + std::to_string(i));
    table_.add_mx("null.example.com", {0, ""});
    for (const char* name : {"host.example.com", "alias.example.com"}) {
      table_.add_address(name, v4(192, 0, 2, 1));
      table_.add_address(name, v6(1));
    }
    table_.add_address("old.example.com", v4(192, 0, 2, 2));
    table_.add_ptr(v4(192, 0, 2, 1), "host.example.com");
    table_.add_ptr(v6(1), "host.example.com");
  }
  Resolver& resolver() override { return table_; }

 private:
  memory::MemoryResolver table_;
};

std::vector<std::string> records() {
  std::vector<std::string> all{
      "--local=/example.com/",
      "--local=/2.0.192.in-addr.arpa/",
      "--txt-record=example.com,v=spf1 ip4:127.0.0.1 -all",
      "--mx-host=example.com,mx2.example.com,20",
      "--mx-host=example.com,mx1.example.com,10",
      "--txt-record=key._domainkey.example.com,v=DKIM1; p=abc,def",
      "--txt-record=two.example.com,one",
      "--txt-record=two.example.com,two",
      "--dns-rr=null.example.com,15,000000",
      "--host-record=host.example.com,192.0.2.1,2001:db8::1",
      "--host-record=old.example.com,192.0.2.2",
      "--cname=alias.example.com,host.example.com",
  };
  for (int i = 0; i < 50; ++i) all.push_back("--txt-record=many.example.com,record " + std::to_string(i));
  std::string long_text = "--txt-record=long.example.com";
  for (std::size_t at = 0; at < kLongText.size(); at += 250) long_text += "," + kLongText.substr(at, 250);
  all.push_back(long_text);
  return all;
}

class CaresEngine final : public Engine {
 public:
  Resolver& resolver() override { return resolver_; }

 private:
  static DnsServer& server() {
    static DnsServer one(records());
    return one;
  }
  cares::CaresResolver resolver_{{.servers = {server().server()}}};
};

std::unique_ptr<Engine> make_memory() { return std::make_unique<MemoryEngine>(); }
std::unique_ptr<Engine> make_cares() { return std::make_unique<CaresEngine>(); }

}  // namespace

std::vector<EngineName> engines() { return {{"memory", make_memory}, {"cares", make_cares}}; }
void PrintTo(const EngineName& engine, std::ostream* out) { *out << engine.name; }

Address v4(unsigned char a, unsigned char b, unsigned char c, unsigned char d) { return {.octets = {a, b, c, d}}; }
Address v6(unsigned char last) {
  return {.octets = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last}, .v6 = true};
}

void run_at_once(int count, int loops, std::function<Task<void>(int)> task) {
  std::vector<std::jthread> threads;
  for (int loop = 0; loop < loops; ++loop) {
    threads.emplace_back([=, &task] {
      boost::asio::io_context io(1);
      for (int i = loop; i < count; i += loops) {
        boost::asio::co_spawn(io, task(i), [](std::exception_ptr failed) { EXPECT_FALSE(failed); });
      }
      io.run();
    });
  }
}

}  // namespace paraph::dns
