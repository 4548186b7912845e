#pragma once
#include <string>

namespace paraph::bench {

/// Prints, as one JSON object, what this machine reaches without any server: 64 KB appends to a file in `folder`, each
/// synced and sixteen to a sync (appends a second), and one loopback TCP stream in 64 KB writes (MB/s). Takes about 4
/// s.
void print_raw_figures(const std::string& folder);

}  // namespace paraph::bench
