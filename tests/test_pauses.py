"""Pauses and flare-ups: they ask for nothing, and show for what they are."""

from datetime import date
from typing import Any

import pytest
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from tests.builders import (
    TWO_OR_THREE_A_DAY,
    TWO_OR_THREE_A_WEEK,
    a_person,
    an_exercise,
    browser_of,
    did,
    elements,
    on_plan,
    text_of,
)
from tracking.models import Pause

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (16, 17, 18, 19))


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)


@pytest.fixture
def user() -> User:
    return a_person()


def a_pause(
    user: User, starts_on: date, ends_on: date | None = None, reason: str = "illness", *kept: Exercise
) -> Pause:
    keeps = [exercise.pk for exercise in kept]
    return Pause.objects.create(user=user, starts_on=starts_on, ends_on=ends_on, reason=reason, keeps=keeps)


def pauses(user: User) -> list[tuple[date, date | None, str]]:
    return list(Pause.objects.for_user(user).values_list("starts_on", "ends_on", "reason"))


def statuses(response: Any) -> dict[str, str]:
    return {one["data-exercise"]: one["data-status"] for one in elements(response, "data-status")}


# Taking one


def test_a_pause_begins_today_and_goes_on_until_it_is_ended(user: User) -> None:
    on_plan(user, an_exercise("walk"), MONDAY)
    client = browser_of(user)
    answer = client.post("/plan/pause/", {"reason": "illness", "first": "2026-11-18", "last": ""}, follow=True)
    assert answer.redirect_chain == [("/plan/", 302)]
    assert "Your pause is saved." in text_of(answer)
    assert pauses(user) == [(WEDNESDAY, None, "illness")]

    page = client.get("/today/")
    assert statuses(page) == {"walk": "paused"}
    assert "Paused: illness, since 18 November 2026 Nothing is asked of you." in text_of(page)

    answer = client.post("/plan/pause/2026-11-18/end/", follow=True)
    assert "Welcome back. Your plan goes on today." in text_of(answer)
    assert statuses(answer) == {"walk": "due"}


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ({"first": "2026-11-17"}, "A pause begins today or later."),
        ({"first": "2029-01-01"}, "That is more than two years ahead."),
        ({"last": "2026-11-17"}, "The last day cannot come before the first."),
        ({"last": "2036-11-17"}, "That is more than two years."),
        ({"first": "2026-13-01"}, "Enter a valid date."),
        ({"first": ""}, "This field is required."),
        ({"reason": "lazy"}, "Select a valid choice."),
        ({"reason": ""}, "This field is required."),
        ({"first": "2026-11-20", "last": "2026-11-30"}, "You have a pause on some of these days already: 25 November"),
        ({"keeps": ["a", "b", "c", "d"]}, "Three at the most."),
        ({"keeps": ["theirs"]}, "Select a valid choice."),
    ],
)
def test_a_pause_that_makes_no_sense_is_refused_and_nothing_is_lost(
    user: User, sent: dict[str, Any], complaint: str
) -> None:
    keys = {}
    for slug in ("a", "b", "c", "d"):
        exercise = an_exercise(slug)
        on_plan(user, exercise, MONDAY)
        keys[slug] = str(exercise.pk)
    keys["theirs"] = str(an_exercise("theirs", owner=a_person()).pk)
    a_pause(user, date(2026, 11, 25), date(2026, 11, 27), "travel")
    form = {"reason": "flare-up", "first": "2026-11-20", "last": "2026-11-21", **sent}
    form["keeps"] = [keys[slug] for slug in form.get("keeps", [])]
    answer = browser_of(user).post("/plan/pause/", form)
    assert answer.status_code == 400
    assert complaint in text_of(answer)
    assert f'value="{form["first"]}"' in answer.content.decode() or not form["first"]
    assert pauses(user) == [(date(2026, 11, 25), date(2026, 11, 27), "travel")]


def test_a_pause_ahead_is_shown_can_be_changed_and_taken_back(user: User) -> None:
    on_plan(user, an_exercise("walk"), MONDAY)
    a_pause(user, date(2026, 11, 20), date(2026, 11, 23), "travel")
    client = browser_of(user)
    assert "Pause ahead: travel 20 November – 22 November 2026" in text_of(client.get("/plan/"))
    page = client.get("/plan/pause/2026-11-20/").content.decode()
    assert 'value="2026-11-20"' in page
    assert 'value="2026-11-22"' in page

    client.post("/plan/pause/2026-11-20/", {"reason": "travel", "first": "2026-11-21", "last": "2026-11-25"})
    assert pauses(user) == [(date(2026, 11, 21), date(2026, 11, 26), "travel")]
    assert statuses(client.get("/day/2026-11-22/")) == {"walk": "paused"}
    assert "The pause is taken back." in text_of(client.post("/plan/pause/2026-11-21/end/", follow=True))
    assert pauses(user) == []


def test_a_pause_that_is_over_stays_as_it_was(user: User) -> None:
    a_pause(user, MONDAY, WEDNESDAY)
    client = browser_of(user)
    assert client.get("/plan/pause/2026-11-16/").status_code == 404
    # Ended already: the second tap of a double tap.
    assert "Welcome back" not in text_of(client.post("/plan/pause/2026-11-16/end/", follow=True))
    assert pauses(user) == [(MONDAY, WEDNESDAY, "illness")]


def test_a_form_without_anything_in_it_is_a_400(user: User) -> None:
    for address in ("/plan/pause/", "/plan/since/", "/plan/own/"):
        assert browser_of(user).post(address).status_code == 400


def test_another_persons_pause_is_a_404(user: User) -> None:
    other = a_person()
    a_pause(other, MONDAY)
    client = browser_of(user)
    assert client.get("/plan/pause/2026-11-16/").status_code == 404
    form = {"reason": "travel", "first": "2026-11-18", "last": ""}
    assert client.post("/plan/pause/2026-11-16/", form).status_code == 404
    assert client.post("/plan/pause/2026-11-16/end/").status_code == 404
    assert pauses(other) == [(MONDAY, None, "illness")]


# What it does


def test_a_paused_exercise_may_be_ticked_all_the_same(user: User) -> None:
    walk = an_exercise("walk")
    on_plan(user, walk, MONDAY)
    a_pause(user, WEDNESDAY)
    client = browser_of(user)
    client.post("/day/2026-11-18/walk/1/", {"done": "yes"})
    assert statuses(client.get("/today/")) == {"walk": "complete"}
    [row] = elements(client.get("/week/2026-11-16/"), "data-exercise")
    assert (row["data-credited"], row["data-prescribed"]) == ("0", "2")


def test_a_pause_asks_for_nothing_and_shows_in_the_week_and_in_the_history(user: User) -> None:
    walk = an_exercise("walk")
    on_plan(user, walk, date(2026, 11, 2))
    for day in (2, 3, 4, 5, 6, 7):
        did(user, walk, date(2026, 11, day))
    a_pause(user, date(2026, 11, 9), date(2026, 11, 18), "travel")
    client = browser_of(user)

    page = client.get("/week/2026-11-09/")
    assert "Nothing was asked of you in this week. Paused: travel, 9 November – 17 November 2026" in text_of(page)
    assert page.content.decode().count('class="mark-paused"') == 8  # seven days, and the legend

    page = client.get("/history/")
    weeks = {one["data-week"]: one for one in elements(page, "data-week")}
    assert [weeks[f"2026-11-{day}"]["data-paused"] for day in ("02", "09", "16")] == ["0", "7", "2"]
    assert weeks["2026-11-09"]["data-prescribed"] == "0"
    assert "nothing asked · strength 26 paused on 7 days" in text_of(page)
    # The kept week before the pause still stands.
    assert "Kept weeks in a row 1" in text_of(page)


def test_the_session_asks_for_nothing_in_a_pause(user: User) -> None:
    on_plan(user, an_exercise("walk"), MONDAY)
    a_pause(user, WEDNESDAY, None, "other")
    page = browser_of(user).get("/session/")
    assert page.context["guide"].tasks == []
    assert "Paused: something else, since 18 November 2026" in text_of(page)


# A flare-up


def test_a_flare_up_keeps_the_chosen_exercises_at_their_minimum(user: User) -> None:
    walk, stand = an_exercise("walk", TWO_OR_THREE_A_DAY), an_exercise("stand")
    on_plan(user, walk, MONDAY)
    on_plan(user, stand, MONDAY)
    client = browser_of(user)
    form = {"reason": "flare-up", "first": "2026-11-18", "last": "", "keeps": [str(walk.pk)]}
    assert client.post("/plan/pause/", form).status_code == 302

    page = client.get("/today/")
    assert statuses(page) == {"walk": "due", "stand": "paused"}
    assert "Only what you chose to keep is asked for, at its minimum." in text_of(page)
    assert "twice a day" in text_of(page)
    for nth in (1, 2):
        client.post(f"/day/2026-11-18/walk/{nth}/", {"done": "yes"})
    assert statuses(client.get("/today/")) == {"walk": "complete", "stand": "paused"}

    rows = {one["data-exercise"]: one for one in elements(client.get("/week/2026-11-16/"), "data-exercise")}
    assert (rows["walk"]["data-credited"], rows["walk"]["data-prescribed"]) == ("2", "14")
    assert (rows["stand"]["data-credited"], rows["stand"]["data-prescribed"]) == ("0", "2")


def test_only_a_flare_up_keeps_anything(user: User) -> None:
    walk = an_exercise("walk")
    on_plan(user, walk, MONDAY)
    client = browser_of(user)
    client.post("/plan/pause/", {"reason": "travel", "first": "2026-11-18", "last": "", "keeps": [str(walk.pk)]})
    assert Pause.objects.get().keeps == []
    assert "only a flare-up keeps exercises" in text_of(client.get("/plan/"))
    assert statuses(client.get("/today/")) == {"walk": "paused"}


def test_a_flare_up_that_keeps_something_asks_for_it_also_while_it_rests(user: User) -> None:
    grip = an_exercise("grip", TWO_OR_THREE_A_WEEK)
    on_plan(user, grip, MONDAY)
    did(user, grip, TUESDAY)
    a_pause(user, WEDNESDAY, None, "flare-up", grip)
    page = browser_of(user).get("/today/")
    assert statuses(page) == {"grip": "resting"}
    assert "Only what you chose to keep is asked for" in text_of(page)


def test_in_a_flare_up_the_low_end_of_the_dose_is_enough(user: User) -> None:
    roll = an_exercise("roll", seconds_at_least=60, seconds_at_most=180, action="move")
    on_plan(user, roll, MONDAY)
    a_pause(user, WEDNESDAY, None, "flare-up", roll)
    client = browser_of(user)
    assert "Roll 1 minute every day" in text_of(client.get("/today/"))
    assert "Roll 1–3 minutes every day" in text_of(client.get("/day/2026-11-17/"))


def test_a_pause_is_proposed_from_tomorrow_on_where_something_is_done_today(user: User) -> None:
    walk = an_exercise("walk")
    on_plan(user, walk, MONDAY)
    client = browser_of(user)
    assert f'value="{WEDNESDAY}"' in client.get("/plan/pause/").content.decode()
    did(user, walk, WEDNESDAY)
    assert f'value="{THURSDAY}"' in client.get("/plan/pause/").content.decode()


def test_changing_what_a_running_flare_up_keeps_holds_from_today_on(user: User) -> None:
    walk, stand = an_exercise("walk"), an_exercise("stand")
    on_plan(user, walk, MONDAY)
    on_plan(user, stand, MONDAY)
    a_pause(user, MONDAY, None, "flare-up", walk)
    client = browser_of(user)
    assert f'value="{WEDNESDAY}"' in client.get("/plan/pause/2026-11-16/").content.decode()
    client.post(
        "/plan/pause/2026-11-16/",
        {"reason": "flare-up", "first": "2026-11-18", "last": "", "keeps": [str(stand.pk)]},
    )
    assert statuses(client.get("/day/2026-11-17/")) == {"walk": "due", "stand": "paused"}
    assert statuses(client.get("/day/2026-11-18/")) == {"stand": "due", "walk": "paused"}


def test_a_pause_planned_for_later_changes_nothing_about_today(user: User) -> None:
    on_plan(user, an_exercise("walk"), MONDAY)
    a_pause(user, THURSDAY)
    client = browser_of(user)
    assert statuses(client.get("/today/")) == {"walk": "due"}
    assert statuses(client.get("/day/2026-11-19/")) == {"walk": "paused"}
