"""The close-up in a circle: a foot or the hips, large, moving with the figure."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tools.pictures import arrows
from tools.pictures.closeups import FOOTPRINT_TOES, FRONT_ANKLE, FRONT_TOES, SIDE_BALL, SIDE_TIP, SIDE_TOES
from tools.pictures.figure import Pose
from tools.pictures.geometry import Point
from tools.pictures.ink import Ink
from tools.pictures.shapes import disc
from tools.pictures.svg import Reel, group, hundredths, num, pair, tag
from tools.pictures.things import strand, tennis_ball

CLOSE_BALL = 15.0


def draw(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any], linked: bool) -> str:
    """at is the middle of the circle; ring, with its own radius, goes round the part that it shows."""
    x, y = data["at"]
    radius = data["radius"]
    link = ""
    if linked and "ring" in data:
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
    views = {"side": side, "front": front, "above": above, "raised": raised}
    return views[data["view"]](ink, reel, poses, data)


def side(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any]) -> str:
    """The pose gives close_shin, close_foot and close_toes: turns, clockwise.

    close_x and close_y are where the ankle is. Where data["stands"], they are where the ball of the foot is, and the
    toes lie on the floor whatever the foot does.
    """
    size = data.get("size", 1)
    feet = [pose["close_foot"] for pose in poses]
    toes = [pose["close_toes"] for pose in poses]
    ankles = [Point(pose["close_x"], pose["close_y"]) for pose in poses]
    if data.get("stands"):
        ankles = [at.minus(SIDE_BALL.times(size).turned(foot)) for at, foot in zip(ankles, feet, strict=True)]
        toes = [toe - foot for toe, foot in zip(toes, feet, strict=True)]
    shin = reel.turn([pose["close_shin"] for pose in poses], ink.shape("shin", "close-fade"))
    foot = side_toes(ink, reel, toes) + ink.shape("side-foot", "accent") + ink.shape("ankle-bone", "crease")
    whole = shin + reel.turn(feet, foot)
    limb = reel.move(ankles, group("" if size == 1 else f"scale({hundredths(size)})", whole))
    under, over = "", ""
    if "floor" in data:
        under += ink.path(f"M-90 {num(data['floor'])}H90", "line")
    if data.get("with") == "ball":
        under += close_ball(ink, reel, poses, data)
    if data.get("with") in ("band", "hand"):
        behind, over = (
            close_band(ink, reel, poses, ankles)
            if data["with"] == "band"
            else close_hand(ink, reel, poses, ankles, size)
        )
        under += behind
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
    """Rolls on the floor, by close_roll."""
    spots = [Point(data["ball"] + pose["close_roll"], data["floor"] - CLOSE_BALL) for pose in poses]
    turns = [math.degrees(pose["close_roll"] / CLOSE_BALL) for pose in poses]
    return reel.move(spots, reel.turn(turns, tennis_ball(ink, CLOSE_BALL)))


def close_hand(ink: Ink, reel: Reel, poses: Sequence[Pose], ankles: Sequence[Point], size: float) -> tuple[str, str]:
    """Goes with the toes, whichever way they turn: what of it is behind them, and what before them."""
    middle = SIDE_TIP.times(0.2)
    spots = [
        ankle.plus(SIDE_TOES[2][0].plus(middle.turned(pose["close_toes"])).turned(pose["close_foot"]).times(size))
        for ankle, pose in zip(ankles, poses, strict=True)
    ]
    turns = [pose["close_hand"] for pose in poses]
    palm = ink.shape("grasp", "skin") + ink.shape("grasp", "contour") + ink.shape("grasp-lines", "contour")
    thumb = ink.shape("thumb", "skin") + ink.shape("thumb", "contour")
    return reel.move(spots, reel.turn(turns, palm)), reel.move(spots, reel.turn(turns, thumb))


def close_band(ink: Ink, reel: Reel, poses: Sequence[Pose], ankles: Sequence[Point]) -> tuple[str, str]:
    """The loop comes from the support, outside the circle, behind the foot, bends over its back and returns."""
    behind, before = [], []
    for ankle, pose in zip(ankles, poses, strict=True):
        back, fore = (ankle.plus(Point(x, y).turned(pose["close_foot"])) for x, y in ((42, -1), (34, 0)))
        behind.append(f"M{pair(back)}L92 {num(back.y * 0.3 - 16)}")
        before.append(f"M{pair(back)}L{pair(fore)}L92 {num(fore.y * 0.3 + 4)}")
    widths = [pose["band"] * 2.2 for pose in poses]
    return strand(ink, reel, behind, widths), strand(ink, reel, before, widths)


def front(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any]) -> str:
    """close_curl: how long the toes look (1 stretched out); close_pencil: where the pencil is; close_y: the foot."""
    pencil = reel.move(
        [Point(0, pose["close_pencil"]) for pose in poses],
        ink.shape("pencil", "warm") + ink.shape("pencil-lines", "line"),
    )
    floor = ink.path(f"M-90 {num(data['floor'])}H90", "line")
    knuckles = ink.shape("front-knuckle", "crease")
    foot = front_foot(ink, reel, [(1.0, pose["close_curl"]) for pose in poses], knuckles)
    shin = ink.shape("front-shin", "close-fade")
    return floor + pencil + reel.move([Point(0, pose["close_y"]) for pose in poses], shin + foot)


def front_foot(ink: Ink, reel: Reel, curls: Sequence[tuple[float, float]], knuckle: str = "") -> str:
    toes = "".join(
        group(
            f"translate({pair(at)})scale({hundredths(thick)} {hundredths(long)})",
            reel.stretch(curls, ink.shape("front-toe", "toe") + ink.shape("front-nail", "nail") + knuckle),
        )
        for at, long, thick in FRONT_TOES
    )
    return ink.shape("front-foot", "accent") + toes + ink.shape("front-lines", "crease")


def raised(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any]) -> str:
    """A foot on a leg that points up, from the front: close_foot tilts it aside, close_seen is how long it looks.

    The arrow lies behind it, so that the toes are seen to run round along it.
    """
    whole = ink.shape("front-shin", "close-fade")
    ring = arrows.drawn(ink, data["round"])
    foot = group(f"translate({pair(FRONT_ANKLE.times(-1))})", front_foot(ink, reel, [(1, 1)]))
    tilted = reel.turn(
        [-pose["close_foot"] for pose in poses],
        reel.stretch([(1, pose["close_seen"]) for pose in poses], foot),
        at=FRONT_ANKLE,
    )
    return ring + group(f"translate(0 {num(data['toes'])})scale({data['size']} -{data['size']})", whole + tilted)


def above(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any]) -> str:
    """Somebody at a wall from above: hands, head and feet keep still, close_turn turns the hips."""

    def pairwise(drawing: str) -> str:
        return drawing + group("scale(1 -1)", drawing)

    toes = "".join(ink.path(disc(radius, at.x, at.y), "skin-far") for at, radius in FOOTPRINT_TOES)
    foot = ink.shape("footprint", "skin-far") + ink.shape("footprint", "contour") + toes
    leg = ink.shape("leg-above", "skin-far")
    rear = group("translate(0 16)rotate(86)", leg) + group("translate(-33 27)rotate(26)", foot)
    feet = rear + group("translate(6 -9)rotate(-90)", leg) + group("translate(63 -9)scale(1-1)", foot)
    wall = ink.path("M88-100H140V100H88z", "brick")
    hips = reel.turn(
        [pose["close_turn"] for pose in poses], ink.shape("pelvis", "accent") + ink.shape("cleft", "crease")
    )
    arm = ink.shape("shoulder-arm", "finger-line") + ink.shape("shoulder-arm", "finger")
    hand = ink.shape("palm", "skin") + ink.shape("palm", "contour") + ink.shape("palm-lines", "contour")
    body = hips + pairwise(arm + hand) + ink.shape("shoulders", "shirt")
    head = ink.shape("face", "skin") + ink.shape("crown", "hair")
    return group(f"translate({data['hips'][0]} {data['hips'][1]})", wall, feet, body, head)
