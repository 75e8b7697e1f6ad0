"""By which ways reminders reach a person, for the page on which they choose."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.addresses import is_confirmed
from accounts.models import User
from reminders.devices import Devices, devices


@dataclass(frozen=True, slots=True)
class Ways:
    devices: Devices
    is_confirmed: bool
    """The address; that is only asked where there is a mail server."""
    none_leads_there: bool
    """Reminders are on, and none arrives."""


def ways(user: User, this_device: str | None, at: datetime) -> Ways:
    found = devices(user, this_device, at)
    confirmed = settings.HAS_MAIL_SERVER and is_confirmed(user)
    some = (user.reminds_by_push and found.list) or (user.reminds_by_mail and confirmed)
    return Ways(found, confirmed, user.reminds and not some)
