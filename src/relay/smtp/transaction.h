#pragma once
#include <deque>
#include <string>
#include <vector>

#include "relay/smtp/connection.h"
#include "relay/smtp/options.h"
#include "wire/smtp/dot_stuffer.h"

namespace paraph::relay::smtp {

/// Can this server take this message as it is? With what it takes at most, for Size. `connection` has said EHLO.
Misfit misfit_of(const Host& host, const Connection& connection, const Job& job);

/// One mail transaction over one connection (RFC 5321 §3.3). With PIPELINING (RFC 2920) the envelope is one write, and
/// with CHUNKING too (RFC 3030) a short message goes with it. Nothing of the message is sent when no recipient was
/// taken, except where it left with the envelope.
class Transaction {
 public:
  /// All outlive it.
  Transaction(Connection& connection, const Job& job, const Options& options);

  /// Fills answers(). The failure is the content's, and the connection closed. Once.
  Task<Result<void>> run();
  /// Of each recipient, in order.
  std::vector<Answer>& answers() & { return answers_; }
  /// The server takes fewer recipients at once, and this one may come in the next transaction (RFC 5321 §4.5.3.1.10,
  /// RFC 9422 §4.2). Its answer is 452.
  bool too_many(std::size_t recipient) const { return states_[recipient] == State::TooMany; }
  /// The server would not have the message, or its sender, whoever it is for.
  bool refused() const { return refused_; }
  /// Nothing was said to it but 421: the connection had ended before it began.
  bool unheard() const { return unheard_; }
  /// It ended, by 421 or without a word, when the server cannot have the whole message.
  bool broke_off() const { return broke_off_; }

 private:
  enum class Step { Reset, Mail, Rcpt, Data, End };
  struct Expected {
    Step step;
    std::size_t recipient = 0;
  };
  enum class State : std::uint8_t { Asked, Taken, Answered, TooMany };

  Task<Result<void>> settle();
  Task<Result<void>> say(std::string command, Step step, std::size_t recipient = 0);
  Task<Result<void>> envelope();
  Task<Result<void>> send_data();
  Task<Result<void>> stream_dotted();
  Task<Result<void>> stream_chunk();
  Task<Result<void>> write_burst(bool& broke);
  Result<void> content_changed();

  void note(Expected expected, const Answer& answer);
  void note_data(const Answer& answer);
  /// Of all recipients that have none yet, those that were taken too.
  void answer_rest(const Answer& answer);
  void refuse_what_cannot_go();
  std::size_t taken() const;
  bool one_trip() const;
  std::string mail_line() const;

  Connection& connection_;
  const Job& job_;
  const Options& options_;
  std::vector<Answer> answers_;
  std::vector<State> states_;
  std::string burst_;  ///< not written yet
  std::deque<Expected> expected_;
  bool utf8_ = false;
  bool mail_taken_ = false;
  bool data_open_ = false;  ///< 354 came
  bool complete_ = false;   ///< the last octet was written
  bool unheard_ = true;
  bool broke_off_ = false;
  bool refused_ = false;
  bool over_ = false;  ///< nothing more is asked
};

}  // namespace paraph::relay::smtp
