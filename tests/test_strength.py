"""Strength: a score that forgives. The worked examples are in docs/adherence.md; these are the properties."""

from datetime import date, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exercises.prescription import MAX_PER, Frequency, Per
from history.strength import HALF_LIFE, Shares, strength, strength_at_last, together
from history.strength import shares as shares_of
from tests.test_adherence_docs import frequencies_by_words
from tracking.course import Course
from tracking.schedule import Status, standing

START = date(2026, 11, 2)

frequencies = st.sampled_from(sorted(frequencies_by_words().values(), key=repr))
asked_days = st.lists(st.one_of(st.none(), frequencies), min_size=1, max_size=40)


@st.composite
def courses(draw: st.DrawFn) -> tuple[list[Frequency | None], list[int]]:
    asked = draw(asked_days)
    return asked, draw(st.lists(st.integers(0, 4), min_size=len(asked), max_size=len(asked)))


def shares(asked: list[Frequency | None], done: list[int]) -> Shares:
    return shares_of(Course.of(asked, bytes(done)))


def by_the_formula(days: Shares) -> float:
    """s = m·s + (1 − m)·c, as the page has it, by a fold."""
    m = 0.5 ** (1 / 13)
    counted = [credited / asked for credited, asked in zip(days.credited, days.asked, strict=True) if asked]
    return [*accumulate(counted, lambda s, c: m * s + (1 - m) * c, initial=0.0)][-1]


@given(courses())
def test_it_is_the_formula_of_the_page(course: tuple[list[Frequency | None], list[int]]) -> None:
    days = shares(*course)
    assert strength(days)[-1] == pytest.approx(by_the_formula(days), abs=1e-12)


@given(courses(), st.booleans())
def test_of_the_last_day_alone_it_is_the_same(course: tuple[list[Frequency | None], list[int]], is_over: bool) -> None:
    days = shares(*course)
    assert strength_at_last(days, is_over) == strength(days, is_over)[-1]
    assert strength_at_last(Shares([], []), is_over) == 0


@given(courses())
def test_it_stays_between_nothing_and_everything(course: tuple[list[Frequency | None], list[int]]) -> None:
    assert all(0 <= value <= 1 for value in strength(shares(*course)))


@given(courses(), st.data(), st.booleans())
def test_no_completion_ever_lowers_it(
    course: tuple[list[Frequency | None], list[int]], data: st.DataObject, is_over: bool
) -> None:
    asked, done = course
    more = list(done)
    more[data.draw(st.integers(0, len(done) - 1))] += 1
    before, after = strength(shares(asked, done), is_over), strength(shares(asked, more), is_over)
    assert all(b >= a - 1e-12 for a, b in zip(before, after, strict=True))


@given(courses(), st.data())
def test_a_pause_leaves_it_as_it_was(course: tuple[list[Frequency | None], list[int]], data: st.DataObject) -> None:
    asked, done = course
    length = data.draw(st.integers(1, 30))
    with_a_pause = strength(shares(asked + [None] * length, done + [1] * length))
    assert with_a_pause[len(asked) - 1 :] == [with_a_pause[len(asked) - 1]] * (length + 1)


def full(days: int) -> Shares:
    return Shares([2] * days, [2] * days)


def test_no_single_day_takes_more_than_a_twentieth() -> None:
    assert strength(full(HALF_LIFE))[-1] == pytest.approx(0.5)
    assert strength(Shares([2] * 200 + [0], [2] * 201))[-1] > 0.94


def test_several_exercises_are_one_by_their_doses() -> None:
    assert together([Shares([1, 0], [2, 0]), Shares([1, 0], [1, 3])]) == Shares([2, 0], [3, 3])
    assert together([]) == Shares([], [])
    assert strength(Shares([], [])) == strength(Shares([], []), is_over=False) == []


@pytest.mark.parametrize("week_start", [0, 5, 6])
@pytest.mark.parametrize("per", list(Per))
def test_whoever_does_what_is_due_has_a_full_share_every_day(per: Per, week_start: int) -> None:
    for at_most in range(1, MAX_PER[per] + 1):
        for at_least in range(1, at_most + 1):
            frequency = Frequency(per, at_least, at_most)
            for begin in range(7):
                asked, done = _doing_what_is_due(frequency, START + timedelta(days=begin), week_start)
                found = shares(asked, done)
                assert found.credited == found.asked, (frequency, begin)


def _doing_what_is_due(frequency: Frequency, first: date, week_start: int) -> tuple[list[Frequency | None], list[int]]:
    done: dict[date, int] = {}
    days = [first + timedelta(days=n) for n in range(42)]
    for day in days:
        while standing(frequency, day, done, week_start).status is Status.DUE:
            done[day] = done.get(day, 0) + 1
    return [frequency] * len(days), [done.get(day, 0) for day in days]
