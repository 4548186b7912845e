#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "record/codec.h"
#include "service/mailboxes.h"
#include "store/store.h"

namespace paraph::service {

/// Is a message with this header block a voice signature? Its kind is in X-CNS-Greeting-Type; without one it is a
/// normal greeting. Pure.
bool is_voice_signature(std::string_view header);

/// The same for a message of the store. NotFound: it is gone.
Task<Result<bool>> is_voice_signature(store::Store& store, const record::StoredMessage& message);

/// The recording of a greeting, decoded: its first audio part, or the message itself; not one of a message inside it.
/// `blobs` are those that are not in the store yet. Unsupported: there is none, it is empty, or its transfer encoding
/// is unknown; TooLarge: over `bytes_max`; NotFound: a blob is gone.
Task<Result<std::string>> read_recording(store::Store& store, const record::StoredMessage& message,
                                         const std::vector<mail::NewBlob>& blobs, std::uint64_t bytes_max);

}  // namespace paraph::service
