"""The rule about pain from 0 to 10. Pure: values in, values out, no clock and no database.

It says what to do about exercising and when to show the warning signs. It gives no all-clear and no diagnosis. Written
up, with worked examples, in `docs/pain.md`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

WORST = 10
CARRY_ON_UP_TO = 3
WATCH_UP_TO = 5
SEVERE_FROM = 8
RISE = 3
"""So many points above the middle of the days before, and a score is a clear rise."""
DAYS_BEFORE = 7


class Advice(StrEnum):
    """What to do about exercising."""

    CARRY_ON = "carry-on"
    WATCH = "watch"
    EASE_OFF = "ease-off"


@dataclass(frozen=True, slots=True)
class Entry:
    """One check-in as a value."""

    day: date
    score: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rule says about one check-in. An alarm shows the warning signs at once."""

    advice: Advice
    is_severe: bool
    has_risen: bool

    @property
    def alarm(self) -> bool:
        return self.is_severe or self.has_risen


def advice_for(score: int) -> Advice:
    if score <= CARRY_ON_UP_TO:
        return Advice.CARRY_ON
    return Advice.WATCH if score <= WATCH_UP_TO else Advice.EASE_OFF


def middle(scores: Collection[int]) -> Fraction | None:
    """The median, exactly: it may lie half-way between two scores. None of no scores."""
    ordered = sorted(scores)
    return Fraction(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2], 2) if ordered else None


def outcome(entry: Entry, earlier: Iterable[Entry]) -> Outcome:
    """The rule for `entry`; `earlier` are the check-ins recorded before it, of any days and in any order.

    Those of the seven days before its day and of the day itself are what it is compared with.
    """
    return beside(usual_on(entry.day, earlier), entry.score)


def usual_on(day: date, earlier: Iterable[Entry]) -> Fraction | None:
    """What a score of `day` is compared with. None where there is nothing."""
    return middle([one.score for one in earlier if 0 <= (day - one.day).days <= DAYS_BEFORE])


def beside(usual: Fraction | None, score: int) -> Outcome:
    return Outcome(
        advice=advice_for(score),
        is_severe=score >= SEVERE_FROM,
        has_risen=usual is not None and score - usual >= RISE,
    )
