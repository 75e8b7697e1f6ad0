"""Double taps, two tabs and retried requests at the same moment: one row, each answered as done."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from tests.builders import a_person, an_exercise, browser_of, completions, on_plan

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 10


def at_once(user: User, address: str, sent: list[dict[str, str]]) -> list[int]:
    """The statuses of the answers when all of `sent` go out in the same moment, each from a client of its own."""
    barrier = Barrier(len(sent))
    clients = [browser_of(user) for _one in sent]

    def send(n: int) -> int:
        try:
            barrier.wait(timeout=20)
            return int(clients[n].post(address, sent[n]).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(sent)) as threads:
        return list(threads.map(send, range(len(sent))))


@pytest.fixture
def user() -> User:
    user = a_person()
    on_plan(user, an_exercise("walk"), date(2026, 1, 1))
    return user


def test_the_same_tick_ten_times_at_once_is_one_row(user: User) -> None:
    today = timezone.now().date()
    assert at_once(user, f"/day/{today}/walk/1/", [{"done": "yes"}] * AT_ONCE) == [302] * AT_ONCE
    assert completions(user) == [(today, "walk", 1)]


def test_ticks_and_un_ticks_at_once_are_all_answered_and_leave_one_row_or_none(user: User) -> None:
    today = timezone.now().date()
    assert at_once(user, f"/day/{today}/walk/1/", [{"done": "yes"}, {"done": "no"}] * (AT_ONCE // 2)) == [302] * AT_ONCE
    assert completions(user) in ([], [(today, "walk", 1)])


def test_starting_a_plan_twice_at_once_starts_it_once() -> None:
    user = a_person()
    an_exercise("walk")
    an_exercise("stand")
    assert at_once(user, "/plan/start/", [{"way": "full"}] * AT_ONCE) == [302] * AT_ONCE
    assert user.planitem_set.count() == 2
