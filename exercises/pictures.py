"""The drawings of the exercises, which `tools/pictures` makes: found by the slug of the exercise.

An exercise that somebody adds in the admin has none, and its pages show the position instead.
"""

from functools import cache

from django.conf import settings
from django.templatetags.static import static

FOLDER = "img/exercises"


@cache
def drawn() -> frozenset[str]:
    """The slugs of the exercises that there are drawings of."""
    return frozenset(path.stem for path in (settings.BASE_DIR / "static" / FOLDER).glob("*.svg"))


def picture_address(slug: str, shown: str = "auto") -> str:
    """Where the moving drawing is, or nothing where there is none.

    `light` or `dark` overrules the colours of the device; `posed` is the drawing at rest, pose beside pose.
    """
    if slug not in drawn():
        return ""
    return static(f"{FOLDER}/{slug}.svg") + ("" if shown == "auto" else f"#{shown}")
