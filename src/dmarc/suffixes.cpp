#include "dmarc/suffixes.h"

#include <libpsl.h>

#include <stdexcept>

namespace paraph::dmarc {

struct Suffixes::List {
  explicit List(psl_ctx_t* loaded) : context(loaded) {}
  List(const List&) = delete;
  List& operator=(const List&) = delete;
  ~List() { psl_free(context); }
  psl_ctx_t* context;
};

Suffixes::Suffixes() : list_(std::make_shared<List>(psl_latest(nullptr))) {
  if (list_->context == nullptr) throw std::runtime_error("there is no Public Suffix List (package publicsuffix)");
}

std::string Suffixes::organization_of(std::string_view domain) const {
  const std::string name(domain);
  const char* registrable = psl_registrable_domain(list_->context, name.c_str());
  return registrable == nullptr ? name : registrable;
}

}  // namespace paraph::dmarc
