"""How firm a habit has become: a score that one bad day cannot ruin. Pure: values in, values out.

The rule is written up, with worked examples, in `docs/adherence.md`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from exercises.prescription import Frequency, Per

HALF_LIFE = 13
"""After so many days without a dose, half of the strength is left."""

MEMORY = 0.5 ** (1 / HALF_LIFE)


@dataclass(frozen=True, slots=True)
class Shares:
    """What each day credits, and what it asks for. A day that asks for nothing leaves the strength as it was."""

    credited: list[int]
    asked: list[int]


def shares(asked: Sequence[Frequency | None], done: Sequence[int]) -> Shares:
    """The shares of one exercise, day by day: what was asked on each day, None for nothing, and how often it was done.

    A weekly frequency is looked at over the seven days that end with the day, so that a day of rest is no bad day.
    """
    found = Shares([], [])
    weekly = [frequency.at_least if frequency and frequency.per is Per.WEEK else 0 for frequency in asked]
    done_on_plan = [bool(frequency and n) for frequency, n in zip(asked, done, strict=True)]
    first = 0
    # Run by run, as a frequency lasts for months.
    for frequency, run in groupby(asked):
        days = range(first, first + sum(1 for _day in run))
        first = days.stop
        if frequency is None:
            credited = prescribed = [0] * len(days)
        elif frequency.per is Per.DAY:
            prescribed = [frequency.at_least] * len(days)
            credited = [min(n, frequency.at_least) for n in done[days.start : days.stop]]
        else:
            weeks = [slice(max(day - 6, 0), day + 1) for day in days]
            prescribed = [(2 * sum(weekly[week]) + 7) // 14 for week in weeks]
            credited = [min(sum(done_on_plan[week]), most) for week, most in zip(weeks, prescribed, strict=True)]
        found.credited.extend(credited)
        found.asked.extend(prescribed)
    return found


def together(exercises: Iterable[Shares]) -> Shares:
    """The shares of several exercises as those of one; each has the same days."""
    listed = list(exercises)
    return Shares(
        [sum(day) for day in zip(*(one.credited for one in listed), strict=True)],
        [sum(day) for day in zip(*(one.asked for one in listed), strict=True)],
    )


def strength(days: Shares, is_over: bool = True) -> list[float]:
    """The strength at the end of each day, 0 to 1, beginning from nothing.

    The last day, as long as it is not over, counts once it helps.
    """
    course = []
    now = before = 0.0
    for credited, asked in zip(days.credited, days.asked, strict=True):
        before = now
        if asked:
            now = MEMORY * now + (1 - MEMORY) * credited / asked
        course.append(now)
    if course and not is_over:
        course[-1] = max(before, now)
    return course
