#include "app/cli.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <limits>

#include "base/text.h"

namespace paraph::app {
namespace {

constexpr std::string_view kVersion = PARAPH_VERSION;

/// Verbs that the contract names and this version lacks.
constexpr std::string_view kLater[] = {"backup", "restore"};

/// One command line while it is read: CLI11 fills the fields, and the verb that was given builds the command from them.
class CommandLine {
 public:
  CommandLine();
  std::expected<Invocation, Ending> parse(const std::vector<std::string>& arguments);

 private:
  CLI::App* add_verb(CLI::App& parent, const std::string& name, const std::string& what, const std::string& example);
  CLI::App* add_group(const std::string& name, const std::string& what, const std::string& example);
  CLI::App* add_admin(CLI::App& group, const std::string& name, const std::string& field, const std::string& what,
                      const std::string& example);
  CLI::Option* add_field(CLI::App& verb, const std::string& option, const std::string& field, const std::string& what);
  void add_password(CLI::App& verb);
  void add_place(CLI::App& verb, std::uint16_t example_port);
  void add_later(CLI::App& parent, std::string_view name);

  void add_serve();
  void add_domain();
  void add_account();
  void add_signature();
  void add_policy();
  void add_key();
  void add_message();
  void add_dkim();
  void add_source();
  void add_queue();
  void add_check();
  void add_send();
  void add_inbox();
  void add_save();
  void add_milter();
  void check_together(const CLI::App& verb) const;

  CLI::App app_{"Paraph, a voice-mail server: messages leave with their sender's text, voice and picture.", "paraph"};
  Invocation invocation_;
  ServeCommand serve_;
  AdminCommand admin_;
  SendCommand send_;
  InboxCommand inbox_;
  SaveCommand save_;
  MilterCommand milter_;
  client::Place place_;
  std::string server_;
  std::string tls_ = "auto";
  bool password_stdin_ = false;
  bool repair_ = false;
};

CommandLine::CommandLine() {
  app_.set_version_flag("--version", "paraph " + std::string(kVersion), "Print the version");
  app_.add_option("--config", invocation_.config, "The configuration file (before or after the verb)")
      ->type_name("FILE");
  app_.require_subcommand(1);
  app_.footer("Example:\n  paraph serve --demo\n`paraph VERB --help` shows each verb with an example.");
  add_serve();
  add_domain();
  add_account();
  add_signature();
  add_policy();
  add_key();
  add_message();
  add_dkim();
  add_source();
  add_queue();
  add_check();
  add_send();
  add_inbox();
  add_save();
  add_milter();
  for (const auto name : kLater) add_later(app_, name);
}

CLI::App* CommandLine::add_verb(CLI::App& parent, const std::string& name, const std::string& what,
                                const std::string& example) {
  auto* verb = parent.add_subcommand(name, what);
  verb->footer("Example:\n  " + example);
  verb->add_option("--config", invocation_.config, "The configuration file")->type_name("FILE");
  return verb;
}

CLI::App* CommandLine::add_group(const std::string& name, const std::string& what, const std::string& example) {
  auto* group = add_verb(app_, name, what, example);
  group->require_subcommand(1);
  return group;
}

/// A verb of the contract that does not exist yet: whatever follows it, it is wrong usage.
void CommandLine::add_later(CLI::App& parent, std::string_view name) {
  auto* verb = parent.add_subcommand(std::string(name))->group("")->allow_extras();
  verb->set_help_flag();
  verb->callback([] { throw CLI::ValidationError("is not in this version"); });
}

CLI::App* CommandLine::add_admin(CLI::App& group, const std::string& name, const std::string& field,
                                 const std::string& what, const std::string& example) {
  auto* verb = add_verb(group, name, what, example);
  if (!field.empty())
    add_field(*verb, field, field, field == "domain" ? "The domain" : "The account's address")->required();
  const auto full = group.get_name() + " " + name;
  verb->callback([this, full] {
    admin_.request.verb = full;
    admin_.reads_password = password_stdin_;
    invocation_.command = admin_;
  });
  return verb;
}

CLI::Option* CommandLine::add_field(CLI::App& verb, const std::string& option, const std::string& field,
                                    const std::string& what) {
  const auto set = [this, field](const std::string& value) { admin_.request.fields[field] = value; };
  return verb.add_option_function<std::string>(option, set, what);
}

void CommandLine::add_password(CLI::App& verb) {
  verb.add_flag("--password-stdin", password_stdin_, "Read the password from standard input")->required();
}

void CommandLine::add_milter() {
  auto* verb = add_verb(app_, "milter", "Attach signatures to what Postfix or Sendmail takes from its own users",
                        "paraph milter --listen 127.0.0.1:9900 --config /etc/paraph/milter.toml");
  verb->add_option("--listen", milter_.listen, "Where the mail server finds it: ADDRESS:PORT or unix:PATH")
      ->type_name("ADDRESS")
      ->required();
  verb->callback([this] { invocation_.command = milter_; });
}

void CommandLine::add_serve() {
  auto* verb =
      add_verb(app_, "serve", "Run the server", "paraph serve --config /etc/paraph/paraph.toml\n  paraph serve --demo");
  verb->add_flag("--demo", serve_.demo, "Serve example.test with the accounts alice and bob on loopback ports");
  verb->add_option("--data-dir", serve_.data_dir, "Where the demo keeps its data (default ./paraph-demo)")
      ->type_name("DIR");
  verb->callback([this] { invocation_.command = serve_; });
}

void CommandLine::add_domain() {
  auto& group =
      *add_group("domain", "The domains whose mail is kept here", "paraph domain add example.org --config paraph.toml");
  add_admin(group, "add", "domain", "Take mail for a domain", "paraph domain add example.org --config paraph.toml");
  add_admin(group, "remove", "domain", "Take no more mail for a domain that has no accounts",
            "paraph domain remove example.org --config paraph.toml");
  add_admin(group, "list", "", "List the domains", "paraph domain list --config paraph.toml");
}

void CommandLine::add_account() {
  auto& group = *add_group("account", "Who has a voice mailbox", "paraph account list --config paraph.toml");
  auto* add = add_admin(
      group, "add", "address", "Make an account with its mailboxes",
      "printf %s secret | paraph account add alice@example.org --password-stdin --name Alice --config paraph.toml");
  add_password(*add);
  add_field(*add, "--name", "name", "The name of the user");
  add_field(*add, "--tel", "tel", "The telephone number, as in +441234567890");
  add_admin(group, "remove", "address", "Remove an account with all its messages",
            "paraph account remove alice@example.org --config paraph.toml");
  add_admin(group, "list", "", "List the accounts", "paraph account list --config paraph.toml");
  auto* passwd =
      add_admin(group, "passwd", "address", "Set a new password",
                "printf %s secret | paraph account passwd alice@example.org --password-stdin --config paraph.toml");
  add_password(*passwd);
}

void CommandLine::add_signature() {
  auto& group = *add_group("signature", "What is attached to every message of a user",
                           "paraph signature show alice@example.org --config paraph.toml");
  auto* set = add_admin(group, "set", "address", "Change parts of a signature; an empty file or text takes a part away",
                        "paraph signature set alice@example.org --text 'Alice Example' --voice alice.amr --image "
                        "alice.png --config paraph.toml");
  add_field(*set, "--text", "text", "The text, or @FILE");
  add_field(*set, "--html", "html", "@FILE: the same as an HTML fragment");
  add_field(*set, "--voice", "voice", "A recording: WAV, MP3, Ogg/Opus, AMR or M4A");
  add_field(*set, "--image", "image", "A picture: PNG or JPEG");
  add_admin(group, "show", "address", "Show a signature",
            "paraph signature show alice@example.org --config paraph.toml");
  add_admin(group, "on", "address", "Attach the signature again",
            "paraph signature on alice@example.org --config paraph.toml");
  add_admin(group, "off", "address", "Attach nothing for now",
            "paraph signature off alice@example.org --config paraph.toml");
  add_admin(group, "clear", "address", "Forget the signature",
            "paraph signature clear alice@example.org --config paraph.toml");
  auto* shape =
      add_admin(group, "template", "domain", "What users of a domain get who have no text; without options: show it",
                "paraph signature template example.org --text '{{displayName}}' --config paraph.toml");
  add_field(*shape, "--text", "text", "The text, or @FILE, with {{displayName}}, {{tel}} ... in it; '' takes it away");
  add_field(*shape, "--html", "html", "@FILE: the same as an HTML fragment");
  add_admin(group, "history", "address", "List its revisions: number, revision, time, kinds, and which one is current",
            "paraph signature history alice@example.org --config paraph.toml");
  auto* restore = add_admin(group, "restore", "address", "Make a new revision of what an older one was",
                            "paraph signature restore alice@example.org 3 --config paraph.toml");
  add_field(*restore, "number", "number", "The revision's number, as `paraph signature history` shows it")->required();
}

void CommandLine::add_policy() {
  auto& group = *add_group("policy", "What a domain's or an account's messages get",
                           "paraph policy show alice@example.org --config paraph.toml");
  auto* show = add_admin(group, "show", "", "Show each key, its value and where that comes from",
                         "paraph policy show alice@example.org --config paraph.toml");
  add_field(*show, "subject", "subject", "A domain or an address, here or elsewhere")->required();
  auto* set = add_admin(group, "set", "", "Set keys from the next message on; KEY=default takes one back",
                        "paraph policy set example.org external-kinds=text,html replies=text mandatory=on "
                        "--config paraph.toml");
  add_field(*set, "subject", "subject", "A domain or an address; for one elsewhere there is class alone")->required();
  const auto add = [this](const std::vector<std::string>& settings) {
    admin_.request.fields["settings"] = fmt::format("{}", fmt::join(settings, " "));
  };
  set->add_option_function<std::vector<std::string>>(
         "settings", add,
         "KEY=VALUE: signature, mandatory, wrap-signed, greeting-off-suspends, save-sent: on or off; kinds, "
         "external-kinds: a list of text, "
         "html, image, voice, or none; replies: full, text or none; class: internet, vpim or vvm; text-place: end or "
         "before-quote; dmarc, spf: tag, quarantine or reject")
      ->required();
}

void CommandLine::add_key() {
  auto& group = *add_group("key", "The keys of the Paraph-Signature field", "paraph key list --config paraph.toml");
  add_admin(group, "list", "", "List the keys; their secrets are shown to nobody",
            "paraph key list --config paraph.toml");
  add_admin(group, "rotate", "", "Sign with a new key; the one before it verifies for 30 days more",
            "paraph key rotate --config paraph.toml");
}

void CommandLine::add_source() {
  auto& group = *add_group("source", "Where signatures come from", "paraph source list --config paraph.toml");
  add_admin(group, "list", "", "Each source: its state, what it was asked and answered, and its last error",
            "paraph source list --config paraph.toml");
}

void CommandLine::add_queue() {
  auto& group = *add_group("queue", "What waits for other servers", "paraph queue list --config paraph.toml");
  auto* list = add_admin(group, "list", "", "List what waits, and what was last answered, of all domains or of one",
                         "paraph queue list example.net --config paraph.toml");
  add_field(*list, "domain", "domain", "The domain that it waits for");
  auto* show = add_admin(group, "show", "", "Show an item with each recipient and the last reply of each host",
                         "paraph queue show 42 --config paraph.toml");
  add_field(*show, "item", "item", "Its number, as `paraph queue list` shows it")->required();
  const std::pair<const char*, const char*> acts[] = {{"retry", "Try now what waits for its time"},
                                                      {"drop", "Give up what waits; nobody is told"},
                                                      {"hold", "Try no more until it is released"},
                                                      {"release", "Let go on what was held, and try it now"}};
  for (const auto& [name, what] : acts) {
    auto* verb =
        add_admin(group, name, "", what,
                  fmt::format("paraph queue {} 42 --config paraph.toml\n  paraph queue {} example.net --config "
                              "paraph.toml",
                              name, name));
    add_field(*verb, "item", "item", "An item's number, a domain, or all")->required();
  }
  add_admin(group, "refusals", "", "List the domains that refused media, and without what mail goes there",
            "paraph queue refusals --config paraph.toml");
  add_admin(group, "forget", "domain", "Send a domain all of a signature again",
            "paraph queue forget example.net --config paraph.toml");
  auto* report = add_admin(group, "tls-report", "",
                           "How TLS came out today: of all domains in lines, of one as a report (RFC 8460, JSON)",
                           "paraph queue tls-report example.net --day yesterday --config paraph.toml");
  add_field(*report, "domain", "domain", "The domain that the report is for");
  add_field(*report, "--day", "day", "today, which is not over, or yesterday; in UTC");
}

void CommandLine::add_message() {
  auto& group = *add_group("message", "What became of a message",
                           "paraph message trace m1@client.example.org --config paraph.toml");
  auto* trace = add_admin(group, "trace", "",
                          "Who signed it, what was attached, where it lies, and how it goes on to other servers",
                          "paraph message trace '<m1@client.example.org>' --config paraph.toml");
  add_field(*trace, "message-id", "message-id", "The Message-ID, with or without angle brackets")->required();
}

void CommandLine::add_dkim() {
  auto& group = *add_group("dkim", "The keys that messages from a domain are signed with",
                           "paraph dkim list --config paraph.toml");
  add_admin(group, "create", "domain", "Make new keys, sign with them, and print the DNS records to publish",
            "paraph dkim create example.org --config paraph.toml");
  auto* list = add_admin(group, "list", "", "Print the DNS records of all keys, or of one domain's",
                         "paraph dkim list example.org --config paraph.toml");
  add_field(*list, "domain", "domain", "The domain");
}

void CommandLine::add_check() {
  auto* verb = add_verb(app_, "check", "Walk the whole store and report each inconsistency",
                        "paraph check --config paraph.toml");
  verb->add_flag("--repair", repair_, "Put right what can be put right without guessing");
  verb->callback([this] {
    admin_.request = {"check", {{"repair", repair_ ? "yes" : "no"}}};
    invocation_.command = admin_;
  });
}

void CommandLine::add_place(CLI::App& verb, std::uint16_t example_port) {
  verb.add_option("--server", server_, fmt::format("HOST:PORT, as in 127.0.0.1:{}", example_port))
      ->required()
      ->type_name("H:P");
  verb.add_option("--user", place_.user, "The account's address")->required();
  add_password(verb);
  verb.add_option("--tls", tls_,
                  "starttls or implicit; without it in clear to a loopback address, and elsewhere STARTTLS (on the "
                  "ports 465 and "
                  "993 TLS from the first octet)")
      ->check(CLI::IsMember({"starttls", "implicit"}));
  verb.add_option("--ca", place_.ca_file, "A certificate to trust besides the system's")->type_name("FILE");
}

void CommandLine::add_send() {
  auto* verb =
      add_verb(app_, "send", "Send a message by SMTP submission",
               "printf %s paraph | paraph send --server 127.0.0.1:2587 --user alice@example.test --password-stdin \\\n"
               "    --to bob@example.test --voice message.wav --subject 'Call me'");
  add_place(*verb, 2587);
  verb->add_option("--to", send_.to, "The receiver's address; may be repeated")
      ->required()
      ->type_name("A")
      ->expected(1)
      ->take_all();
  verb->add_option("--voice", send_.voice_file, "A recording: WAV, MP3, Ogg/Opus, AMR or M4A")->type_name("FILE");
  verb->add_option("--text", send_.text, "A text");
  verb->add_option("--subject", send_.subject, "The subject");
  verb->callback([this] { invocation_.command = send_; });
}

void CommandLine::add_inbox() {
  auto* verb =
      add_verb(app_, "inbox", "List the messages of the voice mailbox over IMAP",
               "printf %s paraph | paraph inbox --server 127.0.0.1:1143 --user bob@example.test --password-stdin");
  add_place(*verb, 1143);
  verb->add_flag("--json", inbox_.json, "Print a JSON array");
  verb->callback([this] { invocation_.command = inbox_; });
}

void CommandLine::add_save() {
  auto* verb =
      add_verb(app_, "save", "Write a message and each of its parts to files",
               "printf %s paraph | paraph save --server 127.0.0.1:1143 --user bob@example.test --password-stdin \\\n"
               "    --uid 1 --dir message-1");
  add_place(*verb, 1143);
  verb->add_option("--uid", save_.uid, "The message's number, as inbox shows it")
      ->required()
      ->check(CLI::Range(std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max()));
  verb->add_option("--dir", save_.folder, "Where to; made if it is not there")->required()->type_name("DIR");
  verb->callback([this] { invocation_.command = save_; });
}

/// What options mean for each other.
void CommandLine::check_together(const CLI::App& verb) const {
  const auto wrong = [&](const std::string& what) { throw CLI::ValidationError(verb.get_name(), what); };
  const bool serve = std::holds_alternative<ServeCommand>(invocation_.command);
  if (serve && serve_.demo == !invocation_.config.empty()) wrong("give one of --config FILE and --demo");
  if (serve && !serve_.demo && verb.count("--data-dir")) wrong("--data-dir goes with --demo");
  const bool needs_store = std::holds_alternative<AdminCommand>(invocation_.command) ||
                           std::holds_alternative<MilterCommand>(invocation_.command);
  if (needs_store && invocation_.config.empty()) wrong("give --config FILE, so that the store is found");
  if (std::holds_alternative<SendCommand>(invocation_.command) && send_.voice_file.empty() && send_.text.empty())
    wrong("there is nothing to send: give --voice, --text or both");
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  while (text.ends_with(' ') || text.ends_with('.')) text.pop_back();
  return text;
}

/// What was not understood comes before what is missing: "fly is not known" for `paraph fly`.
std::string what_of(const CLI::ParseError& error, const CLI::App& verb) {
  const bool missing = dynamic_cast<const CLI::RequiredError*>(&error) || dynamic_cast<const CLI::ExtrasError*>(&error);
  const auto unknown = missing ? verb.remaining() : std::vector<std::string>();
  return unknown.empty() ? one_line(error.what()) : fmt::format("{} is not known", printable(unknown.front(), 60));
}

/// The deepest verb that was given.
const CLI::App& given(const CLI::App& app) {
  const auto* deepest = &app;
  while (!deepest->get_subcommands().empty()) deepest = deepest->get_subcommands().front();
  return *deepest;
}

std::string name_of(const CLI::App& app) {
  return app.get_parent() ? name_of(*app.get_parent()) + " " + app.get_name() : app.get_name();
}

std::expected<Invocation, Ending> CommandLine::parse(const std::vector<std::string>& arguments) {
  try {
    app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes them from the back
    check_together(given(app_));
    if (!server_.empty() && !client::take_host_and_port(server_, place_))
      throw CLI::ValidationError("--server", "is not HOST:PORT, as in 127.0.0.1:2587");
  } catch (const CLI::CallForVersion& version) {
    return std::unexpected(Ending{0, version.what()});
  } catch (const CLI::Success&) {
    return std::unexpected(
        Ending{0, given(app_).help(given(app_).get_parent() ? name_of(*given(app_).get_parent()) : "")});
  } catch (const CLI::ParseError& error) {
    const auto& verb = given(app_);
    const auto help = name_of(verb.get_help_ptr() ? verb : *verb.get_parent());
    return std::unexpected(
        Ending{2, fmt::format("{}: {}; see `{} --help`", name_of(verb), what_of(error, verb), help)});
  }
  place_.tls = tls_ == "starttls"   ? client::Tls::StartTls
               : tls_ == "implicit" ? client::Tls::Implicit
                                    : client::Tls::Automatic;
  if (auto* send = std::get_if<SendCommand>(&invocation_.command)) send->place = place_;
  if (auto* inbox = std::get_if<InboxCommand>(&invocation_.command)) inbox->place = place_;
  if (auto* save = std::get_if<SaveCommand>(&invocation_.command)) save->place = place_;
  return invocation_;
}

}  // namespace

std::expected<Invocation, Ending> parse_command_line(const std::vector<std::string>& arguments) {
  return CommandLine().parse(arguments);
}

}  // namespace paraph::app
