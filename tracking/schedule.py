"""What is due on a day. Pure: values in, values out, no clock and no database.

The rules are written up, with worked examples, in `docs/adherence.md`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from exercises.prescription import Frequency, Per

ONE_DAY = timedelta(days=1)
SIX_DAYS = timedelta(days=6)

MAX_NTH = 20
"""The hard bound of completions of one exercise a day."""


class Status(StrEnum):
    """How an exercise stands on a day, in the order in which a plan lists them."""

    DUE = "due"
    ENOUGH = "enough"
    RESTING = "resting"
    COMPLETE = "complete"
    PAUSED = "paused"


class Standing(NamedTuple):
    """A status and, for a resting exercise, the first day on which it no longer rests."""

    status: Status
    again_on: date | None = None


@lru_cache(maxsize=4096)
def _days_from(first: date) -> tuple[date, ...]:
    """Seven of them. A page of a year asks for the same weeks thousands of times."""
    return tuple(first + timedelta(days=n) for n in range(7))


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from `first`."""

    first: date

    @classmethod
    def of(cls, day: date, week_start: int) -> "Week":
        """The week that holds `day`; `week_start` counts as `date.weekday()`, Monday is 0."""
        return _week_of(day, week_start)

    @property
    def last(self) -> date:
        return self.first + SIX_DAYS

    @property
    def days(self) -> tuple[date, ...]:
        return _days_from(self.first)

    def shifted(self, weeks: int) -> "Week":
        return Week(self.first + timedelta(weeks=weeks))

    def through(self, last: "Week") -> "list[Week]":
        """This week and those after it, `last` included."""
        return [self.shifted(n) for n in range((last.first - self.first) // timedelta(weeks=1) + 1)]


@lru_cache(maxsize=4096)
def _week_of(day: date, week_start: int) -> Week:
    return Week(day - timedelta(days=(day.weekday() - week_start) % 7))


@dataclass(frozen=True, slots=True)
class Item:
    """A plan item as a value: an exercise at a frequency, in force over `[starts_on, ends_on)`."""

    exercise: int
    frequency: Frequency
    starts_on: date
    ends_on: date | None = None

    def in_force_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def in_force_over(self, week: Week) -> bool:
        """On all of its days."""
        return self.starts_on <= week.first and (self.ends_on is None or week.last < self.ends_on)


@dataclass(frozen=True, slots=True)
class Paused:
    """A pause as a value, over `[starts_on, ends_on)`; the exercises it keeps go on at their minimum."""

    starts_on: date
    ends_on: date | None = None
    keeps: frozenset[int] = frozenset()

    def holds(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


NO_DAYS: frozenset[date] = frozenset()


def paused_days(pauses: Iterable[Paused], exercise: int, first: date, last: date) -> frozenset[date]:
    """The days from `first` to `last` on which a pause asks for nothing of one exercise."""
    days: set[date] = set()
    for pause in pauses:
        if exercise not in pause.keeps:
            begin = max(pause.starts_on, first)
            end = last + ONE_DAY if pause.ends_on is None else min(pause.ends_on, last + ONE_DAY)
            days.update(begin + timedelta(days=n) for n in range((end - begin).days))
    return frozenset(days)


def frequency_on(item: Item, day: date, pauses: Collection[Paused]) -> Frequency:
    """The frequency of an item on a day: its minimum where a pause keeps it at that."""
    return item.frequency.minimum if is_kept(item.exercise, day, pauses) else item.frequency


def is_kept(exercise: int, day: date, pauses: Collection[Paused]) -> bool:
    """Whether a pause holds on the day and keeps the exercise at its minimum."""
    return bool(pauses) and any(pause.holds(day) and exercise in pause.keeps for pause in pauses)


def standing(
    frequency: Frequency, day: date, done: Mapping[date, int], week_start: int, paused: Collection[date] = NO_DAYS
) -> Standing:
    """How one exercise stands on `day`.

    `done` maps a day to the completions of that day. Days after `day` are not looked at; of those before it, six
    matter, which take in those of the running week. What was done on a paused day moves the rest, but is none of
    the days that a week asks for.
    """
    if frequency.per is Per.DAY:
        status = _status_per_day(frequency, done.get(day, 0))
        return Standing(Status.PAUSED if day in paused and status is not Status.COMPLETE else status)
    if done.get(day, 0):
        return Standing(Status.COMPLETE)
    if day in paused:
        return Standing(Status.PAUSED)
    before = _done_shortly_before(day, done)
    counted = before.difference(paused)
    status = _status_per_week(frequency, day, before, counted, week_start)
    if status is not Status.RESTING:
        return Standing(status)
    again_on = day + ONE_DAY
    while _status_per_week(frequency, again_on, before, counted, week_start) is Status.RESTING:
        again_on += ONE_DAY
    return Standing(Status.RESTING, again_on)


def _done_shortly_before(day: date, done: Mapping[date, int]) -> frozenset[date]:
    """Of the six days before `day`, those on which something was done."""
    return frozenset(d for d in (day - timedelta(days=n) for n in range(1, 7)) if done.get(d))


def _status_per_day(frequency: Frequency, n: int) -> Status:
    if n < frequency.at_least:
        return Status.DUE
    return Status.ENOUGH if n < frequency.at_most else Status.COMPLETE


def _status_per_week(
    frequency: Frequency, day: date, before: frozenset[date], counted: frozenset[date], week_start: int
) -> Status:
    """The status on a `day` without a completion, from the days done `before` it, and those of them that count."""
    week = Week.of(day, week_start)
    k = sum(d >= week.first for d in counted)
    if k >= frequency.at_most:
        return Status.COMPLETE
    days_left = (week.last - day).days + 1
    if days_left <= frequency.at_least - k:
        return Status.DUE
    gap = 7 // frequency.at_most
    if before and (day - max(before)).days < gap:
        return Status.RESTING
    return Status.ENOUGH if k >= frequency.at_least else Status.DUE


def needed_on(
    frequency: Frequency, day: date, done: Mapping[date, int], week_start: int, paused: Collection[date] = NO_DAYS
) -> int:
    """The doses that `day` asks for at the least, whatever has been done on the day itself."""
    if day in paused:
        return 0
    if frequency.per is Per.DAY:
        return frequency.at_least
    before = _done_shortly_before(day, done)
    return int(_status_per_week(frequency, day, before, before.difference(paused), week_start) is Status.DUE)


def frequencies(items: Iterable[Item], first: date, last: date, paused: Iterable[date]) -> list[Frequency | None]:
    """What one exercise asks for on each day from `first` to `last`: None off the plan and in a pause.

    `items` are those of the exercise, of which no two overlap; `paused` are days from `first` to `last`.
    """
    length = (last - first).days + 1
    found: list[Frequency | None] = [None] * length
    for item in items:
        begin = max((item.starts_on - first).days, 0)
        end = length if item.ends_on is None else min((item.ends_on - first).days, length)
        if begin < end:
            found[begin:end] = [item.frequency] * (end - begin)
    for day in paused:
        found[(day - first).days] = None
    return found
