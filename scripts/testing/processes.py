"""Starts programs so that none of them, and no file of theirs, outlives the run.

The run is two processes: a supervisor and, in a session of its own, the worker that does everything.
Both are "subreapers": a program whose parent went away becomes their child, so whatever a test
started can be found again. Whichever of the two dies first, however it dies, the other ends all that
is left and removes the temporary directory.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import threading
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
GRACE_S = 5
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXIT_STOPPED = 130

stopping = threading.Event()


class Stopped(BaseException):
    """The run was told to end."""


def prctl(option, value):
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def supervise(work, directory):
    """Runs work() in a process of its own, and gives its exit code when nothing of it is left."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    supervisor = os.getpid()
    # Held back until both sides are ready to answer them.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    worker = os.fork()
    if worker == 0:
        os.setsid()
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != supervisor:
            os.kill(os.getpid(), signal.SIGTERM)
        os._exit(run_worker(work, directory))

    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: os.kill(worker, signal.SIGTERM))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    _, status = os.waitpid(worker, 0)
    clean_up(directory)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else EXIT_STOPPED


def run_worker(work, directory):
    def stop(*_):
        stopping.set()
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        return work()
    except Stopped:
        print("\nstopped", flush=True)
        return EXIT_STOPPED
    finally:
        clean_up(directory)


def clean_up(directory):
    end_descendants(os.getpid())
    reap()
    shutil.rmtree(directory, ignore_errors=True)


def processes():
    """All processes as {pid: (parent, name, is it a zombie)}."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                head, _, tail = file.read().rpartition(")")
        except OSError:
            continue
        state, parent = tail.split()[:2]
        found[int(entry)] = (int(parent), head.partition("(")[2], state == "Z")
    return found


def descendants(roots):
    """Every living process below the roots, as {pid: name}."""
    everything = processes()
    below, names = set(roots), {}
    grown = True
    while grown:
        grown = False
        for pid, (parent, name, zombie) in everything.items():
            if parent in below and pid not in below:
                below.add(pid)
                grown = True
                if not zombie:
                    names[pid] = name
    return names


def end_descendants(root):
    """Asks everything below root to end, and after GRACE_S insists."""
    asked = {}
    deadline = time.monotonic() + GRACE_S
    while True:
        # Who was asked is still ours when its parent went first and it moved up the tree.
        alive = {pid for pid, (_, _, zombie) in processes().items() if not zombie}
        asked = {pid: name for pid, name in asked.items() if pid in alive}
        left = asked | descendants({root, *asked})
        if not left:
            return
        insist = time.monotonic() > deadline
        for pid in left if insist else left.keys() - asked.keys():
            send(pid, signal.SIGKILL if insist else polite_signal(left[pid]))
        asked = left
        time.sleep(0.05)


def polite_signal(name):
    # PostgreSQL: at once, whoever is still connected, and without leaving shared memory behind.
    return signal.SIGQUIT if name == "postgres" else signal.SIGTERM


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def reap():
    """Collects the children that ended; only when nobody waits for one of them any more."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def start(command, log, cwd, env, **more):
    """Starts a program that writes to `log` and reads nothing."""
    if stopping.is_set():
        raise OSError("the run is ending")
    with open(log, "ab") as output:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **more,
        )


def run_logged(command, log, cwd, env, limit_s):
    """Runs a program to its end and gives its exit code, or None when it took longer than limit_s."""
    try:
        process = start(command, log, cwd, env)
    except OSError as error:
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{' '.join(command)}: {error}\n")
        return 127
    try:
        return process.wait(max(limit_s, 1))
    except subprocess.TimeoutExpired:
        end_descendants(process.pid)
        send(process.pid, signal.SIGKILL)
        process.wait()
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"\nended: it took longer than {limit_s:.0f} s\n")
        return None
