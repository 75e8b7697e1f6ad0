from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User

EVERY_DAY = 0b111_1111
"""A set of weekdays is a number: bit n stands for the day that `date.weekday()` calls n."""

NAME_LENGTH = 60
MOST_LATER = 9
"""So often “in an hour” puts one reminder off."""


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)


class Reminder(models.Model):
    """A time of day at which a person wants to hear of the doses with this name; of all that is due, if it is empty.

    `next_at` is the next instant of that; none while the person wants no reminders.
    """

    pk = models.CompositePrimaryKey("user_id", "name")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    name = models.CharField(_("doses"), max_length=NAME_LENGTH, blank=True)
    at = models.TimeField(_("time"))
    weekdays = models.PositiveSmallIntegerField(_("weekdays"), default=EVERY_DAY)
    next_at = models.DateTimeField(_("next"), null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        indexes = [models.Index(name="reminder_next", fields=["next_at"], condition=Q(next_at__isnull=False))]
        constraints = [models.CheckConstraint(name="reminder_weekdays", condition=Q(weekdays__range=(1, EVERY_DAY)))]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)


class Delivery(models.Model):
    """One reminder on its way on one day of the person. The first is `nth` 0; each “in an hour” after it is one more.

    Whoever sends it leases it before; a lease that has run out is anybody's. It is open until it has an outcome.
    """

    class Outcome(models.TextChoices):
        SENT = "sent", _("sent")
        NOTHING = "nothing", _("nothing was due")
        LATE = "late", _("too late")
        QUIET = "quiet", _("in the quiet hours")
        FAILED = "failed", _("no way to send it")

    pk = models.CompositePrimaryKey("user_id", "day", "name", "nth")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    day = models.DateField(_("day"))
    name = models.CharField(_("doses"), max_length=NAME_LENGTH, blank=True)
    nth = models.PositiveSmallIntegerField(_("how often it was put off"), default=0)
    due_at = models.DateTimeField(_("due at"))
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("sent reminder")
        verbose_name_plural = _("sent reminders")
        indexes = [models.Index(name="delivery_open", fields=["due_at"], condition=Q(outcome=""))]
        constraints = [models.CheckConstraint(name="delivery_nth", condition=Q(nth__range=(0, MOST_LATER)))]


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def free_at(self, instant: datetime) -> Self:
        """Those whose push service has not asked to be left alone for longer."""
        return self.filter(Q(hold_until__isnull=True) | Q(hold_until__lte=instant))


class Subscription(models.Model):
    """A browser that takes push messages. The key is the beginning of the hash of its endpoint."""

    pk = models.CompositePrimaryKey("user_id", "key")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    key = models.CharField(_("key"), max_length=32)
    endpoint = models.CharField(_("address of the push service"), max_length=1000)
    p256dh = models.CharField(_("public key of the browser"), max_length=100)
    auth = models.CharField(_("secret of the browser"), max_length=40)
    device = models.CharField(_("device"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("since"))
    hold_until = models.DateTimeField(_("left alone until"), null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("device with notifications")
        verbose_name_plural = _("devices with notifications")


class FeedQuerySet(models.QuerySet["Feed"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)


class Feed(models.Model):
    """The address at which a calendar program reads a person's plan. A person has one at most; the key is random."""

    pk = models.CompositePrimaryKey("user_id", "key")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    key = models.UUIDField(_("key"))
    token_hash = models.CharField(_("hash of the token"), max_length=64)
    alarms = models.BooleanField(_("with alarms"), default=False)
    created_at = models.DateTimeField(_("made"))
    last_read_at = models.DateTimeField(_("last read"), null=True, blank=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar link")
        verbose_name_plural = _("calendar links")
        indexes = [models.Index(name="feed_token", fields=["token_hash"])]
