"""The programs that a run needs, and how they get onto a machine that lacks them."""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Callable, NamedTuple

from testing.services import find_nats, find_postgres

NODE_MAJOR_MIN = 20
POLICY = Path("/usr/sbin/policy-rc.d")


class Program(NamedTuple):
    name: str
    find: Callable
    packages: tuple = ()
    otherwise: str = ""


def on_path(name):
    return lambda: shutil.which(name)


def runs(*command):
    """A program counts as there when this command succeeds."""

    def find():
        try:
            return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0
        except OSError:
            return False

    return find


def recent_node():
    try:
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return False
    major = re.match(r"v(\d+)", version)
    return bool(major) and int(major[1]) >= NODE_MAJOR_MIN


RUST = [
    Program("cargo", on_path("cargo"), otherwise="Rust: https://rustup.rs"),
    Program("rustfmt", runs("cargo", "fmt", "--version"), otherwise="rustup component add rustfmt"),
    Program("clippy", runs("cargo", "clippy", "--version"), otherwise="rustup component add clippy"),
    Program("C compiler", on_path("cc"), ("gcc", "libc6-dev")),
]
NODE = [
    Program("node", recent_node, otherwise=f"Node.js {NODE_MAJOR_MIN} or later: https://nodejs.org"),
    Program("npm", on_path("npm"), otherwise="npm: https://nodejs.org"),
]
SERVICES = [
    Program("PostgreSQL", find_postgres, ("postgresql",)),
    Program("NATS", find_nats, ("nats-server",)),
]
BROWSER = [Program("chromium", on_path("chromium"), ("chromium",))]
COUNTING = [Program("valgrind", on_path("valgrind"), ("valgrind",))]
VENV = [Program("venv", runs(sys.executable, "-c", "import ensurepip, venv"), ("python3-venv",))]


def provide(programs, log):
    """Installs what is missing where it may; gives what the reader has to install by hand."""
    missing = [program for program in programs if not program.find()]
    packages = [package for program in missing for package in program.packages]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"installing {', '.join(packages)}")
        install(packages, log)
        missing = [program for program in missing if not program.find()]
    return [advice(program) for program in missing]


def advice(program):
    return f"{program.name}: {program.otherwise or 'apt-get install ' + ' '.join(program.packages)}"


def install(packages, log):
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    with open(log, "ab") as output, no_new_daemons():
        for attempt in (command, ["apt-get", "update"], command):
            done = subprocess.run(
                attempt, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            )
            if attempt is command and done.returncode == 0:
                return


class no_new_daemons:
    """Debian's packages start what they install; the tests start their own."""

    def __enter__(self):
        self.ours = not POLICY.exists()
        if self.ours:
            POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
            POLICY.chmod(POLICY.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)

    def __exit__(self, *_):
        if self.ours:
            POLICY.unlink(missing_ok=True)
