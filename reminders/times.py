"""When a reminder is sent: the clock on a person's wall, as instants. Pure: values in, values out, no clock of its own.

Instants are in UTC. A time of a day is in whole minutes and has no zone of its own.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

LATE = timedelta(hours=1)
"""A reminder that comes later than this is of no use any more."""
DAYS_AHEAD = 15
"""A weekday comes round in seven days, and in fourteen where a zone skips its day."""
FIRST, LAST = 8 * 60, 19 * 60
"""Minutes of the day at which the first and the last of several doses are usual."""
FULL_HOURS = 12
"""So many doses a day can be told apart by the hour."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A time of the day on some weekdays, which count as `date.weekday()` does."""

    at: time
    weekdays: Collection[int]


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours in which nothing is sent, from `first` up to `last`, over midnight or not. None if both are alike."""

    first: time
    last: time

    def holds(self, at: time) -> bool:
        if self.first <= self.last:
            return self.first <= at < self.last
        return at >= self.first or at < self.last


def usual_time(nth: int, of: int) -> time:
    """For the nth dose of a day that may have so many: they are spread over the day. It is a suggestion."""
    minutes = FIRST + (LAST - FIRST) * (nth - 1) // max(of - 1, 1)
    step = 60 if of <= FULL_HOURS else 30
    return time(*divmod(minutes // step * step, 60))


def instant_of(day: date, at: time, zone: tzinfo) -> datetime | None:
    """The instant at which the clocks of a zone show a time on a day.

    Where they show it twice, the first. Where they skip it, the instant at which they go on; none if that is on
    another day, as the zone skips the rest of this one.
    """
    shown = datetime.combine(day, at)
    instant = shown.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == shown:
        return instant
    goes_on = _change_before(instant, zone)
    return goes_on if goes_on.astimezone(zone).date() == day else None


def _change_before(instant: datetime, zone: tzinfo) -> datetime:
    """The instant, within the day before this one, from which on the zone is as far from UTC as it is now."""
    since, offset = instant - timedelta(days=1), instant.astimezone(zone).utcoffset()
    while instant - since > timedelta(seconds=1):
        middle = since + (instant - since) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            instant = middle
        else:
            since = middle
    return instant.replace(microsecond=0)


def next_after(instant: datetime, rhythm: Rhythm, zone: tzinfo) -> datetime | None:
    """The first time of a rhythm that is later than an instant; none for a rhythm without weekdays."""
    today = instant.astimezone(zone).date()
    for day in (today + timedelta(n) for n in range(DAYS_AHEAD)):
        due = instant_of(day, rhythm.at, zone) if day.weekday() in rhythm.weekdays else None
        if due and due > instant:
            return due
    return None


def is_late(due: datetime, now: datetime) -> bool:
    return now - due > LATE
