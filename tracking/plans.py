"""The seam between rows and the pages on which a plan is looked at and edited, as `agenda` is for the page of a day."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from exercises.models import Exercise
from exercises.prescription import Per
from exercises.words import minutes_in_words, prescription_in_words
from tracking import growth
from tracking.adherence import Tally, streak, total
from tracking.dates import full_date, span_words
from tracking.models import Pause, PlanItem
from tracking.planning import OverlapError, TooEarlyError, to_begin
from tracking.record import Record, done_a_day, read
from tracking.schedule import ONE_DAY, Week


def prescription(row: PlanItem) -> str:
    """“Hold 10 seconds, 3 times on each foot, every day”."""
    return prescription_in_words(row.dose, row.frequency)


def slot_names(row: PlanItem) -> str:
    """“after waking, lunch”."""
    return ", ".join(filter(None, row.slot_name_list))


@dataclass(frozen=True, slots=True)
class PauseWords:
    """A pause as a page tells it."""

    pause: Pause
    today: date
    keeps: Sequence[str]

    @property
    def is_running(self) -> bool:
        return self.pause.value.holds(self.today)

    @property
    def reason(self) -> str:
        return str(self.pause.get_reason_display())

    @property
    def span(self) -> str:
        if self.pause.ends_on is None and not self.is_running:
            return _("from %(day)s on, until you end it") % {"day": full_date(self.pause.starts_on)}
        return span_words(self.pause.starts_on, self.pause.ends_on)


@dataclass(frozen=True, slots=True)
class Entry:
    """An exercise on the plan."""

    row: PlanItem
    is_first: bool
    is_last: bool

    @property
    def exercise(self) -> Exercise:
        return self.row.exercise

    @property
    def prescription(self) -> str:
        return prescription(self.row)

    @property
    def slot_names(self) -> str:
        return slot_names(self.row)


@dataclass(frozen=True)
class Plan:
    """A person's plan as it is today, with what lies behind and ahead of it."""

    today: date
    history: Sequence[PlanItem]
    pauses: Sequence[PauseWords]  # that run or are to come
    offer: Exercise | None
    has_done_today: bool

    @cached_property
    def rows(self) -> Sequence[PlanItem]:
        return [row for row in self.history if row.value.in_force_on(self.today)]

    @property
    def entries(self) -> Sequence[Entry]:
        last = len(self.rows) - 1
        return [Entry(row, place == 0, place == last) for place, row in enumerate(self.rows)]

    @property
    def exercises(self) -> Sequence[Exercise]:
        return [row.exercise for row in self.rows]

    @property
    def summary(self) -> str:
        """“9 exercises, about 21 min a day”, where those of a week count on the days they fall on."""
        n = len(self.rows)
        seconds = sum(
            row.dose.seconds_needed.at_most * (row.at_least if row.per == Per.DAY else row.at_least / 7)
            for row in self.rows
        )
        words = ngettext("%(n)d exercise, %(time)s a day", "%(n)d exercises, %(time)s a day", n)
        return words % {"n": n, "time": minutes_in_words(round(seconds))}


def pauses_in_words(pauses: Iterable[Pause], rows: Iterable[PlanItem], today: date) -> Sequence[PauseWords]:
    names = {row.exercise_id: row.exercise.name for row in rows}
    return [
        PauseWords(pause, today, [names[exercise] for exercise in pause.keeps if exercise in names]) for pause in pauses
    ]


def plan(user: User, today: date) -> Plan:
    """Four queries."""
    week = Week.of(today, user.week_start)
    first = week.shifted(-growth.WEEKS).first
    rows = PlanItem.objects.for_user(user).in_order()
    record = read(user, first, week.last, rows, done_a_day(user, first, week.last))
    pauses = list(Pause.objects.for_user(user).not_over_on(today))
    has_done_today = any(record.done_on(exercise, today) for exercise in record.items)
    return Plan(today, rows, pauses_in_words(pauses, rows, today), growth.offer(user, record, today), has_done_today)


# --- What could be taken up -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Addable:
    """An exercise to take up, and the item with which it was last on the plan, if it ever was."""

    exercise: Exercise
    last: PlanItem | None

    @property
    def prescription(self) -> str:
        if self.last is None:
            return prescription_in_words(self.exercise.dose, self.exercise.frequency)
        return _with_names(self.last)


@dataclass(frozen=True, slots=True)
class Choice:
    """Exercises that are not on the plan. Those that once were come back as they were."""

    known: Sequence[Addable]
    catalogue: Sequence[Addable]
    own: Sequence[Addable]


def last_item(user: User, exercise: Exercise) -> PlanItem | None:
    """The item with which the exercise was last on the plan."""
    return PlanItem.objects.for_user(user).of(exercise.slug).order_by("starts_on").last()


def choice(user: User, today: date) -> Choice:
    """Three queries."""
    rows = PlanItem.objects.for_user(user).started_by(today).in_order()
    on_plan = [row.exercise_id for row in rows if row.value.in_force_on(today)]
    exercises = list(Exercise.objects.may_be_taken_up_by(user).besides(on_plan).with_equipment())
    last = {row.exercise_id: row for row in sorted(rows, key=lambda row: row.starts_on)}
    addable = [Addable(exercise, last.get(exercise.pk)) for exercise in exercises]
    return Choice(
        known=[one for one in addable if one.last],
        catalogue=[one for one in addable if not one.last and not one.exercise.owner_id],
        own=[one for one in addable if not one.last and one.exercise.owner_id],
    )


# --- How a plan has changed -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days on which one thing held: where it lies on the timeline, in percent, and in words."""

    left: float
    width: float
    span: str
    words: str
    is_running: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """The stretches of one exercise, or of the pauses, oldest first."""

    name: str
    slug: str
    stretches: Sequence[Stretch]


@dataclass(frozen=True, slots=True)
class Timeline:
    first: date
    today: date
    lanes: Sequence[Lane]
    pauses: Lane

    @property
    def first_words(self) -> str:
        return full_date(self.first)


def timeline(user: User, today: date) -> Timeline | None:
    """How the plan has changed, up to today; None where nothing ever was. Two queries."""
    rows = PlanItem.objects.for_user(user).started_by(today).in_order()
    if not rows:
        return None
    first = min(row.starts_on for row in rows)
    record = read(user, first, today, rows, {})
    days = (today - first).days + 1

    def stretch(starts_on: date, ends_on: date | None, words: str) -> Stretch:
        begin, end = max(starts_on, first), min(ends_on or today + ONE_DAY, today + ONE_DAY)
        return Stretch(
            left=round(100 * (begin - first).days / days, 2),
            width=round(100 * (end - begin).days / days, 2),
            span=span_words(starts_on, ends_on),
            words=words,
            is_running=ends_on is None or ends_on > today,
        )

    by_exercise: dict[int, list[PlanItem]] = {exercise: [] for exercise in record.items}
    for row in sorted(rows, key=lambda row: row.starts_on):
        by_exercise[row.exercise_id].append(row)
    lanes = [
        Lane(
            name=items[0].exercise.name,
            slug=items[0].exercise.slug,
            stretches=[stretch(row.starts_on, row.ends_on, _with_names(row)) for row in items],
        )
        for items in by_exercise.values()
    ]
    pauses = [
        stretch(one.pause.starts_on, one.pause.ends_on, _with_keeps(one))
        for one in pauses_in_words(record.pauses, rows, today)
    ]
    return Timeline(first, today, lanes, Lane(_("Pauses"), "", pauses))


def _with_names(row: PlanItem) -> str:
    names = slot_names(row)
    return f"{prescription(row)} ({names})" if names else prescription(row)


def _with_keeps(one: PauseWords) -> str:
    if not one.keeps:
        return one.reason
    return _("%(reason)s, keeping %(exercises)s") % {"reason": one.reason, "exercises": ", ".join(one.keeps)}


# --- What a start moved back does -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all weeks so far."""

    tally: Tally
    kept: int
    counted: int
    streak: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What it does to the history that exercises have been done since an earlier day."""

    since: date
    before: Figures
    after: Figures

    @property
    def since_words(self) -> str:
        return full_date(self.since)

    @property
    def changes(self) -> bool:
        return self.before != self.after

    @property
    def added(self) -> Tally:
        """The doses that days gone by are asked for in addition, and those of them that are on record."""
        return Tally(
            self.after.tally.credited - self.before.tally.credited,
            self.after.tally.prescribed - self.before.tally.prescribed,
        )


def effect(user: User, exercises: Iterable[Exercise], since: date, today: date) -> Effect:
    """Three queries. Raises TooEarlyError where one of them cannot have begun then."""
    rows = PlanItem.objects.for_user(user).started_by(today).in_order()
    first = min([since, *(row.starts_on for row in rows)])
    running = Week.of(today, user.week_start)
    weeks = Week.of(first, user.week_start).through(running)
    record = read(user, weeks[0].first, running.last, rows, done_a_day(user, weeks[0].first, running.last))
    moved = {exercise.pk for exercise in exercises}
    return Effect(since, _figures(record, weeks), _figures(_begun(record, moved, since), weeks))


def _begun(record: Record, exercises: Iterable[int], since: date) -> Record:
    """The record if those exercises had begun on `since`."""
    moved = [to_begin([row for row in record.rows if row.exercise_id == exercise], since) for exercise in exercises]
    rows = []
    for row in record.rows:
        if row in moved:
            row = copy(row)
            row.starts_on = since
        rows.append(row)
    return replace(record, rows=rows)


def _figures(record: Record, weeks: Sequence[Week]) -> Figures:
    tallies = [record.week_tally(week) for week in weeks]
    finished, last = tallies[:-1], tallies[-1]
    return Figures(
        tally=total(tallies),
        kept=sum(week.kept for week in finished),
        counted=sum(bool(week.prescribed) for week in finished),
        streak=streak(finished, last),
    )


def too_early(error: TooEarlyError) -> str:
    sentence = _("%(exercise)s was on your plan before, and was taken off. It can begin on %(day)s at the earliest.")
    return sentence % {"exercise": error.exercise.name, "day": full_date(error.since)}


# --- What a form begins with ------------------------------------------------------------------------------------------

FIRST_GUESS = {
    "per": Per.DAY.value,
    **dict.fromkeys(("at_least", "at_most", "repetitions_at_least", "repetitions_at_most"), 1),
    **dict.fromkeys(("seconds_at_least", "seconds_at_most"), 30),
}
"""The prescription of an exercise that somebody is about to make."""


def pause_form(pause: Pause | None, plan: Plan) -> Mapping[str, Any]:
    """The form of a new pause, or of one that runs or is to come: what is changed of it holds from today on.

    A new one begins tomorrow where something is done today, for a paused day credits nothing.
    """
    today = plan.today
    if pause is None:
        return {"first": today + ONE_DAY if plan.has_done_today else today}
    return {
        "reason": pause.reason,
        "first": max(pause.starts_on, today),
        "last": pause.ends_on and pause.ends_on - ONE_DAY,
        "keeps": pause.keeps,
    }


def overlap(error: OverlapError) -> str:
    span = span_words(error.pause.starts_on, error.pause.ends_on)
    sentence = _(
        "You have a pause on some of these days already: %(span)s. Choose other days, or change that one first."
    )
    return sentence % {"span": span}
