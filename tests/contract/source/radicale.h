#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "../../support/folder.h"
#include "process.h"

namespace paraph::source {

/// Radicale, an address book server, with one book of the user "paraph" under HTTPS with a password.
class Radicale {
 public:
  static constexpr const char* kUser = "paraph";
  static constexpr const char* kPassword = "very secret";

  Radicale();
  /// Of the book; a CardDAV collection, and the folder of its cards.
  std::string url() const { return "https://localhost:" + std::to_string(port_) + "/paraph/book/"; }
  std::string ca() const { return (folder_.path() / "tls.crt").native(); }
  /// Puts a card or anything else there, as a client does.
  void put(const std::string& name, std::string_view octets, const std::string& type = "text/vcard");

 private:
  void ask(const std::string& method, const std::string& url, std::string_view body, const std::string& type);

  tests::Folder folder_{tests::in_memory()};
  std::uint16_t port_ = 0;
  Process process_;
};

}  // namespace paraph::source
