"""A read whose SQL is worked out once gives what its query gives, whoever asks and from whichever thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import NotSupportedError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from psycopg.pq import PipelineStatus

from accounts.models import User
from tests.builders import a_person, an_exercise, did, on_plan
from tests.engines import on_postgresql
from tracking.models import Completion, Pause, PlanItem
from tracking.prepared import at_once, prepared

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)
SUNDAY = MONDAY + timedelta(days=6)


@prepared
def done_between(user: User, first: date, last: date) -> QuerySet[Completion, tuple[date, int]]:
    return Completion.objects.for_user(user).between(first, last).order_by("day").values_list("day", "nth")


@prepared
def days_done(user: User, first: date, last: date) -> QuerySet[Completion, tuple[int, str]]:
    return Completion.objects.for_user(user).marks_by_exercise(first, last)


@prepared
def pauses_from(user: User, day: date) -> QuerySet[Pause]:
    return Pause.objects.for_user(user).not_over_on(day)


def test_it_reads_the_rows_of_the_person_and_the_days_it_is_asked_for() -> None:
    anna, ben, exercise = a_person("anna@example.org"), a_person("ben@example.org"), an_exercise()
    did(anna, exercise, MONDAY, 2)
    did(anna, exercise, SUNDAY + timedelta(days=1))
    did(ben, exercise, SUNDAY)
    assert done_between(anna, MONDAY, SUNDAY) == [(MONDAY, 1), (MONDAY, 2)]
    assert done_between(ben, MONDAY, SUNDAY) == [(SUNDAY, 1)]
    assert done_between(anna, SUNDAY, SUNDAY) == []


def test_values_come_as_the_query_gives_them() -> None:
    anna, exercise = a_person(), an_exercise()
    did(anna, exercise, MONDAY, 2)
    assert days_done(anna, MONDAY, SUNDAY) == [(exercise.pk, "\1\1")]


def test_rows_of_a_table_come_as_models() -> None:
    anna = a_person()
    kept = Pause.objects.create(user=anna, starts_on=MONDAY, reason="flare-up", keeps=[3, 5])
    [pause] = pauses_from(anna, SUNDAY)
    assert pause == kept
    assert (pause.starts_on, pause.ends_on, pause.keeps) == (MONDAY, None, [3, 5])
    assert (pause._state.adding, pause._state.db) == (False, "default")


def test_it_is_one_statement_the_same_as_the_query_makes() -> None:
    anna = a_person()
    asked: list[tuple[str, list[Any]]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        asked.append((sql, list(params)))
        return execute(sql, params, *rest)

    done_between(anna, MONDAY, SUNDAY)
    with connection.execute_wrapper(note):
        done_between(anna, MONDAY, SUNDAY)
        list(Completion.objects.for_user(anna).between(MONDAY, SUNDAY).order_by("day").values_list("day", "nth"))
    first, second = asked
    assert first == second


def test_several_reads_have_their_answers_in_order() -> None:
    anna, exercise = a_person(), an_exercise()
    did(anna, exercise, MONDAY, 2)
    kept = Pause.objects.create(user=anna, starts_on=MONDAY, reason="travel")
    reads = done_between.of(anna, MONDAY, SUNDAY), pauses_from.of(anna, SUNDAY), days_done.of(anna, SUNDAY, SUNDAY)
    with CaptureQueriesContext(connection) as captured:
        assert at_once(*reads) == [[(MONDAY, 1), (MONDAY, 2)], [kept], []]
    assert len(captured) == 3


@on_postgresql
def test_postgresql_is_asked_all_of_it_before_it_answers() -> None:
    anna = a_person()
    together = []

    def note(execute: Callable[..., Any], *statement: Any) -> Any:
        together.append(connection.connection.info.pipeline_status)
        return execute(*statement)

    reads = done_between.of(anna, MONDAY, SUNDAY), pauses_from.of(anna, SUNDAY)
    with connection.execute_wrapper(note):
        at_once(*reads)
        at_once(reads[0])
    assert together == [PipelineStatus.ON, PipelineStatus.ON, PipelineStatus.OFF]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_a_column_that_changed_is_told_as_what_it_is() -> None:
    anna = a_person()
    done_between(anna, MONDAY, SUNDAY)
    with closing(connection.copy()) as another, another.cursor() as cursor:
        cursor.execute("ALTER TABLE tracking_completion ALTER nth TYPE integer")
        try:
            with pytest.raises(NotSupportedError), transaction.atomic():
                done_between(anna, MONDAY, SUNDAY)
            assert done_between(anna, MONDAY, SUNDAY) == []
        finally:
            cursor.execute("ALTER TABLE tracking_completion ALTER nth TYPE smallint")


def test_nothing_is_read_in_a_transaction_that_has_failed() -> None:
    anna = a_person()
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            done_between(anna, MONDAY, SUNDAY)


@on_postgresql
def test_postgresql_keeps_how_it_answers_unless_a_pooler_is_between(monkeypatch: pytest.MonkeyPatch) -> None:
    @prepared
    def latest(user: User, day: date) -> QuerySet[Completion, tuple[int]]:
        return Completion.objects.for_user(user).between(day, day).order_by("-nth").values_list("nth")

    def kept() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%ORDER BY 1 DESC'")
            return int(cursor.fetchone()[0])

    anna = a_person()
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    for _time in range(2):
        assert at_once(latest.of(anna, MONDAY), latest.of(anna, SUNDAY)) == [[], []]
    assert kept() == 0
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", False)
    for _time in range(2):
        assert at_once(latest.of(anna, MONDAY), latest.of(anna, SUNDAY)) == [[], []]
    assert kept() == 1


@pytest.mark.django_db(transaction=True)
@on_postgresql
@pytest.mark.parametrize("number", [1, 2])
def test_a_column_that_changes_under_the_site_is_read_all_the_same(number: int) -> None:
    anna, exercise = a_person(), an_exercise()
    did(anna, exercise, MONDAY)

    def ask() -> list[list[tuple[date, int]]]:
        return at_once(*[done_between.of(anna, MONDAY, SUNDAY)] * number)

    assert ask() == [[(MONDAY, 1)]] * number
    with closing(connection.copy()) as another, another.cursor() as cursor:
        cursor.execute("ALTER TABLE tracking_completion ALTER nth TYPE integer")
        try:
            assert ask() == [[(MONDAY, 1)]] * number
        finally:
            cursor.execute("ALTER TABLE tracking_completion ALTER nth TYPE smallint")


@pytest.mark.django_db(transaction=True)
@on_postgresql
@pytest.mark.parametrize("number", [2, 1, 0], ids=["two reads", "one read", "a tick"])
def test_a_database_that_goes_away_meanwhile_is_an_outage(number: int) -> None:
    anna, exercise = a_person(), an_exercise()

    def ask() -> list[list[Any]]:
        if number:
            return at_once(*[done_between.of(anna, MONDAY, SUNDAY), pauses_from.of(anna, SUNDAY)][:number])
        Completion.objects.set_done(anna, MONDAY, exercise, 1, datetime(2026, 11, 16, tzinfo=UTC))
        return []

    assert ask() == [[]] * number
    with closing(connection.copy()) as another, another.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    with pytest.raises(OperationalError):
        ask()
    connection.close()
    assert ask() == [[]] * number


@on_postgresql
def test_the_driver_remembers_no_values_that_were_sent() -> None:
    anna, exercise = a_person(), an_exercise()
    did(anna, exercise, MONDAY)
    at_once(done_between.of(anna, MONDAY, SUNDAY), pauses_from.of(anna, SUNDAY))
    list(Completion.objects.for_user(anna).between(MONDAY, SUNDAY))
    remembered = connection.connection._prepared
    assert remembered._names
    assert not remembered._counts


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_share_it() -> None:
    anna, exercise = a_person(), an_exercise()
    did(anna, exercise, MONDAY)

    def ask(_n: int) -> list[tuple[date, int]]:
        try:
            return done_between(anna, MONDAY, SUNDAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(20))) == [[(MONDAY, 1)]] * 20


def test_an_argument_that_the_query_does_not_ask_for_is_a_mistake() -> None:
    @prepared
    def forgets_the_person(user: User, day: date) -> QuerySet[PlanItem]:
        return PlanItem.objects.started_by(day)

    anna = a_person()
    on_plan(anna, an_exercise(), MONDAY)
    with pytest.raises(ValueError, match="forgets_the_person does not ask for"):
        forgets_the_person(anna, MONDAY)
