#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"

/// What the command line takes in and gives out.
namespace paraph::app {

/// As one word of a shell: quoted when it has to be.
std::string shell_word(std::string_view text);

/// The password on standard input: its first line, without line end. BadInput: there is none, or it is over 1,024
/// octets.
Result<std::string> read_password();

/// A whole file. BadInput: it cannot be read, or is longer than `bytes_max`.
Result<std::string> read_file(const std::filesystem::path& file, std::size_t bytes_max);

/// A text as given, or the contents of the file when it begins with '@'.
Result<std::string> text_or_file(const std::string& text, std::size_t bytes_max);

/// Makes a folder, with those above it, that only its owner may enter; one that is there already stays as it is.
/// Unavailable: it cannot be made.
Result<void> make_private_folder(const std::filesystem::path& folder);

/// One line to standard output, or nowhere: as admin::PrintLine.
Task<void> print_line(std::string line);
Task<void> ignore_line(std::string line);

}  // namespace paraph::app
