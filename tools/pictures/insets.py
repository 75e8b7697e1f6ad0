"""The close-up in a circle: a foot or the hips, large, moving with the figure."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tools.pictures import arrows
from tools.pictures.closeups import FRONT_TOES, SIDE_BALL, SIDE_TIP, SIDE_TOES
from tools.pictures.figure import Pose
from tools.pictures.geometry import Point
from tools.pictures.ink import Ink
from tools.pictures.shapes import disc
from tools.pictures.svg import Reel, group, hundredths, num, pair, tag
from tools.pictures.things import strand, tennis_ball

CLOSE_BALL = 16.0


def draw(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any], linked: bool) -> str:
    """at is the middle of the circle; ring, with its own radius, goes round the part that it shows."""
    x, y = data["at"]
    radius = data["radius"]
    link = ""
    if linked:
        spot, ring = Point(*data["ring"][:2]), data["ring"][2]
        way = Point(x, y).minus(spot)
        start = spot.plus(way.times(ring / way.length()))
        end = spot.plus(way.times(1 - radius / way.length()))
        link = ink.path(disc(ring, spot.x, spot.y) + f"M{pair(start)}L{pair(end)}", "link")
    inside = plain(ink, reel, poses, data)
    marks = arrows.drawn(ink, data.get("arrows", []))
    lens = disc(radius)
    clip = tag("g", {"clip-path": "url(#lens)"}, inside)
    return link + group(f"translate({num(x)} {num(y)})", ink.path(lens, "disc"), clip, ink.path(lens, "rim"), marks)


def plain(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any]) -> str:
    """What the circle shows, its middle the origin."""
    views = {"side": side, "front": front, "above": above}
    return views[data["view"]](ink, reel, poses, data)


def side(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any]) -> str:
    """The pose gives close_shin, close_foot and close_toes: turns, clockwise.

    close_x and close_y are where the ankle is. Where data["stands"], they are where the ball of the foot is, and the
    toes lie on the floor whatever the foot does.
    """
    feet = [pose["close_foot"] for pose in poses]
    toes = [pose["close_toes"] for pose in poses]
    ankles = [Point(pose["close_x"], pose["close_y"]) for pose in poses]
    if data.get("stands"):
        ankles = [at.minus(SIDE_BALL.turned(foot)) for at, foot in zip(ankles, feet, strict=True)]
        toes = [toe - foot for toe, foot in zip(toes, feet, strict=True)]
    shin = reel.turn([pose["close_shin"] for pose in poses], ink.shape("shin", "close-fade"))
    seen = [(pose.get("close_seen", 1), 1.0) for pose in poses]
    foot = side_toes(ink, reel, toes) + ink.shape("side-foot", "accent") + ink.shape("ankle-bone", "crease")
    size = data.get("size", 1)
    whole = shin + reel.turn(feet, reel.stretch(seen, foot))
    limb = reel.move(ankles, group("" if size == 1 else f"scale({hundredths(size)})", whole))
    under, over = "", ""
    if "floor" in data:
        under += ink.path(f"M-90 {num(data['floor'])}H90", "line")
    if data.get("with") == "ball":
        under += close_ball(ink, reel, poses, data)
    if data.get("with") == "band":
        under += close_band(ink, reel, poses, ankles, data["band"] - 7)
        over += close_band(ink, reel, poses, ankles, data["band"] + 7)
    if data.get("with") == "hand":
        over += close_hand(ink, reel, poses, ankles)
    return under + limb + over


def side_toes(ink: Ink, reel: Reel, turns: Sequence[float]) -> str:
    return "".join(
        reel.turn(
            turns,
            group(f"scale({hundredths(long)} {hundredths(thick)})", ink.shape("toe", "toe"), ink.shape("nail", "nail")),
            at=at,
        )
        for at, long, thick in SIDE_TOES
    )


def close_ball(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any]) -> str:
    """The view goes along with the ball, which only spins: by close_roll, the way it has rolled."""
    turns = [math.degrees(pose["close_roll"] / CLOSE_BALL) for pose in poses]
    return reel.turn(turns, tennis_ball(ink, CLOSE_BALL), at=Point(data["ball"], data["floor"] - CLOSE_BALL))


def close_hand(ink: Ink, reel: Reel, poses: Sequence[Pose], ankles: Sequence[Point]) -> str:
    """Holds the tips of the toes, whichever way they go."""
    tips = [
        ankle.plus(SIDE_TOES[2][0].plus(SIDE_TIP.turned(pose["close_toes"])).turned(pose["close_foot"]))
        for ankle, pose in zip(ankles, poses, strict=True)
    ]
    fingers = "".join(group(f"translate({num(3 * n)} {num(-2.4 * n)})", finger(ink, "hook")) for n in (3, 2, 1, 0))
    return reel.move(
        tips,
        reel.turn([pose["close_hand"] for pose in poses], ink.shape("grasp", "hand"), fingers, finger(ink, "thumb")),
    )


def finger(ink: Ink, name: str) -> str:
    return ink.shape(name, "finger-line") + ink.shape(name, "finger")


def close_band(ink: Ink, reel: Reel, poses: Sequence[Pose], ankles: Sequence[Point], level: float) -> str:
    """One strand of the loop: from the back of the foot, where it pulls, out of the circle to the support."""
    starts = [ankle.plus(Point(42, 8).turned(pose["close_foot"])) for ankle, pose in zip(ankles, poses, strict=True)]
    lines = [f"M{pair(start)}L90 {num(level + (start.y - level) * 0.2)}" for start in starts]
    return strand(ink, reel, lines, [pose["band"] * 2.2 for pose in poses])


def front(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any]) -> str:
    """close_curl: how long the toes look (1 stretched out); close_pencil: where the pencil is; close_y: the foot."""
    curls = [(1.0, pose["close_curl"]) for pose in poses]
    toes = "".join(
        group(
            f"translate({pair(at)})scale({hundredths(thick)} {hundredths(long)})",
            reel.stretch(curls, ink.shape("front-toe", "toe") + ink.shape("front-nail", "nail")),
        )
        for at, long, thick in FRONT_TOES
    )
    pencil = reel.move(
        [Point(0, pose["close_pencil"]) for pose in poses],
        group("rotate(-9)", ink.shape("pencil", "warm"), ink.shape("pencil-lines", "line")),
    )
    floor = ink.path(f"M-90 {num(data['floor'])}H90", "line")
    foot = reel.move(
        [Point(0, pose["close_y"]) for pose in poses],
        ink.shape("front-shin", "close-fade")
        + ink.shape("front-foot", "accent")
        + toes
        + ink.shape("front-lines", "crease"),
    )
    return floor + pencil + foot


def above(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any]) -> str:
    """The hips from above, over the two feet that stand still: close_turn is their turn."""
    sole = ink.shape("footprint", "skin-far")
    feet = group("translate(20 -15)", sole) + group("translate(-22 15)scale(1-1)", sole)
    wall = ink.path("M46-70H80V70H46z", "brick")
    hips = reel.turn(
        [pose["close_turn"] for pose in poses],
        ink.path("M0-34C13-34 15-24 15-12V12C15 24 13 34 0 34S-15 24-15 12V-12C-15-24-13-34 0-34z", "accent"),
        ink.path("M-3-7L5 0-3 7", "pointer"),
    )
    return wall + feet + hips
