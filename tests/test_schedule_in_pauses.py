"""What a pause asks for and what it leaves alone, day by day and week by week. The rules are in docs/adherence.md."""

from datetime import date

import pytest

from exercises.prescription import Frequency, Per
from tracking.adherence import Tally, asked_in_week, asked_on, pace, tally
from tracking.schedule import (
    ONE_DAY,
    Item,
    Paused,
    Standing,
    Status,
    Week,
    frequencies,
    frequency_on,
    is_kept,
    needed_on,
    paused_days,
    standing,
)

MON, TUE, WED, THU, FRI, SAT, SUN = (date(2026, 11, 16) + n * ONE_DAY for n in range(7))
LAST_SUN, NEXT_MON = MON - ONE_DAY, SUN + ONE_DAY
THE_WEEK = Week(MON)
LONG_AGO = date(2020, 1, 1)
A_FOOT, A_LEG = 1, 2

TWICE_A_DAY = Frequency(Per.DAY, 2, 3)
TWICE_A_WEEK = Frequency(Per.WEEK, 2, 3)


def item(frequency: Frequency, starts_on: date = LONG_AGO, ends_on: date | None = None) -> Item:
    return Item(A_FOOT, frequency, starts_on, ends_on)


# Which days


@pytest.mark.parametrize(
    ("pause", "expected"),
    [
        pytest.param(Paused(TUE, THU), {TUE, WED}, id="from its first day until the day before its end"),
        pytest.param(Paused(SAT), {SAT, SUN}, id="without an end, to the last day that is looked at"),
        pytest.param(Paused(LONG_AGO, TUE), {MON}, id="begun before"),
        pytest.param(Paused(LONG_AGO), set(THE_WEEK.days), id="all of the week"),
        pytest.param(Paused(SUN, NEXT_MON), {SUN}, id="the last day alone"),
        pytest.param(Paused(SUN, NEXT_MON + ONE_DAY), {SUN}, id="ending after it"),
        pytest.param(Paused(LONG_AGO, MON), set(), id="over before it"),
        pytest.param(Paused(NEXT_MON), set(), id="not begun yet"),
        pytest.param(Paused(TUE, THU, frozenset({A_LEG})), {TUE, WED}, id="keeping another exercise"),
        pytest.param(Paused(TUE, THU, frozenset({A_FOOT})), set(), id="keeping this one"),
    ],
)
def test_the_days_of_a_week_on_which_a_pause_asks_for_nothing(pause: Paused, expected: set[date]) -> None:
    assert paused_days([pause], A_FOOT, MON, SUN) == expected


def test_the_days_of_several_pauses_are_those_of_each() -> None:
    assert paused_days([Paused(LONG_AGO, TUE), Paused(THU, FRI)], A_FOOT, MON, SUN) == {MON, THU}


@pytest.mark.parametrize(
    ("day", "holds"), [(MON, False), (TUE, True), (WED, True), (THU, False)], ids=["before", "first", "last", "after"]
)
def test_an_exercise_that_a_pause_keeps_goes_on_at_its_minimum(day: date, holds: bool) -> None:
    pauses = [Paused(TUE, THU, frozenset({A_FOOT}))]
    assert is_kept(A_FOOT, day, pauses) is holds
    assert is_kept(A_LEG, day, pauses) is False
    assert frequency_on(item(TWICE_A_DAY), day, pauses) == (Frequency(Per.DAY, 2, 2) if holds else TWICE_A_DAY)


def test_a_pause_without_an_end_holds_on() -> None:
    assert [Paused(TUE).holds(day) for day in (MON, TUE, NEXT_MON)] == [False, True, True]


# How an exercise stands


@pytest.mark.parametrize(
    ("frequency", "done", "expected"),
    [
        pytest.param(TWICE_A_DAY, {}, Status.PAUSED, id="a daily one is paused"),
        pytest.param(TWICE_A_DAY, {MON: 2}, Status.PAUSED, id="also after what would be enough"),
        pytest.param(TWICE_A_DAY, {MON: 3}, Status.COMPLETE, id="unless all of it was done"),
        pytest.param(TWICE_A_WEEK, {}, Status.PAUSED, id="a weekly one is paused"),
        pytest.param(TWICE_A_WEEK, {LAST_SUN: 1}, Status.PAUSED, id="also where it would rest"),
        pytest.param(TWICE_A_WEEK, {MON: 1}, Status.COMPLETE, id="unless it was done that day"),
    ],
)
def test_a_paused_day_asks_for_nothing_and_takes_what_is_done(
    frequency: Frequency, done: dict[date, int], expected: Status
) -> None:
    assert standing(frequency, MON, done, 0, {MON}) == Standing(expected)


def test_other_paused_days_do_not_pause_this_one() -> None:
    assert standing(TWICE_A_DAY, MON, {}, 0, {TUE}) == Standing(Status.DUE)
    assert standing(TWICE_A_WEEK, MON, {}, 0, {TUE}) == Standing(Status.DUE)


def test_what_was_done_on_a_paused_day_moves_the_rest_and_is_none_of_the_days_of_the_week() -> None:
    three_days = {MON: 1, WED: 1, FRI: 1}
    assert standing(TWICE_A_WEEK, SAT, three_days, 0) == Standing(Status.COMPLETE)
    assert standing(TWICE_A_WEEK, SAT, three_days, 0, {FRI}) == Standing(Status.RESTING, SUN)
    assert standing(TWICE_A_WEEK, SUN, three_days, 0, {FRI}) == Standing(Status.ENOUGH)
    assert standing(TWICE_A_WEEK, SUN, three_days, 0, {WED, FRI}) == Standing(Status.DUE)


def test_a_rest_ends_early_where_a_day_that_does_not_count_makes_the_next_one_pressing() -> None:
    twice = Frequency(Per.WEEK, 2, 2)
    assert standing(twice, FRI, {THU: 1}, 0) == Standing(Status.RESTING, SUN)
    assert standing(twice, FRI, {THU: 1}, 0, {THU}) == Standing(Status.RESTING, SAT)


@pytest.mark.parametrize(
    ("frequency", "done", "paused", "expected"),
    [
        pytest.param(TWICE_A_DAY, {}, {SUN}, 0, id="a paused day needs nothing"),
        pytest.param(TWICE_A_DAY, {}, {SAT}, 2, id="the day after a pause needs what it always does"),
        pytest.param(TWICE_A_WEEK, {}, {SUN}, 0, id="nor does a paused day of a weekly one"),
        pytest.param(TWICE_A_WEEK, {MON: 1, FRI: 1}, {SAT}, 0, id="two days done are enough"),
        pytest.param(TWICE_A_WEEK, {MON: 1, FRI: 1}, {FRI}, 1, id="but not where one of them was paused"),
    ],
)
def test_what_a_day_needs(frequency: Frequency, done: dict[date, int], paused: set[date], expected: int) -> None:
    assert needed_on(frequency, SUN, done, 0, paused) == expected


# What each day of a span asks for


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "expected"),
    [
        pytest.param(LONG_AGO, None, "xxxxxxx", id="all along"),
        pytest.param(MON, NEXT_MON, "xxxxxxx", id="just this week"),
        pytest.param(TUE, FRI, "-xxx---", id="from the first day until the day before the end"),
        pytest.param(SUN, None, "------x", id="the last day"),
        pytest.param(LONG_AGO, TUE, "x------", id="the first day"),
        pytest.param(LONG_AGO, MON, "-------", id="over before"),
        pytest.param(NEXT_MON, None, "-------", id="still to come"),
    ],
)
def test_a_span_asks_on_the_days_in_force(starts_on: date, ends_on: date | None, expected: str) -> None:
    asked = frequencies([item(TWICE_A_DAY, starts_on, ends_on)], MON, SUN, [])
    assert asked == [TWICE_A_DAY if mark == "x" else None for mark in expected]


def test_a_span_asks_by_the_item_of_each_day_and_for_nothing_on_paused_ones() -> None:
    items = [item(TWICE_A_DAY, LONG_AGO, WED), item(TWICE_A_WEEK, THU)]
    asked = frequencies(items, MON, SUN, [MON, SUN])
    assert asked == [None, TWICE_A_DAY, None, TWICE_A_WEEK, TWICE_A_WEEK, TWICE_A_WEEK, None]


# What a week is measured against


def test_what_is_done_on_paused_days_is_credited_nowhere() -> None:
    done = dict.fromkeys((MON, TUE, WED), 3)
    assert tally([item(TWICE_A_DAY)], THE_WEEK, done, {MON, TUE}) == Tally(2, 10)
    assert tally([item(TWICE_A_WEEK)], THE_WEEK, done, {MON, TUE, SAT}) == Tally(1, 1)


def test_paused_days_of_other_weeks_change_nothing() -> None:
    assert tally([item(TWICE_A_DAY)], THE_WEEK, {MON: 1}, {LAST_SUN, NEXT_MON}) == Tally(1, 14)


def test_the_pace_passes_over_paused_days_of_a_weekly_frequency() -> None:
    every_day = item(Frequency(Per.WEEK, 7, 7))
    assert pace([every_day], THE_WEEK, THU) == 3
    assert pace([every_day], THE_WEEK, THU, {MON, TUE}) == 1
    assert pace([every_day], THE_WEEK, THU, {FRI}) == 3


@pytest.mark.parametrize(
    ("items", "pauses", "expected"),
    [
        pytest.param([item(TWICE_A_DAY)], [], [2] * 7, id="twice a day"),
        pytest.param([item(TWICE_A_DAY)], [Paused(TUE, THU)], [2, 0, 0, 2, 2, 2, 2], id="with two days of a pause"),
        pytest.param([item(TWICE_A_DAY)], [Paused(LAST_SUN, MON)], [2] * 7, id="a pause that ended before"),
        pytest.param(
            [item(TWICE_A_DAY)], [Paused(LAST_SUN, MON), Paused(TUE, WED)], [2, 0, 2, 2, 2, 2, 2], id="and another one"
        ),
        pytest.param(
            [item(TWICE_A_DAY)], [Paused(LAST_SUN, TUE)], [0, 2, 2, 2, 2, 2, 2], id="one that ended on Monday"
        ),
        pytest.param([item(TWICE_A_DAY)], [Paused(SUN)], [2, 2, 2, 2, 2, 2, 0], id="one from Sunday on"),
        pytest.param([item(TWICE_A_DAY)], [Paused(NEXT_MON)], [2] * 7, id="one that is to come"),
        pytest.param([item(TWICE_A_DAY, WED, FRI)], [], [0, 0, 2, 2, 0, 0, 0], id="on the plan for two days"),
        pytest.param(
            [item(TWICE_A_DAY, LONG_AGO, WED), item(Frequency(Per.DAY, 1, 1), WED)],
            [],
            [2, 2, 1, 1, 1, 1, 1],
            id="less from Wednesday on",
        ),
        pytest.param([item(TWICE_A_WEEK)], [], [1, 0, 1, 0, 0, 0, 0], id="twice a week, done on Monday and Wednesday"),
        pytest.param([item(TWICE_A_WEEK)], [Paused(SUN)], [1, 0, 1, 0, 0, 0, 0], id="likewise before a pause"),
        pytest.param([], [], [0] * 7, id="off the plan"),
    ],
)
def test_what_each_day_of_a_week_gone_by_asked_for(
    items: list[Item], pauses: list[Paused], expected: list[int]
) -> None:
    done = {MON: 1, WED: 1}
    lately = bytes(6) + bytes([1, 0, 1, 0, 0, 0, 0])
    assert list(asked_in_week(items, THE_WEEK, NEXT_MON, done, lately, pauses)) == expected
    assert [asked_on(items, THE_WEEK, day, NEXT_MON, done, pauses) for day in THE_WEEK.days] == expected


@pytest.mark.parametrize("today", [LONG_AGO, MON, TUE, WED, THU, FRI, SAT, SUN, NEXT_MON, date(2027, 6, 1)])
@pytest.mark.parametrize(
    "pattern", ["0000001100000", "1000000000101", "0000010010010", "0000000000000", "1111111111111"]
)
def test_a_week_without_a_pause_asks_what_its_days_ask(today: date, pattern: str) -> None:
    lately = bytes(map(int, pattern))
    done = {MON + (n - 6) * ONE_DAY: 1 for n, was_done in enumerate(lately) if was_done}
    items = [item(TWICE_A_WEEK)]
    expected = [asked_on(items, THE_WEEK, day, today, done) for day in THE_WEEK.days]
    assert list(asked_in_week(items, THE_WEEK, today, done, lately)) == expected


@pytest.mark.parametrize(
    ("items", "pauses", "done", "expected"),
    [
        pytest.param([item(TWICE_A_WEEK)], [], {TUE: 1, THU: 1}, 0, id="the week has had its two days"),
        pytest.param([item(TWICE_A_WEEK)], [], {TUE: 1}, 1, id="the week has had one of two days"),
        pytest.param([item(TWICE_A_WEEK, MON)], [], {TUE: 1, THU: 1}, 0, id="the plan began on that very day"),
        pytest.param(
            [item(TWICE_A_WEEK, LONG_AGO, FRI)], [], {TUE: 1}, 1, id="taken off on Friday, when one day lacked"
        ),
        pytest.param(
            [item(TWICE_A_WEEK, LONG_AGO, THU), item(Frequency(Per.WEEK, 7, 7), THU)],
            [],
            {TUE: 1, WED: 1},
            0,
            id="two days were enough, and seven were asked for only from Thursday on",
        ),
        pytest.param(
            [item(TWICE_A_WEEK)], [Paused(THU)], {TUE: 1}, 1, id="a pause from Thursday on, when one day lacked"
        ),
        pytest.param([item(TWICE_A_WEEK)], [Paused(LONG_AGO, MON)], {TUE: 1, THU: 1}, 0, id="a pause that was over"),
    ],
)
def test_a_day_is_measured_by_the_plan_as_it_stood_then(
    items: list[Item], pauses: list[Paused], done: dict[date, int], expected: int
) -> None:
    assert asked_on(items, THE_WEEK, MON, NEXT_MON, done, pauses) == expected


def test_an_item_that_came_later_is_no_part_of_a_week_in_which_the_plan_began() -> None:
    """On Tuesday, when it began, six days asked for two; only since Friday there are seven a week."""
    items = [item(TWICE_A_WEEK, TUE, FRI), item(Frequency(Per.WEEK, 7, 7), FRI)]
    assert asked_on(items, THE_WEEK, TUE, NEXT_MON, {WED: 1, THU: 1}) == 0


def test_days_paused_before_it_are_none_of_those_that_a_week_could_have_had() -> None:
    """Of five days twice a week asks for one, which was Wednesday."""
    assert asked_on([item(TWICE_A_WEEK)], THE_WEEK, SAT, NEXT_MON, {WED: 1}, [Paused(MON, WED)]) == 0


def test_today_and_days_to_come_are_measured_as_they_stand() -> None:
    done = {THU: 1, SAT: 1}
    assert asked_on([item(TWICE_A_WEEK)], THE_WEEK, MON, MON, done) == 1
    assert asked_on([item(TWICE_A_WEEK)], THE_WEEK, MON, TUE, done) == 0
