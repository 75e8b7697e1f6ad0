"""All weeks: adherence, streak, averages, and never a figure where nothing was asked."""

from datetime import date, timedelta

import pytest
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from tests.builders import TWO_OR_THREE_A_DAY, a_person, an_exercise, browser_of, did, elements, on_plan, text_of

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)


@pytest.fixture(autouse=True)
def thursday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-19 10:00:00Z", tick=False)


def keep(user: User, exercise: Exercise, first: date, days: int, times: int = 1) -> None:
    for n in range(days):
        did(user, exercise, first + timedelta(days=n), times)


def test_each_week_carries_its_figures_newest_first() -> None:
    user = a_person()
    exercise = an_exercise("walk", TWO_OR_THREE_A_DAY)
    on_plan(user, exercise, date(2026, 11, 4))
    keep(user, exercise, date(2026, 11, 4), 2, times=3)
    keep(user, exercise, date(2026, 11, 9), 7, times=2)
    keep(user, exercise, MONDAY, 3, times=1)

    page = browser_of(user).get("/history/")

    assert [(e["data-week"], e["data-credited"], e["data-prescribed"]) for e in elements(page, "data-week")] == [
        ("2026-11-16", "3", "14"),
        ("2026-11-09", "14", "14"),
        ("2026-11-02", "4", "10"),
    ]
    said = text_of(page)
    assert "16 – 22 November this week 21 % 3 of 14 doses" in said
    assert "9 – 15 November 100 % 14 of 14 doses · kept · strength 37" in said
    assert "Kept weeks in a row 1" in said
    assert "Kept weeks in 2026 1 of 2" in said
    assert "Latest four weeks –" in said


def test_the_streak_takes_in_the_running_week_once_it_is_kept() -> None:
    user = a_person()
    exercise = an_exercise("walk")
    on_plan(user, exercise, date(2026, 11, 2))
    keep(user, exercise, date(2026, 11, 2), 14)
    client = browser_of(user)
    assert "Kept weeks in a row 2" in text_of(client.get("/history/"))
    # Six of seven days: only Sunday is open.
    keep(user, exercise, MONDAY, 6)
    said = text_of(client.get("/history/"))
    assert "Kept weeks in a row 3" in said
    assert "Kept weeks in 2026 3 of 3" in said


def test_four_week_averages_appear_with_the_fourth_week() -> None:
    user = a_person()
    exercise = an_exercise("walk")
    on_plan(user, exercise, date(2026, 10, 12))
    # Five finished weeks of 7, 7, 7, 7 and 0 days.
    keep(user, exercise, date(2026, 10, 12), 28)
    said = text_of(browser_of(user).get("/history/"))
    assert "Latest four weeks 75 %" in said
    assert "Best four weeks in 2026 100 %" in said


def test_a_week_with_nothing_asked_is_a_dash_and_breaks_nothing() -> None:
    user = a_person()
    exercise = an_exercise("walk")
    on_plan(user, exercise, date(2026, 10, 26), date(2026, 11, 2))
    on_plan(user, exercise, date(2026, 11, 9))
    keep(user, exercise, date(2026, 10, 26), 7)
    keep(user, exercise, date(2026, 11, 9), 7)
    page = browser_of(user).get("/history/")
    assert [(e["data-week"], e["data-prescribed"]) for e in elements(page, "data-week")] == [
        ("2026-11-16", "7"),
        ("2026-11-09", "7"),
        ("2026-11-02", "0"),
        ("2026-10-26", "7"),
    ]
    said = text_of(page)
    assert "2 – 8 November – nothing asked" in said
    assert "Kept weeks in a row 2" in said
    assert "Kept weeks in 2026 2 of 2" in said


def test_two_years_are_paged_by_the_year_their_weeks_begin_in() -> None:
    user = a_person()
    on_plan(user, an_exercise("walk"), date(2024, 12, 30))
    client = browser_of(user)
    page = client.get("/history/")
    assert [e["data-week"] for e in elements(page, "data-week")][-1] == "2026-01-05"
    assert [e["href"] for e in elements(page, "href") if e["href"].startswith("?")] == [
        "?year=2026",
        "?year=2025",
        "?year=2024",
    ]
    weeks_of_2025 = [e["data-week"] for e in elements(client.get("/history/?year=2025"), "data-week")]
    assert (weeks_of_2025[0], weeks_of_2025[-1], len(weeks_of_2025)) == ("2025-12-29", "2025-01-06", 52)
    assert [e["data-week"] for e in elements(client.get("/history/?year=2024"), "data-week")] == ["2024-12-30"]


@pytest.mark.parametrize("year", ["2019", "2027", "soon", "0", "99999999999", "20.5"])
def test_a_year_without_history_is_not_found(year: str) -> None:
    user = a_person()
    on_plan(user, an_exercise("walk"), MONDAY)
    answer = browser_of(user).get("/history/", {"year": year})
    assert answer.status_code == 404
    assert "There is no history for this year." in text_of(answer)


def test_an_account_without_a_plan_has_one_week_and_no_figures() -> None:
    page = browser_of(a_person()).get("/history/")
    assert [(e["data-week"], e["data-prescribed"]) for e in elements(page, "data-week")] == [("2026-11-16", "0")]
    said = text_of(page)
    assert "What you do of a plan shows here, once you have one." in said
    assert "Kept weeks" not in said
    assert " % " not in said.split("The line on each bar")[1]
    assert "The weeks of 2026" not in said


def test_history_and_week_agree_on_every_week() -> None:
    user = a_person(week_start=6)
    walk, stand = an_exercise("walk", TWO_OR_THREE_A_DAY), an_exercise("stand")
    on_plan(user, walk, date(2026, 10, 7))
    on_plan(user, stand, date(2026, 10, 20), date(2026, 11, 5))
    for n in range(0, 40, 3):
        did(user, walk, date(2026, 10, 7) + timedelta(days=n), 1 + n % 3)
        did(user, stand, date(2026, 10, 7) + timedelta(days=n), 1)
    client = browser_of(user)
    lines = elements(client.get("/history/"), "data-week")
    assert len(lines) == 7
    for line in lines:
        week = elements(client.get(f"/week/{line['data-week']}/"), "data-credited")[0]
        assert (week["data-credited"], week["data-prescribed"]) == (line["data-credited"], line["data-prescribed"])
