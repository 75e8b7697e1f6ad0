from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.sessions import SessionStore


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").strip().lower())


def _seconds(n: int) -> Promise:
    return format_lazy(_("{n} seconds"), n=n) if n else _("none")


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by their email address, how they count their days and how they like their sessions."""

    class WeekStart(models.IntegerChoices):
        """As `date.weekday()` counts."""

        MONDAY = 0, _("Monday")
        SUNDAY = 6, _("Sunday")
        SATURDAY = 5, _("Saturday")

    class ColorScheme(models.TextChoices):
        AUTO = "auto", _("Match my device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    # Four bytes: this key stands in every row of the tables that grow.
    id = models.AutoField(primary_key=True)
    email = models.EmailField(
        _("email address"), unique=True, error_messages={"unique": _("Somebody already uses this address.")}
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, help_text=_("Blank as long as it is not known; UTC until then.")
    )
    week_start = models.PositiveSmallIntegerField(
        _("first day of the week"), choices=WeekStart, default=WeekStart.MONDAY
    )
    color_scheme = models.CharField(_("colours"), max_length=5, choices=ColorScheme, default=ColorScheme.AUTO)
    get_ready_seconds = models.PositiveSmallIntegerField(
        _("time to get ready"), choices=[(n, _seconds(n)) for n in (3, 5, 10, 15, 20, 30, 60)], default=10
    )
    rest_seconds = models.PositiveSmallIntegerField(
        _("rest between two exercises"), choices=[(n, _seconds(n)) for n in (0, 5, 10, 15, 20, 30, 60)], default=10
    )
    safety_read_at = models.DateTimeField(_("has read the safety notes"), null=True, blank=True)
    asks_pain = models.BooleanField(_("ask about pain"), default=True)
    pain_asked_on = models.DateField(_("last day on which a question about pain was answered"), null=True, blank=True)
    pain_alarm_on = models.DateField(_("last day with alarming pain"), null=True, blank=True)
    grows_from = models.DateField(
        _("day since which the gentle plan is as it is"),
        null=True,
        blank=True,
        help_text=_("Two kept weeks later, of which the first may be a part, one more is offered. Blank: nothing is."),
    )
    reminds = models.BooleanField(_("send reminders"), default=False)
    reminds_by_push = models.BooleanField(_("by notifications"), default=True)
    reminds_by_mail = models.BooleanField(_("by email"), default=False)
    reminds_by_name = models.BooleanField(
        _("name the exercises"), default=False, help_text=_("Others may read it on a locked screen.")
    )
    quiet_from = models.TimeField(_("quiet from"), default=time(22))
    quiet_until = models.TimeField(_("quiet until"), default=time(7))
    asked_about_reminders = models.BooleanField(_("was asked about reminders"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may edit the catalogue"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(name="user_week_start", condition=models.Q(week_start__in=[0, 5, 6])),
            models.CheckConstraint(
                name="user_color_scheme", condition=models.Q(color_scheme__in=["auto", "light", "dark"])
            ),
            models.CheckConstraint(
                name="user_breaks",
                condition=models.Q(get_ready_seconds__range=(1, 300), rest_seconds__range=(0, 300)),
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Somebody who has left meanwhile is not made anew by a late save, as Django would do: it fails instead."""
        if not self._state.adding and not kwargs.get("force_insert"):
            kwargs["force_update"] = True
        super().save(*args, **kwargs)

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone; UTC while it is not known, or should this machine not know it."""
        try:
            return ZoneInfo(self.time_zone or "UTC")
        except ZoneInfoNotFoundError:
            return ZoneInfo("UTC")

    def day_at(self, instant: datetime) -> date:
        """The calendar date of an instant for this person."""
        return instant.astimezone(self.zone).date()

    def seconds_to_next_day(self, instant: datetime) -> int:
        """How long this person's day goes on after an instant, in seconds."""
        tomorrow = self.day_at(instant) + timedelta(days=1)
        return round(datetime.combine(tomorrow, time.min, self.zone).timestamp() - instant.timestamp())


class SessionQuerySet(models.QuerySet["Session"]):
    def of(self, user_key: int) -> Self:
        return self.filter(owner=user_key)

    def open_at(self, at: datetime) -> Self:
        return self.filter(expire_date__gt=at)

    def other_than(self, session_key: str | None) -> Self:
        return self.exclude(session_key=session_key)


class Session(AbstractBaseSession):
    """As Django has it, and besides whose it is.

    That is no foreign key: somebody may sign in while their account is being deleted elsewhere.
    """

    owner = models.IntegerField(_("key of the person"), null=True, db_index=True)
    used_at = models.DateTimeField(_("last used"), default=timezone.now)

    objects: ClassVar[Any] = BaseSessionManager.from_queryset(SessionQuerySet)()

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore
