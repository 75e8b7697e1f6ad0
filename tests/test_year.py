"""The page of a year: the calendar, the table beside it, the exercises and the picture, each with its figures."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.utils.safestring import SafeString
from time_machine import TimeMachineFixture

from accounts.models import User
from history.calendar import Month
from history.templatetags.days import calendar_months, day_rows
from history.year import read_year
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
)
from tracking.adherence import Tally
from tracking.agenda import day_agenda
from tracking.models import Completion, Pause
from tracking.schedule import Week

pytestmark = pytest.mark.django_db

MONDAY, TODAY = date(2026, 11, 16), date(2026, 11, 19)


@pytest.fixture(autouse=True)
def thursday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-19 10:00:00Z", tick=False)


def levels(user: User, address: str = "/history/") -> dict[str, str]:
    return {
        one["data-day"]: one["data-level"]
        for one in elements(browser_of(user).get(address), "data-level")
        if "data-day" in one
    }


def test_each_day_of_the_plan_has_a_cell_with_a_level_and_the_same_in_words() -> None:
    user = a_person()
    walk, stand = an_exercise("walk", TWO_OR_THREE_A_DAY), an_exercise("stand")
    on_plan(user, walk, date(2026, 11, 9))
    on_plan(user, stand, date(2026, 11, 9))
    for day, times in [(10, 1), (11, 2), (12, 2), (13, 3)]:
        did(user, walk, date(2026, 11, day), times)
    did(user, stand, date(2026, 11, 12))
    Pause.objects.create(user=user, starts_on=date(2026, 11, 14), ends_on=date(2026, 11, 16), reason="travel")

    found = levels(user)

    assert list(found) == [f"2026-11-{day:02}" for day in range(9, 31)]
    assert list(found.values())[:12] == ["0", "1", "2", "4", "2", "paused", "paused", "0", "0", "0", "0", "ahead"]
    said = text_of(browser_of(user).get("/history/"))
    assert "9 November: 0 of 3 doses 10 November: 1 of 3 doses 11 November: 2 of 3 doses" in said
    assert "14 November: paused" in said
    assert "20 November: still ahead" in said


def test_a_day_of_rest_asks_for_nothing_and_has_no_level() -> None:
    user = a_person()
    grip = an_exercise("grip", TWO_OR_THREE_A_WEEK)
    on_plan(user, grip, date(2026, 11, 9))
    did(user, grip, date(2026, 11, 9))
    did(user, grip, date(2026, 11, 12))
    found = levels(user)
    assert [found[f"2026-11-{day:02}"] for day in range(9, 14)] == ["4", "free", "free", "4", "free"]


def test_the_first_cell_stands_below_its_weekday_whatever_the_week_start() -> None:
    for week_start, blanks in ((0, 3), (6, 4), (5, 5)):
        user = a_person(week_start=week_start)
        on_plan(user, an_exercise(), date(2026, 11, 12))
        page = browser_of(user).get("/history/").content.decode()
        assert page.count("<td></td>") == blanks


def test_the_calendar_agrees_with_the_page_of_each_day() -> None:
    user = a_person()
    walk, grip = an_exercise("walk", TWO_OR_THREE_A_DAY), an_exercise("grip", TWO_OR_THREE_A_WEEK)
    on_plan(user, walk, date(2026, 10, 28), date(2026, 11, 11))
    on_plan(user, walk, date(2026, 11, 11), frequency=TWO_OR_THREE_A_WEEK)
    on_plan(user, grip, date(2026, 10, 30))
    for n in range(0, 22, 2):
        did(user, walk, date(2026, 10, 28) + timedelta(days=n), 1 + n % 3)
        did(user, grip, date(2026, 10, 28) + timedelta(days=n * 2 % 21))
    tallies = read_year(user, TODAY, None).by_day(date(2026, 10, 28), TODAY)  # type: ignore[union-attr]  # there is one
    by_day = {date(2026, 10, 28) + timedelta(days=n): Tally(*tally) for n, tally in enumerate(tallies)}
    assert len(set(by_day.values())) > 4
    for n in range(23):
        day = date(2026, 10, 28) + timedelta(days=n)
        assert by_day[day] == day_agenda(user, day, TODAY).tally, day


def test_the_table_has_the_same_days_latest_first_each_with_its_link() -> None:
    user = a_person()
    walk = an_exercise("walk")
    on_plan(user, walk, date(2026, 11, 16))
    did(user, walk, date(2026, 11, 17))
    page = browser_of(user).get("/history/days/")
    days = ["2026-11-19", "2026-11-18", "2026-11-17", "2026-11-16"]
    assert [one["data-day"] for one in elements(page, "data-day")] == days
    assert "Tue, 17 November 1 of 1 dose Mon, 16 November 0 of 1 dose" in text_of(page)
    links = [one["href"] for one in elements(page, "href") if one["href"].startswith("/day/")]
    assert links == [f"/day/{day}/" for day in days]


def test_any_year_has_its_calendar_and_a_year_without_is_not_found() -> None:
    user = a_person()
    walk = an_exercise("walk")
    on_plan(user, walk, date(2024, 12, 28))
    did(user, walk, date(2025, 7, 4))
    assert list(levels(user, "/history/?year=2024")) == [f"2024-12-{day}" for day in (28, 29, 30, 31)]
    of_2025 = levels(user, "/history/?year=2025")
    assert (len(of_2025), of_2025["2025-07-04"], of_2025["2025-07-05"]) == (365, "4", "0")
    for address in ("/history/days/?year=2023", "/history/days/?year=soon", "/history/?year=2027"):
        assert browser_of(user).get(address).status_code == 404


@pytest.mark.parametrize("week_start", [0, 5, 6])
@pytest.mark.parametrize("today", [date(2026, 12, 31), *(date(2027, 1, day) for day in range(1, 6))])
@pytest.mark.parametrize("start", [None, date(2026, 6, 1), date(2026, 12, 30), date(2027, 1, 1)])
def test_the_first_days_of_january_have_a_page_with_today_in_it(
    start: date | None, today: date, week_start: int, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(datetime(today.year, today.month, today.day, 12, tzinfo=UTC))
    user = a_person(week_start=week_start)
    if start:
        on_plan(user, an_exercise("walk"), min(start, today))
        did(user, user.planitem_set.get().exercise, today)
    client = browser_of(user)
    page = client.get("/history/")
    assert page.status_code == 200
    marks = {cell["data-day"]: cell["data-level"] for cell in elements(page, "data-day")}
    assert marks[str(today)] == ("4" if start else "free")
    assert client.get("/history/days/").status_code == 200
    # Every year on offer has days and weeks, and each week since the start is in one of them.
    weeks: set[str] = set()
    years = [one["href"] for one in elements(page, "href") if one["href"].startswith("?year=")]
    for year in years or [""]:
        of_year = client.get(f"/history/{year}")
        assert elements(of_year, "data-day")
        weeks |= {one["data-week"] for one in elements(of_year, "data-week")}
    first, running = Week.of(min(start or today, today), week_start), Week.of(today, week_start)
    assert weeks == {str(week.first) for week in first.through(running)}


@pytest.mark.parametrize("day", [1, 2, 3, 4])
def test_a_plan_that_began_in_the_first_days_of_a_year_offers_no_year_before(day: int) -> None:
    user = a_person()
    on_plan(user, an_exercise("walk"), date(2026, 1, day))
    client = browser_of(user)
    page = client.get("/history/")
    assert [one["data-week"] for one in elements(page, "data-week")][-1] == "2025-12-29"
    assert [one for one in elements(page, "href") if one["href"].startswith("?year")] == []
    assert client.get("/history/?year=2025").status_code == 404


def test_on_the_last_day_of_a_week_it_is_not_over_yet(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-15 20:00:00Z")
    user = a_person()
    walk = an_exercise("walk")
    on_plan(user, walk, date(2026, 11, 2))
    for n in range(7):
        did(user, walk, date(2026, 11, 2) + timedelta(days=n))
    said = text_of(browser_of(user).get("/history/"))
    assert "Kept weeks in a row 1" in said
    assert "Kept weeks in 2026 1 of 1" in said


def test_a_year_gone_by_tells_of_itself_alone() -> None:
    user = a_person()
    walk = an_exercise("walk")
    on_plan(user, walk, date(2024, 1, 1))
    # 2024: all days. 2025: Saturdays, and every day in its last four weeks but the last three days. 2026: every day.
    for n in range((TODAY - date(2024, 1, 1)).days):
        day = date(2024, 1, 1) + timedelta(days=n)
        kept = day.year != 2025 or day.weekday() == 5 or date(2025, 12, 1) <= day <= date(2025, 12, 28)
        if kept:
            did(user, walk, day)
    said = text_of(browser_of(user).get("/history/?year=2025"))
    assert "Kept weeks in 2025 4 of 52" in said
    assert "Best four weeks in 2025 100 %" in said
    assert "4 of 52 Saturday 6 days" in said
    assert "Best four weeks in 2026 100 %" in text_of(browser_of(user).get("/history/"))


def test_a_pause_counts_the_days_that_have_begun() -> None:
    user = a_person()
    on_plan(user, an_exercise("walk"), date(2026, 11, 2))
    Pause.objects.create(user=user, starts_on=date(2026, 11, 18), ends_on=date(2026, 12, 18), reason="travel")
    lines = elements(browser_of(user).get("/history/"), "data-paused")
    assert next((one["data-week"], one["data-paused"]) for one in lines) == ("2026-11-16", "2")


def test_each_exercise_of_the_year_has_its_figures() -> None:
    user = a_person()
    walk, grip, gone = an_exercise("walk"), an_exercise("grip", TWO_OR_THREE_A_WEEK), an_exercise("gone")
    on_plan(user, walk, date(2026, 10, 5))
    on_plan(user, grip, date(2026, 10, 5))
    on_plan(user, gone, date(2026, 10, 5), date(2026, 10, 12))
    for n in range(38):
        if n not in (10, 11, 12, 20):
            did(user, walk, date(2026, 10, 5) + timedelta(days=n))
    for week in range(6):
        did(user, grip, date(2026, 10, 6) + timedelta(weeks=week))
    page = browser_of(user).get("/history/")
    rows = {one["data-exercise"]: one for one in elements(page, "data-strength")}
    assert {slug: (one["data-credited"], one["data-prescribed"]) for slug, one in rows.items()} == {
        "walk": ("34", "42"),
        "grip": ("6", "12"),
        "gone": ("0", "7"),
    }
    said = text_of(page)
    # Seven open days at the end, today not among them.
    assert f"Walk {rows['walk']['data-strength']} 80 % 4 of 6 – 7 days" in said
    assert f"Grip {rows['grip']['data-strength']} 50 % 0 of 6 Tuesday 8 days" in said
    assert "Gone – 0 % 0 of 1 – 7 days" in said
    assert rows["gone"]["data-strength"] == ""


def test_today_is_no_gap_and_lowers_no_strength_before_it_is_over() -> None:
    user = a_person()
    walk = an_exercise("walk")
    on_plan(user, walk, date(2026, 11, 2))
    for n in range(17):
        did(user, walk, date(2026, 11, 2) + timedelta(days=n))
    client = browser_of(user)
    before = {one["data-exercise"]: one["data-strength"] for one in elements(client.get("/history/"), "data-strength")}
    assert before == {"walk": str(round(100 * (1 - 0.5 ** (17 / 13))))}
    assert "2 of 2 – 0 days" in text_of(client.get("/history/"))
    did(user, walk, date(2026, 11, 19))
    after = elements(client.get("/history/"), "data-strength")[0]["data-strength"]
    assert after == str(round(100 * (1 - 0.5 ** (18 / 13))))


def test_weeks_carry_strength_and_pain_and_the_picture_has_both() -> None:
    user = a_person()
    walk = an_exercise("walk")
    on_plan(user, walk, date(2026, 11, 2))
    for n in range(7):
        did(user, walk, date(2026, 11, 2) + timedelta(days=n))
    for key, score in enumerate((2, 5, 3)):
        CheckIn.objects.create(
            user=user,
            day=date(2026, 11, 10),
            key=UUID(int=key),
            recorded_at=datetime(2026, 11, 10, tzinfo=UTC),
            moment="general",
            score=score,
        )
    page = browser_of(user).get("/history/")
    said = text_of(page)
    assert "9 – 15 November 0 % 0 of 7 doses · strength 21 · pain 3 (2–5)" in said
    assert "2 – 8 November 100 % 7 of 7 doses · kept · strength 31" in said
    paths = {one["class"]: one["d"] for one in elements(page, "d") if one["tag"] == "path" and one.get("class")}
    assert paths["trend-kept"] == "M2 100v-100h6V100z"
    assert paths["trend-open"] == "M12 100v-2h6V100z"
    assert paths["band-dots"] == "M15 70.0h0"
    assert paths["band-range"] == "M15 50.0V80.0"
    assert paths["band-strength"] == "M5 68.9L15 78.6L25 81.7"


def test_without_a_check_in_the_picture_says_nothing_of_pain() -> None:
    user = a_person()
    on_plan(user, an_exercise("walk"), date(2026, 11, 2))
    said = text_of(browser_of(user).get("/history/"))
    assert "Doses done, and strength, in percent" in said
    assert "Pain, 0 to 10" not in said


def test_sentences_are_about_now_and_stay_away_from_years_gone_by() -> None:
    user = a_person()
    walk = an_exercise("walk")
    on_plan(user, walk, date(2025, 11, 3))
    for n in range(380):
        day = date(2025, 11, 3) + timedelta(days=n)
        if day.weekday() != 6:
            did(user, walk, day)
    client = browser_of(user)
    assert "You kept 8 of the last 8 weeks; Sundays are the gap." in text_of(client.get("/history/"))
    assert "You kept" not in text_of(client.get("/history/?year=2025"))


def test_a_streak_longer_than_what_is_looked_at_says_so() -> None:
    user = a_person()
    walk = an_exercise("walk")
    on_plan(user, walk, date(2023, 1, 2))
    for n in range((date(2026, 11, 18) - date(2023, 1, 2)).days + 1):
        did(user, walk, date(2023, 1, 2) + timedelta(days=n))
    said = text_of(browser_of(user).get("/history/"))
    weeks = (MONDAY - date(2024, 12, 23)).days // 7
    assert f"Kept weeks in a row {weeks} or more" in said
    # With the oldest of these weeks lost, the figure is exact.
    Completion.objects.for_user(user).between(date(2024, 12, 23), date(2024, 12, 29)).delete()
    assert f"Kept weeks in a row {weeks - 1} Kept" in text_of(browser_of(user).get("/history/"))
    did(user, walk, date(2024, 12, 23))
    assert "Kept weeks in 2026 45 of 45" in said
    on_plan(user, walk, date(2022, 1, 3), date(2023, 1, 2))
    assert "Kept weeks in 2024 52 of 53" in text_of(browser_of(user).get("/history/?year=2024"))
    assert "Kept weeks in a row" not in text_of(browser_of(user).get("/history/?year=2024"))


def test_the_words_of_a_day_are_escaped_once() -> None:
    month = Month(date(2026, 11, 1), [("2", SafeString("half &amp; more"))] * 30, date(2026, 11, 18), 0)
    for page in (calendar_months([month]), day_rows(month)):
        assert page.count("half &amp; more<") == 30
