"""A plan that was changed for years costs a page no query more than one that began last week."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture
from zeal import zeal_context

from accounts.models import User
from exercises.prescription import Frequency, Per
from tests.builders import TWO_OR_THREE_A_WEEK, a_person, an_exercise, browser_of, did, on_plan, the_catalogue_is_known
from tracking.models import Pause, Skip

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 18)
YESTERDAY = TODAY - timedelta(days=1)
PAGES = [
    "/today/",
    f"/day/{YESTERDAY}/",
    "/week/2026-11-16/",
    "/week/2026-11-09/",
    "/history/",
    "/plan/",
    "/plan/timeline/",
    "/plan/add/",
    "/plan/since/",
    "/plan/pause/",
    "/session/",
]
MANY_EDITS, MANY_PAUSES = 30, 20


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(f"{TODAY} 10:00:00Z", tick=False)


def a_person_with(edits: int, pauses: int) -> User:
    """Who changed each of two exercises so often, and paused so often: the latest of each a few days ago."""
    user = a_person(grows_from=date(2026, 1, 1))
    for exercise in (an_exercise("walk"), an_exercise("pencil", TWO_OR_THREE_A_WEEK, ["a wall"])):
        starts = [YESTERDAY - timedelta(days=2 * n) for n in range(edits + 1)][::-1]
        for n, starts_on in enumerate(starts):
            ends_on = starts[n + 1] if n < edits else None
            on_plan(user, exercise, starts_on, ends_on, Frequency(Per.DAY, 1, 1 + n % 2), ["after waking"])
        did(user, exercise, YESTERDAY)
        Skip.objects.set_skipped(user, TODAY, exercise, "sore", user.date_joined)
    for n in range(pauses):
        starts_on = TODAY - timedelta(days=3 * n + 3)
        keeps = list(user.planitem_set.values_list("exercise_id", flat=True).distinct())
        Pause.objects.create(
            user=user, starts_on=starts_on, ends_on=starts_on + timedelta(days=1), reason="flare-up", keeps=keeps
        )
    Pause.objects.create(user=user, starts_on=TODAY + timedelta(days=3), reason="travel")
    return user


def queries_of(user: User, address: str) -> int:
    client = browser_of(user)
    the_catalogue_is_known()
    with zeal_context(), CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("edits", "pauses"), [(MANY_EDITS, 1), (1, MANY_PAUSES), (MANY_EDITS, MANY_PAUSES)])
def test_a_page_takes_no_more_queries_after_many_edits_and_pauses(address: str, edits: int, pauses: int) -> None:
    long, short = a_person_with(edits, pauses), a_person(grows_from=date(2026, 1, 1))
    for row in long.planitem_set.filter(ends_on=None).select_related("exercise"):
        on_plan(short, row.exercise, YESTERDAY - timedelta(days=2), YESTERDAY)
        on_plan(short, row.exercise, YESTERDAY)
        did(short, row.exercise, YESTERDAY)
    Pause.objects.create(user=short, starts_on=TODAY - timedelta(days=3), ends_on=TODAY, reason="illness")
    assert queries_of(long, address) == queries_of(short, address)
