"""Points, turns and the two-bone problem. Pixels, y grows downwards; a positive turn is clockwise."""

import math
from typing import NamedTuple


class Point(NamedTuple):
    x: float
    y: float

    def plus(self, other: "Point") -> "Point":
        return Point(self.x + other.x, self.y + other.y)

    def minus(self, other: "Point") -> "Point":
        return Point(self.x - other.x, self.y - other.y)

    def times(self, factor: float) -> "Point":
        return Point(self.x * factor, self.y * factor)

    def turned(self, degrees: float) -> "Point":
        sin, cos = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
        return Point(self.x * cos - self.y * sin, self.x * sin + self.y * cos)

    def length(self) -> float:
        return math.hypot(self.x, self.y)


ORIGIN = Point(0, 0)


def bone(length: float, turn: float) -> "Point":
    """From one end of a bone to the other. Without a turn it hangs straight down."""
    return Point(0, length).turned(turn)


def turn_of(direction: "Point") -> float:
    """The turn of a bone that points this way: the inverse of `bone`."""
    return math.degrees(math.atan2(-direction.x, direction.y))


def two_bones(start: Point, end: Point, upper: float, lower: float, bends: int) -> tuple[float, float]:
    """The turn of the upper bone, and that of the lower one against it, so that the chain reaches from start to end.

    bends is 1 where the lower bone turns clockwise, as a knee does in somebody who looks to the right, and -1 where it
    turns the other way, as an elbow does.
    """
    way = end.minus(start)
    reach = way.length()
    if not abs(upper - lower) < reach <= upper + lower:
        raise ValueError(f"{end} is out of reach of {start}: {reach:.1f} with bones of {upper:.1f} and {lower:.1f}")
    at_start = math.degrees(math.acos((upper**2 + reach**2 - lower**2) / (2 * upper * reach)))
    between = math.degrees(math.acos((upper**2 + lower**2 - reach**2) / (2 * upper * lower)))
    return turn_of(way) - bends * at_start, bends * (180 - between)
