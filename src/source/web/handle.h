#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "source/web/fetcher.h"
#include "source/web/url.h"

typedef void CURL;
struct curl_sockaddr;
struct curl_slist;

namespace paraph::source::web {

/// What came of one transfer.
struct Transfer {
  long status = 0;
  std::string body, tag, location, media_type, cache_control;
  bool absence = false;  ///< Request::absence_field was there
  std::chrono::milliseconds took{0};
};

/// One libcurl handle with its connections. One thread at a time.
class Handle {
 public:
  Handle();

  /// One request and its answer, redirects not followed. Unavailable: none came, or it was too long.
  Result<Transfer> perform(const Access& access, const Request& request, const Url& url,
                           std::chrono::milliseconds timeout);

 private:
  struct Free {
    void operator()(CURL* handle) const;
    void operator()(curl_slist* list) const;
  };
  using List = std::unique_ptr<curl_slist, Free>;

  void set_basics(const Access& access, const Url& url, std::chrono::milliseconds timeout);
  void set_access(const Access& access);
  void set_request(const Request& request, const Access& access);
  static void add(List& list, const std::string& line);
  void take_header(std::string_view line);
  std::string why(const Access& access, int code) const;

  static std::size_t on_body(char* octets, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* octets, std::size_t size, std::size_t count, void* self);
  static int on_open(void* self, int purpose, curl_sockaddr* address);

  std::unique_ptr<CURL, Free> curl_;
  List headers_, resolve_;
  std::string error_;
  const Access* access_ = nullptr;
  const Request* request_ = nullptr;
  Transfer transfer_;
  std::size_t body_bytes_max_ = 0, header_bytes_ = 0;
  bool too_long_ = false, refused_ = false;
};

}  // namespace paraph::source::web
