"""The page on which a person chooses whether, when and how to be reminded."""

from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any

import pytest
import time_machine

from accounts.models import User
from exercises.prescription import Frequency, Per
from reminders.models import Delivery, Reminder
from tests.builders import DAILY, TWO_OR_THREE_A_DAY, a_person, an_exercise, browser_of, elements, on_plan, text_of

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
AT_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TWICE_A_DAY = Frequency(Per.DAY, 2, 2)
PAGE = "/settings/reminders/"
EVERY_DAY = ("0", "1", "2", "3", "4", "5", "6")
KEPT = {"reminds": "on", "reminds_by_push": "on", "quiet_from": "22:00", "quiet_until": "07:00"}


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with time_machine.travel(AT_NOON, tick=False):
        yield


def at(name: str, clock: str, days: tuple[str, ...] = EVERY_DAY) -> dict[str, Any]:
    """What the page sends for a name that is switched on."""
    key = f"time-{sha256(name.encode()).hexdigest()[:12]}"
    return {f"{key}-on": "on", f"{key}-at": clock, f"{key}-weekdays": days}


def somebody(**fields: Any) -> User:
    user = a_person(**fields)
    on_plan(user, an_exercise("calf-raise", TWICE_A_DAY), date(2026, 11, 1))
    return user


def suggested(user: User) -> list[tuple[str, str]]:
    """The times that the page offers, and whether each is switched on."""
    page = browser_of(user).get(PAGE)
    return [
        (one["value"], "on" if one["aria-label"] and _is_on(page, one["name"]) else "off")
        for one in elements(page, "aria-label")
        if one.get("type") == "time"
    ]


def _is_on(page: Any, name: str) -> bool:
    return any("checked" in one for one in elements(page, "name") if one["name"] == name.replace("-at", "-on"))


def test_nobody_is_reminded_who_has_not_asked_for_it() -> None:
    user = somebody()
    page = browser_of(user).get(PAGE)
    assert not any("checked" in one for one in elements(page, "name") if one["name"] == "reminds")
    assert not Reminder.objects.exists()


def test_each_name_of_a_dose_has_a_time_to_begin_with() -> None:
    user = somebody()
    on_plan(user, an_exercise("towel", TWO_OR_THREE_A_DAY), date(2026, 11, 1))
    on_plan(user, an_exercise("cat"), date(2026, 11, 1), slot_names=["on waking"])
    page = text_of(browser_of(user).get(PAGE))
    names = ["Morning", "on waking", "Midday", "Evening", "Whatever is still due"]
    assert sorted(names, key=page.index) == names
    assert suggested(user) == [("08:00", "on"), ("08:00", "on"), ("13:00", "on"), ("19:00", "on"), ("18:00", "off")]


def test_a_plan_without_names_suggests_one_time_for_all_that_is_due() -> None:
    user = a_person()
    on_plan(user, an_exercise("cat", DAILY), date(2026, 11, 1))
    assert suggested(user) == [("18:00", "on")]


def test_what_is_chosen_is_kept_with_its_next_time_by_the_clock_of_the_person() -> None:
    user = somebody(time_zone="Europe/Berlin")
    answer = browser_of(user).post(PAGE, {**KEPT, **at("Evening", "20:30"), **at("", "09:00", ("2", "4"))})
    assert answer.headers["Location"] == PAGE
    rows = Reminder.objects.for_user(user).order_by("name").values_list("name", "at", "weekdays", "next_at")
    assert list(rows) == [
        ("", time(9), 0b10100, datetime(2026, 11, 25, 8, tzinfo=UTC)),
        ("Evening", time(20, 30), 0b1111111, datetime(2026, 11, 23, 19, 30, tzinfo=UTC)),
    ]
    user.refresh_from_db()
    assert (user.reminds, user.asked_about_reminders) == (True, True)


def test_the_page_shows_what_was_chosen_before() -> None:
    user = somebody()
    browser_of(user).post(PAGE, {**KEPT, **at("Evening", "20:30", ("0", "6"))})
    assert suggested(user) == [("08:00", "off"), ("20:30", "on"), ("18:00", "off")]
    assert "Mon, Sun Evening" in text_of(browser_of(user).get(PAGE))


def test_the_days_stand_in_the_order_of_the_week_of_the_person() -> None:
    user = somebody(week_start=6)
    browser_of(user).post(PAGE, {**KEPT, **at("Evening", "20:30", ("0", "6"))})
    assert "Sun, Mon Evening" in text_of(browser_of(user).get(PAGE))


def test_switched_off_the_times_stay_and_none_is_next() -> None:
    user = somebody()
    client = browser_of(user)
    client.post(PAGE, {**KEPT, **at("Evening", "20:30")})
    page = client.post(PAGE, {**KEPT, "reminds": "", **at("Evening", "20:30")}, follow=True)
    assert "Saved. Reminders are off." in text_of(page)
    assert list(Reminder.objects.values_list("name", "next_at")) == [("Evening", None)]


def test_switched_on_again_they_go_on() -> None:
    user = somebody()
    client = browser_of(user)
    for on in ("", "on"):
        client.post(PAGE, {**KEPT, "reminds": on, **at("Evening", "20:30")})
    assert Reminder.objects.get().next_at == datetime(2026, 11, 23, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({}, "Choose at least one time below, or leave reminders off."),
        (at("Evening", ""), "Please give a time, such as 08:00."),
        (at("Evening", "25:00"), "Please give a time, such as 08:00."),
        (at("Evening", "20:30", ()), "Choose at least one day."),
        (at("Evening", "20:30", ("7",)), "Choose days of the week."),
        (at("Evening", "23:00"), "This falls into your quiet hours, when nothing is sent."),
        ({**at("Evening", "20:30"), "quiet_from": "soon"}, "Please give a time, such as 08:00."),
        ({**at("Evening", "20:30"), "reminds_by_push": ""}, "Choose a way to reach you, or leave reminders off."),
    ],
)
def test_what_does_not_fit_is_said_kindly_and_nothing_is_saved(changes: dict[str, Any], complaint: str) -> None:
    user = somebody()
    page = browser_of(user).post(PAGE, {**KEPT, **changes})
    assert (page.status_code, complaint in text_of(page)) == (400, True)
    user.refresh_from_db()
    assert (user.reminds, Reminder.objects.count()) == (False, 0)


def test_what_was_typed_stays_on_the_page_that_complains() -> None:
    page = browser_of(somebody()).post(PAGE, {**KEPT, **at("Evening", "20:30", ())})
    assert "20:30" in [one["value"] for one in elements(page, "value") if one.get("type") == "time"]


def test_a_name_that_left_the_plan_stays_until_it_is_let_go() -> None:
    user = somebody()
    Reminder.objects.create(user=user, name="before lunch", at=time(11))
    page = browser_of(user).get(PAGE)
    assert "before lunch" in text_of(page)
    browser_of(user).post(PAGE, {**KEPT, **at("Evening", "20:30")})
    assert [one.name for one in Reminder.objects.all()] == ["Evening"]


def test_a_changed_time_begins_anew_on_the_same_day_and_another_is_left_alone() -> None:
    user = somebody()
    client = browser_of(user)
    client.post(PAGE, {**KEPT, **at("Morning", "08:00"), **at("Evening", "20:30")})
    for name in ("Morning", "Evening"):
        Delivery.objects.create(user=user, day=MONDAY, name=name, due_at=AT_NOON, outcome="sent")
    client.post(PAGE, {**KEPT, **at("Morning", "13:00"), **at("Evening", "20:30")})
    assert [one.name for one in Delivery.objects.all()] == ["Evening"]


def test_a_site_without_a_mail_server_offers_no_email() -> None:
    assert not [one for one in elements(browser_of(somebody()).get(PAGE), "name") if one["name"] == "reminds_by_mail"]


def test_one_with_a_mail_server_does(settings: Any) -> None:
    settings.HAS_MAIL_SERVER = True
    user = somebody()
    browser_of(user).post(PAGE, {**KEPT, "reminds_by_push": "", "reminds_by_mail": "on", **at("Evening", "20:30")})
    user.refresh_from_db()
    assert (user.reminds, user.reminds_by_push, user.reminds_by_mail) == (True, False, True)


def test_a_person_is_asked_at_the_end_of_a_session_until_there_is_an_answer() -> None:
    user = somebody()
    client = browser_of(user)
    assert "Shall we remind you?" in text_of(client.get("/session/"))
    client.post("/settings/reminders/asked/", {"answer": "no"})
    assert "Shall we remind you?" not in text_of(client.get("/session/"))


def test_a_yes_leads_to_the_times_and_switches_nothing_on() -> None:
    user = somebody()
    answer = browser_of(user).post("/settings/reminders/asked/", {"answer": "yes"})
    user.refresh_from_db()
    assert (answer.headers["Location"], user.reminds, user.asked_about_reminders) == (PAGE, False, True)


def test_an_answer_that_is_none_is_said_so() -> None:
    answer = browser_of(somebody()).post("/settings/reminders/asked/", {"answer": "maybe"})
    assert (answer.status_code, "yes or not now" in text_of(answer)) == (400, True)
