"""From a gentle start to the full routine: after two kept weeks one more exercise is offered, and never forced."""

from datetime import date

from accounts.models import User
from exercises import catalogue
from exercises.models import Exercise
from tracking.adherence import ready_to_grow
from tracking.record import Record
from tracking.schedule import Week

WEEKS = 2
"""So many finished weeks have to be on record."""


def offer(user: User, record: Record, today: date) -> Exercise | None:
    """The exercise to offer today, if it is time: the first of the routine that was never on the plan."""
    running = Week.of(today, user.week_start)
    finished = [running.shifted(-n) for n in range(WEEKS, 0, -1)]
    if user.grows_from is None or record.pause_on(today):
        return None
    if not ready_to_grow([(week, record.week_tally(week)) for week in finished], user.grows_from):
        return None
    return next((one for one in catalogue.offered() if one.pk not in record.items), None)
