"""What a reminder names: what is due at that moment of the doses with its name."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from exercises.prescription import Frequency, Per
from reminders.due import due, notice, set_done
from tests.builders import (
    DAILY,
    TWO_OR_THREE_A_DAY,
    TWO_OR_THREE_A_WEEK,
    a_person,
    an_exercise,
    completions,
    did,
    on_plan,
    the_catalogue_is_known,
)
from tracking.models import Completion, Pause, Skip

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 19, tzinfo=UTC)
TWICE_A_DAY = Frequency(Per.DAY, 2, 2)


def named(user: User, name: str, day: date = MONDAY) -> list[tuple[str, list[int]]]:
    return [(one.exercise.slug, list(one.nths)) for one in due(user, day, name)]


def somebody() -> User:
    """With a towel twice a day, a cat once a day after waking, and a walk two or three times a week."""
    user = a_person()
    on_plan(user, an_exercise("towel", TWICE_A_DAY), date(2026, 11, 1))
    on_plan(user, an_exercise("cat", DAILY), date(2026, 11, 1), slot_names=["after waking"])
    on_plan(user, an_exercise("walk", TWO_OR_THREE_A_WEEK), date(2026, 11, 1))
    return user


def exercise_of(user: User, slug: str) -> Any:
    return next(row.exercise for row in user.planitem_set.all() if row.exercise.slug == slug)


def test_the_doses_of_its_name_are_named() -> None:
    user = somebody()
    assert named(user, "Morning") == [("towel", [1])]
    assert named(user, "Evening") == [("towel", [2])]
    assert named(user, "after waking") == [("cat", [1])]
    assert named(user, "before lunch") == []


def test_without_a_name_it_is_about_all_that_is_due() -> None:
    user = somebody()
    sunday = MONDAY + timedelta(days=6)
    did(user, exercise_of(user, "walk"), MONDAY)
    assert named(user, "", sunday) == [("towel", [1, 2]), ("cat", [1]), ("walk", [1])]


def test_a_ticked_dose_is_not_named_and_the_others_are() -> None:
    user = somebody()
    Completion.objects.set_done(user, MONDAY, exercise_of(user, "towel"), 2, AT)
    assert named(user, "Evening") == []
    assert named(user, "Morning") == [("towel", [1])]


def test_what_is_enough_is_not_named() -> None:
    user = a_person()
    towel = an_exercise("towel", TWO_OR_THREE_A_DAY)
    on_plan(user, towel, date(2026, 11, 1))
    did(user, towel, MONDAY)
    assert named(user, "Evening") == [("towel", [3])]
    did(user, towel, MONDAY, times=2)
    assert named(user, "Evening") == []


def test_nothing_is_named_on_a_rest_day() -> None:
    user = a_person()
    walk = an_exercise("walk", TWO_OR_THREE_A_WEEK)
    on_plan(user, walk, date(2026, 11, 1), slot_names=["evening"])
    did(user, walk, MONDAY)
    assert named(user, "evening", MONDAY + timedelta(days=1)) == []


def test_nothing_is_named_in_a_pause() -> None:
    user = somebody()
    Pause.objects.create(user=user, starts_on=MONDAY, reason="illness")
    assert [named(user, name) for name in ("", "Morning", "after waking")] == [[], [], []]


def test_a_flare_up_names_what_goes_on() -> None:
    user = somebody()
    Pause.objects.create(user=user, starts_on=MONDAY, reason="flare-up", keeps=[exercise_of(user, "cat").pk])
    assert named(user, "") == [("cat", [1])]


def test_what_is_skipped_is_not_named() -> None:
    user = somebody()
    Skip.objects.set_skipped(user, MONDAY, exercise_of(user, "towel"), "sore", AT)
    assert named(user, "Evening") == []


def test_done_ticks_what_was_named_and_ticking_again_changes_nothing() -> None:
    user = somebody()
    for _ in range(2):
        set_done(user, MONDAY, "Evening", AT)
    assert completions(user) == [(MONDAY, "towel", 2)]


def test_a_notice_says_nothing_about_health_unless_it_is_asked_to() -> None:
    user = somebody()
    said = notice(user, MONDAY, "after waking", 0, due(user, MONDAY, "after waking"))
    assert (said.title, said.body, said.address) == ("A reminder", "One thing is left on your list.", "/today/")
    assert "waking" not in said.tag


def test_a_notice_that_may_names_the_exercises() -> None:
    user = somebody()
    user.reminds_by_name = True
    assert notice(user, MONDAY, "Evening", 0, due(user, MONDAY, "Evening")).title == "Evening"
    assert notice(user, MONDAY, "", 0, due(user, MONDAY, "")).body == "Towel, Cat, Walk"


def test_a_notice_names_three_and_counts_the_rest() -> None:
    user = somebody()
    user.reminds_by_name = True
    on_plan(user, an_exercise("leg-raise"), date(2026, 11, 1))
    on_plan(user, an_exercise("band-pull"), date(2026, 11, 1))
    found = due(user, MONDAY, "")
    assert notice(user, MONDAY, "", 0, found).body == "Towel, Cat, Walk and 2 more"
    user.reminds_by_name = False
    assert notice(user, MONDAY, "", 0, found).body == "5 things are left on your list."


def test_put_off_or_not_a_notice_of_one_name_and_day_takes_the_place_of_the_one_before() -> None:
    user = somebody()
    tags = {notice(user, MONDAY, "Evening", nth, ()).tag for nth in range(3)}
    others = {notice(user, day, name, 0, ()).tag for day, name in ((MONDAY, ""), (date(2026, 11, 24), "Evening"))}
    assert (len(tags), len(tags | others)) == (1, 3)


@pytest.mark.parametrize("exercises", [1, 3])
def test_it_asks_the_database_as_often_as_the_page_of_the_day(exercises: int, django_assert_num_queries: Any) -> None:
    user = a_person()
    for _ in range(exercises):
        on_plan(user, an_exercise(frequency=TWICE_A_DAY), date(2026, 11, 1))
    the_catalogue_is_known()
    with django_assert_num_queries(2):
        due(user, MONDAY, "Evening")
