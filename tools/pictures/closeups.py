"""The outlines of the close-ups: a foot from the side and from the front, and a hand. About a hundred pixels long."""

from tools.pictures.geometry import Point
from tools.pictures.shapes import disc, limb, smooth

# From the side, seen a little from above, so that all five toes show. The ankle is the origin.
SHIN = smooth([(-16, -122), (-12, -40), (-11.6, -9), (0, -2), (11.6, -9), (12, -40), (18, -122), (0, -132)])
SIDE_FOOT = smooth(
    [
        (-12.4, -14), (0, -19), (12, -13), (19, -3.5), (31, 2.5), (41, 4.6), (48, 7), (48, 15), (43, 22.4), (37, 26.8),
        (28, 26.8), (12, 23.4), (0, 26), (-11, 27.4), (-19.5, 25.6), (-23.6, 17.5), (-20.6, 6), (-14.6, -4),
    ]
)  # fmt: skip
ANKLE_BONE = "M-6-3a7 7 0 0 1 10 1"
TOE = "M0-4.8C4-5.2 7-4.2 11-4.8C17-5.6 21-3.6 21 .2S17 5.2 12 4.8S4 5 0 4.8a4.8 4.8 0 0 1 0-9.6z"
NAIL = "M14.2-3.6c2.6-.8 5.4.2 5.6 2.4c-1.8.8-4.2.6-5.8-.4z"
# A toe that bends: what is behind the joint, and from there the rest of it.
TOE_ROOT = limb([(0, 4.8, 4.8), (6, 4.6, 4.6), (12, 4.7, 4.7)])
TOE_END = limb([(0, 4.7, 4.7), (5, 4.6, 4.6), (10, 4.4, 4.4)])
TOE_NAIL = smooth([(4.5, 6.4), (4.5, 11), (2.6, 13.6), (1.4, 10)])
TOE_JOINT = Point(0, 12)
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
    [(-17, -122), (-15.5, -82), (-17, -66), (-14, -52), (14, -52), (17.5, -68), (15.5, -82), (18, -122)]
)
FRONT_FOOT = smooth(
    [
        (-15, -71), (-18, -63), (-15.6, -53), (-15.4, -40), (-18, -24), (-23.6, -10), (-25, -2), (-20, 4), (0, 6),
        (18, 2), (25, -5), (24, -16), (19, -32), (15.5, -46), (16.6, -54), (19.4, -64), (15, -73),
    ]
)  # fmt: skip
FRONT_LINES = "M-12.5-66q-3.4 3.4-1.4 8M13.6-70q4 3.4 1.8 8M-11-24L-14.6-11M-2.6-24V-10M4.6-24L6-11M10.6-26L14.4-14"
FRONT_TOE = limb([(0, 5, 5), (7, 4.6, 4.6), (13, 5, 5)])
FRONT_NAIL = smooth([(-2.6, 12), (2.6, 12), (2.4, 15), (0, 16.2), (-2.4, 15)])
FRONT_ANKLE = Point(0, -62)
FRONT_TOES = (
    (Point(-16.6, 2), 1.02, 1.6),
    (Point(-4, 4.4), 0.98, 0.92),
    (Point(5, 3.6), 0.9, 0.86),
    (Point(13.2, 1), 0.84, 0.82),
    (Point(20.6, -3), 0.76, 0.8),
)
PENCIL = "M-42-4.4H25L38 0 25 4.4H-42z"
PENCIL_LINES = "M-34-4.4v8.8M25-4.4v8.8M-34-.8H25M33.6-1.4v2.8"

# A hand, soft as a mitten: its fingers behind the toes, its thumb before them, and their middle the origin. The arm is
# at the left.
GRASP = smooth(
    [
        (-92, -24), (-58, -17), (-38, -21), (-16, -24), (6, -23), (20, -19), (26, -10), (27, 0), (23, 9), (12, 12),
        (0, 12), (-14, 14), (-34, 15), (-58, 9), (-92, 8),
    ]
)  # fmt: skip
GRASP_LINES = "M15-10.4h10.6M15.6-.8h11"
THUMB = smooth(
    [
        (-40, -2),
        (-24, -3),
        (-8, 1),
        (4, 3.4),
        (11, 4.4),
        (14.6, 8.4),
        (11.4, 12.4),
        (2, 12.6),
        (-10, 12),
        (-24, 12.4),
        (-34, 12),
    ],
    closed=False,
)
THUMB_NAIL = smooth([(5.4, 5.6), (10.6, 6), (12.4, 8.4), (10, 10.4), (5, 10)])

# The body from above, looking to the right, for the close-up of the turning hips. The hips are the origin.
SHOULDERS = smooth(
    [
        (29, 0), (29, -18), (33, -29), (39, -37), (32, -46), (21, -38), (13, -28), (9, -14), (8.4, 0), (9, 14),
        (13, 28), (21, 38), (32, 46), (39, 37), (33, 29), (29, 18),
    ]
)  # fmt: skip
ARM_ABOVE = "M26-36L50-52L80-33"
PALM = smooth([(77, -44), (85, -45), (87, -38), (87, -26), (85, -19), (78, -18), (75, -22), (76, -32)])
PALM_LINES = "M80.4-38.4h7M80-32h7.4M79.6-25.6h7.4"
CROWN = disc(16, 22)
NOSE = disc(3, 38)
PELVIS = smooth(
    [
        (16, 0),
        (15, -20),
        (9, -33),
        (-2, -37),
        (-13, -32),
        (-19, -18),
        (-20, 0),
        (-19, 18),
        (-13, 32),
        (-2, 37),
        (9, 33),
        (15, 20),
    ]
)
WAIST = smooth(
    [
        (10, 0),
        (9, -16),
        (4, -26),
        (-3, -29),
        (-9, -26),
        (-13, -15),
        (-14, 0),
        (-13, 15),
        (-9, 26),
        (-3, 29),
        (4, 26),
        (9, 16),
    ]
)
CLEFT = "M-20 0H-14"
# A bare foot from above, toes to the right.
FOOTPRINT = smooth(
    [(-17, 0), (-15, -6), (-6, -5.6), (6, -8), (14, -8.6), (18, -4), (17, 4), (12, 8), (3, 6), (-6, 6), (-15, 6)]
)
FOOTPRINT_TOES = (
    (Point(18, -5.4), 4.6), (Point(20.6, 0), 2.8), (Point(19, 3.8), 2.6), (Point(16.4, 7), 2.4), (Point(13, 9.6), 2.2),
)  # fmt: skip
