"""The seam between rows and the page of one's links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from sharing.models import Share
from tracking.dates import full_date


@dataclass(frozen=True, slots=True)
class Line:
    """One link in the list."""

    share: Share
    now: datetime

    @property
    def is_open(self) -> bool:
        return self.share.expires_at > self.now

    @property
    def what(self) -> str:
        """“8 weeks, with pain”."""
        share = self.share
        parts = [ngettext("%(n)d week", "%(n)d weeks", share.weeks) % {"n": share.weeks}]
        parts += [_("with pain")] * share.pain + [_("with notes")] * share.notes
        return ", ".join(parts)

    @property
    def made_words(self) -> str:
        return full_date(self.share.user.day_at(self.share.created_at))

    @property
    def until_words(self) -> str:
        return last_day_in_words(self.share)

    @property
    def opened_words(self) -> str:
        """“22 November 2026, 14:05”, on the clock of the person whose link it is; or nothing."""
        opened, user = self.share.last_opened_at, self.share.user
        if opened is None:
            return ""
        time = date_format(opened.astimezone(user.zone), "H:i")
        return _("%(day)s, %(time)s") % {"day": full_date(user.day_at(opened)), "time": time}


def last_day_in_words(share: Share) -> str:
    """The day with whose end the link ends."""
    return full_date(share.user.day_at(share.expires_at - timedelta(seconds=1)))


def lines(user: User, now: datetime) -> Sequence[Line]:
    """Open links first, then those that have run out; one query."""
    found = [Line(share, now) for share in Share.objects.for_user(user).with_person().latest_first()]
    return sorted(found, key=lambda line: not line.is_open)
