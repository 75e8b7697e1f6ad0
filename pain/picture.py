"""Where things lie in the picture of the trend: pain above, adherence below, over the same weeks.

Across in percent of its width, down in pixels, so that it fits any screen and its letters keep their size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from pain.rule import WORST
from pain.trend import Spread
from tracking.adherence import KEPT_FROM, Tally

LEFT, ACROSS = 11, 88
PAIN_FLOOR, PAIN_HEIGHT = 126, 100
SHARE_FLOOR, SHARE_HEIGHT = 246, 70
BAR_OF_COLUMN = 0.56
STUB = 2
"""The height of a bar of 0 %, which is not the same as no bar."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one week has in the picture."""

    x: str
    label: str  # empty where there is no room for one
    pain: tuple[str, str, str] | None  # the dot, the upper and the lower end of the line
    bar: tuple[str, str, str, str] | None  # left, top, width, height
    bar_kind: str


@dataclass(frozen=True, slots=True)
class Picture:
    marks: Sequence[Mark]

    pain_lines = [(f"{PAIN_FLOOR - PAIN_HEIGHT * n // WORST}", n) for n in (0, WORST // 2, WORST)]
    share_lines = [(f"{SHARE_FLOOR - SHARE_HEIGHT * percent // 100}", percent) for percent in (0, 100)]
    kept_line = f"{SHARE_FLOOR - int(SHARE_HEIGHT * KEPT_FROM)}"


def mark(place: int, of: int, label: str, tally: Tally, spread: Spread | None, is_running: bool) -> Mark:
    """The week at `place`, from 0, among `of` weeks."""
    column = ACROSS / of
    middle = LEFT + (place + 0.5) * column
    return Mark(
        x=f"{middle:.2f}%",
        label=label,
        pain=(_pain_y(spread.median), _pain_y(spread.highest), _pain_y(spread.lowest)) if spread else None,
        bar=None if tally.percent is None else _bar(middle, BAR_OF_COLUMN * column, tally.percent),
        bar_kind="running" if is_running else "kept" if tally.kept else "open",
    )


def _pain_y(score: int | Fraction) -> str:
    return f"{float(PAIN_FLOOR - PAIN_HEIGHT * score / WORST):.1f}"


def _bar(middle: float, width: float, percent: int) -> tuple[str, str, str, str]:
    height = max(STUB, SHARE_HEIGHT * percent / 100)
    return f"{middle - width / 2:.2f}%", f"{SHARE_FLOOR - height:.1f}", f"{width:.2f}%", f"{height:.1f}"
