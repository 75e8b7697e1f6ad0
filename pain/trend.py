"""Pain week by week. Pure: values in, values out, no clock and no database."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from pain.rule import Entry, middle
from tracking.schedule import Week


@dataclass(frozen=True, slots=True)
class Spread:
    """The check-ins of one week: their median, lowest and highest score, and how many they are."""

    median: Fraction
    lowest: int
    highest: int
    count: int


def spread(scores: Collection[int]) -> Spread | None:
    """None of no scores: a week without check-ins has no figure, and least of all 0."""
    median = middle(scores)
    return None if median is None else Spread(median, min(scores), max(scores), len(scores))


def by_week(entries: Iterable[Entry], week_start: int) -> Mapping[Week, Spread]:
    """The weeks with check-ins; `week_start` counts as `date.weekday()`."""
    scores: dict[Week, list[int]] = defaultdict(list)
    for entry in entries:
        scores[Week.of(entry.day, week_start)].append(entry.score)
    return {week: found for week, of_week in scores.items() if (found := spread(of_week))}
