#pragma once
#include "app/cli.h"
#include "base/result.h"

/// The verbs that speak to a server as any client does. All block; the failure is one sentence.
namespace paraph::app {

Result<void> run_send(const SendCommand& command);
Result<void> run_inbox(const InboxCommand& command);
Result<void> run_save(const SaveCommand& command);

}  // namespace paraph::app
