"""What a person planned, paused, did and skipped over some days: rows in, values out, for every page alike.

Nothing here reads the clock, and the number of queries does not depend on how much there is to read.
"""

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property

from accounts.models import User
from exercises.prescription import Frequency
from tracking import adherence
from tracking.adherence import Tally
from tracking.course import Course
from tracking.models import Completion, Noted, Pause, PauseQuerySet, PlanItem, Skip, SkipQuerySet, in_order
from tracking.prepared import prepared
from tracking.schedule import (
    ONE_DAY,
    Item,
    Paused,
    Standing,
    Week,
    frequencies,
    frequency_on,
    is_kept,
    paused_days,
    standing,
)

Done = Mapping[int, Mapping[date, int]]
"""Completions a day, by exercise and day."""


@dataclass(frozen=True)
class Record:
    """The rows of a person over the days from `first` to `last`, and the rules applied to them.

    `rows` are in the order of the plan, `pauses` in that of their days.
    """

    first: date
    last: date
    week_start: int
    rows: Sequence[PlanItem]
    pauses: Sequence[Pause]
    skips: Mapping[tuple[int, date], str]  # the reason, by exercise and day
    done: Done

    @cached_property
    def items(self) -> Mapping[int, Sequence[Item]]:
        """By exercise, each in the order of their days; the exercises in the order of their latest items."""
        items: dict[int, list[Item]] = {exercise: [] for exercise in self.latest}
        for item in sorted((row.value for row in self.rows), key=lambda item: item.starts_on):
            items[item.exercise].append(item)
        return items

    @cached_property
    def latest(self) -> Mapping[int, PlanItem]:
        """The latest item of each exercise, in the order of the plan."""
        latest = {row.exercise_id: row for row in sorted(self.rows, key=lambda row: row.starts_on)}
        return {row.exercise_id: row for row in self.rows if latest[row.exercise_id] is row}

    @cached_property
    def _paused(self) -> Sequence[Paused]:
        return [pause.value for pause in self.pauses]

    @cached_property
    def _paused_days(self) -> Mapping[int, frozenset[date]]:
        return {exercise: paused_days(self._paused, exercise, self.first, self.last) for exercise in self.items}

    def item_on(self, exercise: int, day: date) -> Item | None:
        return next((item for item in self.items[exercise] if item.in_force_on(day)), None)

    def on_plan(self, day: date) -> Sequence[int]:
        return [exercise for exercise in self.items if self.item_on(exercise, day)]

    def done_on(self, exercise: int, day: date) -> int:
        return self.done.get(exercise, {}).get(day, 0)

    def is_paused(self, exercise: int, day: date) -> bool:
        return day in self._paused_days[exercise]

    def pause_on(self, day: date) -> Pause | None:
        return next((row for row, pause in zip(self.pauses, self._paused, strict=True) if pause.holds(day)), None)

    @cached_property
    def days_of_pauses(self) -> frozenset[date]:
        """On which any pause holds, whatever it keeps."""
        return paused_days([replace(pause, keeps=frozenset()) for pause in self._paused], 0, self.first, self.last)

    def frequency(self, item: Item, day: date) -> Frequency:
        return frequency_on(item, day, self._paused)

    def is_kept(self, exercise: int, day: date) -> bool:
        return is_kept(exercise, day, self._paused)

    def standing(self, item: Item, day: date) -> Standing:
        return standing(
            self.frequency(item, day),
            day,
            self.done.get(item.exercise, {}),
            self.week_start,
            self._paused_days[item.exercise],
        )

    def asked_on(self, exercise: int, day: date, today: date) -> int:
        week = Week.of(day, self.week_start)
        return self.asked_in_week(exercise, week, today)[(day - week.first).days]

    def asked_in_week(self, exercise: int, week: Week, today: date, lately: bytes | None = None) -> Sequence[int]:
        """`asked_on` for each of its days, worked out once.

        `lately` has a 1 for each day on which it was done, from six days before the week on, where that is at hand.
        """
        asked = self._asked.get((exercise, week, today))
        if asked is None:
            done = self.done.get(exercise, {})
            asked = adherence.asked_in_week(self.items[exercise], week, today, done, lately, self._paused)
            self._asked[exercise, week, today] = asked
        return asked

    @cached_property
    def _asked(self) -> dict[tuple[int, Week, date], Sequence[int]]:
        return {}

    def course(self, exercise: int, counts: bytes) -> Course:
        """Over all days of the record, from how often it was done on each of them."""
        asked = frequencies(self.items[exercise], self.first, self.last, self._paused_days[exercise])
        return Course.of(asked, counts)

    def left_out(self, today: date) -> Mapping[tuple[int, date], str]:
        """The skips worth telling: of what was on the plan, not paused, and not done after all."""
        return {
            (exercise, day): reason
            for (exercise, day), reason in self.skips.items()
            if exercise in self.items
            and self.item_on(exercise, day)
            and not self.is_paused(exercise, day)
            and self.done_on(exercise, day) < max(self.asked_on(exercise, day, today), 1)
        }

    def tally(self, exercise: int, week: Week) -> Tally:
        return adherence.tally(self.items[exercise], week, self.done.get(exercise, {}), self._paused_days[exercise])

    def week_tally(self, week: Week) -> Tally:
        return adherence.total(self.tally(exercise, week) for exercise in self.items)

    def pace(self, exercise: int, week: Week, today: date) -> int:
        return adherence.pace(self.items[exercise], week, today, self._paused_days[exercise])


@prepared
def items(user: User, last: date) -> QuerySet[PlanItem]:
    return PlanItem.objects.for_user(user).started_by(last)


def planned(user: User, last: date) -> list[PlanItem]:
    """The plan items up to a day, in the order of the plan. One query, and two more for own exercises."""
    return in_order(items(user, last))


@prepared
def days_done(user: User, first: date, last: date) -> QuerySet[Completion, tuple[int, str]]:
    return Completion.objects.for_user(user).marks_by_exercise(first, last)


def _breaks(user: User, first: date, last: date) -> tuple[PauseQuerySet, SkipQuerySet]:
    pauses = Pause.objects.for_user(user).started_by(last).not_over_on(first)
    return pauses, Skip.objects.for_user(user).between(first, last)


@prepared
def breaks(user: User, first: date, last: date) -> QuerySet[Pause, Noted]:
    """The pauses and skips of some days."""
    pauses, skips = _breaks(user, first, last)
    return pauses.and_skips(skips)


@prepared
def noted(user: User, first: date, last: date) -> QuerySet[Completion, Noted]:
    """The same with the completions."""
    return Completion.objects.for_user(user).between(first, last).and_breaks(*_breaks(user, first, last))


def read(user: User, first: date, last: date, rows: Sequence[PlanItem], done: Done) -> Record:
    """The record of some days, with the plan items and completions that the page has asked for. One query."""
    return recorded(user, first, last, rows, breaks(user, first, last), done)


def recorded(
    user: User, first: date, last: date, rows: Sequence[PlanItem], breaks: Iterable[tuple[Any, ...]], done: Done
) -> Record:
    """The same without a query; `breaks` are those of these days."""
    pauses, skips = [], {}
    for exercise, day, _nth, ends_on, reason, keeps in breaks:
        if exercise is None:
            pauses.append(Pause(user=user, starts_on=day, ends_on=ends_on, reason=reason, keeps=json.loads(keeps)))
        else:
            skips[exercise, day] = reason
    pauses.sort(key=lambda pause: pause.starts_on)
    return Record(first, last, user.week_start, rows, pauses, skips, done)


def done_a_day(user: User, first: date, last: date) -> Done:
    """Completions a day. One query."""
    return done_from(days_done(user, first, last), first)


def done_from(marks: Iterable[tuple[int, str]], first: date) -> Done:
    """The same, from the marks of each exercise, of which those of `first` are a 1."""
    before = first - ONE_DAY
    return {
        exercise: {before + timedelta(ord(mark)): times for mark, times in Counter(of_exercise).items()}
        for exercise, of_exercise in marks
    }


def counts_from(marks: Iterable[tuple[int, str]], length: int) -> Mapping[int, bytes]:
    """The same as a byte for each of `length` days, for the pages of many days."""
    return {exercise: _counts(of_exercise, length) for exercise, of_exercise in marks}


def _counts(marks: str, length: int) -> bytes:
    counts = bytearray(1 + length)
    # As numbers at once; the first tells in which order the bytes of each stand on this machine.
    for number in array("H", marks.encode("utf-16"))[1:]:
        counts[number] += 1
    return bytes(counts[1:])


def counted(noted: Iterable[Noted]) -> Done:
    """Completions a day, out of all that was noted."""
    done: dict[int, dict[date, int]] = defaultdict(dict)
    for exercise, day, nth, _ends_on, _reason, _keeps in noted:
        if nth:
            done[exercise][day] = done[exercise].get(day, 0) + 1
    return done
