"""The record of some days: which rows are taken for them, and what is told of them."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import User
from exercises.models import Exercise
from exercises.prescription import Frequency, Per
from tests.builders import DAILY, a_person, an_exercise, did, on_plan
from tracking.course import DaysDone
from tracking.models import Pause, Skip
from tracking.record import Record, breaks, counted, counts_from, days_done, done_a_day, noted, planned, read

pytestmark = pytest.mark.django_db

SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in range(15, 21))
TWICE = Frequency(Per.DAY, 2, 2)
ONCE_A_WEEK = Frequency(Per.WEEK, 1, 1)


@pytest.fixture
def user() -> User:
    return a_person()


@pytest.fixture
def walk() -> Exercise:
    return an_exercise("walk", DAILY)


@pytest.fixture
def stand() -> Exercise:
    return an_exercise("stand", DAILY)


def record_of(user: User) -> Record:
    """Monday to Thursday."""
    return read(user, MONDAY, THURSDAY, planned(user, THURSDAY), done_a_day(user, MONDAY, THURSDAY))


def pause(user: User, starts_on: date, ends_on: date | None, *kept: Exercise) -> None:
    Pause.objects.create(
        user=user, starts_on=starts_on, ends_on=ends_on, reason="illness", keeps=[exercise.pk for exercise in kept]
    )


def skip(user: User, exercise: Exercise, *days: date) -> None:
    for day in days:
        Skip.objects.set_skipped(user, day, exercise, "no-time", datetime(2026, 11, 19, tzinfo=UTC))


def test_an_exercise_stands_where_its_latest_item_does(user: User, walk: Exercise, stand: Exercise) -> None:
    for exercise, starts_on, ends_on, number in (
        (walk, MONDAY, WEDNESDAY, 1),
        (stand, MONDAY, None, 2),
        (walk, WEDNESDAY, None, 3),
    ):
        item = on_plan(user, exercise, starts_on, ends_on)
        item.number = number
        item.save()
    record = record_of(user)
    assert [(key, row.starts_on) for key, row in record.latest.items()] == [(stand.pk, MONDAY), (walk.pk, WEDNESDAY)]
    assert list(record.items) == [stand.pk, walk.pk]
    assert [item.starts_on for item in record.items[walk.pk]] == [MONDAY, WEDNESDAY]


def test_on_the_plan_of_a_day_is_what_is_in_force_on_it(user: User, walk: Exercise, stand: Exercise) -> None:
    on_plan(user, walk, MONDAY, WEDNESDAY)
    on_plan(user, stand, TUESDAY)
    record = record_of(user)
    days = {day: record.on_plan(day) for day in (SUNDAY, MONDAY, TUESDAY, WEDNESDAY)}
    assert days == {SUNDAY: [], MONDAY: [walk.pk], TUESDAY: [walk.pk, stand.pk], WEDNESDAY: [stand.pk]}


def test_only_pauses_and_skips_of_the_person_and_of_the_days_are_taken(user: User, walk: Exercise) -> None:
    somebody_else = a_person()
    for person in (user, somebody_else):
        pause(person, SUNDAY, MONDAY)
        pause(person, FRIDAY, None)
        skip(person, walk, SUNDAY, FRIDAY)
    pause(user, WEDNESDAY, THURSDAY)
    pause(somebody_else, TUESDAY, FRIDAY)
    skip(user, walk, MONDAY, THURSDAY)
    skip(somebody_else, walk, TUESDAY)
    record = record_of(user)
    assert [(one.starts_on, one.ends_on) for one in record.pauses] == [(WEDNESDAY, THURSDAY)]
    assert record.skips == {(walk.pk, MONDAY): "no-time", (walk.pk, THURSDAY): "no-time"}
    # A page that reads the completions as well reads no others.
    did(user, walk, TUESDAY)
    found = [row for row in noted(user, MONDAY, THURSDAY) if row[2] is None]
    assert len(found) == 3
    assert set(found) == set(breaks(user, MONDAY, THURSDAY))


def test_the_pause_of_a_day_is_the_one_that_holds_on_it(user: User, walk: Exercise) -> None:
    pause(user, MONDAY, TUESDAY)
    pause(user, WEDNESDAY, THURSDAY)
    record = record_of(user)
    found = [record.pause_on(day) for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)]
    assert [one and one.starts_on for one in found] == [MONDAY, None, WEDNESDAY, None]


def test_a_day_of_a_pause_is_one_whatever_the_pause_keeps(user: User, walk: Exercise) -> None:
    on_plan(user, walk, MONDAY)
    pause(user, TUESDAY, THURSDAY, walk)
    record = record_of(user)
    assert record.days_of_pauses == {TUESDAY, WEDNESDAY}
    assert not record.is_paused(walk.pk, TUESDAY)


def test_a_skip_is_told_unless_all_was_done_after_all(user: User, walk: Exercise, stand: Exercise) -> None:
    """Also on a day that asks for nothing, as long as nothing was done."""
    on_plan(user, walk, MONDAY, frequency=TWICE)
    on_plan(user, stand, MONDAY, frequency=ONCE_A_WEEK)
    skip(user, walk, MONDAY, TUESDAY)
    skip(user, stand, TUESDAY, WEDNESDAY)
    did(user, walk, MONDAY, 1)
    did(user, walk, TUESDAY, 2)
    did(user, stand, MONDAY)
    did(user, stand, WEDNESDAY)
    record = record_of(user)
    assert record.asked_on(stand.pk, TUESDAY, THURSDAY) == 0
    assert set(record.left_out(THURSDAY)) == {(walk.pk, MONDAY), (stand.pk, TUESDAY)}


def test_a_skip_is_not_told_of_what_was_paused_or_off_the_plan(user: User, walk: Exercise, stand: Exercise) -> None:
    on_plan(user, walk, TUESDAY)
    pause(user, WEDNESDAY, THURSDAY)
    skip(user, walk, MONDAY, TUESDAY, WEDNESDAY)
    skip(user, stand, TUESDAY)
    assert set(record_of(user).left_out(THURSDAY)) == {(walk.pk, TUESDAY)}


def test_what_was_done_is_counted_by_day(user: User, walk: Exercise) -> None:
    did(user, walk, TUESDAY, 2)
    for outside in (SUNDAY, FRIDAY):
        did(user, walk, outside)
    did(a_person(), walk, MONDAY)
    assert counts_from(days_done(user, MONDAY, THURSDAY), 4) == {walk.pk: bytes([0, 2, 0, 0])}
    assert done_a_day(user, MONDAY, THURSDAY) == {walk.pk: {TUESDAY: 2}}
    rows = noted(user, MONDAY, THURSDAY)
    assert sorted(row[:3] for row in rows) == [(walk.pk, TUESDAY, 1), (walk.pk, TUESDAY, 2)]
    assert counted(rows) == {walk.pk: {TUESDAY: 2}}
    assert dict(DaysDone(MONDAY, bytes([0, 2, 0, 0]))) == {TUESDAY: 2}
    assert len(DaysDone(MONDAY, bytes([0, 2, 1, 0, 0]))) == 2
