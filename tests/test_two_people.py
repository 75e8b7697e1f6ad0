"""Somebody else on the same site, with the same exercises and on the same days, changes nothing on anybody's pages."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Equipment, Exercise
from pain.models import CheckIn
from tests.belongings import a_person_with_everything, the_catalogue
from tests.builders import a_person, an_exercise, browser_of, did, on_plan
from tracking.models import Pause

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 19, 10, tzinfo=UTC)
TODAY = date(2026, 11, 19)
MADE_FOR_A_PAGE = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*|[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}'
)
"""Tokens and keys of forms, which are others each time."""
PAGES = [
    *("/today/", "/day/2026-11-03/", "/day/2026-11-18/", "/session/", "/week/2026-11-02/", "/week/2026-11-16/"),
    *("/plan/", "/plan/add/", "/plan/timeline/", "/plan/since/", "/plan/pause/", "/plan/exercise/towel/"),
    *("/history/", "/history/days/", "/history/sheet/?weeks=12&pain=on&notes=on", "/sharing/"),
    *("/pain/", "/pain/earlier/", "/exercises/", "/exercises/towel/", "/settings/", "/settings/data/"),
    *("/settings/data/backpain.json", "/settings/data/backpain-fhir.json", "/settings/delete/"),
]


@pytest.fixture(autouse=True)
def thursday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def newcomer() -> User:
    return a_person(time_zone="Europe/Berlin")


def someone_with_a_plan() -> User:
    user = newcomer()
    towel = the_catalogue()
    on_plan(user, towel, date(2026, 11, 9))
    on_plan(user, an_exercise("walk"), date(2026, 11, 16))
    for day in (9, 11, 12, 18):
        did(user, towel, date(2026, 11, day))
    return user


def someone_who_has_stopped() -> User:
    user = newcomer()
    on_plan(user, the_catalogue(), date(2026, 10, 1), date(2026, 10, 20))
    return user


def seen(client: Client, address: str) -> tuple[int, bytes]:
    page = client.get(address)
    return page.status_code, MADE_FOR_A_PAGE.sub(b"", page.getvalue())


def somebody_else() -> None:
    """With everything that there is, an alarm and a pause of today among it, on the exercises of everybody."""
    other = a_person_with_everything("other@example.org", "not yours")
    Pause.objects.for_user(other).not_over_on(TODAY).delete()
    Pause.objects.create(user=other, starts_on=TODAY - timedelta(days=1), reason="illness")
    for n in range(3):
        CheckIn.objects.record(other, TODAY, NOW, key=UUID(int=100 + n), score=10, moment="after", place="", words="x")
    for exercise in Exercise.objects.offered().exclude(slug="towel"):
        on_plan(other, exercise, date(2026, 9, 1))
        did(other, exercise, TODAY - timedelta(days=1))


@pytest.mark.parametrize("person", [newcomer, someone_with_a_plan, someone_who_has_stopped])
def test_no_page_changes_when_somebody_else_comes(person: Callable[[], User]) -> None:
    the_catalogue()
    Equipment.objects.create(slug="a-soft-rug", name="a soft rug")
    user = person()
    client = browser_of(user)
    for address in PAGES:
        client.get(address)  # what a first visit notes is noted
    before = {address: seen(client, address) for address in PAGES}
    assert {status for status, _body in before.values()} <= {200, 404}
    somebody_else()
    assert {address: seen(client, address) for address in PAGES} == before


def test_what_an_earlier_start_would_do_is_worked_out_from_ones_own_plan() -> None:
    user = someone_with_a_plan()
    client = browser_of(user)
    asked = {"exercises": [the_catalogue().pk], "since": "2026-11-03"}
    before = client.post("/plan/since/", asked)
    assert before.status_code == 200
    somebody_else()
    after = client.post("/plan/since/", asked)
    assert MADE_FOR_A_PAGE.sub(b"", after.content) == MADE_FOR_A_PAGE.sub(b"", before.content)
