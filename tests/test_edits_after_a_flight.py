"""Somebody edits their plan in the far east and lands where it is an earlier day: what they say there holds at once.

From Kiritimati to Pago Pago it can be two dates earlier on arrival.
"""

from datetime import date

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from tests.builders import a_person, an_exercise, browser_of, on_plan
from tests.figures import day_on, history_on, week_on
from tracking.models import PlanItem

pytestmark = pytest.mark.django_db

# Half past midnight on Friday, and half past eleven in the evening of Wednesday.
FRIDAY, WEDNESDAY = date(2026, 11, 20), date(2026, 11, 18)
EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"

TWICE = {"per": "day", "at_least": "2", "at_most": "2"}
ONE_MINUTE = {
    "repetitions_at_least": "1",
    "repetitions_at_most": "1",
    "seconds_at_least": "60",
    "seconds_at_most": "60",
}


@pytest.fixture
def user(time_machine: TimeMachineFixture) -> User:
    time_machine.move_to("2026-11-19 10:30:00Z", tick=False)
    return a_person(time_zone=EAST)


@pytest.fixture
def client(user: User) -> Client:
    return browser_of(user)


@pytest.fixture
def walk() -> Exercise:
    return an_exercise("walk")


def fly_west(user: User) -> None:
    user.time_zone = WEST
    user.save()


def spans(user: User) -> list[tuple[date, date | None, int]]:
    return list(PlanItem.objects.for_user(user).order_by("starts_on").values_list("starts_on", "ends_on", "at_least"))


def test_an_exercise_that_is_to_begin_later_can_be_added_today(user: User, client: Client, walk: Exercise) -> None:
    client.post("/plan/exercise/walk/add/")
    fly_west(user)
    assert day_on(client.get("/today/")) == {}
    client.post("/plan/exercise/walk/add/")
    assert day_on(client.get("/today/")) == {"walk": ("due", 0)}
    assert spans(user) == [(WEDNESDAY, None, 1)]


def test_an_exercise_that_is_to_end_later_can_be_added_again(user: User, client: Client, walk: Exercise) -> None:
    on_plan(user, walk, date(2026, 11, 1))
    client.post("/plan/exercise/walk/remove/")
    fly_west(user)
    client.post("/plan/exercise/walk/add/")
    assert spans(user) == [(date(2026, 11, 1), None, 1)]


def test_a_plan_that_is_to_begin_and_to_change_later_can_be_started(
    user: User, client: Client, walk: Exercise, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to("2026-11-18 10:30:00Z", tick=False)
    client.post("/plan/exercise/walk/add/")
    time_machine.move_to("2026-11-19 10:30:00Z", tick=False)
    client.post("/plan/exercise/walk/", {**TWICE, **ONE_MINUTE})
    assert spans(user) == [(date(2026, 11, 19), FRIDAY, 1), (FRIDAY, None, 2)]
    fly_west(user)
    assert client.post("/plan/start/", {"way": "full"}).status_code == 302
    assert spans(user) == [(WEDNESDAY, None, 2)]


def test_the_history_counts_what_of_this_week_is_to_begin_later(user: User, client: Client, walk: Exercise) -> None:
    client.post("/plan/exercise/walk/add/")
    fly_west(user)
    assert week_on(client.get("/week/2026-11-16/"))[""] == (0, 3)
    assert history_on(client.get("/history/")) == [("2026-11-16", 0, 3, 0, 0)]
