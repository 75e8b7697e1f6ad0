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


def picture_address(slug: str, color_scheme: str) -> str:
    """Where the moving drawing is, or nothing. A scheme other than `auto` overrules that of the device."""
    if slug not in drawn():
        return ""
    scheme = f"#{color_scheme}" if color_scheme in ("light", "dark") else ""
    return static(f"{FOLDER}/{slug}.svg") + scheme
