"""What a course of days tells about an exercise, or about a week. Pure: values in, values out.

Where there is too little to go by, the answer is None, and the pages say nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tracking.adherence import KEPT_FROM, Tally, total
from tracking.course import AT_MOST, added

FEWEST_DAYS = 4
"""On fewer days than these nothing is usual."""

FEWEST_WEEKS = 4
LATELY = 8
"""The weeks that a sentence looks back on, and the fewest of them that say something."""

CLEARLY = Fraction(20, 100)
"""How far a weekday has to stay behind the others to be the gap."""

CHANGED = Fraction(10, 100)
"""How far four weeks have to differ from the four before."""

DONE = AT_MOST[1].replace(b"\1", b"\2")
EITHER_WAY = bytes([0, 1, 2, 2, *[0] * 252])
"""A day that was done is a 2, whether it was asked for or not; added to a 1 where it was, that would be a 3."""


def usual_weekday(times: Sequence[int]) -> int | None:
    """The weekday, as `date.weekday()` counts, of more than a third of the days on which something was done.

    `times` are these days, counted by their weekday.
    """
    most = max(times)
    if sum(times) < FEWEST_DAYS or 3 * most <= sum(times) or times.count(most) > 1:
        return None
    return times.index(most)


def longest_gap(asking: bytes, done: bytes) -> int:
    """The longest run of days without a dose; a byte of each day tells whether it was asked for, and done.

    A paused day, on which nothing is asked, does not lengthen a gap, and ends it only with a dose.
    """
    kinds = added((asking.translate(AT_MOST[1]), done.translate(DONE)), len(done))
    return max(map(len, kinds.translate(EITHER_WAY, b"\0").split(b"\2")))


@dataclass(frozen=True, slots=True)
class Lately:
    """How many of the latest weeks were kept, how many asked for something, and how many there are."""

    kept: int
    asked: int
    weeks: int


def kept_lately(finished: Sequence[Tally]) -> Lately | None:
    """`finished` are weeks, oldest first, one for each of the calendar."""
    latest = finished[-LATELY:]
    asked = sum(bool(week.prescribed) for week in latest)
    return Lately(sum(week.kept for week in latest), asked, len(latest)) if asked >= FEWEST_WEEKS else None


def weekday_gap(days: Mapping[date, Tally]) -> int | None:
    """The weekday on which clearly less was done than on the others; None where there is none, or more than one."""
    by_weekday: list[list[Tally]] = [[] for _weekday in range(7)]
    for day, tally in days.items():
        if tally.prescribed:
            by_weekday[day.weekday()].append(tally)
    sums = [total(tallies) for tallies in by_weekday]
    everything = total(sums)
    behind = [
        weekday
        for weekday, own in enumerate(sums)
        if len(by_weekday[weekday]) >= FEWEST_WEEKS and _is_behind(own, everything)
    ]
    return behind[0] if len(behind) == 1 else None


def _is_behind(own: Tally, everything: Tally) -> bool:
    others = Tally(everything.credited - own.credited, everything.prescribed - own.prescribed)
    return own.prescribed > 0 and not own.kept and _is_ahead(others, own, CLEARLY)


def _is_ahead(one: Tally, other: Tally, by: Fraction) -> bool:
    """Whether the share of one is so much higher; never where nothing was asked."""
    asked = one.prescribed * other.prescribed
    more = one.credited * other.prescribed - other.credited * one.prescribed
    return asked > 0 and more * by.denominator >= by.numerator * asked


def change(finished: Sequence[Tally]) -> tuple[Tally, Tally] | None:
    """The four weeks before the latest four, and the latest, where all asked for something and they differ clearly."""
    weeks = finished[-2 * FEWEST_WEEKS :]
    before, latest = total(weeks[:FEWEST_WEEKS]), total(weeks[FEWEST_WEEKS:])
    if len(weeks) < 2 * FEWEST_WEEKS or not all(week.prescribed for week in weeks):
        return None
    has_changed = _is_ahead(latest, before, CHANGED) or _is_ahead(before, latest, CHANGED)
    return (before, latest) if has_changed else None


STEPS = (Fraction(1, 2), KEPT_FROM, Fraction(1))
"""The shares from which a day has reached the levels above the first."""


def level(day: Tally) -> int | None:
    """From 0, nothing done, to 4, all of it; 3 from the share of a kept week on. None where nothing was asked."""
    if not day.prescribed:
        return None
    return 1 + sum(day.reaches(step) for step in STEPS) if day.credited else 0
