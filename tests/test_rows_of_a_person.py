"""The verbs and filters of the personal tables: each reaches the rows that it names, and no row beside them."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import User
from exercises.models import Exercise
from pain.models import CheckIn
from tests.builders import TWO_OR_THREE_A_WEEK, a_person, an_exercise, completions, did, on_plan
from tracking.models import Completion, Pause, PlanItem, Skip, in_order

pytestmark = pytest.mark.django_db

DAY, NEXT_DAY = date(2026, 11, 18), date(2026, 11, 19)
NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)


def skips(user: User) -> set[tuple[date, str, str]]:
    return set(Skip.objects.for_user(user).values_list("day", "exercise__slug", "reason"))


def skip(user: User, day: date, exercise: Exercise, reason: str = "sore") -> None:
    Skip.objects.set_skipped(user, day, exercise, reason, NOW)


def check_in(user: User, day: date, key: int, at: datetime = NOW, score: int = 3) -> None:
    CheckIn.objects.record(user, day, at, key=UUID(int=key), score=score, moment="after", place="", words="")


def check_ins(user: User) -> list[tuple[date, int]]:
    return [(one.day, one.key.int) for one in CheckIn.objects.for_user(user).latest_first()]


# Completions


def test_taking_one_completion_back_leaves_those_beside_it() -> None:
    user, somebody_else = a_person(), a_person()
    walk, stand = an_exercise("walk"), an_exercise("stand")
    for person in (user, somebody_else):
        for exercise in (walk, stand):
            for day in (DAY, NEXT_DAY):
                did(person, exercise, day, times=2)
    before = completions(user)
    Completion.objects.set_undone(user, DAY, walk, 1)
    assert completions(user) == [one for one in before if one != (DAY, "walk", 1)]
    assert completions(somebody_else) == before


@pytest.mark.parametrize("nth", [0, 21])
def test_beyond_the_bound_nothing_is_set_nor_taken_back(nth: int) -> None:
    user, walk = a_person(), an_exercise("walk")
    with pytest.raises(ValueError, match="from 1 to 20"):
        Completion.objects.set_done(user, DAY, walk, nth, NOW)
    with pytest.raises(ValueError, match="from 1 to 20"):
        Completion.objects.set_undone(user, DAY, walk, nth)


def test_completions_between_two_days_are_those_of_both_and_of_the_days_between() -> None:
    user, walk = a_person(), an_exercise("walk")
    for n in range(5):
        did(user, walk, DAY + timedelta(days=n))
    found = Completion.objects.for_user(user).between(DAY + timedelta(days=1), DAY + timedelta(days=3))
    assert sorted(one.day.day for one in found) == [19, 20, 21]
    assert Completion.objects.for_user(user).first_day() == DAY


def test_the_days_of_an_exercise_are_marked_from_the_first_on_as_often_as_it_was_done() -> None:
    user, walk, stand = a_person(), an_exercise("walk"), an_exercise("stand")
    did(user, walk, DAY, times=2)
    did(user, walk, NEXT_DAY)
    did(user, stand, NEXT_DAY)
    did(user, stand, NEXT_DAY + timedelta(days=9))
    rows = Completion.objects.for_user(user).marks_by_exercise(DAY - timedelta(days=1), NEXT_DAY)
    assert {exercise: sorted(marks) for exercise, marks in rows} == {walk.pk: ["\2", "\2", "\3"], stand.pk: ["\3"]}


# Skips


def test_a_skip_replaces_the_one_of_that_day_and_leaves_those_beside_it() -> None:
    user, somebody_else = a_person(), a_person()
    walk, stand = an_exercise("walk"), an_exercise("stand")
    for person in (user, somebody_else):
        for exercise in (walk, stand):
            for day in (DAY, NEXT_DAY):
                skip(person, day, exercise)
    before = skips(user)
    skip(user, DAY, walk, "no-time")
    rest = before - {(DAY, "walk", "sore")}
    assert skips(user) == rest | {(DAY, "walk", "no-time")}
    Skip.objects.set_unskipped(user, DAY, walk)
    assert skips(user) == rest
    assert skips(somebody_else) == before
    assert set(Skip.objects.for_user(user).between(NEXT_DAY, NEXT_DAY).values_list("day", flat=True)) == {NEXT_DAY}


# Check-ins


def test_a_check_in_taken_back_leaves_those_beside_it() -> None:
    user, somebody_else = a_person(), a_person()
    for person in (user, somebody_else):
        for day in (DAY, NEXT_DAY):
            for key in (1, 2):
                check_in(person, day, key)
    before = check_ins(user)
    assert CheckIn.objects.take_back(user, DAY, UUID(int=1)) is True
    assert CheckIn.objects.take_back(user, DAY, UUID(int=1)) is False
    assert check_ins(user) == [one for one in before if one != (DAY, 1)]
    assert check_ins(somebody_else) == before


def test_the_latest_check_in_comes_first_by_day_then_by_when_it_was_said() -> None:
    user = a_person()
    check_in(user, DAY, 1, NOW + timedelta(hours=2))
    check_in(user, DAY, 2, NOW)
    check_in(user, DAY, 3, NOW)
    check_in(user, NEXT_DAY, 4, NOW)
    assert check_ins(user) == [(NEXT_DAY, 4), (DAY, 1), (DAY, 3), (DAY, 2)]
    own = CheckIn.objects.for_user(user)
    assert own.before(NEXT_DAY).count() == 3
    assert [entry.day for entry in own.between(NEXT_DAY, NEXT_DAY).entries()] == [NEXT_DAY]


# Plan items


def test_plan_items_are_found_by_exercise_and_by_their_days() -> None:
    user = a_person()
    walk, stand = an_exercise("walk"), an_exercise("stand")
    on_plan(user, walk, DAY, NEXT_DAY)
    on_plan(user, walk, NEXT_DAY)
    on_plan(user, stand, NEXT_DAY)
    own = PlanItem.objects.for_user(user)
    assert own.first_day() == DAY
    assert [(one.exercise.slug, one.starts_on) for one in own.of("walk").still_open()] == [("walk", NEXT_DAY)]
    assert own.of("walk").count() == 2
    assert [one.exercise.slug for one in own.started_by(DAY)] == ["walk"]
    assert [one.starts_on for one in own.in_force_on(DAY)] == [DAY]
    assert {one.starts_on for one in own.in_force_on(NEXT_DAY)} == {NEXT_DAY}
    assert PlanItem.objects.for_user(a_person()).first_day() is None


def test_an_item_whose_exercise_has_gone_with_its_owner_meanwhile_is_passed_over() -> None:
    user, walk = a_person(), an_exercise("walk")
    row = on_plan(user, walk, DAY)
    gone = PlanItem(user=user, exercise_id=walk.pk + 1, starts_on=DAY)
    assert in_order([gone, row]) == [row]


# Pauses


def test_pauses_come_in_the_order_of_their_days_and_are_found_by_them() -> None:
    user = a_person()
    later, long_ago = DAY + timedelta(days=9), date(2026, 1, 1)
    for starts_on, ends_on in ((later, None), (long_ago, DAY), (DAY, NEXT_DAY)):
        Pause.objects.create(user=user, starts_on=starts_on, ends_on=ends_on, reason="other")
    own = Pause.objects.for_user(user)
    assert [one.starts_on for one in own] == [long_ago, DAY, later]
    assert [one.starts_on for one in own.started_by(DAY)] == [long_ago, DAY]
    assert [one.starts_on for one in own.beginning(DAY)] == [DAY]
    assert [one.starts_on for one in own.not_over_on(DAY)] == [DAY, later]


def test_what_a_person_noted_comes_in_one_query_each_with_what_it_has() -> None:
    user, walk, stand = a_person(), an_exercise("walk"), an_exercise("stand")
    Pause.objects.create(user=user, starts_on=DAY, ends_on=NEXT_DAY, reason="flare-up", keeps=[walk.pk])
    for exercise in (walk, stand):
        skip(user, DAY, exercise)
    Completion.objects.set_done(user, DAY, walk, 2, NOW)
    pauses, skips = Pause.objects.for_user(user), Skip.objects.for_user(user)
    breaks = {
        (None, DAY, None, NEXT_DAY, "flare-up", f"[{walk.pk}]"),
        (walk.pk, DAY, None, None, "sore", None),
        (stand.pk, DAY, None, None, "sore", None),
    }
    done = walk.pk, DAY, 2, None, None, None
    assert set(pauses.and_skips(skips)) == breaks
    assert set(Completion.objects.for_user(user).and_breaks(pauses, skips)) == {*breaks, done}


# Exercises


def test_who_finds_which_exercises() -> None:
    user, somebody_else = a_person(), a_person()
    an_exercise("walk")
    an_exercise("gone", retired=True)
    for person, name in ((user, "mine"), (somebody_else, "theirs")):
        an_exercise(name, owner=person)
        an_exercise(f"{name}-put-away", owner=person, retired=True)

    def slugs(rows: QuerySet[Exercise]) -> set[str]:
        return {row.slug for row in rows}

    everything = Exercise.objects
    assert slugs(everything.offered()) == {"walk"}
    assert slugs(everything.catalogue()) == {"walk", "gone"}
    assert slugs(everything.own(user)) == {"mine", "mine-put-away"}
    assert slugs(everything.seen_by(user)) == {"walk", "gone", "mine", "mine-put-away"}
    assert slugs(everything.seen_by(AnonymousUser())) == {"walk", "gone"}
    assert slugs(everything.may_be_taken_up_by(user)) == {"walk", "mine", "mine-put-away"}


def test_exercises_are_found_by_what_they_are() -> None:
    lying = an_exercise("leg-raise", position="lying", needs=["a mat"], gentle=True)
    either = an_exercise("toe-walk", TWO_OR_THREE_A_WEEK, position="standing", other_position="sitting")

    def found(rows: QuerySet[Exercise]) -> list[Exercise]:
        return list(rows.order_by("number"))

    everything = Exercise.objects
    assert found(everything.besides([lying.pk])) == [either]
    assert found(everything.gentle()) == [lying]
    assert found(everything.with_slug("toe-walk")) == [either]
    assert [found(everything.done_while(where)) for where in ("lying", "standing", "sitting")] == [
        [lying],
        [either],
        [either],
    ]
    assert found(everything.needing("a-mat")) == [lying]
    assert found(everything.needing_nothing()) == [either]
    assert found(everything.per("week")) == [either]
    assert found(everything.mentioning("raise leg")) == [lying]
    assert found(everything.mentioning("raise toe")) == []
    assert found(everything.mentioning("GOING")) == [lying, either]
    assert found(everything.mentioning("begin")) == [lying, either]
