"""The close-up in a circle: a foot or the hips, large, moving with the figure."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tools.pictures import arrows
from tools.pictures.closeups import FOOTPRINT_TOES, FRONT_ANKLE, FRONT_TOES, SIDE_BALL, SIDE_TIP, SIDE_TOES, TOE_JOINT
from tools.pictures.figure import Pose
from tools.pictures.geometry import Point
from tools.pictures.ink import Ink
from tools.pictures.shapes import disc
from tools.pictures.svg import Reel, group, hundredths, num, pair, tag
from tools.pictures.things import PENCIL_LIES, strand, tennis_ball

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
    views = {"side": side, "above": above, "raised": raised}
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
    foot = ink.shape("side-foot", "accent") + ink.shape("ankle-bone", "crease")
    grips = data.get("with") == "pencil"

    def placed(*parts: str) -> str:
        return reel.move(ankles, group("" if size == 1 else f"scale({hundredths(size)})", *parts))

    limb = placed(shin, reel.turn(feet, foot if grips else side_toes(ink, reel, toes) + foot))
    under, over = "", ""
    if grips:
        tips = [pose["close_tips"] for pose in poses]
        over = close_pencil(ink, reel, poses, data) + placed(reel.turn(feet, bent_toes(ink, reel, toes, tips)))
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


def bent_toes(ink: Ink, reel: Reel, turns: Sequence[float], tips: Sequence[float]) -> str:
    """Each bends in its joint, so that it can hold something."""
    end = reel.turn(tips, ink.shape("toe-end", "toe") + ink.shape("toe-nail", "nail"), at=TOE_JOINT)
    return "".join(
        reel.turn(
            turns,
            group(f"scale({hundredths(long)} {hundredths(thick)})rotate(-90)", end, ink.shape("toe-root", "toe")),
            at=at,
        )
        for at, long, thick in SIDE_TOES
    )


def close_pencil(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any]) -> str:
    """Lies on the floor as the one of the figure does; close_pencil is how high it is lifted."""
    spots = [Point(data["pencil"], data["floor"] - 5 - pose["close_pencil"]) for pose in poses]
    return reel.move(spots, group(PENCIL_LIES, ink.shape("pencil", "warm") + ink.shape("pencil-lines", "line")))


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
    thumb = ink.shape("thumb", "skin") + ink.shape("thumb", "contour") + ink.shape("thumb-nail", "contour")
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


def raised(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any]) -> str:
    """A foot on a leg that points up, from the front: close_foot tilts it aside, close_seen is how long it looks."""
    toes = "".join(
        group(
            f"translate({pair(at)})scale({hundredths(thick)} {hundredths(long)})",
            ink.shape("front-toe", "toe") + ink.shape("front-nail", "nail"),
        )
        for at, long, thick in FRONT_TOES
    )
    foot = group(
        f"translate({pair(FRONT_ANKLE.times(-1))})",
        ink.shape("front-foot", "accent") + toes + ink.shape("front-lines", "crease"),
    )
    tilted = reel.turn(
        [-pose["close_foot"] for pose in poses],
        reel.stretch([(1, pose["close_seen"]) for pose in poses], foot),
        at=FRONT_ANKLE,
    )
    shin = ink.shape("front-shin", "close-fade")
    return group(f"translate(0 {num(data['toes'])})scale({data['size']} -{data['size']})", shin + tilted)


def above(ink: Ink, reel: Reel, poses: Sequence[Pose], data: Mapping[str, Any]) -> str:
    """Somebody at a wall from above: hands, head and feet keep still, close_turn turns the hips."""

    def pairwise(drawing: str) -> str:
        return drawing + group("scale(1 -1)", drawing)

    toes = "".join(ink.path(disc(radius, at.x, at.y), "quiet") for at, radius in FOOTPRINT_TOES)
    footprint = toes + ink.shape("footprint", "quiet")
    feet = group("translate(-43 16)", footprint) + group("translate(58 -10)scale(1-1)", footprint)
    wall = ink.path("M88-100H140V100H88z", "brick")
    hips = reel.turn(
        [pose["close_turn"] for pose in poses],
        ink.shape("pelvis", "accent") + ink.shape("waist", "crease") + ink.shape("cleft", "crease"),
    )
    arm = ink.shape("arm-above", "finger-line") + ink.shape("arm-above", "finger")
    hand = ink.shape("palm", "skin") + ink.shape("palm", "contour") + ink.shape("palm-lines", "contour")
    body = hips + pairwise(arm + hand) + ink.shape("shoulders", "shirt")
    head = ink.shape("nose", "skin") + ink.shape("crown", "hair")
    return group(f"translate({data['hips'][0]} {data['hips'][1]})", wall, feet, body, head)
