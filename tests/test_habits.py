"""What a course of days tells, and that it tells nothing where there is too little to go by."""

from datetime import date, timedelta

import pytest

from history.habits import Lately, change, kept_lately, longest_gap, weekday_gap
from history.words import sentences
from tracking.adherence import Tally

MONDAY = date(2026, 9, 21)
KEPT, MISSED, PAUSED, EVERYTHING = Tally(6, 7), Tally(3, 7), Tally(0, 0), Tally(4, 4)


def gap_of(course: str) -> int:
    """“+” a day with a dose, “-” one without, “p” a paused one, “P” a paused one with a dose."""
    return longest_gap(bytes(day in "+-" for day in course), bytes(day in "+P" for day in course))


@pytest.mark.parametrize(
    ("course", "gap"),
    [
        ("", 0),
        ("++++", 0),
        ("+--+-", 2),
        ("---", 3),
        ("+-pp-+", 2),
        ("-P-", 1),
        ("pppp", 0),
        ("+-+--+---", 3),
    ],
)
def test_the_longest_gap_is_a_run_of_days_that_asked_and_got_nothing(course: str, gap: int) -> None:
    assert gap_of(course) == gap


def eight_weeks(shares: dict[int, Tally], other: Tally = EVERYTHING) -> dict[date, Tally]:
    days = [MONDAY + timedelta(days=n) for n in range(56)]
    return {day: shares.get(day.weekday(), other) for day in days}


@pytest.mark.parametrize(
    ("shares", "gap"),
    [
        pytest.param({}, None, id="all alike"),
        pytest.param({6: Tally(1, 4)}, 6, id="Sundays"),
        pytest.param({6: Tally(1, 4), 2: Tally(2, 4)}, None, id="two of them are not one gap"),
        pytest.param({6: Tally(33, 40)}, None, id="80 % is kept"),
        pytest.param({6: Tally(0, 0)}, None, id="never asked"),
    ],
)
def test_one_weekday_that_is_clearly_behind_is_the_gap(shares: dict[int, Tally], gap: int | None) -> None:
    assert weekday_gap(eight_weeks(shares)) == gap


def test_a_weekday_is_no_gap_by_a_little_or_by_few_days() -> None:
    assert weekday_gap(eight_weeks({6: Tally(70, 100)}, Tally(89, 100))) is None
    assert weekday_gap(eight_weeks({6: Tally(70, 100)}, Tally(90, 100))) == 6
    days = eight_weeks({6: Tally(0, 4)})
    sundays = sorted(day for day in days if day.weekday() == 6)
    assert weekday_gap({day: tally for day, tally in days.items() if day not in sundays[4:]}) == 6
    assert weekday_gap({day: tally for day, tally in days.items() if day not in sundays[3:]}) is None


@pytest.mark.parametrize(
    ("finished", "found"),
    [
        ([], None),
        ([KEPT] * 3, None),
        ([KEPT] * 3 + [MISSED], Lately(kept=3, asked=4, weeks=4)),
        ([KEPT] * 9 + [MISSED] * 2, Lately(kept=6, asked=8, weeks=8)),
        ([MISSED] * 5 + [KEPT] * 6 + [PAUSED] + [MISSED] * 2, Lately(kept=5, asked=7, weeks=8)),
        pytest.param([KEPT] * 20 + [PAUSED] * 5, None, id="what was kept long ago is not lately"),
    ],
)
def test_the_latest_eight_weeks_of_the_calendar_are_counted(finished: list[Tally], found: Lately | None) -> None:
    assert kept_lately(finished) == found


def test_four_weeks_are_compared_with_the_four_before_where_they_differ_clearly() -> None:
    low, high = Tally(50, 100), Tally(60, 100)
    assert change([low] * 4 + [high] * 3) is None
    assert change([low] * 4 + [high] * 4) == (Tally(200, 400), Tally(240, 400))
    assert change([low] * 3 + [high] * 4 + [low] * 4) == (Tally(240, 400), Tally(200, 400))
    assert change([high] * 4 + [PAUSED] + [low] * 4) is None
    assert change([low] * 4 + [Tally(59, 100)] * 4) is None


def test_the_sentences_say_what_was_found_and_no_more() -> None:
    week = [KEPT] * 6 + [MISSED] * 2
    assert sentences([KEPT] * 3, eight_weeks({})) == []
    assert sentences(week, eight_weeks({})) == [
        "You kept 6 of the last 8 weeks.",
        "Over the last four weeks you did 64 % of your plan, after 85 % before.",
    ]
    assert sentences([KEPT] * 8, eight_weeks({6: Tally(1, 4)})) == [
        "You kept 8 of the last 8 weeks; Sundays are the gap."
    ]
    assert sentences([KEPT] * 3 + [PAUSED] * 2 + [KEPT, MISSED], eight_weeks({6: Tally(1, 4)})) == [
        "Of the last 7 weeks 5 asked for something, and you kept 4 of them."
    ]
    assert sentences([KEPT] * 20 + [PAUSED] * 8, {}) == []
    assert sentences([MISSED] * 4 + [KEPT] * 4, {}) == [
        "You kept 4 of the last 8 weeks.",
        "Over the last four weeks you did 85 % of your plan, up from 42 %.",
    ]
