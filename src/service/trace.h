#pragma once
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "record/codec.h"
#include "service/mailboxes.h"
#include "store/store.h"

namespace paraph::service {

/// One message (or one form of it) as `paraph message trace` shows it.
struct Traced {
  record::SignatureOutcome signature;  ///< `how` is empty: nobody says that it was signed
  std::string from;                    ///< reverse-path with its angle brackets; "": not known
  std::string came;                    ///< the uppermost Received field: from where, by which protocol
  std::string authentication;          ///< this server's Authentication-Results field; "": there is none
  Time received;
  std::uint64_t bytes = 0;
  struct At {
    std::string address, mailbox;
    Uid uid;
    bool sent = false;  ///< the mailbox is for sent mail
  };
  std::vector<At> places;  ///< every mailbox that shows it now
};

/// The messages with this Message-ID, with or without angle brackets, those too that only the queue keeps; none for
/// those that an older server stored. When one was copied or moved since, every entry in the store is walked: an
/// operator's question, not a session's.
Task<Result<std::vector<Traced>>> trace_message(store::Store& store, Mailboxes& mailboxes, std::string message_id);

}  // namespace paraph::service
