"""Other people's mail servers, from Debian, each with a folder, users and processes of its own.

Debian lets only one of them be installed, so script/peers unpacks their packages below build/peers/, and a private mount namespace puts one
over /usr and /etc. A process namespace ends all of its processes with the one that this module started. Needs root.
"""
import email
import email.policy
import functools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from server import make_certificate

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = pathlib.Path(os.environ.get("PARAPH_PEERS", str(ROOT / "build/peers")))
DOMAIN = "peer.test"

ENTER = """
set -eu
mount -t tmpfs tmpfs {over}
mkdir {over}/upper {over}/work
[ ! -d {root}/usr ] || mount -t overlay overlay -o lowerdir={root}/usr:/usr /usr
mount -t overlay overlay -o lowerdir={etc}/etc,upperdir={over}/upper,workdir={over}/work /etc
for file in passwd group; do cat /etc/$file >> {folder}/$file; cp {folder}/$file /etc/$file; done
{setup}
exec {command}
"""


PROBE = """
set -e
folder=$(mktemp -d)
trap 'umount "$folder/etc" "$folder" 2>/dev/null; rmdir "$folder"' EXIT
mount -t tmpfs tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/etc"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$folder/upper,workdir=$folder/work" "$folder/etc"
"""


@functools.cache
def missing():
    """Why other servers cannot be started here; "" when they can. A machine that gives no namespaces runs the other tests."""
    if os.geteuid() != 0:
        return "needs root"
    if not all((PEERS / name).is_dir() for name in ("postfix", "exim", "opensmtpd")):
        return "script/peers was not run"
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", PROBE], capture_output=True, text=True)
    return "" if done.returncode == 0 else f"no namespaces here: {done.stderr.strip()}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Peer:
    """A server for peer.test that takes anything from loopback, keeps its own mail in folders, and hands example.test to `port`."""

    package = ""
    users = {}  # name: number

    def __init__(self, next_port):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"paraph-{self.package}-"))
        self.folder.chmod(0o755)
        self.next_port = next_port
        self.port = free_port()
        self.log = []
        self.process = None
        self.certificate = self.key = None
        self.next_certificate = None

    def offer_tls(self):
        """STARTTLS for whoever wants it, with a certificate for 127.0.0.1. Before it starts, as demand_tls()."""
        self.certificate, self.key = self.folder / "tls.crt", self.folder / "tls.key"
        make_certificate(self.certificate, self.key)

    def demand_tls(self, certificate):
        """Nothing goes to the next hop without TLS, and to none that has not this certificate."""
        self.next_certificate = self.folder / "next.crt"
        shutil.copyfile(certificate, self.next_certificate)

    def __enter__(self):
        (self.folder / "passwd").write_text("".join(f"{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin\n" for name, number in self.users.items()))
        (self.folder / "group").write_text("".join(f"{name}:x:{number}:\n" for name, number in self.users.items()))
        (self.folder / "over").mkdir()
        self.mail = self.folder / "mail"
        self.mail.mkdir()
        os.chown(self.mail, self.users["vmail"], self.users["vmail"])
        self.configure()
        root = PEERS / self.package
        etc = f"{root}/etc:" if (root / "etc").is_dir() else ""
        script = ENTER.format(over=self.folder / "over", root=root, etc=etc, folder=self.folder, setup=self.setup(), command=self.command())
        self.process = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        threading.Thread(target=self._drain, daemon=True).start()
        self._wait_until_up()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            # The first process of the namespace: all others end with it. (--kill-child alone is forgotten when it changes its user.)
            children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            for pid in map(int, children):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _drain(self):
        for line in self.process.stdout:
            self.log.append(line.rstrip())

    def _wait_until_up(self):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as probe:
                    if probe.recv(100).startswith(b"220"):
                        return
            except OSError:
                time.sleep(0.1)
        self.__exit__()
        raise AssertionError(f"{self.package} does not answer: " + "\n".join(self.log[-20:]))

    def octets(self, user="bob"):
        """What has come for a user, in no order."""
        return [file.read_bytes() for folder in (self.mail / user).rglob("new") for file in folder.iterdir()]

    def messages(self, user="bob"):
        return [email.message_from_bytes(octets, policy=email.policy.default) for octets in self.octets(user)]

    def wait_for(self, subject, user="bob", seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for message in self.messages(user):
                if message["Subject"] == subject:
                    return message
            time.sleep(0.05)
        raise AssertionError(f"{subject} did not come to {self.package}: " + "\n".join(self.log[-20:]))


class Postfix(Peer):
    package = "postfix"
    users = {"postfix": 5101, "postdrop": 5102, "vmail": 5103}
    milter = ""  # of an smtpd, as in main.cf
    extra = ""

    def configure(self):
        self.write_once(f"""
compatibility_level = 3.6
queue_directory = {self.folder}/spool
data_directory = {self.folder}/lib
mail_owner = postfix
setgid_group = postdrop
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{DOMAIN}
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtp_host_lookup = native
smtp_dns_support_level = disabled
relay_domains = example.test
transport_maps = inline:{{ {{ example.test = smtp:[127.0.0.1]:{self.next_port} }} }}
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_base = {self.mail}
virtual_mailbox_maps = inline:{{ {{ bob@{DOMAIN} = bob/ }}, {{ carol@{DOMAIN} = carol/ }} }}
virtual_uid_maps = static:{self.users["vmail"]}
virtual_gid_maps = static:{self.users["vmail"]}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
minimal_backoff_time = 1s
queue_run_delay = 1s
{self.offered_tls()}
{self.demanded_tls()}
{self.milter}
{self.extra}
""")

    def offered_tls(self):
        return f"smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {self.certificate}\nsmtpd_tls_key_file = {self.key}" if self.certificate else ""

    def demanded_tls(self):
        return f"smtp_tls_security_level = secure\nsmtp_tls_secure_cert_match = localhost\nsmtp_tls_CAfile = {self.next_certificate}" if self.next_certificate else ""

    def write_once(self, settings):
        """A setting that is given again takes the place of the first: Postfix warns of two, and may hang when its log fills while it starts."""
        lines = {line.split("=")[0].strip(): line for line in settings.splitlines() if line.strip()}
        (self.folder / "main.cf").write_text("\n".join(lines.values()) + "\n")

    def setup(self):
        return f"""
cp {self.folder}/main.cf /etc/postfix/main.cf
cp /usr/share/postfix/master.cf.dist /etc/postfix/master.cf
sed -i 's/^smtp  *inet.*/127.0.0.1:{self.port} inet n - n - - smtpd/; s/^\\([a-z]*  *[a-z-]*  *[^ ]*  *[^ ]*  *\\)y/\\1n/' /etc/postfix/master.cf
mkdir -p {self.folder}/spool {self.folder}/lib
chown postfix {self.folder}/lib
chgrp postdrop /usr/sbin/postdrop /usr/sbin/postqueue 2>/dev/null || true
"""

    def command(self):
        return "postfix start-fg"


class Exim(Peer):
    package = "exim"
    users = {"Debian-exim": 5201, "vmail": 5203}

    def configure(self):
        spool = self.folder / "spool"
        for made in (spool, self.folder / "log"):
            made.mkdir()
            os.chown(made, self.users["Debian-exim"], self.users["Debian-exim"])
        (self.folder / "exim.conf").write_text(f"""
primary_hostname = mail.{DOMAIN}
spool_directory = {spool}
log_file_path = {self.folder}/log/%slog
keep_environment =
pid_file_path = {spool}/exim.pid
exim_user = Debian-exim
exim_group = Debian-exim
daemon_smtp_ports = {self.port}
local_interfaces = 127.0.0.1
disable_ipv6 = true
chunking_advertise_hosts = *
prdr_enable = true
dsn_advertise_hosts = *
smtputf8_advertise_hosts = *
{self.offered_tls()}
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = accept_all
acl_smtp_data = accept_all
begin acl
accept_all:
  accept
begin routers
onward:
  driver = manualroute
  domains = example.test
  transport = smtp
  route_list = example.test 127.0.0.1
  self = send
here:
  driver = accept
  domains = {DOMAIN}
  local_parts = bob : carol
  transport = folders
begin transports
smtp:
  driver = smtp
  port = {self.next_port}
  allow_localhost
  {self.demanded_tls()}
folders:
  driver = appendfile
  directory = {self.mail}/$local_part_data
  maildir_format
  create_directory
  user = vmail
  group = vmail
begin retry
* * F,1h,1s
""")

    def offered_tls(self):
        if not self.certificate:
            return "tls_advertise_hosts ="
        os.chown(self.key, self.users["Debian-exim"], self.users["Debian-exim"])
        return f"tls_advertise_hosts = *\ntls_certificate = {self.certificate}\ntls_privatekey = {self.key}"

    def demanded_tls(self):
        return f"hosts_require_tls = *\n  tls_verify_hosts = *\n  tls_verify_certificates = {self.next_certificate}" if self.next_certificate else ""

    def setup(self):
        return f"mkdir -p /etc/exim4 && cp {self.folder}/exim.conf /etc/exim4/exim4.conf && chown root:root /etc/exim4/exim4.conf && chmod 644 /etc/exim4/exim4.conf"

    def command(self):
        return "exim4 -bdf -q1s"


class OpenSmtpd(Peer):
    package = "opensmtpd"
    users = {"opensmtpd": 5301, "opensmtpq": 5302, "vmail": 5303}

    def configure(self):
        name = f"mail.{DOMAIN}"
        pki = f'pki {name} cert "{self.certificate}"\npki {name} key "{self.key}"\n' if self.certificate else ""
        offered = f"tls pki {name} " if self.certificate else ""
        demanded = "+tls" if self.next_certificate else ""
        (self.folder / "smtpd.conf").write_text(f"""{pki}
listen on 127.0.0.1 port {self.port} {offered}hostname {name}
action "here" maildir "{self.mail}/%{{rcpt.user}}" virtual {{ bob = vmail, carol = vmail }}
action "onward" relay host smtp{demanded}://127.0.0.1:{self.next_port} helo {name}
match from any for domain "{DOMAIN}" action "here"
match from any for domain "example.test" action "onward"
""")

    def setup(self):
        trusted = f"cp {self.next_certificate} /etc/ssl/certs/ca-certificates.crt && " if self.next_certificate else ""
        return trusted + f"cp {self.folder}/smtpd.conf /etc/smtpd.conf && mkdir -p {self.folder}/spool /var/spool/smtpd /var/lib/opensmtpd/empty && mount --bind {self.folder}/spool /var/spool/smtpd && chmod 711 /var/spool/smtpd"

    def command(self):
        return "smtpd -d -f /etc/smtpd.conf"


class Dovecot(Peer):
    """Takes messages by LMTP, installed as Debian has it. The users of peer.test, in folders."""

    package = "dovecot"
    users = {"vmail": 5403}
    password = "secret"  # everybody's
    extra = ""

    def __init__(self):
        super().__init__(0)

    def configure(self):
        (self.folder / "dovecot.conf").write_text(f"""
base_dir = {self.folder}/run
state_dir = {self.folder}/state
log_path = /dev/stderr
protocols = lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
passdb {{
  driver = static
  args = password={self.password}
}}
userdb {{
  driver = static
  args = uid=vmail gid=vmail home={self.mail}/%n
}}
first_valid_uid = 1
mail_location = maildir:~/
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {self.port}
  }}
}}
{self.extra}
""")

    def setup(self):
        return f"mkdir -p {self.folder}/run {self.folder}/state"

    def command(self):
        return f"dovecot -F -c {self.folder}/dovecot.conf"
