"""The outlines of the close-ups: a foot from the side and from the front, and a hand. About a hundred pixels long."""

from tools.pictures.geometry import Point
from tools.pictures.shapes import limb, smooth

# From the side, seen a little from above, so that all five toes show. The ankle is the origin.
SHIN = smooth([(-15, -100), (-12, -40), (-11.6, -9), (0, -2), (11.6, -9), (12, -40), (17, -100), (0, -110)])
SIDE_FOOT = smooth(
    [
        (-12.4, -14), (0, -19), (12, -13), (19, -3.5), (31, 2.5), (41, 4.6), (48, 7), (48, 15), (43, 22.4), (37, 26.8),
        (28, 26.8), (12, 23.4), (0, 26), (-11, 27.4), (-19.5, 25.6), (-23.6, 17.5), (-20.6, 6), (-14.6, -4),
    ]
)  # fmt: skip
ANKLE_BONE = "M-6-3a7 7 0 0 1 10 1"
TOE = "M0-4.8C4-5.2 7-4.2 11-4.8C17-5.6 21-3.6 21 .2S17 5.2 12 4.8S4 5 0 4.8a4.8 4.8 0 0 1 0-9.6z"
NAIL = "M14.2-3.6c2.6-.8 5.4.2 5.6 2.4c-1.8.8-4.2.6-5.8-.4z"
SIDE_BALL = Point(43, 20)  # of the foot, from the ankle
# Where each toe begins, its length and its thickness, against the one of TOE; the big one is farthest away.
SIDE_TOES = (
    (Point(46, 12.4), 1.3, 1.62),
    (Point(45.6, 16.2), 1.16, 1.12),
    (Point(44, 18.8), 1.0, 1.06),
    (Point(40.6, 21), 0.86, 1.0),
    (Point(36.4, 21.8), 0.74, 0.94),
)
SIDE_TIP = Point(26, 0)  # of the toes, from where they begin

# From the front, hanging down from the ankle.
FRONT_SHIN = smooth(
    [(-17, -110), (-15.5, -70), (-17, -54), (-15, -44), (15, -44), (17.5, -56), (15.5, -70), (18, -110)]
)
FRONT_FOOT = smooth(
    [
        (-15.5, -58), (-18.4, -50), (-16.6, -42), (-19, -30), (-26, -14), (-29, -2), (-24, 6), (0, 7), (22, 2),
        (30.5, -7), (27.5, -20), (20, -34), (17, -44), (19.6, -53), (15.5, -60),
    ]
)  # fmt: skip
FRONT_LINES = "M-12.5-53q-3.4 3.4-1.4 8M13.6-57q4 3.4 1.8 8"
FRONT_TOE = limb([(0, 5, 5), (7, 4.6, 4.6), (13, 5, 5)])
FRONT_NAIL = smooth([(-3, 10.5), (3, 10.5), (2.8, 15), (0, 16.4), (-2.8, 15)])
FRONT_TOES = (
    (Point(-18.5, 0), 1.3, 1.8),
    (Point(-3.6, 3), 1.14, 1.08),
    (Point(7, 2.2), 1.05, 1.02),
    (Point(16.6, -0.6), 0.98, 0.98),
    (Point(25, -5), 0.92, 0.94),
)
PENCIL = "M-48-5.5H34L47 0 34 5.5H-48z"
PENCIL_LINES = "M-40-5.5v11M34-5.5v11M-40 0H34M42.5-2v4"

# A hand that hooks over the tips of the toes, which are the origin; the arm comes from the left.
GRASP = smooth(
    [
        (-80, -34),
        (-46, -24),
        (-30, -22),
        (-12, -22),
        (4, -17),
        (8, -8),
        (0, -2),
        (-14, 0),
        (-30, -4),
        (-48, -8),
        (-84, -14),
    ]
)
HOOK = "M-8-10L6-11Q15-10 14 0L11 15"
THUMB = "M-22-6Q-10 2-9 16"

# A bare foot from above, toes to the right, for the close-up of the hips.
FOOTPRINT = smooth(
    [(-16, 0), (-14, -5.5), (-6, -5), (4, -6.5), (13, -7), (19, -3), (19, 3), (12, 6), (3, 5), (-6, 5), (-14, 5.5)]
)
