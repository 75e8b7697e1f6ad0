"""The rule about pain: what to do about exercising, and when the warning signs are shown at once."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pain.rule import Advice, Entry, Outcome, advice_for, middle, outcome

WEDNESDAY = date(2026, 11, 18)


def before(*scores: tuple[int, int]) -> list[Entry]:
    """Check-ins from pairs of days back and score."""
    return [Entry(WEDNESDAY - timedelta(days=back), score) for back, score in scores]


@pytest.mark.parametrize(
    ("score", "advice"),
    [
        (0, Advice.CARRY_ON),
        (1, Advice.CARRY_ON),
        (2, Advice.CARRY_ON),
        (3, Advice.CARRY_ON),
        (4, Advice.WATCH),
        (5, Advice.WATCH),
        (6, Advice.EASE_OFF),
        (7, Advice.EASE_OFF),
        (8, Advice.EASE_OFF),
        (9, Advice.EASE_OFF),
        (10, Advice.EASE_OFF),
    ],
)
def test_each_number_has_its_advice(score: int, advice: Advice) -> None:
    assert advice_for(score) is advice


@pytest.mark.parametrize(
    ("scores", "median"),
    [
        ([], None),
        ([0], Fraction(0)),
        ([7], Fraction(7)),
        ([2, 3], Fraction(5, 2)),
        ([9, 0, 1], Fraction(1)),
        ([1, 9, 1, 2], Fraction(3, 2)),
        ([0, 10], Fraction(5)),
    ],
)
def test_the_middle_is_exact(scores: list[int], median: Fraction | None) -> None:
    assert middle(scores) == median


@pytest.mark.parametrize(
    ("earlier", "score", "severe", "risen"),
    [
        ([], 0, False, False),
        ([], 7, False, False),
        ([], 8, True, False),
        ([], 10, True, False),
        (before((1, 8)), 8, True, False),
        (before((1, 5)), 8, True, True),
        # Exactly three above, and just below it.
        (before((1, 1)), 4, False, True),
        (before((1, 1)), 3, False, False),
        (before((1, 0)), 3, False, True),
        # A median of 2.5: 5 is 2.5 above, 6 is 3.5 above.
        (before((2, 2), (1, 3)), 5, False, False),
        (before((2, 2), (1, 3)), 6, False, True),
        # It is the middle that counts, not the mean, the latest or the lowest.
        (before((3, 1), (2, 1), (1, 7)), 4, False, True),
        (before((3, 0), (2, 4), (1, 4)), 4, False, False),
        # The seven days before the day, and no eighth.
        (before((7, 1)), 4, False, True),
        (before((8, 1)), 4, False, False),
        (before((8, 1), (7, 4)), 4, False, False),
        # Earlier on the same day.
        (before((0, 1)), 4, False, True),
        (before((1, 1), (0, 4), (0, 4)), 6, False, False),
        # A day still to come, of somebody who has flown west.
        (before((-1, 1)), 4, False, False),
    ],
)
def test_the_warning_signs_are_shown_for_severe_pain_and_for_a_clear_rise(
    earlier: list[Entry], score: int, severe: bool, risen: bool
) -> None:
    said = outcome(Entry(WEDNESDAY, score), earlier)
    assert said == Outcome(advice_for(score), is_severe=severe, has_risen=risen)
    assert said.alarm is (severe or risen)


a_score = st.integers(0, 10)
a_week = st.lists(
    st.builds(lambda back, score: Entry(WEDNESDAY - timedelta(days=back), score), st.integers(0, 9), a_score)
)


@given(st.lists(a_score, min_size=1))
def test_the_middle_has_as_many_below_it_as_above(scores: list[int]) -> None:
    median = middle(scores)
    assert median is not None
    assert median.denominator in (1, 2)
    assert 2 * sum(score < median for score in scores) <= len(scores)
    assert 2 * sum(score > median for score in scores) <= len(scores)
    assert min(scores) <= median <= max(scores)


@given(a_week, a_score)
def test_a_higher_score_never_turns_the_alarm_off(earlier: list[Entry], score: int) -> None:
    alarms = [outcome(Entry(WEDNESDAY, one), earlier).alarm for one in range(score, 11)]
    assert alarms == sorted(alarms)


@given(a_week, a_score, st.randoms())
def test_the_order_of_the_earlier_check_ins_does_not_matter(earlier: list[Entry], score: int, chance: object) -> None:
    shuffled = sorted(earlier, key=lambda _one: chance.random())  # type: ignore[attr-defined]
    assert outcome(Entry(WEDNESDAY, score), shuffled) == outcome(Entry(WEDNESDAY, score), earlier)


@given(a_week, a_score)
def test_there_is_no_rise_without_three_points_between_the_lowest_and_now(earlier: list[Entry], score: int) -> None:
    near = [one.score for one in earlier if (WEDNESDAY - one.day).days <= 7]
    said = outcome(Entry(WEDNESDAY, score), earlier)
    if not near or score - min(near) < 3:
        assert not said.has_risen
    elif score - max(near) >= 3:
        assert said.has_risen
