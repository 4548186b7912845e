#pragma once
#include <string_view>

namespace paraph::signature {

/// May a page be given to the tree builder? An estimate that never falls short of how deep its tree gets and of how
/// many nodes it has: open elements count until an end tag closes them for certain, and each formatting element that is
/// open may be made anew in every paragraph. False past 1 MiB, 1,000 levels, 64 attributes of one tag, or about 100,000
/// nodes. Linear.
bool is_bounded_html(std::string_view html);

}  // namespace paraph::signature
