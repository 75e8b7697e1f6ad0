import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User

KEPT = timedelta(days=1)
"""How long a file waits for a person to say that it is to be brought in."""

CHUNK = 64 * 1024


class UploadQuerySet(models.QuerySet["Upload"]):
    def for_user(self, user: User) -> Self:
        return self.filter(user=user)

    def waiting(self, checksum: str, now: datetime) -> Self:
        """The file with this checksum, as long as it waits."""
        return self.with_checksum(checksum).filter(saved_at__gt=now - KEPT)

    def forget_old(self, now: datetime) -> None:
        """Whoever they belong to."""
        self.filter(saved_at__lte=now - KEPT).delete()

    def from_loop(self) -> Self:
        """What has to be told first which exercises its habits are."""
        return self.filter(is_from_loop=True)

    def with_checksum(self, checksum: str) -> Self:
        return self.filter(checksum=checksum)

    def keep(self, user: User, checksum: str, packed: bytes, now: datetime, *, is_from_loop: bool) -> None:
        """In place of what the person has sent before."""
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            self.for_user(user).delete()
            self.create(user=user, checksum=checksum, packed=packed, saved_at=now, is_from_loop=is_from_loop)


class Upload(models.Model):
    """A file between two pages: that which shows what it would do, and that which does it. One a person."""

    pk = models.CompositePrimaryKey("user_id", "checksum")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    checksum = models.CharField(_("SHA-256 of its bytes"), max_length=64)
    packed = models.BinaryField(_("its bytes, compressed"))
    saved_at = models.DateTimeField(_("saved"))
    is_from_loop = models.BooleanField(_("from Loop Habit Tracker"))

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("file on its way in")
        verbose_name_plural = _("files on their way in")

    def chunks(self) -> Iterator[bytes]:
        return unpacked(self.packed)


def unpacked(packed: bytes | memoryview) -> Iterator[bytes]:
    """A piece at a time, so that only what is packed is ever in memory as a whole."""
    unpacking = zlib.decompressobj()
    view = memoryview(packed)
    for start in range(0, len(view), CHUNK):
        yield unpacking.decompress(view[start : start + CHUNK], CHUNK)
        while unpacking.unconsumed_tail:
            yield unpacking.decompress(unpacking.unconsumed_tail, CHUNK)
