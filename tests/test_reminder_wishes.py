"""The page on which a person chooses whether, when and how to be reminded."""

from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any

import pytest
import time_machine

from accounts.models import User
from exercises.prescription import Frequency, Per
from reminders import mail
from reminders.models import Delivery, Reminder
from tests.builders import (
    DAILY,
    TWO_OR_THREE_A_DAY,
    a_person,
    an_exercise,
    browser_of,
    confirmed,
    elements,
    on_plan,
    text_of,
)
from tests.internet import Receiver, endpoint

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
AT_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TWICE_A_DAY = Frequency(Per.DAY, 2, 2)
PAGE = "/settings/reminders/"
EVERY_DAY = ("0", "1", "2", "3", "4", "5", "6")
DEVICE = {"endpoint": endpoint(), **Receiver().keys()}
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
    on_plan(user, an_exercise(frequency=TWICE_A_DAY), date(2026, 11, 1))
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


def test_where_no_dose_has_a_name_the_page_says_how_to_have_more_times_than_one() -> None:
    user, named = a_person(), somebody()
    on_plan(user, an_exercise("cat", DAILY), date(2026, 11, 1))
    pages = [browser_of(one).get(PAGE) for one in (user, named)]
    assert ["no dose on your plan has a name" in text_of(page) for page in pages] == [True, False]


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
        ({**at("Evening", "20:30"), "quiet_from": ""}, "Give both times, or leave both empty."),
        ({**at("Evening", "20:30"), "quiet_until": ""}, "Give both times, or leave both empty."),
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


@pytest.mark.parametrize(
    "trouble",
    [
        at("Evening", "23:00"),
        at("Evening", "25:00"),
        at("Evening", "20:30", ()),
        {"quiet_from": "soon"},
        {"quiet_until": ""},
    ],
)
def test_they_can_always_be_switched_off(trouble: dict[str, Any]) -> None:
    user = somebody()
    client = browser_of(user)
    client.post(PAGE, {**KEPT, **at("Evening", "20:30")})
    page = client.post(PAGE, {**KEPT, **at("Evening", "20:30"), **trouble, "reminds": ""}, follow=True)
    assert "Saved. Reminders are off." in text_of(page)
    user.refresh_from_db()
    assert (user.reminds, Reminder.objects.get().next_at) == (False, None)


def test_whoever_switches_them_off_keeps_what_else_was_typed_and_what_stood_where_that_did_not_fit() -> None:
    user = somebody()
    client = browser_of(user)
    client.post(PAGE, {**KEPT, **at("Morning", "08:30"), **at("Evening", "20:30")})
    typed = {"reminds": "", "quiet_from": "soon", "quiet_until": "06:15", "reminds_by_name": "on"}
    client.post(PAGE, {**KEPT, **typed, **at("Morning", "25:00"), **at("Evening", "23:30")})
    user.refresh_from_db()
    assert (user.quiet_from, user.quiet_until, user.reminds_by_name) == (time(22), time(6, 15), True)
    assert dict(Reminder.objects.values_list("name", "at")) == {"Morning": time(8, 30), "Evening": time(23, 30)}


def test_quiet_hours_that_are_left_empty_are_none_and_stay_empty() -> None:
    user = somebody()
    client = browser_of(user)
    client.post(PAGE, {**KEPT, "quiet_from": "", "quiet_until": "", **at("Evening", "23:00")})
    user.refresh_from_db()
    assert (user.reminds, user.quiet_from == user.quiet_until) == (True, True)
    fields = [one for one in elements(client.get(PAGE), "name") if one["name"].startswith("quiet_")]
    assert [one.get("value", "") for one in fields] == ["", ""]


def test_quiet_hours_that_there_are_stand_on_the_page() -> None:
    fields = [one for one in elements(browser_of(somebody()).get(PAGE), "name") if one["name"].startswith("quiet_")]
    assert [one["value"] for one in fields] == ["22:00", "07:00"]


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


# --- Whether they arrive ----------------------------------------------------------------------------------------------

NO_WAY = "Reminders are on, but none would arrive yet."


def saved(user: User, **changes: str) -> str:
    """What the page says once it is saved."""
    answer = browser_of(user).post(PAGE, {**KEPT, **at("Evening", "20:30"), **changes}, follow=True)
    assert answer.status_code == 200
    user.refresh_from_db()
    return text_of(answer)


def test_saved_without_a_device_it_says_that_nothing_would_arrive_and_what_to_do_until_there_is_one() -> None:
    user = somebody()
    page = saved(user)
    assert user.reminds
    assert f"Your reminders are saved. {NO_WAY} None of your devices gets notifications. Allow them on this one" in page
    client = browser_of(user)
    assert NO_WAY in text_of(client.get(PAGE))
    assert client.post("/settings/reminders/devices/", DEVICE).status_code == 201
    assert NO_WAY not in text_of(client.get(PAGE))


def test_saved_without_any_way_it_says_so(settings: Any) -> None:
    settings.HAS_MAIL_SERVER = True
    user = somebody()
    assert f"{NO_WAY} You have chosen no way for them to reach you. Choose one and save" in saved(
        user, reminds_by_push=""
    )
    assert user.reminds


def test_after_the_link_of_a_mail_the_page_says_that_nothing_arrives_any_more(settings: Any) -> None:
    settings.HAS_MAIL_SERVER = True
    user = confirmed(somebody())
    assert NO_WAY not in saved(user, reminds_by_push="", reminds_by_mail="on")
    browser_of(user).post(f"/reminders/stop/{mail.ticket_of(user)}/")
    assert NO_WAY in text_of(browser_of(user).get(PAGE))


def test_an_email_that_is_chosen_counts_once_the_address_is_confirmed(settings: Any) -> None:
    settings.HAS_MAIL_SERVER = True
    user = somebody(email="kim@example.org")
    page = saved(user, reminds_by_push="", reminds_by_mail="on")
    assert f"{NO_WAY} Your address kim@example.org is not confirmed. Confirm it" in page
    assert "To kim@example.org. This address is not confirmed yet" in page
    confirmed(user)
    page = text_of(browser_of(user).get(PAGE))
    assert NO_WAY not in page
    assert "To kim@example.org." in page
    assert "not confirmed" not in page


def test_while_reminders_are_off_nothing_is_said_of_ways() -> None:
    assert NO_WAY not in text_of(browser_of(somebody()).get(PAGE))


def test_a_person_is_asked_at_the_end_of_a_session_until_there_is_an_answer() -> None:
    user = somebody()
    client = browser_of(user)
    assert "Shall we remind you?" in text_of(client.get("/session/"))
    client.post("/settings/reminders/asked/", {"answer": "no"})
    assert "Shall we remind you?" not in text_of(client.get("/session/"))


def test_a_yes_leads_to_the_times_with_the_switch_on_and_saves_nothing() -> None:
    user = somebody()
    page = browser_of(user).post("/settings/reminders/asked/", {"answer": "yes"}, follow=True)
    user.refresh_from_db()
    assert page.redirect_chain == [(f"{PAGE}?on=1", 302)]
    assert (_is_on(page, "reminds"), user.reminds, user.asked_about_reminders) == (True, False, True)
    assert "Reminders are on" not in text_of(page)


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}?on=", f"{PAGE}?on=false"])
def test_without_a_yes_the_switch_is_where_it_was(address: str) -> None:
    switched_on = somebody(reminds=True)
    assert [_is_on(browser_of(user).get(address), "reminds") for user in (somebody(), switched_on)] == [False, True]


def test_an_answer_that_is_none_is_said_so() -> None:
    answer = browser_of(somebody()).post("/settings/reminders/asked/", {"answer": "maybe"})
    assert (answer.status_code, "yes or not now" in text_of(answer)) == (400, True)
