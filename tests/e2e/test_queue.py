"""`paraph queue` beside a server that runs: what each verb does to a message that waits, because its next hop is down."""
import contextlib
import re
import unittest

import messages
from faults import Fault, FaultRelay
from next_hop import NextHop
from server import Server, until
from test_peers import ROUTE, inbox, submit, voice_message

HOUR = 'retry_first = "1h"\nretry_max = "1h"\n'  # nothing is tried a second time but by a verb
TO = ["bob@peer.test", "carol@peer.test"]


class QueueVerbs(unittest.TestCase):
    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.hop = stack.enter_context(NextHop())
        self.relay = stack.enter_context(FaultRelay(("127.0.0.1", self.hop.port)))
        self.relay.down = True
        self.paraph = stack.enter_context(Server(extra=ROUTE.format(port=self.relay.port).replace('retry_first = "1s"\n', HOUR)))

    def queue(self, *arguments):
        return self.paraph.run("queue", *arguments).stdout

    def send(self, subject):
        submit(self.paraph, voice_message(subject, b"#!AMR\n" + bytes(32), ", ".join(TO)), TO)

    def send_what_waits(self, subject):
        """The number of its item, which was tried once."""
        before = set(self.numbers())
        self.send(subject)
        (number,) = self.wait(lambda: set(self.numbers()) - before, f"{subject} does not wait")
        self.wait_for_tries(number, 1)
        return number

    def numbers(self, *domain):
        return re.findall(r"(?m)^(\d+) ", self.queue("list", *domain))

    def wait_for_tries(self, number, tries):
        shown = re.compile(rf"item +{number} \((waiting|held)\)\n(.*\n)*tries +{tries}\n")
        return self.wait(lambda: shown.match(self.queue("show", number)), f"item {number} was not tried {tries} times")

    def wait(self, find, what, seconds=30):
        return until(find, lambda: f"{what}: {self.queue('list')}" + "\n".join(self.paraph.log[-10:]), seconds)

    def taken(self):
        """Subjects, as they came to the next hop."""
        return [messages.parse(octets)["Subject"] for octets, _ in self.hop.taken]

    def wait_until_taken(self, subject):
        self.wait(lambda: subject in self.taken(), f"{subject} does not come")

    def wait_until_empty(self):
        self.wait(lambda: not self.numbers(), "the queue does not empty")

    def test_list_and_show(self):
        number = self.send_what_waits("told")
        head, line = self.queue("list").splitlines()
        self.assertRegex(head, r"ITEM +STATE .* FROM +DESTINATION +LAST REPLY$")
        self.assertRegex(line, rf"^{number} +waiting .* 1 +2 +<alice@example\.test> +peer\.test +127\.0\.0\.1: \S")
        self.assertEqual((self.numbers("peer.test"), self.numbers("other.test")), ([number], []))
        self.relay.down = False
        self.relay.plan(*(Fault(f"RCPT TO:<{to.upper()}>", "answer", f"451 4.2.1 {to} later") for to in TO))
        self.assertEqual(self.queue("retry", number), "1 item to be tried now\n")
        self.wait_for_tries(number, 2)
        shown = self.queue("show", number)
        self.assertIn("message-id  <told@client.example>\nfrom        <alice@example.test>\ndestination peer.test\n", shown)
        for to in TO:
            self.assertRegex(shown, rf"recipient +{to} waits\n +\S+ 127\.0\.0\.1: 451 4\.2\.1 {to} later\n")

    def test_retry(self):
        self.send_what_waits("again")
        self.relay.down = False
        self.assertEqual(self.queue("retry", "other.test"), "0 items to be tried now\n")
        self.assertEqual(self.queue("retry", "peer.test"), "1 item to be tried now\n")
        self.wait_until_taken("again")
        self.wait_until_empty()
        self.assertEqual(self.hop.taken[0][1], TO)

    def test_hold_and_release(self):
        number, other = self.send_what_waits("held"), self.send_what_waits("other")
        self.assertEqual(self.queue("hold", number), "1 item held\n")
        self.assertEqual(self.queue("hold", number), "0 items held\n", "it is already")
        listed = self.queue("list")
        self.assertRegex(listed, rf"(?m)^{number} +held ")
        self.assertRegex(listed, rf"(?m)^{other} +waiting ")
        self.relay.down = False
        self.assertEqual(self.queue("retry", "all"), "1 item to be tried now\n", "the other one")
        self.wait_until_taken("other")
        self.paraph.stop()
        self.paraph.start()
        self.send("third")  # and after a restart too
        self.wait_until_taken("third")
        self.wait(lambda: self.numbers() == [number], "not it alone is left")
        self.assertIn("(held)", self.queue("show", number))
        self.assertEqual(self.taken(), ["other", "third"])
        self.assertEqual(self.queue("release", number), "1 item released\n")
        self.wait_until_taken("held")
        self.wait_until_empty()
        self.assertEqual(self.queue("release", number), "0 items released\n")

    def test_drop(self):
        number, other = self.send_what_waits("dropped"), self.send_what_waits("other")
        self.assertEqual(self.queue("drop", number), "1 item dropped\n")
        self.assertEqual(self.numbers(), [other])
        shown = self.queue("show", number)
        self.assertRegex(shown, rf"item +{number} \(ended\)\n")
        for to in TO:
            self.assertIn(f"{to} dropped", shown)
        self.relay.down = False
        self.assertEqual(self.queue("retry", number), "0 items to be tried now\n")
        self.assertEqual(self.queue("retry", "all"), "1 item to be tried now\n")
        self.wait_until_taken("other")
        self.wait_until_empty()
        self.assertEqual(self.taken(), ["other"])
        self.assertEqual(inbox(self.paraph, "alice"), [], "nobody is told")

    def test_an_item_that_is_not_there(self):
        for verb in ("show", "retry", "drop", "hold", "release"):
            done = self.paraph.run("queue", verb, "999", check=False)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), done.stderr)
            self.assertIn("999", done.stderr)


if __name__ == "__main__":
    unittest.main()
