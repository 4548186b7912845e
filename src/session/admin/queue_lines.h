#pragma once
#include <string>
#include <vector>

#include "record/codec.h"
#include "service/queue_rows.h"

namespace paraph::admin {

/// What a host last said about a recipient: "mx.example.net: 450 4.2.1 greylisted".
std::string reply_line(const record::QueuedRecipient& recipient);
/// An item of the queue with each recipient, for people.
std::vector<std::string> item_lines(const service::ItemRow& row);

}  // namespace paraph::admin
