#include "mime/priority.h"

#include <array>
#include <string>

#include "base/text.h"
#include "mime/field.h"

namespace paraph::mime {
namespace {

struct Word {
  std::string_view field, value;
  mail::Priority means;
};

using enum mail::Priority;
constexpr std::array kWords{Word{"Priority", "urgent", Urgent},        Word{"Priority", "normal", Normal},
                            Word{"Priority", "non-urgent", NonUrgent},

                            Word{"Importance", "high", Urgent},        Word{"Importance", "normal", Normal},
                            Word{"Importance", "low", NonUrgent},

                            Word{"X-Priority", "1", Urgent},           Word{"X-Priority", "2", Urgent},
                            Word{"X-Priority", "3", Normal},           Word{"X-Priority", "4", NonUrgent},
                            Word{"X-Priority", "5", NonUrgent},

                            Word{"Precedence", "bulk", NonUrgent},     Word{"Precedence", "list", NonUrgent},
                            Word{"Precedence", "junk", NonUrgent}};

/// "1 (Highest)" says "1".
std::string first_word(std::string_view value) {
  const std::string text = lowered(trimmed(value));
  return text.substr(0, text.find_first_of(" \t("));
}

}  // namespace

mail::Priority priority_of(std::string_view header) {
  std::string_view looked_at;
  std::string said;
  for (const auto& word : kWords) {
    if (word.field != looked_at) {
      looked_at = word.field;
      said = first_word(find_value(header, looked_at).value_or(""));
    }
    if (said == word.value) return word.means;
  }
  return Normal;
}

}  // namespace paraph::mime
