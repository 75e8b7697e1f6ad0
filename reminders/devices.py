"""The devices that take notifications, as the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from reminders.models import Subscription
from reminders.push_key import public_key


@dataclass(frozen=True, slots=True)
class Device:
    key: str
    name: str
    since: str
    """A day, in words."""
    is_this: bool


@dataclass(frozen=True, slots=True)
class Devices:
    list: Sequence[Device]
    public_key: str
    """Which a browser wants to know before it lets this site send to it."""


def devices(user: User, this: str | None, at: datetime) -> Devices:
    found = [
        Device(one.key, one.device, date_format(one.created_at.astimezone(user.zone), _("j F Y")), one.key == this)
        for one in Subscription.objects.signed_in(user, at)
    ]
    return Devices(found, public_key())
