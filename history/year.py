"""A year of somebody's record, and what comes before it: rows in, figures out.

However many years were recorded, a page reads the one it shows and the one before it, where its strength comes from. So
a long history costs no more than a short one.

Days go by the calendar. A week belongs to the year in which it begins; the very first one, and the running one, are in
the year of the first day and of today as well, which have no other week in the first days of January.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property

from accounts.models import User
from exercises.prescription import Frequency
from history import calendar
from history.habits import LATELY
from history.strength import Shares, shares, strength, together
from tracking.adherence import Tally, total
from tracking.record import Record, done_a_day, planned, read
from tracking.schedule import Week

WEEKS_BEFORE = 53
"""So far a page looks back. What is longer ago would have next to no part in a strength, but for a pause as long."""


class Year:
    def __init__(self, record: Record, year: int, start: date, today: date) -> None:
        """`start` is the first day of the very first plan, or today."""
        self.record, self.year, self.start, self.today = record, year, start, today
        self.running = Week.of(today, record.week_start)
        self.is_running = year == today.year
        first_week = Week.of(start, record.week_start)
        also = {week for week, day in ((first_week, start), (self.running, today)) if day.year == year}
        recorded = Week(record.first).through(Week.of(record.last, record.week_start))
        self.weeks = [week for week in recorded if week.first.year == year or week in also]
        self._weeks_before = [week for week in recorded if week.first < self.weeks[0].first]

    @property
    def years(self) -> Sequence[int]:
        return range(self.today.year, self.start.year - 1, -1)

    @property
    def last_day(self) -> date:
        """The last one that has begun, or that the last week of the year has."""
        return min(self.weeks[-1].last, self.today)

    @property
    def is_over(self) -> bool:
        return self.last_day < self.today

    @cached_property
    def _counted_weeks(self) -> Sequence[Week]:
        """A year gone by is looked at alone; the running one goes on where the last one ended."""
        return [*self._weeks_before, *self.weeks] if self.is_running else self.weeks

    @cached_property
    def by_exercise(self) -> Mapping[int, Mapping[Week, Tally]]:
        record = self.record
        return {one: {week: record.tally(one, week) for week in self._counted_weeks} for one in record.items}

    @cached_property
    def by_week(self) -> Mapping[Week, Tally]:
        weeks = self._counted_weeks
        return {week: total(tallies[week] for tallies in self.by_exercise.values()) for week in weeks}

    @cached_property
    def finished(self) -> Sequence[Tally]:
        """One tally for each week that is over, oldest first."""
        return [tally for week, tally in self.by_week.items() if week.last < self.today]

    @property
    def is_cut_off(self) -> bool:
        """Whether there are weeks before those that are looked at."""
        return self.start < self._counted_weeks[0].first

    @cached_property
    def by_day(self) -> Mapping[date, Tally]:
        """What each day asked for and got, up to today: of the year, and of the last weeks before it."""
        found: dict[date, Tally] = {}
        for week in [*self._weeks_before[-LATELY:], *self.weeks]:
            found |= zip(week.days, self.record.day_tallies(week, self.today), strict=True)
        return {day: tally for day, tally in found.items() if day <= self.today}

    @property
    def months(self) -> Sequence[calendar.Month]:
        first, last = date(self.year, 1, 1), date(self.year, 12, 31)
        return calendar.months(
            max(first, self.start),
            min(last, self.today),
            self.today,
            self.by_day,
            self.record.days_of_pauses,
            self.record.week_start,
        )

    @cached_property
    def asked(self) -> Mapping[int, Sequence[Frequency | None]]:
        """What was asked of each exercise, day by day from the first one of the record."""
        length = (self.last_day - self.record.first).days + 1
        return {exercise: self.record.frequencies(exercise)[:length] for exercise in self.record.items}

    @cached_property
    def done(self) -> Mapping[int, Sequence[int]]:
        """How often each exercise was done, day by day as well."""
        span = range(self.record.first.toordinal(), self.last_day.toordinal() + 1)
        days = [date.fromordinal(n) for n in span]
        by_day = {exercise: self.record.done.get(exercise, {}) for exercise in self.record.items}
        return {exercise: [of_day.get(day, 0) for day in days] for exercise, of_day in by_day.items()}

    @cached_property
    def _shares(self) -> Mapping[int, Shares]:
        return {exercise: shares(self.asked[exercise], self.done[exercise]) for exercise in self.record.items}

    def strength_of(self, exercise: int) -> float:
        """At the end of the last day."""
        return strength(self._shares[exercise], self.is_over)[-1]

    @cached_property
    def _strength(self) -> Sequence[float]:
        return strength(together(self._shares.values()), self.is_over)

    def strength_after(self, week: Week) -> float | None:
        """Of all exercises together, at the end of a week, or today; None without a plan."""
        if week.last < self.start:
            return None
        return self._strength[(min(week.last, self.last_day) - self.record.first).days] if self._strength else None


def read_year(user: User, today: date, year: int | None) -> Year | None:
    """`year` is by default the running one; None for one without a week of the person's. Three queries."""
    running = Week.of(today, user.week_start)
    rows = planned(user, running.last)
    start = min([today, *(row.starts_on for row in rows)])
    year = today.year if year is None else year
    if not start.year <= year <= today.year:
        return None
    look_back = Week.of(date(year, 1, 1), user.week_start).shifted(-WEEKS_BEFORE)
    first = max(Week.of(start, user.week_start).first, look_back.first)
    last = min(running.last, Week.of(date(year, 12, 31), user.week_start).last)
    record = read(user, first, last, rows, done_a_day(user, first, last))
    return Year(record, year, start, today)
