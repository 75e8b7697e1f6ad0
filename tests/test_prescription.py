"""Doses and frequencies, as values and in words. The nine prescriptions of the routine are written out in full."""

from typing import Any

import pytest

from exercises.prescription import (
    MAX_PER,
    MAX_REPETITIONS,
    MAX_SECONDS,
    RELAX_SECONDS,
    SWITCH_SECONDS,
    Action,
    Dose,
    Frequency,
    Per,
    Range,
    Sides,
)
from exercises.words import (
    ACTION,
    PER,
    SIDES,
    dose_in_words,
    frequency_in_words,
    minutes_in_words,
    prescription_in_words,
    time_needed_in_words,
)

ONCE = Range(1, 1)


def hold(seconds: Range, repetitions: Range = ONCE, sides: Sides = Sides.TOGETHER) -> Dose:
    return Dose(Action.HOLD, seconds, repetitions, sides)


def move(seconds: Range, repetitions: Range = ONCE, sides: Sides = Sides.TOGETHER) -> Dose:
    return Dose(Action.MOVE, seconds, repetitions, sides)


def exactly(n: int) -> Range:
    return Range(n, n)


DAILY = Frequency(Per.DAY, 1, 1)

FOOT_STRETCH = hold(exactly(10), exactly(3), Sides.EACH_FOOT)
TOE_WALK = move(exactly(30))
TOE_STAND = hold(exactly(3), exactly(10))
PENCIL_GRIP = hold(exactly(10), exactly(5), Sides.EACH_FOOT)
ANKLE_CIRCLES = move(exactly(10), sides=Sides.EACH_LEG)
TENDON_STRETCH = move(exactly(30), sides=Sides.EACH_LEG)
BALL_MASSAGE = move(Range(60, 180), sides=Sides.EACH_FOOT)
LEG_RAISE = hold(exactly(30), sides=Sides.EACH_LEG)
BAND_PULL = hold(exactly(15), Range(1, 10), Sides.EACH_FOOT)


# Ranges


@pytest.mark.parametrize(("at_least", "at_most"), [(1, 1), (1, 2), (5, 5), (60, 180)])
def test_a_range_runs_from_one_or_more_upwards(at_least: int, at_most: int) -> None:
    range_ = Range(at_least, at_most)
    assert (range_.at_least, range_.at_most) == (at_least, at_most)


@pytest.mark.parametrize(("at_least", "at_most"), [(0, 1), (0, 0), (-1, 3), (3, 2), (2, 1)])
def test_a_range_that_is_empty_or_begins_at_nothing_is_an_error(at_least: int, at_most: int) -> None:
    with pytest.raises(ValueError, match=f"not {at_least} to {at_most}"):
        Range(at_least, at_most)


def test_a_range_with_one_value_is_single() -> None:
    assert Range(3, 3).is_single
    assert not Range(3, 4).is_single


# Frequencies


@pytest.mark.parametrize(
    ("per", "at_least", "at_most"),
    [(Per.DAY, 1, 1), (Per.DAY, 2, 3), (Per.DAY, 20, 20), (Per.WEEK, 1, 1), (Per.WEEK, 2, 3), (Per.WEEK, 7, 7)],
)
def test_a_frequency_is_a_range_of_times_a_day_or_a_week(per: Per, at_least: int, at_most: int) -> None:
    assert Frequency(per, at_least, at_most).range == Range(at_least, at_most)


@pytest.mark.parametrize(
    ("per", "at_least", "at_most"),
    [
        pytest.param(Per.DAY, 0, 1, id="none a day"),
        pytest.param(Per.WEEK, 0, 7, id="none a week"),
        pytest.param(Per.DAY, -1, 1, id="less than none"),
        pytest.param(Per.DAY, 3, 2, id="the ends exchanged"),
        pytest.param(Per.DAY, 1, 21, id="21 a day"),
        pytest.param(Per.DAY, 21, 21, id="21 a day, without a range"),
        pytest.param(Per.WEEK, 1, 8, id="8 days of a week"),
        pytest.param(Per.WEEK, 8, 8, id="8 days of a week, without a range"),
    ],
)
def test_a_frequency_out_of_bounds_is_an_error(per: Per, at_least: int, at_most: int) -> None:
    with pytest.raises(ValueError, match=f"{at_least} to {at_most} times a {per} is not a frequency"):
        Frequency(per, at_least, at_most)


def test_the_bounds_of_a_frequency_are_twenty_a_day_and_seven_days_a_week() -> None:
    assert MAX_PER == {Per.DAY: 20, Per.WEEK: 7}


# Doses


def test_the_longest_dose_is_an_hour_a_repetition_and_a_hundred_repetitions() -> None:
    assert (MAX_SECONDS, MAX_REPETITIONS) == (3600, 100)
    longest = hold(exactly(3600), exactly(100))
    assert longest.seconds_needed == exactly(360_297)


@pytest.mark.parametrize("seconds", [Range(1, 3601), Range(3601, 3601)])
def test_a_repetition_of_more_than_an_hour_is_an_error(seconds: Range) -> None:
    with pytest.raises(ValueError, match="a repetition lasts at most 3600 seconds"):
        hold(seconds)


@pytest.mark.parametrize("repetitions", [Range(1, 101), Range(101, 101)])
def test_a_dose_of_more_than_a_hundred_repetitions_is_an_error(repetitions: Range) -> None:
    with pytest.raises(ValueError, match="a dose has at most 100 repetitions"):
        hold(exactly(1), repetitions)


def test_letting_go_takes_three_seconds_and_changing_sides_five() -> None:
    assert (RELAX_SECONDS, SWITCH_SECONDS) == (3, 5)


@pytest.mark.parametrize(
    ("dose", "needed"),
    [
        pytest.param(hold(exactly(10)), exactly(10), id="one repetition: nothing to let go between"),
        pytest.param(hold(exactly(10), exactly(2)), exactly(23), id="two repetitions: let go once"),
        pytest.param(hold(exactly(10), sides=Sides.EACH_LEG), exactly(25), id="two legs: change over once"),
        pytest.param(hold(exactly(10), sides=Sides.EACH_FOOT), exactly(25), id="two feet: change over once"),
        pytest.param(move(exactly(1)), exactly(1), id="the shortest"),
        pytest.param(hold(Range(10, 20), Range(2, 3)), Range(23, 66), id="two ranges: both low, then both high"),
    ],
)
def test_the_seconds_of_a_dose_include_letting_go_and_changing_over(dose: Dose, needed: Range) -> None:
    assert dose.seconds_needed == needed


@pytest.mark.parametrize(
    ("dose", "needed", "words"),
    [
        pytest.param(FOOT_STRETCH, exactly(77), "about 2 min", id="foot stretch"),
        pytest.param(TOE_WALK, exactly(30), "about 1 min", id="walk on your toes"),
        pytest.param(TOE_STAND, exactly(57), "about 1 min", id="stand on your toes"),
        pytest.param(PENCIL_GRIP, exactly(129), "about 3 min", id="grab a pencil with your toes"),
        pytest.param(ANKLE_CIRCLES, exactly(25), "about 1 min", id="ankle circles"),
        pytest.param(TENDON_STRETCH, exactly(65), "about 2 min", id="stretch the tendons"),
        pytest.param(BALL_MASSAGE, Range(125, 365), "about 3–7 min", id="foot massage"),
        pytest.param(LEG_RAISE, exactly(65), "about 2 min", id="stretch the legs up"),
        pytest.param(BAND_PULL, Range(35, 359), "about 1–6 min", id="stretch with a resistance band"),
    ],
)
def test_the_time_that_each_of_the_nine_exercises_takes(dose: Dose, needed: Range, words: str) -> None:
    assert dose.seconds_needed == needed
    assert time_needed_in_words(dose) == words


# In words


@pytest.mark.parametrize(
    ("dose", "frequency", "words"),
    [
        pytest.param(FOOT_STRETCH, DAILY, "Hold 10 seconds, 3 times on each foot, every day", id="foot stretch"),
        pytest.param(TOE_WALK, Frequency(Per.DAY, 2, 3), "30 seconds, 2–3 times a day", id="walk on your toes"),
        pytest.param(
            TOE_STAND, Frequency(Per.DAY, 3, 3), "Hold 3 seconds, 10 times, 3 times a day", id="stand on your toes"
        ),
        pytest.param(
            PENCIL_GRIP,
            Frequency(Per.WEEK, 2, 3),
            "Hold 10 seconds, 5 times on each foot, 2–3 times a week",
            id="grab a pencil with your toes",
        ),
        pytest.param(
            ANKLE_CIRCLES, Frequency(Per.DAY, 2, 2), "10 seconds on each leg, twice a day", id="ankle circles"
        ),
        pytest.param(TENDON_STRETCH, DAILY, "30 seconds on each leg, every day", id="stretch the tendons"),
        pytest.param(BALL_MASSAGE, DAILY, "1–3 minutes on each foot, every day", id="foot massage"),
        pytest.param(LEG_RAISE, DAILY, "Hold 30 seconds on each leg, every day", id="stretch the legs up"),
        pytest.param(
            BAND_PULL,
            DAILY,
            "Hold 15 seconds, up to 10 times on each foot, every day",
            id="stretch with a resistance band",
        ),
    ],
)
def test_the_nine_prescriptions_in_words(dose: Dose, frequency: Frequency, words: str) -> None:
    assert prescription_in_words(dose, frequency) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        pytest.param(exactly(1), "1 second", id="one second"),
        pytest.param(exactly(2), "2 seconds", id="two seconds"),
        pytest.param(Range(1, 2), "1–2 seconds", id="a range of seconds"),
        pytest.param(exactly(59), "59 seconds", id="just under a minute"),
        pytest.param(exactly(60), "1 minute", id="a minute"),
        pytest.param(exactly(61), "61 seconds", id="just over a minute"),
        pytest.param(exactly(90), "90 seconds", id="a minute and a half"),
        pytest.param(exactly(120), "2 minutes", id="two minutes"),
        pytest.param(Range(60, 120), "1–2 minutes", id="a range of minutes"),
        pytest.param(Range(30, 60), "30–60 seconds", id="up to a minute"),
        pytest.param(Range(60, 90), "60–90 seconds", id="from a minute on"),
        pytest.param(exactly(3600), "60 minutes", id="an hour"),
    ],
)
def test_the_length_of_a_movement_in_words(seconds: Range, words: str) -> None:
    assert dose_in_words(move(seconds)) == words


@pytest.mark.parametrize(
    ("dose", "words"),
    [
        pytest.param(hold(exactly(10)), "Hold 10 seconds", id="a hold"),
        pytest.param(hold(exactly(1)), "Hold 1 second", id="a short hold"),
        pytest.param(hold(exactly(60)), "Hold 1 minute", id="a long hold"),
        pytest.param(hold(Range(10, 30)), "Hold 10–30 seconds", id="a hold with a range"),
        pytest.param(hold(exactly(10), exactly(2)), "Hold 10 seconds, 2 times", id="twice"),
        pytest.param(hold(exactly(10), Range(2, 4)), "Hold 10 seconds, 2–4 times", id="a range of repetitions"),
        pytest.param(hold(exactly(10), Range(1, 2)), "Hold 10 seconds, up to 2 times", id="from one repetition up"),
        pytest.param(move(exactly(5), exactly(8)), "5 seconds, 8 times", id="a movement, repeated"),
        pytest.param(move(exactly(5), sides=Sides.EACH_FOOT), "5 seconds on each foot", id="each foot"),
        pytest.param(move(exactly(5), sides=Sides.EACH_LEG), "5 seconds on each leg", id="each leg"),
    ],
)
def test_a_dose_in_words(dose: Dose, words: str) -> None:
    assert dose_in_words(dose) == words


@pytest.mark.parametrize(
    ("frequency", "words"),
    [
        (Frequency(Per.DAY, 1, 1), "every day"),
        (Frequency(Per.DAY, 2, 2), "twice a day"),
        (Frequency(Per.DAY, 1, 2), "once or twice a day"),
        (Frequency(Per.DAY, 3, 3), "3 times a day"),
        (Frequency(Per.DAY, 2, 3), "2–3 times a day"),
        (Frequency(Per.DAY, 1, 3), "up to 3 times a day"),
        (Frequency(Per.DAY, 7, 7), "7 times a day"),
        (Frequency(Per.DAY, 20, 20), "20 times a day"),
        (Frequency(Per.WEEK, 1, 1), "once a week"),
        (Frequency(Per.WEEK, 2, 2), "twice a week"),
        (Frequency(Per.WEEK, 1, 2), "once or twice a week"),
        (Frequency(Per.WEEK, 3, 3), "3 times a week"),
        (Frequency(Per.WEEK, 2, 3), "2–3 times a week"),
        (Frequency(Per.WEEK, 1, 3), "up to 3 times a week"),
        (Frequency(Per.WEEK, 6, 7), "6–7 times a week"),
        (Frequency(Per.WEEK, 7, 7), "on each day of the week"),
    ],
    ids=str,
)
def test_a_frequency_in_words(frequency: Frequency, words: str) -> None:
    assert frequency_in_words(frequency) == words


def test_no_two_frequencies_read_the_same() -> None:
    frequencies = [
        Frequency(per, low, high) for per in Per for high in range(1, MAX_PER[per] + 1) for low in range(1, high + 1)
    ]
    assert len({frequency_in_words(frequency) for frequency in frequencies}) == len(frequencies) == 238


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "about 0 min"),
        (1, "about 1 min"),
        (59, "about 1 min"),
        (60, "about 1 min"),
        (61, "about 2 min"),
        (120, "about 2 min"),
        (121, "about 3 min"),
        (3600, "about 60 min"),
    ],
)
def test_minutes_are_rounded_up(seconds: int, words: str) -> None:
    assert minutes_in_words(seconds) == words


@pytest.mark.parametrize(
    ("dose", "words"),
    [
        pytest.param(move(exactly(60)), "about 1 min", id="a minute exactly"),
        pytest.param(move(Range(10, 50)), "about 1 min", id="both ends in the same minute"),
        pytest.param(move(Range(60, 61)), "about 1–2 min", id="the ends in different minutes"),
        pytest.param(move(Range(61, 120)), "about 2 min", id="both ends in the second minute"),
    ],
)
def test_the_time_a_dose_takes_in_words(dose: Dose, words: str) -> None:
    assert time_needed_in_words(dose) == words


@pytest.mark.parametrize(
    ("choices", "values"),
    [
        pytest.param(PER, Per, id="per"),
        pytest.param(ACTION, Action, id="action"),
        pytest.param(SIDES, Sides, id="sides"),
    ],
)
def test_every_value_has_a_word_in_a_form(choices: list[tuple[str, Any]], values: type[Per | Action | Sides]) -> None:
    assert [value for value, _ in choices] == [member.value for member in values]
    assert all(str(label) for _, label in choices)
