#include "app/client/submit.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>

#include "app/client/connection.h"

namespace paraph::client {
namespace {

constexpr long kSeconds = 600;

/// What is left to send.
struct Upload {
  const char* octets;
  std::size_t size;
};

std::size_t give(char* into, std::size_t size, std::size_t count, void* data) {
  auto& upload = *static_cast<Upload*>(data);
  const auto bytes = std::min(size * count, upload.size);
  std::memcpy(into, upload.octets, bytes);
  upload.octets += bytes;
  upload.size -= bytes;
  return bytes;
}

using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

}  // namespace

Result<void> submit(const Place& place, std::string password, const std::string& from,
                    const std::vector<std::string>& to, const std::string& message) {
  Connection connection(Protocol::Smtp, place, std::move(password));
  List recipients(nullptr, &curl_slist_free_all);
  for (const auto& address : to)
    recipients.reset(curl_slist_append(recipients.release(), ("<" + address + ">").c_str()));
  Upload upload{message.data(), message.size()};
  auto* curl = connection.handle();
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, ("<" + from + ">").c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, &give);
  curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, kSeconds);
  return connection.perform();
}

}  // namespace paraph::client
