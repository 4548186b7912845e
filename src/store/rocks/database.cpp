#include "store/rocks/database.h"

#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>

#include <mutex>

#include "base/log.h"
#include "store/rocks/tuning.h"

namespace paraph::store::rocks {
namespace {

std::unexpected<Error> not_opened(const std::filesystem::path& data_dir, const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (status.IsIOError() && text.find("lock ") != std::string::npos) {
    return fail(Code::Unavailable,
                fmt::format("another paraph serves {}: stop it first, or set another data_dir", data_dir.native()));
  }
  if (no_space(status)) {
    return fail(Code::NoSpace, fmt::format("the disk of {} is full: free some space", data_dir.native()));
  }
  return fail(status.IsCorruption() ? Code::Corrupt : Code::Unavailable,
              fmt::format("the store in {} cannot be opened: {}", data_dir.native(), text));
}

}  // namespace

/// Remembers that writing out failed. Called on RocksDB's threads.
class Database::Listener final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    log(Level::Warn, "store: writing out failed: {}", status->ToString());
    set(*status);
  }
  void OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info) override { set(info.new_bg_error); }
  void set(const rocksdb::Status& status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
    troubled_ = !status.ok();
  }
  rocksdb::Status get() {
    if (!troubled_) return rocksdb::Status::OK();
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  std::atomic<bool> troubled_ = false;
  std::mutex mutex_;
  rocksdb::Status status_;  ///< under mutex_
};

Result<std::unique_ptr<Database>> Database::open(const Options& options) {
  auto database = std::unique_ptr<Database>(new Database);
  database->env_ = rocksdb::NewCompositeEnv(options.files);
  database->listener_ = std::make_shared<Listener>();
  auto tuned = rocksdb_options(options, database->env_.get());
  tuned.listeners.push_back(database->listener_);
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(tuned, (options.data_dir / "store" / "index").native(), &db);
  if (!status.ok()) return not_opened(options.data_dir, status);
  database->db_.reset(db);
  return database;
}

Database::~Database() {
  if (!db_) return;
  const auto flushed = given_up_ ? rocksdb::Status::Aborted("the disk broke") : db_->Flush(rocksdb::FlushOptions());
  if (!flushed.ok())
    log(Level::Warn, "store: closing without writing out, the journal holds it: {}", flushed.ToString());
  const auto closed = db_->Close();
  if (!closed.ok()) log(Level::Warn, "store: closing failed: {}", closed.ToString());
}

std::uint64_t Database::free_bytes() const {
  std::uint64_t bytes = 0;
  const auto status = env_->GetFreeSpace(db_->GetName(), &bytes);
  return status.ok() ? bytes : UINT64_MAX;
}

rocksdb::Status Database::trouble() const { return listener_->get(); }

rocksdb::Status Database::resume() {
  auto status = db_->Resume();
  if (status.ok()) listener_->set(status);
  return status;
}

bool no_space(const rocksdb::Status& status) {
  return status.IsNoSpace() || status.subcode() == rocksdb::Status::SubCode::kNoSpace;
}

}  // namespace paraph::store::rocks
