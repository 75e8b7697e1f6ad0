from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from exercises import catalogue
from exercises.models import DoseFields, Exercise, FrequencyFields, dose_constraints, frequency_constraints
from exercises.prescription import Dose
from tracking.prepared import write
from tracking.schedule import MAX_NTH, Item, Paused

SLOT_NAME_LENGTH = 40


class PlanItemQuerySet(models.QuerySet["PlanItem"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def in_force_on(self, day: date) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)

    def started_by(self, day: date) -> Self:
        return self.filter(starts_on__lte=day)

    def first_day(self) -> date | None:
        first: date | None = self.aggregate(day=models.Min("starts_on"))["day"]
        return first

    def still_open(self) -> Self:
        """In force, or about to be, with no end in sight."""
        return self.filter(ends_on=None)

    def of(self, slug: str) -> Self:
        """Of the exercise with that slug, which comes along."""
        return self.filter(exercise__slug=slug).select_related("exercise")

    def in_order(self) -> "list[PlanItem]":
        return in_order(self)


def in_order(rows: "Iterable[PlanItem]") -> "list[PlanItem]":
    """In the order of the plan, each with its exercise out of memory: so that is nothing to be changed."""
    rows = list(rows)
    known = catalogue.exercises({row.exercise_id for row in rows})
    # An own exercise goes with its owner, maybe in this very moment.
    rows = [row for row in rows if row.exercise_id in known]
    for row in rows:
        row.exercise = known[row.exercise_id]
    return sorted(rows, key=lambda row: (row.number, row.exercise.number, row.exercise.slug, row.starts_on))


class PlanItem(FrequencyFields, DoseFields):
    """An exercise on a person's plan with its prescription, in force over `[starts_on, ends_on)`.

    No two of one exercise overlap: both databases refuse it (migration 0003). `tracking.planning` has the verbs.
    """

    pk = models.CompositePrimaryKey("user_id", "exercise_id", "starts_on")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    exercise = models.ForeignKey(Exercise, models.RESTRICT, db_index=False)
    starts_on = models.DateField(_("in force from"))
    ends_on = models.DateField(_("until before"), null=True, blank=True)
    number = models.PositiveSmallIntegerField(_("place in the plan"), default=0)
    slot_names = models.CharField(
        _("names of the doses of a day"), max_length=MAX_NTH * (SLOT_NAME_LENGTH + 1), blank=True
    )

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan item")
        verbose_name_plural = _("plan items")
        constraints = [
            *frequency_constraints("planitem"),
            *dose_constraints("planitem"),
            models.CheckConstraint(name="planitem_span", condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on"))),
            models.UniqueConstraint(name="planitem_one_open", fields=["user", "exercise"], condition=Q(ends_on=None)),
        ]

    @property
    def value(self) -> Item:
        return Item(self.exercise_id, self.frequency, self.starts_on, self.ends_on)

    @property
    def dose(self) -> Dose:
        """The dose of the plan; how and on which sides it is done is the exercise's own."""
        return self.dose_done_as(self.exercise.action, self.exercise.sides)

    @property
    def slot_name_list(self) -> Sequence[str]:
        """One name a dose, in their order; empty where nothing was said."""
        return self.slot_names.split("\n")


Noted = tuple[Any, ...]
"""What a person noted, whatever it is: exercise, first day, nth, end, reason, and what is kept, as JSON.

A pause is of no exercise, a skip has no end, and only a completion is the nth of its day.
"""

NO_NUMBER, NO_DAY = Value(None, models.IntegerField()), Value(None, models.DateField())
NO_WORDS = Value(None, models.TextField())


class PauseQuerySet(models.QuerySet["Pause"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user).order_by("starts_on")

    def started_by(self, day: date) -> Self:
        return self.filter(starts_on__lte=day)

    def beginning(self, day: date) -> Self:
        return self.filter(starts_on=day)

    def not_over_on(self, day: date) -> Self:
        """Those that run on `day` or are still to come."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day))

    def and_skips(self, skips: "SkipQuerySet") -> "models.QuerySet[Pause, Noted]":
        """Both in one query, in no order: most people have few of them, and each query is a way to go."""
        return self.noted().union(skips.noted(), all=True)

    def noted(self) -> "models.QuerySet[Pause, Noted]":
        keeps = Cast("keeps", models.TextField())
        return self.order_by().values_list(NO_NUMBER, "starts_on", NO_NUMBER, "ends_on", "reason", keeps)


class Pause(models.Model):
    """A span of days that asks for nothing, over `[starts_on, ends_on)`; without an end until the person ends it.

    A flare-up may keep up to three exercises, by their keys, at their minimum. No two pauses of a person overlap; both
    databases refuse it (migration 0003).
    """

    class Reason(models.TextChoices):
        ILLNESS = "illness", _("illness")
        TRAVEL = "travel", _("travel")
        FLARE_UP = "flare-up", _("flare-up")
        OTHER = "other", _("something else")

    pk = models.CompositePrimaryKey("user_id", "starts_on")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("until before"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=8, choices=Reason)
    keeps = models.JSONField(_("exercises that go on at their minimum"), default=list, blank=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [
            models.CheckConstraint(name="pause_span", condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on"))),
            models.CheckConstraint(
                name="pause_reason", condition=Q(reason__in=["illness", "travel", "flare-up", "other"])
            ),
        ]

    @property
    def value(self) -> Paused:
        return Paused(self.starts_on, self.ends_on, frozenset(self.keeps))


class Marks(models.Aggregate):
    """The dates of a group as one text, gathered by the database: a tenth of the cost of a row for each.

    A date is the character whose number is that of the day: 1 for `first`, as no text holds a character 0. It has to be
    within the 150 years from then on.
    """

    output_field = models.TextField()
    arity = 1

    def __init__(self, day: str, first: date, **extra: Any) -> None:
        super().__init__(day, **extra)
        self.first = first

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        number = "1 + CAST(JULIANDAY(%(expressions)s) - JULIANDAY(%%s) AS INTEGER)"
        return self._gathered(f"GROUP_CONCAT(CHAR({number}), '')", compiler, connection, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self._gathered("STRING_AGG(CHR(1 + (%(expressions)s - %%s)), '')", compiler, connection, **context)

    def _gathered(self, template: str, compiler: Any, connection: Any, **context: Any) -> Any:
        sql, params = self.as_sql(compiler, connection, template=template, **context)
        return sql, (*params, connection.ops.adapt_datefield_value(self.first))


class CompletionQuerySet(models.QuerySet["Completion"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def between(self, first: date, last: date) -> Self:
        """On the days from `first` to `last`, both included."""
        return self.filter(day__range=(first, last))

    def first_day(self) -> date | None:
        first: date | None = self.aggregate(day=models.Min("day"))["day"]
        return first

    def marks_by_exercise(self, first: date, last: date) -> models.QuerySet["Completion", tuple[int, str]]:
        """Each exercise with the `Marks` of its completions, one for each. So there are few rows for many years."""
        return (
            self.between(first, last)
            .values("exercise_id")
            .annotate(marks=Marks("day", first))
            .values_list("exercise_id", "marks")
        )

    def and_breaks(self, pauses: PauseQuerySet, skips: "SkipQuerySet") -> models.QuerySet["Completion", Noted]:
        """All in one query, in no order."""
        # Completions lead, as what leads names the kinds of the columns; hundreds of rows then need no converting.
        noted = self.values_list("exercise_id", "day", "nth", NO_DAY, NO_WORDS, NO_WORDS)
        return noted.union(pauses.noted(), skips.noted(), all=True)

    def set_done(self, user: User, day: date, exercise: Exercise, nth: int, at: datetime) -> None:
        """Record one completion. Setting what is set already changes nothing, however many do it at once."""
        # One statement, so no transaction around it. Two messages less, and a tick is what is sent most.
        write(
            "INSERT INTO tracking_completion (user_id, day, exercise_id, nth, recorded_at) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            *(user.pk, day, exercise.pk, _checked(nth), at),
        )

    def set_undone(self, user: User, day: date, exercise: Exercise, nth: int) -> None:
        """Take one completion back. Taking back what is not there changes nothing."""
        write(
            "DELETE FROM tracking_completion WHERE user_id = %s AND day = %s AND exercise_id = %s AND nth = %s",
            *(user.pk, day, exercise.pk, _checked(nth)),
        )


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
    exercise = models.ForeignKey(Exercise, models.RESTRICT, db_index=False)
    nth = models.PositiveSmallIntegerField(_("for the nth time that day"))
    recorded_at = models.DateTimeField(_("recorded"))

    objects = CompletionQuerySet.as_manager()

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")
        constraints = [models.CheckConstraint(name="completion_nth", condition=Q(nth__gte=1, nth__lte=MAX_NTH))]


class SkipQuerySet(models.QuerySet["Skip"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def between(self, first: date, last: date) -> Self:
        """On the days from `first` to `last`, both included."""
        return self.filter(day__range=(first, last))

    def noted(self) -> "models.QuerySet[Skip, Noted]":
        return self.values_list("exercise_id", "day", NO_NUMBER, NO_DAY, "reason", NO_WORDS)

    def set_skipped(self, user: User, day: date, exercise: Exercise, reason: str, at: datetime) -> None:
        """Record why an exercise is left out on a day; a reason given before is replaced."""
        with transaction.atomic():
            self.set_unskipped(user, day, exercise)
            Skip.objects.bulk_create(
                [Skip(user=user, day=day, exercise=exercise, reason=reason, recorded_at=at)], ignore_conflicts=True
            )

    def set_unskipped(self, user: User, day: date, exercise: Exercise) -> None:
        """Take it back. Taking back what is not there changes nothing."""
        self.filter(user=user, day=day, exercise=exercise).delete()


class Skip(models.Model):
    """“Not today”: an exercise left out on a day, and why. It is shown, and changes no figure."""

    class Reason(models.TextChoices):
        SORE = "sore", _("sore")
        NO_TIME = "no-time", _("no time")
        NO_EQUIPMENT = "no-equipment", _("no equipment")
        OTHER = "other", _("something else")

    pk = models.CompositePrimaryKey("user_id", "day", "exercise_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    day = models.DateField(_("day"))
    exercise = models.ForeignKey(Exercise, models.RESTRICT, db_index=False)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    recorded_at = models.DateTimeField(_("recorded"))

    objects = SkipQuerySet.as_manager()

    class Meta:
        verbose_name = _("skipped exercise")
        verbose_name_plural = _("skipped exercises")
        constraints = [
            models.CheckConstraint(
                name="skip_reason", condition=Q(reason__in=["sore", "no-time", "no-equipment", "other"])
            )
        ]
