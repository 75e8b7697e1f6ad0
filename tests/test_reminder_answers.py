"""*Done* and *In an hour*: what a person answers to a reminder."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from exercises.prescription import Frequency, Per
from reminders.models import MOST_LATER, Delivery
from tests.builders import a_person, an_exercise, browser_of, completions, on_plan, text_of

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 20, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVENING = {"day": "2026-11-23", "name": "Evening", "nth": "0"}
BY_SCRIPT = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _five_past_eight() -> Any:
    with time_machine.travel(AT, tick=False):
        yield


def reminded(nth: int = 0) -> User:
    user = a_person(reminds=True)
    on_plan(user, an_exercise("towel", Frequency(Per.DAY, 2, 2)), date(2026, 1, 1))
    Delivery.objects.create(user=user, day=MONDAY, name="Evening", nth=nth, due_at=AT, outcome="sent")
    return user


def put_off() -> list[tuple[int, datetime]]:
    return list(Delivery.objects.filter(outcome="").values_list("nth", "due_at"))


def test_done_ticks_what_the_reminder_named_however_often_it_is_said() -> None:
    user = reminded()
    client = browser_of(user)
    for _ in range(2):
        answer = client.post("/reminders/done/", EVENING, headers=BY_SCRIPT)
        assert (answer.status_code, answer.content) == (204, b"")
    assert completions(user) == [(MONDAY, "towel", 2)]


def test_in_an_hour_it_comes_once_more_however_often_it_is_said() -> None:
    client = browser_of(reminded())
    for _ in range(2):
        assert client.post("/reminders/later/", EVENING, headers=BY_SCRIPT).status_code == 204
    assert put_off() == [(1, AT + HOUR)]


def test_it_can_be_put_off_again_up_to_a_bound() -> None:
    client = browser_of(reminded(MOST_LATER - 1))
    client.post("/reminders/later/", {**EVENING, "nth": MOST_LATER - 1})
    client.post("/reminders/later/", {**EVENING, "nth": MOST_LATER})
    assert put_off() == [(MOST_LATER, AT + HOUR)]


@pytest.mark.parametrize("now", [datetime(2026, 11, 23, 21, 5, tzinfo=UTC), datetime(2026, 11, 24, 8, tzinfo=UTC)])
def test_what_would_come_in_the_quiet_hours_or_on_another_day_is_not_put_off(now: datetime) -> None:
    client = browser_of(reminded())
    with time_machine.travel(now, tick=False):
        page = client.post("/reminders/later/", EVENING, follow=True)
    assert ("That was the last one for today." in text_of(page), put_off()) == (True, [])


def test_nothing_is_put_off_on_a_day_whose_pain_calls_for_care() -> None:
    user = reminded()
    user.pain_alarm_on = MONDAY
    user.save()
    page = browser_of(user).post("/reminders/later/", EVENING, follow=True)
    assert ("No more reminders today, as your pain calls for care." in text_of(page), put_off()) == (True, [])


def test_a_form_leads_to_the_plan_of_today_and_says_what_was_done() -> None:
    client = browser_of(reminded())
    done = client.post("/reminders/done/", EVENING, follow=True)
    later = client.post("/reminders/later/", EVENING, follow=True)
    assert "Ticked. Well done." in text_of(done)
    assert "We remind you again in an hour." in text_of(later)
    assert later.redirect_chain == [("/today/", 302)]


@pytest.mark.parametrize("action", ["done", "later"])
def test_the_reminder_of_somebody_else_is_not_there(action: str) -> None:
    reminded()
    other = a_person()
    assert browser_of(other).post(f"/reminders/{action}/", EVENING).status_code == 404
    assert (completions(other), put_off()) == ([], [])


@pytest.mark.parametrize("action", ["done", "later"])
@pytest.mark.parametrize("changes", [{"day": "soon"}, {"nth": "-1"}, {"nth": str(MOST_LATER + 1)}, {"name": "x" * 61}])
def test_what_no_reminder_says_is_refused(action: str, changes: dict[str, str]) -> None:
    answer = browser_of(reminded()).post(f"/reminders/{action}/", {**EVENING, **changes})
    assert (answer.status_code, "got lost on the way" in text_of(answer)) == (400, True)


@pytest.mark.parametrize("action", ["done", "later"])
def test_they_take_no_form_of_another_site(action: str) -> None:
    client = browser_of(reminded(), enforce_csrf_checks=True)
    assert client.post(f"/reminders/{action}/", EVENING).status_code == 403
