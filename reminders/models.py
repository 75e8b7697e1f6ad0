from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from hashlib import sha256
from secrets import token_urlsafe
from typing import NamedTuple, Self
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.sign_ins import remembered_in_sign_ins
from reminders.times import Rhythm, next_after
from sharing.models import TOKEN_BYTES, hash_of

EVERY_DAY = 0b111_1111
"""A set of weekdays is a number: bit n stands for the day that `date.weekday()` calls n."""

NAME_LENGTH = 60
MOST_LATER = 9
"""So often “in an hour” puts one reminder off."""

MOST_DEVICES = 20
"""So many browsers of one person may take notifications."""
KEY_LENGTH = 32
SESSION_NAME = "push"
"""Under which a session remembers the key of the browser that it is in."""


class Wish(NamedTuple):
    """When somebody wants to be reminded of the doses with one name."""

    at: time
    weekdays: int


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def times(self) -> Mapping[str, time]:
        """The time of the day by the name of the doses."""
        return dict(self.values_list("name", "at"))

    def with_person(self) -> Self:
        return self.select_related("user")

    def come_by(self, instant: datetime) -> Self:
        """Those whose time has come, the longest first."""
        return self.filter(next_at__lte=instant).order_by("next_at")

    def knowing_of_all(self) -> Self:
        """Each tells by `is_in_all` whether the person hears at the same minute of all that is due, this included.

        That reminder is still ahead, or has been begun by somebody: the one or the other, at whatever moment this asks.
        """
        ahead, begun = Reminder.objects.of_all_beside(), Delivery.objects.of_all_beside()
        return self.annotate(is_in_all=~Q(name="") & (Exists(ahead) | Exists(begun)))

    def of_all_beside(self) -> Self:
        """That of all that is due, at the same instant as a reminder of the same person in the query around this."""
        return self.filter(user=OuterRef("user"), name="", next_at=OuterRef("next_at"))

    def of_moved(self) -> Self:
        """Those whose next time was worked out by other clocks than the person has now."""
        return self.filter(next_at__isnull=False).exclude(zone=F("user__time_zone"))

    def move_on(self, one: "Reminder", to: "Reminder") -> bool:
        """Set the next time of `one` to that of `to`, unless somebody else has changed it meanwhile."""
        as_it_was = self.for_user(one.user).filter(name=one.name, next_at=one.next_at, zone=one.zone)
        return bool(as_it_was.update(next_at=to.next_at, zone=to.zone))

    def next_time_after(self, instant: datetime) -> datetime | None:
        found: datetime | None = self.filter(next_at__gt=instant).aggregate(first=models.Min("next_at"))["first"]
        return found

    def set_or_unset(self, user: User, now: datetime) -> None:
        """Let each of a person have a next time, or none, by what they wish now."""
        for one in self.for_user(user).filter(next_at__isnull=user.reminds):
            one.user = user
            one.set_after(now)
            self.for_user(user).filter(name=one.name).update(next_at=one.next_at, zone=one.zone)

    def choose(self, user: User, wishes: Mapping[str, Wish], now: datetime) -> None:
        """Let these be all the reminders of a person, by name. One that stays as it is keeps what it has on its way.

        One that is changed begins anew, on this day too: what it has sent already is forgotten.
        """
        with transaction.atomic():
            # One at a time: a double tap would otherwise make each of them twice.
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            own = self.for_user(user)
            left = {one.name for one in own if wishes.get(one.name) == one.wish and one.is_set == user.reminds}
            own.exclude(name__in=left).delete()
            Reminder.objects.bulk_create(
                reminder_after(now, user, name, wish) for name, wish in wishes.items() if name not in left
            )
            Delivery.objects.for_user(user).since(user.day_at(now)).of_others_than(left).delete()


class Reminder(models.Model):
    """A time of day at which a person wants to hear of the doses with this name; of all that is due, if it is empty.

    `next_at` is the next instant of that, by the clocks of `zone`, which was the person's when it was worked out; none
    while the person wants no reminders.
    """

    pk = models.CompositePrimaryKey("user_id", "name")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    name = models.CharField(_("doses"), max_length=NAME_LENGTH, blank=True)
    at = models.TimeField(_("time"))
    weekdays = models.PositiveSmallIntegerField(_("weekdays"), default=EVERY_DAY)
    next_at = models.DateTimeField(_("next"), null=True, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, blank=True)

    is_in_all: bool  # told by `knowing_of_all` alone

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        indexes = [models.Index(name="reminder_next", fields=["next_at"], condition=Q(next_at__isnull=False))]
        constraints = [models.CheckConstraint(name="reminder_weekdays", condition=Q(weekdays__range=(1, EVERY_DAY)))]

    @property
    def wish(self) -> Wish:
        return Wish(self.at, self.weekdays)

    @property
    def is_set(self) -> bool:
        return self.next_at is not None

    def set_after(self, instant: datetime) -> None:
        """Work out the next time after an instant, by the clocks that the person has now."""
        rhythm = Rhythm(self.at, days_of(self.weekdays))
        self.zone = self.user.time_zone
        self.next_at = next_after(instant, rhythm, self.user.zone) if self.user.reminds else None


def reminder_after(instant: datetime, user: User, name: str, wish: Wish) -> Reminder:
    reminder = Reminder(user=user, name=name, at=wish.at, weekdays=wish.weekdays)
    reminder.set_after(instant)
    return reminder


def days_of(weekdays: int) -> Collection[int]:
    return [day for day in range(7) if weekdays >> day & 1]


def as_number(days: Iterable[int]) -> int:
    return sum(1 << day for day in set(days))


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def since(self, day: date) -> Self:
        return self.filter(day__gte=day)

    def free_at(self, instant: datetime) -> Self:
        """Those that are due and that nobody is sending, the longest first."""
        nobody = Q(leased_until__isnull=True) | Q(leased_until__lte=instant)
        return self.filter(nobody, outcome="", due_at__lte=instant).order_by("due_at")

    def of_all_beside(self) -> Self:
        """That of all that is due, at the same instant as a reminder of the same person in the query around this."""
        return self.filter(user=OuterRef("user"), name="", nth=0, due_at=OuterRef("next_at"))

    def begin(self, user: User, day: date, name: str, nth: int, due_at: datetime) -> None:
        """Put one on its way. Beginning what has begun changes nothing, however many do it at once."""
        one = Delivery(user=user, day=day, name=name, nth=nth, due_at=due_at)
        Delivery.objects.bulk_create([one], ignore_conflicts=True)

    def find(self, day: date, name: str, nth: int) -> "Delivery | None":
        return self.filter(day=day, name=name, nth=nth).first()

    def same_as(self, one: "Delivery") -> Self:
        return self.filter(user=one.user_id, day=one.day, name=one.name, nth=one.nth)

    def lease(self, one: "Delivery", now: datetime, until: datetime) -> bool:
        """Take it on. False where somebody else has been faster, or it is done with."""
        return bool(self.same_as(one).free_at(now).order_by().update(leased_until=until))

    def leased(self, one: "Delivery", until: datetime) -> Self:
        """The one that was taken on, as long as it has not gone over to somebody else."""
        return self.same_as(one).filter(outcome="", leased_until=until)

    def next_due_after(self, instant: datetime) -> datetime | None:
        still_open = self.filter(outcome="", due_at__gt=instant)
        found: datetime | None = still_open.aggregate(first=models.Min("due_at"))["first"]
        return found

    def put_off(self, one: "Delivery", due_at: datetime) -> bool:
        """Send it once more, then. Putting it off again changes nothing. False where that was done often enough."""
        if one.nth >= MOST_LATER:
            return False
        self.begin(one.user, one.day, one.name, one.nth + 1, due_at)
        return True

    def forget(self, before: datetime) -> int:
        """Delete what was due before an instant."""
        deleted, _by_model = self.filter(due_at__lt=before).delete()
        return deleted

    def of_others_than(self, names: Collection[str]) -> Self:
        return self.exclude(name__in=names)


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


class TooManyError(Exception):
    """There are as many devices as there may be."""


class NotTheirsError(Exception):
    """That device is not this person's, or no longer."""


def key_of(endpoint: str) -> str:
    return sha256(endpoint.encode()).hexdigest()[:KEY_LENGTH]


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def signed_in(self, user: User, at: datetime) -> Sequence["Subscription"]:
        """The devices of a person, the latest first; those alone in which the sign-in goes on that they came with."""
        remembered = remembered_in_sign_ins(user, SESSION_NAME, at)
        return [one for one in self.for_user(user).order_by("-created_at", "key") if one.key in remembered]

    def add(
        self,
        user: User,
        at: datetime,
        *,
        endpoint: str,
        p256dh: str,
        auth: str,
        device: str,
        instead_of: str | None = None,
    ) -> str:
        """Take in this browser, and return its key. It is nobody else's from now on.

        Raises `TooManyError`, and `NotTheirsError` where it comes instead of one that is not this person's.
        """
        key = key_of(endpoint)
        with transaction.atomic():
            # One at a time, or two would count past each other.
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            own = self.for_user(user)
            if instead_of and not self.remove(user, key_of(instead_of)):
                raise NotTheirsError
            kept = {one.key for one in self.signed_in(user, at)} | {key}
            own.exclude(key__in=kept).delete()
            if len(kept) > MOST_DEVICES:
                raise TooManyError
            self.filter(key=key).exclude(user=user).delete()
            given = {"endpoint": endpoint, "p256dh": p256dh, "auth": auth, "device": device, "hold_until": None}
            own.update_or_create(user=user, key=key, defaults=given, create_defaults={**given, "created_at": at})
        return key

    def remove(self, user: User, key: str) -> bool:
        """Take out one device of this person. False where there is none."""
        deleted, _by_model = self.for_user(user).filter(key=key).delete()
        return bool(deleted)

    def hold(self, device: "Subscription", until: datetime) -> None:
        self.for_user(device.user).filter(key=device.key).update(hold_until=until)


class Subscription(models.Model):
    """A browser that takes push messages. The key is the beginning of the hash of its endpoint.

    The session in which it was taken in remembers the key. When that ends, in whatever way, so do the messages: nobody
    who picks up a device that somebody has signed out of reads what is sent to that person.
    """

    pk = models.CompositePrimaryKey("user_id", "key")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    key = models.CharField(_("key"), max_length=KEY_LENGTH)
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
        # By which a browser is found that was somebody else's before.
        indexes = [models.Index(name="subscription_key", fields=["key"])]


class FeedQuerySet(models.QuerySet["Feed"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def behind(self, token: str) -> Self:
        """What the token opens, with the person; nothing of a person who may not sign in any more."""
        return self.filter(token_hash=hash_of(token), user__is_active=True).select_related("user")

    def make(self, user: User, at: datetime, *, key: UUID, alarms: bool) -> str | None:
        """A link, in place of the one that there was. Returns its token, which is kept nowhere.

        None where the same form has made its link before.
        """
        with transaction.atomic():
            # One at a time, or a double tap would make two.
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            own = self.for_user(user)
            if own.filter(key=key).exists():
                return None
            own.delete()
            token = token_urlsafe(TOKEN_BYTES)
            self.create(user=user, key=key, token_hash=hash_of(token), alarms=alarms, created_at=at)
        return token

    def set_alarms(self, user: User, alarms: bool) -> bool:
        """False where the person has no link."""
        return bool(self.for_user(user).update(alarms=alarms))

    def switch_off(self, user: User) -> None:
        self.for_user(user).delete()

    def note_read(self, feed: "Feed", at: datetime) -> None:
        """On the first reading of a day: programs read many times, and their person is told no more than the day."""
        if feed.last_read_at is None or feed.user.day_at(feed.last_read_at) != feed.user.day_at(at):
            self.for_user(feed.user).filter(key=feed.key).update(last_read_at=at)


class Feed(models.Model):
    """The address at which a calendar program reads a person's plan. A person has one at most.

    The key is random, and made with the form. What stands in the calendar is named by it.
    """

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
        # Not unique, for the same reason as that of a share link.
        indexes = [models.Index(name="feed_token", fields=["token_hash"])]
        constraints = [models.UniqueConstraint(name="feed_one", fields=["user"])]
