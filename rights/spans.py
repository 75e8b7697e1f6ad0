"""Entries of the plan, and pauses: how those of a file fit in between those of an account.

Pure but for the words: values in, values out. A span holds over `[starts_on, ends_on)`, and no two of one exercise may
overlap, nor two pauses.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from rights.reading import Entry
from rights.report import Tally
from tracking.dates import full_date

Values = dict[str, Any]
Found = tuple[Entry, Values]


@dataclass(slots=True)
class Fitted:
    """What is new, and what ends here because it does so in the file."""

    fresh: list[Found] = field(default_factory=list)
    ended: list[Values] = field(default_factory=list)


def grouped(found: Iterable[Found]) -> Iterator[tuple[Any, list[Found]]]:
    """By exercise, where there is one, each group in the order of its days."""
    groups: dict[Any, list[Found]] = {}
    for entry, values in found:
        groups.setdefault(values.get("exercise"), []).append(
            (Entry(entry.section, entry.line, None, entry.file), values)
        )
    for group, some in groups.items():
        yield group, sorted(some, key=lambda one: (one[1]["starts_on"], one[0].line))


def fit(found: Iterable[Found], present: list[Values], tally: Tally, complain: Callable[[Entry, str], None]) -> Fitted:
    """One group of the file beside the same group of the account, both in the order of their days."""
    fitted, present = Fitted(), list(present)
    for entry, values in _without_overlaps(found, complain):
        starts_on = values["starts_on"]
        place = bisect_left(present, starts_on, key=lambda one: one["starts_on"])
        same = present[place] if place < len(present) and present[place]["starts_on"] == starts_on else None
        later = present[place + (same is not None) :][:1]
        shortened = bool(later) and _runs_into(values, later[0]["starts_on"])
        if shortened:
            # As after an edit: it ends where the later one begins.
            values["ends_on"] = later[0]["starts_on"]
        if same and same["ends_on"] is None and values["ends_on"]:
            # Whichever of two exports is brought first, an end that one of them knows of holds.
            present[place] = same | {"ends_on": values["ends_on"]}
            fitted.ended.append(values)
            tally.ended += 1
        elif same:
            tally.tell_apart(values == same)
        elif place and _runs_into(present[place - 1], starts_on):
            since = full_date(present[place - 1]["starts_on"])
            complain(entry, _("It overlaps with what is here already since %(day)s.") % {"day": since})
        else:
            fitted.fresh.append((entry, values))
            tally.added += 1
            tally.shortened += shortened
    return fitted


def _without_overlaps(found: Iterable[Found], complain: Callable[[Entry, str], None]) -> Iterator[Found]:
    """Those of the file that overlap no earlier one of the file."""
    before: Found | None = None
    for entry, values in found:
        if before and _runs_into(before[1], values["starts_on"]):
            complain(entry, _("It overlaps with line %(n)d.") % {"n": before[0].line})
        else:
            # The whole of it, whatever becomes of the original.
            before = entry, dict(values)
            yield entry, values


def _runs_into(values: Values, day: date) -> bool:
    """Whether it is still in force on a day after its first."""
    return values["ends_on"] is None or values["ends_on"] > day
