"""Sends what is due, as one of any number who do so at the same time.

A reminder whose time has come becomes a delivery, once a day: that is one row, whoever makes it. Whoever sends it takes
it on for a while first, by an update that only one of them can win; if they do not come back, the while ends, and it is
anybody's again. Nothing is locked while something is being sent, and nobody's trouble holds up the others.

The clock is the caller's.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import date, datetime, time, timedelta
from time import sleep

from django.db import DatabaseError, InterfaceError, close_old_connections, connection, transaction

from accounts.middleware import is_outage
from accounts.models import User
from reminders import mail, push
from reminders.due import due, notice
from reminders.models import Delivery, DeliveryQuerySet, Reminder
from reminders.notice import Notice, Reached
from reminders.times import LATE, Quiet, is_late

logger = logging.getLogger("backpain.reminders")

BATCH = 200
LEASE = timedelta(minutes=5)
"""Longer than any way to a person may take, and an outage after it. What a process was sending as it died is sent again
after it."""
TRIES, PAUSE = 24, 5.0
"""Two minutes of an outage, in seconds, that what came of a delivery waits for."""
BACK_OFF = timedelta(minutes=1)
KEPT = timedelta(days=14)

Outcome = Delivery.Outcome


def begin(now: datetime) -> int:
    """Make deliveries of the reminders whose time has come, and set those right whose person has changed their zone.

    Returns how many of them are seen to; there may be more.
    """
    moved = list(Reminder.objects.of_moved().with_person()[:BATCH])
    come = list(Reminder.objects.come_by(now).knowing_of_all().with_person()[:BATCH])
    return sum(_begin(one, now) for one in (*moved, *come))


def _begin(one: Reminder, now: datetime) -> bool:
    """Whether it was this one's doing."""
    with _apart(), transaction.atomic():
        is_right = one.zone == one.user.time_zone
        later = copy(one)
        # What came to be due within the last hour, in a new zone or while nobody was sending, is not too late yet.
        later.set_after(max(one.next_at, now - LATE) if is_right and one.next_at else now - LATE)
        if not Reminder.objects.move_on(one, later):
            return False
        if is_right and one.next_at and not one.is_in_all:
            Delivery.objects.begin(one.user, one.user.day_at(one.next_at), one.name, 0, one.next_at)
        return True
    return False


def waiting(now: datetime) -> list[Delivery]:
    """Some of those that are due and not being sent."""
    return list(Delivery.objects.free_at(now)[:BATCH])


def send(one: Delivery, now: datetime) -> None:
    """Send one, or see that it is not to be sent; unless somebody else is about it already."""
    with _apart():
        until = now + LEASE
        if not Delivery.objects.lease(one, now, until):
            return
        outcome = _outcome(one, now)
        mine = Delivery.objects.leased(one, until)
        if outcome:
            _write_down(mine, outcome)
        else:
            mine.update(leased_until=now + BACK_OFF)


def _write_down(mine: DeliveryQuerySet, outcome: Outcome) -> None:
    """By now the person may have been told. Without this row they would be told again after the lease."""
    for _try in range(TRIES):
        try:
            mine.update(outcome=outcome)
            return
        except (DatabaseError, InterfaceError) as problem:
            if not is_outage(problem):
                raise
        let_go_of_connection()
        sleep(PAUSE)
    mine.update(outcome=outcome)


def let_go_of_connection() -> None:
    """If it is broken or old; the next query makes another."""
    try:
        close_old_connections()
    except (DatabaseError, InterfaceError):
        connection.connection = None


def _outcome(one: Delivery, now: datetime) -> Outcome | None:
    """What came of it; none where it is to be tried again."""
    user = User.objects.filter(pk=one.user_id, is_active=True, reminds=True).first()
    if user is None or calls_for_care(user, one.day):
        return Outcome.NOTHING
    if is_late(one.due_at, now) or user.day_at(now) != one.day:
        return Outcome.LATE
    if is_quiet(user, now):
        return Outcome.QUIET
    found = due(user, one.day, one.name)
    if not found:
        return Outcome.NOTHING
    reached = _reach(user, notice(user, one.day, one.name, one.nth, found), now)
    if Reached.YES in reached:
        return Outcome.SENT
    return None if Reached.LATER in reached else Outcome.FAILED


def calls_for_care(user: User, day: date) -> bool:
    """Whether the pain of a day does: the pages ask to read the warning signs first, and nothing asks for exercise."""
    return user.pain_alarm_on == day


def is_quiet(user: User, instant: datetime) -> bool:
    here = instant.astimezone(user.zone)
    return Quiet(user.quiet_from, user.quiet_until).holds(time(here.hour, here.minute))


def _reach(user: User, notice: Notice, now: datetime) -> set[Reached]:
    reached = set()
    for is_wanted, way in ((user.reminds_by_push, push.send), (user.reminds_by_mail, mail.send)):
        if is_wanted:
            came_of_it = Reached.LATER
            with _apart():
                came_of_it = way(user, notice, now)
            reached.add(came_of_it)
    return reached


def next_time(now: datetime) -> datetime | None:
    """When there is something to do next, as far as is known."""
    known = (Reminder.objects.next_time_after(now), Delivery.objects.next_due_after(now))
    return min((instant for instant in known if instant), default=None)


def forget(now: datetime) -> None:
    Delivery.objects.forget(now - KEPT)


@contextmanager
def _apart() -> Iterator[None]:
    """Trouble with one is told to the log, which names nobody, and is over then; an outage is everybody's."""
    try:
        yield
    except Exception as problem:
        if is_outage(problem):
            raise
        logger.exception("A reminder could not be sent")
