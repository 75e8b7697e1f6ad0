"""What a person may choose to be reminded of: the names that their doses have, and a time for each to begin with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from hashlib import sha256

from django.utils.translation import gettext as _

from accounts.models import User
from reminders.models import EVERY_DAY, Reminder
from reminders.times import usual_time
from tracking.agenda import names_on_plan, planned_for

OF_ALL = time(18)


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the page: a name, and what is chosen for it or suggested."""

    name: str
    at: time
    weekdays: int
    is_on: bool

    @property
    def key(self) -> str:
        """Names its fields: the same on a page that was opened before the plan was changed."""
        return f"time-{sha256(self.name.encode()).hexdigest()[:12]}"

    @property
    def title(self) -> str:
        return self.name or _("Whatever is still due")


def choices(user: User, today: date) -> list[Choice]:
    """In the order of the suggested times; what is still due, whatever its name, comes last. Two queries."""
    suggested = suggestions(names_on_plan(planned_for(user, today), today))
    chosen = {one.name: one for one in Reminder.objects.for_user(user)}
    # A name that is not on the plan any more stays until the person lets go of it.
    names = [*suggested, *sorted(name for name in chosen if name and name not in suggested), ""]
    return [_choice(name, suggested.get(name, OF_ALL), chosen, bool(name) or not suggested) for name in names]


def _choice(name: str, at: time, chosen: dict[str, Reminder], is_usual: bool) -> Choice:
    if one := chosen.get(name):
        return Choice(name, one.at, one.weekdays, is_on=True)
    return Choice(name, at, EVERY_DAY, is_on=is_usual and not chosen)


def suggestions(names: Iterable[list[str]]) -> dict[str, time]:
    """A time for each name, from the names of the doses of each exercise. They are spread over the day."""
    found: dict[str, time] = {}
    for of_one in names:
        for nth, name in enumerate(of_one, start=1):
            if name:
                found.setdefault(name, usual_time(nth, len(of_one)))
    return dict(sorted(found.items(), key=lambda pair: pair[1]))
