"""Where things lie in the picture of a year: pain above, doses and strength below, over the same weeks. Pure.

Each kind of mark is one path, in the units of a drawing that the page stretches to its width: ten across a week, and
a hundred down a band. Strokes keep their width all the same, so that a line of no length with round ends is a dot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from pain.rule import WORST
from pain.trend import Spread
from tracking.adherence import Tally

STEP = 10
BAND = 100
FEWEST = 12
"""The picture is made for as many weeks at least, so that a bar stays a bar."""

STUB = 2
"""The height of a bar of 0 %, which is not the same as no bar."""


@dataclass(frozen=True, slots=True)
class WeekMarks:
    """What the picture shows of a week: `strength` from 0 to 1, of its last day."""

    tally: Tally
    strength: float | None
    pain: Spread | None
    is_running: bool
    label: str  # for the scale below; empty for most


class Picture:
    pain_lines = tuple((f"{6 + BAND - BAND * n // WORST}", n) for n in (0, WORST // 2, WORST))
    share_lines = tuple((f"{6 + BAND - percent}", percent) for percent in (0, 50, 100))

    def __init__(self, weeks: Sequence[WeekMarks]) -> None:
        self.weeks = weeks
        self.across = STEP * max(len(weeks), FEWEST)

    @cached_property
    def has_pain(self) -> bool:
        return any(week.pain for week in self.weeks)

    @property
    def kept(self) -> str:
        return self._bars(kept=True, running=False)

    @property
    def other(self) -> str:
        return self._bars(kept=False, running=False)

    @property
    def running(self) -> str:
        return self._bars(kept=None, running=True)

    def _bars(self, kept: bool | None, running: bool) -> str:
        return "".join(
            f"M{x - 3} {BAND}v-{max(week.tally.percent, STUB)}h6V{BAND}z"
            for x, week in self._placed
            if week.tally.percent is not None
            and week.is_running is running
            and (kept is None or week.tally.kept is kept)
        )

    @cached_property
    def strength(self) -> str:
        """One line through the weeks that have a plan."""
        points = [f"{x} {BAND - BAND * week.strength:.1f}" for x, week in self._placed if week.strength is not None]
        return "M" + "L".join(points) if len(points) > 1 else ""

    @property
    def pain(self) -> str:
        """A dot at the median of each week."""
        return "".join(f"M{x} {_down(week.pain.median)}h0" for x, week in self._placed if week.pain)

    @property
    def pain_ranges(self) -> str:
        return "".join(
            f"M{x} {_down(week.pain.highest)}V{_down(week.pain.lowest)}" for x, week in self._placed if week.pain
        )

    @property
    def labels(self) -> Sequence[tuple[str, str]]:
        """Where, in percent of the width, and what."""
        return [(f"{100 * x / self.across:.2f}%", week.label) for x, week in self._placed if week.label]

    @cached_property
    def _placed(self) -> Sequence[tuple[int, WeekMarks]]:
        return [(STEP * place + STEP // 2, week) for place, week in enumerate(self.weeks)]


@lru_cache(maxsize=1024)
def _down(score: int | Fraction) -> str:
    return f"{float(BAND - BAND * score / WORST):.1f}"
