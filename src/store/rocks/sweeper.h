#pragma once
#include <thread>

#include "store/rocks/committer.h"

namespace paraph::store::rocks {

/// Gives disk space back: deletes the segments in which nobody needs anything any more, and empties those that are
/// mostly garbage by moving what lives in them to the journal's end. What was written last is left alone for a while:
/// mail that goes on to another server is often gone by itself soon. A thread of its own, which acts when it is hinted.
class Sweeper {
 public:
  Sweeper(Committer::Parts parts, Committer& committer, const Options& options);
  ~Sweeper();
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

 private:
  void run();
  void sweep();
  std::uint64_t first_young() const;
  void sweep(std::uint64_t segment);
  bool needed_for_replay(std::uint64_t segment) const;
  void move_blobs(std::uint64_t segment);
  void move(std::vector<Move> blobs);
  bool lives_at(const BlobId& id, const Location& at) const;

  const Committer::Parts parts_;
  Committer& committer_;
  const Options options_;
  std::jthread thread_;
};

}  // namespace paraph::store::rocks
