"""Reads from a step's log how many tests passed and failed, and tests itself.

Each parser takes the whole log and gives Counts; a log without a summary gives Counts(0, 0), which
the runner reports as a suite that ran no test.
"""

import re
from typing import NamedTuple


class Counts(NamedTuple):
    passed: int
    failed: int
    again: int = 0
    """How many of those that passed needed a second attempt."""


def plain(log):
    """The log without terminal colours and with plain line ends."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", log).replace("\r", "")


def last_number(pattern, text):
    found = re.findall(pattern, text, re.MULTILINE)
    return int(found[-1]) if found else 0


def cargo(log):
    """Adds up the `test result:` lines of all test binaries."""
    results = re.findall(r"^test result: \w+\. (\d+) passed; (\d+) failed;", plain(log), re.MULTILINE)
    return Counts(sum(int(passed) for passed, _ in results), sum(int(failed) for _, failed in results))


def cargo_failures(log):
    """The names of the tests that failed, each once; none where something else failed as well, a binary that crashed, say."""
    log = plain(log)
    suites = re.findall(r"^test result: FAILED\.", log, re.MULTILINE)
    if last_number(r"^error: (\d+) targets? failed:$", log) != len(suites):
        return []
    return list(dict.fromkeys(re.findall(r"^test (\S+)(?: - should panic)? \.\.\. FAILED$", log, re.MULTILINE)))


def vitest(log):
    """Reads `Tests  1 failed | 11 passed (12)`; a test file that could not be loaded fails too."""
    log = plain(log)
    tests, files = (
        (re.findall(rf"^ *{word}  +(.*\(\d+\))$", log, re.MULTILINE) or [""])[-1]
        for word in ("Tests", "Test Files")
    )
    passed, failed = last_number(r"(\d+) passed", tests), last_number(r"(\d+) failed", tests)
    return Counts(passed, failed or last_number(r"(\d+) failed", files))


def playwright(log):
    """Reads the summary's lines, `3 passed (12.3s)`; what was cut off or never ran failed."""
    log = plain(log)
    numbers = {
        word: last_number(rf"^ +(\d+) {word}\b", log)
        for word in ("passed", "flaky", "failed", "interrupted", "did not run")
    }
    again = numbers.pop("flaky")
    return Counts(numbers.pop("passed") + again, sum(numbers.values()), again)


def schemathesis(log):
    """Counts the operations that were tested; a failure is one of the distinct faults that it lists."""
    log = plain(log)
    tested = sum(int(found) for found in re.findall(r"^ *Tested: (\d+)", log, re.MULTILINE))
    summary = re.findall(r"^=+ (.*\b(?:failures?|errors?)\b.*) in [\d.]+s =+$", log, re.MULTILINE)
    faults = sum(int(found) for line in summary for found in re.findall(r"(\d+) (?:failure|error)", line))
    return Counts(max(tested - faults, 0), faults)


FAILURES = """
test a::b ... ok
test a::c ... \x1b[31mFAILED\x1b[0m
test d - should panic ... FAILED
it prints: test e ... FAILED
failures:
    a::c
    d
test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out
error: {number} targets failed:
    `-p loggia --test it`
"""

SAMPLES = [
    (cargo, "", Counts(0, 0)),
    (cargo, "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out", Counts(0, 0)),
    (
        cargo,
        "running 3 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n"
        "a test that prints: test result: ok. 9 passed; 9 failed;\n"
        "test result: \x1b[31mFAILED\x1b[0m. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n",
        Counts(7, 2),
    ),
    (cargo_failures, FAILURES.format(number=1), ["a::c", "d"]),
    (cargo_failures, FAILURES.format(number=2), []),
    (vitest, " Test Files  2 passed (2)\n      Tests  12 passed (12)\n   Start at  10:00:00\n", Counts(12, 0)),
    (vitest, " Test Files  1 failed (2)\n      Tests  1 failed | 9 passed | 2 skipped (12)\n", Counts(9, 1)),
    (vitest, " Test Files  1 failed | 1 passed (2)\n      Tests  9 passed (9)\n", Counts(9, 1)),
    (vitest, " Test Files  no tests\n      Tests  no tests\n", Counts(0, 0)),
    (playwright, "Running 4 tests using 1 worker\n\n  4 passed (9.1s)\n", Counts(4, 0)),
    (
        playwright,
        "  1 failed\n    [chromium] > story.spec.ts:9:1\n  1 flaky\n  2 did not run\n  4 passed (1.2m)\n",
        Counts(5, 3, 1),
    ),
    (playwright, "Error: No tests found\n", Counts(0, 0)),
    (schemathesis, "  Tested: 52\n==== No issues found in 3.20s ====\n", Counts(52, 0)),
    (schemathesis, "  Tested: 52\n==== 2 failures, 1 error in 3.20s ====\n", Counts(49, 3)),
    (schemathesis, "  Tested: 2\n===== 1 failure in 0.10s =====\n", Counts(1, 1)),
    (schemathesis, "Connection refused\n", Counts(0, 0)),
]


def misread():
    """Shows each parser logs that it has to read right; says what was read wrong."""
    return [
        f"{parse.__name__} reads {parse(log)} where {expected} stands in:\n{log}"
        for parse, log, expected in SAMPLES
        if parse(log) != expected
    ]
