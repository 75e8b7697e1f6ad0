"""The drawings of the exercises, which `tools/pictures` makes: found by the slug of the exercise.

An exercise that somebody adds in the admin has none, and its pages show the position instead.
"""

import re
from functools import cache
from html import unescape

from django.conf import settings
from django.templatetags.static import static
from django.utils.translation import gettext

FOLDER = "img/exercises"


@cache
def drawn() -> dict[str, str]:
    """What one sees on each drawing, as its file says, by the slug of the exercise."""
    files = (settings.BASE_DIR / "static" / FOLDER).glob("*.svg")
    return {path.stem: _description(path.read_text(encoding="utf-8")) for path in files}


def _description(drawing: str) -> str:
    found = re.search(r"<desc[^>]*>(.*?)</desc>", drawing, re.S)
    return unescape(found[1]) if found else ""


def picture_address(slug: str, shown: str = "auto") -> str:
    """Where the moving drawing is, or nothing where there is none.

    `light` or `dark` overrules the colours of the device; `posed` is the drawing at rest, pose beside pose.
    """
    if slug not in drawn():
        return ""
    return static(f"{FOLDER}/{slug}.svg") + ("" if shown == "auto" else f"#{shown}")


def picture_in_words(slug: str) -> str:
    """What one sees on the drawing, for who does not see it; nothing where there is none."""
    description = drawn().get(slug, "")
    return gettext(description) if description else ""
