#!/usr/bin/env python3
"""Runs the end-to-end tests: `tests/e2e/run.py [name...]`. PARAPH names the program (default: build/release/paraph).

The last line is `N passed, N failed`. A test that is skipped has shown nothing: it counts as failed. With PARAPH_MAY_SKIP=1, for a machine that
lacks what some tests need, it fails nothing, and the last line is `N passed, N failed, N skipped` when there are such.
"""
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))


class Result(unittest.TextTestResult):
    """Counts what passed by itself: testsRun has skipped tests in it, and lacks classes and modules that were not begun."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def load(names):
    loader = unittest.TestLoader()
    return loader.loadTestsFromNames(names) if names else loader.discover(str(pathlib.Path(__file__).parent), "test_*.py")


def main():
    result = unittest.TextTestRunner(verbosity=2, resultclass=Result).run(load(sys.argv[1:]))
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    if os.environ.get("PARAPH_MAY_SKIP") != "1":
        failed, skipped = failed + skipped, 0
    print(f"{result.passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 0 if not failed and result.passed + skipped else 1


if __name__ == "__main__":
    sys.exit(main())
