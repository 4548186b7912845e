// The verbs of a signature's older revisions.
#include <fmt/format.h>

#include "base/text.h"
#include "session/admin/date.h"
#include "session/admin/verbs.h"

namespace paraph::admin {
namespace {

std::string_view state_of(const service::Revision& revision) {
  if (revision.current) return "current";
  return revision.kept ? "kept" : "hashes only";
}

/// What an older server did not remember is "-".
std::string line_of(const service::Revision& revision) {
  const auto number = revision.number == 0 ? "-" : fmt::to_string(revision.number);
  const auto name = revision.revision.empty() ? "-" : revision.revision;
  const auto created = revision.created == Time{} ? "-" : date_of(revision.created);
  const auto kinds = revision.kinds.empty() ? "-" : revision.kinds;
  return fmt::format("{:<5} {:<22}  {:<20}  {:<21}  {}", number, name, created, kinds, state_of(revision));
}

}  // namespace

/// One line for each: number, revision, when it was made, kinds, and whether it is current or can be restored.
Task<Result<void>> Verbs::signature_history(Request request, PrintLine print) {
  PARAPH_CO_TRY(const auto account, co_await accounts_.find(request.field("address")));
  PARAPH_CO_TRY(const auto history, co_await signatures_.history(account.id));
  for (const auto& revision : history) co_await print(line_of(revision));
  co_return Result<void>();
}

Task<Result<void>> Verbs::signature_restore(Request request, PrintLine print) {
  const auto number = parse_decimal(request.field("number"));
  if (!number) co_return fail(Code::BadInput, "give the number of a revision, as `paraph signature history` shows it");
  PARAPH_CO_TRY(const auto account, co_await accounts_.find(request.field("address")));
  PARAPH_CO_TRY(const auto signature, co_await signatures_.restore(account.id, *number));
  co_await print(
      fmt::format("{}: signature revision {} is what revision {} was", account.address, signature.number, *number));
  co_return Result<void>();
}

}  // namespace paraph::admin
