"""Arrows: a line or a part of a circle, with an open head at its end or at both."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tools.pictures.geometry import Point
from tools.pictures.ink import Ink
from tools.pictures.svg import num, pair

HEAD = 8.0


def drawn(ink: Ink, arrows: Sequence[Mapping[str, Any]], size: float = HEAD) -> str:
    """over = true: the arrow lies over the body and gets a halo."""
    halos = "".join(ink.path(arrow(one, size), "halo") for one in arrows if one.get("over"))
    return halos + "".join(ink.path(arrow(one, size), "arrow") for one in arrows)


def arrow(data: Mapping[str, Any], size: float) -> str:
    """{line = [x, y, x, y]} or {turn = [x, y, radius across, radius up, from, to]}.

    both = true has two heads.

    Angles of a turn: 0 is to the right, 90 up.
    """
    if "line" in data:
        start, end = Point(*data["line"][:2]), Point(*data["line"][2:])
        shaft = f"M{pair(start)}L{pair(end)}"
        forth = end.minus(start)
        back = start.minus(end)
    else:
        start, end, forth, back, shaft = circle(data["turn"])
    return shaft + head(end, forth, size) + (head(start, back, size) if data.get("both") else "")


def circle(turn: Sequence[float]) -> tuple[Point, Point, Point, Point, str]:
    x, y, across, up, begin, finish = turn

    def at(degrees: float) -> Point:
        angle = math.radians(degrees)
        return Point(x + across * math.cos(angle), y - up * math.sin(angle))

    step = math.copysign(min(12, abs(finish - begin) / 2), finish - begin)
    start, end = at(begin), at(finish)
    large = "1" if abs(finish - begin) > 180 else "0"
    sweep = "0" if finish > begin else "1"
    shaft = f"M{pair(start)}A{num(across)} {num(up)} 0 {large} {sweep} {pair(end)}"
    return start, end, end.minus(at(finish - step)), start.minus(at(begin + step)), shaft


def head(tip: Point, way: Point, size: float) -> str:
    """A chevron that ends at tip."""
    back = way.times(-size / way.length())
    return f"M{pair(tip.plus(back.turned(38)))}L{pair(tip)}L{pair(tip.plus(back.turned(-38)))}"
