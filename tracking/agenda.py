"""The seam between rows and the page of a day: a constant number of queries in, values ready for a template out.

`weeks` is the same for the pages of a week and of all weeks. Nothing here reads the clock; `today` is the person's own
date and comes from the view.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import cast

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from exercises.models import Exercise
from exercises.prescription import Frequency, Per
from exercises.words import dose_in_words, frequency_in_words, minutes_in_words
from tracking.adherence import Tally, asked_on
from tracking.dates import day_and_month, full_date, short_weekday, weekday, weekday_and_date
from tracking.models import Completion, PlanItem
from tracking.schedule import ONE_DAY, Item, Standing, Status, Week, standing

Done = Mapping[int, Mapping[date, int]]
"""Completions a day, by exercise and day."""

ORDER = list(Status)


@dataclass(frozen=True, slots=True)
class Slot:
    """One place to tick. A bonus slot is beyond what the day still asks for."""

    nth: int
    label: str
    address: str
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
    is_over: bool

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
    def is_plain(self) -> bool:
        """Whether the buttons alone tell how it stands: nothing is done, or everything is."""
        return self.status is (Status.COMPLETE if self.done else Status.DUE)

    @property
    def status_words(self) -> str:
        match self.status:
            case Status.DUE if self.done:
                left = self.needed - self.done
                return ngettext("%(n)d more to go", "%(n)d more to go", left) % {"n": left}
            case Status.DUE:
                return _("Not done") if self.is_over else _("To do")
            case Status.ENOUGH:
                return _("Enough")
            case Status.RESTING:
                return _("Resting, again from %(day)s") % {"day": weekday(cast(date, self.standing.again_on))}
            case Status.COMPLETE if self.frequency.per is Per.WEEK and not self.done:
                return _("Complete for this week")
            case Status.COMPLETE:
                return _("Complete")


@dataclass(frozen=True, slots=True)
class Group:
    """The cards of one status, under its heading."""

    status: Status
    title: str
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day of the week around a day. `mark` names its shape, `words` says the same."""

    day: date
    letters: str
    number: int
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
        return near.get((self.day - self.today).days) or weekday(self.day)

    @property
    def date_words(self) -> str:
        """The date, with the weekday where the title does not name it."""
        is_near = abs((self.day - self.today).days) <= 1
        return weekday_and_date(self.day) if is_near else full_date(self.day)

    @property
    def previous(self) -> date | None:
        return self.day - ONE_DAY if self.has_previous else None

    @property
    def next(self) -> date | None:
        return self.day + ONE_DAY if self.day <= self.today else None

    @property
    def progress(self) -> str:
        """“5 of 13 doses done”."""
        sentence = ngettext("%(done)d of %(n)d dose done", "%(done)d of %(n)d doses done", self.tally.prescribed)
        return sentence % {"done": self.tally.credited, "n": self.tally.prescribed}

    @property
    def time_left(self) -> str:
        """“about 12 min”, or nothing where nothing is left."""
        seconds = sum(card.seconds_left for card in self.cards)
        return minutes_in_words(seconds) if seconds else ""

    @property
    def groups(self) -> Sequence[Group]:
        titles = {
            Status.DUE: _("For today") if self.is_today else _("Planned") if self.day > self.today else _("Still open"),
            Status.ENOUGH: _("Enough, more is welcome"),
            Status.RESTING: _("Resting"),
            Status.COMPLETE: _("Complete"),
        }
        return [
            Group(status, titles[status], list(cards))
            for status, cards in groupby(self.cards, lambda card: card.status)
        ]

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
        return _("%(exercise)s: %(status)s. %(progress)s.") % {
            "exercise": card.exercise.name,
            "status": card.status_words,
            "progress": self.progress,
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
        _card(row, item, week, day, today, done[item.exercise], nths[item.exercise])
        for row, item in zip(rows, items, strict=True)
        if item.in_force_on(day)
    ]
    cards.sort(key=lambda card: ORDER.index(card.status))
    strip = [_strip_day(items, week, one, today, done) for one in week.days]
    return DayAgenda(day, today, cards, strip, has_previous=any(item.starts_on < day for item in items))


def _strip_day(items: Iterable[Item], week: Week, day: date, today: date, done: Done) -> StripDay:
    on_plan = [(item, done[item.exercise]) for item in items if item.in_force_on(day)]
    pairs = [(asked_on(item, week, day, today, days), days.get(day, 0)) for item, days in on_plan]
    needed = sum(asked for asked, _n in pairs)
    credited = sum(min(asked, n) for asked, n in pairs)
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
    return StripDay(day, short_weekday(day), day.day, mark, f"{weekday(day)}, {day_and_month(day)}: {state}")


def _card(
    row: PlanItem, item: Item, week: Week, day: date, today: date, done: Mapping[date, int], nths: set[int]
) -> Card:
    needed = asked_on(item, week, day, today, done)
    address = f"{reverse('day', args=[day])}{row.exercise.slug}/"
    return Card(
        exercise=row.exercise,
        frequency=item.frequency,
        standing=standing(item.frequency, day, done, week.first.weekday()),
        done=len(nths),
        needed=needed,
        slots=_slots(item.frequency, nths, needed, address),
        equipment=[thing.name for thing in row.exercise.equipment.all()],
        is_over=day < today,
    )


def _slots(frequency: Frequency, nths: set[int], needed: int, address: str) -> list[Slot]:
    """The slots of the range, and those beyond it that were ticked all the same; `address` is that of the card."""
    usual = frequency.at_most if frequency.per is Per.DAY else 1
    numbers = range(1, max(usual, *nths, 0) + 1) if nths else range(1, usual + 1)
    still_needed = needed - len(nths)
    slots = []
    for nth in numbers:
        is_done = nth in nths
        bonus = not is_done and still_needed <= 0
        slots.append(Slot(nth, _slot_label(nth, len(numbers), is_done), f"{address}{nth}/", is_done, bonus))
        still_needed -= not is_done
    return slots


def _slot_label(nth: int, of: int, is_done: bool) -> str:
    match nth, of:
        case 1, 1:
            return _("Done") if is_done else _("Mark done")
        case 1, 2 | 3:
            return _("Morning")
        case 2, 3:
            return _("Midday")
        case (2, 2) | (3, 3):
            return _("Evening")
    return str(nth)
