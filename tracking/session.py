"""The guided session: which doses, in which order, second by second. Pure: values in, values out, no clock.

`guide` turns a person's day into the values that go in here, and puts words to what comes out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import add

from exercises.prescription import RELAX_SECONDS, SWITCH_SECONDS, Action, Dose, Sides

POSITIONS = ("standing", "sitting", "lying")
"""From up to down: a session goes to the floor once."""


class Kind(StrEnum):
    """What a step of a session is for."""

    GET_READY = "ready"
    HOLD = "hold"
    MOVE = "move"
    RELAX = "relax"
    SWITCH = "switch"
    REST = "rest"


class Side(StrEnum):
    BOTH = "both"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class OpenDose:
    """A dose that a day still has room for: the `nth` of an exercise that stands at `number` in the routine.

    A bonus dose is beyond what the day asks for. `other_position` is empty where there is one position only.
    """

    exercise: int
    number: int
    nth: int
    dose: Dose
    position: str
    other_position: str = ""
    bonus: bool = False


@dataclass(frozen=True, slots=True)
class Breaks:
    """Seconds to get ready before each dose, 1 or more, and to rest between two doses, 0 for no rest."""

    get_ready: int
    rest: int

    def __post_init__(self) -> None:
        if self.get_ready < 1 or self.rest < 0:
            raise ValueError(f"no session has breaks of {self.get_ready} and {self.rest} seconds")


@dataclass(frozen=True, slots=True)
class Step:
    """Some seconds of a session. `repetition` counts from 1, of `of`; both are 0 where nothing is repeated.

    `dose` is the place of the dose in the session, from 0. A rest belongs to the dose that comes after it.
    """

    kind: Kind
    seconds: int
    dose: int
    side: Side
    repetition: int = 0
    of: int = 0


# --- Which doses ------------------------------------------------------------------------------------------------------


def once_each(doses: Iterable[OpenDose]) -> list[OpenDose]:
    """The first open dose of each exercise."""
    first: dict[int, OpenDose] = {}
    for one in sorted(doses, key=lambda one: one.nth):
        first.setdefault(one.exercise, one)
    return list(first.values())


def done_in(position: str, doses: Iterable[OpenDose]) -> list[OpenDose]:
    """The doses that can be done in one position, and are then done in it."""
    return [
        replace(one, position=position, other_position="")
        for one in doses
        if position in (one.position, one.other_position)
    ]


def fitting(doses: Iterable[OpenDose], seconds: int, breaks: Breaks) -> list[OpenDose]:
    """The doses that make the best of so many seconds, breaks included.

    As many different exercises as fit that are due, then as many due doses, then as much of the time spent on them;
    bonus doses only fill what is left. Exact, by adding one dose after the other to the best choice for each length.
    """
    doses = sorted(doses, key=lambda one: (one.exercise, one.nth))
    firsts = set(once_each(one for one in doses if not one.bonus))
    best: dict[int, _Choice] = {0: _Choice((0,) * 5)}  # by the seconds it takes, with a rest after each dose
    for one in doses:
        length = one.dose.seconds_needed.at_most
        takes = breaks.get_ready + length + breaks.rest
        due = not one.bonus
        worth = (one in firsts, due, due * length, one.bonus, one.bonus * length)
        for used, choice in list(best.items()):
            # No rest after the last.
            if used + takes - breaks.rest > seconds:
                continue
            more = _Choice(tuple(map(add, choice.worth, worth)), choice, one)
            if used + takes not in best or more.worth > best[used + takes].worth:
                best[used + takes] = more
    return _first_of_their_kind(doses, max(best.values(), key=lambda choice: choice.worth).doses)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Some doses, as a chain of links, and what they are worth: the higher the better, the first number first."""

    worth: tuple[int, ...]
    others: "_Choice | None" = None
    last: OpenDose | None = None

    @property
    def doses(self) -> Iterator[OpenDose]:
        link: _Choice | None = self
        while link and link.last:
            yield link.last
            link = link.others


def _first_of_their_kind(doses: Iterable[OpenDose], chosen: Iterable[OpenDose]) -> list[OpenDose]:
    """As many doses of each exercise as chosen, but the earliest ones: they are worth the same and cost the same."""
    wanted = Counter((one.exercise, one.bonus) for one in chosen)
    found = []
    for one in doses:
        if wanted[one.exercise, one.bonus]:
            wanted[one.exercise, one.bonus] -= 1
            found.append(one)
    return found


# --- In which order ---------------------------------------------------------------------------------------------------


def in_order(doses: Iterable[OpenDose]) -> list[OpenDose]:
    """Due before bonus; each of the two goes through the positions once, standing first and lying last.

    Within a position the exercises take turns, so that two doses of one are as far apart as they can be. The bonus
    doses begin in the position in which the due ones end, so that nobody has to get up for nothing.
    """
    turns: Counter[tuple[int, bool]] = Counter()
    turn = {}
    for one in sorted(doses, key=lambda one: one.nth):
        turn[one] = turns[one.exercise, one.bonus]
        turns[one.exercise, one.bonus] += 1
    ordered: list[OpenDose] = []
    for bonus in (False, True):
        positions = list(POSITIONS)
        if ordered:
            positions.sort(key=lambda position: position != ordered[-1].position)
        part = [one for one in turn if one.bonus is bonus]
        part.sort(key=lambda one: (positions.index(one.position), turn[one], one.number, one.exercise))
        ordered += part
    return ordered


# --- Step by step -----------------------------------------------------------------------------------------------------


def steps(doses: Sequence[OpenDose], breaks: Breaks) -> list[Step]:
    """All steps of a session through `doses`, in the order given. Each dose aims at the high end of its range."""
    found: list[Step] = []
    for n, one in enumerate(doses):
        if n and breaks.rest:
            found.append(Step(Kind.REST, breaks.rest, n, _sides(one.dose)[0]))
        found.append(Step(Kind.GET_READY, breaks.get_ready, n, _sides(one.dose)[0]))
        found += _work(one.dose, n)
    return found


def total_seconds(steps: Iterable[Step]) -> int:
    return sum(step.seconds for step in steps)


def _sides(dose: Dose) -> tuple[Side, ...]:
    return (Side.BOTH,) if dose.sides is Sides.TOGETHER else (Side.LEFT, Side.RIGHT)


def _work(dose: Dose, n: int) -> list[Step]:
    kind = Kind.HOLD if dose.action is Action.HOLD else Kind.MOVE
    seconds, of = dose.seconds.at_most, dose.repetitions.at_most
    found: list[Step] = []
    for side in _sides(dose):
        if found:
            found.append(Step(Kind.SWITCH, SWITCH_SECONDS, n, side))
        for repetition in range(1, of + 1):
            if repetition > 1:
                found.append(Step(Kind.RELAX, RELAX_SECONDS, n, side, repetition, of))
            found.append(Step(kind, seconds, n, side, repetition, of))
    return found
