"""How the site starts and stops, tried by starting it: what it asks for, what it prepares, how it leaves."""

import ast
import fcntl
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from backpain.serve import PREPARATION_LOCK
from tests.engines import on_postgresql
from tests.test_project import compose, dockerfile
from tools import preflight
from tools.local import secret_key
from tools.postgres import server as postgres_server
from tools.site import free_port

ROOT = Path(__file__).resolve().parent.parent
SERVE = ["-m", "backpain.serve"]
PATIENCE = 60
"""Seconds. A start takes about one; a machine busy with other tests may need many."""


# --- Helpers ----------------------------------------------------------------------------------------------------------


def python(arguments: list[str], environment: Mapping[str, str], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run Python with this environment and nothing else in it."""
    return subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE
    )


def environment_of(database_url: str, **changes: str) -> dict[str, str]:
    return {"SECRET_KEY": "s" * 60, "ALLOWED_HOSTS": "backpain.example", "DATABASE_URL": database_url, **changes}


def containers_environment() -> dict[str, str]:
    """What the web container finds in its environment, with all that `.env` must contain filled in."""
    variables = " ".join(rest for instruction, rest in dockerfile()[-1] if instruction == "ENV")
    image = dict(re.findall(r"(\w+)=(\S+)", variables))
    from_file = {"SECRET_KEY": "s" * 60, "ALLOWED_HOSTS": "backpain.example", "POSTGRES_PASSWORD": "0123abcd"}
    composed = {
        name: re.sub(r"\$\{(\w+)[^}]*\}", lambda found: from_file[found[1]], value)
        for name, value in compose()["services"]["web"]["environment"].items()
    }
    return {**image, **from_file, **composed}


def rows(database_url: str, query: str) -> list[tuple[object, ...]]:
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(urlsplit(database_url).path)) as session:
            return list(session.execute(query))
    with psycopg.connect(database_url) as session:
        return session.execute(query.encode()).fetchall()


@contextmanager
def running_behind_a_proxy(database: str, folder: Path) -> Iterator["Site"]:
    """A site, ready, whose visitors come through a proxy that speaks https with them."""
    environment = environment_of(database, BEHIND_PROXY="on", REMINDERS="off")
    with running(environment, folder / "output") as site:
        site.wait_until_it_answers()
        yield site


@contextmanager
def preparation_held_up(database_url: str) -> Iterator[None]:
    """Be the one who prepares the database just now."""
    if database_url.startswith("sqlite"):
        with Path(f"{urlsplit(database_url).path}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    else:
        with psycopg.connect(database_url, autocommit=True) as session:
            session.execute("SELECT pg_advisory_lock(%s)", [PREPARATION_LOCK])
            yield


class Site:
    """A running site, as a process of its own."""

    def __init__(self, environment: Mapping[str, str], output: Path, arguments: list[str] | None = None) -> None:
        self.port = free_port()
        self.environment = {**environment, "PORT": str(self.port)}
        self.output = output
        with output.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, *(arguments or SERVE)],
                env=self.environment,
                cwd=ROOT,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )

    def get(self, path: str) -> http.client.HTTPResponse:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as client:
            client.request("GET", path, headers={"Host": "backpain.example"})
            response = client.getresponse()
            response.read()
            return response

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output.read_text()
            with suppress(ConnectionError):
                self.get("/healthz")
                return
            time.sleep(0.05)
        pytest.fail(f"no answer: {self.output.read_text()}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal to every process of the site, as a Ctrl-C would, and wait for the exit code."""
        os.killpg(self.process.pid, number)
        return self.process.wait(PATIENCE)

    def is_gone(self) -> bool:
        """No process of the site is left."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False


@contextmanager
def running(environment: Mapping[str, str], output: Path, arguments: list[str] | None = None) -> Iterator[Site]:
    site = Site(environment, output, arguments)
    try:
        yield site
    finally:
        if site.process.poll() is None:
            os.killpg(site.process.pid, signal.SIGKILL)
            site.process.wait()


# --- Settings that are missing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_the_site_refuses_to_start_and_names_the_missing_variable(missing: str, tmp_path: Path) -> None:
    environment = environment_of(f"sqlite:///{tmp_path / 'unused.sqlite3'}")
    del environment[missing]
    outcome = python(SERVE, environment)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"Backpain cannot start: {missing} is missing.")
    assert len(outcome.stderr.splitlines()) == 1
    assert not (tmp_path / "unused.sqlite3").exists()


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_commands_refuse_as_well(missing: str) -> None:
    environment = environment_of("sqlite:///:memory:")
    del environment[missing]
    outcome = python(["manage.py", "check"], environment)
    assert outcome.returncode != 0
    assert f"{missing} is missing." in outcome.stderr.splitlines()[-1]


def test_a_database_that_does_not_answer_is_named_as_the_reason() -> None:
    outcome = python(SERVE, environment_of(f"postgres://nobody@127.0.0.1:{free_port()}/nothing"))
    assert outcome.returncode == 1
    assert outcome.stderr.splitlines()[-1].startswith("Backpain cannot start, the database does not answer: ")
    assert "Traceback" not in outcome.stderr


@on_postgresql
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_does_not_know_every_letter_is_refused_as_it_is(fresh_database: str, encoding: str) -> None:
    name = f"letters_{uuid4().hex}"
    url = urlsplit(fresh_database)._replace(path=f"/{name}").geturl()
    with psycopg.connect(fresh_database, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING {encoding} LOCALE 'C' LOCALE_PROVIDER libc")
    try:
        outcome = python(SERVE, environment_of(url))
        assert outcome.returncode == 1
        assert f"Backpain cannot start: The database is in {encoding}." in outcome.stderr.splitlines()[-1]
        with psycopg.connect(url) as refused:
            assert refused.execute("SELECT FROM pg_tables WHERE schemaname = 'public'").fetchall() == []
    finally:
        with psycopg.connect(fresh_database, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"WEB_THREADS": "9"}, "WEB_THREADS is 9, but DATABASE_POOL_SIZE only 8."),
        ({"WEB_WORKERS": "many"}, "WEB_WORKERS must be a whole number from 1 up, not “many”."),
        ({"PORT": "0"}, "PORT must be a whole number from 1 up, not “0”."),
    ],
)
def test_a_server_that_cannot_work_is_not_started(changes: dict[str, str], reason: str) -> None:
    environment = {**environment_of("postgres://nobody@127.0.0.1/nothing"), "PYTHONUTF8": "1", **changes}
    outcome = python(["-m", "gunicorn", "--check-config", "--config", "gunicorn.conf.py"], environment)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"Backpain cannot start: {reason}")
    assert "Traceback" not in outcome.stderr


# --- Before anything is installed -------------------------------------------------------------------------------------


def run_preflight(pretence: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run tools/preflight.py in a Python that was changed by this statement first."""
    code = f"import runpy, sys; {pretence}; runpy.run_path('tools/preflight.py', run_name='__main__')"
    return python(["-c", code, *arguments], {})


@pytest.mark.parametrize("version", [(3, 6, 9), (3, 10, 14)])
def test_a_python_too_old_is_told_so_in_one_line(version: tuple[int, int, int]) -> None:
    outcome = run_preflight(f"sys.version_info = {version}")
    assert outcome.returncode == 1
    assert outcome.stderr == (
        "Backpain cannot start: it needs Python 3.11 or newer, and this is Python "
        f"{'.'.join(map(str, version))}. If a newer one is installed, name it, as in: make run PYTHON=python3.12\n"
    )


def test_old_pythons_can_read_the_preflight() -> None:
    ast.parse((ROOT / "tools" / "preflight.py").read_text(), feature_version=(3, 4))


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 2), (4, 0, 0)])
def test_newer_pythons_are_welcome(version: tuple[int, int, int]) -> None:
    assert preflight.about_python(version) == ""


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_missing_module_is_named_in_one_line(module: str) -> None:
    outcome = run_preflight(f"sys.modules['{module}'] = None")
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(f"Backpain cannot start: this Python comes without its module {module}, ")
    assert len(outcome.stderr.splitlines()) == 1


def test_a_port_in_use_is_told_in_one_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        outcome = run_preflight("pass", str(port))
    assert outcome.returncode == 1
    assert outcome.stderr == (
        f"Backpain cannot start: port {port} is in use. Perhaps Backpain is running already? "
        "Another port can be named, as in: make run PORT=8001\n"
    )


@pytest.mark.parametrize("port", ["", "http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_told_in_one_line(port: str) -> None:
    outcome = run_preflight("pass", port)
    assert outcome.returncode == 1
    assert outcome.stderr == f"Backpain cannot start: PORT must be a number from 1 to 65535, not '{port}'.\n"


def test_a_machine_that_has_everything_hears_nothing() -> None:
    outcome = run_preflight("pass", str(free_port()))
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")


# --- The secret of a site on this machine -----------------------------------------------------------------------------


def test_the_secret_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "var" / "secret_key"
    first = secret_key(file)
    assert len(first) >= 60
    assert file.stat().st_mode & 0o777 == 0o600
    assert secret_key(file) == first
    assert list(file.parent.iterdir()) == [file]


def test_whoever_starts_at_the_same_moment_gets_the_same_secret(tmp_path: Path) -> None:
    code = "import sys, pathlib; from tools.local import secret_key; print(secret_key(pathlib.Path(sys.argv[1])))"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, tmp_path / "var" / "secret_key"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    answers = {process.communicate(timeout=PATIENCE)[0] for process in started}
    assert answers == {f"{secret_key(tmp_path / 'var' / 'secret_key')}\n"}


@pytest.mark.parametrize(("exported", "wins"), [("from outside", True), ("", False)])
def test_an_exported_secret_wins(exported: str, wins: bool, tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(ROOT), "SECRET_KEY": exported}
    show = "import os; print(os.environ['SECRET_KEY'], os.environ['HOST'], os.environ['HTTPS'])"
    outcome = python(["-m", "tools.local", "-c", show], environment, cwd=tmp_path)
    secret = exported if wins else (tmp_path / "var" / "secret_key").read_text()
    assert outcome.stdout == f"{secret} 127.0.0.1 off\n"
    assert (tmp_path / "var").exists() is not wins


# --- From an empty database to a site that answers --------------------------------------------------------------------


def test_the_container_prepares_its_database_and_serves(fresh_database: str, tmp_path: Path) -> None:
    command = compose()["services"]["web"]["command"]
    assert command[0] == "python"
    environment = {**containers_environment(), "DATABASE_URL": fresh_database}
    with running(environment, tmp_path / "output", command[1:]) as site:
        site.wait_until_it_answers()
        assert site.get("/healthz").status == 200
        assert site.get("/readyz").status == 200
        page = site.get("/")
        assert (page.status, page.headers["Location"]) == (301, "https://backpain.example/")
        assert python(["-m", "backpain.healthcheck"], site.environment).returncode == 0
        assert rows(fresh_database, "SELECT count(*) FROM exercises_exercise") == [(9,)]
        assert rows(fresh_database, "SELECT count(*) FROM cache") == [(0,)]
        assert site.stop() == 0
        sick = python(["-m", "backpain.healthcheck"], site.environment)
        assert sick.returncode == 1
        assert sick.stderr.startswith("No healthy answer: ")
    # In the order of their time: one worker may answer before another says so.
    ready, *visits = sorted(site.output.read_text().splitlines())
    assert ready == f"Backpain is ready at http://0.0.0.0:{site.port}/ (Ctrl-C stops it)"
    assert [json.loads(visit)["route"] for visit in visits] == ["healthz", "healthz", "readyz", None, "healthz"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_and_soon(number: signal.Signals, prepared_database: str, tmp_path: Path) -> None:
    with running(environment_of(prepared_database), tmp_path / "output") as site:
        site.wait_until_it_answers()
        before = time.monotonic()
        assert site.stop(number) == 0
        assert time.monotonic() - before < 10
        assert site.is_gone()
    assert "Traceback" not in site.output.read_text()


def test_only_the_owner_can_read_a_database_file(tmp_path: Path) -> None:
    file = tmp_path / "new" / "people.sqlite3"
    assert python([*SERVE, "--prepare-only"], environment_of(f"sqlite:///{file}")).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_second_start_changes_nothing(fresh_database: str) -> None:
    seen = []
    for _ in range(2):
        outcome = python([*SERVE, "--prepare-only"], environment_of(fresh_database))
        assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")
        seen.append(
            [
                rows(fresh_database, f"SELECT * FROM {table} ORDER BY id")  # noqa: S608
                for table in ("django_migrations", "exercises_exercise", "exercises_exercise_equipment")
            ]
        )
    assert seen[0] == seen[1]


KILLED_BEFORE_IT_IS_RECORDED = """
import os
from django.db.migrations.recorder import MigrationRecorder
record = MigrationRecorder.record_applied
MigrationRecorder.record_applied = lambda self, app, name: os._exit(9) if app == "accounts" else record(self, app, name)
from backpain.serve import prepare
prepare()
"""


def test_a_start_that_was_killed_in_the_middle_of_its_migrations_is_taken_up_by_the_next(fresh_database: str) -> None:
    environment = environment_of(fresh_database)
    assert python(["-c", KILLED_BEFORE_IT_IS_RECORDED], environment).returncode == 9
    outcome = python([*SERVE, "--prepare-only"], environment)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert rows(fresh_database, "SELECT count(*) FROM exercises_exercise") == [(9,)]


def test_a_start_forgets_the_counts_of_rate_limits_that_have_run_out(prepared_database: str) -> None:
    environment = environment_of(prepared_database)
    count = (
        "from django.core.cache import cache; cache.set('of 203.0.113.7', 1, {}); cache.set('of 203.0.113.8', 1, 300)"
    )
    assert python(["manage.py", "shell", "--no-imports", "--command", count.format(-5)], environment).returncode == 0
    assert len(rows(prepared_database, "SELECT cache_key FROM cache")) == 2

    assert python([*SERVE, "--prepare-only"], environment).returncode == 0

    assert rows(prepared_database, "SELECT cache_key FROM cache") == [(":1:of 203.0.113.8",)]


def test_what_answers_is_loaded_before_anybody_asks() -> None:
    asks = "import sys, backpain.wsgi; print(*sorted(name for name in sys.modules if name.endswith('.views')))"
    loaded = python(["-c", asks], environment_of("sqlite:////nowhere/db.sqlite3")).stdout.split()
    assert {"exercises.views", "history.views", "tracking.views", "allauth.account.views"} <= set(loaded)


def test_two_that_start_at_once_both_come_up(fresh_database: str, tmp_path: Path) -> None:
    environment = environment_of(fresh_database)
    with running(environment, tmp_path / "one") as one, running(environment, tmp_path / "two") as two:
        for site in (one, two):
            site.wait_until_it_answers()
            assert site.get("/readyz").status == 200
        assert rows(fresh_database, "SELECT count(*) FROM exercises_exercise") == [(9,)]
        assert one.stop() == 0
        assert two.get("/readyz").status == 200
        assert two.stop() == 0


def test_it_waits_for_another_preparation_and_can_be_stopped_while_waiting(
    prepared_database: str, tmp_path: Path
) -> None:
    environment = environment_of(prepared_database)
    with preparation_held_up(prepared_database), running(environment, tmp_path / "output") as site:
        with pytest.raises(subprocess.TimeoutExpired):
            site.process.wait(3)
        with pytest.raises(ConnectionError):
            site.get("/healthz")
        assert site.stop() == 0
    assert site.output.read_text() == ""


# --- The PostgreSQL the tests run on ----------------------------------------------------------------------------------


def test_a_postgresql_for_a_command_has_ordinary_settings_and_hands_on_the_exit_code() -> None:
    show = "; ".join(
        [
            "import os, psycopg",
            "url = os.environ['DATABASE_URL']",
            "server = psycopg.connect(url)",
            "settings = [server.execute('SHOW ' + name).fetchone()[0] for name in ('server_version_num', 'fsync')]",
            "print(url, *settings)",
            "exit(7)",
        ]
    )
    outcome = python(["-m", "tools.postgres", sys.executable, "-c", show], {"PATH": os.environ["PATH"]})
    assert outcome.returncode == 7, outcome.stderr
    url, version, fsync = outcome.stdout.split()
    assert (int(version) // 10_000, fsync) == (18, "on")
    assert not Path(url.partition("host=")[2]).exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_leaves_no_postgresql_behind(number: signal.Signals) -> None:
    wait = "import os, time; print(os.environ['DATABASE_URL'], flush=True); time.sleep(600)"
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.postgres", sys.executable, "-c", wait],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    directory = Path(process.stdout.readline().strip().partition("host=")[2])
    assert (directory / "data" / "postmaster.pid").exists()
    server = int((directory / "data" / "postmaster.pid").read_text().split()[0])
    os.killpg(process.pid, number)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    assert not directory.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


# --- The database goes away, and comes back ---------------------------------------------------------------------------


def test_a_site_outlives_an_outage_of_its_database(tmp_path: Path) -> None:
    with (
        postgres_server() as postgres,
        running(environment_of(postgres.url, HTTPS="off"), tmp_path / "output") as site,
    ):
        site.wait_until_it_answers()
        assert site.get("/exercises/").status == 200

        postgres.stop()
        for _visit in range(2):
            page = site.get("/exercises/")
            assert (page.status, page.headers["Retry-After"]) == (503, "10")
            assert site.get("/readyz").status == 503
            assert site.get("/healthz").status == 200

        postgres.start()
        deadline = time.monotonic() + PATIENCE
        while site.get("/exercises/").status != 200:
            assert time.monotonic() < deadline, "it has not come back by itself"
            time.sleep(0.2)
        assert site.get("/readyz").status == 200
