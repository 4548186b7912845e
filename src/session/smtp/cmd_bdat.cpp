#include "session/smtp/session.h"

namespace paraph::session_smtp {

// BDAT (RFC 3030 §2). The client sends the chunk's octets in any case, so a chunk that is out of order is drained and
// then refused.
Task<void> Session::bdat(smtp::Bdat command) {
  const bool first = phase_ != Phase::Chunks;
  if (first && phase_ == Phase::Recipients) {
    begin_message();
  } else if (first) {
    begin_message();
    refuse_message({503, "5.5.1", "BDAT comes after RCPT"});
  }
  chunk_is_last_ = command.last;
  taking_octets_ = true;
  framer_.begin_chunk(command.bytes, first ? smtp::Framer::FirstChunk::Yes : smtp::Framer::FirstChunk::No);
  co_return;
}

}  // namespace paraph::session_smtp
