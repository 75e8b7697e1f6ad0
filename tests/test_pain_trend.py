"""Pain and adherence week by week: figures, picture, and never one where there is none."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from time_machine import TimeMachineFixture

from accounts.models import User
from history.overview import history
from pain.models import CheckIn
from pain.picture import mark
from pain.rule import Entry
from pain.trend import Spread, by_week, spread
from tests.builders import TWO_OR_THREE_A_WEEK, a_person, an_exercise, browser_of, did, elements, on_plan, text_of
from tracking.adherence import Tally
from tracking.models import Pause
from tracking.schedule import Week
from tracking.weeks import tallies

MONDAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 19, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def thursday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def noted(user: User, day: date, score: int) -> None:
    CheckIn.objects.record(user, day, NOW, key=uuid4(), score=score, moment="general", place="", words="")


# --- The rules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        ([], None),
        ([0], Spread(Fraction(0), 0, 0, 1)),
        ([5, 2], Spread(Fraction(7, 2), 2, 5, 2)),
        ([4, 2, 3], Spread(Fraction(3), 2, 4, 3)),
        ([10, 0, 10, 0, 7], Spread(Fraction(7), 0, 10, 5)),
    ],
)
def test_a_week_has_the_middle_the_lowest_and_the_highest(scores: list[int], found: Spread | None) -> None:
    assert spread(scores) == found


@pytest.mark.parametrize(("week_start", "firsts"), [(0, [9, 16]), (6, [15]), (5, [14])])
def test_check_ins_are_gathered_by_the_weeks_of_the_person(week_start: int, firsts: list[int]) -> None:
    entries = [Entry(date(2026, 11, 15), 2), Entry(date(2026, 11, 16), 4)]
    assert [week.first.day for week in by_week(entries, week_start)] == firsts


@given(st.lists(st.builds(Entry, st.dates(date(2026, 1, 1), date(2026, 3, 1)), st.integers(0, 10))), st.integers(0, 6))
def test_every_check_in_is_in_exactly_one_week(entries: list[Entry], week_start: int) -> None:
    weeks = by_week(entries, week_start)
    assert sum(one.count for one in weeks.values()) == len(entries)
    for week, one in weeks.items():
        scores = [entry.score for entry in entries if entry.day in week.days]
        assert one == spread(scores)
        assert week.first.weekday() == week_start


# --- Adherence beside it ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("week_start", [0, 6, 5])
def test_the_adherence_of_each_week_is_that_of_the_history(week_start: int) -> None:
    user = a_person(week_start=week_start)
    walk, stand = an_exercise("walk"), an_exercise("stand", TWO_OR_THREE_A_WEEK)
    on_plan(user, walk, date(2026, 8, 31), date(2026, 10, 8))
    on_plan(user, walk, date(2026, 10, 8), frequency=TWO_OR_THREE_A_WEEK)
    on_plan(user, stand, date(2026, 9, 23))
    Pause.objects.create(user=user, starts_on=date(2026, 10, 1), ends_on=date(2026, 10, 13), reason="illness")
    for n in range(0, 80, 2):
        did(user, walk, date(2026, 8, 31) + timedelta(days=n))
        did(user, stand, date(2026, 8, 31) + timedelta(days=n))
    past = history(user, NOW.date(), 2026)
    assert past
    told = {Week(line.first): line.tally for line in past.lines}
    assert len(told) >= 12
    assert tallies(user, min(told, key=lambda week: week.first), max(told, key=lambda week: week.first)) == told


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 9])
def test_adherence_of_twelve_weeks_is_three_queries(rows: int) -> None:
    user = a_person()
    for n in range(rows):
        exercise = an_exercise(f"exercise-{n}")
        on_plan(user, exercise, date(2026, 8, 31))
        did(user, exercise, MONDAY)
    with CaptureQueriesContext(connection) as captured:
        found = tallies(user, Week(MONDAY).shifted(-11), Week(MONDAY))
    assert len(found) == 12
    assert len(captured) == 3


# --- The picture ------------------------------------------------------------------------------------------------------


def test_a_dot_is_the_middle_and_its_line_runs_from_the_lowest_to_the_highest() -> None:
    drawn = mark(11, 12, "16 Nov", Tally(1, 2), Spread(Fraction(7, 2), 0, 10, 4), is_running=False)
    assert drawn.pain == ("91.0", "26.0", "126.0")
    assert drawn.x == "95.33%"


@pytest.mark.parametrize(
    ("tally", "is_running", "height", "kind"),
    [
        (Tally(4, 4), False, "70.0", "kept"),
        (Tally(8, 10), False, "56.0", "kept"),
        (Tally(1, 2), False, "35.0", "open"),
        (Tally(1, 2), True, "35.0", "running"),
        (Tally(0, 5), False, "2.0", "open"),
    ],
)
def test_a_bar_is_as_high_as_what_was_done(tally: Tally, is_running: bool, height: str, kind: str) -> None:
    drawn = mark(0, 12, "", tally, None, is_running)
    assert drawn.bar
    assert (drawn.bar[3], drawn.bar_kind) == (height, kind)
    assert float(drawn.bar[1]) + float(height) == 246
    assert drawn.pain is None


def test_a_week_that_asked_for_nothing_has_no_bar() -> None:
    assert mark(0, 12, "", Tally(0, 0), None, is_running=False).bar is None


# --- The page ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_draws_twelve_weeks_and_tells_the_same_in_a_table() -> None:
    user = a_person()
    walk = an_exercise("walk")
    on_plan(user, walk, date(2026, 11, 9))
    for n in range(6):
        did(user, walk, date(2026, 11, 9) + timedelta(days=n))
    noted(user, date(2026, 9, 1), 6)
    for score in (2, 5):
        noted(user, date(2026, 11, 10), score)
    noted(user, date(2026, 8, 30), 9)  # One day too long ago.

    page = browser_of(user).get("/pain/")

    classes = [element["class"] for element in elements(page, "class")]
    assert classes.count("trend-dot") == 2
    assert [one for one in classes if one.startswith("trend-bar")] == [
        "trend-bar trend-kept",
        "trend-bar trend-running",
    ]
    assert [row["data-week"] for row in elements(page, "data-week")] == ["2026-11-16", "2026-11-09", "2026-08-31"]
    said = text_of(page)
    assert "16 – 22 November this week 0 % – – 9 – 15 November 85 % 3.5 (2–5) 2" in said
    assert "31 August – 6 September – 6 1" in said
    assert "does not prove that one causes the other" in said
    [picture] = [element for element in elements(page, "aria-hidden") if element["class"] == "trend-picture"]
    assert picture["aria-hidden"] == "true"


@pytest.mark.django_db
def test_without_a_check_in_there_is_no_picture() -> None:
    user = a_person()
    on_plan(user, an_exercise("walk"), date(2026, 11, 9))
    page = browser_of(user).get("/pain/")
    assert elements(page, "data-week") == []
    assert "The last 12 weeks" not in text_of(page)
    assert "Your check-ins will be listed here" in text_of(page)
