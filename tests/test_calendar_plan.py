"""Which doses stand in a calendar, and on which days: against a second way of saying it, day by day."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exercises.prescription import MAX_PER, Frequency, Per
from reminders.calendar_plan import (
    MOST_SERIES,
    Observance,
    Series,
    Window,
    minutes_taken,
    observances,
    series,
    spans,
    suggested_weekdays,
)
from tests.wall_clocks import transitions, zones
from tracking.adherence import tally
from tracking.schedule import ONE_DAY, Item, Paused, Status, Week, standing

TODAY = date(2026, 11, 18)
WINDOW = Window.on(TODAY)
TWICE_A_DAY = Frequency(Per.DAY, 2, 3)
WEEK_STARTS = (0, 5, 6)
unhurried = settings(deadline=None, database=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


# --- The window -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2026-11-18", "2026-09-01", "2027-12-31"),
        ("2026-11-30", "2026-09-01", "2027-12-31"),
        ("2026-12-01", "2026-10-01", "2027-12-31"),
        ("2027-01-01", "2026-11-01", "2028-12-31"),
        ("2027-02-28", "2026-12-01", "2028-12-31"),
        ("2027-03-01", "2027-01-01", "2028-12-31"),
    ],
)
def test_a_calendar_runs_from_the_month_before_last_to_the_end_of_next_year(today: str, first: str, last: str) -> None:
    assert Window.on(date.fromisoformat(today)) == Window(date.fromisoformat(first), date.fromisoformat(last))


@unhurried
@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_eight_weeks_and_a_year_are_always_in_it(today: date) -> None:
    window = Window.on(today)
    assert window.first <= today - timedelta(days=56)
    assert window.last >= today + timedelta(days=365)
    assert (window.last - window.first).days < 3 * 366


# --- Times and room ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(1, 5), (30, 5), (300, 5), (301, 10), (600, 10), (20 * 60, 20), (20 * 60 + 1, 25)]
)
def test_a_dose_takes_up_five_minutes_or_more(seconds: int, minutes: int) -> None:
    assert minutes_taken(seconds) == minutes


# --- So many times a week ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at_least", "week_start", "weekdays"),
    [
        (1, 0, (0,)),
        (2, 0, (0, 3)),
        (3, 0, (0, 2, 4)),
        (4, 0, (0, 1, 3, 5)),
        (7, 0, (0, 1, 2, 3, 4, 5, 6)),
        (2, 6, (2, 6)),
        (3, 5, (0, 2, 5)),
    ],
)
def test_days_of_a_week_are_spread_from_its_first(at_least: int, week_start: int, weekdays: tuple[int, ...]) -> None:
    assert suggested_weekdays(Frequency(Per.WEEK, at_least, 7), week_start) == weekdays


@pytest.mark.parametrize("week_start", WEEK_STARTS)
@pytest.mark.parametrize(
    "frequency", [Frequency(Per.WEEK, low, high) for high in range(1, 8) for low in range(1, high + 1)], ids=str
)
def test_who_follows_the_calendar_is_never_told_to_rest_and_keeps_every_week(
    frequency: Frequency, week_start: int
) -> None:
    first = Week.of(TODAY, week_start).first
    item = Item(1, frequency, first)
    done: dict[date, int] = {}
    for day in (first + timedelta(n) for n in range(21)):
        if day.weekday() in suggested_weekdays(frequency, week_start):
            assert standing(frequency, day, done, week_start).status is Status.DUE
            done[day] = 1
    for n in range(3):
        kept = tally([item], Week(first).shifted(n), done)
        assert kept.credited == kept.prescribed == frequency.at_least


# --- Days, one by one -------------------------------------------------------------------------------------------------


def days_of(one: Series) -> Iterator[date]:
    day = one.first
    while day <= one.last:
        if not one.weekdays or day.weekday() in one.weekdays:
            yield day
        day += ONE_DAY


def by_the_day(
    items: Sequence[Item], pauses: Sequence[Paused], week_start: int, window: Window
) -> Counter[tuple[int, int, date]]:
    """Exercise, nth and day of each dose that is asked for, by looking at each day."""
    found: Counter[tuple[int, int, date]] = Counter()
    for n in range((window.last - window.first).days + 1):
        day = window.first + timedelta(days=n)
        for item in items:
            off = any(pause.holds(day) and item.exercise not in pause.keeps for pause in pauses)
            if off or not item.in_force_on(day):
                continue
            at_least = item.frequency.at_least
            if item.frequency.per is Per.DAY:
                found.update((item.exercise, nth, day) for nth in range(1, at_least + 1))
            elif (day.weekday() - week_start) % 7 in [k * 7 // at_least for k in range(at_least)]:
                found[item.exercise, 1, day] += 1
    return found


def shown(items: Sequence[Item], pauses: Sequence[Paused], week_start: int, window: Window = WINDOW) -> object:
    found = series(items, pauses, week_start, window)
    return Counter((one.exercise, one.nth, day) for one in found for day in days_of(one))


NEAR = st.dates(date(2026, 6, 1), date(2028, 3, 1))


@st.composite
def frequencies_(draw: st.DrawFn) -> Frequency:
    per = draw(st.sampled_from(Per))
    at_least = draw(st.integers(1, MAX_PER[per]))
    return Frequency(per, at_least, draw(st.integers(at_least, MAX_PER[per])))


@st.composite
def plans(draw: st.DrawFn) -> list[Item]:
    """Up to three exercises, each with items that follow each other, with gaps or without."""
    items = []
    for exercise in range(1, draw(st.integers(1, 3)) + 1):
        days = sorted(draw(st.sets(NEAR, min_size=1, max_size=5)))
        for first, end in zip(days, [*days[1:], None], strict=True):
            if end is None or draw(st.booleans()):
                items.append(Item(exercise, draw(frequencies_()), first, end))
    return items


@st.composite
def breaks(draw: st.DrawFn) -> list[Paused]:
    """Some pauses that do not overlap; the last may have no end, and some keep exercises."""
    days = sorted(draw(st.sets(NEAR, max_size=7)))
    ends = [*days[1::2], None] if len(days) % 2 else days[1::2]
    keeps = st.frozensets(st.integers(1, 3))
    return [Paused(first, end, draw(keeps)) for first, end in zip(days[::2], ends, strict=True)]


@unhurried
@given(items=plans(), pauses=breaks(), week_start=st.sampled_from(WEEK_STARTS))
def test_a_calendar_has_the_doses_that_each_day_asks_for_and_no_others(
    items: list[Item], pauses: list[Paused], week_start: int
) -> None:
    assert shown(items, pauses, week_start) == by_the_day(items, pauses, week_start, WINDOW)


@unhurried
@given(items=plans(), pauses=breaks(), week_start=st.sampled_from(WEEK_STARTS))
def test_each_series_has_a_name_of_its_own_and_keeps_it_as_the_window_moves(
    items: list[Item], pauses: list[Paused], week_start: int
) -> None:
    def names(today: date) -> dict[tuple[int, int, date], date]:
        found = series(items, pauses, week_start, Window.on(today))
        named = {(one.exercise, one.nth, one.since): one.last for one in found}
        assert len(named) == len(found)
        assert all(one.since <= one.first <= one.last for one in found)
        return named

    window = Window.on(date(2026, 12, 31))
    now, next_month = names(date(2026, 11, 30)), names(date(2026, 12, 1))
    over = {name for name, last in now.items() if last < window.first}
    # Of a week's days, none may be left between the first of the month and the end.
    short = {name for name, last in now.items() if last < window.first + timedelta(days=7)}
    assert now.keys() - short <= next_month.keys() <= now.keys() - over


def test_what_has_ended_before_the_window_is_left_out_and_what_comes_after_it_too() -> None:
    old = Item(1, TWICE_A_DAY, date(2026, 1, 1), date(2026, 9, 1))
    late = Item(2, TWICE_A_DAY, date(2028, 1, 1))
    assert series([old, late], [], 0, WINDOW) == []


def test_a_plan_that_goes_on_is_one_series_for_each_dose() -> None:
    began = date(2024, 5, 1)
    assert series([Item(7, TWICE_A_DAY, began)], [], 0, WINDOW) == [
        Series(7, began, 1, began, date(2026, 9, 1), date(2027, 12, 31)),
        Series(7, began, 2, began, date(2026, 9, 1), date(2027, 12, 31)),
    ]


def test_a_series_of_some_weekdays_begins_on_one_of_them() -> None:
    [one] = series([Item(1, Frequency(Per.WEEK, 2, 3), date(2026, 11, 18))], [], 0, WINDOW)
    assert (one.first, one.weekdays) == (date(2026, 11, 19), (0, 3))


def test_a_pause_parts_a_series_and_one_that_keeps_the_exercise_does_not() -> None:
    item = Item(1, TWICE_A_DAY, date(2026, 11, 1))
    days = date(2026, 11, 10), date(2026, 11, 13)
    assert list(spans(item, [Paused(*days)], WINDOW.last)) == [
        (date(2026, 11, 1), date(2026, 11, 9)),
        (date(2026, 11, 13), date(2027, 12, 31)),
    ]
    assert list(spans(item, [Paused(*days, frozenset([1]))], WINDOW.last)) == [(date(2026, 11, 1), date(2027, 12, 31))]


def test_nothing_comes_after_a_pause_without_an_end() -> None:
    item = Item(1, TWICE_A_DAY, date(2026, 11, 1))
    assert list(spans(item, [Paused(date(2026, 11, 10))], WINDOW.last)) == [(date(2026, 11, 1), date(2026, 11, 9))]


def test_there_are_never_more_than_so_many_and_the_first_ones_are_kept() -> None:
    items = [Item(n, Frequency(Per.DAY, 20, 20), date(2026, 11, 1)) for n in range(100)]
    pauses = [Paused(date(2026, 12, 1) + timedelta(days=n), date(2026, 12, 2) + timedelta(days=n)) for n in (0, 2, 4)]
    found = series(items, pauses, 0, WINDOW)
    assert len(found) == MOST_SERIES == 1000
    assert {one.first for one in found} == {date(2026, 11, 1)}


# --- Clocks -----------------------------------------------------------------------------------------------------------


def test_a_zone_is_told_by_how_the_window_begins_and_by_each_change_in_it() -> None:
    hour = timedelta(hours=1)
    assert observances(ZoneInfo("Europe/Berlin"), WINDOW) == [
        Observance(datetime(2026, 8, 30, 22, tzinfo=UTC), 2 * hour, 2 * hour, "CEST", True),
        Observance(datetime(2026, 10, 25, 1, tzinfo=UTC), 2 * hour, hour, "CET", False),
        Observance(datetime(2027, 3, 28, 1, tzinfo=UTC), hour, 2 * hour, "CEST", True),
        Observance(datetime(2027, 10, 31, 1, tzinfo=UTC), 2 * hour, hour, "CET", False),
    ]


@pytest.mark.parametrize(("last", "changes"), [("2027-10-30", 2), ("2027-10-31", 3), ("2027-11-01", 3)])
def test_a_change_on_the_last_day_is_the_last_that_is_told(last: str, changes: int) -> None:
    window = Window(WINDOW.first, date.fromisoformat(last))
    assert len(observances(ZoneInfo("Europe/Berlin"), window)) == 1 + changes


def test_a_change_is_told_by_what_the_clocks_would_have_shown() -> None:
    in_autumn, in_spring = observances(ZoneInfo("Europe/Berlin"), WINDOW)[1:3]
    assert str(in_autumn.shown) == "2026-10-25 03:00:00"
    assert str(in_spring.shown) == "2027-03-28 02:00:00"


@pytest.mark.parametrize("zone", [*zones()[::25], "Africa/Casablanca", "Australia/Lord_Howe", "Europe/Dublin"])
def test_no_change_of_a_zone_is_missed(zone: str) -> None:
    first, *found = observances(ZoneInfo(zone), WINDOW)
    assert first.before == first.after
    begin = datetime.combine(WINDOW.first - ONE_DAY, time.min, ZoneInfo(zone)).timestamp()
    end = begin + (WINDOW.last - WINDOW.first + 2 * ONE_DAY).total_seconds()
    assert [
        (int(one.at.timestamp()), one.before.total_seconds(), one.after.total_seconds())
        for one in found
        if one.before != one.after
    ] == [tuple(one) for one in transitions(zone) if begin < one.instant <= end]
