"""A read whose SQL is worked out once gives what its query gives, whoever asks and from whichever thread."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.builders import a_person, an_exercise, did, on_plan
from tracking.models import Completion, Pause, PlanItem
from tracking.prepared import prepared

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)
SUNDAY = MONDAY + timedelta(days=6)


@prepared
def done_between(user: User, first: date, last: date) -> QuerySet[Completion, tuple[date, int]]:
    return Completion.objects.for_user(user).between(first, last).order_by("day").values_list("day", "nth")


@prepared
def days_done(user: User, first: date, last: date) -> QuerySet[Completion, tuple[int, Sequence[int]]]:
    return Completion.objects.for_user(user).days_by_exercise(first, last)


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
    [(key, days)] = days_done(anna, MONDAY, SUNDAY)
    assert (key, list(days)) == (exercise.pk, [0, 0])


def test_rows_of_a_table_come_as_models() -> None:
    anna = a_person()
    kept = Pause.objects.create(user=anna, starts_on=MONDAY, reason="flare-up", keeps=[3, 5])
    [pause] = pauses_from(anna, SUNDAY)
    assert pause == kept
    assert (pause.starts_on, pause.ends_on, pause.keeps) == (MONDAY, None, [3, 5])


def test_it_is_one_statement_the_same_as_the_query_makes() -> None:
    anna = a_person()
    done_between(anna, MONDAY, SUNDAY)
    with CaptureQueriesContext(connection) as captured:
        done_between(anna, MONDAY, SUNDAY)
        list(Completion.objects.for_user(anna).between(MONDAY, SUNDAY).order_by("day").values_list("day", "nth"))
    first, second = (query["sql"] for query in captured)
    assert first == second


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
