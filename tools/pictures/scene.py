"""One picture: reads its part of poses.toml, lets the figure move, and adds things, arrows and the close-up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.pictures import arrows, figure_drawing, insets, things
from tools.pictures.figure import Body, body
from tools.pictures.ink import Ink
from tools.pictures.motion import Key, film
from tools.pictures.svg import Reel, hundredths, num, tag

LARGEST = 66  # the radius of a close-up under the poses side by side


@dataclass(frozen=True)
class Scene:
    """data is the exercise's table in poses.toml, keys its key poses, each complete."""

    data: Mapping[str, Any]
    keys: tuple[Key, ...]

    def bodies(self, poses: Sequence[Mapping[str, float]]) -> list[Body]:
        return [body(pose, self.data.get("holds", {})) for pose in poses]

    def film(self) -> tuple[Reel, list[Body]]:
        reel, poses = film(self.keys, self.data.get("flowing", False))
        return reel, self.bodies(poses)

    def still(self, key: int) -> tuple[Reel, list[Body]]:
        return Reel((0.0,), 0), self.bodies([self.keys[key].pose])


def read(data: Mapping[str, Any]) -> Scene:
    pose: dict[str, float] = dict(data["start"])
    keys = []
    for key in data["keys"]:
        pose = pose | key.get("pose", {})
        keys.append(Key(pose, key["move"], key.get("hold", 0)))
    return Scene(data, tuple(keys))


def stage(scene: Scene, ink: Ink, reel: Reel, bodies: Sequence[Body]) -> str:
    """The figure and its things, in units of the figure: the floor is y = 0."""
    data = scene.data
    parts = figure_drawing.layers(ink, reel, bodies, data["works"], data.get("hands", "hand"))
    drawn = {"behind": "", "inner": "", "middle": "", "front": ""}
    for thing in data.get("things", []):
        drawn[thing.get("layer", "behind")] += things.draw(ink, reel, bodies, thing)
    back = drawn["behind"] + parts.far + drawn["inner"]
    return back + parts.near_leg + parts.trunk + drawn["middle"] + parts.near_arm + drawn["front"]


def camera(scene: Scene) -> str:
    x, y, scale = scene.data["camera"]
    return f"translate({num(x)} {num(y)})scale({hundredths(scale)})"


def moving(scene: Scene, ink: Ink) -> str:
    reel, bodies = scene.film()
    y = scene.data["camera"][1]
    floor = ink.path(f"M16 {num(y)}H384", "line")
    backdrop = ink.path(f"M40 {num(y)}a150 150 0 0 1 300 0z", "soft")
    figure = tag("g", {"transform": camera(scene)}, stage(scene, ink, reel, bodies))
    marks = arrows.drawn(ink, scene.data.get("arrows", []))
    return backdrop + floor + figure + marks + inset(scene, ink, reel, bodies, linked=True)


def inset(scene: Scene, ink: Ink, reel: Reel, bodies: Sequence[Body], linked: bool) -> str:
    data = scene.data.get("inset")
    if data is None:
        return ""
    return insets.draw(ink, reel, [one.pose for one in bodies], data, linked)


def posed(scene: Scene, ink: Ink) -> str:
    """The key poses side by side: figures above, close-ups below them."""
    chosen: list[int] = scene.data.get("stills", [0, 1])
    left, top, wide, high = scene.data["crop"]
    y = scene.data["camera"][1]
    cell = 400 / len(chosen)
    close = scene.data.get("inset")
    smaller = min(1, LARGEST / close["radius"]) if close else 1
    radius = close["radius"] * smaller if close else 0
    room = 284 - (2 * radius + 12 if close else 0)
    factor = min((cell - 12) / wide, room / high, 1)
    foot = 8 + room if close else 150 + high * factor / 2
    drawing = ""
    for n, key in enumerate(chosen):
        reel, bodies = scene.still(key)
        middle = cell * (n + 0.5)
        figure = tag("g", {"transform": camera(scene)}, stage(scene, ink, reel, bodies))
        floor = ink.path(f"M{num(left)} {num(y)}h{num(wide)}", "line")
        shift = f"translate({num(middle - (left + wide / 2) * factor)} {num(foot - (top + high) * factor)})"
        drawing += tag("g", {"transform": f"{shift}scale({factor:.3f})"}, floor + figure)
        if close:
            at_x, at_y = close["at"]
            move = f"translate({num(middle)} {num(292 - radius)})scale({hundredths(smaller)})"
            around = f"translate({num(-at_x)} {num(-at_y)})"
            drawing += tag("g", {"transform": move + around}, inset(scene, ink, reel, bodies, linked=False))
        if n:
            across = 292 - radius if close else 150
            drawing += arrows.drawn(ink, [{"line": [cell * n - 12, across, cell * n + 12, across]}])
    return drawing


def still(scene: Scene, ink: Ink) -> str:
    """For the sheet: one key pose, cropped to a square of the picture; or the close-up."""
    data = scene.data["still"]
    reel, bodies = scene.still(data["key"])
    left, top, size = data["crop"]
    factor = 120 / size
    if data.get("close"):
        drawing = insets.plain(ink, reel, [one.pose for one in bodies], scene.data["inset"])
    else:
        y = scene.data["camera"][1]
        floor = ink.path(f"M{num(left + 8)} {num(y)}H{num(left + size - 8)}", "line")
        drawing = floor + tag("g", {"transform": camera(scene)}, stage(scene, ink, reel, bodies))
    place = f"scale({hundredths(factor)})translate({num(-left)} {num(-top)})"
    marks = arrows.drawn(ink, data.get("arrows", []), size=11)
    return tag("g", {"transform": place}, drawing) + marks
