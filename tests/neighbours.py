"""Three people side by side who each have everything, and a way to every address: for what is true of all of them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zlib import compress

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http.response import HttpResponseBase
from django.test.client import ClientHandler, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Session, User
from accounts.sessions import SessionStore
from accounts.sign_ins import sign_ins
from exercises.models import Equipment, Exercise
from pain.models import CheckIn
from reminders.mail import ticket_of
from reminders.models import SESSION_NAME, Delivery, Feed, Subscription
from rights.document import names_for
from rights.export import as_json
from rights.models import Upload
from sharing.models import Share
from tests.belongings import AT, a_person_with_everything, rows_of
from tests.builders import CHOICES, PASSWORD, TWO_OR_THREE_A_WEEK, an_exercise, did, on_plan
from tests.passkeys import Device
from tracking.models import Pause, Skip

ROLES = ("stranger", "owner", "another", "staff")
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
REFUSED = ("PUT", "PATCH", "DELETE", "TRACE")
"""Whoever asks, and whatever for."""

TODAY = date(2026, 11, 18)
KEY = UUID("00000000-0000-4000-8000-00000000a001")
PAUSED = date(2026, 11, 24)
CHECKSUM = "a1" * 32
PRESCRIPTION = "&".join(
    [
        "per=day&at_least=2&at_most=3&repetitions_at_least=1&repetitions_at_most=2",
        "seconds_at_least=20&seconds_at_most=30&slot_names=first",
    ]
)
A_NEW_PASSKEY = {"publicKey": {"user": {"id": "MQ"}, "rp": {"id": "testserver"}, "challenge": "MQ"}}
EXERCISE = "name=Stretch&position=sitting&steps=Sit.&action=hold&sides=together&equipment=a-towel"

# What would be on a page only if somebody else's things were. The address for mails is known to whoever edits rights.
MARKS = {"owner": b"quince", "another": b"medlar", "staff": b"bilberry"}


@dataclass(frozen=True)
class Neighbours:
    """The people by their roles, and what of the owner's an address or a form can name."""

    people: Mapping[str, User]
    facts: Mapping[str, str]
    cookies: Mapping[str, str]
    """The sessions of those who have just taken their second step."""
    elsewhere: Mapping[str, str]
    """Another session of each, begun by a password some days ago."""

    def others(self, role: str) -> Mapping[str, User]:
        return {name: user for name, user in self.people.items() if name != role}

    def mail_of(self, role: str) -> bytes:
        return self.people[role].email.encode()


def neighbours() -> Neighbours:
    """What the owner has goes by keys of its own; all three do the towel, and each has an exercise of their own."""
    people = {
        role: a_person_with_everything(f"{role}@garden.example", MARKS[role].decode()) for role in ("owner", "another")
    }
    people["staff"] = a_person_with_everything("staff@garden.example", MARKS["staff"].decode())
    User.objects.filter(pk=people["staff"].pk).update(is_staff=True, is_superuser=True)
    owner = people["owner"]
    own = Exercise.objects.own(owner).get()
    Pause.objects.create(user=owner, starts_on=PAUSED, ends_on=date(2026, 11, 27), reason="illness")
    said = {"score": 5, "moment": "general", "place": "leg", "words": MARKS["owner"].decode()}
    CheckIn.objects.record(owner, TODAY, AT, key=KEY, **said)  # type: ignore[arg-type]  # of several kinds
    token = Share.objects.make(owner, AT, key=KEY, weeks=8, pain=True, notes=True, days=30)
    secret = Feed.objects.make(owner, AT, key=KEY, alarms=True)
    Delivery.objects.begin(owner, TODAY, "", 1, AT)
    Upload.objects.keep(owner, CHECKSUM, compress(export_of(owner)), AT, is_from_loop=False)
    for role, user in people.items():
        _beside_it(user, role)
    elsewhere = {
        role: _signed_in(user, device=[MARKS[role].decode(), "iPad"], **{SESSION_NAME: device_of(user)})
        for role, user in people.items()
    }
    facts = {
        "day": str(TODAY),
        "slug": own.slug,
        "nth": "1",
        "first": "2026-11-16",
        "starts_on": str(PAUSED),
        "key": str(KEY),
        "token": str(token),
        "secret": str(secret),
        "ticket": ticket_of(owner),
        "reminded_on": str(TODAY),
        "uidb36": "1",
        "own": str(own.pk),
        "own_key": own.own_key,
        "checksum": CHECKSUM,
        "name": sign_ins(owner, None, AT)[0].name,
        "device": device_of(owner),
        "pk": str(Authenticator.objects.get(user=owner, type="webauthn").pk),
        "mail": owner.email,
        "person": str(owner.pk),
        "address": str(EmailAddress.objects.get(user=owner, primary=True).pk),
        "thing": str(Equipment.objects.get(slug="a-towel").pk),
        "app_label": "exercises",
        "content_type_id": "1",
        "url": "nowhere",
        "password": PASSWORD,
        "other_password": "another long and quiet phrase",
        "prescription": PRESCRIPTION,
        "exercise": EXERCISE,
        "choices": "&".join(f"{name}={value}" for name, value in CHOICES.items()),
    }
    sure = {role: _signed_in(user, **_second_step_of(user)) for role, user in people.items()}
    return Neighbours(people, facts, sure, elsewhere)


def _beside_it(user: User, role: str) -> None:
    """What would mix with somebody else's, were it not kept apart."""
    passkey = {"name": MARKS[role].decode(), "credential": Device().make(A_NEW_PASSKEY)}
    Authenticator.objects.create(user=user, type="webauthn", data=passkey)
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": encrypt(role), "used_mask": 0})
    Exercise.objects.own(user).update(gentle=True)
    EmailAddress.objects.create(user=user, email=f"new-{user.email}", verified=False)
    at = AT - timedelta(days=200)
    Share.objects.make(user, at, key=UUID(int=3), weeks=8, pain=False, notes=False, days=7)
    if role == "owner":
        return
    wall = Exercise.objects.filter(slug="wall").first() or an_exercise("wall", TWO_OR_THREE_A_WEEK)
    on_plan(user, wall, date(2026, 10, 1), slot_names=[MARKS[role].decode()])
    did(user, wall, date(2026, 10, 20))
    did(user, wall, TODAY)
    Skip.objects.set_skipped(user, date(2026, 11, 12), wall, "no-time", AT)
    said = {"score": 10, "moment": "after", "place": "leg", "words": ""}
    CheckIn.objects.record(user, TODAY, AT, key=UUID(int=9), **said)  # type: ignore[arg-type]  # of several kinds


NOBODYS = {
    "slug": "own-ffffffffffff",
    "starts_on": "2026-11-28",
    "key": "00000000-0000-4000-8000-00000000ffff",
    "own": "987654",
    "own_key": "ffffffffffff",
    "checksum": "f1" * 32,
    "name": "f" * 20,
    "device": "f" * 32,
    "pk": "876543",
    "mail": "nobody@garden.example",
    "person": "987654",
    "reminded_on": "2026-11-17",
    "address": "987654",
}
"""In place of the owner's, what nobody has and nobody ever had."""


def device_of(user: User) -> str:
    return Subscription.objects.get(user=user).key


def export_of(user: User) -> bytes:
    return b"".join(as_json(user, names_for(user)))


def _signed_in(user: User, **known: object) -> str:
    """The key of a session of that person."""
    session = SessionStore()
    user.refresh_from_db()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.update({"began": (AT - timedelta(days=3)).isoformat(), **known})
    session.save()
    return str(session.session_key)


def _second_step_of(user: User) -> dict[str, object]:
    """What allauth remembers of it in a session."""
    step = Authenticator.objects.get(user=user, type="totp")
    record = {"method": "mfa", "at": AT.timestamp(), "type": "totp", "id": step.pk, "reauthenticated": True}
    return {
        "account_authentication_methods_user": str(user.pk),
        "account_authentication_methods": [record],
    }


def rows(people: Iterable[User], beside: Iterable[str] = ()) -> dict[str, list[tuple[object, ...]]]:
    """All that these people have, but for the tables named; and where they are signed in.

    When a link was opened or read last is told by whoever does so.
    """
    found: dict[str, list[tuple[object, ...]]] = {}
    for user in people:
        for label, of_table in rows_of(user.pk).items():
            if label not in beside:
                found.setdefault(label, []).extend(of_table)
        found.setdefault("accounts.Session", []).extend(Session.objects.of(user.pk).order_by("pk").values_list())
    for model, name in ((Share, "last_opened_at"), (Feed, "last_read_at")):
        place = [field.name for field in model._meta.concrete_fields].index(name)
        links = found.get(model._meta.label, [])
        found[model._meta.label] = [row[:place] + row[place + 1 :] for row in links]
    return found


# --- Addresses --------------------------------------------------------------------------------------------------------

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")

OBJECTS = {
    "admin/accounts/user/": "person",
    "admin/exercises/equipment/": "thing",
    "admin/exercises/exercise/": "own",
}
"""What the number of an object in the admin is the number of."""


def routes() -> Iterator[str]:
    """Every address of the site, as the resolver has it; `/` for the first."""
    return (route or "/" for route, _view in _walk(get_resolver().url_patterns))


def views() -> Mapping[str, Callable[..., Any]]:
    return {route or "/": view for route, view in _walk(get_resolver().url_patterns)}


def _walk(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, f"{before}{one.pattern}")
        else:
            yield f"{before}{one.pattern}", one.callback


def filled_in(route: str, value_of: Callable[[str], str]) -> str:
    """The path of an address. `value_of` is asked for what stands in the place of each name."""
    thing = next((name for start, name in OBJECTS.items() if route.startswith(start)), "key")
    path = PARAMETER.sub(lambda found: value_of(thing if found[1] == "object_id" else found[1] or found[2]), route)
    return "/" + path.replace("^", "").replace("$", "").removeprefix("/")


def parameters(route: str) -> set[str]:
    return {one or other for one, other in PARAMETER.findall(route)}


class Browser(RequestFactory):
    """As Django's client, without what it keeps of each page: half the time."""

    def __init__(self) -> None:
        super().__init__()
        self.handler = ClientHandler(enforce_csrf_checks=False)

    def request(self, **request: Any) -> Any:
        response: HttpResponseBase = self.handler(self._base_environ(**request))  # type: ignore[attr-defined]  # not in the stubs
        return response

    def signed_in_by(self, session: str | None) -> None:
        self.cookies.clear()
        if session is not None:
            self.cookies[settings.SESSION_COOKIE_NAME] = session


def content_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content
