"""The A4 sheet: some weeks of plan, adherence, pauses, skips and pain, whose figures are those of every other page."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture
from zeal import zeal_context

from accounts.models import User
from exercises.models import Exercise
from exercises.prescription import Frequency, Per
from pain.models import CheckIn
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
    the_catalogue_is_known,
)
from tracking.models import Pause, Skip

pytestmark = pytest.mark.django_db

SESSION_AND_USER = 2
NOW = datetime(2026, 11, 19, 10, tzinfo=UTC)
THURSDAY = date(2026, 11, 19)
MONDAY = date(2026, 11, 16)
ALL_PARTS = {"weeks": "4", "pain": "on", "notes": "on"}


@pytest.fixture(autouse=True)
def thursday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def noted(user: User, score: int, day: date, **fields: Any) -> None:
    values = {"moment": "general", "place": "", "words": "", **fields}
    CheckIn.objects.record(
        user, day, datetime(day.year, day.month, day.day, 8, tzinfo=UTC), key=uuid4(), score=score, **values
    )


def skipped(user: User, exercise: Exercise, day: date, reason: str) -> None:
    Skip.objects.set_skipped(user, day, exercise, reason, NOW)


def paused(
    user: User, starts_on: date, ends_on: date | None, reason: str = "illness", keeps: list[int] | None = None
) -> None:
    Pause.objects.create(user=user, starts_on=starts_on, ends_on=ends_on, reason=reason, keeps=keeps or [])


def rows(page: Any) -> dict[str, tuple[str, str]]:
    """Credited and prescribed doses in all, by exercise."""
    return {e["data-exercise"]: (e["data-credited"], e["data-prescribed"]) for e in elements(page, "data-exercise")}


def weeks(page: Any, row: int = 0) -> list[tuple[str, str, str]]:
    """Week, credited and prescribed doses of one row; the last row is that of all exercises."""
    cells = [e for e in elements(page, "data-week") if "data-credited" in e]
    span = int(elements(page, "data-weeks")[0]["data-weeks"])
    rows = [cells[n : n + span] for n in range(0, len(cells), span)]
    return [(e["data-week"], e["data-credited"], e["data-prescribed"]) for e in rows[row]]


# --- Weeks and figures ------------------------------------------------------------------------------------------------


def test_the_sheet_takes_in_the_running_week_and_those_before_it() -> None:
    user = a_person()
    walk = an_exercise("walk", TWO_OR_THREE_A_DAY)
    on_plan(user, walk, date(2026, 11, 4))
    did(user, walk, date(2026, 11, 4), 3)
    did(user, walk, date(2026, 11, 9), 2)
    did(user, walk, MONDAY, 1)

    page = browser_of(user).get("/history/sheet/?weeks=4")

    assert (
        weeks(page)
        == weeks(page, -1)
        == [
            ("2026-10-26", "0", "0"),
            ("2026-11-02", "2", "10"),
            ("2026-11-09", "2", "14"),
            ("2026-11-16", "1", "14"),
        ]
    )
    assert rows(page) == {"walk": ("5", "38")}
    said = text_of(page)
    assert "Exercise record 26 October – 22 November 2026 As of 19 November 2026" in said
    assert "This week is not over yet: 1 of its 14 doses so far. The minimum up to yesterday was 6." in said
    assert "5/38 13 %" in said


@pytest.mark.parametrize("span", [4, 8, 12])
@pytest.mark.parametrize("week_start", [0, 5, 6])
def test_each_figure_is_that_of_the_page_of_its_week(span: int, week_start: int) -> None:
    user = a_person(week_start=week_start)
    walk, stand = an_exercise("walk", TWO_OR_THREE_A_DAY), an_exercise("stand", TWO_OR_THREE_A_WEEK)
    on_plan(user, walk, date(2026, 9, 9), date(2026, 10, 21))
    on_plan(user, walk, date(2026, 10, 21), frequency=Frequency(Per.WEEK, 3, 3))
    on_plan(user, stand, date(2026, 10, 2), date(2026, 11, 5))
    paused(user, date(2026, 10, 7), date(2026, 10, 12), keeps=[walk.pk])
    for n in range(0, 70, 3):
        did(user, walk, date(2026, 9, 9) + timedelta(days=n), 1 + n % 3)
        did(user, stand, date(2026, 9, 9) + timedelta(days=n), 1)
    client = browser_of(user)
    page = client.get("/history/sheet/", {"weeks": span})
    slugs = list(rows(page))
    assert slugs == ["walk", "stand"]
    for place, (first, *figures) in enumerate(weeks(page, -1)):
        week = client.get(f"/week/{first}/")
        everything = elements(week, "data-credited")[0]
        assert figures == [everything["data-credited"], everything["data-prescribed"]]
        for row, slug in enumerate(slugs):
            of_slug = [e for e in elements(week, "data-exercise") if e["data-exercise"] == slug]
            expected = (of_slug[0]["data-credited"], of_slug[0]["data-prescribed"]) if of_slug else ("0", "0")
            assert weeks(page, row)[place] == (first, *expected)


def test_a_kept_week_is_marked_by_more_than_a_colour() -> None:
    user = a_person()
    walk = an_exercise("walk")
    on_plan(user, walk, date(2026, 11, 2))
    for n in range(7):
        did(user, walk, date(2026, 11, 2) + timedelta(days=n))
    said = text_of(browser_of(user).get("/history/sheet/?weeks=4"))
    assert "Adherence in % – 100 kept 0 0 7/21 33 %" in said


def test_the_day_is_that_of_the_person() -> None:
    user = a_person(time_zone="Pacific/Kiritimati")
    on_plan(user, an_exercise("walk"), MONDAY)
    assert elements(browser_of(user).get("/history/sheet/"), "data-today")[0]["data-today"] == "2026-11-20"


# --- The plan ---------------------------------------------------------------------------------------------------------


def plan_of(page: Any) -> str:
    return text_of(page).split("The plan ")[-1].split(" What was done")[0]


def test_the_plan_is_told_in_words_with_what_changed_in_these_weeks() -> None:
    user = a_person()
    walk, stand = an_exercise("walk", TWO_OR_THREE_A_DAY), an_exercise("stand")
    on_plan(user, walk, date(2026, 1, 1), date(2026, 11, 10))
    on_plan(user, walk, date(2026, 11, 10), frequency=TWO_OR_THREE_A_WEEK)
    on_plan(user, stand, date(2026, 2, 1))
    assert plan_of(browser_of(user).get("/history/sheet/?weeks=4")) == (
        "Walk Hold 30 seconds, 2–3 times a week since 10 November 2026"
        " Stand Hold 30 seconds, every day"
        " Changed or ended in these weeks Walk Hold 30 seconds, 2–3 times a day until 9 November 2026"
    )


def test_what_ended_before_these_weeks_is_not_on_the_sheet() -> None:
    user = a_person()
    on_plan(user, an_exercise("walk"), date(2026, 1, 1))
    on_plan(user, an_exercise("stand"), date(2026, 1, 1), date(2026, 10, 26))
    page = browser_of(user).get("/history/sheet/?weeks=4")
    assert plan_of(page) == "Walk Hold 30 seconds, every day"
    assert list(rows(page)) == ["walk"]


def test_new_names_for_the_doses_are_no_change_of_the_plan() -> None:
    user = a_person()
    walk = an_exercise("walk", TWO_OR_THREE_A_DAY)
    on_plan(user, walk, date(2026, 1, 1), date(2026, 11, 10))
    on_plan(user, walk, date(2026, 11, 10), slot_names=["early", "late"])
    assert plan_of(browser_of(user).get("/history/sheet/?weeks=4")) == "Walk Hold 30 seconds, 2–3 times a day"


def test_an_exercise_taken_off_the_plan_keeps_its_figures_and_what_was_done_after_it_stands_in_brackets() -> None:
    user = a_person()
    walk = an_exercise("walk")
    on_plan(user, walk, date(2026, 10, 26), date(2026, 11, 9))
    did(user, walk, date(2026, 10, 27))
    did(user, walk, date(2026, 11, 9), 2)
    page = browser_of(user).get("/history/sheet/?weeks=4")
    assert rows(page) == {"walk": ("1", "14")}
    said = text_of(page)
    assert "There is no exercise on the plan at present." in said
    assert "Walk 1/7 0/7 (2) – 1/14 7 %" in said
    assert "A number in brackets: done while nothing was asked for, as in a pause." in said


def test_somebody_with_nothing_gets_calm_sentences() -> None:
    page = browser_of(a_person()).get("/history/sheet/")
    said = text_of(page)
    assert page.status_code == 200
    assert "There is no exercise on the plan at present." in said
    assert "Nothing was asked for in these weeks, and nothing was done." in said
    assert "No pauses, and nothing skipped." in said
    assert "No check-ins in these weeks." in said
    assert "No words were noted in these weeks." in said
    assert "This is no diagnosis and no treatment." in said
    assert "%" not in said.split("Adherence is")[0].split("The plan")[1]


# --- Pauses and skips -------------------------------------------------------------------------------------------------


def test_pauses_and_skips_are_told_with_their_reasons() -> None:
    user = a_person()
    walk, stand = an_exercise("walk"), an_exercise("stand")
    for exercise in (walk, stand):
        on_plan(user, exercise, date(2026, 1, 1))
    paused(user, date(2026, 8, 1), date(2026, 8, 9))
    paused(user, date(2026, 10, 28), date(2026, 10, 31), "flare-up", [stand.pk])
    paused(user, THURSDAY, None, "travel")
    for day, reason in [(3, "sore"), (5, "no-time"), (9, "sore")]:
        skipped(user, walk, date(2026, 11, day), reason)
    skipped(user, stand, date(2026, 11, 4), "other")
    # Neither in a pause nor of what was done after all.
    skipped(user, walk, date(2026, 10, 29), "sore")
    skipped(user, stand, date(2026, 11, 6), "sore")
    did(user, stand, date(2026, 11, 6))
    said = text_of(browser_of(user).get("/history/sheet/?weeks=4"))
    assert said.split("Pauses, and what was skipped ")[1].split(" Adherence is")[0] == (
        "Paused: flare-up, 28 October – 30 October 2026; kept up: Stand"
        " Paused: travel, since 19 November 2026"
        " Walk skipped: sore: 3 Nov, 9 Nov; no time: 5 Nov"
        " Stand skipped: something else: 4 Nov"
    )


# --- Pain and notes ---------------------------------------------------------------------------------------------------


@pytest.fixture
def sore() -> User:
    """Somebody with three check-ins in two weeks, two of them with words."""
    user = a_person()
    on_plan(user, an_exercise("walk"), date(2026, 1, 1))
    noted(user, 2, date(2026, 11, 2))
    noted(user, 5, date(2026, 11, 3), moment="after", place="hip", words="Sat too long.")
    noted(user, 4, MONDAY, words="<b>Garden</b>")
    return user


def test_pain_is_told_by_the_week_and_in_all(sore: User) -> None:
    page = browser_of(sore).get("/history/sheet/", ALL_PARTS)
    said = text_of(page)
    assert "Middle – 3.5 – 4 4 Lowest–highest – 2–5 – 4 2–5 Check-ins – 2 – 1 3" in said
    assert [e["cy"] for e in elements(page, "cy")] == ["56.1", "52.4"]


def test_check_ins_before_these_weeks_are_left_out(sore: User) -> None:
    noted(sore, 9, date(2026, 10, 25), words="Long ago.")
    noted(sore, 6, date(2026, 10, 26), words="Just in.")
    said = text_of(browser_of(sore).get("/history/sheet/", ALL_PARTS))
    assert "Middle 6 3.5 – 4 4.5 Lowest–highest 6 2–5 – 4 2–6" in said
    assert "Just in." in said
    assert "Long ago." not in said


def test_notes_carry_day_moment_place_and_words_oldest_first(sore: User) -> None:
    page = browser_of(sore).get("/history/sheet/", ALL_PARTS)
    said = text_of(page).split(" Notes ")[-1].split(" Adherence is")[0]
    assert said == (
        "3 November , after exercise · hip, 5 of 10: Sat too long. 16 November , in general, 4 of 10: <b>Garden</b>"
    )


def test_a_part_that_is_left_out_is_not_in_the_page(sore: User) -> None:
    client = browser_of(sore)
    bare = client.get("/history/sheet/?weeks=4").content.decode()
    for trace in ("Sat too long", "Garden", "of 10", "data-part", "<circle", "after exercise", "check-in"):
        assert trace not in bare
    with_pain = client.get("/history/sheet/?weeks=4&pain=on").content.decode()
    assert "<circle" in with_pain
    assert "Sat too long" not in with_pain
    with_notes = client.get("/history/sheet/?weeks=4&notes=on").content.decode()
    assert "Sat too long" in with_notes
    assert "<circle" not in with_notes
    assert "of 10" not in with_notes


# --- The form ---------------------------------------------------------------------------------------------------------


def chosen(page: Any) -> list[str]:
    return [f"{e['name']} {e.get('value', '')}".strip() for e in elements(page, "checked")]


def parts(page: Any) -> list[str]:
    return [e["data-part"] for e in elements(page, "data-part")]


@pytest.mark.parametrize(
    ("query", "ticked", "shown"),
    [
        ("", ["weeks 8", "pain", "notes"], ["pain", "notes"]),
        ("?from=elsewhere", ["weeks 8", "pain", "notes"], ["pain", "notes"]),
        ("?weeks=12", ["weeks 12"], []),
        ("?weeks=4&notes=on", ["weeks 4", "notes"], ["notes"]),
        ("?pain=on", ["weeks 8", "pain"], ["pain"]),
    ],
)
def test_a_first_visit_shows_all_parts_and_an_unticked_box_stays_so(
    query: str, ticked: list[str], shown: list[str]
) -> None:
    page = browser_of(a_person()).get(f"/history/sheet/{query}")
    assert chosen(page) == ticked
    assert parts(page) == shown


@pytest.mark.parametrize("weeks", ["5", "many", "-4", "400000000000"])
def test_another_number_of_weeks_is_refused_kindly(weeks: str) -> None:
    page = browser_of(a_person()).get("/history/sheet/", {"weeks": weeks, "pain": "on"})
    assert page.status_code == 400
    assert "Choose 4, 8 or 12 weeks." in text_of(page)
    assert chosen(page) == ["pain"]
    assert elements(page, "data-weeks") == []


def test_the_sheet_names_nobody(sore: User) -> None:
    page = browser_of(sore).get("/history/sheet/")
    assert sore.email not in page.content.decode()
    assert "Name:" in text_of(page)


def test_the_sheet_wants_a_signed_in_person() -> None:
    assert Client().get("/history/sheet/")["Location"] == "/accounts/login/?next=/history/sheet/"


@pytest.mark.parametrize("many", [1, 9])
@pytest.mark.parametrize(("query", "queries"), [("?weeks=12", 3), ("?weeks=12&pain=on", 4), ("", 4)])
def test_the_sheet_takes_a_constant_number_of_queries(many: int, query: str, queries: int) -> None:
    user = a_person()
    for n in range(many):
        exercise = an_exercise(needs=["a wall"])
        on_plan(user, exercise, date(2026, 1, 1), date(2026, 11, 1))
        on_plan(user, exercise, date(2026, 11, 1))
        paused(user, date(2026, 9, 1) + timedelta(days=3 * n), date(2026, 9, 2) + timedelta(days=3 * n))
        for days in range(20):
            skipped(user, exercise, THURSDAY - timedelta(days=2 * days), "sore")
            noted(user, days % 10, THURSDAY - timedelta(days=2 * days), words="Hm.")
    client = browser_of(user)
    the_catalogue_is_known()
    with zeal_context(), CaptureQueriesContext(connection) as captured:
        assert client.get(f"/history/sheet/{query}").status_code == 200
    assert len(captured) == SESSION_AND_USER + queries
