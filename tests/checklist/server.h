#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client.h"
#include "media/none/none_media.h"
#include "service/signatures.h"
#include "source/local/local_source.h"
#include "world.h"

namespace paraph::checklist {

/// A source that a test tells what to answer.
struct FakeSource final : source::Source {
  const std::string& name() const& override { return called; }
  Task<Result<source::Acquired>> acquire(std::string) override {
    ++asked;
    co_return answer;
  }
  Task<bool> prefetch(std::string) override { co_return false; }
  Task<Result<void>> forget(std::string) override { co_return Result<void>(); }
  std::string called = "fake";
  int asked = 0;
  Result<source::Acquired> answer = fail(Code::Unavailable, "down");
};

/// A whole server (tests/transcripts/world.h) that keeps signatures, spoken to over SMTP.
class Server {
 public:
  explicit Server(const Limits& limits = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Instead of the server's own signatures.
  void use(source::Source& source, service::OnFailure on_failure = service::OnFailure::Send);
  void sign_with(service::SignatureChange change, const std::string& account = "alice");
  /// Gives the final reply to a submission by `user`; `reverse_path` nullopt: the user's own address.
  std::string submit(std::string_view message, const std::string& user = "alice",
                     const std::optional<std::string>& reverse_path = std::nullopt);
  /// The same without logging in: "mx" or "lmtp".
  std::string bring(std::string_view message, const std::string& kind);
  /// APPEND over IMAP; gives the tagged reply.
  std::string append(const std::string& user, const std::string& mailbox, std::string_view message,
                     std::string_view flags = "\\Seen");
  /// What EHLO says of this keyword on a submission port: "SIZE 1000".
  std::string keyword(std::string_view name);
  std::uint32_t messages(const std::string& account = "bob", const std::string& mailbox = "INBOX");
  /// The newest message there, whole.
  std::string newest(const std::string& account = "bob", const std::string& mailbox = "INBOX");
  /// Lines of the log since the last call.
  static std::vector<std::string> take_log();

  transcripts::World world;

 private:
  std::string send(transcripts::Client& client, std::string_view message, const std::string& from, bool lmtp);
  void deposit_with(service::Acquirer& acquirer, service::OnFailure on_failure);

  media::none::NoneMedia media_;
  service::Signatures signatures_;
  source::local::LocalSource local_;
  std::optional<service::Acquirer> acquirer_;
};

/// Values of the Paraph-Signature fields of a message's top header, unfolded.
std::vector<std::string> paraph_fields(std::string_view message);
/// A message without the fields that the server put on top of it: from its From field on.
std::string_view from_on(std::string_view message);

}  // namespace paraph::checklist
