"""A directory and an address book of their own for a test: slapd and radicale on ports of loopback that were free."""
import base64
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request

SCHEMA = """
attributetype ( 1.3.6.1.1.11.2.1 NAME 'vPIMTelephoneNumber' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{20} SINGLE-VALUE )
attributetype ( 1.3.6.1.1.11.2.2 NAME 'vPIMRfc822Mailbox' EQUALITY caseIgnoreIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{256} SINGLE-VALUE )
attributetype ( 1.3.6.1.1.11.2.3 NAME 'vPIMSpokenName' SYNTAX 1.3.6.1.4.1.1466.115.121.1.40{20000} SINGLE-VALUE )
objectclass ( 1.3.6.1.1.11.1.1 NAME 'vPIMUser' SUP top AUXILIARY MUST ( vPIMRfc822Mailbox $ vPIMTelephoneNumber ) MAY vPIMSpokenName )
"""

CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include {folder}/vpim.schema
modulepath /usr/lib/ldap
moduleload back_mdb.so
pidfile {folder}/slapd.pid
database mdb
maxsize 33554432
suffix "dc=example,dc=test"
directory {folder}/data
"""

TOP = """dn: dc=example,dc=test
objectClass: dcObject
objectClass: organization
dc: example
o: Example

"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_listener(port, process):
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.01)
    return False


def encoded(octets):
    return base64.b64encode(octets).decode()


class Server:
    """A program in a folder of its own; a context manager."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="paraph-directory-"))
        self.process = None
        self.port = 0

    def start(self):
        for _ in range(20):
            self.port = free_port()
            self.process = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if wait_for_listener(self.port, self.process):
                return
        raise AssertionError(f"{self.command()} does not start")

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Slapd(Server):
    """slapd, with the people given: dictionaries of attributes whose values are octets."""

    def __init__(self, people):
        super().__init__()
        self.people = people

    def command(self):
        return ["/usr/sbin/slapd", "-d", "none", "-f", str(self.folder / "slapd.conf"), "-h", f"ldap://127.0.0.1:{self.port}"]

    def __enter__(self):
        (self.folder / "data").mkdir()
        (self.folder / "vpim.schema").write_text(SCHEMA)
        (self.folder / "slapd.conf").write_text(CONFIG.format(folder=self.folder))
        ldif = TOP
        for person in self.people:
            ldif += f"dn: uid={person['uid'].decode()},dc=example,dc=test\nobjectClass: inetOrgPerson\nobjectClass: vPIMUser\n"
            ldif += "".join(f"{name}:: {encoded(value)}\n" for name, value in person.items()) + "\n"
        subprocess.run(["/usr/sbin/slapadd", "-f", self.folder / "slapd.conf"], input=ldif.encode(), check=True, capture_output=True)
        self.start()
        return self

    def url(self):
        return f"ldap://127.0.0.1:{self.port}"


class Radicale(Server):
    """Radicale with one address book of anybody."""

    BOOK = ('<?xml version="1.0"?><create xmlns="DAV:" xmlns:CR="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype>'
            "<collection/><CR:addressbook/></resourcetype></prop></set></create>")

    def command(self):
        config = self.folder / "configuration"
        config.write_text(f"[server]\nhosts = 127.0.0.1:{self.port}\n[storage]\nfilesystem_folder = {self.folder}/data\n")
        return ["radicale", "--config", str(config)]

    def __enter__(self):
        self.start()
        self.ask("MKCOL", self.url(), self.BOOK, "application/xml")
        return self

    def url(self):
        return f"http://127.0.0.1:{self.port}/paraph/book/"

    def put(self, name, card):
        self.ask("PUT", self.url() + name, card, "text/vcard")

    def ask(self, method, url, body, media_type):
        login = encoded(b"paraph:any")
        headers = {"Authorization": f"Basic {login}", "Content-Type": media_type}
        with urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers, method=method), timeout=30) as answer:
            answer.read()
