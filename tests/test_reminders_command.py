"""`manage.py send_reminders`, tried by starting it: once, as a loop, beside the web server, and in trouble."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.test_project import compose
from tests.test_start import PATIENCE, ROOT, environment_of, python, rows, running

COMMAND = ["manage.py", "send_reminders"]

ONE_IS_DUE = """
from datetime import date, time, timedelta
from django.utils import timezone
from reminders.models import Delivery
from tests.builders import a_person, an_exercise, on_plan
now = timezone.now()
user = a_person("kim@example.org", reminds=True, quiet_from=time(0), quiet_until=time(0))
on_plan(user, an_exercise("towel"), date(2026, 1, 1))
Delivery.objects.begin(user, now.date(), "", 0, now)
"""


def let_one_be_due(environment: dict[str, str]) -> None:
    outcome = python(["manage.py", "shell", "--no-imports", "--command", ONE_IS_DUE], environment)
    assert (outcome.returncode, outcome.stderr) == (0, "")


def outcome_of(database: str) -> list[tuple[object, ...]]:
    return rows(database, "SELECT outcome FROM reminders_delivery")


def wait_until_it_is_seen_to(database: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while outcome_of(database) == [("",)]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def wait_until_it_says_something(output: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not output.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@contextmanager
def loop(environment: dict[str, str], output: Path) -> Iterator[subprocess.Popen[bytes]]:
    with output.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, *COMMAND, "--loop"], env=environment, cwd=ROOT, stdout=stream, stderr=stream
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_once_it_sends_what_is_due_and_ends(prepared_database: str) -> None:
    environment = environment_of(prepared_database)
    let_one_be_due(environment)
    outcome = python(COMMAND, environment)
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")
    # There is no device and no mail server here.
    assert outcome_of(prepared_database) == [("failed",)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_loop_goes_on_until_a_signal_ends_it_quietly(
    number: signal.Signals, prepared_database: str, tmp_path: Path
) -> None:
    environment = environment_of(prepared_database)
    let_one_be_due(environment)
    with loop(environment, tmp_path / "output") as process:
        wait_until_it_is_seen_to(prepared_database)
        assert process.poll() is None
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
    assert (tmp_path / "output").read_text() == ""


@pytest.mark.once
def test_it_waits_until_the_database_is_prepared_and_says_so_once(prepared_database: str, tmp_path: Path) -> None:
    file = tmp_path / "late.sqlite3"
    database = f"sqlite:///{file}"
    with loop(environment_of(database), tmp_path / "output") as process:
        wait_until_it_says_something(tmp_path / "output")
        let_one_be_due(environment_of(prepared_database))
        with (
            closing(sqlite3.connect(urlsplit(prepared_database).path)) as source,
            closing(sqlite3.connect(file)) as target,
        ):
            source.backup(target)
        wait_until_it_is_seen_to(database)
        process.terminate()
        assert process.wait(PATIENCE) == 0
    [line] = map(json.loads, (tmp_path / "output").read_text().splitlines())
    assert (line["level"], line["message"]) == ("WARNING", "Reminders wait for the database to be prepared")


def test_a_database_that_is_away_is_one_line_and_no_end(tmp_path: Path) -> None:
    with loop(environment_of("postgres://nobody@127.0.0.1:1/nothing"), tmp_path / "output") as process:
        wait_until_it_says_something(tmp_path / "output")
        assert process.poll() is None
        process.terminate()
        assert process.wait(PATIENCE) == 0
    lines = [json.loads(line)["message"] for line in (tmp_path / "output").read_text().splitlines()]
    assert lines == ["Reminders wait for the database to come back"]


def senders_of(process: int) -> list[int]:
    """The processes that a web server has started to send reminders."""
    found = Path(f"/proc/{process}/task").glob("*/children")
    children = [int(child) for one in found for child in one.read_text().split()]
    return [child for child in children if b"send_reminders" in Path(f"/proc/{child}/cmdline").read_bytes()]


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def wait_until_it_has_ended(process: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while is_running(process):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def wait_for_another_sender(site: int, first: int) -> int:
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{first}").exists() or not (found := senders_of(site)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    [second] = found
    return second


@pytest.mark.once
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_web_server_has_one_beside_it_that_lives_as_long_as_it_does(
    number: signal.Signals, prepared_database: str, tmp_path: Path
) -> None:
    environment = environment_of(prepared_database)
    let_one_be_due(environment)
    with running(environment, tmp_path / "output") as site:
        site.wait_until_it_answers()
        wait_until_it_is_seen_to(prepared_database)
        [sender] = senders_of(site.process.pid)
        # The server alone: nobody tells its children.
        os.kill(site.process.pid, number)
        site.process.wait(PATIENCE)
        wait_until_it_has_ended(sender)
    assert "Traceback" not in (tmp_path / "output").read_text()


@pytest.mark.once
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_one_that_dies_is_replaced_by_another_that_lives_as_long_as_the_server(
    number: signal.Signals, prepared_database: str, tmp_path: Path
) -> None:
    environment = environment_of(prepared_database)
    with running(environment, tmp_path / "output") as site:
        site.wait_until_it_answers()
        [first] = senders_of(site.process.pid)
        os.kill(first, signal.SIGKILL)
        wait_until_it_has_ended(first)
        # The next looks as soon as it is there, so this is all it has to wait for.
        let_one_be_due(environment)
        second = wait_for_another_sender(site.process.pid, first)
        wait_until_it_is_seen_to(prepared_database)
        os.kill(site.process.pid, number)
        site.process.wait(PATIENCE)
        wait_until_it_has_ended(second)
    output = (tmp_path / "output").read_text()
    assert (output.count("Reminders are being sent again"), output.count("Traceback")) == (1, 0)


@pytest.mark.once
def test_switched_off_it_has_none(prepared_database: str, tmp_path: Path) -> None:
    environment = environment_of(prepared_database, REMINDERS="off")
    with running(environment, tmp_path / "output") as site:
        site.wait_until_it_answers()
        assert senders_of(site.process.pid) == []
        assert site.stop() == 0


def test_the_containers_send_them_in_a_service_of_its_own() -> None:
    services = compose()["services"]
    assert services["web"]["environment"]["REMINDERS"] == "off"
    sender, web = services["reminders"], services["web"]
    assert sender["command"] == ["python", *COMMAND, "--loop"]
    assert "ports" not in sender
    assert {name: sender[name] for name in ("image", "depends_on", "read_only", "cap_drop")} == {
        name: web[name] for name in ("image", "depends_on", "read_only", "cap_drop")
    }
    shared = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL")
    assert sender["environment"] == {name: web["environment"][name] for name in shared}
