"""The seam between rows and the page of a week, as `agenda` is for the page of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from exercises.models import Exercise
from exercises.words import frequency_in_words
from tracking.adherence import Tally, total
from tracking.agenda import MARK_ICONS, pause_in_words
from tracking.dates import day_and_month, short_weekday, span, week_address, weekday
from tracking.models import Pause, PlanItem, Skip, in_order
from tracking.prepared import at_once
from tracking.record import Record, breaks, days_done, done_a_day, done_from, items, recorded
from tracking.schedule import Week


class Cell(NamedTuple):
    """One exercise on one day of a week. `mark` names its shape, `words` says the same."""

    day: date
    mark: str
    words: str

    @property
    def icon(self) -> str:
        return MARK_ICONS[self.mark]


class Row(NamedTuple):
    """One exercise over a week."""

    exercise: Exercise
    how_often: str
    cells: Sequence[Cell]
    tally: Tally


@dataclass(frozen=True)
class WeekAgenda:
    """A person's plan over one week, as on a paper exercise chart."""

    week: Week
    today: date
    rows: Sequence[Row]
    pace: int
    has_previous: bool
    pauses: Sequence[Pause]
    skips: Sequence[str]  # “Wednesday, 18 November: Walk on your toes, sore”

    @cached_property
    def tally(self) -> Tally:
        return total(row.tally for row in self.rows)

    @property
    def is_running(self) -> bool:
        return self.today in self.week.days

    @property
    def is_ahead(self) -> bool:
        return self.today < self.week.first

    @property
    def title(self) -> str:
        this = Week.of(self.today, self.week.first.weekday())
        near = {0: _("This week"), 1: _("Last week")}
        return near.get((this.first - self.week.first).days // 7) or _("Week")

    @property
    def span_words(self) -> str:
        return span(self.week)

    @property
    def heads(self) -> tuple[tuple[date, str, int], ...]:
        """Date, short weekday and day of the month of each column."""
        return tuple((day, short_weekday(day), day.day) for day in self.week.days)

    @property
    def pause_words(self) -> Sequence[str]:
        return [pause_in_words(pause) for pause in self.pauses]

    @property
    def legend(self) -> tuple[tuple[str, str, str], ...]:
        """Mark, icon and words, of the marks that occur."""
        words = {
            "done": _("done"),
            "partly": _("partly done"),
            "not": _("not done"),
            "open": _("still to do"),
            "resting": _("resting"),
            "skipped": _("skipped"),
            "paused": _("paused"),
            "ahead": _("still ahead"),
            "off": _("not in the plan"),
        }
        shown = {cell.mark for row in self.rows for cell in row.cells}
        return tuple((mark, MARK_ICONS[mark], text) for mark, text in words.items() if mark in shown)

    @property
    def previous(self) -> date | None:
        return self.week.shifted(-1).first if self.has_previous else None

    @property
    def next(self) -> date | None:
        return self.week.shifted(1).first if self.week.last < self.today else None

    @property
    def previous_address(self) -> str:
        return week_address(self.previous) if self.previous else ""

    @property
    def next_address(self) -> str:
        return week_address(self.next) if self.next else ""


def week_agenda(user: User, week: Week, today: date) -> WeekAgenda:
    """The plan over a week that begins on the person's week start. Three queries."""
    before = week.shifted(-1)
    days = user, before.first, week.last
    plan, breaks_then, done = at_once(items.of(user, week.last), breaks.of(*days), days_done.of(*days))
    rows = in_order(plan)
    record = recorded(*days, rows, breaks_then, done_from(done, before.first))
    chart, expected = [], 0
    for exercise, latest in record.latest.items():
        if not any(record.item_on(exercise, day) or record.done_on(exercise, day) for day in week.days):
            continue
        expected += record.pace(exercise, week, today)
        needed = record.asked_in_week(exercise, week, today)
        chart.append(
            Row(
                exercise=latest.exercise,
                how_often=frequency_in_words(latest.frequency),
                cells=[_cell(record, exercise, *on_day, today) for on_day in zip(week.days, needed, strict=True)],
                tally=record.tally(exercise, week),
            )
        )
    return WeekAgenda(
        week=week,
        today=today,
        rows=chart,
        pace=expected,
        has_previous=any(row.starts_on < week.first for row in rows),
        pauses=[pause for pause in record.pauses if any(map(pause.value.holds, week.days))],
        skips=[
            _("%(weekday)s, %(day)s: %(exercise)s, %(reason)s")
            % {
                "weekday": weekday(day),
                "day": day_and_month(day),
                "exercise": record.latest[exercise].exercise.name,
                "reason": Skip.Reason(reason).label,
            }
            for (exercise, day), reason in sorted(record.left_out(today).items(), key=lambda skip: skip[0][1])
            if day in week.days
        ],
    )


def _cell(record: Record, exercise: int, day: date, needed: int, today: date) -> Cell:
    n = record.done_on(exercise, day)
    if not record.item_on(exercise, day):
        # Done, and then taken off the plan on the same day.
        return Cell(day, "done", _("done, no longer in the plan")) if n else Cell(day, "off", _("not in the plan"))
    if n and n >= needed:
        return Cell(day, "done", ngettext("done, %(n)d time", "done, %(n)d times", n) % {"n": n})
    skip = record.skips.get((exercise, day))
    reason = {"reason": Skip.Reason(skip).label} if skip else {}
    if n:
        words = _("partly done, %(n)d of %(needed)d") % {"n": n, "needed": needed}
        rest = _("the rest skipped: %(reason)s") % reason if skip else ""
        return Cell(day, "partly", ", ".join(filter(None, [words, rest])))
    if record.is_paused(exercise, day):
        return Cell(day, "paused", _("paused"))
    if skip:
        return Cell(day, "skipped", _("skipped: %(reason)s") % reason)
    if day > today:
        return Cell(day, "ahead", _("still ahead"))
    if not needed:
        return Cell(day, "resting", _("resting"))
    return Cell(day, "open", _("still to do")) if day == today else Cell(day, "not", _("not done"))


def tallies(user: User, first: Week, last: Week) -> Mapping[Week, Tally]:
    """The tally of each week from `first` to `last`, both of the person's week start. Three queries."""
    record = Record(
        first=first.first,
        last=last.last,
        week_start=user.week_start,
        rows=list(PlanItem.objects.for_user(user).started_by(last.last)),
        pauses=list(Pause.objects.for_user(user).started_by(last.last).not_over_on(first.first)),
        skips={},  # They change no figure.
        done=done_a_day(user, first.first, last.last),
    )
    return {week: record.week_tally(week) for week in first.through(last)}
