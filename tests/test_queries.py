"""How many queries a page takes: the same at one row and at many."""

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.admin import site
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone
from time_machine import TimeMachineFixture
from zeal import zeal_context

from accounts.admin import UserAdmin
from accounts.models import User
from exercises.prescription import Frequency, Per
from tests.bounds import PAGES, SESSION_AND_USER
from tests.builders import TWO_OR_THREE_A_WEEK, a_person, an_exercise, browser_of, did, on_plan, the_catalogue_is_known
from tests.neighbours import content_of
from tracking.models import Completion

pytestmark = pytest.mark.django_db

START = date(2025, 1, 6)


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)


@pytest.mark.parametrize("rows", [1, 3, 9])
@pytest.mark.parametrize(
    "address",
    [
        *("/today/", "/day/2026-11-17/", "/session/", "/session/?minutes=5", "/week/2026-11-16/", "/history/"),
        *("/history/?year=2025", "/history/days/", "/history/sheet/", "/exercises/", "/exercises/spare/", "/plan/"),
        *("/plan/add/", "/plan/timeline/", "/plan/since/", "/plan/pause/", "/plan/own/", "/sharing/", "/settings/"),
        *(
            "/settings/data/",
            "/settings/sign-ins/",
            "/settings/calendar/",
            "/settings/reminders/",
            "/settings/data/import/",
            "/settings/data/backpain.json",
            "/settings/delete/",
            "/safety/",
        ),
        *("/settings/data/backpain-csv.zip", "/settings/data/backpain-fhir.json"),
    ],
)
def test_a_page_takes_a_constant_number_of_queries(address: str, rows: int) -> None:
    user = a_person()
    ticks: list[Completion] = []
    for n in range(rows):
        exercise = an_exercise(f"exercise-{n}", TWO_OR_THREE_A_WEEK if n % 3 else Frequency(Per.DAY, 2, 3), ["a wall"])
        on_plan(user, exercise, START, START + timedelta(days=100))
        on_plan(user, exercise, START + timedelta(days=100))
        ticks += [
            Completion(
                user=user, exercise=exercise, day=START + timedelta(days=days), nth=nth, recorded_at=timezone.now()
            )
            for days in range(0, 700, 13)
            for nth in range(1, days % 3 + 2)
        ]
    Completion.objects.bulk_create(ticks)
    an_exercise("spare", needs=["a towel"])
    client = browser_of(user)
    the_catalogue_is_known()
    with zeal_context(), CaptureQueriesContext(connection) as captured:
        response = client.get(address)
        assert response.status_code == 200
        content_of(response)
    queries = PAGES[resolve(urlsplit(address).path).route]
    assert len(captured) == SESSION_AND_USER + queries, [query["sql"] for query in captured]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("done", "writes"), [("yes", 1), ("no", 1)])
def test_a_tick_takes_a_constant_number_of_queries(rows: int, done: str, writes: int) -> None:
    user = a_person()
    for n in range(rows):
        exercise = an_exercise(f"exercise-{n}")
        on_plan(user, exercise, START)
        did(user, exercise, date(2026, 11, 17))
    client = browser_of(user)
    cache.clear()
    the_catalogue_is_known()
    with CaptureQueriesContext(connection) as captured:
        client.post("/day/2026-11-18/exercise-0/1/", {"done": done}, headers={"HX-Request": "true"})
    changing = [query["sql"] for query in captured if query["sql"].startswith(("INSERT", "DELETE"))]
    assert len(changing) == writes
    reads = [query["sql"] for query in captured if query["sql"].startswith(("SELECT", "(SELECT"))]
    assert len(reads) == SESSION_AND_USER + 2


def test_the_rights_of_a_person_take_one_query_and_not_one_for_each() -> None:
    user = a_person(is_staff=True, is_superuser=True)
    request = RequestFactory().get("/")
    request.user = user
    form = UserAdmin(User, site).get_form(request, user, fields=["user_permissions"])(instance=user)
    permissions = list(form.fields["user_permissions"].queryset)  # type: ignore[attr-defined]  # a choice of rows
    assert len(permissions) > 20
    with CaptureQueriesContext(connection) as captured:
        shown = str(form["user_permissions"])
    assert str(permissions[0]) in shown
    assert len(captured) == 1


def test_setting_a_slot_is_one_statement() -> None:
    user = a_person()
    exercise = an_exercise()
    with CaptureQueriesContext(connection) as captured:
        did(user, exercise, START)
    changing = [query["sql"] for query in captured if query["sql"].startswith("INSERT")]
    assert len(changing) == 1
    assert "ON CONFLICT DO NOTHING" in changing[0] or changing[0].startswith("INSERT OR IGNORE")


def test_a_span_of_days_is_read_by_the_key() -> None:
    user = a_person()
    span = Completion.objects.for_user(user).between(START, START + timedelta(days=6))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # An empty table is cheapest to read as a whole; what is asked is whether the key serves.
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = span.explain()
    assert "user_id" in plan
    assert "day" in plan
    assert "tracking_completion_pkey" in plan or "sqlite_autoindex_tracking_completion_1" in plan
