"""The things of an exercise, in units of the figure: where they stand, or how they follow the body."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tools.pictures.figure import Body
from tools.pictures.geometry import Point
from tools.pictures.ink import Ink
from tools.pictures.shapes import disc
from tools.pictures.svg import Reel, num, pair


def draw(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    kinds = {
        "chair": chair,
        "wall": wall,
        "mat": mat,
        "post": post,
        "pencil": pencil,
        "ball": ball,
        "towel": towel,
        "band": band,
        "marks": marks,
        "level": level,
    }
    return kinds[data["kind"]](ink, reel, bodies, data)


def chair(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """x is the back edge of the seat, y the top of it."""
    x, y = data["x"], data["y"]
    legs = f"M{num(x + 4)} {num(y + 6)}L{num(x)} 0M{num(x + 52)} {num(y + 6)}L{num(x + 55)} 0"
    back = (
        f"M{num(x + 2)} {num(y + 4)}C{num(x + 1)} {num(y - 20)} {num(x - 6)} {num(y - 40)} {num(x - 10)} {num(y - 66)}"
    )
    seat = f"M{num(x)} {num(y)}h54a4 4 0 0 1 0 8h-54a4 4 0 0 1 0-8z"
    return ink.path(legs + back, "wood") + ink.path(seat, "warm")


def wall(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """From its face at x to the right; some of its bricks show."""
    x, end = data["x"], data["to"]
    row = 24
    lines = "".join(f"M{num(x)} {num(-level)}H{num(end)}" for level in range(row, 250, row))
    joints = "".join(
        f"M{num(joint)} {num(-level)}v{num(-row)}"
        for level in range(0, 250 - row, row)
        for joint in range(x + (16 if level % (2 * row) else 34), end, 36)
    )
    face = ink.path(f"M{num(end)}-252H{num(x)}V0H{num(end)}", "brick")
    return face + ink.path(lines + joints, "joint")


def mat(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    left, right = data["from"], data["to"]
    return ink.path(f"M{num(left)}-5H{num(right)}a2.5 2.5 0 0 1 0 5H{num(left)}a2.5 2.5 0 0 1 0-5z", "warm")


def post(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """A heavy table: its top, one thick leg at x, and the wide foot it stands on."""
    x = data["x"]
    top = f"M{num(x - 30)}-100H{num(x + 60)}v9H{num(x - 30)}z"
    column = f"M{num(x - 5)}-91V-6H{num(x + 5)}V-91z"
    foot = f"M{num(x - 16)}-6H{num(x + 16)}q6 0 6 6H{num(x - 22)}q0-6 6-6z"
    return ink.path(column + foot + top, "warm")


def pencil(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """Lies across under the toes, seen at a slant."""
    spots = [Point(data["x"], -one.pose.get("pencil", 0)) for one in bodies]
    body = ink.path("M-11 5L7-6.5L12-8L10-3.5L-8.5 8.5z", "warm")
    return reel.move(spots, body)


def ball(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """A tennis ball that rolls on the floor: ball_x of the pose is its middle."""
    radius = data["radius"]
    spots = [Point(one.pose["ball_x"], -radius) for one in bodies]
    turns = [math.degrees(spot.x / radius) for spot in spots]
    return reel.move(spots, reel.turn(turns, tennis_ball(ink, radius)))


def tennis_ball(ink: Ink, radius: float) -> str:
    r = num(radius)
    a, b = num(radius * 0.62), num(radius * 0.78)
    seam = f"M-{a}-{b}A{r} {r} 0 0 1-{a} {b}M{a}-{b}A{r} {r} 0 0 0 {a} {b}"
    return ink.path(disc(radius), "ball") + ink.path(seam, "seam")


def towel(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """One side of it: wide round the sole, gathered in the hand, its end hanging out of it with a stripe."""
    cloths, stripes = [], []
    for one in bodies:
        leg = one.near_leg
        hand = one.point(f"{data['side']} grip")
        along = leg.ball_at.minus(leg.ankle_at)
        along = along.times(1 / along.length())
        out = Point(-along.y, along.x)
        sole = leg.ball_at.plus(out.times(4))
        way = hand.minus(sole)
        across = Point(-way.y, way.x).times(3.4 / way.length())
        narrow = sole.plus(way.times(0.4))
        cloths.append(
            f"M{pair(sole.plus(along.times(6)))}Q{pair(narrow.plus(across))} {pair(hand.plus(across))}"
            f"q-3 12-4 25l14-2q-4-11-3-22Q{pair(narrow.minus(across))} {pair(sole.plus(along.times(-11)))}"
            f"Q{pair(sole.plus(out.times(4)).plus(along.times(-2.5)))} {pair(sole.plus(along.times(6)))}z"
        )
        stripes.append(f"M{pair(hand.plus(across).plus(Point(-3, 19)))}l12-2")
    cloth, motion = reel.attribute("d", cloths)
    stripe, following = reel.attribute("d", stripes)
    return ink.path(cloth["d"], data["role"], motion) + ink.path(stripe["d"], "line", following)


def band(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """One strand of the loop round the near foot and a post at x. It gets thinner as it gets longer."""
    starts = [one.near_leg.ball_at.plus(Point(-6, -1)) for one in bodies]
    lines = [f"M{pair(start)}L{num(data['x'])} {num(data['y'])}" for start in starts]
    return strand(ink, reel, lines, [one.pose["band"] for one in bodies])


def strand(ink: Ink, reel: Reel, lines: Sequence[str], widths: Sequence[float]) -> str:
    """A strip with an edge on both sides."""
    first, motion = reel.attribute("d", lines)
    drawn = ""
    for role, edge in (("band-line", 1.4), ("band", -1.0)):
        width, thinning = reel.attribute("stroke-width", [num(value + edge) for value in widths])
        drawn += ink.path(first["d"], role, motion + thinning, **width)
    return drawn


def marks(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """Marks on the floor that stay behind as the figure walks: by `every` while the picture goes round once."""
    shift = [moment / reel.seconds * data["every"] if reel.seconds else 0 for moment in reel.moments]
    dashes = {"stroke-dasharray": f"12 {num(data['every'] / data['times'] - 12)}"}
    offset, motion = reel.attribute("stroke-dashoffset", [num(value) for value in shift])
    return ink.path(f"M{num(data['from'])} 8H{num(data['to'])}", "line", motion, **dashes, **offset)


def level(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """A dotted line at a height, to see the body rise against."""
    left, right = data["from"], data["to"]
    return ink.path(f"M{num(left)} {num(data['y'])}H{num(right)}", "dotted")
