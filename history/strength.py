"""How firm a habit has become: a score that one bad day cannot ruin. Pure: values in, values out.

The rule is written up, with worked examples, in `docs/adherence.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

from tracking.course import PRESCRIBED, Course, added, last_sevens, sums, where

HALF_LIFE = 13
"""After so many days without a dose, half of the strength is left."""

MEMORY: float = 0.5 ** (1 / HALF_LIFE)


@dataclass(frozen=True, slots=True)
class Shares:
    """What each day credits, and what it asks for. A day that asks for nothing leaves the strength as it was."""

    credited: Sequence[int]
    asked: Sequence[int]

    def up_to(self, end: int) -> "Shares":
        """The days before the one with the number `end`."""
        return Shares(self.credited[:end], self.asked[:end])


def shares(course: Course) -> Shares:
    """The shares of one exercise, day by day.

    A weekly frequency is looked at over the seven days that end with the day, so that a day of rest is no bad day.
    """
    if not any(course.weekly):
        return Shares(course.credited, course.daily)
    most = last_sevens(course.weekly).translate(PRESCRIBED)
    done = bytes(map(min, last_sevens(course.on_plan), most))
    # A day has one frequency, so that what is not weekly on it is nothing.
    credited, asked = where(course.weekly, done), where(course.weekly, most)
    days = len(most)
    return Shares(added((course.credited, credited), days), added((course.daily, asked), days))


def together(exercises: Sequence[Shares]) -> Shares:
    """The shares of several exercises as those of one; each has the same days."""
    credited, asked = [bytes(one.credited) for one in exercises], [bytes(one.asked) for one in exercises]
    return Shares(list(sums(credited)), list(sums(asked)))


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


def strength_at_last(days: Shares, is_over: bool = True) -> float:
    """The strength at the end of the last day alone, which is quicker where each day asks for as much as the others."""
    counted = bytes(days.asked).translate(None, b"\0")
    if not counted or counted.count(counted[0]) < len(counted):
        return strength(days, is_over)[-1] if days.asked else 0.0
    memory, now, asked = MEMORY, 0.0, counted[0]
    gains = [(1 - memory) * credited / asked for credited in range(asked + 1)]
    *before, last = compress(days.credited, days.asked)
    for credited in before:
        now = memory * now + gains[credited]
    with_last = memory * now + gains[last]
    return with_last if is_over or not days.asked[-1] else max(now, with_last)
