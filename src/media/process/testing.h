#pragma once
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace paraph::media::process {

/// A shell script in a worker's place.
class Script {
 public:
  explicit Script(const std::string& text) {
    std::string name = "/tmp/paraph-worker-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ / "worker";
    std::ofstream(path_) << "#!/bin/sh\n" << text << "\n";
    ::chmod(path_.c_str(), 0700);
  }
  ~Script() { std::filesystem::remove_all(folder_); }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  const std::filesystem::path& path() const& { return path_; }

 private:
  std::filesystem::path folder_, path_;
};

}  // namespace paraph::media::process
