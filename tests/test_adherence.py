"""How well a plan was kept. The rules are in docs/adherence.md; here is every boundary of them, without a database."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from exercises.prescription import Frequency, Per
from tracking.adherence import KEPT_FROM, Averages, Tally, asked_on, four_week_averages, pace, streak, tally, total
from tracking.schedule import ONE_DAY, Item, Week

MON, TUE, WED, THU, FRI, SAT, SUN = (date(2026, 11, 16) + n * ONE_DAY for n in range(7))
LAST_SUN, NEXT_MON = MON - ONE_DAY, SUN + ONE_DAY
THE_WEEK = Week(MON)
LONG_AGO = date(2020, 1, 1)

FULL = Tally(7, 7)
KEPT = Tally(6, 7)
MISSED = Tally(5, 7)
NONE_DONE = Tally(0, 7)
EMPTY = Tally(0, 0)


def daily(at_least: int, at_most: int, starts_on: date = LONG_AGO, ends_on: date | None = None) -> Item:
    return Item(1, Frequency(Per.DAY, at_least, at_most), starts_on, ends_on)


def weekly(at_least: int, at_most: int, starts_on: date = LONG_AGO, ends_on: date | None = None) -> Item:
    return Item(1, Frequency(Per.WEEK, at_least, at_most), starts_on, ends_on)


def once_on(*days: date) -> dict[date, int]:
    return dict.fromkeys(days, 1)


# So many times a day


@pytest.mark.parametrize(
    ("item", "done", "expected"),
    [
        pytest.param(daily(1, 1), {}, Tally(0, 7), id="nothing done"),
        pytest.param(daily(1, 1), once_on(*THE_WEEK.days), Tally(7, 7), id="each day done"),
        pytest.param(daily(1, 1), once_on(MON), Tally(1, 7), id="the first day of the week counts"),
        pytest.param(daily(1, 1), once_on(SUN), Tally(1, 7), id="the last day of the week counts"),
        pytest.param(daily(1, 1), once_on(LAST_SUN, NEXT_MON), Tally(0, 7), id="the days round the week do not"),
        pytest.param(daily(2, 3), {MON: 1}, Tally(1, 14), id="half a day is credited as half"),
        pytest.param(daily(2, 3), {MON: 2}, Tally(2, 14), id="the lower end is a whole day"),
        pytest.param(daily(2, 3), {MON: 3}, Tally(2, 14), id="the upper end is credited as the lower"),
        pytest.param(daily(2, 3), {MON: 20}, Tally(2, 14), id="twenty are credited as the lower end"),
        pytest.param(daily(2, 2), {SUN: 4}, Tally(2, 14), id="Sunday's surplus does not mend Monday"),
        pytest.param(daily(20, 20), dict.fromkeys(THE_WEEK.days, 20), Tally(140, 140), id="twenty on each day"),
    ],
)
def test_a_daily_item_is_credited_day_by_day(item: Item, done: dict[date, int], expected: Tally) -> None:
    assert tally([item], THE_WEEK, done) == expected


# So many times a week


@pytest.mark.parametrize(
    ("item", "done", "expected"),
    [
        pytest.param(weekly(2, 3), {}, Tally(0, 2), id="nothing done"),
        pytest.param(weekly(2, 3), once_on(MON), Tally(1, 2), id="one day"),
        pytest.param(weekly(2, 3), once_on(MON, SUN), Tally(2, 2), id="the first and the last day of the week"),
        pytest.param(weekly(2, 3), once_on(MON, WED, FRI), Tally(2, 2), id="a third day is a bonus"),
        pytest.param(weekly(2, 3), {MON: 3}, Tally(1, 2), id="three times on one day are one day"),
        pytest.param(weekly(2, 3), {MON: 1, TUE: 0}, Tally(1, 2), id="zero completions are none"),
        pytest.param(weekly(2, 3), once_on(LAST_SUN, NEXT_MON), Tally(0, 2), id="the days round the week"),
        pytest.param(weekly(1, 7), once_on(*THE_WEEK.days), Tally(1, 1), id="each day, where one would do"),
        pytest.param(weekly(7, 7), once_on(*THE_WEEK.days), Tally(7, 7), id="each day, as asked"),
    ],
)
def test_a_weekly_item_is_credited_by_different_days(item: Item, done: dict[date, int], expected: Tally) -> None:
    assert tally([item], THE_WEEK, done) == expected


@pytest.mark.parametrize(
    ("at_least", "prescribed"),
    [
        pytest.param(1, [0, 0, 0, 1, 1, 1, 1], id="once a week"),
        pytest.param(2, [0, 1, 1, 1, 1, 2, 2], id="twice a week"),
        pytest.param(3, [0, 1, 1, 2, 2, 3, 3], id="3 times a week"),
        pytest.param(4, [1, 1, 2, 2, 3, 3, 4], id="4 times a week"),
        pytest.param(5, [1, 1, 2, 3, 4, 4, 5], id="5 times a week"),
        pytest.param(6, [1, 2, 3, 3, 4, 5, 6], id="6 times a week"),
        pytest.param(7, [1, 2, 3, 4, 5, 6, 7], id="7 times a week"),
    ],
)
def test_a_part_of_a_week_prescribes_its_share_rounded_half_up(at_least: int, prescribed: list[int]) -> None:
    by_start = [tally([weekly(at_least, 7, SUN - n * ONE_DAY)], THE_WEEK, {}).prescribed for n in range(7)]
    by_end = [tally([weekly(at_least, 7, LONG_AGO, TUE + n * ONE_DAY)], THE_WEEK, {}).prescribed for n in range(7)]
    by_pause = [tally([weekly(at_least, 7)], THE_WEEK, {}, set(THE_WEEK.days[n + 1 :])).prescribed for n in range(7)]
    assert by_start == by_end == by_pause == prescribed


def test_what_is_prescribed_hangs_on_the_lower_end_only() -> None:
    assert [tally([weekly(2, at_most)], THE_WEEK, {}) for at_most in range(2, 8)] == [Tally(0, 2)] * 6
    assert [tally([daily(2, at_most)], THE_WEEK, {}) for at_most in (2, 3, 20)] == [Tally(0, 14)] * 3


# Days in force, and pauses


@pytest.mark.parametrize(
    ("item", "done", "expected"),
    [
        pytest.param(daily(2, 2, THU), {}, Tally(0, 8), id="daily, from Thursday: four days"),
        pytest.param(daily(2, 2, SUN), {SUN: 2}, Tally(2, 2), id="daily, from Sunday: one day"),
        pytest.param(daily(2, 2, NEXT_MON), {SUN: 2}, Tally(0, 0), id="daily, from next week: nothing yet"),
        pytest.param(daily(2, 2, THU), {WED: 2}, Tally(0, 8), id="daily, done before it was in force"),
        pytest.param(daily(2, 2, LONG_AGO, WED), {TUE: 2, WED: 2}, Tally(2, 4), id="daily, until before Wednesday"),
        pytest.param(daily(2, 2, LONG_AGO, MON), {MON: 2}, Tally(0, 0), id="daily, ended before the week"),
        pytest.param(weekly(2, 3, THU), once_on(SUN), Tally(1, 1), id="weekly, from Thursday"),
        pytest.param(weekly(2, 3, THU), once_on(WED), Tally(0, 1), id="weekly, done before it was in force"),
        pytest.param(weekly(2, 3, SUN), once_on(SUN), Tally(0, 0), id="weekly, too short a part to ask for any"),
        pytest.param(weekly(3, 3, LONG_AGO, FRI), once_on(MON, FRI), Tally(1, 2), id="weekly, done after its end"),
        pytest.param(weekly(5, 5, TUE, SAT), once_on(TUE, WED, THU, FRI), Tally(3, 3), id="weekly, four days inside"),
    ],
)
def test_only_days_in_force_count(item: Item, done: dict[date, int], expected: Tally) -> None:
    assert tally([item], THE_WEEK, done) == expected


@pytest.mark.parametrize(
    ("item", "paused", "done", "expected"),
    [
        pytest.param(daily(2, 2), {MON, TUE}, {}, Tally(0, 10), id="daily, two days paused"),
        pytest.param(daily(2, 2), {MON}, {MON: 2, TUE: 2}, Tally(2, 12), id="daily, done on a paused day"),
        pytest.param(daily(1, 1), set(THE_WEEK.days), once_on(MON), EMPTY, id="daily, all week paused"),
        pytest.param(daily(1, 1), {LAST_SUN, NEXT_MON}, {}, Tally(0, 7), id="daily, paused round the week"),
        pytest.param(daily(1, 1, THU), {MON, THU}, {}, Tally(0, 3), id="daily, paused before and in force"),
        pytest.param(weekly(3, 3), {SAT, SUN}, once_on(MON, SAT), Tally(1, 2), id="weekly, done on a paused day"),
        pytest.param(weekly(3, 3), set(THE_WEEK.days[1:]), once_on(MON), EMPTY, id="weekly, one day left"),
    ],
)
def test_a_paused_day_asks_for_nothing_and_credits_nothing(
    item: Item, paused: set[date], done: dict[date, int], expected: Tally
) -> None:
    assert tally([item], THE_WEEK, done, paused) == expected


def test_a_week_with_a_change_of_plan_is_the_sum_of_its_items() -> None:
    done = dict.fromkeys(THE_WEEK.days, 1)
    closed, opened = daily(1, 1, LONG_AGO, THU), daily(2, 2, THU)
    assert tally([closed], THE_WEEK, done) == Tally(3, 3)
    assert tally([opened], THE_WEEK, done) == Tally(4, 8)
    assert total([tally([closed], THE_WEEK, done), tally([opened], THE_WEEK, done)]) == Tally(7, 11)


def test_a_change_of_plan_moves_no_figure_of_earlier_days() -> None:
    done = once_on(date(2026, 11, 10), MON, WED)
    last_week = Week(MON - timedelta(days=7))
    unchanged, closed = daily(1, 1, LONG_AGO), daily(1, 1, LONG_AGO, THU)
    assert tally([closed], last_week, done) == tally([unchanged], last_week, done)
    assert pace([closed], THE_WEEK, THU) == pace([unchanged], THE_WEEK, THU)


def test_a_week_over_the_year_s_end_is_one_week() -> None:
    week = Week(date(2026, 12, 28))
    assert tally([daily(1, 1)], week, once_on(date(2026, 12, 31), date(2027, 1, 1))) == Tally(2, 7)
    assert tally([weekly(2, 3, date(2027, 1, 1))], week, once_on(date(2027, 1, 1))) == Tally(1, 1)


def test_a_leap_day_is_one_of_seven() -> None:
    assert tally([daily(1, 1)], Week(date(2028, 2, 28)), once_on(date(2028, 2, 29))) == Tally(1, 7)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        pytest.param(MON, Tally(1, 2), id="Monday"),
        pytest.param(date(2026, 11, 15), Tally(2, 2), id="Sunday"),
        pytest.param(date(2026, 11, 14), Tally(2, 2), id="Saturday"),
    ],
)
def test_a_week_is_tallied_from_wherever_it_starts(first: date, expected: Tally) -> None:
    assert tally([weekly(2, 3)], Week(first), once_on(LAST_SUN, FRI)) == expected


# Shares


@pytest.mark.parametrize(
    ("tally", "adherence", "percent"),
    [
        pytest.param(EMPTY, None, None, id="nothing prescribed has no adherence"),
        pytest.param(Tally(0, 7), Fraction(0), 0, id="nothing done"),
        pytest.param(Tally(1, 7), Fraction(1, 7), 14, id="14.29 is 14"),
        pytest.param(Tally(2, 3), Fraction(2, 3), 66, id="66.67 is 66"),
        pytest.param(Tally(799, 1000), Fraction(799, 1000), 79, id="79.9 is 79"),
        pytest.param(Tally(4, 5), Fraction(4, 5), 80, id="80 is 80"),
        pytest.param(Tally(199, 200), Fraction(199, 200), 99, id="99.5 is 99"),
        pytest.param(Tally(7, 7), Fraction(1), 100, id="all is 100"),
    ],
)
def test_adherence_is_exact_and_its_percent_is_rounded_down(
    tally: Tally, adherence: Fraction | None, percent: int | None
) -> None:
    assert tally.adherence == adherence
    assert tally.percent == percent


@pytest.mark.parametrize(
    ("tally", "kept"),
    [
        pytest.param(Tally(4, 5), True, id="4 of 5 is 80 % exactly"),
        pytest.param(Tally(8, 10), True, id="8 of 10 is the same"),
        pytest.param(Tally(112, 140), True, id="112 of 140 is the same"),
        pytest.param(Tally(111, 140), False, id="111 of 140 is 79.3 %"),
        pytest.param(Tally(7999, 10000), False, id="79.99 % is not rounded up"),
        pytest.param(Tally(8001, 10000), True, id="80.01 %"),
        pytest.param(Tally(3, 4), False, id="3 of 4 is 75 %"),
        pytest.param(Tally(6, 7), True, id="6 of 7, one free day a week"),
        pytest.param(Tally(5, 7), False, id="5 of 7, two free days a week"),
        pytest.param(Tally(1, 1), True, id="everything"),
        pytest.param(Tally(0, 1), False, id="nothing"),
        pytest.param(EMPTY, False, id="nothing prescribed is not kept"),
    ],
)
def test_a_week_is_kept_from_eighty_percent_up(tally: Tally, kept: bool) -> None:
    assert tally.kept is kept


def test_the_line_of_a_kept_week_is_at_four_fifths() -> None:
    assert Fraction(4, 5) == KEPT_FROM


@pytest.mark.parametrize(
    ("tally", "share", "reached"),
    [
        pytest.param(Tally(1, 2), Fraction(1, 2), True, id="exactly"),
        pytest.param(Tally(49, 100), Fraction(1, 2), False, id="just below"),
        pytest.param(Tally(1, 1), Fraction(1), True, id="all of one dose"),
        pytest.param(Tally(0, 1), Fraction(0), True, id="nothing is asked of it"),
        pytest.param(EMPTY, Fraction(0), False, id="nothing prescribed reaches nothing"),
    ],
)
def test_a_share_is_reached_from_that_much_of_what_was_prescribed(tally: Tally, share: Fraction, reached: bool) -> None:
    assert tally.reaches(share) is reached


def test_tallies_add_up() -> None:
    assert Tally(1, 2) + Tally(3, 5) == Tally(4, 7)
    assert total([Tally(1, 2), EMPTY, Tally(3, 5)]) == Tally(4, 7)
    assert total(iter([Tally(1, 2)])) == Tally(1, 2)
    assert total([]) == EMPTY
    assert Tally() == EMPTY


# The pace of the running week


@pytest.mark.parametrize(
    ("item", "paces"),
    [
        pytest.param(daily(1, 1), [0, 1, 2, 3, 4, 5, 6, 7, 7], id="every day"),
        pytest.param(daily(2, 3), [0, 2, 4, 6, 8, 10, 12, 14, 14], id="2 to 3 times a day"),
        pytest.param(daily(1, 1, THU), [0, 0, 0, 0, 1, 2, 3, 4, 4], id="every day, from Thursday"),
        pytest.param(daily(1, 1, LONG_AGO, WED), [0, 1, 2, 2, 2, 2, 2, 2, 2], id="every day, until before Wednesday"),
        pytest.param(weekly(1, 1), [0, 0, 0, 0, 1, 1, 1, 1, 1], id="once a week"),
        pytest.param(weekly(2, 3), [0, 0, 1, 1, 1, 1, 2, 2, 2], id="2 to 3 times a week"),
        pytest.param(weekly(7, 7), [0, 1, 2, 3, 4, 5, 6, 7, 7], id="on each day of the week"),
        pytest.param(weekly(2, 3, THU), [0, 0, 0, 0, 0, 1, 1, 1, 1], id="2 to 3 times a week, from Thursday"),
        pytest.param(daily(1, 1, NEXT_MON), [0, 0, 0, 0, 0, 0, 0, 0, 0], id="not in force yet"),
    ],
)
def test_the_pace_is_the_minimum_up_to_the_end_of_yesterday(item: Item, paces: list[int]) -> None:
    """On each day of the week from Monday, on the Monday after, and a week later."""
    todays = [*THE_WEEK.days, NEXT_MON, NEXT_MON + timedelta(days=7)]
    assert [pace([item], THE_WEEK, today) for today in todays] == paces


def test_paused_days_do_not_move_the_pace() -> None:
    assert [pace([daily(2, 2)], THE_WEEK, today, {TUE}) for today in (TUE, WED, THU)] == [2, 2, 4]


def test_before_a_week_begins_its_pace_is_nothing() -> None:
    assert pace([daily(1, 1)], THE_WEEK, LAST_SUN) == 0


# The streak


@pytest.mark.parametrize(
    ("finished", "running", "length"),
    [
        pytest.param([], EMPTY, 0, id="nothing yet"),
        pytest.param([], NONE_DONE, 0, id="a first week, not kept yet"),
        pytest.param([], KEPT, 1, id="a first week, kept already"),
        pytest.param([KEPT], NONE_DONE, 1, id="the running week breaks nothing"),
        pytest.param([KEPT, FULL, KEPT], MISSED, 3, id="three kept weeks"),
        pytest.param([KEPT, FULL, KEPT], KEPT, 4, id="three kept weeks and the running one"),
        pytest.param([KEPT, KEPT, MISSED, KEPT], NONE_DONE, 1, id="a missed week breaks the run"),
        pytest.param([KEPT, KEPT, MISSED], NONE_DONE, 0, id="the last week was missed"),
        pytest.param([KEPT, KEPT, NONE_DONE], KEPT, 1, id="the running week begins a new run"),
        pytest.param([MISSED, KEPT, KEPT], NONE_DONE, 2, id="a missed week at the beginning"),
        pytest.param([Tally(4, 5), Tally(4, 5)], Tally(4, 5), 3, id="80 % exactly, three times"),
        pytest.param([Tally(4, 5), Tally(79, 100), Tally(4, 5)], EMPTY, 1, id="79 % breaks the run"),
    ],
)
def test_the_streak_is_the_run_of_kept_weeks(finished: list[Tally], running: Tally, length: int) -> None:
    assert streak(finished, running) == length


@pytest.mark.parametrize(
    ("finished", "running", "length"),
    [
        pytest.param([KEPT, EMPTY, KEPT], NONE_DONE, 2, id="between two kept weeks"),
        pytest.param([KEPT, EMPTY, EMPTY, EMPTY], NONE_DONE, 1, id="three in a row, at the end"),
        pytest.param([MISSED, EMPTY], NONE_DONE, 0, id="after a missed week"),
        pytest.param([KEPT, MISSED, EMPTY, KEPT], NONE_DONE, 1, id="between a missed week and a kept one"),
        pytest.param([EMPTY, EMPTY], EMPTY, 0, id="nothing but empty weeks"),
        pytest.param([KEPT], EMPTY, 1, id="running"),
        pytest.param([EMPTY], KEPT, 1, id="before a kept running week"),
    ],
)
def test_a_week_with_nothing_prescribed_neither_breaks_nor_lengthens_the_streak(
    finished: list[Tally], running: Tally, length: int
) -> None:
    assert streak(finished, running) == length


# Four weeks


@pytest.mark.parametrize("finished", [[], [FULL], [FULL] * 3, [FULL, EMPTY, FULL, EMPTY, FULL, EMPTY]])
def test_fewer_than_four_weeks_have_no_average(finished: list[Tally]) -> None:
    assert four_week_averages(finished) == Averages(best=None, latest=None)


@pytest.mark.parametrize(
    ("finished", "best", "latest"),
    [
        pytest.param([FULL] * 4, Tally(28, 28), Tally(28, 28), id="four weeks have one average"),
        pytest.param([FULL] * 4 + [NONE_DONE], Tally(28, 28), Tally(21, 28), id="the best is the first"),
        pytest.param([NONE_DONE] + [FULL] * 4, Tally(28, 28), Tally(28, 28), id="the best is the latest"),
        pytest.param(
            [NONE_DONE, KEPT, KEPT, KEPT, KEPT, NONE_DONE], Tally(24, 28), Tally(18, 28), id="the best is in the middle"
        ),
        pytest.param([NONE_DONE] * 5, Tally(0, 28), Tally(0, 28), id="nothing done is 0 %, not nothing"),
        pytest.param([NONE_DONE] * 4 + [MISSED], Tally(5, 28), Tally(5, 28), id="anything is better than 0 %"),
        pytest.param(
            [FULL, EMPTY, FULL, EMPTY, KEPT, KEPT], Tally(26, 28), Tally(26, 28), id="empty weeks are passed over"
        ),
        pytest.param([Tally(2, 2)] + [Tally(7, 14)] * 3, Tally(23, 44), Tally(23, 44), id="doses weigh, not weeks"),
        pytest.param(
            [Tally(1, 1)] * 4 + [Tally(13, 14)] * 4,
            Tally(4, 4),
            Tally(52, 56),
            id="the best is the highest share and not the most doses",
        ),
        pytest.param(
            [FULL, Tally(1, 7), FULL, Tally(2, 7), Tally(3, 7)],
            Tally(17, 28),
            Tally(13, 28),
            id="four in a row, and not the best four of all",
        ),
    ],
)
def test_the_four_week_averages_are_sums_of_doses(finished: list[Tally], best: Tally, latest: Tally) -> None:
    assert four_week_averages(finished) == Averages(best=best, latest=latest)


# What a single day is measured against


@pytest.mark.parametrize(
    ("item", "done", "day", "today", "expected"),
    [
        pytest.param(daily(2, 3), {}, MON, WED, 2, id="a daily item asks for its lower end"),
        pytest.param(daily(2, 3), dict.fromkeys(THE_WEEK.days, 2), MON, SUN, 2, id="whatever the week has had"),
        pytest.param(weekly(2, 3), {}, MON, WED, 1, id="a weekly item that was due asks for one"),
        pytest.param(weekly(2, 3), once_on(MON), TUE, WED, 0, id="one that rested asks for nothing"),
        pytest.param(weekly(2, 3), once_on(THU), MON, FRI, 1, id="a week that still lacks a day asks for it"),
        pytest.param(weekly(2, 3), once_on(THU, SAT), MON, SUN, 0, id="a week with all its days asks for no other"),
        pytest.param(weekly(2, 3), once_on(THU, SAT), THU, SUN, 1, id="those that were done asked for one"),
        pytest.param(weekly(2, 3), once_on(MON, WED), FRI, FRI, 0, id="today is enough after two days"),
        pytest.param(weekly(2, 2, FRI), once_on(FRI), MON, SUN, 0, id="a part of a week with its one day likewise"),
        pytest.param(weekly(3, 3, FRI), once_on(FRI), SUN, SUN, 1, id="but today is looked at as it stands"),
    ],
)
def test_a_day_is_measured_against_what_it_asked_for(
    item: Item, done: dict[date, int], day: date, today: date, expected: int
) -> None:
    assert asked_on([item], THE_WEEK, day, today, done) == expected
