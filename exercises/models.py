from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from exercises import words
from exercises.prescription import MAX_PER, MAX_REPETITIONS, MAX_SECONDS, Action, Dose, Frequency, Per, Range, Sides

OWN_SLUG = "own-"
"""How the slug of an own exercise begins; twelve random hexadecimal digits follow."""

MAX_OWN = 200
"""Exercises that a person may have made, those put away included."""

LAST_PLACE = 9999
"""The highest number that says where an exercise stands in the routine or in a plan."""


class Position(models.TextChoices):
    STANDING = "standing", _("standing")
    SITTING = "sitting", _("sitting")
    LYING = "lying", _("lying down")


def plain_lines(text: str) -> str:
    """One entry a line, without the blank lines, stray blanks and line ends that browsers and people add."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


class Equipment(models.Model):
    """A thing that an exercise needs, such as a towel."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=60, help_text=_("As in “You need …”: a tennis ball."))

    class Meta:
        verbose_name = _("piece of equipment")
        verbose_name_plural = _("equipment")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def frequency_constraints(prefix: str) -> list[models.CheckConstraint]:
    """The bounds of `Frequency` for a table with its three columns."""
    return [
        models.CheckConstraint(
            name=f"{prefix}_frequency",
            condition=Q(at_least__gte=1)
            & Q(at_most__gte=models.F("at_least"))
            & (
                Q(per=Per.DAY.value, at_most__lte=MAX_PER[Per.DAY])
                | Q(per=Per.WEEK.value, at_most__lte=MAX_PER[Per.WEEK])
            ),
            violation_error_message=_("How often runs from 1 upwards, to at most 20 times a day or 7 days a week."),
        )
    ]


@lru_cache(maxsize=1024)
def _frequency(per: str, at_least: int, at_most: int) -> Frequency:
    """There are few of them, and every page makes dozens."""
    return Frequency(Per(per), at_least, at_most)


@lru_cache(maxsize=4096)
def _dose(action: str, seconds: tuple[int, int], repetitions: tuple[int, int], sides: str) -> Dose:
    return Dose(Action(action), Range(*seconds), Range(*repetitions), Sides(sides))


class FrequencyFields(models.Model):
    """The columns of a `Frequency`."""

    per = models.CharField(_("counted per"), max_length=4, choices=words.PER)
    at_least = models.PositiveSmallIntegerField(_("times, at least"), help_text=_("This many counts as done."))
    at_most = models.PositiveSmallIntegerField(
        _("times, at most"), help_text=_("This many is enough: at most 20 a day, or 7 days a week.")
    )

    class Meta:
        abstract = True

    @property
    def frequency(self) -> Frequency:
        return _frequency(self.per, self.at_least, self.at_most)


def dose_constraints(prefix: str) -> list[models.CheckConstraint]:
    """The bounds of the numbers of a `Dose` for a table with its four columns."""
    return [
        models.CheckConstraint(
            name=f"{prefix}_seconds",
            condition=Q(seconds_at_least__gte=1)
            & Q(seconds_at_most__gte=models.F("seconds_at_least"))
            & Q(seconds_at_most__lte=MAX_SECONDS),
            violation_error_message=_("Seconds run from 1 upwards, to at most one hour."),
        ),
        models.CheckConstraint(
            name=f"{prefix}_repetitions",
            condition=Q(repetitions_at_least__gte=1)
            & Q(repetitions_at_most__gte=models.F("repetitions_at_least"))
            & Q(repetitions_at_most__lte=MAX_REPETITIONS),
            violation_error_message=_("Repetitions run from 1 upwards, to at most 100."),
        ),
    ]


class DoseFields(models.Model):
    """The columns of the numbers of a `Dose`: those that a person may change in their plan."""

    seconds_at_least = models.PositiveSmallIntegerField(_("seconds a repetition, at least"))
    seconds_at_most = models.PositiveSmallIntegerField(_("seconds a repetition, at most"))
    repetitions_at_least = models.PositiveSmallIntegerField(_("repetitions, at least"), default=1)
    repetitions_at_most = models.PositiveSmallIntegerField(_("repetitions, at most"), default=1)

    class Meta:
        abstract = True

    def dose_done_as(self, action: str, sides: str) -> Dose:
        seconds = self.seconds_at_least, self.seconds_at_most
        return _dose(action, seconds, (self.repetitions_at_least, self.repetitions_at_most), sides)


PRESCRIPTION_FIELDS = (
    *("per", "at_least", "at_most"),
    *("seconds_at_least", "seconds_at_most", "repetitions_at_least", "repetitions_at_most"),
)
"""The columns of a prescription, in the catalogue as in a plan."""


class ExerciseQuerySet(models.QuerySet["Exercise"]):
    def offered(self) -> Self:
        """What the catalogue shows and a new plan is made of. Nobody's own exercises are among it."""
        return self.filter(retired=False, owner=None)

    def catalogue(self) -> Self:
        """Retired exercises included; nobody's own."""
        return self.filter(owner=None)

    def seen_by(self, user: User | AnonymousUser) -> Self:
        """The catalogue, retired exercises included, and the person's own exercises."""
        return self.filter(Q(owner=None) | Q(owner=user.pk))

    def may_be_taken_up_by(self, user: User) -> Self:
        """What is offered, and all of the person's own, those put away included."""
        return self.filter(Q(owner=None, retired=False) | Q(owner=user.pk))

    def own(self, user: User) -> Self:
        return self.filter(owner=user)

    def besides(self, exercises: Iterable[int]) -> Self:
        """All but those with these keys."""
        return self.exclude(pk__in=list(exercises))

    def gentle(self) -> Self:
        """The few that a gentle start begins with."""
        return self.filter(gentle=True)

    def with_equipment(self) -> Self:
        return self.prefetch_related("equipment")

    def with_slug(self, slug: str) -> Self:
        return self.filter(slug=slug)

    def done_while(self, position: str) -> Self:
        return self.filter(Q(position=position) | Q(other_position=position))

    def needing(self, equipment_slug: str) -> Self:
        return self.filter(equipment__slug=equipment_slug)

    def needing_nothing(self) -> Self:
        return self.filter(equipment=None)

    def per(self, per: str) -> Self:
        return self.filter(per=per)

    def mentioning(self, text: str) -> Self:
        """Every word of `text` occurs somewhere in the exercise."""
        found = self
        for word in text.split():
            found = found.filter(Q(name__icontains=word) | Q(purpose__icontains=word) | Q(steps__icontains=word))
        return found


@cache
def _addresses() -> str:
    return reverse("exercise", args=["slug"]).replace("slug", "{}")


class Exercise(FrequencyFields, DoseFields):
    """What to do, with what, in which position, and its usual prescription.

    An entry of the catalogue, or an exercise that a person made for themselves: that one has an owner, whom alone it
    concerns, and a slug that tells nothing.
    """

    # Four bytes: this key stands in every row of the tables that grow.
    id = models.AutoField(primary_key=True)
    slug = models.SlugField(_("short name"), unique=True, help_text=_("Part of the address. It never changes."))
    number = models.PositiveSmallIntegerField(_("place in the routine"))
    name = models.CharField(_("name"), max_length=80)
    purpose = models.TextField(_("what it is for"), help_text=_("One or two short sentences. No medical claims."))
    position = models.CharField(_("position"), max_length=8, choices=Position)
    other_position = models.CharField(_("or also"), max_length=8, choices=Position, blank=True)
    place = models.CharField(
        _("where exactly"), max_length=120, blank=True, help_text=_("As in “sitting, on a chair or on the floor”.")
    )
    equipment = models.ManyToManyField(Equipment, verbose_name=_("equipment"), blank=True)
    other_equipment = models.CharField(_("other equipment"), max_length=120, blank=True)
    steps = models.TextField(_("steps"), help_text=_("One step a line. They are numbered on the page."))
    avoid = models.TextField(_("what to avoid"), blank=True, help_text=_("One thing a line."))
    note = models.TextField(
        _("where this comes from"), blank=True, help_text=_("What the routine states and what is our default.")
    )
    claim = models.TextField(
        _("what the routine claims"), blank=True, help_text=_("Shown as its claim, not as ours. In our own words.")
    )
    known = models.TextField(_("what is known"), blank=True, help_text=_("One sentence, with its source."))
    unknown = models.TextField(_("what is not known"), blank=True, help_text=_("One sentence, with its source."))
    action = models.CharField(_("a repetition is"), max_length=4, choices=words.ACTION)
    sides = models.CharField(_("sides"), max_length=8, choices=words.SIDES)
    frequency_stated = models.BooleanField(
        _("the routine states the frequency"), default=True, help_text=_("Off where the frequency is our default.")
    )
    sides_stated = models.BooleanField(
        _("the routine states the sides"), default=True, help_text=_("Off where the sides are our default.")
    )
    retired = models.BooleanField(
        _("retired"), default=False, help_text=_("No longer offered. Plans and history keep it.")
    )
    gentle = models.BooleanField(
        _("part of a gentle start"), default=False, help_text=_("Few are done better than many: three at most.")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("made by"), null=True, blank=True, editable=False
    )
    # Names an own exercise in what a person takes along, and stays with it in another account, where its slug cannot.
    own_key = models.CharField(_("key of an own exercise"), max_length=12, blank=True, editable=False)
    seeded = models.JSONField(default=dict, blank=True, editable=False)

    objects = ExerciseQuerySet.as_manager()

    class Meta:
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")
        ordering = ["number", "slug"]
        constraints = [
            *frequency_constraints("exercise"),
            *dose_constraints("exercise"),
            models.CheckConstraint(
                name="exercise_position",
                condition=Q(position__in=Position.values) & Q(other_position__in=["", *Position.values]),
            ),
            models.CheckConstraint(name="exercise_action", condition=Q(action__in=[one.value for one in Action])),
            models.CheckConstraint(name="exercise_sides", condition=Q(sides__in=[one.value for one in Sides])),
            models.CheckConstraint(
                name="exercise_own_key", condition=Q(owner=None, own_key="") | Q(owner__isnull=False) & ~Q(own_key="")
            ),
            models.UniqueConstraint(
                name="exercise_own_key_once", fields=["owner", "own_key"], condition=Q(owner__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return _addresses().format(self.slug)

    def clean(self) -> None:
        self.steps, self.avoid = plain_lines(self.steps), plain_lines(self.avoid)

    def name_own(self, key: str) -> None:
        """Names a person's new exercise by twelve random hexadecimal digits, which tell nothing about what it is."""
        self.own_key, self.slug = key, f"{OWN_SLUG}{key}"

    @property
    def dose(self) -> Dose:
        return self.dose_done_as(self.action, self.sides)

    @cached_property
    def things(self) -> Sequence[str]:
        """The names of what it needs, read once. Ask for `with_equipment()`, or each exercise takes a query."""
        names = [thing.name for thing in self.equipment.all()]
        return [*names, self.other_equipment] if self.other_equipment else names

    @property
    def step_list(self) -> Sequence[str]:
        return self.steps.splitlines()

    @property
    def avoid_list(self) -> Sequence[str]:
        return self.avoid.splitlines()
