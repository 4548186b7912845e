#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "base/task.h"
#include "service/acquire.h"
#include "service/policies.h"
#include "service/signatures.h"

namespace paraph::service {

/// Step 2 of a deposit, at its end: who has no text of their own gets the domain's template, filled with what the
/// source knows of them. Remembers what it filled, so that a message costs no more than a comparison. Any event loop.
class Templates {
 public:
  explicit Templates(Policies& policies) : policies_(policies) {}

  /// Fills the text and HTML of `answer`, and sets its revision: the same fields give the same one. What the template
  /// before would have made is among the past. Left as it is: a signature that has text or HTML, an owner whose source
  /// says no fields, and one whose source did not answer. Codes of the store.
  Task<Result<void>> fill(std::string owner, Acquirer::Answer& answer);

 private:
  /// What was filled for one owner, and of what.
  struct Filled {
    DomainTemplates templates;
    std::map<std::string, std::string> fields;
    std::string base;  ///< revision of the signature without text
    std::string text, html, revision;
    std::optional<mail::PastRevision> before;
  };
  static Filled filled(const std::string& owner, DomainTemplates templates, const source::Acquired& acquired);
  static void put(const Filled& filled, Acquirer::Answer& answer);

  Policies& policies_;
  std::mutex mutex_;
  std::unordered_map<std::string, Filled> by_owner_;  ///< under mutex_
};

/// Fills `{{...}}` in what a user gives as their own text and HTML, with what their account says; `owner` is their
/// address. Codes of the store, NotFound.
Task<Result<void>> fill_own_fields(store::Store& store, AccountId account, std::string owner, SignatureChange& change);

}  // namespace paraph::service
