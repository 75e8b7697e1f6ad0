"""The things of an exercise, in units of the figure: where they stand, or how they follow the body."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tools.pictures.figure import Body, Leg
from tools.pictures.geometry import Point
from tools.pictures.ink import Ink
from tools.pictures.shapes import disc
from tools.pictures.svg import Reel, group, num, pair

PENCIL_LIES = "rotate(-21)"  # it points away from us


def draw(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    kinds = {
        "chair": chair,
        "wall": wall,
        "mat": mat,
        "post": post,
        "pencil": pencil,
        "ball": ball,
        "towel": towel,
        "wrap": wrap,
        "band": band,
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
    """A heavy table: the middle of its first leg at x, the other leg at data["to"]."""
    x, end = data["x"], data["to"]
    legs = "".join(f"M{num(at - 6)}-84H{num(at + 6)}V0H{num(at - 6)}z" for at in (x, end))
    frame = f"M{num(x - 6)}-91H{num(end + 6)}v13H{num(x - 6)}z"
    top = f"M{num(x - 14)}-100H{num(end + 14)}v9H{num(x - 14)}z"
    return ink.path(legs, "warm") + ink.path(frame + top, "warm")


def pencil(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """Lies on the floor; pencil of the pose is how high it is lifted."""
    spots = [Point(data["x"], -3 - one.pose["pencil"]) for one in bodies]
    body = group(PENCIL_LIES, ink.path("M-14-1.8H9.6L15 0 9.6 1.8H-14zM-10.6-1.8v3.6", "pencil"))
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
    """One side of it: wide at the sole, sagging a little, gathered in the hand, out of which its end hangs."""
    cloths = []
    for one in bodies:
        along, out = one.near_leg.sole
        hand = one.point(f"{data['side']} grip")
        sole = one.near_leg.ball_at.plus(out.times(4.6))
        high, low = sole.plus(along.times(7)), sole.plus(along.times(-9))
        way = hand.minus(sole)
        across = Point(-way.y, way.x).times(1 / way.length())
        middle = sole.plus(way.times(0.5)).plus(across.times(-4))
        near, off = hand.plus(across.times(3)), hand.plus(across.times(-3))
        cloths.append(
            f"M{pair(high)}Q{pair(middle.plus(across.times(4.5)))} {pair(near)}"
            f"l-2 10 8 2L{pair(off)}Q{pair(middle.plus(across.times(-4.5)))} {pair(low)}z"
        )
    cloth, motion = reel.attribute("d", cloths)
    return ink.path(cloth["d"], "towel", motion)


def wrap(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """The part of the towel that lies over the edge of the sole."""
    cloths = []
    for one in bodies:
        along, out = one.near_leg.sole

        def at(forth: float, off: float, along: Point = along, out: Point = out, leg: Leg = one.near_leg) -> str:
            return pair(leg.ball_at.plus(along.times(forth)).plus(out.times(off)))

        inner = f"Q{at(9, 2)} {at(6.4, 1.6)}Q{at(-1, 3)} {at(-8, 1.8)}"
        cloths.append(f"M{at(7, 6.4)}{inner}Q{at(-11, 2.6)} {at(-9, 6)}Q{at(-1, 8.4)} {at(7, 6.4)}z")
    cloth, motion = reel.attribute("d", cloths)
    return ink.path(cloth["d"], "towel", motion)


def band(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """The loop round the near foot and a post at x: its far strand, or with near = true its bends and the near strand.

    It gets thinner as it gets longer.
    """
    lines = []
    for one in bodies:
        along, out = one.near_leg.sole
        back = one.near_leg.ball_at.plus(out.times(-5)).plus(along.times(1.5))
        line = f"M{pair(back)}L{num(data['x'])} {num(data['y'])}"
        if data.get("near"):
            line = f"M{pair(back)}L{pair(back.plus(along.times(-4.5)))}L{num(data['x'])} {num(data['y'] + 6)}v-6"
        lines.append(line)
    return strand(ink, reel, lines, [one.pose["band"] for one in bodies])


def strand(ink: Ink, reel: Reel, lines: Sequence[str], widths: Sequence[float]) -> str:
    """A strip with an edge on both sides."""
    first, motion = reel.attribute("d", lines)
    drawn = ""
    for role, edge in (("band-line", 1.4), ("band", -1.0)):
        width, thinning = reel.attribute("stroke-width", [num(value + edge) for value in widths])
        drawn += ink.path(first["d"], role, motion + thinning, **width)
    return drawn


def level(ink: Ink, reel: Reel, bodies: Sequence[Body], data: Mapping[str, Any]) -> str:
    """A dotted line at a height, to see the body rise against."""
    left, right = data["from"], data["to"]
    return ink.path(f"M{num(left)} {num(data['y'])}H{num(right)}", "dotted")
