"""Writes the files: a moving picture for each exercise, and one sheet with a still of each."""

import tomllib
from collections.abc import Mapping
from html import escape
from pathlib import Path

from tools.pictures.ink import ClassInk, StillInk, definitions
from tools.pictures.scene import Scene, moving, posed, read, still
from tools.pictures.style import GRADIENTS, PALETTE, ROLES
from tools.pictures.svg import num, tag

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "static/img/exercises"
STILLS = ROOT / "static/img/stills.svg"


def picture(name: str, scene: Scene) -> str:
    ink = ClassInk()
    at_rest = tag("g", {"class": "posed", "id": "posed"}, posed(scene, ink))
    drawing = at_rest + tag("g", {"class": "moving"}, moving(scene, ink))
    gradients = "".join(text for key, text in GRADIENTS.items() if f"url(#{key})" in drawing)
    close = scene.data.get("inset")
    lens = tag("clipPath", {"id": "lens"}, tag("circle", {"r": num(close["radius"])})) if close else ""
    drawn = tag("defs", {}, gradients, lens, definitions(drawing)) + drawing
    schemes = tag("g", {"id": "light"}, tag("g", {"id": "dark"}, drawn))
    return (
        tag(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": "0 0 400 300",
                "role": "img",
                "aria-labelledby": "title desc",
            },
            "\n" + tag("title", {"id": "title"}, escape(name, quote=False)),
            "\n" + tag("desc", {"id": "desc"}, escape(scene.data["desc"], quote=False)),
            "\n" + tag("style", {}, PALETTE + ROLES),
            "\n" + schemes + "\n",
        )
        + "\n"
    )


def sheet(scenes: Mapping[str, Scene]) -> str:
    """Each symbol carries all that it needs: a page takes it without what is round it here."""
    ends = {"stroke-linecap": "round", "stroke-linejoin": "round"}
    symbols = (
        "\n" + tag("symbol", {"id": slug, "viewBox": "0 0 120 120"}, tag("g", ends, still(scene, StillInk())))
        for slug, scene in scenes.items()
    )
    return tag("svg", {"xmlns": "http://www.w3.org/2000/svg"}, *symbols, "\n") + "\n"


def files() -> dict[Path, str]:
    """Every file and what belongs into it. The names come from the catalogue."""
    catalogue = tomllib.loads((ROOT / "exercises/catalogue.toml").read_text(encoding="utf-8"))["exercise"]
    poses = tomllib.loads((Path(__file__).parent / "poses.toml").read_text(encoding="utf-8"))
    names = {exercise["slug"]: exercise["name"] for exercise in catalogue}
    scenes = {slug: read(poses[slug]) for slug in names}
    result = {PICTURES / f"{slug}.svg": picture(names[slug], scene) for slug, scene in scenes.items()}
    return {**result, STILLS: sheet(scenes)}


def write() -> None:
    for path, text in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
