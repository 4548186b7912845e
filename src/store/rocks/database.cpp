#include "store/rocks/database.h"

#include <fmt/format.h>
#include <rocksdb/env.h>

#include <charconv>

#include "base/log.h"
#include "store/rocks/page_cache_files.h"
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

Result<std::filesystem::path> make_folder(const std::filesystem::path& data_dir) {
  const auto folder = data_dir / "store";
  std::error_code error;
  const bool fresh = std::filesystem::create_directories(folder, error);
  if (!error && fresh) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (!error) return folder;
  return fail(error == std::errc::no_space_on_device ? Code::NoSpace : Code::Unavailable,
              fmt::format("the folder {} cannot be made: {}", folder.native(), error.message()));
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const Options& options) {
  PARAPH_TRY(const auto folder, make_folder(options.data_dir));
  auto database = std::unique_ptr<Database>(new Database);
  database->env_ = rocksdb::NewCompositeEnv(options.files ? options.files : page_cache_files());
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(database_options(options, database->env_.get()), folder.native(),
                                        families(options), &database->families_, &db);
  if (!status.ok()) return not_opened(options.data_dir, status);
  database->db_.reset(db);
  return database;
}

Database::~Database() {
  if (!db_) return;
  const auto flushed = db_->Flush(rocksdb::FlushOptions(), families_);
  if (!flushed.ok()) log(Level::Warn, "store: closing without writing out, the log holds it: {}", flushed.ToString());
  for (auto* family : families_) db_->DestroyColumnFamilyHandle(family);
  const auto closed = db_->Close();
  if (!closed.ok()) log(Level::Warn, "store: closing failed: {}", closed.ToString());
}

std::uint64_t Database::free_bytes() const {
  std::uint64_t bytes = 0;
  const auto status = env_->GetFreeSpace(db_->GetName(), &bytes);
  return status.ok() ? bytes : UINT64_MAX;
}

bool no_space(const rocksdb::Status& status) {
  return status.IsNoSpace() || status.subcode() == rocksdb::Status::SubCode::kNoSpace;
}

std::optional<std::int64_t> parse_counter(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace paraph::store::rocks
