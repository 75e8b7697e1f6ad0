"""A year of somebody's record, and what comes before it: rows in, figures out.

However many years were recorded, a page reads the one it shows and the one before it, where its strength comes from. So
a long history costs no more than a short one.

Days go by the calendar. A week belongs to the year in which it begins; the very first one, and the running one, are in
the year of the first day and of today as well, which have no other week in the first days of January.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import repeat

from accounts.models import User
from history import calendar
from history.habits import LATELY
from history.strength import Shares, shares, strength, together
from tracking.adherence import Tally, total
from tracking.course import AT_MOST, Course, DaysDone, tally_of
from tracking.record import Record, counts_a_day, planned, read
from tracking.schedule import Week

WEEKS_BEFORE = 53
"""So far a page looks back. What is longer ago would have next to no part in a strength, but for a pause as long."""


class Year:
    def __init__(self, record: Record, counts: Mapping[int, bytes], year: int, start: date, today: date) -> None:
        """`start` is the first day of the very first plan, or today; `counts` has a byte for each day of the record."""
        self._counts = counts
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
    def courses(self) -> Mapping[int, Course]:
        """Each exercise over all days of the record."""
        nothing = bytes((self.record.last - self.record.first).days + 1)
        return {one: self.record.course(one, self._counts.get(one, nothing)) for one in self.record.items}

    def place(self, day: date) -> int:
        """The number of a day in the courses."""
        return (day - self.record.first).days

    @cached_property
    def by_exercise(self) -> Mapping[int, Sequence[Tally]]:
        """One tally for each of the weeks that are looked at, oldest first."""
        weeks = self._counted_weeks
        first = self.place(weeks[0].first)
        return {one: course.tallies(first, len(weeks)) for one, course in self.courses.items()}

    @cached_property
    def by_week(self) -> Mapping[Week, Tally]:
        weeks = self._counted_weeks
        totals = map(total, zip(*self.by_exercise.values(), strict=True)) if self.by_exercise else repeat(Tally())
        return dict(zip(weeks, totals, strict=False))

    def of_year(self, exercise: int) -> Sequence[Tally]:
        """One tally for each week of the year, oldest first."""
        return self.by_exercise[exercise][-len(self.weeks) :]

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
        weeks = [*self._weeks_before[-LATELY:], *self.weeks]
        first = self.place(weeks[0].first)
        asked = [self._asked(one, course, first, weeks) for one, course in self.courses.items()]
        done = (course.done[first:] for course in self.courses.values())
        credited = [map(min, *pair) for pair in zip(done, asked, strict=True)]
        days = map(date.fromordinal, range(weeks[0].first.toordinal(), min(weeks[-1].last, self.today).toordinal() + 1))
        if not asked:
            return dict.fromkeys(days, Tally())
        tallies = map(tally_of, map(sum, zip(*credited, strict=True)), map(sum, zip(*asked, strict=True)))
        return dict(zip(days, tallies, strict=False))

    def _asked(self, exercise: int, course: Course, first: int, weeks: Sequence[Week]) -> bytes:
        """What the days of these weeks needed of an exercise; a weekly one only on the days it was due."""
        needed = bytearray(course.daily[first : first + 7 * len(weeks)])
        if any(course.weekly):
            lately = bytes(6) + course.done.translate(
                AT_MOST[1]
            )  # so that the six days before a week stand at its place
            for n, week in enumerate(weeks):
                days = slice(first + 7 * n, first + 7 * n + 7)
                if any(course.weekly[days]):
                    before = lately[days.start : days.stop + 6]
                    needed[7 * n : 7 * n + 7] = self.record.asked_in_week(exercise, week, self.today, before)
        return bytes(needed)

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
    def _shares(self) -> Mapping[int, Shares]:
        end = self.place(self.last_day) + 1
        return {exercise: shares(course).up_to(end) for exercise, course in self.courses.items()}

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
        return self._strength[self.place(min(week.last, self.last_day))] if self._strength else None


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
    counts = counts_a_day(user, first, last)
    record = read(user, first, last, rows, {one: DaysDone(first, of_days) for one, of_days in counts.items()})
    return Year(record, counts, year, start, today)
