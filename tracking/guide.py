"""The seam between a day and its guided session: what is open today goes into `session`, words come out.

`agenda` has read the day. Nothing here asks the database or the clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from exercises.models import Exercise, Position
from exercises.pictures import picture_address, picture_in_words
from exercises.prescription import Sides
from exercises.words import dose_in_words, minutes_in_words, time_needed_in_words
from tracking.agenda import Card, DayAgenda, Slot, things_in_words
from tracking.session import (
    POSITIONS,
    Breaks,
    Kind,
    OpenDose,
    Side,
    Step,
    done_in,
    fitting,
    in_order,
    once_each,
    steps,
    total_seconds,
)

ONCE = "once"
MINUTES = (5, 10, 15, 20)
"""The lengths that a page offers; others can be asked for by the address."""


@dataclass(frozen=True, slots=True)
class Task:
    """An open dose with what a page shows of it; `number` counts from 1 within the session."""

    number: int
    open: OpenDose
    card: Card
    slot: Slot

    @property
    def exercise(self) -> Exercise:
        return self.card.exercise

    @property
    def key(self) -> str:
        """Names the dose for as long as its day lasts: “toe-walk/2”."""
        return f"{self.exercise.slug}/{self.slot.nth}"

    @property
    def dose(self) -> str:
        return dose_in_words(self.open.dose)

    @property
    def time(self) -> str:
        return time_needed_in_words(self.open.dose)

    @property
    def name(self) -> str:
        """“Walk on your toes, Morning”."""
        return ", ".join(filter(None, [self.exercise.name, self.nth]))

    @property
    def nth(self) -> str:
        """Which of several doses a day it is: “Morning”, or nothing where it is the only one."""
        return self.slot.label if len(self.card.slots) > 1 else ""


@dataclass(frozen=True, slots=True)
class Part:
    """A choice of what the session should hold: its label, and the query of its address."""

    label: str
    query: str
    chosen: bool


@dataclass(frozen=True)
class Guide:
    """The guided session of a day; or a part of it: `ONCE`, a position, so many minutes, or both of the latter."""

    user: User
    agenda: DayAgenda
    day_ends_in: int  # seconds
    part: str = ""
    minutes: int | None = None

    @cached_property
    def breaks(self) -> Breaks:
        return Breaks(self.user.get_ready_seconds, self.user.rest_seconds)

    @cached_property
    def _slots(self) -> Mapping[tuple[int, int], tuple[Card, Slot]]:
        """What is open, by exercise and nth. What rests or is complete has a slot to tick, but is not asked for."""
        return {
            (card.exercise.pk, slot.nth): (card, slot)
            for card in self.agenda.cards
            if card.is_open and not card.is_skipped
            for slot in card.slots
            if not slot.done
        }

    @cached_property
    def open(self) -> Sequence[OpenDose]:
        return [
            OpenDose(
                exercise=card.exercise.pk,
                number=card.exercise.number,
                nth=slot.nth,
                dose=card.dose,
                position=card.exercise.position,
                other_position=card.exercise.other_position,
                bonus=slot.bonus,
            )
            for card, slot in self._slots.values()
        ]

    @property
    def _once(self) -> Sequence[OpenDose]:
        """A dose of each exercise that is due; of each at all where none is."""
        return once_each([one for one in self.open if not one.bonus] or self.open)

    @property
    def repeats(self) -> bool:
        """Whether this session asks for an exercise more than once."""
        return len({task.exercise.pk for task in self.tasks}) < len(self.tasks)

    def _chosen(self) -> Sequence[OpenDose]:
        doses = self.open
        if self.part == ONCE:
            doses = self._once
        elif self.part:
            doses = done_in(self.part, doses)
        return doses if self.minutes is None else fitting(doses, self.minutes * 60, self.breaks)

    @cached_property
    def tasks(self) -> Sequence[Task]:
        """What the session holds, in its order."""
        return [self._task(n, one) for n, one in enumerate(in_order(self._chosen()), start=1)]

    def _task(self, number: int, one: OpenDose) -> Task:
        card, slot = self._slots[one.exercise, one.nth]
        return Task(number, one, card, slot)

    @property
    def groups(self) -> Sequence[tuple[str, Sequence[Task]]]:
        """The tasks under the headings of a list: the position, and whether it is a bonus."""
        return [
            (_heading(position, bonus), list(tasks))
            for (bonus, position), tasks in groupby(self.tasks, lambda task: (task.open.bonus, task.open.position))
        ]

    @property
    def seconds(self) -> int:
        return total_seconds(steps([task.open for task in self.tasks], self.breaks))

    @property
    def time(self) -> str:
        return minutes_in_words(self.seconds)

    @property
    def have_ready(self) -> str:
        """What to lay out before the start, in a sentence; empty where that is nothing."""
        things = dict.fromkeys(thing for task in self.tasks for thing in task.card.equipment)
        return things_in_words(list(things)) if things else ""

    @property
    def parts(self) -> Sequence[Part]:
        """The choices that make a difference today, and the one that is in force."""
        everything = total_seconds(steps(in_order(self.open), self.breaks))
        narrower = [p for p in POSITIONS if 0 < len(done_in(p, self.open)) < len(self.open)]
        found = [Part(_("Everything"), "", not self.part and self.minutes is None)]
        if len(self._once) < len(self.open):
            found.append(self._part(_("Each exercise once"), part=ONCE))
        found += [self._part(_position_words(position), part=position) for position in narrower]
        shorter = [n for n in MINUTES if n * 60 < everything]
        return found + [self._part(_("%(n)d min") % {"n": n}, minutes=n) for n in shorter]

    def _part(self, label: str, part: str = "", minutes: int | None = None) -> Part:
        query = urlencode({"minutes": minutes} if minutes else {"part": part})
        return Part(label, f"?{query}", (part, minutes) == (self.part, self.minutes))

    @property
    def script(self) -> Mapping[str, Any]:
        """What the player needs, as values for JSON.

        `doses` holds all that is open, so that a session that is taken up again finds its place even where the page
        would offer another part by now; `chosen` names those of this session, in order.
        """
        everything = [self._task(n, one) for n, one in enumerate(in_order(self.open), start=1)]
        tasks = {task.key: task for task in [*everything, *self.tasks]}
        return {
            "person": self.user.pk,
            "day": self.agenda.day.isoformat(),
            "dayEndsIn": self.day_ends_in,
            "chosen": [task.key for task in self.tasks],
            "doses": {key: self._dose_script(task) for key, task in tasks.items()},
        }

    def _dose_script(self, task: Task) -> Mapping[str, Any]:
        dose, exercise = task.open.dose, task.exercise
        least = {"seconds": dose.seconds.at_least, "repetitions": dose.repetitions.at_least}
        return {
            "name": exercise.name,
            "nth": task.nth,
            "bonus": task.open.bonus,
            "address": task.slot.address,
            "picture": picture_address(exercise.slug, self.user.color_scheme),
            "pictured": picture_in_words(exercise.slug),
            "position": task.open.position,
            "how": exercise.step_list,
            "avoid": exercise.avoid_list,
            "least": least,
            # A session begins without a rest; the player puts this one before every dose but the first.
            "rest": [_step_script(Step(Kind.REST, self.breaks.rest, 0, Side.BOTH), task)] if self.breaks.rest else [],
            "steps": [_step_script(step, task) for step in steps([task.open], self.breaks)],
        }


def _step_script(step: Step, task: Task) -> Mapping[str, Any]:
    title, detail, say = _words(step, task)
    return {
        "kind": step.kind,
        "seconds": step.seconds,
        "side": step.side,
        "title": title,
        "detail": detail,
        "say": say,
    }


# --- Words ------------------------------------------------------------------------------------------------------------


def _words(step: Step, task: Task) -> tuple[str, str, str]:
    """What a step is called, what stands below, and what is said when it begins."""
    side = _side_words(step.side, task.open.dose.sides)
    count = _("%(n)d of %(of)d") % {"n": step.repetition, "of": step.of} if step.of > 1 else ""
    below = " · ".join(filter(None, [side, count]))
    name = {"name": task.exercise.name, "side": side}
    match step.kind:
        case Kind.GET_READY:
            say = _("Get ready: %(name)s. %(side)s first.") if side else _("Get ready: %(name)s.")
            first = _("%(side)s first") % name if side else ""
            return _("Get ready"), " · ".join(filter(None, [first, _position_and_equipment(task)])), say % name
        case Kind.HOLD if step.repetition == 1:
            return _("Hold"), below, _("Hold. %(side)s.") % name if side else _("Hold.")
        case Kind.HOLD:
            return _("Hold"), below, _("Hold. %(count)s.") % {"count": count}
        case Kind.MOVE if step.repetition == 1:
            return _("Move"), below, _("Go. %(side)s.") % name if side else _("Go.")
        case Kind.MOVE:
            return _("Move"), below, _("Go. %(count)s.") % {"count": count}
        case Kind.RELAX:
            return _("Relax"), below, _("Relax.")
        case Kind.SWITCH:
            return _("Switch sides"), side, _("Switch sides. %(side)s.") % name
        case Kind.REST:
            return _("Rest"), _("Next: %(name)s") % name, _("Rest. Next: %(name)s.") % name


def _side_words(side: Side, sides: Sides) -> str:
    match side, sides:
        case Side.LEFT, Sides.EACH_FOOT:
            return _("Left foot")
        case Side.RIGHT, Sides.EACH_FOOT:
            return _("Right foot")
        case Side.LEFT, _any:
            return _("Left leg")
        case Side.RIGHT, _any:
            return _("Right leg")
    return ""


def _position_and_equipment(task: Task) -> str:
    """“Sitting · a tennis ball”."""
    return " · ".join([_position_words(task.open.position), *task.card.equipment])


def _position_words(position: str) -> str:
    return str(capfirst(Position(position).label))


def _heading(position: str, bonus: bool) -> str:
    words = _position_words(position)
    return _("Bonus, if you like: %(position)s") % {"position": words.lower()} if bonus else words
