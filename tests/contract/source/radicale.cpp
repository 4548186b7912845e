#include "radicale.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <utility>

#include "source/web/fetcher.h"

namespace paraph::source {
namespace {

constexpr std::string_view kBook =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
    "<create xmlns=\"DAV:\" xmlns:CR=\"urn:ietf:params:xml:ns:carddav\"><set><prop><resourcetype><collection/>"
    "<CR:addressbook/></resourcetype></prop></set></create>";

}  // namespace

Radicale::Radicale() {
  const auto& folder = folder_.path();
  make_certificate(folder / "tls");
  std::ofstream(folder / "users") << kUser << ":" << kPassword << "\n";
  std::string log;
  for (int i = 0; i < 20; ++i) {
    port_ = free_port();
    std::ofstream(folder / "configuration") << fmt::format(
        "[server]\nhosts = 127.0.0.1:{}\nssl = True\ncertificate = {}\nkey = {}\n"
        "[auth]\ntype = htpasswd\nhtpasswd_filename = {}\nhtpasswd_encryption = plain\ndelay = 0\n"
        "[storage]\nfilesystem_folder = {}\n[logging]\nlevel = info\n",
        port_, ca(), (folder / "tls.key").native(), (folder / "users").native(), (folder / "data").native());
    auto started = Process::start({"radicale", "--config", folder / "configuration"}, "server ready", log);
    if (!started || !wait_for_listener(port_)) continue;
    process_ = std::move(*started);
    ask("MKCOL", url(), kBook, "application/xml");
    return;
  }
  throw std::runtime_error("radicale does not start: is its package there? " + log);
}

void Radicale::put(const std::string& name, std::string_view octets, const std::string& type) {
  ask("PUT", url() + name, octets, type);
}

void Radicale::ask(const std::string& method, const std::string& url, std::string_view body, const std::string& type) {
  web::Fetcher client(web::Access{.ca = ca(), .user = kUser, .password = kPassword});
  web::Request request;
  request.url = url;
  request.method = method;
  request.body = body;
  request.headers = {"Content-Type: " + type};
  request.timeout = std::chrono::seconds(30);
  const auto done = client.fetch(request);
  if (!done) throw std::runtime_error(method + " " + url + ": " + done.error().text);
}

}  // namespace paraph::source
