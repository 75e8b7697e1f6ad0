"""What is due on a day. The rules are in docs/adherence.md; here is every boundary of them, without a database."""

from datetime import date, timedelta

import pytest

from exercises.prescription import Frequency, Per
from tracking.schedule import MAX_NTH, ONE_DAY, Item, Standing, Status, Week, needed_on, standing

DUE, ENOUGH, RESTING, COMPLETE = Status.DUE, Status.ENOUGH, Status.RESTING, Status.COMPLETE

MON, TUE, WED, THU, FRI, SAT, SUN = (date(2026, 11, 16) + n * ONE_DAY for n in range(7))
LAST_MON, LAST_TUE, LAST_WED, LAST_THU, LAST_FRI, LAST_SAT, LAST_SUN = (
    day - timedelta(days=7) for day in (MON, TUE, WED, THU, FRI, SAT, SUN)
)
NEXT_MON, NEXT_TUE = MON + timedelta(days=7), TUE + timedelta(days=7)

FROM_MONDAY, FROM_SATURDAY, FROM_SUNDAY = 0, 5, 6


def a_day(at_least: int, at_most: int) -> Frequency:
    return Frequency(Per.DAY, at_least, at_most)


def a_week(at_least: int, at_most: int) -> Frequency:
    return Frequency(Per.WEEK, at_least, at_most)


def once_on(*days: date) -> dict[date, int]:
    return dict.fromkeys(days, 1)


# So many times a day


@pytest.mark.parametrize(
    ("frequency", "n", "status"),
    [
        pytest.param(a_day(1, 1), 0, DUE, id="every day: due"),
        pytest.param(a_day(1, 1), 1, COMPLETE, id="every day: done"),
        pytest.param(a_day(1, 1), 2, COMPLETE, id="every day: done twice"),
        pytest.param(a_day(2, 3), 0, DUE, id="2 to 3 times: none of two"),
        pytest.param(a_day(2, 3), 1, DUE, id="2 to 3 times: one of two"),
        pytest.param(a_day(2, 3), 2, ENOUGH, id="2 to 3 times: two is enough"),
        pytest.param(a_day(2, 3), 3, COMPLETE, id="2 to 3 times: three is complete"),
        pytest.param(a_day(2, 3), 4, COMPLETE, id="2 to 3 times: a fourth is not refused"),
        pytest.param(a_day(3, 3), 2, DUE, id="3 times: two of three"),
        pytest.param(a_day(3, 3), 3, COMPLETE, id="3 times: without a range there is no enough"),
        pytest.param(a_day(1, 4), 1, ENOUGH, id="up to 4 times: one is enough"),
        pytest.param(a_day(1, 4), 3, ENOUGH, id="up to 4 times: three is still enough"),
        pytest.param(a_day(1, 4), 4, COMPLETE, id="up to 4 times: four is complete"),
        pytest.param(a_day(20, 20), 19, DUE, id="20 times: nineteen"),
        pytest.param(a_day(20, 20), 20, COMPLETE, id="20 times: twenty"),
    ],
)
def test_a_daily_exercise_stands_as_its_completions_of_the_day(frequency: Frequency, n: int, status: Status) -> None:
    assert standing(frequency, MON, {MON: n}, FROM_MONDAY) == Standing(status)


def test_a_daily_exercise_takes_no_notice_of_other_days() -> None:
    done = {LAST_SUN: 5, MON: 1, TUE: 5}
    assert standing(a_day(2, 3), MON, done, FROM_MONDAY) == Standing(DUE)


def test_a_daily_exercise_without_a_history_is_due() -> None:
    assert standing(a_day(1, 1), MON, {}, FROM_MONDAY) == Standing(DUE)


# So many times a week: done today


@pytest.mark.parametrize("at_most", range(1, 8))
def test_done_today_is_complete_for_today(at_most: int) -> None:
    assert standing(a_week(1, at_most), MON, once_on(MON), FROM_MONDAY) == Standing(COMPLETE)


@pytest.mark.parametrize(
    "done",
    [
        pytest.param(once_on(LAST_SUN, MON), id="though yesterday was done"),
        pytest.param(once_on(MON, TUE), id="though tomorrow was ticked already"),
        pytest.param({MON: 2}, id="done twice"),
    ],
)
def test_done_today_is_complete_whatever_else_was_done(done: dict[date, int]) -> None:
    assert standing(a_week(2, 3), MON, done, FROM_MONDAY) == Standing(COMPLETE)


def test_a_day_with_zero_completions_is_a_day_not_done() -> None:
    assert standing(a_week(2, 3), MON, {LAST_SUN: 0, MON: 0}, FROM_MONDAY) == Standing(DUE)


# So many times a week: the rest between two days


@pytest.mark.parametrize(
    ("at_most", "gap"),
    [
        pytest.param(1, 7, id="once a week rests six days"),
        pytest.param(2, 3, id="twice a week rests two days"),
        pytest.param(3, 2, id="3 times a week rests one day"),
        pytest.param(4, 1, id="4 times a week never rests"),
        pytest.param(5, 1, id="5 times a week never rests"),
        pytest.param(6, 1, id="6 times a week never rests"),
        pytest.param(7, 1, id="7 times a week never rests"),
    ],
)
def test_an_exercise_rests_for_a_week_divided_by_its_upper_end(at_most: int, gap: int) -> None:
    """Done last Sunday: the new week has all its days left, so that nothing is pressing before Sunday."""
    done = once_on(LAST_SUN)
    again_on = LAST_SUN + timedelta(days=gap)
    for day in (MON, TUE, WED, THU, FRI, SAT, SUN):
        expected = Standing(RESTING, again_on) if day < again_on else Standing(DUE)
        assert standing(a_week(1, at_most), day, done, FROM_MONDAY) == expected


def test_the_rest_hangs_on_the_upper_end_and_not_on_the_lower() -> None:
    assert standing(a_week(1, 3), MON, once_on(LAST_SUN), FROM_MONDAY) == Standing(RESTING, TUE)
    assert standing(a_week(3, 3), MON, once_on(LAST_SUN), FROM_MONDAY) == Standing(RESTING, TUE)
    assert standing(a_week(1, 2), MON, once_on(LAST_SUN), FROM_MONDAY) == Standing(RESTING, WED)


def test_the_rest_counts_from_the_last_day_done() -> None:
    assert standing(a_week(2, 3), THU, once_on(MON, WED), FROM_MONDAY) == Standing(RESTING, FRI)


@pytest.mark.parametrize(
    ("frequency", "done_on", "day", "expected"),
    [
        pytest.param(a_week(1, 1), LAST_MON, MON, Standing(DUE), id="once a week: seven days ago is long enough"),
        pytest.param(a_week(1, 1), LAST_TUE, MON, Standing(RESTING, TUE), id="once a week: six days ago is not"),
        pytest.param(a_week(2, 2), LAST_FRI, MON, Standing(DUE), id="twice a week: three days ago is long enough"),
        pytest.param(a_week(2, 2), LAST_SAT, MON, Standing(RESTING, TUE), id="twice a week: two days ago is not"),
        pytest.param(a_week(2, 3), LAST_SAT, MON, Standing(DUE), id="2 to 3 times a week: two days ago is long enough"),
        pytest.param(a_week(2, 3), LAST_SUN, MON, Standing(RESTING, TUE), id="2 to 3 times a week: yesterday is not"),
        pytest.param(a_week(4, 4), LAST_SUN, MON, Standing(DUE), id="4 times a week: yesterday is long enough"),
    ],
)
def test_last_week_counts_towards_rest(frequency: Frequency, done_on: date, day: date, expected: Standing) -> None:
    assert standing(frequency, day, once_on(done_on), FROM_MONDAY) == expected


def test_last_week_does_not_count_towards_this_week() -> None:
    done = once_on(LAST_TUE, LAST_THU, LAST_SAT)
    assert standing(a_week(2, 3), MON, done, FROM_MONDAY) == Standing(DUE)


def test_a_rest_may_run_over_into_the_next_week() -> None:
    assert standing(a_week(1, 2), SUN, once_on(SAT), FROM_MONDAY) == Standing(RESTING, NEXT_TUE)


# So many times a week: now or never


@pytest.mark.parametrize(
    ("frequency", "done", "day", "expected"),
    [
        pytest.param(
            a_week(2, 2), once_on(FRI), SAT, Standing(RESTING, SUN), id="one missing, two days left: it can rest"
        ),
        pytest.param(a_week(2, 2), once_on(FRI), SUN, Standing(DUE), id="one missing, one day left: now"),
        pytest.param(a_week(3, 3), once_on(THU), FRI, Standing(RESTING, SAT), id="two missing, three days left"),
        pytest.param(a_week(3, 3), once_on(FRI), SAT, Standing(DUE), id="two missing, two days left"),
        pytest.param(a_week(3, 3), once_on(SAT), SUN, Standing(DUE), id="two missing, one day left: better than none"),
        pytest.param(a_week(1, 1), once_on(LAST_TUE), SUN, Standing(DUE), id="no rest left and no day left"),
        pytest.param(a_week(1, 1), once_on(LAST_SUN), SAT, Standing(RESTING, SUN), id="once a week, the day before"),
        pytest.param(a_week(1, 2), once_on(SAT), SUN, Standing(RESTING, NEXT_TUE), id="nothing missing: no hurry"),
        pytest.param(a_week(2, 3), once_on(WED, SAT), SUN, Standing(RESTING, NEXT_MON), id="both done: no hurry"),
    ],
)
def test_the_last_chance_to_keep_a_week_comes_before_rest(
    frequency: Frequency, done: dict[date, int], day: date, expected: Standing
) -> None:
    assert standing(frequency, day, done, FROM_MONDAY) == expected


def test_the_last_chance_ends_a_rest_early() -> None:
    """Without the end of the week, the rest of “twice a week” would last until Monday."""
    assert standing(a_week(2, 2), SAT, once_on(FRI), FROM_MONDAY).again_on == SUN
    assert standing(a_week(1, 2), SAT, once_on(FRI), FROM_MONDAY).again_on == NEXT_MON


# So many times a week: enough and complete


@pytest.mark.parametrize(
    ("frequency", "done", "day", "expected"),
    [
        pytest.param(a_week(2, 3), once_on(MON), WED, Standing(DUE), id="one of two"),
        pytest.param(a_week(2, 3), once_on(MON, WED), FRI, Standing(ENOUGH), id="two of 2 to 3"),
        pytest.param(a_week(2, 3), once_on(MON, WED, FRI), SAT, Standing(COMPLETE), id="three of 2 to 3"),
        pytest.param(a_week(2, 3), once_on(MON, TUE, WED, THU), FRI, Standing(COMPLETE), id="four of 2 to 3"),
        pytest.param(a_week(2, 2), once_on(MON, THU), FRI, Standing(COMPLETE), id="two of two: complete, not enough"),
        pytest.param(a_week(1, 1), once_on(MON), TUE, Standing(COMPLETE), id="one of one: complete, not resting"),
        pytest.param(a_week(1, 7), once_on(MON), TUE, Standing(ENOUGH), id="one of 1 to 7"),
        pytest.param(
            a_week(1, 7), once_on(MON, TUE, WED, THU, FRI, SAT), SUN, Standing(ENOUGH), id="six of 1 to 7: still enough"
        ),
        pytest.param(
            a_week(7, 7), once_on(MON, TUE, WED, THU, FRI, SAT), SUN, Standing(DUE), id="six of seven: still due"
        ),
        pytest.param(a_week(4, 5), once_on(MON, TUE, WED), THU, Standing(DUE), id="three of 4 to 5"),
        pytest.param(a_week(4, 5), once_on(MON, TUE, WED, THU), FRI, Standing(ENOUGH), id="four of 4 to 5"),
        pytest.param(a_week(2, 3), {MON: 3}, WED, Standing(DUE), id="three times on one day are one day"),
    ],
)
def test_a_week_goes_from_due_over_enough_to_complete(
    frequency: Frequency, done: dict[date, int], day: date, expected: Standing
) -> None:
    assert standing(frequency, day, done, FROM_MONDAY) == expected


def test_rest_comes_before_enough() -> None:
    assert standing(a_week(2, 3), THU, once_on(MON, WED), FROM_MONDAY) == Standing(RESTING, FRI)


def test_the_day_after_a_rest_may_be_one_of_enough() -> None:
    done = once_on(MON, WED)
    assert standing(a_week(2, 3), THU, done, FROM_MONDAY).again_on == FRI
    assert standing(a_week(2, 3), FRI, done, FROM_MONDAY) == Standing(ENOUGH)


def test_later_days_are_not_looked_at() -> None:
    assert standing(a_week(2, 2), MON, once_on(TUE, THU), FROM_MONDAY) == Standing(DUE)
    assert standing(a_week(2, 3), TUE, once_on(MON, WED, THU, FRI), FROM_MONDAY) == Standing(RESTING, WED)


def test_a_long_history_changes_nothing() -> None:
    long_ago = once_on(*(MON - timedelta(days=n) for n in range(8, 400)))
    assert standing(a_week(1, 1), MON, long_ago, FROM_MONDAY) == Standing(DUE)


# Weeks, and where they start


@pytest.mark.parametrize(
    ("day", "week_start", "first"),
    [
        pytest.param(MON, FROM_MONDAY, MON, id="Monday begins the week of Monday"),
        pytest.param(SUN, FROM_MONDAY, MON, id="Sunday ends it"),
        pytest.param(NEXT_MON, FROM_MONDAY, NEXT_MON, id="the next Monday begins the next"),
        pytest.param(SAT, FROM_SUNDAY, LAST_SUN, id="Saturday ends the week of Sunday"),
        pytest.param(SUN, FROM_SUNDAY, SUN, id="Sunday begins it"),
        pytest.param(MON, FROM_SUNDAY, LAST_SUN, id="Monday is its second day"),
        pytest.param(FRI, FROM_SATURDAY, LAST_SAT, id="Friday ends the week of Saturday"),
        pytest.param(SAT, FROM_SATURDAY, SAT, id="Saturday begins it"),
        pytest.param(SUN, FROM_SATURDAY, SAT, id="Sunday is its second day"),
        pytest.param(date(2027, 1, 1), FROM_MONDAY, date(2026, 12, 28), id="a week over the year's end"),
        pytest.param(date(2028, 2, 29), FROM_MONDAY, date(2028, 2, 28), id="a leap day is a Tuesday"),
        pytest.param(date(2028, 3, 1), FROM_MONDAY, date(2028, 2, 28), id="the day after a leap day"),
    ],
)
def test_the_week_that_holds_a_day(day: date, week_start: int, first: date) -> None:
    assert Week.of(day, week_start) == Week(first)


def test_a_week_is_seven_days() -> None:
    week = Week(MON)
    assert week.days == (MON, TUE, WED, THU, FRI, SAT, SUN)
    assert week.last == SUN


def test_a_week_over_a_leap_day_is_seven_days() -> None:
    assert [day.day for day in Week(date(2028, 2, 28)).days] == [28, 29, 1, 2, 3, 4, 5]
    assert [day.day for day in Week(date(2027, 2, 22)).days] == [22, 23, 24, 25, 26, 27, 28]


def test_weeks_are_shifted_by_whole_weeks() -> None:
    assert Week(MON).shifted(1) == Week(NEXT_MON)
    assert Week(MON).shifted(-1) == Week(LAST_MON)
    assert Week(MON).shifted(0) == Week(MON)
    assert Week(MON).shifted(52) == Week(date(2027, 11, 15))


@pytest.mark.parametrize(
    ("week_start", "day", "expected"),
    [
        pytest.param(FROM_MONDAY, SUN, Standing(COMPLETE), id="Monday: Sunday is in the week that has its one"),
        pytest.param(FROM_SUNDAY, SUN, Standing(RESTING, NEXT_MON), id="Sunday: a new week, which begins resting"),
        pytest.param(FROM_SUNDAY, SAT, Standing(COMPLETE), id="Sunday: Saturday is in the week that has its one"),
        pytest.param(FROM_SATURDAY, SAT, Standing(RESTING, NEXT_MON), id="Saturday: a new week, which begins resting"),
        pytest.param(FROM_SATURDAY, FRI, Standing(COMPLETE), id="Saturday: Friday is in the week that has its one"),
    ],
)
def test_once_a_week_done_on_monday_by_the_start_of_the_week(week_start: int, day: date, expected: Standing) -> None:
    assert standing(a_week(1, 1), day, once_on(MON), week_start) == expected


@pytest.mark.parametrize(
    ("week_start", "last_day"),
    [
        pytest.param(FROM_MONDAY, SUN, id="Monday"),
        pytest.param(FROM_SUNDAY, SAT, id="Sunday"),
        pytest.param(FROM_SATURDAY, FRI, id="Saturday"),
    ],
)
def test_now_or_never_is_on_the_last_day_of_the_person_s_own_week(week_start: int, last_day: date) -> None:
    yesterday, before = last_day - ONE_DAY, last_day - 2 * ONE_DAY
    assert standing(a_week(2, 2), yesterday, once_on(before), week_start) == Standing(RESTING, last_day)
    assert standing(a_week(2, 2), last_day, once_on(before), week_start) == Standing(DUE)
    assert standing(a_week(2, 2), last_day, once_on(yesterday), week_start) == Standing(DUE)


def test_the_year_s_end_is_a_day_like_any_other() -> None:
    done = once_on(date(2026, 12, 31))
    assert standing(a_week(2, 3), date(2027, 1, 1), done, FROM_MONDAY) == Standing(RESTING, date(2027, 1, 2))
    assert standing(a_week(2, 3), date(2027, 1, 2), done, FROM_MONDAY) == Standing(DUE)
    done = once_on(date(2026, 12, 28), date(2026, 12, 30))
    assert standing(a_week(2, 3), date(2027, 1, 1), done, FROM_MONDAY) == Standing(ENOUGH)


def test_a_leap_day_is_a_day_like_any_other() -> None:
    done = once_on(date(2028, 2, 28))
    assert standing(a_week(2, 2), date(2028, 2, 29), done, FROM_MONDAY) == Standing(RESTING, date(2028, 3, 2))
    assert standing(a_week(2, 2), date(2028, 3, 2), done, FROM_MONDAY) == Standing(DUE)
    done = once_on(date(2028, 2, 29))
    assert standing(a_week(2, 3), date(2028, 3, 1), done, FROM_MONDAY) == Standing(RESTING, date(2028, 3, 2))


# What a day asks for


@pytest.mark.parametrize(
    ("frequency", "done", "day", "needed"),
    [
        pytest.param(a_day(2, 3), {}, MON, 2, id="a daily exercise: its lower end"),
        pytest.param(a_day(2, 3), {MON: 1}, MON, 2, id="a daily exercise, begun"),
        pytest.param(a_day(2, 3), {MON: 3}, MON, 2, id="a daily exercise, complete"),
        pytest.param(a_day(20, 20), {}, MON, 20, id="a daily exercise, twenty times"),
        pytest.param(a_week(2, 3), {}, MON, 1, id="a weekly exercise that is due"),
        pytest.param(a_week(2, 3), once_on(MON), MON, 1, id="a weekly exercise that was due, done"),
        pytest.param(a_week(2, 3), {MON: 4}, MON, 1, id="a weekly exercise that was due, done too often"),
        pytest.param(a_week(2, 3), once_on(MON), TUE, 0, id="resting"),
        pytest.param(a_week(2, 3), once_on(MON, TUE), TUE, 0, id="resting, and done all the same"),
        pytest.param(a_week(2, 3), once_on(MON, WED), FRI, 0, id="enough"),
        pytest.param(a_week(2, 3), once_on(MON, WED, FRI), FRI, 0, id="enough, and done once more"),
        pytest.param(a_week(2, 2), once_on(MON, THU), FRI, 0, id="complete for the week"),
        pytest.param(a_week(2, 2), once_on(FRI), SUN, 1, id="now or never"),
        pytest.param(a_week(2, 3), once_on(TUE), MON, 1, id="later days are not looked at"),
    ],
)
def test_the_doses_a_day_asks_for_do_not_change_while_they_are_ticked(
    frequency: Frequency, done: dict[date, int], day: date, needed: int
) -> None:
    assert needed_on(frequency, day, done, FROM_MONDAY) == needed


def test_the_doses_a_day_asks_for_follow_the_start_of_the_week() -> None:
    assert needed_on(a_week(2, 2), SAT, once_on(FRI), FROM_SUNDAY) == 1
    assert needed_on(a_week(2, 2), SAT, once_on(FRI), FROM_MONDAY) == 0


def test_asking_leaves_the_history_as_it_was() -> None:
    done = once_on(MON, WED)
    needed_on(a_week(2, 3), MON, done, FROM_MONDAY)
    standing(a_week(2, 3), THU, done, FROM_MONDAY)
    assert done == once_on(MON, WED)


# Plan items


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "day", "in_force"),
    [
        pytest.param(WED, None, TUE, False, id="the day before it starts"),
        pytest.param(WED, None, WED, True, id="its first day"),
        pytest.param(WED, None, date(2036, 1, 1), True, id="ten years later, without an end"),
        pytest.param(WED, FRI, THU, True, id="the day before its end"),
        pytest.param(WED, FRI, FRI, False, id="the end itself is not a day of it"),
        pytest.param(WED, FRI, SAT, False, id="after its end"),
        pytest.param(WED, FRI, TUE, False, id="before it starts, with an end"),
        pytest.param(WED, WED, WED, False, id="an item that ends as it starts is never in force"),
    ],
)
def test_an_item_is_in_force_from_its_first_day_until_the_day_before_its_end(
    starts_on: date, ends_on: date | None, day: date, in_force: bool
) -> None:
    assert Item(1, a_day(1, 1), starts_on, ends_on).in_force_on(day) is in_force


# Values that pages and rows rely on


def test_the_statuses_are_those_of_the_pages_in_the_order_of_a_plan() -> None:
    assert [status.value for status in Status] == ["due", "enough", "resting", "complete", "paused"]


def test_a_day_holds_at_most_twenty_completions_of_an_exercise() -> None:
    assert MAX_NTH == 20
