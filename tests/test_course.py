"""Many days at once: a byte a day for what was asked and what was done."""

from datetime import date

import pytest

from exercises.prescription import Frequency, Per
from tracking.adherence import Tally
from tracking.course import AT_MOST, PRESCRIBED, Course, DaysDone, added, last_sevens, sums, tally_of, where

MONDAY = date(2026, 11, 16)
DAILY, TWICE_A_DAY, TWICE_A_WEEK = Frequency(Per.DAY, 1, 1), Frequency(Per.DAY, 2, 3), Frequency(Per.WEEK, 2, 3)


def test_a_number_counts_up_to_the_most_that_counts() -> None:
    assert len(AT_MOST) == 21
    assert all(table == bytes([*range(most), *[most] * (256 - most)]) for most, table in enumerate(AT_MOST))


def test_the_sevenths_of_some_days_make_whole_doses_rounded_half_up() -> None:
    """Four sevenths are the first that round up; all seven days of seven a week are seven."""
    assert [PRESCRIBED[sevenths] for sevenths in (0, 3, 4, 7, 10, 11, 14, 49)] == [0, 0, 1, 1, 1, 2, 2, 7]
    assert len(PRESCRIBED) == 256


def test_the_days_done_are_those_with_a_count() -> None:
    done = DaysDone(MONDAY, bytes([2, 0, 1]))
    assert dict(done) == {MONDAY: 2, date(2026, 11, 18): 1}
    assert (len(done), list(done)) == (2, [MONDAY, date(2026, 11, 18)])
    for outside in (date(2026, 11, 15), date(2026, 11, 17), date(2026, 11, 19), date(2020, 1, 1)):
        assert done.get(outside) is None


def test_a_course_tells_apart_what_is_asked_by_the_day_and_by_the_week() -> None:
    asked = [None, TWICE_A_DAY, TWICE_A_DAY, None, TWICE_A_WEEK, TWICE_A_WEEK, DAILY]
    course = Course.of(asked, bytes([4, 1, 3, 5, 0, 6, 2]))
    assert course == Course(
        done=bytes([4, 1, 3, 5, 0, 6, 2]),
        daily=bytes([0, 2, 2, 0, 0, 0, 1]),
        credited=bytes([0, 1, 2, 0, 0, 0, 1]),
        weekly=bytes([0, 0, 0, 0, 2, 2, 0]),
        asking=bytes([0, 1, 1, 0, 1, 1, 1]),
        on_plan=bytes([0, 1, 1, 0, 0, 1, 1]),
    )


def test_weeks_of_a_daily_frequency_are_summed_day_by_day() -> None:
    course = Course.of([TWICE_A_DAY] * 21, bytes([9, *[0] * 6, *[1] * 7, *[3] * 7]))
    credited, asked = course.weeks(0, 3)
    assert (list(credited), list(asked)) == ([2, 7, 14], [14, 14, 14])


def test_weeks_of_a_weekly_frequency_are_credited_by_different_days_up_to_the_minimum() -> None:
    course = Course.of([TWICE_A_WEEK] * 21, bytes([9, *[0] * 6, *[1] * 7, *[0] * 7]))
    credited, asked = course.weeks(0, 3)
    assert (list(credited), list(asked)) == ([1, 2, 0], [2, 2, 2])


def test_a_week_of_both_kinds_is_the_sum_of_both() -> None:
    course = Course.of([*[DAILY] * 3, *[TWICE_A_WEEK] * 4], bytes([1, 0, 0, 1, 1, 0, 0]))
    credited, asked = course.weeks(0, 1)
    assert (list(credited), list(asked)) == ([2], [4])


def test_weeks_begin_where_they_are_said_to_and_are_as_many() -> None:
    course = Course.of([DAILY] * 20, bytes([*[0] * 5, *[1] * 8, *[0] * 7]))
    assert list(map(list, course.weeks(5, 2))) == [[7, 1], [7, 7]]
    assert list(map(list, course.weeks(6, 1))) == [[7], [7]]


def test_rows_are_added_place_by_place() -> None:
    assert added([bytes([1, 0, 250]), bytes([2, 0, 5])], 3) == bytes([3, 0, 255])
    assert added([], 2) == bytes(2)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([[7, 0]], [7, 0], id="one"),
        pytest.param([[1, 2], [3, 4], [0, 5]], [4, 11], id="three"),
        pytest.param([[85, 0], [85, 1], [85, 0]], [255, 1], id="as much as a byte holds"),
        pytest.param([[86, 0], [85, 1], [85, 0]], [256, 1], id="more than a byte holds"),
        pytest.param([[127, 1], [128, 1]], [255, 2], id="one of them high"),
        pytest.param([[255, 255], [255, 255]], [510, 510], id="the most of two"),
    ],
)
def test_sums_may_be_of_any_height(rows: list[list[int]], expected: list[int]) -> None:
    assert list(sums([bytes(row) for row in rows])) == expected


def test_a_row_is_kept_where_there_is_anything_and_is_nothing_elsewhere() -> None:
    assert where(bytes([0, 1, 255, 0, 7]), bytes([9, 9, 200, 255, 0])) == bytes([0, 9, 200, 0, 0])


def test_each_day_has_the_sum_of_the_seven_days_that_end_with_it() -> None:
    assert last_sevens(bytes([1, 2, 0, 0, 0, 0, 4, 8, 16])) == bytes([1, 3, 3, 3, 3, 3, 7, 14, 28])
    assert last_sevens(bytes([36] * 8)) == bytes([36, 72, 108, 144, 180, 216, 252, 252])


def test_a_tally_of_a_week_is_the_same_value_each_time() -> None:
    assert tally_of(3, 7) == Tally(3, 7)
