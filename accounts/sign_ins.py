"""Where a person is signed in: the sessions of theirs that are open, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Session, User

# What stands in the line by which a browser introduces itself. The first that fits: most claim to be several.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


@dataclass(frozen=True)
class SignIn:
    name: str
    """Tells it from the others of the person. It cannot be worked out backwards to the session's key."""
    session_key: str
    device: str
    began: str
    """A day, in words; empty if it is not known."""
    used: str
    """A day and an hour, in words."""
    is_this: bool


def device_of(introduction: str) -> list[str]:
    """Browser and system, roughly, out of what a browser says of itself. Nothing more of it is kept."""
    found = [next((name for mark, name in names.items() if mark in introduction), "") for names in (BROWSERS, SYSTEMS)]
    return found if all(found) else []


def sign_ins(user: User, this: str | None, at: datetime) -> Sequence[SignIn]:
    """This one first, then the others, the last used first. A session begun with an older password opens nothing."""
    found = [_sign_in(user, row, data, row.session_key == this) for row, data in _valid(user, at)]
    return sorted(found, key=lambda sign_in: not sign_in.is_this)


def remembered_in_sign_ins(user: User, name: str, at: datetime) -> set[object]:
    """What is kept under this name in the sessions of a person that are open."""
    return {data[name] for _row, data in _valid(user, at) if name in data}


def device_in_words(device: object) -> str:
    """Of what `device_of` has found, as a session keeps it."""
    match device:
        case [browser, system]:
            return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
        case _other:
            return _("A browser")


def _valid(user: User, at: datetime) -> Sequence[tuple[Session, dict[str, Any]]]:
    opened = [(row, row.get_decoded()) for row in Session.objects.of(user.pk).open_at(at).order_by("-used_at")]
    return [(row, data) for row, data in opened if data.get(HASH_SESSION_KEY) == user.get_session_auth_hash()]


def _sign_in(user: User, row: Session, data: dict[str, Any], is_this: bool) -> SignIn:
    began = data.get("began")
    return SignIn(
        name=salted_hmac("accounts.sign_ins", row.session_key, algorithm="sha256").hexdigest()[:20],
        session_key=row.session_key,
        device=device_in_words(data.get("device")),
        began=date_format(datetime.fromisoformat(str(began)).astimezone(user.zone), _("j F Y")) if began else "",
        used=date_format(row.used_at.astimezone(user.zone), _("j F Y, H:00")),
        is_this=is_this,
    )
