"""Network namespaces: servers on hosts of their own, with a middle that can die. Needs root."""
import contextlib
import ctypes
import functools
import os
import pathlib
import subprocess
import threading

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def ip(*arguments):
    done = subprocess.run(["ip", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"ip {' '.join(map(str, arguments))}: {done.stderr.strip()}")


@functools.cache
def missing():
    """Why there can be no hosts here; "" when there can."""
    if os.geteuid() != 0:
        return "needs root"
    name = f"paraph-{os.getpid()}-probe"
    done = subprocess.run(["sh", "-c", f"ip netns add {name} && ip link add pp{os.getpid()} netns {name} type veth peer name pq netns {name}; code=$?; ip netns del {name}; exit $code"],
                          capture_output=True, text=True)
    return "" if done.returncode == 0 else f"no network namespaces here: {done.stderr.strip()}"


def missing_ipv6():
    """Why hosts have no IPv6; "" when they have."""
    return missing() or ("" if pathlib.Path("/proc/net/if_inet6").exists() else "no IPv6 in this kernel")


class Host:
    """One network namespace."""

    def __init__(self, name):
        self.name = f"paraph-{os.getpid()}-{name}"
        ip("netns", "add", self.name)
        ip("-n", self.name, "link", "set", "lo", "up")

    def remove(self):
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)

    def command(self, *command):
        """How a program is started on this host."""
        return ["ip", "netns", "exec", self.name, *map(str, command)]

    def set(self, name, value):
        """A setting of its kernel, as sysctl names it."""
        subprocess.run(self.command("sysctl", "-qw", f"{name}={value}"), check=True, capture_output=True)

    @contextlib.contextmanager
    def inside(self):
        """Sockets that this thread makes in here are this host's, for as long as they live."""
        with open(f"/proc/self/task/{threading.get_native_id()}/ns/net") as before, open(f"/run/netns/{self.name}") as there:
            enter(there)
            try:
                yield
            finally:
                enter(before)


def enter(namespace):
    if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Network:
    """sender 10.77.1.2 - middle 10.77.1.1 / 10.77.2.1 - receiver 10.77.2.2. The middle forwards, and has room for a relay and DNS.

    Where there is IPv6 they are also fd77:1::2 - fd77:1::1 / fd77:2::1 - fd77:2::2, and nothing comes back from fd77:9::/64.
    """

    def __init__(self):
        self.hosts = []

    def __enter__(self):
        try:
            self.sender, self.middle, self.receiver = (self._host(name) for name in ("sender", "middle", "receiver"))
            for number, host in ((1, self.sender), (2, self.receiver)):
                link = f"pv{number}-{os.getpid()}"[:15]
                ip("link", "add", f"{link}", "netns", host.name, "type", "veth", "peer", "name", f"m{number}", "netns", self.middle.name)
                ip("-n", host.name, "link", "set", link, "name", "eth0")
                ip("-n", host.name, "addr", "add", f"10.77.{number}.2/24", "dev", "eth0")
                ip("-n", self.middle.name, "addr", "add", f"10.77.{number}.1/24", "dev", f"m{number}")
                ip("-n", host.name, "link", "set", "eth0", "up")
                ip("-n", self.middle.name, "link", "set", f"m{number}", "up")
                ip("-n", host.name, "route", "add", "default", "via", f"10.77.{number}.1")
            self.middle.set("net.ipv4.ip_forward", 1)
            if not missing_ipv6():
                self._add_ipv6()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for host in self.hosts:
            host.remove()

    def _host(self, name):
        host = Host(name)
        self.hosts.append(host)
        return host

    def _add_ipv6(self):
        for host in self.hosts:
            host.set("net.ipv6.conf.all.disable_ipv6", 0)  # some systems switch it off for namespaces to come
        for number, host in ((1, self.sender), (2, self.receiver)):
            for one, address, device in ((self.middle, f"fd77:{number}::1/64", f"m{number}"), (host, f"fd77:{number}::2/64", "eth0")):
                ip("-n", one.name, "addr", "add", address, "dev", device, "nodad")
            ip("-n", host.name, "-6", "route", "add", "default", "via", f"fd77:{number}::1")
        self.middle.set("net.ipv6.conf.all.forwarding", 1)
        ip("-n", self.middle.name, "-6", "route", "add", "blackhole", "fd77:9::/64")

    def cut(self, number):
        """The middle loses its link to the sender (1) or the receiver (2)."""
        ip("-n", self.middle.name, "link", "set", f"m{number}", "down")

    def mend(self, number):
        ip("-n", self.middle.name, "link", "set", f"m{number}", "up")
