"""The catalogue in memory: the same for everybody, and changed once in a few months, so no page reads it anew.

Whoever shows the exercises of a plan asks here for them. Pages that edit exercises, or search them, ask the database.
"""

from collections.abc import Collection, Mapping
from time import monotonic

from exercises.models import Exercise

KEPT_SECONDS = 10
"""So long after an edit in the admin pages may still show what was there before."""

_kept: tuple[float, Mapping[int, Exercise]] | None = None


def exercises(keys: Collection[int]) -> Mapping[int, Exercise]:
    """The exercises with these keys, with their equipment; they are shared by all requests, so nobody changes them.

    People's own exercises, which are not kept, take a query or two. What has been deleted meanwhile is missing.
    """
    kept = _catalogue()
    missing = [key for key in keys if key not in kept]
    if not missing:
        return kept
    found = Exercise.objects.with_equipment().in_bulk(missing)
    if any(exercise.owner_id is None for exercise in found.values()):
        forget()  # The catalogue has grown since it was read.
    return {**kept, **found}


def offered() -> list[Exercise]:
    """What a new plan is made of, in the order of the routine."""
    kept = [exercise for exercise in _catalogue().values() if not exercise.retired]
    return sorted(kept, key=lambda exercise: (exercise.number, exercise.slug))


def _catalogue() -> Mapping[int, Exercise]:
    global _kept
    # Looked at once: another thread may forget it at any moment.
    kept, now = _kept, monotonic()
    if kept is None or now - kept[0] > KEPT_SECONDS:
        kept = _kept = now, Exercise.objects.catalogue().with_equipment().in_bulk()
    return kept[1]


def forget() -> None:
    """Read it anew at the next occasion."""
    global _kept
    _kept = None
