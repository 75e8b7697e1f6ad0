"""The safety notes: complete, for everybody to read, and acknowledged once before the first session."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from accounts.models import User
from tests.builders import a_person, an_exercise, browser_of, elements, on_plan, text_of

pytestmark = pytest.mark.django_db

EMERGENCY = [
    *("pain, tingling, weakness or numbness in both legs", "genitals or buttocks", "wiping feels different"),
    *("trouble passing urine", "whether the bladder is full", "losing control of bladder or bowel"),
    *("a new problem with erections", "chest pain", "a serious accident"),
]
DOCTOR = [
    *("a fever", "lose weight without knowing why", "a lump on your back", "its shape has changed"),
    *("does not ease with rest", "worse at night", "coughing or sneezing makes it worse", "upper back"),
]
ASK_FIRST = [
    *("cancer", "osteoporosis", "steroids for long", "immune system is weak", "surgery or a fracture", "pregnant"),
    *("feet are numb or affected by diabetes", "a calf is swollen and painful"),
]
PAIN_RULE = ["0–3 Carry on.", "4–5 Acceptable, if it settles within 24 hours.", "6–10 Ease off or stop."]
KNOWN = [
    *("249 trials (ACP 2017, NICE 2016, Cochrane 2021)", "no systematic review of foot exercises alone"),
    *("46 people whose feet all roll inwards, or over-pronate (Mahmoud 2022)", "insufficient (Chuter 2014)"),
    *(
        "14 trials taken together, but these differ a great deal (Gou 2024)",
        "10 to 30 seconds, on at least 2 or 3 days",
    ),
    *("(ACSM 2021)", "two, and four at most (Bachmann 2018)", "50 to 70 % of people", "80 to 99 %", "(Bailey 2020)"),
    *(
        "slightly easier, perhaps too slightly to matter, in a trial with 461 people (Sandal 2021)",
        "no diagnosis and is no treatment",
    ),
]


@pytest.fixture(autouse=True)
def sunday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-22 23:30:00Z", tick=False)


def missing(facts: list[str], page: Any) -> list[str]:
    said = text_of(page)
    return [fact for fact in facts if fact not in said]


def acknowledgements(page: Any) -> list[str]:
    return [form["action"] for form in elements(page, "action") if "safety" in form["action"]]


# --- What they say ----------------------------------------------------------------------------------------------------


def test_the_page_says_everything_a_responsible_one_says() -> None:
    page = Client().get("/safety/")
    assert missing(EMERGENCY + DOCTOR + ASK_FIRST + PAIN_RULE + KNOWN, page) == []
    assert page.status_code == 200


@pytest.mark.parametrize("address", ["/today/", "/session/"])
def test_the_short_form_leaves_no_warning_sign_out(address: str) -> None:
    page = browser_of(a_person(safety_read_at=None)).get(address)
    assert missing(EMERGENCY + DOCTOR + ASK_FIRST + PAIN_RULE, page) == []


def test_every_source_that_is_named_is_on_the_list_and_every_one_on_the_list_is_named() -> None:
    notes, listed = text_of(Client().get("/safety/")).split(" Sources ")
    for source in ("ACP 2017", "ACSM 2021", "Alam 2024", "Bachmann 2018", "Bailey 2020", "Beinart 2013"):
        assert (source in notes, source in listed) == (True, True)
    for source in ("Chuter 2014", "Cochrane 2021", "Gou 2024", "Mahmoud 2022", "NICE 2016", "Sandal 2021"):
        assert (source in notes, source in listed) == (True, True)
    assert "sources" in [heading["id"] for heading in elements(Client().get("/safety/"), "id")]


# --- Who has read them, and when --------------------------------------------------------------------------------------


def test_a_stranger_reads_them_without_a_question_to_the_database() -> None:
    with CaptureQueriesContext(connection) as captured:
        page = Client().get("/safety/")
    assert len(captured) == 0
    assert acknowledgements(page) == []
    assert "You read these notes" not in text_of(page)
    assert "sessionid" not in page.cookies


def test_who_has_not_read_them_is_asked_to_say_so_at_the_end() -> None:
    page = browser_of(a_person(safety_read_at=None)).get("/safety/")
    assert acknowledgements(page) == ["/safety/read/"]
    assert "You read these notes" not in text_of(page)
    assert text_of(page).index("Sandal 2021 The selfBACK trial") < text_of(page).index("I have read this")


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", "22 November 2026"), ("Europe/Berlin", "23 November 2026"), ("", "22 November 2026")]
)
def test_who_has_read_them_is_told_on_which_day_of_theirs(zone: str, day: str) -> None:
    client = browser_of(a_person(safety_read_at=None, time_zone=zone))
    client.post("/safety/read/")
    page = client.get("/safety/")
    assert f"You read these notes on {day}." in text_of(page)
    assert acknowledgements(page) == []


def test_reading_them_again_does_not_change_the_day() -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    user = a_person(safety_read_at=first)
    assert browser_of(user).post("/safety/read/").status_code == 302
    assert User.objects.get(pk=user.pk).safety_read_at == first


def test_looking_at_them_does_not_count_as_having_read_them() -> None:
    user = a_person(safety_read_at=None)
    browser_of(user).get("/safety/")
    assert browser_of(user).get("/safety/read/").status_code == 405
    assert User.objects.get(pk=user.pk).safety_read_at is None


@pytest.mark.parametrize(("place", "onward"), [("/session/", "/session/"), ("/safety/", "/today/")])
def test_one_goes_on_where_one_came_from(place: str, onward: str) -> None:
    client = browser_of(a_person(safety_read_at=None))
    answer = client.post("/safety/read/", headers={"Referer": f"http://testserver{place}"})
    assert (answer.status_code, answer["Location"]) == (302, onward)


# --- No session before ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?part=once", "?minutes=5"])
def test_there_is_nothing_to_start_before_the_notes_are_read(query: str) -> None:
    user = a_person(safety_read_at=None)
    on_plan(user, an_exercise("walk"), date(2026, 11, 16))
    page = browser_of(user).get(f"/session/{query}")
    assert page.status_code == 200
    assert acknowledgements(page) == ["/safety/read/"]
    for attribute in ("data-dose", "data-do", "formaction", "data-show", "data-with-script"):
        assert elements(page, attribute) == []
    html = page.content.decode()
    assert [part for part in ("session.js", "session-script", "Walk", "What to do now") if part in html] == []


def test_once_they_are_read_everything_is_there() -> None:
    user = a_person(safety_read_at=None)
    on_plan(user, an_exercise("walk"), date(2026, 11, 16))
    page = browser_of(user).post("/safety/read/", headers={"Referer": "http://testserver/session/"}, follow=True)
    assert page.redirect_chain == [("/session/", 302)]
    assert [task["data-dose"] for task in elements(page, "data-dose")] == ["walk/1"]
    assert "start" in [button["data-do"] for button in elements(page, "data-do")]
    assert acknowledgements(page) == []
