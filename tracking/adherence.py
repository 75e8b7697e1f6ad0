"""How well a plan was kept. Pure: values in, values out, no clock and no database.

The rules are written up, with worked examples, in `docs/adherence.md`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from exercises.prescription import Frequency, Per
from tracking.schedule import Item, Week, needed_on

KEPT_FROM = Fraction(80, 100)
"""The share of the prescribed doses from which a week counts as kept."""

NO_DAYS: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Tally:
    """Credited and prescribed doses, of an item, a week or any longer span."""

    credited: int = 0
    prescribed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.credited + other.credited, self.prescribed + other.prescribed)

    @property
    def adherence(self) -> Fraction | None:
        """Credited of prescribed, 0 to 1; None where nothing was prescribed."""
        return Fraction(self.credited, self.prescribed) if self.prescribed else None

    @property
    def percent(self) -> int | None:
        """Adherence in whole percent, rounded down, so that 79.9 % never reads as the 80 % of a kept week."""
        return 100 * self.credited // self.prescribed if self.prescribed else None

    @property
    def kept(self) -> bool:
        return self.adherence is not None and self.adherence >= KEPT_FROM


def total(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


def tally(item: Item, week: Week, done: Mapping[date, int], paused: Collection[date] = NO_DAYS) -> Tally:
    """One item over one week. `done` maps a day to the completions of the item's exercise on that day."""
    days = _asking_days(item, week, paused)
    prescribed = _prescribed(item.frequency, len(days))
    if item.frequency.per is Per.DAY:
        return Tally(sum(min(done.get(day, 0), item.frequency.at_least) for day in days), prescribed)
    return Tally(min(sum(1 for day in days if done.get(day, 0)), prescribed), prescribed)


def asked_on(item: Item, week: Week, day: date, today: date, done: Mapping[date, int]) -> int:
    """The doses that a day is measured against: those it needs.

    A day gone by is looked at with its whole week: if the week has had its days, it asks nothing of those left out.
    """
    is_left_out = day < today and not done.get(day, 0)
    if is_left_out and item.frequency.per is Per.WEEK and tally(item, week, done).adherence == 1:
        return 0
    return needed_on(item.frequency, day, done, week.first.weekday())


def pace(item: Item, week: Week, today: date, paused: Collection[date] = NO_DAYS) -> int:
    """The doses that keeping exactly to the minimum would have reached by the end of yesterday."""
    days = [day for day in _asking_days(item, week, paused) if day < today]
    return _prescribed(item.frequency, len(days))


def _asking_days(item: Item, week: Week, paused: Collection[date]) -> list[date]:
    """The days of the week on which the item is in force and not paused."""
    return [day for day in week.days if item.in_force_on(day) and day not in paused]


def _prescribed(frequency: Frequency, days: int) -> int:
    """The minimum over so many days of one week; a part of a week is rounded half up."""
    if frequency.per is Per.DAY:
        return frequency.at_least * days
    return (2 * frequency.at_least * days + 7) // 14


def streak(finished: Sequence[Tally], running: Tally) -> int:
    """The run of kept weeks up to the last finished one, and the running week once it is kept.

    `finished` holds one tally a week, oldest first. A week with nothing prescribed neither breaks nor lengthens it.
    """
    run = int(running.kept)
    for week in reversed(finished):
        if week.prescribed and not week.kept:
            break
        run += int(week.kept)
    return run


@dataclass(frozen=True, slots=True)
class Averages:
    """Adherence over four weeks, as tallies: the best four in a row, and the latest four. None with fewer weeks."""

    best: Tally | None
    latest: Tally | None


def four_week_averages(finished: Sequence[Tally]) -> Averages:
    """`finished` holds one tally a week, oldest first; weeks with nothing prescribed are passed over."""
    weeks = [week for week in finished if week.prescribed]
    spans = [total(weeks[n : n + 4]) for n in range(len(weeks) - 3)]
    if not spans:
        return Averages(None, None)
    return Averages(max(spans, key=lambda span: span.adherence or 0), spans[-1])
