"""What is acknowledged is on disk: asserted on connections that the site itself opens."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.checks import Tags, run_checks
from django.db import OperationalError, connection, transaction

from keeping.promises import in_force
from tests.engines import on_postgresql, on_sqlite

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent


def value_of(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])


def warnings() -> list[str]:
    return [problem.msg for problem in run_checks(tags=[Tags.database], databases=["default"])]


@pytest.fixture(autouse=True)
def _own_connection() -> Iterator[None]:
    """What a test changes on it goes with it."""
    connection.close()
    yield
    connection.close()


@on_sqlite
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", "2"),  # FULL: each commit is synced
        ("secure_delete", "1"),
        ("foreign_keys", "1"),
        ("busy_timeout", "20000"),
        ("ignore_check_constraints", "0"),
    ],
)
def test_every_connection_to_sqlite_has_what_the_docs_promise(pragma: str, value: str) -> None:
    assert value_of(f"PRAGMA {pragma}") == value


@on_sqlite
def test_a_transaction_on_sqlite_takes_its_turn_to_write_when_it_begins() -> None:
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0)) as other:
        with transaction.atomic(), pytest.raises(sqlite3.OperationalError, match="database is locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")


@on_postgresql
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("wal_level", "replica"),
        ("transaction_isolation", "read committed"),
    ],
)
def test_every_connection_to_postgresql_has_what_the_docs_promise(setting: str, value: str) -> None:
    assert value_of(f"SHOW {setting}") == value


def test_nothing_is_warned_of() -> None:
    assert in_force().keys() in ({"journal_mode", "synchronous"}, {"fsync", "full_page_writes", "synchronous_commit"})
    assert warnings() == []


@contextmanager
def less_careful() -> Iterator[str]:
    name, change = {
        "sqlite": ("synchronous", "PRAGMA synchronous=NORMAL"),
        "postgresql": ("synchronous_commit", "SET synchronous_commit=off"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(change)
    yield name


def test_a_database_that_acknowledges_too_early_is_warned_of() -> None:
    with less_careful() as name:
        value = in_force()[name]
        assert warnings() == [
            f"The database runs with {name}={value}. "
            "What people have recorded may be lost when the machine or its power fails."
        ]


def test_checks_that_are_not_about_a_database_ask_none() -> None:
    connection.close()
    with less_careful_elsewhere():
        assert [problem for problem in run_checks() if problem.id == "keeping.W001"] == []


@contextmanager
def less_careful_elsewhere() -> Iterator[None]:
    """Any question to the database would fail."""

    def refuse(*_arguments: object) -> None:
        raise OperationalError("nobody may ask")

    with connection.execute_wrapper(refuse):
        yield


@on_postgresql
def test_the_site_says_at_its_start_that_its_server_acknowledges_too_early(prepared_database: str) -> None:
    careless = quote("-c synchronous_commit=off")
    url = f"{prepared_database}{'&' if '?' in prepared_database else '?'}options={careless}"
    environment = {**os.environ, "DATABASE_URL": url}
    command = [sys.executable, "-m", "backpain.serve", "--prepare-only"]
    outcome = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert outcome.returncode == 0
    assert outcome.stderr.splitlines() == [
        "Backpain warns: The database runs with synchronous_commit=off. "
        "What people have recorded may be lost when the machine or its power fails."
    ]
