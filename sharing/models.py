from datetime import datetime, time, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from history.sheet import SPANS

TOKEN_BYTES = 24
MOST = 20
"""So many links of one person may be open at the same time."""

LISTED_AFTER_END = timedelta(days=30)
"""So long a link that has run out stays in the list, unless it is removed before."""


class TooManyError(Exception):
    """There are as many open links as there may be."""


def hash_of(token: str) -> str:
    """What is kept of a token. It is long and random, so that a plain hash cannot be guessed back."""
    return sha256(token.encode()).hexdigest()


class ShareQuerySet(models.QuerySet["Share"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def with_person(self) -> Self:
        return self.select_related("user")

    def open_at(self, instant: datetime) -> Self:
        return self.filter(expires_at__gt=instant)

    def ended_by(self, instant: datetime) -> Self:
        return self.filter(expires_at__lte=instant)

    def latest_first(self) -> Self:
        return self.order_by("-created_at", "key")

    def behind(self, token: str) -> Self:
        """What the token opens, with the person; nothing of a person who may not sign in any more."""
        return self.filter(token_hash=hash_of(token), user__is_active=True).with_person()

    def make(
        self, user: User, at: datetime, *, key: UUID, weeks: int, pain: bool, notes: bool, days: int
    ) -> str | None:
        """A link from now to the end of the person's day in so many days. Returns its token, which is kept nowhere.

        None where the same form has made its link before. Raises `TooManyError` at `MOST` open ones.
        """
        with transaction.atomic():
            # One at a time, or a double tap would count past each other.
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            own = self.for_user(user)
            own.ended_by(at - LISTED_AFTER_END).delete()
            if own.filter(key=key).exists():
                return None
            if own.open_at(at).count() >= MOST:
                raise TooManyError
            token = token_urlsafe(TOKEN_BYTES)
            self.create(
                user=user,
                key=key,
                token_hash=hash_of(token),
                weeks=weeks,
                pain=pain,
                notes=notes,
                created_at=at,
                expires_at=datetime.combine(user.day_at(at) + timedelta(days=days + 1), time.min, user.zone),
            )
        return token

    def revoke(self, user: User, key: UUID) -> bool:
        """Delete one link of this person. False where there is none."""
        deleted, _by_model = self.for_user(user).filter(key=key).delete()
        return bool(deleted)

    def note_opened(self, share: "Share", at: datetime) -> None:
        self.for_user(share.user).filter(key=share.key).update(last_opened_at=at)


class Share(models.Model):
    """A link that shows the sheet of a person to whoever has it. The key is made with the form."""

    pk = models.CompositePrimaryKey("user_id", "key")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    key = models.UUIDField(_("key"))
    token_hash = models.CharField(_("hash of the token"), max_length=64)
    weeks = models.PositiveSmallIntegerField(_("weeks"))
    pain = models.BooleanField(_("with pain"), default=False)
    notes = models.BooleanField(_("with notes"), default=False)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("open until"))
    last_opened_at = models.DateTimeField(_("last opened"), null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        # Not unique: as in every personal table, that would take the person into it, whom an opened link does not name.
        indexes = [models.Index(name="share_token", fields=["token_hash"])]
        constraints = [
            models.CheckConstraint(name="share_weeks", condition=Q(weeks__in=SPANS)),
            models.CheckConstraint(name="share_span", condition=Q(expires_at__gt=F("created_at"))),
        ]
