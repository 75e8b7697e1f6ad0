"""What `make faults` does to a site for many minutes, in seconds: nothing that was answered as done is lost."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db import close_old_connections, connection
from django.test import Client

from accounts.models import User
from tests.builders import a_person, an_exercise, browser_of, completions, on_plan
from tests.engines import on_postgresql, on_sqlite
from tools.ledger import Crowd
from tools.postgres import server
from tools.site import prepare, site
from tools.spread.replica import replica_of, tell

FIRST = date(2026, 1, 1)
PATIENCE = 60
"""Seconds. On a machine of its own it takes one or two; one that is busy with other tests may need many."""

in_the_open = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user() -> User:
    user = a_person()
    on_plan(user, an_exercise("walk"), FIRST)
    return user


def tick(client: Client, day: date, nth: int) -> Any:
    return client.post(f"/day/{day}/walk/{nth}/", {"done": "yes"})


@contextmanager
def full_disk() -> Iterator[None]:
    """SQLite may take no more pages than it has."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # what earlier tests have left empty would be room
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        (before,) = cursor.execute("PRAGMA max_page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        yield
        cursor.execute(f"PRAGMA max_page_count = {before}")


@on_sqlite
@in_the_open
def test_on_a_full_disk_a_tick_is_either_there_or_answered_with_a_503(user: User) -> None:
    client = browser_of(user, raise_request_exception=False)
    told = []
    with full_disk():
        for n in range(1000):
            day, nth = FIRST + timedelta(days=n // 20), n % 20 + 1
            answer = tick(client, day, nth)
            if answer.status_code != 302:
                break
            told.append((day, "walk", nth))
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert completions(user) == told
    assert tick(client, day, nth).status_code == 302
    assert completions(user) == [*told, (day, "walk", nth)]


@on_postgresql
@in_the_open
def test_a_connection_cut_in_the_middle_of_a_tick_is_a_503_and_the_next_tick_is_done(user: User) -> None:
    client = browser_of(user, raise_request_exception=False)
    with connection.execute_wrapper(cutting_at("INSERT INTO tracking_completion")):
        answer = tick(client, FIRST, 1)
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    close_old_connections()  # as after each request; a client of tests does not
    assert tick(client, FIRST, 2).status_code == 302
    assert completions(user) == [(FIRST, "walk", 2)]


def cutting_at(statement: str) -> Any:
    """The server ends the connection just before that, as it does when it is shut down."""

    def execute(go_on: Any, sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith(statement):
            go_on("SELECT pg_terminate_backend(pg_backend_pid())", None, *rest)
        return go_on(sql, params, *rest)

    return execute


@on_postgresql
def test_killed_web_workers_and_a_killed_database_lose_nothing() -> None:
    with server() as postgres:
        prepare(postgres.url)
        with site(postgres.url, WEB_WORKERS="2") as one:
            crowd = Crowd(postgres.url, clients=6, ports=[one.port])
            with crowd.busy():
                time.sleep(1)
                for worker in one.workers():
                    os.kill(worker, signal.SIGKILL)
                wait_until(one.is_ready)
                time.sleep(1)
                postgres.kill()
                wait_until(lambda: not one.is_ready())
                postgres.start()
                wait_until(one.is_ready)
                time.sleep(1)
            seen = crowd.figures()
            assert seen["acknowledged"] > 0
            assert (seen["errors"], seen["given_up"], seen["stale_pages"]) == (0, 0, 0)
            assert crowd.verdict() == {"lost": 0, "doubled": 0, "foreign": 0, "wrong_on_pages": 0}


@on_postgresql
def test_a_replica_takes_over_with_what_two_machines_were_to_have() -> None:
    with server() as primary, replica_of(primary) as replica:
        tell(primary, "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'", "SELECT pg_reload_conf()")
        tell(primary, "CREATE TABLE told (n integer)", "INSERT INTO told VALUES (7)")
        primary.kill()
        tell(replica, "SELECT pg_promote()", "INSERT INTO told VALUES (8)")
        with psycopg.connect(replica.url) as session:
            assert session.execute("SELECT n FROM told ORDER BY n").fetchall() == [(7,), (8,)]


def wait_until(it_is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not it_is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)
