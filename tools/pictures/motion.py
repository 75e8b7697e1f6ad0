"""From key poses to many moments: how a movement starts, runs and comes to rest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tools.pictures.figure import Pose
from tools.pictures.svg import Reel

PER_SECOND = 6  # moments known in a second of movement; browsers fill in between
AT_MOST = 9  # from one key pose to the next, which keeps the files small


@dataclass(frozen=True)
class Key:
    """A pose, the seconds it takes to come into it, and the seconds it is held."""

    pose: Pose
    move: float
    hold: float


def film(keys: Sequence[Key], flowing: bool) -> tuple[Reel, list[Pose]]:
    """The moments of one round, and the pose in each. The last is the first again.

    A flowing movement passes through its key poses without a halt, as a circle does; any other one slows down before
    each of them and starts gently after it.
    """
    moments, poses = [0.0], [keys[0].pose]
    for n, key in enumerate(keys):
        if key.hold:
            moments.append(moments[-1] + key.hold)
            poses.append(key.pose)
        following = keys[(n + 1) % len(keys)]
        count = min(max(2, round(following.move * PER_SECOND)), AT_MOST)
        start = moments[-1]
        for step in range(1, count + 1):
            share = step / count
            moments.append(start + following.move * share)
            if flowing:
                around = [keys[(n + offset) % len(keys)].pose for offset in (-1, 0, 1, 2)]
                poses.append(flow(around, share))
            else:
                poses.append(between(key.pose, following.pose, (1 - math.cos(math.pi * share)) / 2))
    return Reel(tuple(moments), moments[-1]), poses


def between(start: Pose, end: Pose, share: float) -> Pose:
    return {name: start[name] + (end[name] - start[name]) * share for name in start}


def flow(around: Sequence[Pose], share: float) -> Pose:
    """Between the second and the third of four poses, on a smooth curve through all of them (Catmull-Rom).

    What is equal in both keeps still, such as a foot on the floor.
    """

    def value(name: str) -> float:
        a, b, c, d = (pose[name] for pose in around)
        if b == c:
            return b
        return (
            b
            + (c - a) / 2 * share
            + (a - 2.5 * b + 2 * c - d / 2) * share**2
            + (1.5 * b - a / 2 - 1.5 * c + d / 2) * share**3
        )

    return {name: value(name) for name in around[1]}
