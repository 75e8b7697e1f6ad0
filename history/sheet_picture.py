"""Where things lie in the picture of pain on the sheet. Pure: values in, values out.

Across in percent, so that each week stands above its column of the table below; down in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from pain.rule import WORST
from pain.trend import Spread

LEFT, ACROSS = 22, 64
"""Where the columns of the weeks begin and how wide they are together, as the stylesheet has it for the tables."""
FLOOR, HEIGHT = 82, 74


@dataclass(frozen=True, slots=True)
class Dot:
    """One week with check-ins: its middle, and the line from the highest to the lowest."""

    x: str
    y: str
    highest: str
    lowest: str


@dataclass(frozen=True, slots=True)
class Picture:
    dots: Sequence[Dot]

    lines = [(f"{FLOOR - HEIGHT * n // WORST}", n) for n in (0, WORST // 2, WORST)]


def picture(weeks: Sequence[Spread | None]) -> Picture:
    """The weeks, oldest first; None for one without check-ins."""
    column = Fraction(ACROSS, len(weeks))
    return Picture(
        [
            Dot(
                x=f"{float(LEFT + (place + Fraction(1, 2)) * column):.2f}%",
                y=_y(week.median),
                highest=_y(week.highest),
                lowest=_y(week.lowest),
            )
            for place, week in enumerate(weeks)
            if week
        ]
    )


def _y(score: int | Fraction) -> str:
    return f"{float(FLOOR - HEIGHT * score / WORST):.1f}"
