"""The verbs that edit a plan. Every edit takes effect on a day, as a rule today, and leaves the days before it alone.

The way it is done is always the same: what begins on that day or later is taken away, what runs over it is closed, and
what is to hold from then on is opened. So two edits on one day leave one item, and an edit that is taken back on the
same day leaves what was there. Edits of one person wait for each other; a race can lose none.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import transaction

from accounts.models import User
from exercises.models import LAST_PLACE, PRESCRIPTION_FIELDS, Exercise
from tracking.models import Pause, PlanItem

Verb = TypeVar("Verb", bound=Callable[..., None])


def _one_at_a_time(verb: Verb) -> Verb:
    """In one transaction that holds the person's row, so that ticks go on while edits wait for each other."""

    @wraps(verb)
    def alone(user: User, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            verb(user, *args, **kwargs)

    return cast(Verb, alone)


# --- Exercises --------------------------------------------------------------------------------------------------------


def usual(exercise: Exercise) -> dict[str, Any]:
    """The prescription that an exercise comes with, by column."""
    return {name: getattr(exercise, name) for name in PRESCRIPTION_FIELDS}


@_one_at_a_time
def start(user: User, exercises: Iterable[Exercise], day: date) -> None:
    """Put the exercises on the plan from `day` on, after what is there, each at its usual prescription.

    What is on the plan already stays as it is. Only what was to begin later, because the person has moved to a zone
    where the day is an earlier one, begins on `day` as well.
    """
    items = PlanItem.objects.for_user(user)
    present = items.in_force_on(day).values_list("exercise_id", flat=True)
    for item in items.filter(ends_on=None).exclude(exercise_id__in=list(present)).in_order():
        _from(user, item.exercise, day, _as_in(item))
    there = set(present.all())
    for exercise in exercises:
        if exercise.pk not in there:
            _from(user, exercise, day, usual(exercise))


@_one_at_a_time
def prescribe(user: User, exercise: Exercise, day: date, **columns: Any) -> None:
    """From `day` on the exercise is on the plan with this prescription; `columns` may hold `slot_names` as well."""
    _from(user, exercise, day, columns)


@_one_at_a_time
def bring_back(user: User, exercise: Exercise, day: date) -> None:
    """From `day` on the exercise is on the plan, as it was when it was taken off, or at its usual prescription."""
    last = PlanItem.objects.for_user(user).filter(exercise=exercise).order_by("starts_on").last()
    if last is None:
        _from(user, exercise, day, usual(exercise))
    elif last.ends_on is not None or last.starts_on > day:
        _from(user, exercise, day, _as_in(last))


@_one_at_a_time
def remove(user: User, exercise: Exercise, day: date) -> None:
    """From `day` on the exercise is off the plan. What is done stays on record."""
    _close(user, exercise, day)


@_one_at_a_time
def retire(user: User, exercise: Exercise, day: date) -> None:
    """Put an exercise of the person's own away: off the plan from `day` on, and no longer offered."""
    _close(user, exercise, day)
    Exercise.objects.own(user).filter(pk=exercise.pk).update(retired=True)


def _as_in(item: PlanItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in (*PRESCRIPTION_FIELDS, "slot_names")}


def _from(user: User, exercise: Exercise, day: date, columns: dict[str, Any]) -> None:
    Exercise.objects.own(user).filter(pk=exercise.pk).update(retired=False)
    items = PlanItem.objects.for_user(user)
    present = items.in_force_on(day).filter(exercise=exercise).first()
    last = max(items.in_force_on(day).values_list("number", flat=True), default=0)
    number = present.number if present else min(1 + last, LAST_PLACE)
    before = _close(user, exercise, day)
    if before and all(getattr(before, name) == value for name, value in columns.items()):
        before.ends_on, before.number = None, present.number if present else before.number
        before.save(update_fields=["ends_on", "number"])
    else:
        PlanItem.objects.create(user=user, exercise=exercise, starts_on=day, number=number, **columns)


def _close(user: User, exercise: Exercise, day: date) -> PlanItem | None:
    """End the exercise's plan before `day`. Returns the item that now ends right there, if there is one."""
    items = PlanItem.objects.for_user(user).filter(exercise=exercise)
    items.filter(starts_on__gte=day).delete()
    items.in_force_on(day).update(ends_on=day)
    return items.filter(ends_on=day).first()


@_one_at_a_time
def move(user: User, slug: str, step: int, day: date) -> None:
    """One exercise up (-1) or down (1) in the order of the plan. Beyond either end it stays where it is.

    The order is no part of what is asked for, so it needs no item of its own.
    """
    rows = PlanItem.objects.for_user(user).in_force_on(day).in_order()
    place = next((place for place, row in enumerate(rows) if row.exercise.slug == slug), None)
    if place is None or not 0 <= place + step < len(rows):
        return
    rows[place], rows[place + step] = rows[place + step], rows[place]
    for number, row in enumerate(rows, start=1):
        PlanItem.objects.filter(pk=row.pk).update(number=number)


class TooEarlyError(ValueError):
    """Another item of the exercise was in force on that day; `since` is the first day that is free."""

    def __init__(self, exercise: Exercise, since: date) -> None:
        super().__init__(f"the plan of {exercise.slug} can begin on {since} at the earliest")
        self.exercise, self.since = exercise, since


@_one_at_a_time
def begin_earlier(user: User, exercises: Iterable[Exercise], since: date, day: date) -> None:
    """The exercises, which are on the plan on `day`, have been on it without a break since `since`.

    The one edit that asks something of days gone by. What begins earlier already stays. Raises TooEarlyError, and
    changes nothing, where an exercise was on the plan before, was taken off, and `since` reaches into that time.
    """
    items = PlanItem.objects.for_user(user).started_by(day)
    for exercise in exercises:
        first = to_begin(items.filter(exercise=exercise).select_related("exercise"), since)
        if first:
            PlanItem.objects.filter(pk=first.pk).update(starts_on=since)


def to_begin(items: Iterable[PlanItem], since: date) -> PlanItem | None:
    """The item that has to begin on `since`, for its exercise to be on the plan without a break from then on.

    `items` are all of that exercise. None where it is so already; raises TooEarlyError where it cannot be.
    """
    latest_first = sorted(items, key=lambda item: item.starts_on, reverse=True)
    first: PlanItem | None = None
    for item in latest_first:
        if first and item.ends_on != first.starts_on:
            if item.ends_on and item.ends_on > since:
                raise TooEarlyError(first.exercise, item.ends_on)
            break
        first = item
    return first if first and first.starts_on > since else None


# --- From gentle to full ----------------------------------------------------------------------------------------------


def start_fully(user: User, exercises: Iterable[Exercise], day: date) -> None:
    """Start with all of them; nothing is left to be offered."""
    start(user, exercises, day)
    _grows_from(user, None)


def start_gently(user: User, exercises: Iterable[Exercise], day: date) -> None:
    """Start with a few exercises; after two kept weeks one more is offered."""
    start(user, exercises, day)
    _grows_from(user, day)


def grow(user: User, exercise: Exercise, day: date) -> None:
    """Take up one more exercise, as it was offered; the next is offered after two more kept weeks."""
    start(user, [exercise], day)
    _grows_from(user, day)


def stay(user: User, day: date | None) -> None:
    """Leave the plan as it is: until two weeks are kept, not before that of `day`, or for good where there is none."""
    _grows_from(user, day)


def _grows_from(user: User, day: date | None) -> None:
    user.grows_from = day
    user.save(update_fields=["grows_from"])


# --- Pauses -----------------------------------------------------------------------------------------------------------


class OverlapError(ValueError):
    """Another pause, `pause`, holds some of the days."""

    def __init__(self, pause: Pause) -> None:
        super().__init__(f"overlaps the pause from {pause.starts_on}")
        self.pause = pause


@_one_at_a_time
def pause(
    user: User,
    day: date,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    keeps: Sequence[int] = (),
    replaces: date | None = None,
) -> None:
    """Ask for nothing over `[starts_on, ends_on)`, which begins on `day` or later.

    A pause that runs or is to come is changed by naming its first day in `replaces`; its days before `day` stay paused.
    Raises OverlapError, and changes nothing, where another pause holds one of the days.
    """
    pauses = Pause.objects.for_user(user)
    if replaces is not None:
        _end_pause(user, replaces, day)
    others = pauses.not_over_on(starts_on)
    other = (others if ends_on is None else others.filter(starts_on__lt=ends_on)).first()
    if other is not None:
        same = (other.ends_on, other.reason, other.keeps) == (ends_on, reason, list(keeps))
        if same and other.starts_on <= starts_on:
            return  # the same once more: a double tap
        raise OverlapError(other)
    before = pauses.filter(ends_on=starts_on).first()
    if before and (before.reason, before.keeps) == (reason, list(keeps)):
        before.ends_on = ends_on
        before.save(update_fields=["ends_on"])
    else:
        Pause.objects.create(user=user, starts_on=starts_on, ends_on=ends_on, reason=reason, keeps=list(keeps))


@_one_at_a_time
def resume(user: User, starts_on: date, day: date) -> None:
    """End the pause of that first day, so that `day` is not paused; one that has not begun before it is gone."""
    _end_pause(user, starts_on, day)


def _end_pause(user: User, starts_on: date, day: date) -> None:
    pauses = Pause.objects.for_user(user).filter(starts_on=starts_on)
    if starts_on >= day:
        pauses.delete()
    else:
        pauses.not_over_on(day).update(ends_on=day)
