from collections.abc import Iterable
from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from exercises.models import Exercise, FrequencyFields, frequency_constraints
from tracking.schedule import MAX_NTH, Item


class PlanItemQuerySet(models.QuerySet["PlanItem"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def in_force_on(self, day: date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)

    def started_by(self, day: date) -> Self:
        return self.filter(starts_on__lte=day)

    def of(self, slug: str) -> Self:
        """Of the exercise with that slug, which comes along."""
        return self.filter(exercise__slug=slug).select_related("exercise")

    def with_exercises(self) -> Self:
        """In the order of the routine, with what a card shows; the long texts of an exercise stay behind."""
        return (
            self.select_related("exercise")
            .defer(*(f"exercise__{name}" for name in ("purpose", "steps", "avoid", "note", "seeded")))
            .prefetch_related("exercise__equipment")
            .order_by("exercise__number", "exercise__slug", "starts_on")
        )

    def start(self, user: User, exercises: Iterable[Exercise], day: date) -> None:
        """Put the exercises on the user's plan from `day` on, each at its usual frequency.

        What is on the plan already stays as it is, so that a double tap starts it once. Only what was to begin later,
        because the person has moved to a zone where the day is an earlier one, begins on `day` as well.
        """
        self.for_user(user).filter(ends_on=None, starts_on__gt=day).update(starts_on=day)
        items = [
            PlanItem(
                user=user,
                exercise=exercise,
                starts_on=day,
                per=exercise.per,
                at_least=exercise.at_least,
                at_most=exercise.at_most,
            )
            for exercise in exercises
        ]
        PlanItem.objects.bulk_create(items, ignore_conflicts=True)


class PlanItem(FrequencyFields):
    """An exercise on a person's plan at a frequency, in force over `[starts_on, ends_on)`."""

    pk = models.CompositePrimaryKey("user_id", "exercise_id", "starts_on")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    exercise = models.ForeignKey(Exercise, models.PROTECT, db_index=False)
    starts_on = models.DateField(_("in force from"))
    ends_on = models.DateField(_("until before"), null=True, blank=True)

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan item")
        verbose_name_plural = _("plan items")
        constraints = [
            *frequency_constraints("planitem"),
            models.CheckConstraint(name="planitem_span", condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on"))),
            models.UniqueConstraint(name="planitem_one_open", fields=["user", "exercise"], condition=Q(ends_on=None)),
        ]

    @property
    def value(self) -> Item:
        return Item(self.exercise_id, self.frequency, self.starts_on, self.ends_on)


class CompletionQuerySet(models.QuerySet["Completion"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def between(self, first: date, last: date) -> Self:
        """On the days from `first` to `last`, both included."""
        return self.filter(day__range=(first, last))

    def a_day(self, first: date, last: date) -> models.QuerySet["Completion", tuple[int, date, int]]:
        """Exercise, day and number of completions, for each pair of the two with any."""
        days = self.between(first, last).values_list("exercise_id", "day")
        return days.annotate(n=models.Count("nth"))

    def set_done(self, user: User, day: date, exercise: Exercise, nth: int, at: datetime) -> None:
        """Record one completion. Setting what is set already changes nothing, however many do it at once."""
        Completion.objects.bulk_create(
            [Completion(user=user, day=day, exercise=exercise, nth=_checked(nth), recorded_at=at)],
            ignore_conflicts=True,
        )

    def set_undone(self, user: User, day: date, exercise: Exercise, nth: int) -> None:
        """Take one completion back. Taking back what is not there changes nothing."""
        self.filter(user=user, day=day, exercise=exercise, nth=_checked(nth)).delete()


def _checked(nth: int) -> int:
    """SQLite's INSERT OR IGNORE would pass over a broken CHECK in silence, so the bound is kept here as well."""
    if not 1 <= nth <= MAX_NTH:
        raise ValueError(f"nth runs from 1 to {MAX_NTH}, not {nth}")
    return nth


class Completion(models.Model):
    """“This exercise was done on this day, for the nth time.” The one table that grows: keep its rows narrow.

    `day` is the person's own calendar date at the time, and stays for ever.
    """

    pk = models.CompositePrimaryKey("user_id", "day", "exercise_id", "nth")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    day = models.DateField(_("day"))
    exercise = models.ForeignKey(Exercise, models.PROTECT, db_index=False)
    nth = models.PositiveSmallIntegerField(_("for the nth time that day"))
    recorded_at = models.DateTimeField(_("recorded"))

    objects = CompletionQuerySet.as_manager()

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        constraints = [models.CheckConstraint(name="completion_nth", condition=Q(nth__gte=1, nth__lte=MAX_NTH))]
