from datetime import date, datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from pain.rule import WORST, Entry

WORDS_LENGTH = 500


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def between(self, first: date, last: date) -> Self:
        """On the days from `first` to `last`, both included."""
        return self.filter(day__range=(first, last))

    def before(self, day: date) -> Self:
        return self.filter(day__lt=day)

    def knowing_of(self, older: models.QuerySet["CheckIn"]) -> Self:
        """Each tells by `has_older` whether there are any of those."""
        return self.annotate(has_older=Exists(older))

    def entries(self) -> list[Entry]:
        """Day and score alone, which is all that a trend needs."""
        return [Entry(day, score) for day, score in self.values_list("day", "score")]

    def latest_first(self) -> Self:
        """The order of the days, and within a day that in which they were said."""
        return self.order_by("-day", "-recorded_at", "-key")

    def record(
        self, user: User, day: date, at: datetime, *, key: UUID, score: int, moment: str, place: str, words: str
    ) -> None:
        """Set the check-in with this key: the same key again replaces what it says, however many do it at once.

        What is said last is the latest, so that its advice is the one that shows.
        """
        CheckIn.objects.bulk_create(
            [
                CheckIn(
                    user=user, day=day, key=key, recorded_at=at, score=score, moment=moment, place=place, words=words
                )
            ],
            update_conflicts=True,
            unique_fields=["user", "day", "key"],
            update_fields=["recorded_at", "score", "moment", "place", "words"],
        )

    def take_back(self, user: User, day: date, key: UUID) -> bool:
        """Delete one check-in of this person. False where there is none."""
        deleted, _by_model = self.filter(user=user, day=day, key=key).delete()
        return bool(deleted)


class CheckIn(models.Model):
    """“My back hurt this much”, once. The key is made with the form, so that a form sent twice is one row of a day."""

    class Moment(models.TextChoices):
        BEFORE = "before", _("before exercise")
        AFTER = "after", _("after exercise")
        GENERAL = "general", _("in general")

    class Place(models.TextChoices):
        LOW_BACK = "low-back", _("low back")
        UPPER_BACK = "upper-back", _("upper back")
        HIP = "hip", _("hip")
        LEG = "leg", _("leg")
        FOOT = "foot", _("foot")

    pk = models.CompositePrimaryKey("user_id", "day", "key")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    day = models.DateField(_("day"))
    key = models.UUIDField(_("key"))
    recorded_at = models.DateTimeField(_("recorded"))
    moment = models.CharField(_("moment"), max_length=8, choices=Moment)
    score = models.PositiveSmallIntegerField(_("pain, 0 to 10"))
    place = models.CharField(_("place"), max_length=12, choices=Place, blank=True)
    words = models.CharField(_("in your words"), max_length=WORDS_LENGTH, blank=True)

    has_older: bool  # told by `knowing_of` alone

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        constraints = [
            models.CheckConstraint(name="checkin_score", condition=Q(score__gte=0, score__lte=WORST)),
            models.CheckConstraint(name="checkin_moment", condition=Q(moment__in=["before", "after", "general"])),
            models.CheckConstraint(
                name="checkin_place",
                condition=Q(place__in=["", "low-back", "upper-back", "hip", "leg", "foot"]),
            ),
        ]

    @property
    def value(self) -> Entry:
        return Entry(self.day, self.score)
