"""Pain week by week. Pure: values in, values out, no clock and no database."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
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


InWhole = tuple[int, int, int, int]
"""The same with twice the median, for pages with many weeks, as fractions take their time."""


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


def by_number(days: Iterable[tuple[date, int]], first: date) -> Mapping[int, InWhole]:
    """The weeks with check-ins, by their number from `first` on, from pairs of a day and a score."""
    begin = first.toordinal()
    scores: dict[int, list[int]] = defaultdict(list)
    for day, score in days:
        scores[(day.toordinal() - begin) // 7].append(score)
    found = {}
    for week, of_week in scores.items():
        of_week.sort()
        n = len(of_week)
        found[week] = of_week[(n - 1) // 2] + of_week[n // 2], of_week[0], of_week[-1], n
    return found
