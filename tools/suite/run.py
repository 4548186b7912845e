#!/usr/bin/env python3
"""Builds and runs every test, for `script/test`. The last line is `N passed, N failed`; the exit code is 1 when anything failed.

Steps: unit tests and tidy (ctest, ASan and UBSan), end-to-end tests against the release program, and each fuzz target for
PARAPH_FUZZ_SECONDS (default 60). PARAPH_TEST_STEPS=unit,e2e,fuzz chooses among them. A skipped test never counts as passed, and counts as
failed unless PARAPH_MAY_SKIP=1, for a machine that lacks what some tests need.
"""
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOBS = os.environ.get("PARAPH_JOBS", str(os.cpu_count()))
STEPS = os.environ.get("PARAPH_TEST_STEPS", "unit,e2e,fuzz").split(",")
MAY_SKIP = os.environ.get("PARAPH_MAY_SKIP") == "1"


def run(*command, environment=None):
    print("$", *command, flush=True)
    return subprocess.run(list(map(str, command)), cwd=ROOT, env={**os.environ, **(environment or {})}).returncode == 0


def build(preset, target):
    return run("cmake", "--preset", preset, "-DPARAPH_PCH=ON", "--log-level=WARNING") and run("cmake", "--build", f"build/{preset}", "-j", JOBS, "--target", target)


def unit():
    """Each ctest entry counts once."""
    if not build("dev", "all"):
        return 0, 1
    report = ROOT / "build/dev/junit.xml"
    report.unlink(missing_ok=True)
    good = run("ctest", "--test-dir", "build/dev", "-j", JOBS, "--output-on-failure", "--no-tests=error", "--output-junit", report)
    if not report.exists():
        return 0, 1
    suite = xml.etree.ElementTree.parse(report).getroot()
    total, failed, skipped, disabled = (int(suite.get(name, 0)) for name in ("tests", "failures", "skipped", "disabled"))
    passed = total - failed - skipped - disabled
    if not MAY_SKIP:
        failed += skipped + disabled
    return passed, failed if good else max(failed, 1)


def e2e():
    """Each end-to-end test counts once; their runner says how many."""
    runner = ROOT / "tests/e2e/run.py"
    if not runner.exists():
        return 0, 0
    if not build("release", "paraph"):
        return 0, 1
    last = ""
    with subprocess.Popen([sys.executable, "-B", str(runner)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, "PARAPH": str(ROOT / "build/release/paraph")}) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    counts = re.fullmatch(r"(\d+) passed, (\d+) failed(?:, \d+ skipped)?", last)
    passed, failed = (int(counts[1]), int(counts[2])) if counts else (0, 1)
    return passed, failed if process.returncode == 0 else max(failed, 1)


def fuzz():
    """Each target counts once."""
    seconds = os.environ.get("PARAPH_FUZZ_SECONDS", "60")
    targets = sorted(file.name.removesuffix("_fuzz.cpp") for file in ROOT.glob("tests/fuzz/**/*_fuzz.cpp"))
    if not targets:
        return 0, 0
    if not run("cmake", "--preset", "fuzz", "-DPARAPH_PCH=ON", "--log-level=WARNING") or not run(
            "cmake", "--build", "build/fuzz", "-j", JOBS, "--target", *(f"{target}_fuzz" for target in targets)):
        return 0, len(targets)
    results = []
    for begin in range(0, len(targets), 2):
        # Two at a time: a target uses one core.
        running = [(target, start_fuzz(target, seconds)) for target in targets[begin:begin + 2]]
        results += [finish_fuzz(target, *started) for target, started in running]
    return results.count(True), results.count(False)


def start_fuzz(target, seconds):
    log = ROOT / f"build/fuzz/{target}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as file:
        # The same seed each time: a test run says what changed; script/fuzz and script/soak look further with others.
        environment = {**os.environ, "PARAPH_BUILT": "1", "PARAPH_FUZZ_SEED": os.environ.get("PARAPH_FUZZ_SEED", "1")}
        return subprocess.Popen([ROOT / "script/fuzz", target, seconds], cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT), log


def finish_fuzz(target, process, log):
    good = process.wait() == 0
    print(f"fuzz {target}: {'passed' if good else 'failed'}", flush=True)
    if not good:
        print(log.read_text(errors="replace")[-8000:], flush=True)
    return good


def main():
    begun = time.monotonic()
    passed = failed = 0
    for name, step in (("unit", unit), ("e2e", e2e), ("fuzz", fuzz)):
        if name not in STEPS:
            continue
        since = time.monotonic()
        good, bad = step()
        print(f"{name}: {good} passed, {bad} failed in {time.monotonic() - since:.0f} s", flush=True)
        passed, failed = passed + good, failed + bad
    print(f"all steps took {time.monotonic() - begun:.0f} s")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
