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
FRONT_ANKLE = Point(0, -50)
FRONT_KNUCKLE = "M-2.8 5.4q2.8-2 5.6 0"
FRONT_TOES = (
    (Point(-18.5, 0), 1.3, 1.8),
    (Point(-3.6, 3), 1.14, 1.08),
    (Point(7, 2.2), 1.05, 1.02),
    (Point(16.6, -0.6), 0.98, 0.98),
    (Point(25, -5), 0.92, 0.94),
)
PENCIL = "M-48-5.5H34L47 0 34 5.5H-48z"
PENCIL_LINES = "M-40-5.5v11M34-5.5v11M-40 0H34M42.5-2v4"

# A hand that reaches behind the toes, whose middle is the origin, with the thumb before them; the arm is at the left.
GRASP = smooth(
    [
        (-92, -20), (-54, -15), (-34, -19), (-12, -21), (10, -20.5), (19, -18), (21.5, -13), (24, -5), (24, 5),
        (21, 13), (16, 18), (4, 18.5), (-12, 17), (-32, 13), (-54, 7), (-92, 8),
    ]
)  # fmt: skip
GRASP_LINES = "M12-11.4h10M13-1.4h11M12 8.6h10"
THUMB = smooth(
    [(-34, 2), (-22, 1), (-10, 2), (0, -4), (8, -6), (10.6, -1.6), (6, 4), (-4, 10), (-18, 12.4), (-32, 12)],
    closed=False,
)

# The body from above, looking to the right, for the close-up of the turning hips. The hips are the origin.
SHOULDERS = smooth(
    [(17, -38), (27, -31), (28, 0), (27, 31), (17, 38), (7, 31), (-2, 22), (-7, 12), (-7, -12), (-2, -22), (7, -31)]
)
SHOULDER_ARM = "M16-33C28-46 44-46 54-38L80-30"
PALM = smooth([(77, -44), (85, -45), (87, -38), (87, -26), (85, -19), (78, -18), (75, -22), (76, -32)])
PALM_LINES = "M80.4-38.4h7M80-32h7.4M79.6-25.6h7.4"
CROWN = smooth([(10, -13), (24, -16), (34, -12), (38, 0), (34, 12), (24, 16), (10, 13), (4, 0)])
FACE = smooth(
    [(20, -18.6), (25, -17), (30, -13), (39, -9), (42, -4), (46.5, 0), (42, 4), (39, 9), (30, 13), (25, 17), (20, 18.6)]
)
PELVIS = smooth(
    [
        (3, -35), (15, -28), (19, -10), (19, 10), (15, 28), (3, 35), (-12, 31), (-20.6, 20), (-20, 8), (-15, 0),
        (-20, -8), (-20.6, -20), (-12, -31),
    ]
)  # fmt: skip
CLEFT = "M-15 0H-5"
LEG_ABOVE = limb([(0, 11, 11), (24, 9, 9), (46, 6, 6)])
# A bare foot from above, toes to the right.
FOOTPRINT = smooth(
    [(-17, 0), (-15, -6), (-6, -5.6), (6, -8), (14, -8.6), (18, -4), (17, 4), (12, 8), (3, 6), (-6, 6), (-15, 6)]
)
FOOTPRINT_TOES = (
    (Point(18, -5.4), 4.6), (Point(20.6, 0), 2.8), (Point(19, 3.8), 2.6), (Point(16.4, 7), 2.4), (Point(13, 9.6), 2.2),
)  # fmt: skip
