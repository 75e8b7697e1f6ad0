"""The page about pain, and the question on today's plan and at the end of a session."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture
from zeal import zeal_context

from accounts.models import User
from pain.models import CheckIn
from tests.builders import (
    CHOICES,
    a_person,
    an_exercise,
    browser_of,
    did,
    elements,
    on_plan,
    text_of,
    the_catalogue_is_known,
)

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
KEY = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
SESSION_AND_USER = 2
FILLED_IN = {"key": str(KEY), "score": "4", "moment": "general", "place": "", "words": ""}


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def user() -> User:
    """Somebody with one exercise on the plan."""
    user = a_person()
    on_plan(user, an_exercise("walk"), date(2026, 11, 16))
    return user


def noted(user: User, score: int, day: date = WEDNESDAY, minute: int = 0, **fields: Any) -> UUID:
    """A check-in that is there already."""
    key = uuid4()
    values = {"moment": "general", "place": "", "words": "", **fields}
    at = datetime(day.year, day.month, day.day, 8, minute, tzinfo=UTC)
    CheckIn.objects.record(user, day, at, key=key, score=score, **values)
    return key


def rows(user: User) -> list[tuple[date, int, str, str, str]]:
    own = CheckIn.objects.for_user(user).order_by("day", "recorded_at")
    return list(own.values_list("day", "score", "moment", "place", "words"))


def advice(page: Any) -> list[tuple[str, str]]:
    """Advice and alarm, if the page gives any."""
    return [(one["data-advice"], one["data-alarm"]) for one in elements(page, "data-advice")]


def is_asked(page: Any) -> bool:
    return "ask-title" in [element["id"] for element in elements(page, "id")]


def chosen(page: Any, name: str) -> list[str]:
    inputs = [one for one in elements(page, "name") if one["name"] == name]
    return [one["value"] for one in inputs if "checked" in one or "selected" in one]


# --- Recording --------------------------------------------------------------------------------------------------------


def test_a_check_in_is_recorded_and_answered_with_advice(user: User) -> None:
    client = browser_of(user)
    answer = client.post("/pain/", {**FILLED_IN, "moment": "after", "place": "hip", "words": "Stiff.\r\nBetter now."})
    assert (answer.status_code, answer["Location"]) == (302, "/pain/#advice")
    assert rows(user) == [(WEDNESDAY, 4, "after", "hip", "Stiff.\nBetter now.")]
    page = client.get("/pain/")
    assert advice(page) == [("watch", "no")]
    said = text_of(page)
    assert "4 of 10. Keep an eye on it" in said
    assert "It is no all-clear." in said
    assert "4 of 10 , 18 November after exercise · hip Stiff. Better now." in said


def test_two_choices_are_enough_because_the_moment_is_chosen_already(user: User) -> None:
    client = browser_of(user)
    page = client.get("/pain/")
    assert chosen(page, "score") == []
    assert chosen(page, "moment") == ["general"]
    [key] = [one["value"] for one in elements(page, "name") if one["name"] == "key"]
    assert client.post("/pain/", {"key": key, "score": "0", "moment": "general"}).status_code == 302
    assert rows(user) == [(WEDNESDAY, 0, "general", "", "")]


def test_the_same_form_twice_is_one_row_and_the_second_replaces_what_the_first_said(
    user: User, time_machine: TimeMachineFixture
) -> None:
    client = browser_of(user)
    client.post("/pain/", FILLED_IN)
    time_machine.move_to(NOW + timedelta(minutes=5), tick=False)
    client.post("/pain/", {**FILLED_IN, "score": "6", "words": "Worse."})
    assert rows(user) == [(WEDNESDAY, 6, "general", "", "Worse.")]
    assert CheckIn.objects.get().recorded_at == NOW + timedelta(minutes=5)


def test_each_form_has_a_key_of_its_own(user: User) -> None:
    client = browser_of(user)
    keys = [one["value"] for _n in range(3) for one in elements(client.get("/pain/"), "name") if one["name"] == "key"]
    assert len({UUID(key) for key in keys}) == 3


def test_the_same_key_of_two_people_is_two_rows(user: User) -> None:
    other = a_person()
    for one, score in ((user, "2"), (other, "7")):
        browser_of(one).post("/pain/", {**FILLED_IN, "score": score})
    assert [row[1] for row in rows(user) + rows(other)] == [2, 7]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"score": ""}, "Choose a number from 0 to 10."),
        ({"score": "11"}, "Choose a number from 0 to 10."),
        ({"score": "-1"}, "Choose a number from 0 to 10."),
        ({"score": "4.5"}, "Choose a number from 0 to 10."),
        ({"score": "much"}, "Choose a number from 0 to 10."),
        ({"score": "٤"}, "Choose a number from 0 to 10."),
        ({"moment": ""}, "Choose when this was."),
        ({"moment": "sometimes"}, "Choose when this was."),
        ({"place": "elbow"}, "Choose a place from the list, or leave it open."),
        ({"words": "x" * 501}, "This is too long. There is room for 500 signs."),
        ({"words": "a\x00b"}, "Null characters are not allowed."),
        ({"key": ""}, "Please save once more."),
        ({"key": "17"}, "Please save once more."),
    ],
)
def test_what_does_not_fit_is_said_kindly_and_nothing_typed_is_lost(
    user: User, wrong: dict[str, str], sentence: str
) -> None:
    typed = {**FILLED_IN, "moment": "before", "place": "leg", "words": "After the garden."}
    page = browser_of(user).post("/pain/", {**typed, **wrong})
    assert page.status_code == 400
    assert sentence in text_of(page)
    assert rows(user) == []
    for name in {"score", "moment"} - wrong.keys():
        assert chosen(page, name) == [typed[name]]
    if "words" not in wrong:
        assert "After the garden." in text_of(page)
    if "place" not in wrong:
        assert [one["value"] for one in elements(page, "selected")] == ["leg"]
    [key] = [one["value"] for one in elements(page, "name") if one["name"] == "key"]
    assert (UUID(key) == KEY) is ("key" not in wrong)


def test_an_empty_form_is_bad_input_too(user: User) -> None:
    page = browser_of(user).post("/pain/")
    assert page.status_code == 400
    assert "Choose a number from 0 to 10." in text_of(page)


def test_five_hundred_signs_with_line_breaks_as_a_browser_sends_them_fit(user: User) -> None:
    words = "\r\n".join(["x" * 9] * 50)
    assert browser_of(user).post("/pain/", {**FILLED_IN, "words": words}).status_code == 302
    assert rows(user)[0][4] == "\n".join(["x" * 9] * 50)


def test_what_somebody_writes_is_text_and_never_runs(user: User) -> None:
    client = browser_of(user)
    client.post("/pain/", {**FILLED_IN, "words": "<script>alert(1)</script>"})
    for page in (client.get("/pain/"), client.post("/pain/", {"words": "</textarea><script>alert(1)</script>"})):
        assert b"<script>alert" not in page.content
        assert b"&lt;script&gt;alert(1)" in page.content


def test_nothing_personal_is_in_a_title_a_message_or_a_redirect(user: User) -> None:
    client = browser_of(user)
    answer = client.post("/pain/", {**FILLED_IN, "words": "secret"}, follow=True)
    assert [address for address, _status in answer.redirect_chain] == ["/pain/#advice"]
    page = answer.content.decode()
    assert re.findall("<title>(.*?)</title>", page) == ["My pain · Backpain"]
    assert "data-said" not in page


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("UTC", "2026-11-18T23:59:59Z", date(2026, 11, 18)),
        ("Europe/Berlin", "2026-11-18T22:59:59Z", date(2026, 11, 18)),
        ("Europe/Berlin", "2026-11-18T23:00:00Z", date(2026, 11, 19)),
        ("Pacific/Kiritimati", "2026-11-18T10:00:00Z", date(2026, 11, 19)),
        ("Pacific/Pago_Pago", "2026-11-18T10:00:00Z", date(2026, 11, 17)),
    ],
)
def test_the_day_is_that_of_the_persons_own_wall_whatever_the_form_says(
    zone: str, instant: str, day: date, time_machine: TimeMachineFixture
) -> None:
    user = a_person(time_zone=zone)
    time_machine.move_to(instant, tick=False)
    browser_of(user).post("/pain/", {**FILLED_IN, "day": "2026-01-01", "recorded_at": "2026-01-01"})
    user.refresh_from_db()
    assert [row[0] for row in rows(user)] == [day]
    assert user.pain_asked_on == day


@pytest.mark.parametrize(
    ("on", "day"),
    [("2026-11-16", date(2026, 11, 16)), ("2026-11-18", date(2026, 11, 18)), ("2027-01-01", date(2026, 11, 18))],
    ids=["two days ago", "today", "by a clock that is ahead"],
)
def test_what_a_device_could_not_send_at_once_is_of_the_day_on_which_it_was_made(
    user: User, on: str, day: date
) -> None:
    for _time in range(2):
        assert browser_of(user).post("/pain/", {**FILLED_IN, "on": on}).status_code == 302
    user.refresh_from_db()
    assert [row[0] for row in rows(user)] == [day]
    # Today's question is answered by a check-in of today alone.
    assert user.pain_asked_on == (day if day == date(2026, 11, 18) else None)


@pytest.mark.parametrize("on", ["1999-12-31", "0001-01-01", "yesterday", "18.11.2026"])
def test_a_day_that_makes_no_sense_is_refused(user: User, on: str) -> None:
    answer = browser_of(user).post("/pain/", {**FILLED_IN, "on": on})
    assert answer.status_code == 400
    assert "Please save once more." in answer.content.decode()
    assert rows(user) == []


@pytest.mark.parametrize(
    "wrong", [{"score": 11}, {"score": -1}, {"moment": "never"}, {"place": "elbow"}], ids=lambda one: next(iter(one))
)
def test_the_database_refuses_what_no_form_lets_through(user: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        noted(user, **{"score": 4, **wrong})


def test_check_ins_have_one_index() -> None:
    assert CheckIn._meta.indexes == []
    assert not any(getattr(field, "db_index", False) for field in CheckIn._meta.fields)


# --- Advice -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("earlier", "score", "found", "sentence"),
    [
        ([], 3, ("carry-on", "no"), "3 of 10. Carry on"),
        ([], 6, ("ease-off", "no"), "6 of 10. Ease off or stop"),
        ([], 8, ("ease-off", "yes"), "This is severe pain. It can have many causes."),
        ([(11, 1)], 4, ("watch", "yes"), "This is clearly more than you noted of late."),
        ([(10, 1)], 4, ("watch", "no"), "4 of 10. Keep an eye on it"),
        ([(17, 5)], 9, ("ease-off", "yes"), "This is severe pain, and clearly more than you noted of late."),
        ([(16, 2), (17, 3)], 5, ("watch", "no"), "5 of 10. Keep an eye on it"),
        ([(16, 2), (17, 3)], 6, ("ease-off", "yes"), "6 of 10. Please read this first"),
    ],
)
def test_the_advice_follows_the_rule(
    user: User, earlier: list[tuple[int, int]], score: int, found: tuple[str, str], sentence: str
) -> None:
    for day, was in earlier:
        noted(user, was, date(2026, 11, day))
    noted(a_person(), 0)
    client = browser_of(user)
    page = client.post("/pain/", {**FILLED_IN, "score": str(score)}, follow=True)
    assert advice(page) == [found]
    said = text_of(page)
    assert sentence in said
    for sign in ("pain, tingling, weakness or numbness in both legs", "coughing or sneezing makes it worse"):
        assert (sign in said) is (found[1] == "yes")
    # The person's own controls are all there.
    assert len([one for one in elements(page, "name") if one["name"] == "score"]) == 11
    assert not elements(page, "disabled")


def test_an_alarm_of_today_is_not_forgotten_at_the_next_check_in(user: User) -> None:
    noted(user, 8, minute=1)
    noted(user, 2, minute=2)
    page = browser_of(user).get("/pain/")
    assert advice(page) == [("carry-on", "no")]
    assert "Earlier today you noted 8 of 10." in text_of(page)


def test_an_alarm_stays_in_sight_on_the_pages_of_its_day_until_it_is_taken_back(
    user: User, time_machine: TimeMachineFixture
) -> None:
    client = browser_of(user)
    lead = "Please read this before you exercise"

    def shown() -> list[bool]:
        return [lead in text_of(client.get(address)) for address in ("/today/", "/session/")]

    assert shown() == [False, False]
    client.post("/pain/", {**FILLED_IN, "key": str(UUID(int=1)), "score": "8"})
    client.post("/pain/", {**FILLED_IN, "key": str(UUID(int=2)), "score": "1"})
    assert shown() == [True, True]
    # Nothing is taken away from the person.
    assert "Start the guided session" in text_of(client.get("/today/"))
    client.post(f"/pain/{WEDNESDAY}/{UUID(int=1)}/take-back/")
    assert shown() == [False, False]
    client.post("/pain/", {**FILLED_IN, "key": str(UUID(int=3)), "score": "9"})
    time_machine.move_to(NOW + timedelta(days=1), tick=False)
    assert shown() == [False, False]


def test_a_form_with_something_wrong_in_it_does_not_hide_an_alarm(user: User) -> None:
    noted(user, 9)
    answer = browser_of(user).post("/pain/", {**FILLED_IN, "score": ""})
    assert answer.status_code == 400
    assert advice(answer) == [("ease-off", "yes")]


def test_what_is_said_last_is_what_is_advised_on(user: User, time_machine: TimeMachineFixture) -> None:
    """Also by a form that was sent before, and is sent again after another one."""
    client = browser_of(user)
    for minute, (key, score) in enumerate(((1, "2"), (2, "3"), (1, "9"))):
        time_machine.move_to(NOW + timedelta(minutes=minute), tick=False)
        client.post("/pain/", {**FILLED_IN, "key": str(UUID(int=key)), "score": score})
    assert advice(client.get("/pain/")) == [("ease-off", "yes")]


def test_an_earlier_check_in_of_the_same_day_counts_and_a_later_one_does_not(user: User) -> None:
    noted(user, 1, minute=1)
    noted(user, 4, minute=2)
    client = browser_of(user)
    assert advice(client.get("/pain/")) == [("watch", "yes")]
    noted(user, 1, minute=3)
    assert advice(client.get("/pain/")) == [("carry-on", "no")]


def test_the_advice_is_about_today_and_gone_tomorrow(user: User, time_machine: TimeMachineFixture) -> None:
    noted(user, 9)
    client = browser_of(user)
    assert advice(client.get("/pain/")) == [("ease-off", "yes")]
    time_machine.move_to(NOW + timedelta(days=1), tick=False)
    assert advice(client.get("/pain/")) == []


def test_an_alarm_is_announced_and_its_heading_can_take_the_focus(user: User) -> None:
    noted(user, 9)
    page = browser_of(user).get("/pain/")
    said = [
        one["role"]
        for one in elements(page, "role")
        if not {"data-outbox", "data-being-sent", "data-kept-answer", "data-severe-from"} & set(one)
    ]
    assert said == ["alert"]
    assert [one["tag"] for one in elements(page, "tabindex") if one.get("id") == "advice"] == ["h2"]


# --- The list ---------------------------------------------------------------------------------------------------------


def test_check_ins_are_listed_latest_first_thirty_at_a_time(user: User) -> None:
    for n in range(70):
        noted(user, n % 11, WEDNESDAY - timedelta(days=n // 2), minute=n % 2)
    client = browser_of(user)
    first, second, third = (
        client.get(address) for address in ("/pain/", "/pain/earlier/?page=2", "/pain/earlier/?page=3")
    )
    listed = [one["data-day"] for page in (first, second, third) for one in elements(page, "data-day")]
    assert [len(elements(page, "data-day")) for page in (first, second, third)] == [30, 30, 10]
    assert listed == sorted(listed, reverse=True)
    assert [one["data-score"] for one in elements(first, "data-day")][:3] == ["1", "0", "3"]
    onward = [
        [one["href"] for one in elements(page, "href") if "?page=" in one["href"]] for page in (first, second, third)
    ]
    assert onward == [["/pain/earlier/?page=2"], ["/pain/earlier/?page=3"], []]


def test_check_ins_of_long_ago_are_a_link_away(user: User) -> None:
    noted(user, 3, date(2025, 3, 1))
    client = browser_of(user)
    page = client.get("/pain/")
    assert "There is no check-in in the last 12 weeks." in text_of(page)
    assert "3 of 10 , 1 March 2025" in text_of(client.get("/pain/earlier/?page=1"))
    noted(user, 2)
    assert [one["href"] for one in elements(client.get("/pain/"), "href") if "earlier" in one["href"]] == [
        "/pain/earlier/?page=2"
    ]


@pytest.mark.parametrize("page", ["", "0", "-1", "3", "x", "99999999999999999999"])
def test_a_page_that_is_not_there_is_not_found(user: User, page: str) -> None:
    noted(user, 3)
    answer = browser_of(user).get("/pain/earlier/", {"page": page})
    assert answer.status_code == 404
    assert "There are no check-ins on this page." in text_of(answer)


def test_a_check_in_can_be_taken_back(user: User) -> None:
    noted(user, 7)
    noted(user, 2, minute=1)
    client = browser_of(user)
    [address, _other] = [
        one["formaction"] for one in elements(client.get("/pain/"), "formaction") if "take-back" in one["formaction"]
    ]
    page = client.post(address, follow=True)
    assert [row[1] for row in rows(user)] == [7]
    assert "The check-in is taken back." in text_of(page)
    # A second tap finds nothing, and is told so.
    again = client.post(address)
    assert again.status_code == 404
    assert "This check-in is not there, or no longer." in text_of(again)


def test_nobody_sees_or_takes_back_what_another_person_recorded(user: User) -> None:
    key = noted(user, 7, words="mine")
    stranger = browser_of(a_person())
    assert stranger.post(f"/pain/2026-11-18/{key}/take-back/").status_code == 404
    assert "mine" not in text_of(stranger.get("/pain/"))
    assert stranger.get("/pain/earlier/?page=1").status_code == 404
    assert len(rows(user)) == 1


@pytest.mark.parametrize(
    "address",
    ["/pain/2026-11-17/{key}/take-back/", "/pain/2026-13-01/{key}/take-back/", "/pain/2026-11-18/7/take-back/"],
)
def test_a_check_in_is_known_by_its_day_and_key_together(user: User, address: str) -> None:
    key = noted(user, 7)
    assert browser_of(user).post(address.format(key=key)).status_code == 404
    assert len(rows(user)) == 1


@pytest.mark.parametrize("address", ["/pain/not-now/", "/pain/never/", f"/pain/2026-11-18/{KEY}/take-back/"])
def test_what_writes_answers_no_get(user: User, address: str) -> None:
    assert browser_of(user).get(address).status_code == 405


@pytest.mark.parametrize("address", ["/pain/", "/pain/earlier/?page=1"])
def test_a_stranger_is_asked_to_sign_in(client: Any, address: str) -> None:
    assert client.get(address)["Location"].startswith("/accounts/login/?next=/pain/")


# --- The question on today's plan -------------------------------------------------------------------------------------


def test_today_asks_with_the_same_form_after_the_exercises(user: User) -> None:
    page = browser_of(user).get("/today/")
    assert is_asked(page)
    assert chosen(page, "moment") == ["general"]
    said = text_of(page)
    assert said.index("Walk") < said.index("How is your pain today?")
    addresses = [one["action"] for one in elements(page, "action") if one["action"].startswith("/pain/")]
    assert addresses == ["/pain/", "/pain/not-now/", "/pain/never/"]


@pytest.mark.parametrize("answer", ["/pain/", "/pain/not-now/"])
def test_today_asks_once_a_day_whatever_the_answer(user: User, answer: str, time_machine: TimeMachineFixture) -> None:
    client = browser_of(user)
    client.post(answer, FILLED_IN)
    assert not is_asked(client.get("/today/"))
    time_machine.move_to(NOW + timedelta(hours=13, minutes=59), tick=False)
    assert not is_asked(client.get("/today/"))
    time_machine.move_to(NOW + timedelta(hours=14), tick=False)
    assert is_asked(client.get("/today/"))


def test_not_now_records_nothing_and_goes_back(user: User) -> None:
    client = browser_of(user)
    answer = client.post("/pain/not-now/", {**FILLED_IN, "score": ""}, headers={"Referer": "http://testserver/today/"})
    assert (answer.status_code, answer["Location"]) == (302, "/today/")
    user.refresh_from_db()
    assert user.pain_asked_on == WEDNESDAY
    assert user.asks_pain
    assert rows(user) == []


@pytest.mark.parametrize(
    ("came_from", "goes_to"),
    [
        ("http://testserver/today/", "/today/"),
        ("http://testserver/session/?minutes=5", "/session/"),
        ("http://testserver/pain/", "/pain/"),
        ("http://testserver/admin/", "/today/"),
        ("http://testserver/pain/not-now/", "/today/"),
        ("https://elsewhere.example/session/", "/today/"),
        ("", "/today/"),
    ],
)
def test_the_way_back_leads_to_pages_that_ask_and_to_no_other(user: User, came_from: str, goes_to: str) -> None:
    for address in ("/pain/not-now/", "/pain/never/"):
        assert browser_of(user).post(address, headers={"Referer": came_from})["Location"] == goes_to


def test_never_switches_it_off_for_good_and_says_where_to_switch_it_on(
    user: User, time_machine: TimeMachineFixture
) -> None:
    client = browser_of(user)
    page = client.post("/pain/never/", follow=True)
    assert "You will not be asked about pain again. You can turn it back on in the settings." in text_of(page)
    assert not is_asked(page)
    time_machine.move_to(NOW + timedelta(days=1), tick=False)
    assert not is_asked(client.get("/today/"))
    # The page itself is still there for who wants it.
    assert is_asked(client.get("/pain/"))
    client.post("/settings/", CHOICES)
    assert is_asked(client.get("/today/"))


def test_the_settings_switch_it_off_as_well(user: User) -> None:
    client = browser_of(user)
    choices = {name: value for name, value in CHOICES.items() if name != "asks_pain"}
    client.post("/settings/", choices)
    user.refresh_from_db()
    assert not user.asks_pain
    assert not is_asked(client.get("/today/"))


def test_only_today_asks_and_only_where_there_is_something_to_do_and_the_notes_are_read(user: User) -> None:
    client = browser_of(user)
    assert is_asked(client.get("/day/2026-11-18/"))
    assert not is_asked(client.get("/day/2026-11-17/"))
    assert not is_asked(client.get("/day/2026-11-19/"))
    assert not is_asked(browser_of(a_person()).get("/today/"))
    user.safety_read_at = None
    user.save()
    assert not is_asked(client.get("/today/"))


def test_the_end_of_a_session_asks_how_it_is_after_exercise(user: User) -> None:
    call_command("seed_catalogue", verbosity=0)
    client = browser_of(user)
    page = client.get("/session/")
    assert is_asked(page)
    assert chosen(page, "moment") == ["after"]
    assert "How is your pain after this?" in text_of(page)
    assert "Listen to your back" not in text_of(page)
    # Every time, also if today has been answered; and it can be passed over.
    client.post("/pain/", FILLED_IN)
    assert is_asked(client.get("/session/"))
    assert "To today’s plan" in text_of(page)


def test_who_is_not_asked_gets_the_rule_at_the_end_of_a_session(user: User) -> None:
    client = browser_of(user)
    client.post("/pain/never/")
    page = client.get("/session/")
    assert not is_asked(page)
    assert "Listen to your back" in text_of(page)


# --- What it costs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entries", [1, 3, 30, 90])
@pytest.mark.parametrize(("address", "queries"), [("/pain/", 4), ("/pain/earlier/?page=1", 1)])
def test_a_page_takes_a_constant_number_of_queries(user: User, address: str, queries: int, entries: int) -> None:
    for n in range(entries):
        noted(user, n % 11, WEDNESDAY - timedelta(days=n), words="words")
        did(user, user.planitem_set.get().exercise, WEDNESDAY - timedelta(days=n))
    client = browser_of(user)
    the_catalogue_is_known()
    with zeal_context(), CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    assert len(captured) == SESSION_AND_USER + queries, [query["sql"] for query in captured]


def test_the_question_costs_today_no_query(user: User) -> None:
    client = browser_of(user)
    client.get("/today/")  # from here on the catalogue is in memory
    counts = []
    for asks in (True, False):
        User.objects.update(asks_pain=asks)
        the_catalogue_is_known()
        with CaptureQueriesContext(connection) as captured:
            assert is_asked(client.get("/today/")) is asks
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_recording_is_one_statement(user: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        noted(user, 3)
    assert [query["sql"].split()[0] for query in captured if "pain_checkin" in query["sql"]] == ["INSERT"]


def answers_without_a_network(page: Any) -> list[tuple[str, int, str]]:
    """The scores, how many lists of warning signs, and the first heading of each."""
    parts = [part.partition("</template>")[0] for part in page.content.decode().split('<template data-scores="')[1:]]
    heading = re.compile(r"<h2[^>]*>(.*?)</h2>")
    return [
        (one.partition('"')[0], one.count("Call the emergency number now"), heading.findall(one)[0]) for one in parts
    ]


def test_what_is_said_without_a_network_goes_by_the_rule_and_the_number_alone(user: User) -> None:
    expected = [
        ("0 1 2 3", 0, "0 of 10. Carry on"),
        ("4 5", 0, "4 of 10. Keep an eye on it"),
        ("6 7", 0, "6 of 10. Ease off or stop"),
        ("8 9 10", 1, "8 of 10. Please read this first"),
    ]
    for address in ("/today/", "/pain/"):
        assert answers_without_a_network(browser_of(user).get(address)) == expected


def test_the_page_about_pain_knows_without_a_network_as_well_what_is_clearly_more(user: User) -> None:
    noted(user, 2)
    noted(user, 3, date(2026, 11, 16))
    assert answers_without_a_network(browser_of(user).get("/pain/")) == [
        ("0 1 2 3", 0, "0 of 10. Carry on"),
        ("4 5", 0, "4 of 10. Keep an eye on it"),
        ("6 7", 1, "6 of 10. Please read this first"),
        ("8 9 10", 1, "8 of 10. Please read this first"),
    ]
