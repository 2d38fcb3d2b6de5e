"""PostgreSQL, NATS and an S3 service for one run: private, on free ports of 127.0.0.1, gone with the run."""

import glob
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
import venv
from pathlib import Path

from testing.processes import start

START_LIMIT_S = 30
START_ATTEMPTS = 3
MOTO_VERSION = "5.2.5"

POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "300",
    "unix_socket_directories": "",
    # What is in it is thrown away: nothing has to survive a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class ServiceError(Exception):
    """A service did not start; the message says why."""


def find_postgres():
    """The directory of initdb and postgres, which Debian keeps out of PATH, or None."""
    installed = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    newest = max(installed, key=lambda path: int(Path(path).parts[4]), default=shutil.which("initdb"))
    return Path(newest).resolve().parent if newest else None


def find_nats():
    """Debian puts it where only root looks."""
    return shutil.which("nats-server", path=os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin")


def unprivileged(*names):
    """As root, the arguments that start a program as the first of these users; else none."""
    if os.geteuid() != 0:
        return {}
    for name in names:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise ServiceError(f"none of these users exists: {', '.join(names)}")


def start_postgres(directory, log, env):
    """Starts PostgreSQL and gives the URL of a superuser on it."""
    identity = unprivileged("postgres", "nobody")
    programs, data, password = find_postgres(), directory / "postgres", secrets.token_hex(16)
    private_directory(data, identity)
    secret = data / "password"
    secret.write_text(password, encoding="utf-8")
    initdb = [programs / "initdb", "--pgdata", data / "data", "--username", "loggia", "--auth", "scram-sha-256"]
    initdb += ["--pwfile", secret, "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
    with open(log, "ab") as output:
        made = subprocess.run(
            initdb,
            cwd=data,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **identity,
        )
    secret.unlink()
    if made.returncode != 0:
        raise ServiceError(f"initdb failed: see {log}")
    settings = [word for name, value in POSTGRES_SETTINGS.items() for word in ("-c", f"{name}={value}")]
    command = [programs / "postgres", "-D", data / "data", *settings, "-p"]
    port = start_on_free_port(command, log, data, env, identity)
    return f"postgres://loggia:{password}@127.0.0.1:{port}/postgres"


def start_nats(directory, log, env):
    """Starts NATS and gives its URL."""
    identity = unprivileged("nobody")
    data = directory / "nats"
    private_directory(data, identity)
    port = start_on_free_port([find_nats(), "-a", "127.0.0.1", "-p"], log, data, env, identity)
    return f"nats://127.0.0.1:{port}"


def start_s3(cache, log, env):
    """Starts moto, a program that answers as S3 does, and gives its URL. Installs it where it is not yet."""
    home = cache / f"moto-{MOTO_VERSION}"
    program = home / "bin" / "moto_server"
    if not (home / "complete").exists():
        venv.create(home, with_pip=True, clear=True)
        package = f"moto[s3,server]=={MOTO_VERSION}"
        with open(log, "ab") as output:
            command = [home / "bin" / "python", "-m", "pip", "install", "--quiet", package]
            done = subprocess.run(
                command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            )
        if done.returncode != 0:
            raise ServiceError(f"moto could not be installed: see {log}")
        (home / "complete").touch()
    port = start_on_free_port([program, "-H", "127.0.0.1", "-p"], log, home, env, {})
    return f"http://127.0.0.1:{port}"


def private_directory(path, identity):
    path.mkdir(mode=0o700)
    if identity:
        os.chown(path, identity["user"], identity["group"])


def start_on_free_port(command, log, cwd, env, identity):
    """Starts `command PORT` and gives the port once it listens there."""
    for _ in range(START_ATTEMPTS):
        port = free_port()
        process = start([*command, str(port)], log, cwd, env, **identity)
        if listens(process, port):
            return port
        process.kill()
        process.wait()
    raise ServiceError(f"{Path(command[0]).name} does not start: see {log}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(process, port):
    deadline = time.monotonic() + START_LIMIT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False
