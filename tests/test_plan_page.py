"""My plan: choosing, changing, ordering, removing, and what was in force when."""

from datetime import date
from typing import Any

import pytest
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from exercises.prescription import Frequency, Per
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
from tracking.models import PlanItem

pytestmark = pytest.mark.django_db

MONDAY, WEDNESDAY = date(2026, 11, 16), date(2026, 11, 18)

TWICE = {
    "per": "day",
    "at_least": "2",
    "at_most": "2",
    "repetitions_at_least": "1",
    "repetitions_at_most": "1",
    "seconds_at_least": "30",
    "seconds_at_most": "30",
    "slot_names": "",
}


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)


@pytest.fixture
def user() -> User:
    return a_person()


def slugs(response: Any) -> list[str]:
    return [one["data-exercise"] for one in elements(response, "data-exercise")]


def open_items(user: User) -> list[str]:
    return [row.exercise.slug for row in PlanItem.objects.for_user(user).in_force_on(WEDNESDAY).in_order()]


# Starting


def test_who_has_no_plan_is_shown_two_ways_to_start_with_the_reason_and_its_source(user: User) -> None:
    said = text_of(browser_of(user).get("/today/"))
    assert "Start gently" in said
    assert "Start the full routine" in said
    assert "recommends two to at most four (Bachmann 2018)" in said


@pytest.mark.parametrize(
    ("sent", "started", "grows_from"),
    [
        ({"way": "gentle"}, ["sit"], WEDNESDAY),
        ({"way": "full"}, ["sit", "walk"], None),
        ({}, ["sit", "walk"], None),  # a page from before there were two ways
    ],
)
def test_a_plan_is_started_gently_or_in_full_and_a_double_tap_starts_it_once(
    user: User, sent: dict[str, str], started: list[str], grows_from: date | None
) -> None:
    an_exercise("sit", gentle=True)
    an_exercise("walk")
    an_exercise("old", retired=True, gentle=True)
    an_exercise("theirs", owner=a_person(), gentle=True)
    client = browser_of(user)
    for _tap in (1, 2):
        assert client.post("/plan/start/", sent, follow=True).redirect_chain == [("/today/", 302)]
    assert open_items(user) == started
    user.refresh_from_db()
    assert user.grows_from == grows_from


def test_a_way_that_does_not_exist_is_a_kind_400(user: User) -> None:
    answer = browser_of(user).post("/plan/start/", {"way": "wild"})
    assert answer.status_code == 400
    assert "Choose a way to start" in text_of(answer)


# The page


def test_the_plan_lists_its_exercises_with_their_prescriptions_and_names(user: User) -> None:
    on_plan(user, an_exercise("walk", TWO_OR_THREE_A_DAY), MONDAY, slot_names=["after waking", "", "evening"])
    on_plan(user, an_exercise("grip", TWO_OR_THREE_A_WEEK), MONDAY)
    on_plan(user, an_exercise("gone"), date(2026, 1, 1), MONDAY)
    page = browser_of(user).get("/plan/")
    assert slugs(page) == ["walk", "grip"]
    said = text_of(page)
    assert "2 exercises, about 2 min a day" in said
    assert "Hold 30 seconds, 2–3 times a day after waking, evening" in said


def test_an_exercise_is_moved_down_and_up(user: User) -> None:
    for slug in ("a", "b", "c"):
        on_plan(user, an_exercise(slug), MONDAY)
    client = browser_of(user)
    answer = client.post("/plan/order/", {"down": "a"})
    assert (answer.status_code, answer["Location"]) == (302, "/plan/#exercise-a")
    assert slugs(client.get("/plan/")) == ["b", "a", "c"]
    client.post("/plan/order/", {"up": "c"})
    assert slugs(client.get("/today/")) == slugs(client.get("/week/2026-11-16/")) == ["b", "c", "a"]


@pytest.mark.parametrize("sent", [{}, {"up": "a", "down": "a"}, {"up": "../etc"}])
def test_a_move_that_makes_no_sense_is_a_400(user: User, sent: dict[str, str]) -> None:
    on_plan(user, an_exercise("a"), MONDAY)
    assert browser_of(user).post("/plan/order/", sent).status_code == 400


# Changing an exercise


def test_a_change_holds_from_today_on(user: User) -> None:
    walk = an_exercise("walk")
    on_plan(user, walk, MONDAY)
    client = browser_of(user)
    answer = client.post("/plan/exercise/walk/", {**TWICE, "slot_names": "after waking\n  in the   evening "})
    assert (answer.status_code, answer["Location"]) == (302, "/plan/")
    said = text_of(client.get("/today/"))
    assert "twice a day after waking in the evening" in said
    assert "0 of 2 doses done" in said
    assert "0 of 1 dose done" in text_of(client.get("/day/2026-11-17/"))


def test_a_changed_dose_is_what_today_and_the_session_ask_for(user: User) -> None:
    on_plan(user, an_exercise("walk"), MONDAY)
    client = browser_of(user)
    client.post("/plan/exercise/walk/", {**TWICE, "seconds_at_most": "45", "repetitions_at_most": "3"})
    assert "Hold 30–45 seconds, up to 3 times" in text_of(client.get("/today/"))
    script = client.get("/session/").context["guide"].script["doses"]["walk/1"]
    assert [step["seconds"] for step in script["steps"]] == [10, 45, 3, 45, 3, 45]
    assert script["least"] == {"seconds": 30, "repetitions": 1}


def test_the_form_is_filled_in_with_what_is_in_force(user: User) -> None:
    on_plan(user, an_exercise("walk"), MONDAY, frequency=Frequency(Per.WEEK, 2, 4), slot_names=["lunch"])
    page = browser_of(user).get("/plan/exercise/walk/").content.decode()
    assert 'name="at_least" value="2"' in page
    assert 'name="at_most" value="4"' in page
    assert ">\nlunch</textarea>" in page


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"at_least": "3"}, "The upper end cannot be below the lower one, which is 3."),
        ({"at_least": "0"}, "A whole number from 1 to 20."),
        ({"at_least": "-1"}, "A whole number from 1 to 20."),
        ({"at_most": "21"}, "A whole number from 1 to 20."),
        ({"per": "week", "at_most": "8"}, "A week has seven days."),
        ({"per": "month"}, "Select a valid choice"),
        ({"at_most": ""}, "A whole number from 1 to 20."),
        ({"at_most": "two"}, "A whole number from 1 to 20."),
        ({"repetitions_at_least": "0"}, "A whole number from 1 to 100."),
        ({"repetitions_at_most": "10000"}, "A whole number from 1 to 100."),
        ({"repetitions_at_least": "2"}, "The upper end cannot be below the lower one, which is 2."),
        ({"seconds_at_most": "99999999999999999999"}, "A whole number from 1 to 3600."),
        ({"seconds_at_most": "10"}, "The upper end cannot be below the lower one, which is 30."),
        ({"seconds_at_most": "3600", "repetitions_at_most": "2"}, "That is more than an hour in one go."),
        ({"slot_names": "a\nb\nc"}, "There are 2 doses a day, so there can be 2 names."),
        ({"per": "week", "slot_names": "a\nb"}, "There is one dose a day, so there can be one name."),
        ({"slot_names": "x" * 41}, "A name has at most 40 letters."),
        ({"slot_names": "a\x00b"}, "Null characters are not allowed."),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field_and_nothing_is_lost(
    user: User, wrong: dict[str, str], complaint: str
) -> None:
    on_plan(user, an_exercise("walk"), MONDAY)
    answer = browser_of(user).post("/plan/exercise/walk/", {**TWICE, "slot_names": "lunch", **wrong})
    assert answer.status_code == 400
    assert complaint in text_of(answer)
    for value in {**TWICE, "slot_names": "lunch", **wrong}.values():
        assert value.replace("\x00", "") in answer.content.decode().replace("\x00", "")
    assert [(row.starts_on, row.at_least) for row in PlanItem.objects.for_user(user)] == [(MONDAY, 1)]


def test_a_script_in_a_name_is_only_text(user: User) -> None:
    on_plan(user, an_exercise("walk"), MONDAY)
    client = browser_of(user)
    client.post("/plan/exercise/walk/", {**TWICE, "slot_names": "<script>1</script>"})
    for address in ("/today/", "/plan/", "/plan/timeline/", "/session/", "/plan/exercise/walk/"):
        assert "<script>1" not in client.get(address).content.decode()


# Taking up, taking off


def test_what_is_not_on_the_plan_can_be_added_and_what_is_retired_cannot(user: User) -> None:
    on_plan(user, an_exercise("walk"), MONDAY)
    an_exercise("stand")
    on_plan(user, an_exercise("was-there"), date(2026, 1, 1), MONDAY)
    an_exercise("old", retired=True)
    an_exercise("theirs", owner=a_person())
    client = browser_of(user)
    page = client.get("/plan/add/")
    assert slugs(page) == ["was-there", "stand"]
    assert "Bring it back : Was there" in text_of(page)

    assert client.post("/plan/exercise/stand/add/").status_code == 302
    assert client.post("/plan/exercise/was-there/add/").status_code == 302
    assert open_items(user) == ["walk", "stand", "was-there"]
    for slug in ("old", "theirs", "nothing"):
        assert client.post(f"/plan/exercise/{slug}/add/").status_code == 404
        assert client.get(f"/plan/exercise/{slug}/").status_code == 404
        assert client.post(f"/plan/exercise/{slug}/", TWICE).status_code == 404


def test_an_exercise_is_taken_up_with_a_prescription_of_ones_own(user: User) -> None:
    an_exercise("walk")
    client = browser_of(user)
    assert "Not on your plan." in text_of(client.get("/plan/exercise/walk/"))
    answer = client.post("/plan/exercise/walk/", TWICE, follow=True)
    assert "Walk is on your plan from today on." in text_of(answer)
    assert "0 of 2 doses done" in text_of(client.get("/today/"))


def test_what_is_taken_off_is_gone_today_and_stays_in_the_days_before(user: User) -> None:
    walk = an_exercise("walk")
    on_plan(user, walk, MONDAY)
    did(user, walk, MONDAY)
    client = browser_of(user)
    answer = client.post("/plan/exercise/walk/remove/", follow=True)
    assert "Walk is off your plan from today on." in text_of(answer)
    assert slugs(client.get("/today/")) == []
    assert [one["data-status"] for one in elements(client.get("/day/2026-11-16/"), "data-status")] == ["complete"]
    [row] = elements(client.get("/week/2026-11-16/"), "data-exercise")
    assert (row["data-credited"], row["data-prescribed"]) == ("1", "2")


def test_what_is_done_today_and_then_taken_off_still_shows_in_the_week(user: User) -> None:
    walk = an_exercise("walk")
    on_plan(user, walk, WEDNESDAY)
    on_plan(user, an_exercise("stand"), MONDAY)
    did(user, walk, WEDNESDAY)
    client = browser_of(user)
    client.post("/plan/exercise/stand/remove/")
    did(user, Exercise.objects.get(slug="stand"), WEDNESDAY)
    assert "done, no longer in the plan" in text_of(client.get("/week/2026-11-16/"))


def test_what_is_brought_back_is_shown_and_filled_in_as_it_was(user: User) -> None:
    on_plan(user, an_exercise("walk"), date(2026, 1, 1), MONDAY, TWO_OR_THREE_A_DAY, ["lunch"])
    client = browser_of(user)
    assert "Hold 30 seconds, 2–3 times a day (lunch)" in text_of(client.get("/plan/add/"))
    assert 'name="at_most" value="3"' in client.get("/plan/exercise/walk/").content.decode()


def test_the_page_of_an_exercise_tells_ones_own_prescription_first(user: User) -> None:
    on_plan(user, an_exercise("walk"), MONDAY, frequency=TWO_OR_THREE_A_DAY)
    here, elsewhere = "Hold 30 seconds, 2–3 times a day", "Hold 30 seconds, every day"
    assert f"Walk {here} Change it in my plan" in text_of(browser_of(user).get("/exercises/walk/"))
    assert f"Walk {elsewhere}" in text_of(browser_of(a_person()).get("/exercises/walk/"))


def test_a_retired_exercise_stays_on_the_plans_that_have_it(user: User) -> None:
    walk = an_exercise("walk")
    on_plan(user, walk, MONDAY)
    did(user, walk, MONDAY)
    Exercise.objects.update(retired=True)
    client = browser_of(user)
    assert slugs(client.get("/today/")) == slugs(client.get("/plan/")) == ["walk"]
    assert client.post("/plan/exercise/walk/", TWICE).status_code == 302
    client.post("/plan/exercise/walk/remove/")
    assert client.post("/plan/exercise/walk/add/").status_code == 404
    assert slugs(client.get("/week/2026-11-16/")) == ["walk"]


def test_another_persons_plan_is_out_of_reach(user: User) -> None:
    other = a_person()
    walk = an_exercise("walk")
    on_plan(other, walk, MONDAY)
    client = browser_of(user)
    assert client.post("/plan/exercise/walk/remove/").status_code == 404
    client.post("/plan/order/", {"down": "walk"})
    client.post("/plan/exercise/walk/", TWICE)
    assert [(row.starts_on, row.ends_on, row.at_least) for row in PlanItem.objects.for_user(other)] == [
        (MONDAY, None, 1)
    ]


# What was in force when


def test_the_timeline_tells_what_was_in_force_when(user: User) -> None:
    walk = an_exercise("walk")
    on_plan(user, walk, date(2026, 11, 9), MONDAY)
    on_plan(user, walk, MONDAY, frequency=TWO_OR_THREE_A_DAY)
    said = text_of(browser_of(user).get("/plan/timeline/"))
    assert "9 November – 15 November 2026 Hold 30 seconds, every day" in said
    assert "since 16 November 2026 Hold 30 seconds, 2–3 times a day" in said


def test_a_timeline_of_nothing_says_so(user: User) -> None:
    assert "Nothing has been on your plan yet." in text_of(browser_of(user).get("/plan/timeline/"))


# “I have been doing this since …”


def since(exercise: Exercise, day: str, **others: str) -> dict[str, Any]:
    return {"since": day, "exercises": [str(exercise.pk)], **others}


def test_a_start_moved_back_is_shown_before_it_is_done(user: User) -> None:
    walk = an_exercise("walk")
    on_plan(user, walk, MONDAY)
    did(user, walk, date(2026, 11, 3))
    client = browser_of(user)
    answer = client.post("/plan/since/", since(walk, "2026-11-02"))
    said = text_of(answer)
    assert answer.status_code == 200
    assert "The days gone by ask for 14 more doses. On record so far: 1." in said
    assert "0 of 0 0 of 2" in said
    assert PlanItem.objects.get().starts_on == MONDAY

    # Only what was shown can be confirmed: of another day, the effect is shown anew.
    assert "Begin on 2 November 2026" in said
    confirmed = answer.context["form"].shown
    assert client.post("/plan/since/", since(walk, "2026-11-01", confirm=confirmed)).status_code == 200
    assert PlanItem.objects.get().starts_on == MONDAY

    answer = client.post("/plan/since/", since(walk, "2026-11-02", confirm=confirmed))
    assert (answer.status_code, answer["Location"]) == (302, "/history/")
    assert PlanItem.objects.get().starts_on == date(2026, 11, 2)
    assert client.post("/day/2026-11-02/walk/1/", {"done": "yes"}).status_code == 302


@pytest.mark.parametrize(
    ("day", "complaint"),
    [
        ("2026-11-19", "That day is still ahead."),
        ("1999-01-01", "Ten years back is as far as it goes."),
        ("2026-02-30", "Enter a valid date."),
        ("", "This field is required."),
        (
            "2026-10-05",
            "Walk was on your plan before, and was taken off. It can begin on 10 October 2026 at the earliest.",
        ),
    ],
)
def test_a_start_that_cannot_be_is_refused(user: User, day: str, complaint: str) -> None:
    walk = an_exercise("walk")
    on_plan(user, walk, date(2026, 10, 1), date(2026, 10, 10))
    on_plan(user, walk, MONDAY)
    answer = browser_of(user).post("/plan/since/", since(walk, day, confirm=f"{day}/{walk.pk}"))
    assert answer.status_code == 400
    assert complaint in text_of(answer)
    assert [row.starts_on for row in PlanItem.objects.order_by("starts_on")] == [date(2026, 10, 1), MONDAY]


def test_only_what_is_on_ones_plan_can_begin_earlier(user: User) -> None:
    other = a_person()
    theirs = an_exercise("theirs", owner=other)
    on_plan(other, theirs, MONDAY)
    on_plan(user, an_exercise("walk"), MONDAY)
    answer = browser_of(user).post("/plan/since/", since(theirs, "2026-11-02", confirm=f"2026-11-02/{theirs.pk}"))
    assert answer.status_code == 400
    assert PlanItem.objects.get(user=other).starts_on == MONDAY
