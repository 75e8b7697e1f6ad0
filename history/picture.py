"""Where things lie in the picture of a year: pain above, doses and strength below, over the same weeks. Pure.

Each kind of mark is one path, in the units of a drawing that the page stretches to its width: ten across a week, and
a hundred down a band. Strokes keep their width all the same, so that a line of no length with round ends is a dot.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pain.rule import WORST
from pain.trend import InWhole
from tracking.adherence import Tally

STEP = 10
BAND = 100
FEWEST = 12
"""The picture is made for as many weeks at least, so that a bar stays a bar."""

STUB = 2
"""The height of a bar of 0 %, which is not the same as no bar."""

DOWN = [f"{BAND - BAND * half / (2 * WORST):.1f}" for half in range(2 * WORST + 1)]
"""How far down each half of a score lies."""


@dataclass(frozen=True, slots=True)
class WeekMarks:
    """What the picture shows of a week: `strength` from 0 to 1, of its last day."""

    tally: Tally
    strength: float | None
    pain: InWhole | None
    is_running: bool


class Picture:
    """Each kind of mark as the one path that it is; those of pain are empty without a check-in."""

    pain_lines = tuple((f"{6 + BAND - BAND * n // WORST}", n) for n in (0, WORST // 2, WORST))
    share_lines = tuple((f"{6 + BAND - percent}", percent) for percent in (0, 50, 100))

    def __init__(self, weeks: Sequence[WeekMarks]) -> None:
        self.across = STEP * max(len(weeks), FEWEST)
        kept, other, running = list[str](), list[str](), list[str]()
        strength, pain, ranges = list[str](), list[str](), list[str]()
        for x, week in zip(range(STEP // 2, STEP * len(weeks), STEP), weeks, strict=True):
            tally = week.tally
            if tally.percent is not None:
                bars = running if week.is_running else kept if tally.kept else other
                bars.append(f"M{x - 3} {BAND}v-{max(tally.percent, STUB)}h6V{BAND}z")
            if week.strength is not None:
                strength.append(f"{x} {BAND - BAND * week.strength:.1f}")
            if week.pain:
                twice_the_median, lowest, highest, _count = week.pain
                pain.append(f"M{x} {DOWN[twice_the_median]}h0")
                ranges.append(f"M{x} {DOWN[2 * highest]}V{DOWN[2 * lowest]}")
        self.kept, self.other, self.running = "".join(kept), "".join(other), "".join(running)
        self.pain, self.pain_ranges = "".join(pain), "".join(ranges)
        # One line through the weeks that have a plan.
        self.strength = "M" + "L".join(strength) if len(strength) > 1 else ""

    def percent(self, week: int) -> str:
        """How far to the right the middle of a week lies."""
        return f"{100 * (STEP * week + STEP // 2) / self.across:.2f}%"
