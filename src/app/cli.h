#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <variant>
#include <vector>

#include "app/client/place.h"
#include "session/admin/protocol.h"

namespace paraph::app {

struct ServeCommand {
  bool demo = false;
  std::string data_dir = "paraph-demo";  ///< with `demo` only
};

/// An administrative verb as the command line gives it: `text` and `html` may be "@FILE", `voice` and `image` name
/// files, and a password is still to be read from standard input.
struct AdminCommand {
  admin::Request request;
  bool reads_password = false;
};

struct SendCommand {
  client::Place place;
  std::vector<std::string> to;
  std::string voice_file, text, subject;
};

struct InboxCommand {
  client::Place place;
  bool json = false;
};

struct MilterCommand {
  std::string listen;  ///< ADDRESS:PORT or unix:PATH
};

struct SaveCommand {
  client::Place place;
  std::uint32_t uid = 0;
  std::string folder;
};

using Command = std::variant<ServeCommand, AdminCommand, SendCommand, InboxCommand, SaveCommand, MilterCommand>;

/// What the command line asks for.
struct Invocation {
  std::string config;  ///< --config, or ""
  Command command;
};

/// What to say instead of doing something: help (exit 0, standard output), or wrong usage (exit 2, one line for
/// standard error).
struct Ending {
  int exit_code = 0;
  std::string text;
};

/// Reads a command line; `arguments` without the program's name. Pure: opens no file.
std::expected<Invocation, Ending> parse_command_line(const std::vector<std::string>& arguments);

}  // namespace paraph::app
