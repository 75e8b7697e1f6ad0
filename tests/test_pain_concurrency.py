"""One form about pain that arrives many times at once is one check-in."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from pain.models import CheckIn
from tests.builders import a_person, browser_of

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 10


@pytest.mark.parametrize("scores", [["4"] * AT_ONCE, [str(n) for n in range(AT_ONCE)]], ids=["equal", "different"])
def test_ten_posts_of_one_form_at_once_are_one_row(scores: list[str]) -> None:
    user = a_person()
    key = uuid4()
    barrier = Barrier(AT_ONCE)
    clients = [browser_of(user) for _score in scores]

    def send(n: int) -> int:
        try:
            barrier.wait(timeout=20)
            form = {"key": str(key), "score": scores[n], "moment": "after"}
            return int(clients[n].post("/pain/", form).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert list(threads.map(send, range(AT_ONCE))) == [302] * AT_ONCE
    [row] = CheckIn.objects.for_user(user)
    assert (row.key, row.day, row.moment) == (key, timezone.now().date(), "after")
    assert str(row.score) in scores
    user.refresh_from_db()
    assert user.pain_asked_on == row.day
