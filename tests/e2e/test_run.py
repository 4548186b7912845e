"""run.py counts: what was skipped has not passed."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

RUN = pathlib.Path(__file__).parent / "run.py"
TESTS = """
import unittest

class Some(unittest.TestCase):
    def test_good(self):
        pass

    def test_bad(self):
        self.fail("bad")

    @unittest.skip("of its own")
    def test_skipped(self):
        pass

    def test_skipped_in_the_middle(self):
        self.skipTest("in the middle")

@unittest.skip("as a whole")
class Whole(unittest.TestCase):
    def test_one(self):
        pass

    def test_two(self):
        pass

class NotBegun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise unittest.SkipTest("not begun")

    def test_one(self):
        pass
"""


class Counts(unittest.TestCase):
    def run_those(self, *names, may_skip=None):
        """The exit code and the last line."""
        environment = {name: value for name, value in os.environ.items() if name != "PARAPH_MAY_SKIP"}
        environment |= {"PARAPH_MAY_SKIP": may_skip} if may_skip else {}
        with tempfile.TemporaryDirectory(prefix="paraph-run-") as folder:
            (pathlib.Path(folder) / "some_tests.py").write_text(TESTS)
            done = subprocess.run([sys.executable, "-B", RUN, *(f"some_tests.{name}" for name in names)], env={**environment, "PYTHONPATH": folder}, capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()[-1]

    def test_what_passed_and_failed(self):
        self.assertEqual(self.run_those("Some.test_good"), (0, "1 passed, 0 failed"))
        self.assertEqual(self.run_those("Some.test_good", "Some.test_bad"), (1, "1 passed, 1 failed"))
        self.assertEqual(self.run_those("Some.test_not_there"), (1, "0 passed, 1 failed"))

    def test_a_skip_fails_the_run(self):
        self.assertEqual(self.run_those("Some.test_good", "Some.test_skipped"), (1, "1 passed, 1 failed"))
        self.assertEqual(self.run_those("Some", "Whole", "NotBegun", may_skip="0"), (1, "1 passed, 6 failed"))

    def test_a_skip_that_may_be_is_counted_by_itself(self):
        self.assertEqual(self.run_those("Some.test_good", "Whole", "NotBegun", may_skip="1"), (0, "1 passed, 0 failed, 3 skipped"))
        self.assertEqual(self.run_those("Some", may_skip="1"), (1, "1 passed, 1 failed, 2 skipped"))


if __name__ == "__main__":
    unittest.main()
