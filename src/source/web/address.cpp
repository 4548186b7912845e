#include "source/web/address.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace paraph::source::web {
namespace {

template <std::size_t N>
struct Block {
  std::array<unsigned char, N> first;
  unsigned bits;
};

constexpr Block<4> kNotPublic4[] = {
    {{0}, 8},              // this network
    {{10}, 8},             // private
    {{100, 64}, 10},       // shared by carriers
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local, and where clouds keep their secrets
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 88, 99}, 24},   // 6to4 relays
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 3},            // multicast, reserved, broadcast
};

constexpr Block<16> kGlobalUnicast6{{0x20}, 3};

/// Within 2000::/3. Outside of it nothing is public: loopback, IPv4 in other clothes, NAT64, unique local, link-local.
constexpr Block<16> kNotPublic6[] = {
    {{0x20, 0x01, 0x00}, 23},        // protocol assignments, Teredo among them
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4: holds an IPv4 address
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};

template <std::size_t N>
bool is_in(const unsigned char* octets, const Block<N>& block) {
  for (unsigned bit = 0; bit < block.bits; ++bit) {
    const auto mask = static_cast<unsigned char>(0x80U >> (bit % 8));
    if (((octets[bit / 8] ^ block.first[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool is_public4(const unsigned char* octets) {
  for (const auto& block : kNotPublic4)
    if (is_in(octets, block)) return false;
  return true;
}

bool is_public6(const unsigned char* octets) {
  if (!is_in(octets, kGlobalUnicast6)) return false;
  for (const auto& block : kNotPublic6)
    if (is_in(octets, block)) return false;
  return true;
}

/// The octets of an IPv4 or IPv6 address, and how many; nothing for another family.
struct Octets {
  std::array<unsigned char, 16> octets{};
  std::size_t size = 0;
  bool operator==(const Octets&) const = default;
};

Octets octets_of(const sockaddr& address) {
  Octets found;
  if (address.sa_family == AF_INET) {
    found.size = 4;
    std::memcpy(found.octets.data(), &reinterpret_cast<const sockaddr_in&>(address).sin_addr, found.size);
  } else if (address.sa_family == AF_INET6) {
    found.size = 16;
    std::memcpy(found.octets.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, found.size);
  }
  return found;
}

}  // namespace

bool is_public(const sockaddr& address) {
  const auto found = octets_of(address);
  if (found.size == 4) return is_public4(found.octets.data());
  return found.size == 16 && is_public6(found.octets.data());
}

bool is_own(const sockaddr& address) {
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) != 0) return true;
  const auto wanted = octets_of(address);
  bool own = false;
  for (const auto* one = interfaces; one != nullptr && !own; one = one->ifa_next)
    own = one->ifa_addr != nullptr && wanted.size != 0 && octets_of(*one->ifa_addr) == wanted;
  freeifaddrs(interfaces);
  return own;
}

}  // namespace paraph::source::web
