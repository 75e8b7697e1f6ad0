"""The seam between rows and the calendar that a program reads, and the page of its link.

Nothing here reads the clock; `today` is the person's own date and comes from the view.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from hashlib import sha256

from django.utils.translation import gettext as _

from accounts.models import User
from exercises.prescription import Per
from exercises.words import frequency_in_words
from reminders.calendar_file import Entry, calendar_file
from reminders.calendar_plan import Series, Window, minutes_taken, series
from reminders.models import Feed, Reminder
from reminders.times import usual_time
from tracking.agenda import slot_label
from tracking.dates import full_date
from tracking.models import Pause, PlanItem
from tracking.record import planned


@dataclass(frozen=True, slots=True)
class Link:
    """What a person is told of their calendar link, whose address nobody knows any more."""

    alarms: bool
    made_words: str
    read_words: str  # empty as long as nothing has read it


def link_of(user: User) -> Link | None:
    feed = Feed.objects.for_user(user).first()
    if feed is None:
        return None
    read = full_date(user.day_at(feed.last_read_at)) if feed.last_read_at else ""
    return Link(feed.alarms, full_date(user.day_at(feed.created_at)), read)


def time_of_unnamed(user: User) -> tuple[time, bool]:
    """When a dose without a name is in the calendar, and whether that is the time of a reminder."""
    chosen = Reminder.objects.for_user(user).times().get("")
    return chosen or usual_time(1, 1), chosen is not None


def written(feed: Feed, today: date) -> bytes:
    """The calendar of a person. Three queries, and two more for own exercises."""
    user, window = feed.user, Window.on(today)
    rows = planned(user, window.last)
    pauses = [pause.value for pause in Pause.objects.for_user(user).started_by(window.last)]
    times = Reminder.objects.for_user(user).times()
    by_item = {(row.exercise_id, row.starts_on): row for row in rows}
    entries = [
        _entry(by_item[one.exercise, one.prescribed_on], one, times)
        for one in series([row.value for row in rows], pauses, user.week_start, window)
    ]
    return calendar_file(_("Exercises"), entries, user.zone, window, feed.key, alarms=feed.alarms)


def tag_of(body: bytes) -> str:
    """The same for the same calendar, whenever and by whichever machine it was written."""
    return f'"{sha256(body).hexdigest()[:32]}"'


def _entry(row: PlanItem, one: Series, times: Mapping[str, time]) -> Entry:
    frequency = row.frequency
    of = frequency.at_most if frequency.per is Per.DAY else 1
    names = row.slot_name_list
    own = names[one.nth - 1] if one.nth <= len(names) else ""
    name = own or (slot_label(one.nth, of) if of > 1 else "")
    words = frequency_in_words(frequency)
    if frequency.per is Per.WEEK:
        words = _("%(how_often)s, on days of your choice. This day is a suggestion.") % {"how_often": words}
    return Entry(
        series=one,
        title=" · ".join(filter(None, [row.exercise.name, name])),
        description=words,
        at=times.get(name) or usual_time(one.nth, of),
        minutes=minutes_taken(row.dose.seconds_needed.at_most),
    )
