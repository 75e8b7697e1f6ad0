"""How firm a habit has become: a score that one bad day cannot ruin. Pure: values in, values out.

The rule is written up, with worked examples, in `docs/adherence.md`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from operator import sub

from tracking.adherence import prescribed_weekly
from tracking.course import Course

HALF_LIFE = 13
"""After so many days without a dose, half of the strength is left."""

MEMORY = 0.5 ** (1 / HALF_LIFE)


@dataclass(frozen=True, slots=True)
class Shares:
    """What each day credits, and what it asks for. A day that asks for nothing leaves the strength as it was."""

    credited: list[int]
    asked: list[int]

    def up_to(self, end: int) -> "Shares":
        """The days before the one with the number `end`."""
        return Shares(self.credited[:end], self.asked[:end])


def shares(course: Course) -> Shares:
    """The shares of one exercise, day by day.

    A weekly frequency is looked at over the seven days that end with the day, so that a day of rest is no bad day.
    """
    credited, asked = list(course.credited), list(course.daily)
    if any(course.weekly):
        most, done = map(prescribed_weekly, _sevens(course.weekly)), _sevens(course.on_plan)
        for day, (n, of_week, is_weekly) in enumerate(zip(done, most, course.weekly, strict=True)):
            if is_weekly:
                credited[day], asked[day] = min(n, of_week), of_week
    return Shares(credited, asked)


def _sevens(days: bytes) -> list[int]:
    """The sum of the seven days that end with each day."""
    sums = list(accumulate(days, initial=0))
    return [*sums[1:7], *map(sub, sums[7:], sums)]


def together(exercises: Iterable[Shares]) -> Shares:
    """The shares of several exercises as those of one; each has the same days."""
    listed = list(exercises)
    return Shares(
        list(map(sum, zip(*(one.credited for one in listed), strict=True))),
        list(map(sum, zip(*(one.asked for one in listed), strict=True))),
    )


def strength(days: Shares, is_over: bool = True) -> list[float]:
    """The strength at the end of each day, 0 to 1, beginning from nothing.

    The last day, as long as it is not over, counts once it helps.
    """
    memory, now = MEMORY, 0.0
    news = 1 - memory
    course = []
    for credited, asked in zip(days.credited, days.asked, strict=True):
        if asked:
            now = memory * now + news * credited / asked
        course.append(now)
    if course and not is_over:
        course[-1] = max([0.0, *course][-2:])
    return course
