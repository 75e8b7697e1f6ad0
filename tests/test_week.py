"""One week: exercises down, seven days across, credited of prescribed."""

from datetime import date, timedelta

import pytest
from time_machine import TimeMachineFixture

from exercises.prescription import Frequency, Per
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
from tracking.schedule import Week
from tracking.weeks import week_agenda

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)
LONG_AGO = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def thursday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-19 10:00:00Z", tick=False)


def days(*numbers: int) -> list[date]:
    return [MONDAY + timedelta(days=n) for n in numbers]


def test_a_week_carries_its_figures_and_those_of_each_exercise() -> None:
    user = a_person()
    walk, pencil = an_exercise("walk", TWO_OR_THREE_A_DAY), an_exercise("pencil", TWO_OR_THREE_A_WEEK)
    for exercise in (walk, pencil):
        on_plan(user, exercise, LONG_AGO)
    for day, times in zip(days(0, 1, 2), (3, 2, 1), strict=True):
        did(user, walk, day, times)
    did(user, pencil, days(1)[0])

    page = browser_of(user).get("/week/2026-11-16/")

    assert [
        (e.get("data-exercise"), e["data-credited"], e["data-prescribed"]) for e in elements(page, "data-credited")
    ] == [
        (None, "6", "16"),
        ("walk", "5", "14"),
        ("pencil", "1", "2"),
    ]
    # By last night: three days of two, and floor(2 × 3 / 7 + 1/2) = 1 of the week's two.
    said = text_of(page)
    assert "37 % 6 of 16 doses of the week" in said
    assert "The minimum up to yesterday was 7." in said


def test_each_day_has_a_mark_in_shape_and_words() -> None:
    user = a_person()
    exercise = an_exercise("walk", TWO_OR_THREE_A_DAY)
    on_plan(user, exercise, days(1)[0])
    did(user, exercise, days(1)[0], 2)
    did(user, exercise, days(2)[0], 1)
    (row,) = week_agenda(user, Week(MONDAY), days(4)[0]).rows
    assert [(cell.mark, cell.words) for cell in row.cells] == [
        ("off", "not in the plan"),
        ("done", "done, 2 times"),
        ("partly", "partly done, 1 of 2"),
        ("not", "not done"),
        ("open", "still to do"),
        ("ahead", "still ahead"),
        ("ahead", "still ahead"),
    ]
    assert len({cell.icon for cell in row.cells}) == 6


def test_days_of_a_weekly_exercise_that_ask_for_nothing_are_resting() -> None:
    user = a_person()
    exercise = an_exercise("pencil", TWO_OR_THREE_A_WEEK)
    on_plan(user, exercise, LONG_AGO)
    for day in days(0, 2):
        did(user, exercise, day)
    (row,) = week_agenda(user, Week(MONDAY), days(6)[0]).rows
    assert [cell.mark for cell in row.cells] == ["done", "resting", "done", "resting", "resting", "resting", "resting"]


def test_a_cell_leads_to_its_day() -> None:
    user = a_person()
    on_plan(user, an_exercise("walk"), LONG_AGO)
    page = browser_of(user).get("/week/2026-11-16/").content.decode()
    for day in days(0, 1, 2, 3, 4, 5, 6):
        assert f'href="/day/{day}/#exercise-walk"' in page


@pytest.mark.parametrize(
    ("week_start", "asked", "first"),
    [
        (0, "2026-11-18", "2026-11-16"),
        (6, "2026-11-16", "2026-11-15"),
        (5, "2026-11-20", "2026-11-14"),
        (0, "2024-03-01", "2024-02-26"),
    ],
)
def test_a_day_that_begins_no_week_leads_to_the_week_that_holds_it(week_start: int, asked: str, first: str) -> None:
    user = a_person(week_start=week_start)
    answer = browser_of(user).get(f"/week/{asked}/", follow=True)
    assert answer.redirect_chain == [(f"/week/{first}/", 302)]
    assert answer.status_code == 200


def test_without_a_date_the_running_week_is_shown() -> None:
    assert browser_of(a_person()).get("/week/").headers["Location"] == "/week/2026-11-16/"


def test_the_past_does_not_change_when_the_plan_does() -> None:
    user = a_person()
    exercise = an_exercise("walk", DAILY)
    on_plan(user, exercise, LONG_AGO, days(3)[0], DAILY)
    on_plan(user, exercise, days(3)[0], None, Frequency(Per.DAY, 2, 2))
    for day in days(0, 1, 2, 3):
        did(user, exercise, day, 1)
    agenda = week_agenda(user, Week(MONDAY), days(3)[0])
    (row,) = agenda.rows
    assert (row.tally.credited, row.tally.prescribed) == (4, 3 + 4 * 2)
    assert row.how_often == "twice a day"
    assert [cell.mark for cell in row.cells] == ["done", "done", "done", "partly", "ahead", "ahead", "ahead"]
    assert agenda.pace == 3


def test_a_week_without_a_plan_shows_a_dash_and_no_figure() -> None:
    user = a_person()
    on_plan(user, an_exercise("walk"), MONDAY)
    page = browser_of(user).get("/week/2026-11-09/")
    assert [(e["data-credited"], e["data-prescribed"]) for e in elements(page, "data-credited")] == [("0", "0")]
    said = text_of(page)
    assert "– Nothing was asked of you in this week." in said
    assert "0 %" not in said
    assert "100 %" not in said


def test_a_week_ahead_shows_no_figure_yet() -> None:
    user = a_person()
    on_plan(user, an_exercise("walk"), LONG_AGO)
    said = text_of(browser_of(user).get("/week/2026-11-23/"))
    assert "– This week is still ahead." in said
    assert "0 %" not in said


def test_the_weeks_before_and_after_are_one_tap_away_where_there_are_any() -> None:
    user = a_person()
    on_plan(user, an_exercise("walk"), days(-7)[0])
    client = browser_of(user)

    def ways(address: str) -> dict[str, str]:
        return {e["rel"]: e["href"] for e in elements(client.get(address), "rel") if e["rel"] in ("prev", "next")}

    assert ways("/week/2026-11-16/") == {"prev": "/week/2026-11-09/"}
    assert ways("/week/2026-11-09/") == {"next": "/week/2026-11-16/"}


def test_a_kept_week_says_so_and_the_pace_is_left_to_the_running_one() -> None:
    user = a_person()
    exercise = an_exercise("walk")
    on_plan(user, exercise, LONG_AGO)
    for day in days(-7, -6, -5, -4, -3, -2):
        did(user, exercise, day)
    said = text_of(browser_of(user).get("/week/2026-11-09/"))
    assert "85 % 6 of 7 doses of the week" in said
    assert "A kept week" in said
    assert "The minimum" not in said


@pytest.mark.parametrize("address", ["/week/2026-02-30/", "/week/1999-12-27/", "/week/2026-1-1/", "/week/soon/"])
def test_a_week_of_no_calendar_is_not_found(address: str) -> None:
    assert browser_of(a_person()).get(address).status_code == 404


def test_nobody_sees_anothers_week() -> None:
    one, other = a_person(), a_person()
    exercise = an_exercise("walk")
    on_plan(other, exercise, LONG_AGO)
    did(other, exercise, MONDAY)
    page = browser_of(one).get("/week/2026-11-16/")
    assert elements(page, "data-exercise") == []
