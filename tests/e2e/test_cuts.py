"""Two servers, and cuts, silence and refusals at every step of every way in which mail leaves. Needs root.

Every case has a domain, a route and a relay (faults.py) of its own, so that all of them happen at once and none meets another's fault.
"""
import collections
import contextlib
import dataclasses
import time
import unittest

import messages
from faults import Fault, FaultRelay
from network import Network, missing
from recordings import recordings
from server import Server
from test_between import QUEUE, Dns
from test_peers import inbox, submit, voice_message, wait_for

ROUTE = """
[[route]]
domain = "{domain}"
host = "10.77.1.1"
port = {port}
"""
LATER, NEVER, CLOSED = "451 4.3.0 later", "550 5.7.1 never", "554 5.3.2 no mail here"
# What the server is not seen to offer.
LINES = ("CHUNKING", "PIPELINING", "STARTTLS")
PIPED = ("CHUNKING", "STARTTLS")
CHUNKED = ("PIPELINING", "STARTTLS")
BOTH = ("STARTTLS",)


@dataclasses.dataclass
class Case:
    name: str
    hide: tuple
    fault: Fault
    times: int = 1  # how long the spoken message is
    domain: str = ""
    relay: FaultRelay = None

    @property
    def never(self):
        return self.fault.reply in (NEVER, CLOSED)


def before_any_way():
    """The greeting and EHLO; STARTTLS, and each record of TLS until the message is through."""
    for at in ("", "EHLO"):
        for do in ("cut", "silent"):
            yield Case(f"{at or 'greeting'} {do}", LINES, Fault(at, do))
    yield Case("greeting 421", LINES, Fault("", "answer", "421 4.3.2 later"))
    yield Case("greeting 554", LINES, Fault("", "answer", CLOSED))
    yield Case("EHLO 421", LINES, Fault("EHLO", "answer", "421 4.3.2 later"))
    yield Case("EHLO 502, so HELO", LINES, Fault("EHLO", "answer", "502 5.5.1 what"))
    for do in ("cut", "swallow", "silent"):
        yield Case(f"STARTTLS {do}", (), Fault("STARTTLS", do))
    yield Case("STARTTLS 454", (), Fault("STARTTLS", "answer", "454 4.7.0 not now"))
    # The client's: the handshake is 3, EHLO one, the envelope and the message 4. The server's: 6, EHLO's reply and before it a ticket.
    for by, records in (("client", range(1, 8)), ("server", range(1, 10))):
        for record in records:
            yield Case(f"TLS record {record} of the {by}", (), Fault("TLS", "cut", record=record, by=by))
    yield Case("TLS . silent", (), Fault("TLS", "silent", record=9, by="server"))


def of_each_way():
    for way, hide, last, times in (("piped", PIPED, "DATA", 1), ("chunked", CHUNKED, "BDAT", 1), ("one trip", BOTH, "BDAT", 1), ("two trips", BOTH, "BDAT", 3)):
        for at in ("MAIL", "RCPT", last, "CONTENT", "."):
            yield Case(f"{way} {at} cut", hide, Fault(at, "cut"), times)
            if at not in ("BDAT", "CONTENT"):
                yield Case(f"{way} {at} swallow", hide, Fault(at, "swallow"), times)
            if at != "CONTENT":
                yield Case(f"{way} {at} 451", hide, Fault(at, "answer", LATER), times)
                yield Case(f"{way} {at} 550", hide, Fault(at, "answer", NEVER), times)
        yield Case(f"{way} . silent", hide, Fault(".", "silent"), times)


@unittest.skipIf(missing(), missing())
class Cuts(unittest.TestCase):
    def setUp(self):
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.network = self.stack.enter_context(Network())
        self.stack.callback(Dns(self.network).stop)
        self.audio = recordings().message("amr").read_bytes()

    def start(self, cases):
        for number, case in enumerate(cases):
            case.domain = f"c{number}.test"
            case.relay = self.stack.enter_context(FaultRelay(("10.77.2.2", 25), ("10.77.1.1", 0), self.network.middle.inside, case.hide, window=1 << 16))
            case.relay.plan(case.fault)
        self.receiver = Server(accounts=("bob",), domain="receiver.test", name="mx.receiver.test", host=self.network.receiver, address="10.77.2.2", ports={"mx": 25}, tls=True,
                               listen=("mx", "imap"), extra=QUEUE.format(number=2, more=""))
        # All that comes for the domains of the cases is bob's.
        self.receiver.config.write_text(self.receiver.config.read_text().replace("[server]", '[server]\npostmaster = "bob@receiver.test"'))
        self.stack.enter_context(self.receiver)
        for case in cases:
            self.receiver.ask("domain add", domain=case.domain)
        routes = "".join(ROUTE.format(domain=case.domain, port=case.relay.port) for case in cases)
        self.sender = self.stack.enter_context(Server(accounts=("alice",), domain="sender.test", name="vm.sender.test", host=self.network.sender, address="10.77.1.2", tls=True, listen=("imap",),
                                                      extra=QUEUE.format(number=1, more=routes)))
        self.sender.set_signature(recordings())

    def send(self, case):
        octets = voice_message(case.name, self.audio_of(case), f"postmaster@{case.domain}").replace(b"example.test", b"sender.test")
        submit(self.sender, octets, [f"postmaster@{case.domain}"])

    def audio_of(self, case):
        return self.audio + self.audio[len("#!AMR\n"):] * (case.times - 1)

    def waiting(self):
        return self.sender.ask("queue list")[1:]  # below what the columns are

    def wait_for_queue(self, most, seconds=60):
        end = time.monotonic() + seconds
        while len(shown := self.waiting()) > most:
            self.assertLess(time.monotonic(), end, "the queue does not empty: " + "\n".join(shown + self.sender.log[-10:]))
            time.sleep(0.1)

    def end_the_silence(self, silent):
        """The others did not wait for these."""
        self.wait_for_queue(most=len(silent))
        for case in silent:
            self.assertTrue(case.fault.reached.wait(30), case.name)
            if case.fault.at == "TLS":
                wait_for(self.receiver, "bob", case.name)
            self.assertEqual(case.relay.connections, 1, "it waits")
            case.relay.break_off()

    def check_what_came(self, cases):
        """After a restart: whatever a connection that is gone had left behind is done."""
        self.receiver.stop()
        self.receiver.start()
        came = collections.defaultdict(list)
        for octets in inbox(self.receiver, "bob"):
            came[messages.parse(octets)["Subject"]].append(octets)
        for case in cases:
            with self.subTest(case.name):
                self.assertTrue(case.fault.reached.is_set(), "the fault happened")
                if case.fault.do in ("cut", "swallow", "silent"):
                    self.assertGreater(case.relay.connections, 1, "it was sent again")
                self.assertEqual(len(came[case.name]), 0 if case.never else 1)
                for octets in came[case.name]:
                    messages.check_signed(self, octets, self.audio_of(case), recordings())

    def check_reports(self, cases):
        """One of each refusal, and of nothing else."""
        reports = [report.as_string() for report in map(messages.parse, inbox(self.sender, "alice"))]
        for case in cases:
            with self.subTest(case.name):
                about = [report for report in reports if f"@{case.domain}" in report]
                self.assertEqual(len(about), 1 if case.never else 0)
                self.assertTrue(all(case.fault.reply in report for report in about))
        self.assertEqual(len(reports), sum(case.never for case in cases))

    def check_stores(self):
        for server in (self.sender, self.receiver):
            server.end_whole()

    def check(self, cases):
        self.check_what_came(cases)
        self.check_reports(cases)
        self.check_stores()

    def check_ways(self, cases):
        """It did leave in the way that the case is about."""
        for case in cases:
            if case.fault.at in ("", "EHLO", "STARTTLS", "TLS"):
                continue
            with self.subTest(case.name):
                self.assertEqual("MAIL" in case.relay.together, "PIPELINING" not in case.hide)
                self.assertEqual(any(seen.startswith("DATA") for seen in case.relay.seen), "CHUNKING" in case.hide)

    def test_at_every_step_of_every_way(self):
        cases = [*before_any_way(), *of_each_way()]
        self.start(cases)
        for case in cases:
            self.send(case)
        self.end_the_silence([case for case in cases if case.fault.do == "silent"])
        self.wait_for_queue(most=0)
        self.check_ways(cases)
        self.check(cases)

    def take_the_link_down(self, number, kept, broken):
        """For two seconds, within both messages; the middle forgets one of the two connections meanwhile."""
        for case in (kept, broken):
            self.send(case)
        for case in (kept, broken):
            self.assertTrue(case.fault.reached.wait(30), case.name)
        self.network.cut(number)
        for case in (kept, broken):
            case.fault.go.set()
        time.sleep(2)
        self.assertEqual(len(self.waiting()), 2, "the rest of them waits")
        broken.relay.break_off()
        self.network.mend(number)
        self.wait_for_queue(most=0)
        self.assertEqual(kept.relay.connections, 1, "it went on where it had been")
        self.assertGreater(broken.relay.connections, 1)

    def test_the_link_is_taken_down_within_a_message(self):
        cases = [Case(f"link {number} {what}", BOTH, Fault("CONTENT", "halt"), times=16) for number in (1, 2) for what in ("kept", "broken")]
        self.start(cases)
        for number in (1, 2):
            with self.subTest(link=number):
                self.take_the_link_down(number, *cases[2 * number - 2 : 2 * number])
        self.check(cases)

    def test_who_comes_behind_one_that_is_stuck_does_not_wait(self):
        stuck = Case("stuck", BOTH, Fault("CONTENT", "halt"), times=16)
        self.start([stuck])
        self.send(stuck)
        self.assertTrue(stuck.fault.reached.wait(30))
        behind = Case("behind", BOTH, Fault("", "none"))
        behind.domain = stuck.domain
        self.send(behind)
        wait_for(self.receiver, "bob", "behind", seconds=15)
        self.assertEqual(len(self.waiting()), 1, "the first is stuck yet")
        stuck.fault.go.set()
        self.wait_for_queue(most=0)


if __name__ == "__main__":
    unittest.main()
