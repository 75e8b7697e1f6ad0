"""A year of somebody's record, and what comes before it: rows in, figures out.

However many years were recorded, a page reads the one it shows and the one before it, where its strength comes from. So
a long history costs no more than a short one.

Days go by the calendar. A week belongs to the year in which it begins; the very first one, and the running one, are in
the year of the first day and of today as well, which have no other week in the first days of January.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import starmap
from typing import Any

from django.utils.functional import cached_property

from accounts.models import User
from history import calendar
from history.habits import LATELY
from history.strength import Shares, shares, strength, strength_at_last, together
from tracking.adherence import Tally
from tracking.course import AT_MOST, Course, DaysDone, sums, tally_of
from tracking.models import PlanItem, in_order
from tracking.prepared import Question, at_once
from tracking.record import Record, breaks, counts_from, days_done, items, recorded
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
        also = {week.first for week, day in ((first_week, start), (self.running, today)) if day.year == year}
        recorded = map(date.fromordinal, range(record.first.toordinal(), record.last.toordinal() + 1, 7))
        of_year = [(n, day) for n, day in enumerate(recorded) if day.year == year or day in also]
        self._weeks_before = of_year[0][0]
        self.weeks = [Week(day) for _n, day in of_year]

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
    def courses(self) -> Mapping[int, Course]:
        """Each exercise over all days of the record."""
        nothing = bytes((self.record.last - self.record.first).days + 1)
        return {one: self.record.course(one, self._counts.get(one, nothing)) for one in self.record.items}

    def place(self, day: date) -> int:
        """The number of a day in the courses."""
        return (day - self.record.first).days

    @property
    def _first_counted(self) -> int:
        """A year gone by is looked at alone; the running one goes on where the last one ended."""
        return 0 if self.is_running else self._weeks_before

    @cached_property
    def _by_exercise(self) -> Mapping[int, tuple[Sequence[int], Sequence[int]]]:
        """What each of the weeks that are looked at credits and asks for, oldest first."""
        first, n = self._first_counted, self._weeks_before + len(self.weeks) - self._first_counted
        return {one: course.weeks(7 * first, n) for one, course in self.courses.items()}

    def of_exercise(self, exercise: int) -> tuple[Sequence[int], Sequence[int]]:
        """What each week of the year credits and asks for, oldest first."""
        credited, asked = self._by_exercise[exercise]
        return credited[-len(self.weeks) :], asked[-len(self.weeks) :]

    @cached_property
    def _by_week(self) -> Sequence[Tally]:
        """One tally for each of the weeks that are looked at, oldest first."""
        if not self._by_exercise:
            return [Tally()] * (self._weeks_before + len(self.weeks) - self._first_counted)
        credited, asked = zip(*self._by_exercise.values(), strict=True)
        return list(map(tally_of, map(sum, zip(*credited, strict=True)), map(sum, zip(*asked, strict=True))))

    @property
    def tallies(self) -> Sequence[Tally]:
        """One for each week of the year, oldest first."""
        return self._by_week[-len(self.weeks) :]

    @property
    def finished(self) -> Sequence[Tally]:
        """One tally for each week that is over, oldest first."""
        return self._by_week if self.weeks[-1].last < self.today else self._by_week[:-1]

    @property
    def is_cut_off(self) -> bool:
        """Whether there are weeks before those that are looked at."""
        return self.start < self.record.first + timedelta(weeks=self._first_counted)

    @cached_property
    def _by_day(self) -> tuple[int, Sequence[tuple[int, int]]]:
        """The number of the first day of the year, or of the last weeks before it; and what each day since then got
        and asked for."""
        first = max(0, self._weeks_before - LATELY)
        weeks = [Week(self.record.first + timedelta(weeks=n)) for n in range(first, self._weeks_before)] + self.weeks
        days = slice(7 * first, 7 * (first + len(weeks)))
        asked, credited = [], []
        for one, course in self.courses.items():
            if any(course.weekly[days]):
                needed = self._needed(one, course, weeks)
                asked.append(needed)
                credited.append(bytes(map(min, course.done[days], needed)))
            else:
                asked.append(course.daily[days])
                credited.append(course.credited[days])
        if not asked:
            return days.start, [(0, 0)] * (7 * len(weeks))
        return days.start, list(zip(sums(credited), sums(asked), strict=True))

    def _needed(self, exercise: int, course: Course, weeks: Sequence[Week]) -> bytes:
        """What the days of these weeks needed of an exercise; a weekly one only on the days it was due."""
        first = self.place(weeks[0].first)
        needed = bytearray(course.daily[first : first + 7 * len(weeks)])
        # Six days more, so that those before a week stand at its place.
        lately = bytes(6) + course.done.translate(AT_MOST[1])
        for n, week in enumerate(weeks):
            days = slice(first + 7 * n, first + 7 * n + 7)
            if any(course.weekly[days]):
                before = lately[days.start : days.stop + 6]
                needed[7 * n : 7 * n + 7] = self.record.asked_in_week(exercise, week, self.today, before)
        return bytes(needed)

    def by_day(self, first: date, last: date) -> Sequence[tuple[int, int]]:
        """What each day from the one to the other got and asked for: of the year, or of the last weeks before it."""
        start, days = self._by_day
        return days[self.place(first) - start : self.place(last) - start + 1]

    @property
    def lately(self) -> Mapping[date, Tally]:
        """What each day of the weeks before the running one asked for and got, as far as a sentence looks back."""
        start, days = self._by_day
        end = self.place(self.running.first)
        begin = max(start, end - 7 * LATELY)
        first = self.record.first.toordinal() + begin
        tallies = starmap(tally_of, days[begin - start : end - start])
        return dict(zip(map(date.fromordinal, range(first, first + end - begin)), tallies, strict=True))

    @property
    def months(self) -> Sequence[calendar.Month]:
        first, last = max(date(self.year, 1, 1), self.start), min(date(self.year, 12, 31), self.today)
        tallies, record = self.by_day(first, last), self.record
        return calendar.months(first, last, self.today, tallies, record.days_of_pauses, record.week_start)

    @cached_property
    def _shares(self) -> Mapping[int, Shares]:
        end = self.place(self.last_day) + 1
        return {exercise: shares(course).up_to(end) for exercise, course in self.courses.items()}

    def strength_of(self, exercise: int) -> float:
        """At the end of the last day."""
        return strength_at_last(self._shares[exercise], self.is_over)

    @property
    def strengths(self) -> Sequence[float | None]:
        """Of all exercises together, at the end of each week, or today; None without a plan."""
        days = strength(together(list(self._shares.values())), self.is_over)
        if not days:
            return [None] * len(self.weeks)
        ends = [*range(7 * self._weeks_before + 6, len(days) - 1, 7), len(days) - 1]
        begun = self.place(self.start)
        return [days[end] if end >= begun else None for end in ends[: len(self.weeks)]]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a page of a year looks: from `first`, long before it, to `last`."""

    user: User
    today: date
    year: int

    @property
    def running(self) -> Week:
        return Week.of(self.today, self.user.week_start)

    @property
    def new_year(self) -> Week:
        """The week of the first of January."""
        return Week.of(date(self.year, 1, 1), self.user.week_start)

    @property
    def first(self) -> date:
        return self.new_year.shifted(-WEEKS_BEFORE).first

    @property
    def last(self) -> date:
        return min(self.running.last, Week.of(date(self.year, 12, 31), self.user.week_start).last)

    @property
    def questions(self) -> Sequence[Question]:
        days = self.user, self.first, self.last
        return items.of(self.user, self.running.last), breaks.of(*days), days_done.of(*days)

    def of(self, rows: list[PlanItem], breaks: list[Any], marks: list[tuple[int, str]]) -> Year | None:
        """The answers to the questions as a year; None for one without a week of the person's."""
        rows = in_order(rows)
        start = min([self.today, *(row.starts_on for row in rows)])
        if not start.year <= self.year <= self.today.year:
            return None
        first = max(Week.of(start, self.user.week_start).first, self.first)
        before, length = (first - self.first).days, (self.last - self.first).days + 1
        counts = {exercise: of_days[before:] for exercise, of_days in counts_from(marks, length).items()}
        done = {exercise: DaysDone(first, of_days) for exercise, of_days in counts.items()}
        record = recorded(self.user, first, self.last, rows, breaks, done)
        return Year(record, counts, self.year, start, self.today)


def read_year(user: User, today: date, year: int | None) -> Year | None:
    """`year` is by default the running one; None for one without a week of the person's. Three queries."""
    reach = Reach(user, today, year or today.year)
    return reach.of(*at_once(*reach.questions))
