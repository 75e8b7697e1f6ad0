"""What stands in a person's calendar: each dose that a plan asks for, as a series of days. Pure.

A calendar shows a window of days, and nothing outside of it. The window moves with the month and the year, never with
the day or the hour; so a plan that nobody changes is the same calendar each time it is read.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice

from exercises.prescription import Frequency, Per
from tracking.schedule import ONE_DAY, Item, Paused

MOST_SERIES = 1000
"""A calendar has no more of them. Those that begin last are left out."""

SHORTEST = 5
"""In minutes. What is shorter can be neither read nor touched in a calendar."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days that a calendar shows, both included."""

    first: date
    last: date

    @classmethod
    def on(cls, today: date) -> "Window":
        """From the first day of the month before last to the end of next year."""
        months = 12 * today.year + today.month - 1 - 2
        return cls(date(months // 12, months % 12 + 1, 1), date(today.year + 1, 12, 31))


@dataclass(frozen=True, slots=True)
class Series:
    """One dose of an exercise, the `nth` of a day, from `first` to `last`: on some weekdays, or on every day if none.

    It takes place on both of the days `first` and, without weekdays, `last`. `since` is the day on which it began,
    maybe long before the calendar does: with exercise and nth it names the series, however the window moves.
    """

    exercise: int
    prescribed_on: date  # on which its plan item begins
    nth: int
    since: date
    first: date
    last: date
    weekdays: tuple[int, ...] = ()


def minutes_taken(seconds: int) -> int:
    """The room for a dose in a calendar: whole minutes, in steps of the shortest."""
    return -(-seconds // (60 * SHORTEST)) * SHORTEST


def suggested_weekdays(frequency: Frequency, week_start: int) -> tuple[int, ...]:
    """Days for what is asked for so many times a week, as far from each other as they can be.

    As many as count as done. They are `7 // at_most` days apart or more, so that none is a day of rest.
    """
    times = frequency.at_least
    return tuple(sorted((week_start + n * 7 // times) % 7 for n in range(times)))


def series(items: Iterable[Item], pauses: Sequence[Paused], week_start: int, window: Window) -> list[Series]:
    """Every dose that the items ask for within the window, as long as no pause holds; the first ones first.

    A dose that is welcome but not asked for is left out: a calendar full of what need not be done is looked at no more.
    """
    found = sorted(
        ((first, last, item) for item in items for first, last in spans(item, pauses, window.last)),
        key=lambda span: (span[0], span[2].exercise),
    )
    doses = (one for first, last, item in found for one in _within(item, week_start, first, last, window))
    return list(islice(doses, MOST_SERIES))


def spans(item: Item, pauses: Sequence[Paused], last: date) -> Iterator[tuple[date, date]]:
    """First and last day of each time that an item is in force and not paused, up to a day.

    A pause that keeps the exercise at its minimum asks for the same doses; so nothing ends with it.
    """
    first = item.starts_on
    last = last if item.ends_on is None else min(last, item.ends_on - ONE_DAY)
    for pause in sorted(pauses, key=lambda pause: pause.starts_on):
        if item.exercise in pause.keeps:
            continue
        before = min(last, pause.starts_on - ONE_DAY)
        if first <= before:
            yield first, before
        if pause.ends_on is None:
            return
        first = max(first, pause.ends_on)
    if first <= last:
        yield first, last


def _within(item: Item, week_start: int, since: date, last: date, window: Window) -> Iterator[Series]:
    first = max(since, window.first)
    is_weekly = item.frequency.per is Per.WEEK
    weekdays = suggested_weekdays(item.frequency, week_start) if is_weekly else ()
    while weekdays and first.weekday() not in weekdays:
        first += ONE_DAY
    if first <= last:
        for nth in range(1, 2 if is_weekly else item.frequency.at_least + 1):
            yield Series(item.exercise, item.starts_on, nth, since, first, last, weekdays)


@dataclass(frozen=True, slots=True)
class Observance:
    """What the clocks of a zone do from an instant on: how far from UTC they were before, and are then."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool

    @property
    def shown(self) -> datetime:
        """What the clocks would show at that instant, had they not been changed."""
        return self.at.replace(tzinfo=None) + self.before


def observances(zone: tzinfo, window: Window) -> list[Observance]:
    """All that a calendar of the window needs to know of its zone: how it begins, and every change from then on.

    It begins a day early, as some programs are not sure about the first hours.
    """
    at = datetime.combine(window.first - ONE_DAY, time.min, zone).astimezone(UTC)
    found = [_observance(at, at.astimezone(zone).utcoffset(), zone)]
    for _day in range((window.last - window.first).days + 2):
        if _clock(at + ONE_DAY, zone) != _clock(at, zone):
            found.append(_observance(_first_unlike(at, zone), at.astimezone(zone).utcoffset(), zone))
        at += ONE_DAY
    return found


def _clock(instant: datetime, zone: tzinfo) -> tuple[timedelta | None, timedelta | None, str | None]:
    there = instant.astimezone(zone)
    return there.utcoffset(), there.dst(), there.tzname()


def _first_unlike(at: datetime, zone: tzinfo) -> datetime:
    """The second at which the clocks change, within the day after an instant."""
    before = _clock(at, zone)
    seconds = range(int(ONE_DAY.total_seconds()))
    first = bisect(seconds, False, key=lambda n: _clock(at + timedelta(seconds=n), zone) != before)
    return at + timedelta(seconds=first)


def _observance(at: datetime, before: timedelta | None, zone: tzinfo) -> Observance:
    offset, summer, name = _clock(at, zone)
    # A zone of the tz database always knows its offset.
    return Observance(at, before or timedelta(0), offset or timedelta(0), str(name), bool(summer))
