"""Draws a moving body as nested groups: each part hangs from the one before and only turns."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.pictures.figure import BALL, NECK, SHANK, SHOULDER, THIGH, UPPER_ARM, Arm, Body, Leg
from tools.pictures.figure import FOREARM as FOREARM_LENGTH
from tools.pictures.geometry import Point
from tools.pictures.ink import Ink
from tools.pictures.svg import Reel, group


@dataclass(frozen=True)
class Layers:
    """From back to front; things may lie between them."""

    far: str
    near_leg: str
    trunk: str
    near_arm: str


def layers(ink: Ink, reel: Reel, bodies: Sequence[Body], works: Sequence[str], hands: str) -> Layers:
    """works names the parts in the accent colour, such as "near foot"; hands is "hand", "fist" or "flat"."""

    def carried(*parts: str) -> str:
        return reel.move([one.hips for one in bodies], reel.turn([one.lean for one in bodies], *parts))

    def one_leg(side: str) -> str:
        return leg(ink, reel, [getattr(one, f"{side}_leg") for one in bodies], side, works)

    def one_arm(side: str) -> str:
        return arm(ink, reel, [getattr(one, f"{side}_arm") for one in bodies], side, hands)

    head = group(
        f"translate({NECK.x:.0f} {NECK.y:.0f})",
        ink.shape("neck", "skin-far"),
        reel.turn(
            [one.nod for one in bodies],
            ink.shape("head", "skin"),
            ink.shape("hair", "hair"),
            ink.shape("ear", "skin-far"),
            ink.shape("eye", "eye"),
            ink.shape("smile", "smile"),
        ),
    )
    hips = ink.shape("hips", "accent" if "hips" in works else "shorts")
    return Layers(
        far=carried(one_arm("far"), one_leg("far")),
        near_leg=carried(hips, one_leg("near")),
        trunk=carried(head, ink.shape("shirt", "shirt")),
        near_arm=carried(one_arm("near")),
    )


def leg(ink: Ink, reel: Reel, legs: Sequence[Leg], side: str, works: Sequence[str]) -> str:
    shade = "" if side == "near" else "-far"
    skin = "leg" if side == "near" else "skin-far"
    foot = f"accent{shade}" if f"{side} foot" in works else skin
    shank = f"calf{shade}" if f"{side} calf" in works else f"fade{shade}" if f"{side} foot" in works else skin
    cloth = f"accent{shade}" if "hips" in works else f"shorts{shade}"

    def track(value: Callable[[Leg], float]) -> list[float]:
        return [value(one) for one in legs]

    toes = reel.turn(track(lambda one: one.toes), ink.shape("toes", foot), at=BALL)
    sole = reel.stretch([(one.foot_seen, 1) for one in legs], toes, ink.shape("foot", foot))
    seen, shank_seen = legs[0].thigh_seen, legs[0].shank_seen
    thigh, calf = ink.shape("thigh", skin), ink.shape("shank", shank)
    if f"{side} back" in works:
        thigh += ink.shape("thigh-back", "accent")
        calf += ink.shape("calf-back", "accent")
    thigh += ink.shape("shorts", cloth)
    if "hips" in works and side == "near":
        thigh += ink.shape("stripe", "pointer")
    lower = group("", reel.turn(track(lambda one: one.foot), sole, at=Point(0, SHANK * shank_seen)))
    lower += group("" if shank_seen == 1 else f"scale(1 {shank_seen})", calf)
    # A thigh that points at us is short and broad: cloth, and a round knee before it.
    upper = thigh if seen == 1 else ink.shape("crossed-knee", skin) + ink.shape("crossed-shorts", cloth)
    knee = reel.turn(track(lambda one: one.shank), lower, at=Point(0, THIGH * seen))
    return reel.move([one.hip for one in legs], reel.turn(track(lambda one: one.thigh), upper, knee))


def arm(ink: Ink, reel: Reel, arms: Sequence[Arm], side: str, hand: str) -> str:
    shade = "" if side == "near" else "-far"
    palm = ink.shape(hand, f"skin{shade}") + ink.shape(hand, "contour") + ink.shape(f"{hand}-lines", "contour")
    held = reel.turn([one.hand for one in arms], palm, at=Point(0, FOREARM_LENGTH))
    lower = reel.turn([one.fore for one in arms], held, ink.shape("forearm", f"skin{shade}"), at=Point(0, UPPER_ARM))
    upper = ink.shape("upper-arm", f"skin{shade}")
    return reel.turn([one.upper for one in arms], lower, upper, ink.shape("sleeve", f"sleeve{shade}"), at=SHOULDER)
