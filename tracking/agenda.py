"""The seam between rows and the page of a day: a constant number of queries in, values ready for a template out.

`weeks` is the same for the pages of a week and of all weeks, `record` what both begin with. Nothing here reads the
clock; `today` is the person's own date and comes from the view.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import NamedTuple, cast

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from exercises.models import Exercise
from exercises.prescription import Dose, Frequency, Per
from exercises.words import dose_in_words, frequency_in_words, minutes_in_words
from tracking import growth
from tracking.adherence import Tally
from tracking.dates import (
    day_address,
    day_and_month,
    full_date,
    short_weekday,
    skip_address,
    span_words,
    weekday,
    weekday_and_date,
)
from tracking.models import Noted, Pause, PlanItem, Skip, in_order
from tracking.prepared import at_once
from tracking.record import Record, counted, items, noted, planned, recorded
from tracking.schedule import ONE_DAY, Item, Standing, Status, Week

SKIPPED = "skipped"
GROUPS = (Status.DUE, Status.ENOUGH, SKIPPED, Status.RESTING, Status.COMPLETE, Status.PAUSED)
"""In this order a page shows its cards."""


class Slot(NamedTuple):
    """One place to tick. A bonus slot is beyond what the day still asks for."""

    nth: int
    label: str
    name: str  # the person's own; empty where they gave none
    address: str
    done: bool
    bonus: bool


class Card(NamedTuple):
    """One exercise on one day."""

    exercise: Exercise
    frequency: Frequency
    dose: Dose
    standing: Standing
    done: int
    needed: int
    slots: Sequence[Slot]
    skip: str  # the reason; empty where it is not skipped
    is_over: bool

    @property
    def status(self) -> Status:
        return self.standing.status

    @property
    def is_open(self) -> bool:
        """Whether there is something left that the day asks for or welcomes, skipped or not."""
        return self.status in (Status.DUE, Status.ENOUGH)

    @property
    def is_skipped(self) -> bool:
        return bool(self.skip) and self.is_open

    @property
    def group(self) -> str:
        return SKIPPED if self.is_skipped else self.status

    @property
    def equipment(self) -> Sequence[str]:
        return self.exercise.things

    @property
    def named(self) -> str:
        """What the person calls the only dose of the day: “after waking”. Several carry their names themselves."""
        return self.slots[0].name if len(self.slots) == 1 else ""

    @property
    def credited(self) -> int:
        return min(self.done, self.needed)

    @property
    def seconds_left(self) -> int:
        """How long it takes to do what is asked for and not skipped."""
        left = self.needed - self.credited
        return left * self.dose.seconds_needed.at_most if left and not self.is_skipped else 0

    @property
    def dose_words(self) -> str:
        return dose_in_words(self.dose)

    @property
    def details(self) -> str:
        """How often, what the person calls the dose, and with what: “every day · after waking · a chair”."""
        parts = [frequency_in_words(self.frequency), self.named, ", ".join(self.equipment)]
        return " · ".join(filter(None, parts))

    @property
    def is_plain(self) -> bool:
        """Whether the buttons alone tell how it stands: nothing is done, or everything is."""
        return not self.is_skipped and self.status is (Status.COMPLETE if self.done else Status.DUE)

    @property
    def status_words(self) -> str:
        if self.is_skipped:
            return _("Skipped: %(reason)s") % {"reason": Skip.Reason(self.skip).label}
        match self.status:
            case Status.DUE if self.done:
                left = self.needed - self.done
                return ngettext("%(n)d more to go", "%(n)d more to go", left) % {"n": left}
            case Status.DUE:
                return _("Not done") if self.is_over else _("To do")
            case Status.ENOUGH:
                return _("Enough")
            case Status.PAUSED:
                return _("Paused")
            case Status.RESTING:
                return _("Resting, again from %(day)s") % {"day": weekday(cast(date, self.standing.again_on))}
            case Status.COMPLETE if self.frequency.per is Per.WEEK and not self.done:
                return _("Complete for this week")
            case Status.COMPLETE:
                return _("Complete")


class Group(NamedTuple):
    """The cards of one status, or those that are skipped, under their heading."""

    name: str
    title: str
    cards: Sequence[Card]


class StripDay(NamedTuple):
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
    "paused": "pause",
    "skipped": "skip",
    "off": "dash",
}


@dataclass(frozen=True)
class DayAgenda:
    """A person's plan on one day."""

    day: date
    today: date
    cards: Sequence[Card]
    strip: Sequence[StripDay]
    has_previous: bool
    pause: Pause | None
    offer: Exercise | None  # to take up, where it is time for one more

    @cached_property
    def tally(self) -> Tally:
        return Tally(sum(card.credited for card in self.cards), sum(card.needed for card in self.cards))

    @property
    def is_all_paused(self) -> bool:
        """Whether a pause asks for nothing at all; one for a flare-up may keep some exercises."""
        return self.pause is not None and not any(card.exercise.pk in self.pause.keeps for card in self.cards)

    @property
    def pause_words(self) -> str:
        return pause_in_words(self.pause) if self.pause else ""

    @cached_property
    def may_skip(self) -> Sequence[Card]:
        """What can be left out, while the day lasts."""
        return [card for card in self.cards if card.is_open and not card.skip] if self.is_today else []

    @property
    def skip_address(self) -> str:
        return skip_address(self.day)

    @property
    def has_skipped(self) -> bool:
        return any(card.is_skipped for card in self.cards)

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
    def previous_address(self) -> str:
        return day_address(self.previous) if self.previous else ""

    @property
    def next_address(self) -> str:
        return day_address(self.next) if self.next else ""

    @property
    def progress(self) -> str:
        """“5 of 13 doses done”, or “13 doses planned” before the day has begun."""
        n = self.tally.prescribed
        if not self.may_tick:
            return ngettext("%(n)d dose planned", "%(n)d doses planned", n) % {"n": n}
        sentence = ngettext("%(done)d of %(n)d dose done", "%(done)d of %(n)d doses done", n)
        return sentence % {"done": self.tally.credited, "n": n}

    @cached_property
    def time_left(self) -> str:
        """“about 12 min”, or nothing where nothing is left."""
        seconds = sum(card.seconds_left for card in self.cards)
        return minutes_in_words(seconds) if seconds else ""

    @property
    def may_start(self) -> bool:
        """Whether there is something to do in a session."""
        return self.is_today and bool(self.time_left)

    @property
    def is_all_done(self) -> bool:
        return not self.time_left and not self.has_skipped

    @property
    def remarks(self) -> Sequence[str]:
        """What is to be known while something is left."""
        if not self.time_left:
            return []
        if not self.may_tick:
            return [self.time_left]
        if not self.is_today:
            return [_("Did more than this? Fill it in below.")]
        left = _("%(time)s left") % {"time": self.time_left}
        return [left, things_in_words(self.equipment)] if self.equipment else [left]

    @property
    def conclusion(self) -> str:
        """What is to be said where nothing is left."""
        if self.time_left or not self.may_tick:
            return ""
        if self.has_skipped:
            return _("The rest is skipped.")
        return _("That is all for today. Well done.") if self.is_today else _("Everything was done.")

    @property
    def groups(self) -> Sequence[Group]:
        titles: dict[str, str] = {
            Status.DUE: _("For today") if self.is_today else _("Planned") if self.day > self.today else _("Still open"),
            Status.ENOUGH: _("Enough, more is welcome"),
            Status.RESTING: _("Resting"),
            Status.COMPLETE: _("Complete"),
            Status.PAUSED: _("Paused"),
            SKIPPED: _("Skipped for today") if self.is_today else _("Skipped"),
        }
        return [Group(name, titles[name], list(cards)) for name, cards in groupby(self.cards, lambda card: card.group)]

    @cached_property
    def equipment(self) -> Sequence[str]:
        """What to lay out before starting: the things that what is due needs."""
        due = (card for card in self.cards if card.group == Status.DUE)
        return list(dict.fromkeys(thing for card in due for thing in card.equipment))

    def card(self, slug: str) -> Card:
        """Of an exercise on the plan of the day."""
        return next(card for card in self.cards if card.exercise.slug == slug)

    def said(self, card: Card) -> str:
        """What a tick has led to, in one sentence for a screen reader or a page without scripts."""
        return _("%(exercise)s: %(status)s. %(progress)s.") % {
            "exercise": card.exercise.name,
            "status": card.status_words,
            "progress": self.progress,
        }


def things_in_words(things: Sequence[str]) -> str:
    """“Have ready: a chair, a sturdy support”."""
    return _("Have ready: %(things)s") % {"things": ", ".join(things)}


def pause_in_words(pause: Pause) -> str:
    """“Paused: illness, since 16 November 2026”."""
    span = span_words(pause.starts_on, pause.ends_on)
    return _("Paused: %(reason)s, %(span)s") % {"reason": pause.get_reason_display(), "span": span}


def planned_for(user: User, day: date) -> Sequence[PlanItem]:
    """The plan items that a page of `day` looks at, those of its week and all before it."""
    return planned(user, Week.of(day, user.week_start).last)


def day_agenda(user: User, day: date, today: date) -> DayAgenda:
    """The plan of `day`. Two queries, and two more for own exercises."""
    return DayRows.read(user, day, today).agenda


@dataclass(frozen=True)
class DayRows:
    """What the page of a day is made of: plan items, and what was noted from some weeks before it on."""

    user: User
    day: date
    today: date
    first: date
    items: Sequence[PlanItem]
    noted: Sequence[Noted]

    @classmethod
    def read(cls, user: User, day: date, today: date) -> "DayRows":
        week = Week.of(day, user.week_start)
        first = week.shifted(-growth.WEEKS if day == today and user.grows_from else -1).first
        rows, noted_then = at_once(items.of(user, week.last), noted.of(user, first, week.last))
        return cls(user, day, today, first, in_order(rows), noted_then)

    def with_slot(self, exercise: Exercise, nth: int, is_done: bool) -> "DayRows":
        """Once a slot has been set."""
        slot = exercise.pk, self.day, nth, None, None, None
        others = [one for one in self.noted if one != slot]
        return replace(self, noted=[*others, slot] if is_done else others)

    def with_skip(self, exercise: Exercise, reason: str) -> "DayRows":
        """Once an exercise has been skipped for a reason, or without one taken up again."""
        skip = exercise.pk, self.day, None, None, reason, None
        others = [one for one in self.noted if one[:3] != skip[:3]]
        return replace(self, noted=[*others, skip] if reason else others)

    @property
    def agenda(self) -> DayAgenda:
        day, today, rows = self.day, self.today, self.items
        week = Week.of(day, self.user.week_start)
        nths: dict[int, set[int]] = defaultdict(set)
        breaks = []
        for one in self.noted:
            if not one[2]:
                breaks.append(one)
            elif one[1] == day:
                nths[one[0]].add(one[2])
        record = recorded(self.user, self.first, week.last, rows, breaks, counted(self.noted))
        asked = {exercise: record.asked_in_week(exercise, week, today) for exercise in record.items}
        n = (day - week.first).days
        planned_on_day = [(row, item) for row in rows if (item := row.value).in_force_on(day)]
        cards = [
            _card(row, item, record, day, today, nths[item.exercise], asked[item.exercise][n])
            for row, item in planned_on_day
        ]
        cards.sort(key=lambda card: GROUPS.index(card.group))
        return DayAgenda(
            day=day,
            today=today,
            cards=cards,
            strip=_strip(record, asked, week, today),
            has_previous=any(row.starts_on < day for row in rows),
            pause=record.pause_on(day),
            offer=growth.offer(self.user, record, today) if day == today else None,
        )


def _strip(record: Record, asked: Mapping[int, Sequence[int]], week: Week, today: date) -> list[StripDay]:
    """`asked` is what each day of the week asks for, by exercise."""
    days = week.days
    needed, credited = [0] * 7, [0] * 7
    for exercise, of_days in asked.items():
        done = record.done.get(exercise, {})
        for n, of_day in enumerate(of_days):
            needed[n] += of_day
            credited[n] += min(of_day, done.get(days[n], 0))
    return [_strip_day(record, day, today, needed[n], credited[n]) for n, day in enumerate(days)]


def _strip_day(record: Record, day: date, today: date, needed: int, credited: int) -> StripDay:
    # Of a day that asks for something there is no need to look at all exercises.
    on_plan = () if needed else record.on_plan(day)
    if not needed and not on_plan:
        mark, state = "off", _("no plan")
    elif not needed and all(record.is_paused(exercise, day) for exercise in on_plan):
        mark, state = "paused", _("paused")
    elif day > today:
        mark, state = "ahead", _("still ahead")
    elif credited == needed:
        mark, state = "done", _("all done")
    elif credited:
        mark, state = "partly", _("%(n)d of %(needed)d doses done") % {"n": credited, "needed": needed}
    else:
        mark, state = "not", _("nothing done")
    return StripDay(day, short_weekday(day), day.day, mark, f"{weekday(day)}, {day_and_month(day)}: {state}")


def _card(row: PlanItem, item: Item, record: Record, day: date, today: date, nths: set[int], needed: int) -> Card:
    exercise, key = row.exercise, item.exercise
    frequency = record.frequency(item, day)
    address = f"{day_address(day)}{exercise.slug}/"
    return Card(
        exercise=exercise,
        frequency=frequency,
        dose=row.dose.minimum if record.is_kept(key, day) else row.dose,
        standing=record.standing(item, day),
        done=len(nths),
        needed=needed,
        slots=_slots(frequency, row.slot_name_list, nths, needed, address),
        skip=record.skips.get((key, day), ""),
        is_over=day < today,
    )


def _slots(frequency: Frequency, names: Sequence[str], nths: set[int], needed: int, address: str) -> list[Slot]:
    """The slots of the range, and those beyond it that were ticked all the same; `address` is that of the card."""
    usual = frequency.at_most if frequency.per is Per.DAY else 1
    numbers = range(1, max(usual, *nths, 0) + 1) if nths else range(1, usual + 1)
    still_needed = needed - len(nths)
    slots = []
    for nth in numbers:
        is_done = nth in nths
        bonus = not is_done and still_needed <= 0
        name = names[nth - 1] if nth <= len(names) else ""
        label = slot_label(nth, len(numbers), is_done) if len(numbers) == 1 or not name else name
        slots.append(Slot(nth, label, name, f"{address}{nth}/", is_done, bonus))
        still_needed -= not is_done
    return slots


def dose_names(slots: Sequence[Slot]) -> list[str]:
    """What the page calls the doses of a day, one after the other; an only one has the person's own name or none."""
    return [slot.name or (slot.label if len(slots) > 1 else "") for slot in slots]


def names_on_plan(rows: Sequence[PlanItem], day: date) -> list[list[str]]:
    """The names of the doses of each exercise that is on the plan on a day, as far as they have any."""
    items = [(row, row.value.frequency) for row in rows if row.value.in_force_on(day)]
    return [dose_names(_slots(frequency, row.slot_name_list, set(), 0, "")) for row, frequency in items]


def slot_label(nth: int, of: int, is_done: bool = False) -> str:
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
