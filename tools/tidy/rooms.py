"""The include table, which library is whose, and the README of each room."""
import pathlib
import re

DOORS = {"store", "source", "media", "dns", "net", "relay"}
ADAPTERS = {"store/memory": "store", "store/rocks": "store", "source/local": "source", "media/none": "media", "media/worker": "media", "media/voice": "media", "media/picture": "media", "media/process": "media",
            "dns/memory": "dns", "dns/cares": "dns", "net/asio": "net", "net/memory": "net", "store/postgres": "store",
            "relay/smtp": "relay",
            "source/paraph": "source", "source/web": "source", "source/ldap": "source", "source/vcard": "source"}
NOUNS = {"base", "mail"}
SERVICE = {"base", "crypto", "mail", "mime", "signature", "dkim", "report", "record", "spf", "dmarc"} | DOORS

# Room -> the rooms it may include. `app` and tests/ may include everything.
TABLE = {
    "base": set(),
    "crypto": {"base"},
    "mail": {"base"},
    "mime": NOUNS | {"crypto"},
    "signature": NOUNS | {"mime", "crypto"},
    "dkim": NOUNS | {"mime", "crypto"},
    "record": NOUNS | {"store"},
    "report": NOUNS | {"mime", "crypto"},
    "spf": NOUNS | {"dns"},
    "dmarc": NOUNS | {"mime", "dns"},
    "service": SERVICE,
    "queue": SERVICE | {"service"},
    "session/sasl": NOUNS | {"crypto", "service", "record"} | DOORS,
}
for wire in ("smtp", "imap", "jmap", "http", "vcard"):
    TABLE[f"wire/{wire}"] = NOUNS | {"mime"}
for door in DOORS:
    TABLE[door] = NOUNS | {"crypto"}
for adapter, door in ADAPTERS.items():
    TABLE[adapter] = NOUNS | {"crypto", door}
TABLE["media/voice"] |= {"media/worker"}
TABLE["media/picture"] |= {"media/worker"}
TABLE["media/process"] |= {"net"}
TABLE["relay"] |= {"net"}
TABLE["relay/smtp"] |= {"net", "wire/smtp"}
TABLE["source/local"] |= {"store", "record"}
TABLE["source/paraph"] |= {"source/web"}
TABLE["source/vcard"] |= {"source/web", "wire/vcard"}
for session in ("smtp", "imap", "jmap", "http", "web", "admin"):
    TABLE[f"session/{session}"] = NOUNS | {"mime", "crypto", "record", "service", "session/sasl", f"wire/{session}"} | DOORS
TABLE["session/jmap"] |= {"wire/http"}
TABLE["session/web"] |= {"wire/http"}

# What a floor's tests may see besides: everything that is not above it.
FLOORS = {"base": 0, "crypto": 0, "mail": 1, "mime": 1, "signature": 1, "dkim": 1, "report": 1, "wire": 1, "store": 2, "source": 2, "media": 2, "dns": 2, "net": 2, "relay": 2,
          "record": 2, "spf": 2, "dmarc": 2, "service": 3, "queue": 3, "session": 4, "app": 5}

# Library header -> the rooms that may see it.
LIBRARIES = {
    "rocksdb/": {"store/rocks"}, "google/protobuf/": {"record"}, "toml++/": {"app/config"}, "curl/": {"app/client", "source/web"}, "CLI/": {"app"},
    "spdlog/": {"app"}, "unicode/": {"crypto", "mime", "signature"}, "sodium": {"crypto"}, "openssl/": {"crypto", "net/asio"},
    "gumbo.h": {"signature"}, "boost/json": {"base", "session/admin", "session/http", "source/paraph"}, "boost/beast": {"session/http"}, "ares": {"dns/cares"},
    "libav": {"media/voice"}, "libsw": {"media/voice"}, "ebur128": {"media/voice"}, "opencore-amrnb/": {"media/voice"}, "spandsp/": {"media/voice"}, "vips/": {"media/picture"},
    "seccomp.h": {"media/worker"}, "libmilter/": {"app/milter"}, "ldap.h": {"source/ldap"}, "lber.h": {"source/ldap"}, "openldap.h": {"source/ldap"}, "expat.h": {"source/vcard"}, "libpsl.h": {"dmarc"},
}
NOT_IN_WIRE = {"base/task.h", "base/log.h"}
ASKS_THE_TIME = re.compile(r"\bClock\b|\bnow\(\)")
BOOST_IN_BASE = {"src/base/task.h", "src/base/asio.cpp", "src/base/json.cpp"}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def room_of(path):
    """The room of a path below src/ ("session/smtp/a.h" is in session/smtp), or None."""
    folders = pathlib.PurePath(path).parts[:-1]
    for length in (2, 1):
        name = "/".join(folders[:length])
        if len(folders) >= length and (name in TABLE or name.split("/")[0] == "app"):
            return name
    return None


def may_include(room, other, is_test):
    if room == other or room.split("/")[0] == "app":
        return True
    if is_test:
        return FLOORS[other.split("/")[0]] <= FLOORS[room.split("/")[0]]
    return other in TABLE[room]


def check_includes(name, text):
    if not name.startswith("src/"):
        return
    room = room_of(name.removeprefix("src/"))
    if room is None:
        yield name, 1, "this folder is no room: add it to the table in tools/tidy/rooms.py"
        return
    is_test = name.endswith(("_test.cpp", "_test.h", "/testing.h"))
    for number, line in enumerate(text.splitlines(), 1):
        if room.startswith("wire/") and ASKS_THE_TIME.search(line) and not is_test:
            yield name, number, "a grammar does not ask the time: take it as an argument"
        found = INCLUDE.match(line)
        if not found:
            continue
        header = found[2]
        if found[1] == '"':
            other = room_of(header)
            if other is None and not header.endswith(".pb.h"):
                yield name, number, f'"{header}" is in no room: include as "room/file.h"'
            elif other and not may_include(room, other, is_test):
                yield name, number, f"{room} may not include {other}"
            if room.startswith("wire/") and header in NOT_IN_WIRE and not is_test:
                yield name, number, f"{header} in wire/: a grammar neither waits nor logs"
        else:
            yield from check_library(name, number, room, header, is_test)


def check_library(name, number, room, header, is_test):
    for prefix, may in LIBRARIES.items():
        if header.startswith(prefix) and room not in may and not is_test:
            yield name, number, f"<{header}> is for {', '.join(sorted(may))} only"
    floor = FLOORS[room.split("/")[0]]
    if header.startswith("boost/") and floor <= 1 and name not in BOOST_IN_BASE and not is_test:
        yield name, number, f"<{header}> below floor 2: only base/ knows Boost, in the files named here"
    if header in ("format", "print"):
        yield name, number, f"<{header}> is not in the library here: use fmt"


def check_readmes(root, names):
    """Each folder with sources has a README.md that names each of them."""
    folders = {}
    for name in names:
        path = pathlib.PurePath(name)
        if path.parts[0] in ("src", "tools", "tests") and path.suffix in (".h", ".cpp", ".proto", ".py"):
            folders.setdefault(path.parent, []).append(path.name)
    for folder, files in sorted(folders.items()):
        readme = folder / "README.md"
        if not (root / readme).is_file():
            yield str(folder), 1, "has no README.md that names its files"
            continue
        text = (root / readme).read_text(encoding="utf-8")
        for file in sorted(files):
            if not re.search(rf"(?<![\w.]){re.escape(file)}(?![\w.]*\w)", text):
                yield str(readme), 1, f"does not name {file}"
