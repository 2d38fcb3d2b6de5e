#!/usr/bin/env python3
"""The committed files that a program writes: makes them, or says which one is out of date.

    scripts/generated.py write    makes them all      (LOGGIA_BIN names the built server)
    scripts/generated.py check    compares, and leaves everything as it was

To add one: a line in FILES (what a command prints) or DIRECTORIES (what a command writes itself).
"""

import difflib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGGIA = os.environ.get("LOGGIA_BIN") or str(ROOT / "target" / "debug" / "loggia")
DIFF_LINES = 30

FILES = {
    "openapi/client.json": [LOGGIA, "openapi", "client"],
    "openapi/federation.json": [LOGGIA, "openapi", "federation"],
    "loggia.sample.toml": [LOGGIA, "check-config", "--sample"],
}
DIRECTORIES = {
    "web/src/api/generated": ["npm", "run", "--silent", "generate"],
}


class Failed(Exception):
    """A command did not do its work."""


def output(command, cwd=ROOT):
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        message = (done.stderr or done.stdout).decode(errors="replace")
        raise Failed(f"{' '.join(command)}: exit code {done.returncode}\n{message}")
    return done.stdout


def snapshot(directory):
    return {path.relative_to(ROOT): path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file()}


def regenerate(directory, command):
    """Runs the generator over the directory; gives what was there before."""
    before = snapshot(ROOT / directory)
    output(command, ROOT / "web")
    return before


def restore(directory, before):
    for path in snapshot(ROOT / directory).keys() - before.keys():
        (ROOT / path).unlink()
    for path, content in before.items():
        if not (ROOT / path).exists() or (ROOT / path).read_bytes() != content:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_bytes(content)


def write():
    for name, command in FILES.items():
        path = ROOT / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(output(command))
        print(f"wrote {name}")
    for name, command in DIRECTORIES.items():
        regenerate(name, command)
        print(f"wrote {name}")
    return 0


def check():
    wrong = []
    for name, command in FILES.items():
        path = ROOT / name
        wrong += differences(name, path.read_bytes() if path.exists() else b"", output(command))
    for name, command in DIRECTORIES.items():
        before = regenerate(name, command)
        after = snapshot(ROOT / name)
        restore(name, before)
        if not after:
            wrong.append(f"{name}: `{' '.join(command)}` wrote nothing")
        for path in sorted(before.keys() | after.keys()):
            wrong += differences(str(path), before.get(path, b""), after.get(path, b""))
    if wrong:
        print("\n".join([*wrong, "\nrun `make openapi` and commit what it changes"]))
    return 1 if wrong else 0


def differences(name, committed, made):
    if committed == made:
        return []
    old, new = (text.decode(errors="replace").splitlines() for text in (committed, made))
    diff = difflib.unified_diff(old, new, f"{name} (in the working tree)", f"{name} (made now)", lineterm="")
    return list(diff)[:DIFF_LINES]


def main():
    actions = {"write": write, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in actions:
        print(__doc__)
        return 2
    try:
        return actions[sys.argv[1]]()
    except (Failed, OSError) as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
