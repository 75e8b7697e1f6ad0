"""From a gentle start to the full routine: offered after two kept weeks, one at a time, never forced."""

from datetime import date, timedelta

import pytest
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from tests.builders import a_person, an_exercise, browser_of, did, on_plan, text_of
from tracking import planning
from tracking.adherence import Tally, ready_to_grow
from tracking.models import Pause, PlanItem
from tracking.schedule import Week

START = date(2026, 11, 2)  # a Monday
THIRD_MONDAY = "2026-11-16 10:00:00Z"

WEEKS = [Week(date(2026, 11, day)) for day in (2, 9, 16)]
KEPT, MISSED, EMPTY = Tally(7, 7), Tally(1, 7), Tally()


@pytest.mark.parametrize(
    ("tallies", "since", "ready"),
    [
        ([KEPT, KEPT], START, True),
        ([KEPT, Tally(4, 5)], START, True),
        ([KEPT, KEPT], date(2026, 11, 8), True),
        ([KEPT, KEPT], date(2026, 11, 9), False),  # the first of the weeks was before
        ([KEPT, MISSED], START, False),
        ([MISSED, KEPT], START, False),
        ([KEPT, EMPTY], START, False),
        ([KEPT], START, False),
        ([], START, False),
        ([KEPT, KEPT, KEPT], START, True),
        ([MISSED, KEPT, KEPT], START, True),  # the two latest matter
        ([KEPT, KEPT, MISSED], START, False),
    ],
)
def test_it_is_time_after_two_kept_weeks(tallies: list[Tally], since: date, ready: bool) -> None:
    assert ready_to_grow(list(zip(WEEKS, tallies, strict=False)), since) is ready


def gentle(kept_days: int = 14) -> User:
    """Somebody who began gently two weeks ago, and kept to it for so many days."""
    user = a_person(grows_from=START)
    walk = an_exercise("walk", gentle=True)
    on_plan(user, walk, START)
    for n in range(kept_days):
        did(user, walk, START + timedelta(days=n))
    an_exercise("stand")
    an_exercise("reach")
    return user


def on_the_plan(user: User) -> list[str]:
    return [row.exercise.slug for row in PlanItem.objects.for_user(user).in_order()]


OFFER = "Next in the routine is “Stand”."


@pytest.mark.django_db
def test_a_full_start_leaves_nothing_to_be_offered_and_all_else_of_the_person_alone() -> None:
    user = a_person()
    planning.start_gently(user, [], START)
    User.objects.filter(pk=user.pk).update(rest_seconds=33)  # in another tab
    planning.start_fully(user, [], START)
    user.refresh_from_db()
    assert (user.grows_from, user.rest_seconds) == (None, 33)


@pytest.mark.django_db
def test_after_two_kept_weeks_the_next_of_the_routine_is_offered_and_added(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(THIRD_MONDAY, tick=False)
    user = gentle()
    client = browser_of(user)
    for address in ("/today/", "/plan/"):
        assert OFFER in text_of(client.get(address))
    answer = client.post("/plan/grow/", {"answer": "add", "exercise": "stand"}, follow=True)
    assert "Stand is on your plan from today on." in text_of(answer)
    assert on_the_plan(user) == ["walk", "stand"]
    user.refresh_from_db()
    assert user.grows_from == date(2026, 11, 16)
    assert "Next in the routine" not in text_of(client.get("/today/"))


@pytest.mark.django_db
def test_nothing_is_offered_before_nor_to_who_started_in_full(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-15 10:00:00Z", tick=False)
    user = gentle()
    assert "Next in the routine" not in text_of(browser_of(user).get("/today/"))
    time_machine.move_to(THIRD_MONDAY, tick=False)
    assert "Next in the routine" in text_of(browser_of(user).get("/today/"))
    assert "Next in the routine" not in text_of(browser_of(user).get("/day/2026-11-15/"))
    User.objects.update(grows_from=None)
    assert "Next in the routine" not in text_of(browser_of(user).get("/today/"))


@pytest.mark.django_db
def test_nothing_is_offered_after_a_missed_week_or_in_a_pause(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(THIRD_MONDAY, tick=False)
    assert "Next in the routine" not in text_of(browser_of(gentle(kept_days=7)).get("/today/"))
    user = a_person(grows_from=START)
    walk = Exercise.objects.get(slug="walk")
    on_plan(user, walk, START)
    for n in range(14):
        did(user, walk, START + timedelta(days=n))
    Pause.objects.create(user=user, starts_on=date(2026, 11, 16), reason="illness")
    assert "Next in the routine" not in text_of(browser_of(user).get("/today/"))


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "since"), [("later", date(2026, 11, 16)), ("never", None)])
def test_who_says_no_is_left_alone(answer: str, since: date | None, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(THIRD_MONDAY, tick=False)
    user = gentle()
    client = browser_of(user)
    assert client.post("/plan/grow/", {"answer": answer, "exercise": "stand"}).status_code == 302
    user.refresh_from_db()
    assert user.grows_from == since
    assert on_the_plan(user) == ["walk"]
    assert "Next in the routine" not in text_of(client.get("/today/"))


@pytest.mark.django_db
def test_what_was_taken_off_is_not_offered_again(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(THIRD_MONDAY, tick=False)
    user = gentle()
    on_plan(user, Exercise.objects.get(slug="stand"), date(2026, 10, 1), date(2026, 10, 5))
    assert "Next in the routine is “Reach”." in text_of(browser_of(user).get("/today/"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 400),
        ({"answer": "perhaps"}, 400),
        ({"answer": "add"}, 404),
        ({"answer": "add", "exercise": "theirs"}, 404),
        ({"answer": "add", "exercise": "old"}, 404),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(sent: dict[str, str], status: int) -> None:
    an_exercise("theirs", owner=a_person())
    an_exercise("old", retired=True)
    assert browser_of(a_person()).post("/plan/grow/", sent).status_code == status
