"""The seam between rows and pages: a constant number of queries in, values ready for a template out.

Nothing here reads the clock; `today` is the person's own date and comes from the view.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from exercises.models import Exercise
from exercises.prescription import Frequency, Per
from exercises.words import dose_in_words, frequency_in_words, minutes_in_words
from tracking.adherence import Averages, Tally, four_week_averages, pace, streak, tally, total
from tracking.models import Completion, PlanItem
from tracking.schedule import ONE_DAY, Item, Standing, Status, Week, needed_on, standing

Done = Mapping[int, Mapping[date, int]]
"""Completions a day, by exercise and day."""

ORDER = list(Status)


# --- A day ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slot:
    """One place to tick. A bonus slot is beyond what the day still asks for."""

    nth: int
    label: str
    done: bool
    bonus: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One exercise on one day."""

    exercise: Exercise
    frequency: Frequency
    standing: Standing
    done: int
    needed: int
    slots: Sequence[Slot]
    equipment: Sequence[str]

    @property
    def status(self) -> Status:
        return self.standing.status

    @property
    def credited(self) -> int:
        return min(self.done, self.needed)

    @property
    def seconds_left(self) -> int:
        return (self.needed - self.credited) * self.exercise.dose.seconds_needed.at_most

    @property
    def dose(self) -> str:
        return dose_in_words(self.exercise.dose)

    @property
    def how_often(self) -> str:
        return frequency_in_words(self.frequency)

    @property
    def icon(self) -> str:
        icons = {Status.DUE: "partly" if self.done else "ring", Status.RESTING: "moon", Status.ENOUGH: "plus"}
        return icons.get(self.status, "check")

    @property
    def status_words(self) -> str:
        match self.status:
            case Status.DUE if self.done:
                left = self.needed - self.done
                return ngettext("%(n)d more to go", "%(n)d more to go", left) % {"n": left}
            case Status.DUE:
                return _("To do")
            case Status.ENOUGH:
                return _("Enough, one more is welcome")
            case Status.RESTING:
                return _("Resting, again from %(day)s") % {"day": date_format(self.standing.again_on or "", "l")}
            case Status.COMPLETE if self.frequency.per is Per.WEEK and not self.done:
                return _("Complete for this week")
            case Status.COMPLETE:
                return _("Complete")


@dataclass(frozen=True, slots=True)
class Group:
    """The cards of one status, under its heading."""

    title: str
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day of the week around a day. `mark` names its shape, `words` says the same."""

    day: date
    letter: str
    mark: str
    words: str

    @property
    def icon(self) -> str:
        return MARK_ICONS[self.mark]


MARK_ICONS = {
    "done": "check",
    "partly": "partly",
    "not": "ring",
    "open": "open",
    "resting": "moon",
    "ahead": "dot",
    "off": "dash",
}


@dataclass(frozen=True, slots=True)
class DayAgenda:
    """A person's plan on one day."""

    day: date
    today: date
    cards: Sequence[Card]
    strip: Sequence[StripDay]
    has_previous: bool

    @property
    def tally(self) -> Tally:
        return Tally(sum(card.credited for card in self.cards), sum(card.needed for card in self.cards))

    @property
    def is_today(self) -> bool:
        return self.day == self.today

    @property
    def may_tick(self) -> bool:
        return self.day <= self.today

    @property
    def title(self) -> str:
        near = {0: _("Today"), -1: _("Yesterday"), 1: _("Tomorrow")}
        return near.get((self.day - self.today).days) or date_format(self.day, "l")

    @property
    def date_words(self) -> str:
        return date_format(self.day, "l, j F Y")

    @property
    def previous(self) -> date | None:
        return self.day - ONE_DAY if self.has_previous else None

    @property
    def next(self) -> date | None:
        return self.day + ONE_DAY if self.day <= self.today else None

    @property
    def time_left(self) -> str:
        """“about 12 min”, or nothing where nothing is left."""
        seconds = sum(card.seconds_left for card in self.cards)
        return minutes_in_words(seconds) if seconds else ""

    @property
    def groups(self) -> Sequence[Group]:
        titles = {
            Status.DUE: _("To do"),
            Status.ENOUGH: _("Enough, more is welcome"),
            Status.RESTING: _("Resting"),
            Status.COMPLETE: _("Complete"),
        }
        return [Group(titles[status], list(cards)) for status, cards in groupby(self.cards, lambda card: card.status)]

    @property
    def equipment(self) -> Sequence[str]:
        """What to lay out before starting: the things that what is due needs."""
        due = (card for card in self.cards if card.status is Status.DUE)
        return list(dict.fromkeys(thing for card in due for thing in card.equipment))

    def card(self, slug: str) -> Card:
        """Raises StopIteration for an exercise that is not on the plan of the day."""
        return next(card for card in self.cards if card.exercise.slug == slug)

    def said(self, slug: str) -> str:
        """What a tick has led to, in one sentence for a screen reader or a page without scripts."""
        card = self.card(slug)
        return _("%(exercise)s: %(status)s. %(credited)d of %(prescribed)d doses of the day are done.") % {
            "exercise": card.exercise.name,
            "status": card.status_words,
            "credited": self.tally.credited,
            "prescribed": self.tally.prescribed,
        }


def day_agenda(user: User, day: date, today: date) -> DayAgenda:
    """The plan of `day`. Three queries."""
    week = Week.of(day, user.week_start)
    rows = list(PlanItem.objects.for_user(user).started_by(week.last).with_exercises())
    nths: dict[int, set[int]] = defaultdict(set)
    done: dict[int, dict[date, int]] = defaultdict(dict)
    completions = Completion.objects.for_user(user).between(week.shifted(-1).first, week.last)
    for exercise, on, nth in completions.values_list("exercise_id", "day", "nth"):
        done[exercise][on] = done[exercise].get(on, 0) + 1
        if on == day:
            nths[exercise].add(nth)
    items = [row.value for row in rows]
    cards = [
        _card(row, day, done[row.exercise_id], nths[row.exercise_id], user.week_start)
        for row, item in zip(rows, items, strict=True)
        if item.in_force_on(day)
    ]
    cards.sort(key=lambda card: ORDER.index(card.status))
    strip = [_strip_day(items, one, today, done, user.week_start) for one in week.days]
    return DayAgenda(day, today, cards, strip, has_previous=any(item.starts_on < day for item in items))


def _strip_day(items: Iterable[Item], day: date, today: date, done: Done, week_start: int) -> StripDay:
    on_plan = [(item, done[item.exercise]) for item in items if item.in_force_on(day)]
    needs = [(needed_on(item.frequency, day, days, week_start), days.get(day, 0)) for item, days in on_plan]
    needed = sum(need for need, _n in needs)
    credited = sum(min(need, n) for need, n in needs)
    if not on_plan:
        mark, state = "off", _("no plan")
    elif day > today:
        mark, state = "ahead", _("still ahead")
    elif credited == needed:
        mark, state = "done", _("all done")
    elif credited:
        mark, state = "partly", _("%(n)d of %(needed)d doses done") % {"n": credited, "needed": needed}
    else:
        mark, state = "not", _("nothing done")
    return StripDay(day, date_format(day, "D")[:2], mark, f"{date_format(day, 'l, j F')}: {state}")


def _card(row: PlanItem, day: date, done: Mapping[date, int], nths: set[int], week_start: int) -> Card:
    frequency = row.frequency
    needed = needed_on(frequency, day, done, week_start)
    return Card(
        exercise=row.exercise,
        frequency=frequency,
        standing=standing(frequency, day, done, week_start),
        done=len(nths),
        needed=needed,
        slots=_slots(frequency, nths, needed),
        equipment=[thing.name for thing in row.exercise.equipment.all()],
    )


def _slots(frequency: Frequency, nths: set[int], needed: int) -> list[Slot]:
    """The slots of the range, and those beyond it that were ticked all the same."""
    usual = frequency.at_most if frequency.per is Per.DAY else 1
    numbers = range(1, max(usual, *nths, 0) + 1) if nths else range(1, usual + 1)
    still_needed = needed - len(nths)
    slots = []
    for nth in numbers:
        is_done = nth in nths
        slots.append(Slot(nth, _slot_label(nth, len(numbers)), is_done, bonus=not is_done and still_needed <= 0))
        still_needed -= not is_done
    return slots


def _slot_label(nth: int, of: int) -> str:
    names = {
        1: [_("Done")],
        2: [_("Morning"), _("Evening")],
        3: [_("Morning"), _("Midday"), _("Evening")],
    }
    return names[of][nth - 1] if of in names else str(nth)


# --- A week ---------------------------------------------------------------------------------------------------------


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
    def title(self) -> str:
        this = Week.of(self.today, self.week.first.weekday())
        near = {0: _("This week"), 1: _("Last week")}
        return near.get((this.first - self.week.first).days // 7) or _("Week")

    @property
    def span_words(self) -> str:
        return span_in_words(self.week)

    @property
    def heads(self) -> Sequence[tuple[date, str, str]]:
        """Date, short weekday and day of the month of each column."""
        return [(day, date_format(day, "D"), date_format(day, "j")) for day in self.week.days]

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


def span_in_words(week: Week) -> str:
    """“16 – 22 November 2026”, with the month and year of the first day only where they differ."""
    first, last = week.first, week.last
    pattern = "j" if first.month == last.month else "j F" if first.year == last.year else "j F Y"
    return f"{date_format(first, pattern)} – {date_format(last, 'j F Y')}"


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
                cells=[_cell(items, day, today, done[exercise.pk], user.week_start) for day in week.days],
                tally=total(tally(item, week, done[exercise.pk]) for item in items),
            )
        )
    return WeekAgenda(week, today, chart, expected, has_previous=any(row.starts_on < week.first for row in rows))


def _done_a_day(user: User, first: date, last: date) -> Done:
    done: dict[int, dict[date, int]] = defaultdict(dict)
    for exercise, day, n in Completion.objects.for_user(user).a_day(first, last):
        done[exercise][day] = n
    return done


def _cell(items: Iterable[Item], day: date, today: date, done: Mapping[date, int], week_start: int) -> Cell:
    item = next((item for item in items if item.in_force_on(day)), None)
    if item is None:
        return Cell(day, "off", _("not in the plan"))
    n = done.get(day, 0)
    needed = needed_on(item.frequency, day, done, week_start)
    if n and n >= needed:
        return Cell(day, "done", ngettext("done", "done, %(n)d times", n) % {"n": n})
    if n:
        return Cell(day, "partly", _("partly done, %(n)d of %(needed)d") % {"n": n, "needed": needed})
    if day > today:
        return Cell(day, "ahead", _("still ahead"))
    if not needed:
        return Cell(day, "resting", _("resting"))
    return Cell(day, "open", _("still to do")) if day == today else Cell(day, "not", _("not done"))


# --- All weeks ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One week in the history."""

    week: Week
    tally: Tally
    is_running: bool

    @property
    def span_words(self) -> str:
        return span_in_words(self.week)


@dataclass(frozen=True, slots=True)
class History:
    """All weeks since the first plan item; `lines` are those of one year, newest first."""

    year: int
    years: Sequence[int]
    lines: Sequence[WeekLine]
    streak: int
    kept: int
    finished: int
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
    finished = [line.tally for line in lines[:-1]]
    return History(
        year=year,
        years=years,
        lines=[line for line in reversed(lines) if line.week.first.year == year],
        streak=streak(finished, lines[-1].tally),
        kept=sum(week.kept for week in finished),
        finished=sum(bool(week.prescribed) for week in finished),
        averages=four_week_averages(finished),
    )


def _weeks(first: Week, last: Week) -> list[Week]:
    return [first.shifted(n) for n in range((last.first - first.first) // timedelta(weeks=1) + 1)]
