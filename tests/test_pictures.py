"""The pictures of the exercises: complete, light, still where wanted, and exactly what `tools.pictures` draws."""

import gzip
import math
import re
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tools.pictures.figure import FOREARM, SHANK, THIGH, UPPER_ARM, Arm, Body, Leg
from tools.pictures.geometry import Point
from tools.pictures.palette import DARK, LIGHT
from tools.pictures.scene import Scene, read
from tools.pictures.sheets import PICTURES, ROOT, STILLS, files
from tools.pictures.style import PALETTE
from tools.pictures.svg import num

SVG = "{http://www.w3.org/2000/svg}"
EXERCISES = {
    exercise["slug"]: exercise["name"]
    for exercise in tomllib.loads((ROOT / "exercises/catalogue.toml").read_text(encoding="utf-8"))["exercise"]
}
POSES = tomllib.loads((ROOT / "tools/pictures/poses.toml").read_text(encoding="utf-8"))

each_exercise = pytest.mark.parametrize("slug", EXERCISES)


def text(slug: str) -> str:
    return (PICTURES / f"{slug}.svg").read_text(encoding="utf-8")


def picture(slug: str) -> ET.Element:
    return ET.fromstring(text(slug))  # noqa: S314, our own file


def style(slug: str) -> str:
    return picture(slug).findtext(f"{SVG}style", "")


def scene(slug: str) -> Scene:
    return read(POSES[slug])


def packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def in_class(slug: str, name: str) -> list[ET.Element]:
    return [element for element in picture(slug).iter(f"{SVG}g") if element.get("class") == name]


# What there is


def test_the_files_are_what_the_generator_draws() -> None:
    drawn = files()
    assert {path: path.read_text(encoding="utf-8") for path in drawn} == drawn
    assert set(PICTURES.iterdir()) == set(drawn) - {STILLS}


def test_each_exercise_has_a_still() -> None:
    sheet = ET.fromstring(STILLS.read_text(encoding="utf-8"))  # noqa: S314, our own file
    stills = {symbol.get("id"): symbol.get("viewBox") for symbol in sheet.iter(f"{SVG}symbol")}
    assert stills == dict.fromkeys(EXERCISES, "0 0 120 120")


@each_exercise
def test_a_picture_is_light(slug: str) -> None:
    assert packed(PICTURES / f"{slug}.svg") <= 6 * 1024


def test_the_sheet_of_stills_is_light() -> None:
    assert packed(STILLS) <= 8 * 1024


# What a picture says to whom


@each_exercise
def test_a_picture_names_and_describes_itself(slug: str) -> None:
    root = picture(slug)
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert title.text == EXERCISES[slug]
    assert desc.text
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert root.get("viewBox") == "0 0 400 300"


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_a_file_is_on_its_own_and_holds_nothing_but_a_drawing(path: Path) -> None:
    root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314, our own file
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        assert element.tag.removeprefix(SVG) not in ("script", "text", "tspan", "foreignObject", "image", "a")
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            if name.endswith("href"):
                assert value.removeprefix("#") in ids
    content = path.read_text(encoding="utf-8")
    assert re.findall(r"https?:[^\"']+|@import|data:", content) == ["http://www.w3.org/2000/svg"]
    assert all(target.removeprefix("#") in ids for target in re.findall(r"url\(([^)]+)\)", content))


def test_the_sheet_of_stills_takes_its_colours_from_the_page() -> None:
    sheet = STILLS.read_text(encoding="utf-8")
    assert "<style" not in sheet
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', sheet))
    assert all(colour == "none" or re.fullmatch(r"var\(--still-\w+, #[0-9a-f]{6}\)", colour) for colour in colours)


# Colours and motion


@each_exercise
def test_all_pictures_share_one_palette_and_its_scheme_can_be_forced(slug: str) -> None:
    assert style(slug).startswith(PALETTE)
    light = next(element for element in picture(slug).iter() if element.get("id") == "light")
    assert [child.get("id") for child in light] == ["dark"]


@each_exercise
def test_without_motion_the_key_poses_stand_side_by_side(slug: str) -> None:
    rule = style(slug).partition("@media(prefers-reduced-motion:reduce),print")[2]
    assert rule == "{.moving{display:none}.posed{display:inline}}"
    (posed,) = in_class(slug, "posed")
    assert not [element for element in posed.iter() if element.tag.startswith(f"{SVG}animate")]


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


# What a page may lie under a picture: --sunken and --surface of static/css/app.css.
GROUNDS = [(LIGHT, "#efe9df"), (LIGHT, "#fffdf9"), (DARK, "#263130"), (DARK, "#1c2423")]
# These are filled with a light tone and get their contrast from the line round them.
OUTLINED = {"warm", "rubber", "cloth", "ball"}
# These lie on skin, on the accent colour or under the figure.
INNER = {"skin-line", "crease", "toe-line", "disc", "soft", "seam"}


@pytest.mark.parametrize(("palette", "ground"), GROUNDS)
def test_every_shape_stands_out_from_the_page(palette: dict[str, str], ground: str) -> None:
    faint = {name: contrast(value, ground) for name, value in palette.items() if name not in OUTLINED | INNER}
    assert {name: ratio for name, ratio in faint.items() if ratio < 3} == {}


def animations(slug: str) -> list[ET.Element]:
    (moving,) = in_class(slug, "moving")
    return [element for element in moving.iter() if element.tag.startswith(f"{SVG}animate")]


@each_exercise
def test_a_round_ends_where_it_began(slug: str) -> None:
    found = animations(slug)
    assert found
    assert len({animation.get("dur") for animation in found}) == 1
    for animation in found:
        values = animation.get("values", "").split(";")
        times = [float(time) for time in animation.get("keyTimes", "").split(";")]
        assert len(times) == len(values)
        assert (times[0], times[-1]) == (0, 1)
        assert times == sorted(times)
        if animation.get("type") == "rotate":
            assert (float(values[-1]) - float(values[0])) % 360 == 0
        else:
            assert values[-1] == values[0]


# The body


def distance(one: Point, other: Point) -> float:
    return other.minus(one).length()


def bones(body: Body) -> dict[str, float]:
    """Every length that must not change, by name; a part that points towards us counts as long as it looks."""
    found = {}
    for side in ("near", "far"):
        leg: Leg = getattr(body, f"{side}_leg")
        arm: Arm = getattr(body, f"{side}_arm")
        hip_at = body.hips.plus(leg.hip.turned(body.lean))
        found[f"{side} thigh"] = distance(hip_at, leg.knee_at) / leg.thigh_seen
        found[f"{side} shank"] = distance(leg.knee_at, leg.ankle_at) / leg.shank_seen
        found[f"{side} upper arm"] = distance(body.shoulder_at, arm.elbow_at)
        found[f"{side} forearm"] = distance(arm.elbow_at, arm.wrist_at)
    return found


@each_exercise
def test_bones_keep_their_length(slug: str) -> None:
    _, bodies = scene(slug).film()
    lengths = {"thigh": THIGH, "shank": SHANK, "upper arm": UPPER_ARM, "forearm": FOREARM}
    for body in bodies:
        for name, length in bones(body).items():
            assert math.isclose(length, lengths[name.partition(" ")[2]], abs_tol=1e-6), name


@each_exercise
def test_no_part_of_a_foot_sinks_into_the_floor(slug: str) -> None:
    _, bodies = scene(slug).film()
    for body in bodies:
        for leg in (body.near_leg, body.far_leg):
            assert max(leg.ball_at.y, leg.tip_at.y, leg.ankle_at.y) <= 0


def test_the_hand_stays_on_the_toes_that_it_pulls() -> None:
    _, bodies = scene("foot-stretch").film()
    assert all(distance(body.near_arm.grip_at, body.near_leg.toes_at) < 1e-6 for body in bodies)


def test_the_crossed_leg_lies_on_the_other_one_and_its_knee_hangs_beside_the_seat() -> None:
    seat = next(thing["y"] for thing in POSES["foot-stretch"]["things"] if thing["kind"] == "chair")
    _, bodies = scene("foot-stretch").film()
    for body in bodies:
        assert abs(body.near_leg.knee_at.y - seat) < 8
        assert body.far_leg.knee_at.y - 20 < body.near_leg.ankle_at.y < body.far_leg.knee_at.y - 8
        assert 0 < body.far_leg.knee_at.x - body.near_leg.ankle_at.x < 12


def test_the_pencil_lies_on_the_floor_or_is_lifted() -> None:
    _, bodies = scene("pencil-grip").film()
    heights = [body.pose["pencil"] for body in bodies]
    assert min(heights) == 0
    assert max(heights) > 5


def test_a_walking_foot_stands_on_the_floor_of_its_close_up_or_is_lifted_in_both() -> None:
    _, bodies = scene("toe-walk").film()
    floor = POSES["toe-walk"]["start"]["close_y"]
    for body in bodies:
        assert body.pose["near_foot_y"] <= 0
        stands = math.isclose(body.pose["near_foot_y"], 0, abs_tol=1e-6)
        assert stands == math.isclose(body.pose["close_y"], floor, abs_tol=1e-6)


def test_the_leg_stays_straight_and_the_towel_as_long_as_it_is() -> None:
    _, bodies = scene("leg-raise").film()
    for body in bodies:
        assert body.near_leg.shank == 0
        for arm in (body.near_arm, body.far_arm):
            assert math.isclose(distance(arm.grip_at, body.near_leg.ball_at), POSES["leg-raise"]["start"]["towel"])


def test_heels_stay_off_the_floor_all_through_the_walk_on_the_toes() -> None:
    _, bodies = scene("toe-walk").film()
    assert all(max(leg.ankle_at.y for leg in (body.near_leg, body.far_leg)) < -15 for body in bodies)


# Numbers


def test_numbers_are_short_and_zero_has_no_sign() -> None:
    assert [num(value) for value in (-0.04, 0.5, -0.5, 12.0, 3.14159, -7.96)] == ["0", ".5", "-.5", "12", "3.1", "-8"]
