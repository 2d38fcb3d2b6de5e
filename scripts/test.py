#!/usr/bin/env python3
"""Runs everything that must hold, and says at the end how much of it does.

    scripts/test.py                  everything
    scripts/test.py rust-test e2e    only these steps (and what they build on)
    scripts/test.py --list           the steps

PostgreSQL and NATS are started for the run and end with it; what is missing is installed from the
distribution's packages where that is allowed. Logs stay in target/test-logs. A step that fails does
not stop the others. To add a step: a line in `steps()`.
"""

import argparse
import fcntl
import functools
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Callable, NamedTuple

sys.dont_write_bytecode = True

from testing import counting, processes, programs, services  # noqa: E402
from testing.counting import Counts  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
LOGS = ROOT / "target" / "test-logs"
SCHEMATHESIS_VERSION = "4.32.5"
VERIFIER_REQUIREMENTS = ROOT / "examples" / "verifier-python" / "requirements.txt"
RUN_LIMIT_S = 58 * 60  # what ends a run from outside at 60 minutes tells nothing
STEP_LIMIT_S = 35 * 60
TAIL_LINES = 40
SIGNS_OF_FAILURE = re.compile(r"^error|^test .* FAILED$|panicked at|^ *(?:FAIL|✘|×|❌) ")
SIGNS_MAX = 25
SECOND_ATTEMPTS_MAX = 3  # more than that is no chance


class Step(NamedTuple):
    name: str
    command: list
    cwd: Path = ROOT
    count: Callable = None  # without one, the step as a whole counts as one
    after: tuple = ()  # steps whose work this one needs; it does not run when they failed
    skip: str = ""  # why there is nothing to run here
    failures: Callable = None  # reads from the log which tests failed; the command takes their names after `-- --exact`


class Result(NamedTuple):
    step: Step
    counts: Counts
    seconds: float
    note: str = ""


def rust_steps():
    cargo = ["cargo", "test", "--workspace", "--locked"]
    return [
        Step("fmt", ["cargo", "fmt", "--all", "--check"]),
        Step("clippy", ["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]),
        Step("rust-build", [*cargo, "--no-run"]),
        Step("verifier-venv", [sys.executable, "-c", INSTALL_VERIFIER]),
        Step(
            "rust-test",
            [*cargo, "--no-fail-fast"],
            count=counting.cargo,
            after=("rust-build", "verifier-venv"),
            failures=counting.cargo_failures,
        ),
    ]


def web_steps():
    npm = ["npm", "run", "--silent"]
    packages = ("web-packages",)
    return [
        Step("web-packages", [str(ROOT / "scripts" / "web-packages.sh")]),
        Step("web-lint", [*npm, "lint"], WEB, after=packages),
        Step("web-types", [*npm, "types"], WEB, after=packages),
        Step("web-test", [*npm, "test"], WEB, counting.vitest, after=packages),
        Step("web-build", [*npm, "build"], WEB, after=packages),
    ]


def whole_steps():
    """What needs the built server, and so waits for both sides."""
    script = ROOT / "scripts" / "schemathesis.sh"
    skip = "" if script.exists() else "there is no scripts/schemathesis.sh"
    generated = [sys.executable, str(ROOT / "scripts" / "generated.py"), "check"]
    guard = [str(target_directory() / "debug" / "loggia-benches"), "guard", "--bounds", str(ROOT / "benches" / "guard.json")]
    unguarded = "" if shutil.which("valgrind") else "THERE IS NO VALGRIND: nobody counts what the hot paths cost"
    return [
        Step("e2e", ["npm", "run", "--silent", "e2e"], WEB, counting.playwright, ("rust-build", "web-build")),
        Step("generated", generated, after=("rust-build", "web-packages")),
        Step("guard", guard, after=("rust-build",), skip=unguarded),
        Step("schemathesis-venv", [sys.executable, "-c", INSTALL_SCHEMATHESIS], skip=skip),
        Step(
            "schemathesis",
            [str(script)],
            count=counting.schemathesis,
            after=("rust-build", "schemathesis-venv"),
            skip=skip,
        ),
    ]


INSTALL_SCHEMATHESIS = """
import os, pathlib, subprocess, sys, venv
program = pathlib.Path(os.environ["SCHEMATHESIS"])
if not program.exists():
    home = program.parent.parent
    venv.create(home, with_pip=True, clear=True)
    package = "schemathesis==" + os.environ["SCHEMATHESIS_VERSION"]
    sys.exit(subprocess.call([home / "bin" / "python", "-m", "pip", "install", "--quiet", package]))
"""

INSTALL_VERIFIER = """
import os, pathlib, subprocess, sys, venv
python = pathlib.Path(os.environ["LOGGIA_TEST_PYTHON"])
home = python.parent.parent
if not (home / "complete").exists():
    venv.create(home, with_pip=True, clear=True)
    done = subprocess.call([python, "-m", "pip", "install", "--quiet", "-r", os.environ["VERIFIER_REQUIREMENTS"]])
    if done != 0:
        sys.exit(done)
    (home / "complete").touch()
"""


class Run:
    """The steps that ran, and what the others are given."""

    def __init__(self, wanted, directory):
        self.wanted = wanted
        self.directory = directory
        self.env = step_environment(directory)
        self.results = {}
        self.started = time.monotonic()

    def lane(self, steps):
        for step in steps:
            if step.name in self.wanted and not processes.stopping.is_set():
                self.run(step)

    def run(self, step):
        say(f"  ....  {step.name}")
        begun = time.monotonic()
        counts, note = self.outcome(step, LOGS / f"{step.name}.log")
        if processes.stopping.is_set():
            return
        result = Result(step, counts, time.monotonic() - begun, note)
        self.results[step.name] = result
        say(summary_line(result))

    def outcome(self, step, log):
        """Runs the step; gives its counts and, when there is something to say, a note."""
        if step.skip:
            return Counts(0, 0), f"skipped: {step.skip}"
        broken = [name for name in step.after if name in self.results and self.results[name].counts.failed]
        if broken:
            return Counts(0, 1), f"not run: {', '.join(broken)} failed"
        code = self.logged(step, step.command, log)
        if step.count is None:
            return (Counts(1, 0), "") if code == 0 else (Counts(0, 1), ended(code))
        counts, note = judge(step.count(read(log)), code)
        failures = step.failures(read(log)) if step.failures else []
        if not 0 < len(failures) == counts.failed <= SECOND_ATTEMPTS_MAX:
            return counts, note
        return self.second_attempt(step, failures, counts)

    def second_attempt(self, step, failures, counts):
        """What failed is run once more, by itself: whether by chance or always is worth knowing, and is told."""
        say(f"  again {step.name:<18} {' '.join(failures)}")
        log = LOGS / f"{step.name}-again.log"
        code = self.logged(step, [*step.command, "--", "--exact", *failures], log)
        again, note = judge(step.count(read(log)), code)
        if again != Counts(len(failures), 0):
            return counts, note
        return Counts(counts.passed + counts.failed, 0, again=counts.failed), "at first: " + " ".join(failures)

    def logged(self, step, command, log):
        """The exit code; None when it took too long."""
        log.unlink(missing_ok=True)
        limit_s = min(STEP_LIMIT_S, RUN_LIMIT_S - (time.monotonic() - self.started))
        return processes.run_logged(command, log, step.cwd, self.env, limit_s)

    def start_services(self):
        names = {"rust-test", "e2e", "schemathesis"} & self.wanted
        if not names:
            return
        log = LOGS / "services.log"
        log.unlink(missing_ok=True)
        self.env["LOGGIA_TEST_POSTGRES_URL"] = services.start_postgres(self.directory, log, self.env)
        self.env["LOGGIA_TEST_NATS_URL"] = services.start_nats(self.directory, log, self.env)
        if "rust-test" in self.wanted:
            try:
                self.env["LOGGIA_TEST_S3_URL"] = services.start_s3(cache_directory(), log, self.env)
            except services.ServiceError as error:
                say(f"  WARNING: files are not tested with S3: {error}")


def say(line):
    """Prints in one piece, so that two lanes do not share a line."""
    sys.stdout.write(line + "\n")


def check_counting():
    """The runner's own test: a sum is worth what its parsers are."""
    misread = counting.misread()
    for complaint in misread:
        say(complaint)
    return Result(Step("counting", []), Counts(0, 1) if misread else Counts(1, 0), 0.0)


def judge(counts, code):
    """What a suite's summary and its exit code say together."""
    if code == 0 and counts.failed:
        return counts, "the suite failed, its exit code does not say so"
    if code != 0 and not counts.failed:
        return counts._replace(failed=1), ended(code)
    if code == 0 and not counts.passed:
        return Counts(0, 1), "the suite ran no test"
    return counts, ""


def ended(code):
    return "took too long" if code is None else f"exit code {code}"


def read(log):
    return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""


def step_environment(directory):
    """The caller's environment without what would make a run differ from the next one."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LOGGIA_", "MAKE"))}
    scratch = directory / "tmp"
    scratch.mkdir()
    venv = cache_directory() / f"schemathesis-{SCHEMATHESIS_VERSION}"
    if env.get("CI"):
        # Nobody builds twice there.
        env.setdefault("CARGO_INCREMENTAL", "0")
    return env | {
        "TMPDIR": str(scratch),
        "NO_COLOR": "1",
        "CARGO_TERM_COLOR": "never",
        # Many tests wait for servers, which have the other half of the time.
        "RUST_TEST_THREADS": str(2 * (os.cpu_count() or 1)),
        "LOGGIA_BIN": str(target_directory() / "debug" / "loggia"),
        "LOGGIA_TEST_PYTHON": str(verifier_venv() / "bin" / "python"),
        "VERIFIER_REQUIREMENTS": str(VERIFIER_REQUIREMENTS),
        "LOGGIA_TEST_CHROMIUM": shutil.which("chromium") or "",
        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
        "PLAYWRIGHT_HTML_OPEN": "never",
        "SCHEMATHESIS": str(venv / "bin" / "schemathesis"),
        "SCHEMATHESIS_VERSION": SCHEMATHESIS_VERSION,
    }


def verifier_venv():
    """One per list of packages, so that a new list is a new place."""
    packages = hashlib.sha256(VERIFIER_REQUIREMENTS.read_bytes()).hexdigest()
    return cache_directory() / f"verifier-{packages[:12]}"


def cache_directory():
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "loggia"


@functools.cache
def target_directory():
    """Where cargo builds; target/ unless the caller's settings say otherwise."""
    command = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"]
    try:
        found = subprocess.run(command, cwd=ROOT, capture_output=True, stdin=subprocess.DEVNULL, check=True)
        return Path(json.loads(found.stdout)["target_directory"])
    except (OSError, subprocess.CalledProcessError):
        return ROOT / "target"


def summary_line(result):
    counts, step = result.counts, result.step
    verdict = "FAIL" if counts.failed else "ok" if counts.passed else "skip"
    numbers = f"{counts.passed} passed, {counts.failed} failed" if step.count and not step.skip else ""
    if counts.again:
        numbers += f" ({counts.again} at the second attempt)"
    line = f"  {verdict:<5} {step.name:<18} {result.seconds:7.1f} s  {numbers:<26} "
    log = LOGS / f"{step.name}.log"
    return line + (result.note + "  " if result.note else "") + (str(log.relative_to(ROOT)) if log.exists() else "")


def explain(result):
    """Of a step that failed or needed a second attempt, the lines that look like the reason, and the end of its log."""
    log = LOGS / f"{result.step.name}.log"
    lines = counting.plain(read(log)).splitlines()
    if not lines or result.note.startswith("not run"):
        return
    tail = lines[-TAIL_LINES:]
    signs = [line for line in lines[: -len(tail)] if SIGNS_OF_FAILURE.search(line)][:SIGNS_MAX]
    print(f"\n---- {result.step.name}: {log}")
    print("\n".join([*signs, "...", *tail] if signs else tail))


def summarise(results):
    """Prints every step once more, why the failed ones failed, and the sum; gives the exit code."""
    for result in filter(lambda result: result.counts.failed or result.counts.again, results):
        explain(result)
    print("\nsummary")
    for result in results:
        print(summary_line(result))
    passed = sum(result.counts.passed for result in results)
    failed = sum(result.counts.failed for result in results)
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def needed_programs(wanted):
    needs = [
        ({step.name for step in rust_steps()}, programs.RUST),
        ({step.name for step in web_steps()} | {"e2e"}, programs.NODE),
        ({"rust-test", "e2e", "schemathesis"}, programs.SERVICES),
        ({"e2e"}, programs.BROWSER),
        ({step.name for step in whole_steps() if "schemathesis" in step.name and not step.skip}, programs.VENV),
        ({"verifier-venv", "rust-test"}, programs.VENV),
    ]
    return [program for steps, found in needs if steps & wanted for program in found]


def fail_at_once(reason):
    print(f"{reason}\n\n0 passed, 1 failed")
    return 1


def work(wanted, directory):
    """The whole run, in the worker process."""
    if "guard" in wanted:
        # Does without: its step then says so.
        programs.provide(programs.COUNTING, LOGS / "install.log")
    missing = programs.provide(needed_programs(wanted), LOGS / "install.log")
    if missing:
        return fail_at_once("to install first:\n  " + "\n  ".join(missing))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard) if hard != resource.RLIM_INFINITY else (soft, hard))

    run = Run(wanted, directory)
    run.results["counting"] = check_counting()
    try:
        run.start_services()
    except services.ServiceError as error:
        print(read(LOGS / "services.log"))
        return fail_at_once(str(error))

    lanes = [threading.Thread(target=run.lane, args=(steps,), daemon=True) for steps in (rust_steps(), web_steps())]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    run.lane(whole_steps())
    return summarise(list(run.results.values()))


def steps():
    return [*rust_steps(), *web_steps(), *whole_steps()]


def with_what_they_need(names):
    after = {step.name: step.after for step in steps()}
    wanted = set()
    left = list(names)
    while left:
        name = left.pop()
        wanted.add(name)
        left.extend(after[name])
    return wanted


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", nargs="*", metavar="STEP", help="only these, and what they need")
    parser.add_argument("--list", action="store_true", help="name the steps and end")
    options = parser.parse_args()
    names = [step.name for step in steps()]
    unknown = [name for name in options.steps if name not in names]
    if unknown:
        parser.error(f"no such step: {', '.join(unknown)} (there are {', '.join(names)})")
    if options.list:
        print("\n".join(names))
        return 0

    sys.stdout.reconfigure(line_buffering=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    with open(LOGS / ".lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another run in this directory")
            fcntl.flock(lock, fcntl.LOCK_EX)
        # As root the services run as other users, who must be able to reach their directories.
        directory = Path(tempfile.mkdtemp(prefix="loggia-test-", dir="/tmp" if os.geteuid() == 0 else None))
        directory.chmod(0o711)
        return processes.supervise(lambda: work(with_what_they_need(options.steps or names), directory), directory)


if __name__ == "__main__":
    sys.exit(main())
