"""What a reminder would name just now, read off the plan of the day as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from exercises.models import Exercise
from reminders.notice import Notice
from tracking.agenda import Card, day_agenda, dose_names
from tracking.models import Completion
from tracking.schedule import Status

MOST_NAMED = 3
"""So many exercises are named, and the rest is counted: a notification has little room."""


@dataclass(frozen=True, slots=True)
class Due:
    """An exercise that is due, and its doses that a reminder is about."""

    exercise: Exercise
    nths: Sequence[int]


def due(user: User, day: date, name: str) -> list[Due]:
    """What is due on a day of the doses with this name; of all doses, if it is empty. As many queries as the page."""
    cards = [card for card in day_agenda(user, day, day).cards if card.group == Status.DUE]
    found = [Due(card.exercise, _open(card, name)) for card in cards]
    return [one for one in found if one.nths]


def _open(card: Card, name: str) -> list[int]:
    if not name:
        return [slot.nth for slot in card.slots if not slot.done and not slot.bonus]
    named = zip(card.slots, dose_names(card.slots), strict=True)
    return [slot.nth for slot, its_name in named if not slot.done and its_name == name]


def set_done(user: User, day: date, name: str, at: datetime) -> None:
    """Tick all that a reminder names. Doing it again changes nothing."""
    with transaction.atomic():
        for one in due(user, day, name):
            for nth in one.nths:
                Completion.objects.set_done(user, day, one.exercise, nth, at)


def notice(user: User, day: date, name: str, nth: int, found: Sequence[Due]) -> Notice:
    """In words. Without the person's leave it says nothing that others may not read."""
    return Notice(
        title=(name or _("Still due today")) if user.reminds_by_name else _("A reminder"),
        body=_names(found) if user.reminds_by_name else _how_many(found),
        tag=f"backpain-{day}-{sha256(name.encode()).hexdigest()[:12]}",
        address=reverse("today"),
        day=day,
        name=name,
        nth=nth,
    )


def _how_many(found: Sequence[Due]) -> str:
    n = len(found)
    return ngettext("One thing is left on your list.", "%(n)d things are left on your list.", n) % {"n": n}


def _names(found: Sequence[Due]) -> str:
    names = ", ".join(one.exercise.name for one in found[:MOST_NAMED])
    more = len(found) - MOST_NAMED
    return _("%(names)s and %(n)d more") % {"names": names, "n": more} if more > 0 else names
