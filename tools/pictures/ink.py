"""How a shape gets its colour: by a class in the moving pictures, by attributes in the sheet of stills."""

import re
from collections.abc import Mapping
from typing import Protocol

from tools.pictures import closeups, shapes
from tools.pictures.palette import STILL_COLOURS
from tools.pictures.style import GRADIENTS
from tools.pictures.svg import num, tag

OUTLINES: Mapping[str, str] = {
    name.lower().replace("_", "-"): value
    for module in (shapes, closeups)
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, str)
}


class Ink(Protocol):
    """Draws a named outline, or a path of its own, in a role."""

    def shape(self, name: str, role: str) -> str: ...

    def path(self, d: str, role: str, moving: str = "", **more: str) -> str: ...


class ClassInk:
    """Outlines are defined once and used by name; the style sheet of the picture colours them by class."""

    def shape(self, name: str, role: str) -> str:
        return tag("use", {"href": f"#{name}", **painted(role)})

    def path(self, d: str, role: str, moving: str = "", **more: str) -> str:
        return tag("path", {**painted(role), "d": d, **more}, moving)


def painted(role: str) -> dict[str, str]:
    return {"fill": f"url(#{role})"} if role in GRADIENTS else {"class": role}


class StillInk:
    """Writes every outline out, with the colours that the page may set and their fallbacks."""

    def shape(self, name: str, role: str) -> str:
        return self.path(OUTLINES[name], role)

    def path(self, d: str, role: str, moving: str = "", **more: str) -> str:
        return tag("path", {"d": d, **STILL_ROLES[role], **more})


def definitions(drawing: str) -> str:
    """The outlines that a drawing uses."""
    used = sorted(set(re.findall(r'href="#([\w-]+)"', drawing)))
    return "".join(tag("path", {"id": name, "d": OUTLINES[name]}) for name in used)


def still(fill: str = "", stroke: str = "", width: float = 0) -> dict[str, str]:
    """Presentation attributes; round ends and corners are set once for each symbol."""
    result = {"fill": still_colour(fill) if fill else "none"}
    if stroke:
        result |= {"stroke": still_colour(stroke), "stroke-width": num(width)}
    return result


def still_colour(name: str) -> str:
    return f"var(--still-{name}, {STILL_COLOURS[name]})"


STILL_ROLES: Mapping[str, dict[str, str]] = {
    "skin": still("body"),
    "leg": still("body"),
    "skin-far": still("far"),
    "shirt": still("cloth"),
    "sleeve": still("cloth"),
    "sleeve-far": still("cloth"),
    "shorts": still("ink"),
    "shorts-far": still("ink"),
    "hair": still("ink"),
    "eye": still("ink"),
    "smile": still(),
    "accent": still("accent"),
    "accent-far": still("accent"),
    "fade": still("body"),
    "fade-far": still("far"),
    "calf": still("body"),
    "calf-far": still("far"),
    "close-fade": still("body"),
    "toe": still("accent", "crease", 1.2),
    "nail": still("crease"),
    "finger-line": still("", "line", 12),
    "finger": still("", "body", 9.6),
    "contour": still("", "far", 1.2),
    "crease": still("", "crease", 1.6),
    "pointer": still("", "crease", 2.4),
    "line": still("", "line", 2.5),
    "brick": still("warm", "line", 2.5),
    "joint": still("", "line", 1.2),
    "wood": still("", "line", 4),
    "warm": still("warm", "line", 2),
    "pencil": still("warm", "line", 1.2),
    "ball": still("warm", "line", 2),
    "seam": still("", "line", 1.6),
    "towel": still("warm", "line", 2),
    "band-line": still("", "line", 5),
    "band": still("", "warm", 3),
    "dotted": still("", "line", 2),
    "arrow": still("", "line", 4.4),
}
