"""Several processes send reminders at the same moment, and everybody hears once. On SQLite and on PostgreSQL alike."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from threading import Barrier

import pytest
from django.db import OperationalError, connection

from accounts.models import User
from reminders import push, sending
from reminders.models import Delivery, Reminder, Wish
from reminders.notice import Notice, Reached
from tests.builders import a_person, an_exercise, on_plan

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = date(2026, 11, 23)
NOON, EIGHT = datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 23, 20, tzinfo=UTC)
PEOPLE = 20
WORKERS = 4


def test_four_at_once_send_each_reminder_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def send(user: User, notice: Notice, now: datetime) -> Reached:
        sent.append(user.email)
        return Reached.YES

    monkeypatch.setattr(push, "send", send)
    towel = an_exercise("towel")
    people = [a_person(reminds=True) for _ in range(PEOPLE)]
    for user in people:
        on_plan(user, towel, date(2026, 1, 1))
        Reminder.objects.choose(user, {"": Wish(time(20), 0b111_1111)}, NOON)
    barrier = Barrier(WORKERS)

    def work(_n: int) -> None:
        barrier.wait(timeout=20)
        try:
            while sending.begin(EIGHT) | bool(found := sending.waiting(EIGHT)):
                for one in found:
                    sending.send(one, EIGHT)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(work, range(WORKERS)))
    assert Counter(sent) == Counter(user.email for user in people)
    assert list(Delivery.objects.values_list("outcome", flat=True)) == ["sent"] * PEOPLE


def test_of_many_who_take_one_on_one_gets_it() -> None:
    user = a_person(reminds=True)
    Delivery.objects.begin(user, MONDAY, "", 0, EIGHT)
    [one] = sending.waiting(EIGHT)
    barrier = Barrier(WORKERS)

    def take(_n: int) -> bool:
        barrier.wait(timeout=20)
        try:
            return Delivery.objects.lease(one, EIGHT, EIGHT + sending.LEASE)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as threads:
        assert sorted(threads.map(take, range(WORKERS))) == [False] * (WORKERS - 1) + [True]


def test_nothing_is_locked_while_something_is_being_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A way to a person may take seconds. Meanwhile others write as they like."""
    user = a_person(reminds=True)
    on_plan(user, an_exercise("towel"), date(2026, 1, 1))
    Reminder.objects.choose(user, {"": Wish(time(20), 0b111_1111)}, NOON)

    def write() -> str:
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "PRAGMA busy_timeout = 0" if connection.vendor == "sqlite" else "SET lock_timeout = '1s'"
                )
            User.objects.filter(pk=user.pk).update(week_start=6)
            Delivery.objects.filter(user=user).update(due_at=EIGHT)
            return "written"
        except OperationalError:
            return "locked out"
        finally:
            connection.close()

    found: list[str] = []

    def send(*_: object) -> Reached:
        with ThreadPoolExecutor(1) as threads:
            found.append(threads.submit(write).result())
        return Reached.YES

    monkeypatch.setattr(push, "send", send)
    sending.begin(EIGHT)
    for one in sending.waiting(EIGHT):
        sending.send(one, EIGHT)
    assert found == ["written"]
