"""Doses and frequencies as values.

Pure: standard library only. The database stores the same numbers as columns of
`Exercise` and `PlanItem`; `exercises.words` says them in a sentence.
"""

from dataclasses import dataclass
from enum import StrEnum

RELAX_SECONDS = 3
"""Letting go between two repetitions, in seconds."""

SWITCH_SECONDS = 5
"""Changing over to the other side, in seconds."""


class Per(StrEnum):
    """The span of time a frequency counts in."""

    DAY = "day"
    WEEK = "week"


class Action(StrEnum):
    """What the seconds of a repetition are spent on."""

    HOLD = "hold"
    MOVE = "move"


class Sides(StrEnum):
    """Whether a dose is done with both sides together, or with each in turn."""

    TOGETHER = "together"
    EACH_FOOT = "foot"
    EACH_LEG = "leg"


@dataclass(frozen=True, slots=True)
class Range:
    """From `at_least` (this counts as done) to `at_most` (this is enough)."""

    at_least: int
    at_most: int

    def __post_init__(self) -> None:
        if not 1 <= self.at_least <= self.at_most:
            raise ValueError(f"a range runs from 1 or more upwards, not {self.at_least} to {self.at_most}")

    @property
    def is_single(self) -> bool:
        return self.at_least == self.at_most


MAX_PER = {Per.DAY: 20, Per.WEEK: 7}
"""The highest `at_most` of a frequency: doses a day, distinct days a week."""


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a dose is due: so many doses a day, or so many distinct days a week.

    Raises ValueError when the range is empty or above `MAX_PER`.
    """

    per: Per
    at_least: int
    at_most: int

    def __post_init__(self) -> None:
        if not 1 <= self.at_least <= self.at_most <= MAX_PER[self.per]:
            raise ValueError(f"{self.at_least} to {self.at_most} times a {self.per} is not a frequency")

    @property
    def range(self) -> Range:
        return Range(self.at_least, self.at_most)

    @property
    def minimum(self) -> "Frequency":
        """The same without its upper end: what counts as done is enough."""
        return Frequency(self.per, self.at_least, self.at_least)


MAX_SECONDS = 3600
MAX_REPETITIONS = 100


@dataclass(frozen=True, slots=True)
class Dose:
    """One go at an exercise: repetitions of a hold or of a movement of some seconds.

    A plain duration, such as a walk of 30 seconds, is a single repetition of a movement.
    Raises ValueError beyond `MAX_SECONDS` a repetition or `MAX_REPETITIONS`.
    """

    action: Action
    seconds: Range
    repetitions: Range
    sides: Sides

    def __post_init__(self) -> None:
        if self.seconds.at_most > MAX_SECONDS:
            raise ValueError(f"a repetition lasts at most {MAX_SECONDS} seconds")
        if self.repetitions.at_most > MAX_REPETITIONS:
            raise ValueError(f"a dose has at most {MAX_REPETITIONS} repetitions")

    @property
    def minimum(self) -> "Dose":
        """The same without its upper ends: what counts as done is enough."""
        seconds, repetitions = self.seconds.at_least, self.repetitions.at_least
        return Dose(self.action, Range(seconds, seconds), Range(repetitions, repetitions), self.sides)

    @property
    def seconds_needed(self) -> Range:
        """How long the dose takes at its low and at its high end, letting go and switching sides included."""
        return Range(
            self._seconds_for(self.seconds.at_least, self.repetitions.at_least),
            self._seconds_for(self.seconds.at_most, self.repetitions.at_most),
        )

    def _seconds_for(self, seconds: int, repetitions: int) -> int:
        one_side = repetitions * seconds + (repetitions - 1) * RELAX_SECONDS
        return one_side if self.sides is Sides.TOGETHER else 2 * one_side + SWITCH_SECONDS
