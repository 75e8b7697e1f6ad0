"""What is due on a day. Pure: values in, values out, no clock and no database.

The rules are written up, with worked examples, in `docs/adherence.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from exercises.prescription import Frequency, Per

ONE_DAY = timedelta(days=1)

MAX_NTH = 20
"""The hard bound of completions of one exercise a day."""


class Status(StrEnum):
    """How an exercise stands on a day, in the order in which a plan lists them."""

    DUE = "due"
    ENOUGH = "enough"
    RESTING = "resting"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Standing:
    """A status and, for a resting exercise, the first day on which it no longer rests."""

    status: Status
    again_on: date | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from `first`."""

    first: date

    @classmethod
    def of(cls, day: date, week_start: int) -> "Week":
        """The week that holds `day`; `week_start` counts as `date.weekday()`, Monday is 0."""
        return cls(day - timedelta(days=(day.weekday() - week_start) % 7))

    @property
    def last(self) -> date:
        return self.first + 6 * ONE_DAY

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=n) for n in range(7))

    def shifted(self, weeks: int) -> "Week":
        return Week(self.first + timedelta(weeks=weeks))


@dataclass(frozen=True, slots=True)
class Item:
    """A plan item as a value: an exercise at a frequency, in force over `[starts_on, ends_on)`."""

    exercise: int
    frequency: Frequency
    starts_on: date
    ends_on: date | None = None

    def in_force_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


def standing(frequency: Frequency, day: date, done: Mapping[date, int], week_start: int) -> Standing:
    """How one exercise stands on `day`.

    `done` maps a day to the completions of that day. Days after `day` are not looked at; of those before it,
    the running week and the six days before `day` matter.
    """
    if frequency.per is Per.DAY:
        return Standing(_status_per_day(frequency, done.get(day, 0)))
    if done.get(day, 0):
        return Standing(Status.COMPLETE)
    before = frozenset(d for d, n in done.items() if n and d < day)
    status = _status_per_week(frequency, day, before, week_start)
    if status is not Status.RESTING:
        return Standing(status)
    again_on = day + ONE_DAY
    while _status_per_week(frequency, again_on, before, week_start) is Status.RESTING:
        again_on += ONE_DAY
    return Standing(Status.RESTING, again_on)


def _status_per_day(frequency: Frequency, n: int) -> Status:
    if n < frequency.at_least:
        return Status.DUE
    return Status.ENOUGH if n < frequency.at_most else Status.COMPLETE


def _status_per_week(frequency: Frequency, day: date, before: frozenset[date], week_start: int) -> Status:
    """The status on a `day` without a completion, from the days done `before` it."""
    week = Week.of(day, week_start)
    k = sum(d >= week.first for d in before)
    if k >= frequency.at_most:
        return Status.COMPLETE
    days_left = (week.last - day).days + 1
    if k < frequency.at_least and days_left <= frequency.at_least - k:
        return Status.DUE
    gap = 7 // frequency.at_most
    if before and (day - max(before)).days < gap:
        return Status.RESTING
    return Status.ENOUGH if k >= frequency.at_least else Status.DUE


def needed_on(frequency: Frequency, day: date, done: Mapping[date, int], week_start: int) -> int:
    """The doses that `day` asks for at the least, whatever has been done on the day itself."""
    if frequency.per is Per.DAY:
        return frequency.at_least
    before = {d: n for d, n in done.items() if d != day}
    return int(standing(frequency, day, before, week_start).status is Status.DUE)
