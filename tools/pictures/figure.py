"""The body: the lengths of its bones, and where a pose puts them. Lengths are in units of the figure, 240 high.

The figure looks to the right. The floor is y = 0, so that heights are negative.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tools.pictures.geometry import Point, bone, two_bones

THIGH, SHANK = 60.0, 60.0
UPPER_ARM, FOREARM = 44.0, 36.0
GRIP = 11.0  # from the wrist to what the hand holds
SHOULDER = Point(-1, -58)
NECK = Point(0, -64)
BALL = Point(19.5, 6)  # of the foot, where the toes begin, seen from the ankle
TOE_RADIUS = 3.0  # the ball is as high as this over the floor when the toes lie flat
TIP = Point(9, 0)  # of the toes, seen from the ball

# The names of poses.toml and their values; what a pose leaves out keeps the value that it had before.
Pose = Mapping[str, float]


@dataclass(frozen=True)
class Leg:
    """Every turn is against the part above: the thigh's against the trunk."""

    hip: Point
    thigh: float
    shank: float
    foot: float
    toes: float
    thigh_seen: float
    shank_seen: float
    foot_seen: float
    knee_at: Point
    ankle_at: Point
    ball_at: Point
    tip_at: Point

    @property
    def toes_at(self) -> Point:
        """Their middle."""
        return self.ball_at.plus(self.tip_at).times(0.5)

    @property
    def sole(self) -> tuple[Point, Point]:
        """Towards the toes, and out of the sole: both of length 1."""
        along = self.ball_at.minus(self.ankle_at).turned(-math.degrees(math.atan2(BALL.y, BALL.x * self.foot_seen)))
        along = along.times(1 / along.length())
        return along, Point(-along.y, along.x)


@dataclass(frozen=True)
class Arm:
    upper: float
    fore: float
    hand: float
    elbow_at: Point
    wrist_at: Point
    grip_at: Point


@dataclass(frozen=True)
class Body:
    """A figure in one moment. `hips` is in the middle between the hip joints."""

    hips: Point
    lean: float
    nod: float
    sway: float
    shoulder_at: Point
    near_leg: Leg
    far_leg: Leg
    near_arm: Arm
    far_arm: Arm
    pose: Pose

    def point(self, name: str) -> Point:
        """Such as "near ball" or "far grip"."""
        side, part = name.split()
        limb: Leg | Arm = getattr(self, f"{side}_{'arm' if part in ('elbow', 'wrist', 'grip') else 'leg'}")
        found: Point = getattr(limb, f"{part}_at")
        return found


def body(pose: Pose, holds: Mapping[str, str]) -> Body:
    """holds says which hand holds what: {"near": "near toes"}, or a towel: {"near": "towel"}."""
    hips = Point(pose["hips_x"], pose["hips_y"])
    lean = pose.get("lean", 0)
    sway = pose.get("sway", 0)
    shoulder = hips.plus(SHOULDER.turned(lean))
    legs = {side: leg(pose, side, hips, lean, sway) for side in ("near", "far")}
    arms = {
        side: arm(pose, side, shoulder, lean, holding(pose, side, holds.get(side), legs)) for side in ("near", "far")
    }
    return Body(
        hips, lean, pose.get("nod", 0), sway, shoulder, legs["near"], legs["far"], arms["near"], arms["far"], pose
    )


def holding(pose: Pose, side: str, what: str | None, legs: Mapping[str, Leg]) -> Point | None:
    """Where the hand of this side has to be to hold it. A towel comes from the sole and is pulled towards a point."""
    if what is None:
        return None
    if what == "towel":
        sole = legs["near"].ball_at
        way = Point(pose[f"{side}_towel_x"], pose[f"{side}_towel_y"]).minus(sole)
        return sole.plus(way.times(pose["towel"] / way.length()))
    whose, part = what.split()
    found: Point = getattr(legs[whose], f"{part}_at")
    return found


def leg(pose: Pose, side: str, hips: Point, lean: float, sway: float) -> Leg:
    # The far hip shows where it comes forwards; backwards the near one hides it.
    hip = Point(sway if side == "near" else max(-sway, -sway / 3), 0)
    hip_at = hips.plus(hip.turned(lean))
    seen = pose.get(f"{side}_thigh_seen", 1)
    shank_seen = pose.get(f"{side}_shank_seen", 1)
    foot_seen = pose.get(f"{side}_foot_seen", 1)
    toes = -pose.get(f"{side}_toes", 0)
    if f"{side}_foot_x" in pose:
        heel = pose.get(f"{side}_heel", 0)
        ball_at = Point(pose[f"{side}_foot_x"], pose.get(f"{side}_foot_y", 0) - TOE_RADIUS)
        ankle_at = ball_at.minus(BALL.turned(heel))
        thigh, shank = two_bones(hip_at, ankle_at, THIGH, SHANK, bends=1)
        foot = heel - thigh - shank
        toes -= heel
    else:
        thigh = lean - pose[f"{side}_hip"]
        shank = pose[f"{side}_knee"]
        foot = -pose[f"{side}_ankle"]
    knee_at = hip_at.plus(bone(THIGH * seen, thigh))
    ankle_at = knee_at.plus(bone(SHANK * shank_seen, thigh + shank))
    ball_at = ankle_at.plus(Point(BALL.x * foot_seen, BALL.y).turned(thigh + shank + foot))
    tip_at = ball_at.plus(TIP.times(foot_seen).turned(thigh + shank + foot + toes))
    return Leg(hip, thigh - lean, shank, foot, toes, seen, shank_seen, foot_seen, knee_at, ankle_at, ball_at, tip_at)


def arm(pose: Pose, side: str, shoulder: Point, lean: float, held: Point | None) -> Arm:
    if held is None and f"{side}_hand_x" in pose:
        held = Point(pose[f"{side}_hand_x"], pose[f"{side}_hand_y"])
    if held is None:
        upper = lean - pose[f"{side}_shoulder"]
        fore = -pose[f"{side}_elbow"]
        hand = 0.0
    elif f"{side}_fingers" in pose:
        fingers = -90 - pose[f"{side}_fingers"]
        upper, fore = two_bones(shoulder, held.minus(bone(GRIP, fingers)), UPPER_ARM, FOREARM, bends=-1)
        hand = fingers - upper - fore
    else:
        upper, fore = two_bones(shoulder, held, UPPER_ARM, FOREARM + GRIP, bends=-1)
        hand = 0.0
    elbow_at = shoulder.plus(bone(UPPER_ARM, upper))
    wrist_at = elbow_at.plus(bone(FOREARM, upper + fore))
    grip_at = wrist_at.plus(bone(GRIP, upper + fore + hand))
    return Arm(upper - lean, fore, hand, elbow_at, wrist_at, grip_at)
