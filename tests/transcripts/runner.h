#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client.h"
#include "script.h"

namespace paraph::transcripts {

/// Plays one script against a world of its own.
class Runner {
 public:
  explicit Runner(Cut cut) : cut_(cut) {}
  /// Throws std::runtime_error that names the line and what was wrong with it.
  void play(const std::vector<Step>& steps);

 private:
  void play_step(const Step& step);
  void expect(const Step& step);
  void expect_later(const Step& step);
  void direct(const Step& step);
  void open(const std::vector<std::string>& words);
  void log_in(const std::string& name, const std::string& user);
  void authenticate(const std::string& name, const std::vector<std::string>& words, bool succeeds);
  void put_message(const Step& step);
  void set_limit(const std::string& name, std::uint64_t value);
  void check_silence(const std::string& name);
  Client& client(const std::string& name);
  World& world();

  const Cut cut_;
  Limits limits_;
  std::unique_ptr<World> world_;
  std::map<std::string, std::unique_ptr<Client>> clients_;
  std::map<std::string, std::string> kinds_;
  Kept kept_;
};

}  // namespace paraph::transcripts
