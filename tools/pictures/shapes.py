"""The outlines of the body and of the things, each in its own space: the joint it hangs from is the origin.

The figure looks to the right. It is 240 units high, which is seven and a half heads.
"""

from collections.abc import Sequence

from tools.pictures.geometry import Point
from tools.pictures.svg import num, pair, settled

# Along one side of a limb: (distance from the joint, half width at the front, half width at the back).
Profile = Sequence[tuple[float, float, float]]
Outline = Sequence[tuple[float, float]]


def smooth(points: Outline, closed: bool = True) -> str:
    """A curve through all points. A closed one comes back to its start."""
    return f"M{pair(Point(*points[0]))}{steps(points, closed)}" + ("z" if closed else "")


def steps(points: Outline, closed: bool = False) -> str:
    """From the first point on through the others (Catmull-Rom)."""
    knots = [rounded(Point(*point)) for point in points]
    count = len(knots)

    def knot(n: int) -> Point:
        return knots[n % count] if closed else knots[min(max(n, 0), count - 1)]

    def step(n: int) -> str:
        before, start, end, after = (knot(n + offset) for offset in (-1, 0, 1, 2))
        first = end.minus(before).times(1 / 6)
        second = end.minus(start).minus(after.minus(start).times(1 / 6))
        return " ".join(pair(point) for point in (first, second, end.minus(start)))

    curve = " ".join(step(n) for n in range(count if closed else count - 1))
    return f"c{curve}".replace(" -", "-")


def rounded(point: Point) -> Point:
    """To tenths, so that relative steps do not add up their rounding."""
    return Point(round(settled(point.x) * 10) / 10, round(settled(point.y) * 10) / 10)


def limb(profile: Profile) -> str:
    """A tapered limb that hangs down, round at both ends."""
    front = [(half, along) for along, half, _ in profile]
    back = [(-half, along) for along, _, half in reversed(profile)]
    return f"{smooth(front, closed=False)}{cap(front[-1], back[0])}{steps(back)}{cap(back[-1], front[0])}z"


def cap(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Half a circle from one side of a limb to the other."""
    way = rounded(Point(*end)).minus(rounded(Point(*start)))
    radius = num(way.length() / 2)
    return f"a{radius} {radius} 0 0 1 {pair(way)}"


def sleeve(profile: Profile) -> str:
    """A tube of cloth round the upper part of a limb: round at the joint, cut off straight at the hem."""
    (top, front, back), (end, end_front, end_back) = profile[0], profile[-1]
    cap = f"C{num(-back)} {num(top - back * 1.3)} {num(front)} {num(top - front * 1.3)} {num(front)} {num(top)}"
    return f"M{num(-end_back)} {num(end)}L{num(-back)} {num(top)}{cap}L{num(end_front)} {num(end)}z"


def disc(radius: float, x: float = 0, y: float = 0) -> str:
    size = num(radius)
    return (
        f"M{num(x - radius)} {num(y)}a{size} {size} 0 1 0 {num(2 * radius)} 0a{size} {size} 0 1 0 {num(-2 * radius)} 0z"
    )


HEAD = smooth(
    [
        (2, -43), (11, -40.5), (15.8, -34), (16, -29.5), (17.4, -26), (20, -22.4), (17.2, -20.4), (17.5, -18),
        (16.6, -15.4), (15, -11.6), (10, -10), (2, -13), (-7, -17), (-11.5, -27), (-8, -38.5),
    ]
)  # fmt: skip
HAIR = smooth(
    [
        (16.4, -35.5), (14.5, -41), (7, -46), (-4, -45.6), (-12, -39.5), (-14.6, -29), (-13, -19), (-9.4, -12.4),
        (-5.6, -13.4), (-3.4, -19), (-2.2, -26), (1.4, -26.6), (3.2, -24.6), (4.4, -30), (9, -34.6),
    ]
)  # fmt: skip
EAR = disc(2.7, 0.6, -23.4)
EYE = disc(1.3, 12, -26)
SMILE = "M12.4-17.2c.8.8 1.9 1 3 .6"
NECK = smooth([(-7.6, 3), (-7.2, -6), (-6.5, -16), (7, -14), (7.4, -6), (8, 2), (0, 6)])
SHIRT = smooth(
    [
        (-8, -67.5), (0, -65.6), (8, -65.5), (12, -59.5), (15.4, -49), (14.6, -34), (14, -20), (14.8, -9), (12.4, -5.6),
        (0, -4.6), (-13.4, -6), (-15.4, -10), (-11.8, -25), (-13.6, -40), (-15.6, -53), (-13.6, -62.5),
    ]
)  # fmt: skip
HIPS = smooth([(-13, -13), (0, -14), (13.4, -13), (14.2, -3), (12, 8), (0, 13), (-11, 12), (-16, 3), (-15.4, -6)])
UPPER_ARM = limb([(0, 7, 7), (20, 6.4, 6.2), (44, 5.5, 5.5)])
SLEEVE = sleeve([(0, 8.4, 8.4), (25, 8.2, 8.2)])
FOREARM = limb([(0, 5.5, 5.5), (11, 5.9, 5.7), (36, 3.9, 3.9)])
HAND = smooth(
    [
        (-3.9, -2), (3.9, -2), (6.4, 2), (9.6, 6.6), (11, 11.4), (8.6, 12.6), (5.2, 9.6), (5.2, 15), (4, 20), (0, 21.4),
        (-4, 19.6), (-5.4, 13), (-5.4, 5),
    ]
)  # fmt: skip
HAND_LINES = "M2.3 14.5l-.2 5.4M-.5 15l0 5.4M-3 14.5l.2 4.6"
FIST = smooth([(-3.9, -2), (3.9, -2), (6.8, 4), (7.4, 10), (5.4, 14.6), (-2.4, 15), (-6.4, 11), (-5.8, 4)])
FIST_LINES = "M7.2 7.4H2M7.2 10.2H1.4M6.4 12.8H1.6"
# Leaning on the floor, which is on its positive side.
FLAT = smooth(
    [
        (-3.9, -2), (3.9, -2), (4.6, 4), (4.6, 12), (4.6, 19), (3, 21), (1.6, 19.6), (1, 21.4), (-0.6, 20.6),
        (-1.2, 18.6), (-2.6, 18.4), (-3.4, 14), (-5, 8), (-4.6, 2),
    ]
)  # fmt: skip
FLAT_LINES = "M2 12.4l-.2 7M-.6 12l-.4 6.6M4.4 3q-2.6 3-1.6 8"
THIGH = limb([(0, 12.4, 12.8), (20, 11.8, 12), (42, 9.6, 9.6), (60, 8.4, 8.2)])
SHORTS = sleeve([(0, 13.6, 14.4), (33, 12.4, 12.6)])
SHANK = limb([(0, 8.4, 8), (14, 7.2, 10.4), (26, 6.4, 9.8), (44, 5.2, 5.8), (60, 4.9, 4.9)])
THIGH_BACK = smooth([(-11, 26), (-10.6, 36), (-9.4, 46), (-7.6, 56), (-4, 54), (-1.4, 42), (-1, 26)])
CALF_BACK = smooth(
    [(-6.6, 3), (-9.6, 9), (-10.4, 16), (-9.6, 27), (-7.4, 37), (-5, 47), (-2.6, 38), (-1, 24), (-2, 10)]
)
STRIPE = "M-1-8L-2 31"
# Of a thigh that points at us, for 30 units of its length.
CROSSED_KNEE = limb([(14, 10.6, 10.8), (22, 10.4, 10.6), (30, 9.4, 9.4)])
CROSSED_SHORTS = smooth(
    [(13, -4), (13.4, 6), (13, 17), (6, 20), (-4, 20.4), (-13.4, 17.6), (-14.6, 6), (-14, -4), (0, -12)]
)
FOOT = smooth(
    [
        (-4.8, -2), (0, -5.2), (5, -2), (9, 1), (15, 3), (20.5, 4), (22.6, 7), (20, 9), (14, 8.6), (6, 7.4), (-2, 8.8),
        (-7, 9), (-9.6, 6), (-7.6, 1.5),
    ]
)  # fmt: skip
TOES = smooth([(-1.5, -3), (4, -2.6), (9, -1.6), (11.6, 0.6), (10.6, 2.7), (5, 3.1), (-1, 3.1), (-3.2, 0)])
