"""The seam between rows and the pages of a week and of all weeks, as `agenda` is for the page of a day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from exercises.models import Exercise
from exercises.words import frequency_in_words
from tracking.adherence import Averages, Tally, asked_on, four_week_averages, pace, streak, tally, total
from tracking.agenda import MARK_ICONS, Done
from tracking.dates import short_span, short_weekday, span
from tracking.models import Completion, PlanItem
from tracking.schedule import Item, Week


@dataclass(frozen=True, slots=True)
class Cell:
    """One exercise on one day of a week. `mark` names its shape, `words` says the same."""

    day: date
    mark: str
    words: str

    @property
    def icon(self) -> str:
        return MARK_ICONS[self.mark]


@dataclass(frozen=True, slots=True)
class Row:
    """One exercise over a week."""

    exercise: Exercise
    how_often: str
    cells: Sequence[Cell]
    tally: Tally


@dataclass(frozen=True, slots=True)
class WeekAgenda:
    """A person's plan over one week, as on a paper exercise chart."""

    week: Week
    today: date
    rows: Sequence[Row]
    pace: int
    has_previous: bool

    @property
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
    def heads(self) -> Sequence[tuple[date, str, int]]:
        """Date, short weekday and day of the month of each column."""
        return [(day, short_weekday(day), day.day) for day in self.week.days]

    @property
    def legend(self) -> Sequence[tuple[str, str, str]]:
        """Mark, icon and words, of the marks that occur."""
        words = {
            "done": _("done"),
            "partly": _("partly done"),
            "not": _("not done"),
            "open": _("still to do"),
            "resting": _("resting"),
            "ahead": _("still ahead"),
            "off": _("not in the plan"),
        }
        shown = {cell.mark for row in self.rows for cell in row.cells}
        return [(mark, MARK_ICONS[mark], text) for mark, text in words.items() if mark in shown]

    @property
    def previous(self) -> date | None:
        return self.week.shifted(-1).first if self.has_previous else None

    @property
    def next(self) -> date | None:
        return self.week.shifted(1).first if self.week.last < self.today else None


def week_agenda(user: User, week: Week, today: date) -> WeekAgenda:
    """The plan over a week that begins on the person's week start. Three queries."""
    rows = list(PlanItem.objects.for_user(user).started_by(week.last).with_exercises())
    done = _done_a_day(user, week.shifted(-1).first, week.last)
    chart, expected = [], 0
    for exercise, group in groupby(rows, key=lambda row: row.exercise):
        items = [row.value for row in group if any(map(row.value.in_force_on, week.days))]
        if not items:
            continue
        expected += sum(pace(item, week, today) for item in items)
        chart.append(
            Row(
                exercise=exercise,
                how_often=frequency_in_words(items[-1].frequency),
                cells=[_cell(items, week, day, today, done[exercise.pk]) for day in week.days],
                tally=total(tally(item, week, done[exercise.pk]) for item in items),
            )
        )
    return WeekAgenda(week, today, chart, expected, has_previous=any(row.starts_on < week.first for row in rows))


def _done_a_day(user: User, first: date, last: date) -> Done:
    done: dict[int, dict[date, int]] = defaultdict(dict)
    for exercise, day, n in Completion.objects.for_user(user).a_day(first, last):
        done[exercise][day] = n
    return done


def _cell(items: Iterable[Item], week: Week, day: date, today: date, done: Mapping[date, int]) -> Cell:
    item = next((item for item in items if item.in_force_on(day)), None)
    if item is None:
        return Cell(day, "off", _("not in the plan"))
    n = done.get(day, 0)
    needed = asked_on(item, week, day, today, done)
    if n and n >= needed:
        return Cell(day, "done", ngettext("done, %(n)d time", "done, %(n)d times", n) % {"n": n})
    if n:
        return Cell(day, "partly", _("partly done, %(n)d of %(needed)d") % {"n": n, "needed": needed})
    if day > today:
        return Cell(day, "ahead", _("still ahead"))
    if not needed:
        return Cell(day, "resting", _("resting"))
    return Cell(day, "open", _("still to do")) if day == today else Cell(day, "not", _("not done"))


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One week in the history."""

    week: Week
    tally: Tally
    is_running: bool

    @property
    def span_words(self) -> str:
        return short_span(self.week)


@dataclass(frozen=True, slots=True)
class History:
    """All weeks since the first plan item; `lines` are those of one year, newest first.

    `kept` of the `counted` weeks, which are those that are over and asked for something, were kept.
    """

    year: int
    years: Sequence[int]
    lines: Sequence[WeekLine]
    streak: int
    kept: int
    counted: int
    averages: Averages


def history(user: User, today: date, year: int | None) -> History | None:
    """The weeks that begin in `year`, by default the running one; None for a year without any. Two queries."""
    running = Week.of(today, user.week_start)
    items = [row.value for row in PlanItem.objects.for_user(user).started_by(today)]
    start = Week.of(min((item.starts_on for item in items), default=today), user.week_start)
    years = list(range(running.first.year, start.first.year - 1, -1))
    year = running.first.year if year is None else year
    if year not in years:
        return None
    done = _done_a_day(user, start.first, running.last)
    lines = [
        WeekLine(week, total(tally(item, week, done[item.exercise]) for item in items), week == running)
        for week in _weeks(start, running)
    ]
    finished, last = [line.tally for line in lines[:-1]], lines[-1].tally
    # As with the streak, the running week counts once it is kept.
    counted = [*finished, last] if last.kept else finished
    return History(
        year=year,
        years=years,
        lines=[line for line in reversed(lines) if line.week.first.year == year],
        streak=streak(finished, last),
        kept=sum(week.kept for week in counted),
        counted=sum(bool(week.prescribed) for week in counted),
        averages=four_week_averages(finished),
    )


def _weeks(first: Week, last: Week) -> list[Week]:
    return [first.shifted(n) for n in range((last.first - first.first) // timedelta(weeks=1) + 1)]
