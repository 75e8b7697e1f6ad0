"""Small builders that let a test say only what it is about."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import count
from time import time
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.utils import encrypt
from django.test import Client

from accounts.models import User
from exercises import catalogue
from exercises.models import Equipment, Exercise
from exercises.prescription import Frequency, Per
from tracking.models import Completion, PlanItem

_numbers = count(1)

DAILY = Frequency(Per.DAY, 1, 1)
TWO_OR_THREE_A_DAY = Frequency(Per.DAY, 2, 3)
TWO_OR_THREE_A_WEEK = Frequency(Per.WEEK, 2, 3)

# A form of preferences, filled in.
CHOICES = {
    "time_zone": "",
    "week_start": "0",
    "get_ready_seconds": "10",
    "rest_seconds": "10",
    "asks_pain": "on",
    "color_scheme": "auto",
}

PASSWORD = "a long and quiet phrase"


def a_person(email: str = "", **fields: Any) -> User:
    fields = {"time_zone": "UTC", "safety_read_at": datetime(2026, 1, 1, tzinfo=UTC), **fields}
    return User.objects.create_user(email or f"person{next(_numbers)}@example.org", PASSWORD, **fields)


def confirmed(user: User) -> User:
    """Somebody who has opened the link that was sent to their address."""
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def an_exercise(slug: str = "", frequency: Frequency = DAILY, needs: Iterable[str] = (), **fields: Any) -> Exercise:
    number = next(_numbers)
    exercise = Exercise.objects.create(
        **{
            "slug": slug or f"exercise-{number}",
            "number": number,
            "name": (slug or f"exercise {number}").replace("-", " ").capitalize(),
            "purpose": "Keeps a test going.",
            "position": "standing",
            "steps": "Begin.\nEnd.",
            "action": "hold",
            "seconds_at_least": 30,
            "seconds_at_most": 30,
            "sides": "together",
            "per": frequency.per,
            "at_least": frequency.at_least,
            "at_most": frequency.at_most,
            "own_key": f"{number:012x}" if "owner" in fields else "",
            **fields,
        }
    )
    for name in needs:
        thing, _created = Equipment.objects.get_or_create(slug=name.replace(" ", "-"), defaults={"name": name})
        exercise.equipment.add(thing)
    return exercise


def on_plan(
    user: User,
    exercise: Exercise,
    starts_on: date,
    ends_on: date | None = None,
    frequency: Frequency | None = None,
    slot_names: Iterable[str] = (),
) -> PlanItem:
    frequency = frequency or exercise.frequency
    return PlanItem.objects.create(
        user=user,
        exercise=exercise,
        starts_on=starts_on,
        ends_on=ends_on,
        per=frequency.per,
        at_least=frequency.at_least,
        at_most=frequency.at_most,
        **{name: getattr(exercise, name) for name in DOSE},
        number=exercise.number,
        slot_names="\n".join(slot_names),
    )


DOSE = ("seconds_at_least", "seconds_at_most", "repetitions_at_least", "repetitions_at_most")


def did(user: User, exercise: Exercise, day: date, times: int = 1) -> None:
    for nth in range(1, times + 1):
        Completion.objects.set_done(user, day, exercise, nth, datetime(2026, 1, 1, tzinfo=UTC))


def completions(user: User) -> list[tuple[date, str, int]]:
    """Day, slug and nth of all that a person has done."""
    rows = Completion.objects.for_user(user).order_by("day", "exercise__slug", "nth")
    return list(rows.values_list("day", "exercise__slug", "nth"))


def the_catalogue_is_known() -> None:
    """As it is to a site that has been running for a while: the first page reads it."""
    catalogue.forget()
    catalogue.offered()


def browser_of(user: User, **options: Any) -> Client:
    """A client in which the person is signed in."""
    client = Client(**options)
    client.force_login(user)
    return client


def editor_of(user: User, **options: Any) -> Client:
    """A client in which the person is signed in, and has taken their second step."""
    client = browser_of(user, **options)
    step = Authenticator.objects.create(user=user, type="totp", data={"secret": encrypt(generate_totp_secret())})
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "mfa", "at": time(), "type": "totp", "id": step.pk}]
    session.save()
    return client


class _Elements(HTMLParser):
    def __init__(self, attribute: str) -> None:
        super().__init__()
        self.attribute = attribute
        self.found: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if any(name == self.attribute for name, _value in attrs):
            self.found.append({"tag": tag, **{name: value or "" for name, value in attrs}})


def elements(response: Any, attribute: str) -> list[dict[str, str]]:
    """The attributes of the elements of a page that carry `attribute`, in their order."""
    parser = _Elements(attribute)
    parser.feed(response.content.decode())
    return parser.found


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.kept_back = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.kept_back += tag == "template"

    def handle_endtag(self, tag: str) -> None:
        self.kept_back -= tag == "template"

    def handle_data(self, data: str) -> None:
        if not self.kept_back:
            self.parts.append(data)


def text_of(response: Any) -> str:
    """What a page says, with white space folded, and without what its scripts may say later."""
    parser = _Text()
    parser.feed(response.content.decode())
    return " ".join(" ".join(parser.parts).split())
