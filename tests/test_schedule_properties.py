"""What holds for every plan and every history, tried on many of them.

The real functions are held against the slow ones of `tests.naive`, and the promises at the end of docs/adherence.md
against plans made up at random. What is small enough is tried in full.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exercises.prescription import Frequency, Per
from tests import naive
from tracking.adherence import Tally, four_week_averages, pace, streak, tally, total
from tracking.schedule import ONE_DAY, Item, Standing, Status, Week, needed_on, standing

# No deadline and no complaint about slow data: a busy machine is not a failure.
thorough = settings(max_examples=200, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

WEEKLY = [Frequency(Per.WEEK, low, high) for high in range(1, 8) for low in range(1, high + 1)]
DAILY = [Frequency(Per.DAY, low, high) for high in range(1, 21) for low in range(1, high + 1)]

Done = dict[date, int]


def day_after(day: date, days: int) -> date:
    return day + timedelta(days=days)


def ticks_of(done: Mapping[date, int]) -> list[date]:
    """A history as the naive functions take it: a date for each completion."""
    return [day for day, n in done.items() for _ in range(n)]


def name_of(frequency: Frequency) -> str:
    return f"{frequency.at_least} to {frequency.at_most} a {frequency.per}"


# Plans and histories made up at random

week_starts = st.integers(0, 6)
# Mostly weekly ones, where the rules are.
frequencies = st.sampled_from(WEEKLY) | st.sampled_from(WEEKLY) | st.sampled_from(DAILY)
# A year's end and a leap day are near often enough.
days_of_interest = st.sampled_from([date(2026, 11, 16), date(2026, 12, 31), date(2028, 2, 29)]).flatmap(
    lambda day: st.integers(-10, 10).map(lambda n: day_after(day, n))
)
any_days = days_of_interest | st.dates(date(1990, 1, 1), date(2090, 12, 31))
counts = st.sampled_from([0, 1, 1, 1, 2, 3, 20])


def histories(first: date, days: int) -> st.SearchStrategy[Done]:
    """Completions on some of so many days from `first` on."""
    return st.dictionaries(st.integers(0, days - 1).map(lambda n: day_after(first, n)), counts, max_size=days)


@st.composite
def spans(draw: st.DrawFn, first: date, days: int) -> tuple[date, date | None]:
    """A plan item's first day and its end, near so many days from `first` on."""
    starts = draw(st.integers(-3, days))
    length = draw(st.none() | st.integers(1, days))
    starts_on = day_after(first, starts)
    return starts_on, None if length is None else day_after(starts_on, length)


class Course(NamedTuple):
    """Some weeks of one person: the weeks, the items of the plan, each one's history, and the paused days."""

    weeks: list[Week]
    items: list[Item]
    done: dict[int, Done]
    paused: set[date]

    def tallies(self, done: dict[int, Done] | None = None) -> list[Tally]:
        done = self.done if done is None else done
        return [
            total(tally([item], week, done[item.exercise], self.paused) for item in self.items) for week in self.weeks
        ]

    def naive_scores(self) -> list[naive.Score]:
        scores = []
        for week in self.weeks:
            credited = prescribed = 0
            for item in self.items:
                days = naive.asking_days(list(week.days), item.starts_on, item.ends_on, sorted(self.paused))
                frequency = item.frequency
                ticks = ticks_of(self.done[item.exercise])
                one = naive.score(frequency.per, frequency.at_least, days, ticks)
                credited, prescribed = credited + one[0], prescribed + one[1]
            scores.append((credited, prescribed))
        return scores


@st.composite
def courses(draw: st.DrawFn) -> Course:
    first = Week.of(draw(any_days), draw(week_starts))
    weeks = [first.shifted(n) for n in range(draw(st.integers(1, 8)))]
    days = 7 * len(weeks)
    items = [
        Item(exercise, draw(frequencies), *draw(spans(first.first, days)))
        for exercise in range(draw(st.integers(1, 3)))
    ]
    return Course(
        weeks,
        items,
        {item.exercise: draw(histories(first.first, days)) for item in items},
        draw(st.sets(st.integers(0, days - 1).map(lambda n: day_after(first.first, n)), max_size=14)),
    )


# The same as the slow way


@given(st.data(), frequencies, any_days, week_starts)
@thorough
def test_the_standing_of_a_day_is_the_naive_one(
    data: st.DataObject, frequency: Frequency, day: date, week_start: int
) -> None:
    done = data.draw(histories(day_after(day, -16), 20))
    status, again_on = naive.status(
        frequency.per, frequency.at_least, frequency.at_most, day, ticks_of(done), week_start
    )
    assert standing(frequency, day, done, week_start) == Standing(Status(status), again_on)


@pytest.mark.parametrize("frequency", WEEKLY, ids=name_of)
def test_the_standing_of_a_week_is_the_naive_one_for_every_history_of_a_week(frequency: Frequency) -> None:
    """Each of the 128 histories of the seven days before, at each place in the week."""
    day = date(2026, 11, 18)
    for history in range(2**7):
        done = {day_after(day, -1 - n): 1 for n in range(7) if history >> n & 1}
        for week_start in range(7):
            status, again_on = naive.status("week", frequency.at_least, frequency.at_most, day, list(done), week_start)
            assert standing(frequency, day, done, week_start) == Standing(Status(status), again_on)


@given(any_days, week_starts)
@thorough
def test_the_week_of_a_day_is_the_naive_one(day: date, week_start: int) -> None:
    assert list(Week.of(day, week_start).days) == naive.week_around(day, week_start)


@given(courses())
@thorough
def test_the_tallies_of_a_course_are_the_naive_ones(course: Course) -> None:
    assert [(week.credited, week.prescribed) for week in course.tallies()] == course.naive_scores()


@given(courses(), st.integers(-8, 64))
@thorough
def test_the_pace_is_the_naive_one(course: Course, offset: int) -> None:
    today = day_after(course.weeks[0].first, offset)
    for week in course.weeks:
        for item in course.items:
            days = naive.asking_days(list(week.days), item.starts_on, item.ends_on, sorted(course.paused))
            expected = naive.pace(item.frequency.per, item.frequency.at_least, days, today)
            assert pace([item], week, today, course.paused) == expected


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    """Many of them empty, at 80 % exactly, or just under."""
    edge = st.sampled_from([Tally(0, 0), Tally(4, 5), Tally(8, 10), Tally(79, 100), Tally(7, 7), Tally(0, 7)])
    prescribed = draw(st.integers(0, 60))
    return draw(edge | st.integers(0, prescribed).map(lambda credited: Tally(credited, prescribed)))


def scores_of(weeks: list[Tally]) -> list[naive.Score]:
    return [(week.credited, week.prescribed) for week in weeks]


@given(tallies())
@thorough
def test_percent_and_kept_are_the_naive_ones(week: Tally) -> None:
    [score] = scores_of([week])
    assert week.percent == naive.percent(score)
    assert week.kept == naive.kept(score)


@given(st.lists(tallies(), max_size=12), tallies())
@thorough
def test_the_streak_is_the_naive_one(finished: list[Tally], running: Tally) -> None:
    [score] = scores_of([running])
    assert streak(finished, running) == naive.streak(scores_of(finished), score)


@given(st.lists(tallies(), max_size=12))
@thorough
def test_the_four_week_averages_are_the_naive_ones(finished: list[Tally]) -> None:
    averages = four_week_averages(finished)
    best, latest = (average.adherence if average else None for average in (averages.best, averages.latest))
    assert (best, latest) == naive.averages(scores_of(finished))


# Whoever does exactly what is due reaches 100 %


def do_what_is_due(frequency: Frequency, day: date, done: Done, week_start: int) -> None:
    while standing(frequency, day, done, week_start).status is Status.DUE:
        done[day] = done.get(day, 0) + 1


@pytest.mark.parametrize("frequency", WEEKLY + DAILY[:21] + DAILY[-1:], ids=name_of)
def test_whoever_does_exactly_what_is_due_reaches_everything_in_every_week(frequency: Frequency) -> None:
    """For every week start and every first day, over the first part of a week and seven weeks more.

    In a whole week, it is not one dose more than was asked for.
    """
    for week_start in range(7):
        for n in range(7):
            first_day = day_after(date(2026, 12, 14), n)
            item = Item(1, frequency, first_day)
            done: Done = {}
            for weeks in range(8):
                week = Week.of(first_day, week_start).shifted(weeks)
                for day in week.days:
                    if item.in_force_on(day):
                        do_what_is_due(frequency, day, done, week_start)
                result = tally([item], week, done)
                assert result.credited == result.prescribed, f"{first_day}, {week}"
                if weeks:
                    assert sum(done.get(day, 0) for day in week.days) == result.prescribed


@given(frequencies, any_days, week_starts, st.sets(st.integers(0, 27)))
@thorough
def test_whoever_also_does_more_than_what_is_due_reaches_everything_too(
    frequency: Frequency, first_day: date, week_start: int, extra: set[int]
) -> None:
    """The extra ones come before the day is looked at, so that they also move the rest of the days after."""
    done: Done = {day_after(first_day, n): 1 for n in extra}
    item = Item(1, frequency, first_day)
    for n in range(28):
        do_what_is_due(frequency, day_after(first_day, n), done, week_start)
    for weeks in range(4):
        week = Week.of(first_day, week_start).shifted(weeks)
        result = tally([item], week, done)
        assert result.credited == result.prescribed


@given(frequencies, any_days, week_starts, st.data())
@thorough
def test_whoever_comes_back_to_what_is_due_reaches_everything_in_the_next_whole_week(
    frequency: Frequency, day: date, week_start: int, data: st.DataObject
) -> None:
    """Whatever was done or left out in the weeks before."""
    week = Week.of(day, week_start)
    done = data.draw(histories(day_after(week.first, -14), 14))
    for day in week.days:
        do_what_is_due(frequency, day, done, week_start)
    result = tally([Item(1, frequency, date.min)], week, done)
    assert result.credited == result.prescribed


# No completion lowers a figure


def share(average: Tally | None) -> Fraction:
    return (average.adherence if average else None) or Fraction(0)


@given(courses(), st.data())
@thorough
def test_no_completion_lowers_a_figure(course: Course, data: st.DataObject) -> None:
    exercise = data.draw(st.sampled_from(sorted(course.done)), label="exercise")
    day = data.draw(st.sampled_from([day for week in course.weeks for day in week.days]), label="day")
    more = {**course.done, exercise: {**course.done[exercise], day: course.done[exercise].get(day, 0) + 1}}

    before, after = course.tallies(), course.tallies(more)
    for old, new in zip(before, after, strict=True):
        assert old.credited <= new.credited <= old.credited + 1
        assert old.prescribed == new.prescribed
        assert (old.percent or 0) <= (new.percent or 0)
        assert old.kept <= new.kept
    assert streak(before[:-1], before[-1]) <= streak(after[:-1], after[-1])
    old_averages, new_averages = four_week_averages(before), four_week_averages(after)
    assert share(old_averages.best) <= share(new_averages.best)
    assert share(old_averages.latest) <= share(new_averages.latest)


@given(courses())
@thorough
def test_no_tally_credits_more_than_it_prescribes(course: Course) -> None:
    for week in course.tallies():
        assert 0 <= week.credited <= week.prescribed
        assert week.percent is None or 0 <= week.percent <= 100


@given(courses(), st.integers(-8, 64))
@thorough
def test_the_pace_rises_to_what_is_prescribed(course: Course, offset: int) -> None:
    today = day_after(course.weeks[0].first, offset)
    for week in course.weeks:
        for item in course.items:
            reached = pace([item], week, today, course.paused)
            assert reached <= pace([item], week, today + ONE_DAY, course.paused)
            prescribed = tally([item], week, {}, course.paused).prescribed
            assert reached <= prescribed
            assert pace([item], week, week.last + ONE_DAY, course.paused) == prescribed


# Rest, and what a day asks for


@given(st.data(), st.sampled_from(WEEKLY), any_days, week_starts)
@thorough
def test_a_rest_is_over_on_the_first_day_that_does_not_rest(
    data: st.DataObject, frequency: Frequency, day: date, week_start: int
) -> None:
    """Provided that nothing is done in between. Then the exercise is due, or welcome."""
    done = data.draw(histories(day_after(day, -8), 8))
    result = standing(frequency, day, done, week_start)
    if result.status is not Status.RESTING:
        assert result.again_on is None
        return
    assert result.again_on is not None
    assert day < result.again_on <= day_after(day, 6)
    between = day
    while between < result.again_on:
        assert standing(frequency, between, done, week_start) == result
        between += ONE_DAY
    assert standing(frequency, result.again_on, done, week_start).status in {Status.DUE, Status.ENOUGH}


@given(st.data(), frequencies, any_days, week_starts)
@thorough
def test_what_a_day_asks_for_is_what_makes_it_no_longer_due(
    data: st.DataObject, frequency: Frequency, day: date, week_start: int
) -> None:
    done = data.draw(histories(day_after(day, -8), 12))
    needed = needed_on(frequency, day, done, week_start)
    for n in range(needed + 2):
        assert needed_on(frequency, day, {**done, day: n}, week_start) == needed
        is_due = standing(frequency, day, {**done, day: n}, week_start).status is Status.DUE
        assert is_due == (n < needed)


@given(st.data(), frequencies, any_days, week_starts)
@thorough
def test_only_the_running_week_and_the_six_days_before_matter(
    data: st.DataObject, frequency: Frequency, day: date, week_start: int
) -> None:
    done = data.draw(histories(day_after(day, -21), 30))
    earliest = min(Week.of(day, week_start).first, day_after(day, -6))
    enough = {other: n for other, n in done.items() if earliest <= other <= day}
    assert standing(frequency, day, enough, week_start) == standing(frequency, day, done, week_start)
    assert needed_on(frequency, day, enough, week_start) == needed_on(frequency, day, done, week_start)
