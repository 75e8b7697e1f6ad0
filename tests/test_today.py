"""The plan of a day: what is on it, in which order, and in which words."""

from datetime import date

import pytest
from time_machine import TimeMachineFixture

from exercises.prescription import Frequency, Per
from exercises.words import frequency_in_words as words_of
from tests.builders import (
    DAILY,
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

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)
WEDNESDAY = date(2026, 11, 18)
THREE_A_DAY = Frequency(Per.DAY, 3, 3)


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)


def test_what_is_due_comes_first_then_enough_resting_and_complete() -> None:
    user = a_person()
    for slug, frequency, day, times in (
        ("complete", DAILY, WEDNESDAY, 1),
        ("resting", TWO_OR_THREE_A_WEEK, date(2026, 11, 17), 1),
        ("enough", TWO_OR_THREE_A_DAY, WEDNESDAY, 2),
        ("due", TWO_OR_THREE_A_DAY, WEDNESDAY, 1),
        ("untouched", DAILY, MONDAY, 1),
    ):
        exercise = an_exercise(slug, frequency)
        on_plan(user, exercise, MONDAY)
        did(user, exercise, day, times)

    page = browser_of(user).get("/today/")

    assert [(e["data-exercise"], e["data-status"], e["data-done"]) for e in elements(page, "data-exercise")] == [
        ("due", "due", "1"),
        ("untouched", "due", "0"),
        ("enough", "enough", "2"),
        ("resting", "resting", "0"),
        ("complete", "complete", "1"),
    ]


def test_a_card_says_what_to_do_how_often_and_with_what() -> None:
    user = a_person()
    exercise = an_exercise("band-pull", TWO_OR_THREE_A_DAY, needs=["a resistance band"], sides="foot")
    on_plan(user, exercise, MONDAY)

    said = text_of(browser_of(user).get("/today/"))

    assert "Band pull Hold 30 seconds on each foot 2–3 times a day · a resistance band Morning" in said
    assert "Have ready: a resistance band" in said


@pytest.mark.parametrize(
    ("frequency", "labels"),
    [
        (DAILY, ["Mark", "done"]),
        (TWO_OR_THREE_A_WEEK, ["Mark", "done"]),
        (Frequency(Per.DAY, 2, 2), ["Morning", "Evening"]),
        (THREE_A_DAY, ["Morning", "Midday", "Evening"]),
        (Frequency(Per.DAY, 5, 5), ["1", "2", "3", "4", "5"]),
    ],
)
def test_a_slot_has_the_name_of_its_time_of_day(frequency: Frequency, labels: list[str]) -> None:
    user = a_person(asks_pain=False)
    on_plan(user, an_exercise("one", frequency), MONDAY)
    page = browser_of(user).get("/today/")
    buttons = text_of(page).split(words_of(frequency))[-1].split("Something is not possible")[0].split()
    assert buttons == labels


def test_the_slot_beyond_the_minimum_is_a_bonus_whichever_one_it_is() -> None:
    user = a_person()
    exercise = an_exercise("walk", TWO_OR_THREE_A_DAY)
    on_plan(user, exercise, MONDAY)
    client = browser_of(user)

    def bonus() -> list[str]:
        return [e["id"] for e in elements(client.get("/today/"), "formaction") if "slot-bonus" in e["class"]]

    assert bonus() == ["slot-walk-3"]
    client.post("/day/2026-11-18/walk/3/", {"done": "yes"})
    assert bonus() == ["slot-walk-2"]
    client.post("/day/2026-11-18/walk/1/", {"done": "yes"})
    assert bonus() == ["slot-walk-2"]
    client.post("/day/2026-11-18/walk/2/", {"done": "yes"})
    assert bonus() == []


def test_more_ticks_than_the_range_asks_for_keep_their_slots() -> None:
    user = a_person()
    exercise = an_exercise("stretch", DAILY)
    on_plan(user, exercise, MONDAY)
    client = browser_of(user)
    client.post("/day/2026-11-18/stretch/4/", {"done": "yes"})
    slots = elements(client.get("/today/"), "formaction")
    assert [(s["formaction"], s["aria-pressed"]) for s in slots] == [
        (f"/day/2026-11-18/stretch/{nth}/", "true" if nth == 4 else "false") for nth in (1, 2, 3, 4)
    ]


def test_the_head_counts_the_doses_of_the_days_minimum() -> None:
    user = a_person()
    walk, stand, pencil = (
        an_exercise("walk", TWO_OR_THREE_A_DAY),
        an_exercise("stand", THREE_A_DAY),
        an_exercise("pencil", TWO_OR_THREE_A_WEEK),
    )
    for exercise in (walk, stand, pencil):
        on_plan(user, exercise, MONDAY)
    did(user, walk, WEDNESDAY, 3)
    did(user, stand, WEDNESDAY, 1)

    said = text_of(browser_of(user).get("/today/"))

    # 2 of 2 (the third is a bonus), 1 of 3, 0 of 1; three doses of 30 seconds are left.
    assert "3 of 6 doses done about 2 min left" in said


def test_a_finished_day_says_so() -> None:
    user = a_person()
    exercise = an_exercise("stretch", DAILY)
    on_plan(user, exercise, MONDAY)
    did(user, exercise, WEDNESDAY)
    said = text_of(browser_of(user).get("/today/"))
    assert "1 of 1 dose done That is all for today. Well done." in said
    assert "Have ready" not in said


def test_a_resting_exercise_names_the_day_it_is_due_again() -> None:
    user = a_person()
    exercise = an_exercise("pencil", TWO_OR_THREE_A_WEEK)
    on_plan(user, exercise, MONDAY)
    did(user, exercise, date(2026, 11, 17))
    page = browser_of(user).get("/today/")
    assert "Resting, again from Thursday" in text_of(page)
    assert [e["aria-pressed"] for e in elements(page, "formaction")] == ["false"]


def test_a_weekly_exercise_that_has_had_its_days_is_complete_for_the_week() -> None:
    user = a_person()
    exercise = an_exercise("pencil", Frequency(Per.WEEK, 1, 1))
    on_plan(user, exercise, MONDAY)
    did(user, exercise, MONDAY)
    assert "Complete for this week" in text_of(browser_of(user).get("/today/"))


def test_the_strip_tells_each_day_of_the_week() -> None:
    user = a_person()
    exercise = an_exercise("walk", TWO_OR_THREE_A_DAY)
    on_plan(user, exercise, date(2026, 11, 17))
    did(user, exercise, date(2026, 11, 17), 2)
    did(user, exercise, WEDNESDAY, 1)
    said = text_of(browser_of(user).get("/today/"))
    assert "Monday, 16 November: no plan" in said
    assert "Tuesday, 17 November: all done" in said
    assert "Wednesday, 18 November: 1 of 2 doses done" in said
    assert "Thursday, 19 November: still ahead" in said


def test_tomorrow_can_be_looked_at_but_not_ticked() -> None:
    user = a_person()
    on_plan(user, an_exercise("stretch"), MONDAY)
    page = browser_of(user).get("/day/2026-11-19/")
    assert "Tomorrow" in text_of(page)
    assert [e["data-exercise"] for e in elements(page, "data-exercise")] == ["stretch"]
    assert elements(page, "formaction") == []


def test_the_day_before_and_after_are_one_tap_away() -> None:
    user = a_person()
    on_plan(user, an_exercise("stretch"), date(2026, 11, 17))
    client = browser_of(user)

    def ways(address: str) -> dict[str, str]:
        return {e["rel"]: e["href"] for e in elements(client.get(address), "rel") if e["rel"] in ("prev", "next")}

    assert ways("/today/") == {"prev": "/day/2026-11-17/", "next": "/day/2026-11-19/"}
    assert ways("/day/2026-11-17/") == {"next": "/day/2026-11-18/"}
    assert ways("/day/2026-11-19/") == {"prev": "/day/2026-11-18/"}


def test_an_item_is_shown_from_its_first_day_to_the_day_before_its_end() -> None:
    user = a_person()
    on_plan(user, an_exercise("stretch"), date(2026, 11, 10), date(2026, 11, 12))
    client = browser_of(user)
    shown = {
        day: [e["data-exercise"] for e in elements(client.get(f"/day/2026-11-{day}/"), "data-exercise")]
        for day in ("09", "10", "11", "12")
    }
    assert shown == {"09": [], "10": ["stretch"], "11": ["stretch"], "12": []}


def test_a_plan_that_begins_tomorrow_after_a_move_to_the_west_can_begin_today() -> None:
    user = a_person(time_zone="Pacific/Pago_Pago")
    exercise = an_exercise("stretch")
    # As if signed up in a zone where it is Wednesday already; here it is still Tuesday.
    on_plan(user, exercise, WEDNESDAY)
    client = browser_of(user)
    assert "How would you like to start?" in text_of(client.get("/today/"))
    client.post("/plan/start/", {"way": "full"})
    assert [item.starts_on for item in user.planitem_set.all()] == [date(2026, 11, 17)]
    assert len(elements(client.get("/today/"), "formaction")) == 1


def test_a_day_without_a_plan_says_that_nothing_was_asked() -> None:
    user = a_person()
    on_plan(user, an_exercise("stretch"), WEDNESDAY)
    page = browser_of(user).get("/day/2026-11-01/")
    assert page.status_code == 200
    assert "No plan on this day" in text_of(page)


@pytest.mark.parametrize(("zone", "hinted"), [("", True), ("Europe/Berlin", False)])
def test_an_unknown_time_zone_is_hinted_at(zone: str, hinted: bool) -> None:
    user = a_person(time_zone=zone)
    assert ("Set your time zone" in text_of(browser_of(user).get("/today/"))) is hinted


def test_the_safety_notes_are_shown_until_they_have_been_read() -> None:
    user = a_person(safety_read_at=None)
    on_plan(user, an_exercise("stretch"), MONDAY)
    client = browser_of(user)
    page = client.get("/today/")
    assert "Before you start" in text_of(page)
    assert len(elements(page, "data-exercise")) == 1
    after = client.post("/safety/read/", follow=True)
    assert after.redirect_chain == [("/today/", 302)]
    assert "Before you start" not in text_of(after)
    assert "Safety notes" in text_of(after)


def test_the_page_knows_how_long_its_day_still_lasts() -> None:
    user = a_person(time_zone="Europe/Berlin")
    on_plan(user, an_exercise("stretch"), MONDAY)
    client = browser_of(user)
    # 11:00 in Berlin: thirteen hours are left.
    for address in ("/today/", "/day/2026-11-18/"):
        assert [e["data-new-day-in"] for e in elements(client.get(address), "data-new-day-in")] == ["46800"]
    assert elements(client.get("/day/2026-11-17/"), "data-new-day-in") == []


def test_looking_at_pages_writes_nothing() -> None:
    user = a_person()
    on_plan(user, an_exercise("stretch"), MONDAY)
    client = browser_of(user)
    for address in ("/today/", "/day/2026-11-17/", "/week/2026-11-16/", "/history/", "/settings/"):
        assert client.get(address).status_code == 200
    assert user.completion_set.count() == 0
    assert user.planitem_set.count() == 1
