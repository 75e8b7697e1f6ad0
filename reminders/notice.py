"""What a reminder says, whatever it is sent by."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


@dataclass(frozen=True, slots=True)
class Notice:
    """One reminder, in words. Of the same `tag` a device shows only the last; `address` is the page that it opens."""

    title: str
    body: str
    tag: str
    address: str
    day: date
    name: str
    nth: int


class Reached(Enum):
    """What came of sending a notice by one of the ways to a person."""

    YES = "yes"
    """Somebody took it."""
    LATER = "later"
    """Nobody did; another try may help."""
    NO = "no"
    """There is nobody to take it."""
