"""The calendar link: shown once, kept as a hash, closed with the next request, and read without a trace."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
import vobject
from django.apps import apps
from django.core import mail
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from time_machine import TimeMachineFixture
from zeal import zeal_context

from accounts.models import User
from exercises.prescription import Frequency, Per
from reminders.models import Feed, Reminder
from sharing.models import hash_of
from tests.bounds import PAGES
from tests.builders import (
    DAILY,
    TWO_OR_THREE_A_DAY,
    TWO_OR_THREE_A_WEEK,
    a_person,
    an_exercise,
    browser_of,
    did,
    elements,
    on_plan,
    text_of,
    the_catalogue_is_known,
)
from tests.logs import Log
from tests.test_errors import assert_is_our_page, breaks, not_raising
from tracking.models import Pause

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 19, 10, tzinfo=UTC)
BEGAN = date(2026, 11, 2)
KEY = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
ADDRESS = re.compile(r"http://testserver/calendar/([\w-]{32})\.ics")


@pytest.fixture(autouse=True)
def thursday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def user() -> User:
    """Somebody with one exercise on the plan."""
    user = a_person("kim@example.org", time_zone="Europe/Berlin")
    on_plan(user, an_exercise("walk"), BEGAN)
    return user


def made(user: User, *, alarms: bool = False) -> str:
    """The secret of the person's link, which is made anew."""
    secret = Feed.objects.make(user, NOW, key=uuid4(), alarms=alarms)
    assert secret
    return secret


def read(secret: str, client: Client | None = None, headers: dict[str, str] | None = None) -> Any:
    return (client or Client()).get(f"/calendar/{secret}.ics", headers=headers)


def addresses(page: Any) -> list[str]:
    return [e["value"] for e in elements(page, "readonly")]


def events(user: User) -> list[tuple[str, str, str]]:
    """What each event is called, when it begins first, and how it comes again."""
    calendar = vobject.readOne(read(made(user)).content.decode())
    return [
        (event.summary.value, f"{event.dtstart.value:%Y-%m-%d %H:%M}", event.rrule.value)
        for event in getattr(calendar, "vevent_list", [])
    ]


def notices(page: Any) -> list[str]:
    return re.findall(r'<p class="notice" role="status"[^>]*>(.*?)</p>', page.content.decode())


FOR_NOW = "FREQ=DAILY;UNTIL=20271231T225959Z"


# --- Making one -------------------------------------------------------------------------------------------------------


def test_a_link_is_shown_once_and_a_program_reads_the_plan_behind_it(user: User) -> None:
    client = browser_of(user)
    page = client.get("/settings/calendar/")
    assert page.status_code == 200
    assert "With an alarm at each time" in text_of(page)
    answer = client.post("/settings/calendar/", {"key": str(KEY)})
    assert answer.status_code == 200
    [address] = addresses(answer)
    assert ADDRESS.fullmatch(address)
    assert [e["href"] for e in elements(answer, "href") if e["href"].startswith("webcal:")] == [
        address.replace("http:", "webcal:")
    ]
    assert "no-store" in answer["Cache-Control"]
    assert addresses(client.get("/settings/calendar/")) == []

    calendar = Client().get(address)
    assert (calendar.status_code, calendar["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert vobject.readOne(calendar.content.decode()).vevent.summary.value == "Walk"


def test_the_page_says_at_what_time_doses_without_a_name_are(user: User) -> None:
    Reminder.objects.create(user=a_person(), name="", at=time(22))
    usual = "All doses without a name are at 8:00, so their alarms ring together."
    assert usual in text_of(browser_of(user).get("/settings/calendar/"))
    assert events(user) == [("Walk", "2026-11-02 08:00", FOR_NOW)]

    Reminder.objects.create(user=user, name="", at=time(18, 30))
    chosen = "All doses without a name are at 18:30, the time of your reminder for whatever is still due"
    assert chosen in text_of(browser_of(user).get("/settings/calendar/"))
    assert events(user) == [("Walk", "2026-11-02 18:30", FOR_NOW)]


def test_beside_the_button_for_a_new_link_stands_that_the_one_there_is_ends_at_once(user: User) -> None:
    made(user)
    page = browser_of(user).get("/settings/calendar/")
    [button] = elements(page, "aria-describedby")
    [words] = re.findall(rf'id="{button["aria-describedby"]}">(.*?)</p>', page.content.decode())
    assert "The one you have now ends at once" in words


def test_the_page_is_one_of_the_settings() -> None:
    client = browser_of(a_person())
    assert "/settings/calendar/" in [e["href"] for e in elements(client.get("/settings/"), "href")]
    assert [e["href"] for e in elements(client.get("/settings/calendar/"), "aria-current")] == ["/settings/"]


def test_the_same_form_twice_is_one_link_and_the_second_answer_tells_no_address(user: User) -> None:
    client = browser_of(user)
    [address] = addresses(client.post("/settings/calendar/", {"key": str(KEY)}))
    second = client.post("/settings/calendar/", {"key": str(KEY)})
    assert addresses(second) == []
    assert "This link is made already, and was shown once." in text_of(second)
    assert Client().get(address).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_one_form", [True, False])
def test_however_many_forms_arrive_at_once_there_is_one_link_and_its_address_was_shown(is_one_form: bool) -> None:
    user = a_person()
    clients = [browser_of(user) for _n in range(8)]
    barrier = Barrier(8)

    def send(client: Client) -> list[str]:
        try:
            barrier.wait(timeout=20)
            return addresses(client.post("/settings/calendar/", {"key": str(KEY if is_one_form else uuid4())}))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        shown = [address for some in threads.map(send, clients) for address in some]
    assert len(shown) == (1 if is_one_form else 8)
    assert [Client().get(address).status_code for address in shown].count(200) == 1
    assert Feed.objects.for_user(user).count() == 1


def test_a_new_link_closes_the_old_one_at_once_and_keeps_its_alarms(user: User) -> None:
    client = browser_of(user)
    [old] = addresses(client.post("/settings/calendar/", {"key": str(KEY), "alarms": "on"}))
    page = client.get("/settings/calendar/")
    sent = {e["name"]: e["value"] for e in elements(page, "type") if e["type"] == "hidden"}
    [new] = addresses(client.post("/settings/calendar/", {name: sent[name] for name in ("key", "alarms")}))
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)
    assert b"BEGIN:VALARM" in Client().get(new).content


def test_alarms_are_switched_on_and_off_behind_the_same_link(user: User) -> None:
    secret, client = made(user), browser_of(user)
    assert b"BEGIN:VALARM" not in read(secret).content
    answer = client.post("/settings/calendar/alarms/", {"alarms": "on"}, follow=True)
    assert notices(answer) == ["Saved. Your calendar follows when it reads the link again."]
    assert [e["name"] for e in elements(answer, "checked")] == ["alarms"]
    assert b"BEGIN:VALARM" in read(secret).content
    client.post("/settings/calendar/alarms/")
    assert b"BEGIN:VALARM" not in read(secret).content


def test_a_link_that_is_switched_off_is_dead_with_the_next_request(user: User) -> None:
    secret, client = made(user), browser_of(user)
    answer = client.post("/settings/calendar/off/", follow=True)
    assert notices(answer) == ["The link opens nothing any more. Remove the calendar from your program, too."]
    assert read(secret).status_code == 404
    assert client.post("/settings/calendar/off/").status_code == 302
    gone = client.post("/settings/calendar/alarms/", {"alarms": "on"})
    assert_is_our_page(gone, 404, " This link is not there, or no longer. ")


def test_looking_at_the_page_changes_nothing(user: User) -> None:
    secret, client = made(user, alarms=True), browser_of(user)
    assert client.head("/settings/calendar/").status_code == 200
    for address in ("/settings/calendar/alarms/", "/settings/calendar/off/"):
        assert client.get(address).status_code == 405
    assert client.put("/settings/calendar/").status_code == 405
    assert b"BEGIN:VALARM" in read(secret).content


@pytest.mark.parametrize("key", ["", "17"])
def test_a_form_without_its_key_makes_nothing_and_keeps_what_was_chosen(user: User, key: str) -> None:
    page = browser_of(user).post("/settings/calendar/", {"key": key, "alarms": "on"})
    assert page.status_code == 400
    assert "Please make the link once more." in text_of(page)
    assert [e["name"] for e in elements(page, "checked")] == ["alarms"]
    assert Feed.objects.count() == 0


def test_a_second_link_of_a_person_is_refused_by_the_database_too(user: User) -> None:
    made(user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Feed.objects.create(user=user, key=uuid4(), token_hash="0" * 64, created_at=NOW)


def test_the_page_tells_when_it_was_made_and_read_by_the_persons_own_clock(
    user: User, time_machine: TimeMachineFixture
) -> None:
    secret, client = made(user), browser_of(user)
    assert "Made on 19 November 2026 · not read yet" in text_of(client.get("/settings/calendar/"))
    time_machine.move_to("2026-11-20 23:30:00Z", tick=False)
    read(secret)
    assert "Made on 19 November 2026 · last read on 21 November 2026" in text_of(client.get("/settings/calendar/"))


# --- What stands in it ------------------------------------------------------------------------------------------------


def test_each_dose_that_a_day_asks_for_is_an_event_that_comes_again(user: User) -> None:
    on_plan(user, an_exercise("calf"), BEGAN, frequency=TWO_OR_THREE_A_DAY)
    assert events(user) == [
        ("Walk", "2026-11-02 08:00", FOR_NOW),
        ("Calf · Morning", "2026-11-02 08:00", FOR_NOW),
        ("Calf · Midday", "2026-11-02 13:00", FOR_NOW),
    ]


def test_some_times_a_week_is_a_suggestion_and_says_so(user: User) -> None:
    user.week_start = 6
    user.save()
    user.planitem_set.all().delete()
    on_plan(user, an_exercise("towel"), BEGAN, frequency=TWO_OR_THREE_A_WEEK)
    assert events(user) == [("Towel", "2026-11-04 08:00", "FREQ=WEEKLY;UNTIL=20271231T225959Z;BYDAY=WE,SU")]
    said = vobject.readOne(read(made(user)).content.decode()).vevent.description.value
    assert said == "2–3 times a week, on days of your choice. This day is a suggestion."


def test_names_and_times_are_those_of_the_person(user: User) -> None:
    user.planitem_set.all().delete()
    on_plan(user, an_exercise("calf"), BEGAN, frequency=TWO_OR_THREE_A_DAY, slot_names=["after waking", "in bed", ""])
    on_plan(user, an_exercise("neck"), BEGAN, frequency=Frequency(Per.DAY, 3, 3))
    on_plan(user, an_exercise("hip"), BEGAN, frequency=DAILY)
    for name, at in (("after waking", time(6, 45)), ("Evening", time(20, 15)), ("", time(12, 5))):
        Reminder.objects.create(user=user, name=name, at=at)
    Reminder.objects.create(user=a_person(), name="in bed", at=time(22))
    assert sorted((start[-5:], name) for name, start, _rule in events(user)) == [
        ("06:45", "Calf · after waking"),
        ("08:00", "Neck · Morning"),
        ("12:05", "Hip"),
        ("13:00", "Calf · in bed"),
        ("13:00", "Neck · Midday"),
        ("20:15", "Neck · Evening"),
    ]


def test_pauses_are_left_out_and_what_they_keep_goes_on(user: User) -> None:
    kept = an_exercise("calf")
    on_plan(user, kept, BEGAN)
    Pause.objects.create(
        user=user, starts_on=date(2026, 11, 23), ends_on=date(2026, 11, 30), reason="flare-up", keeps=[kept.pk]
    )
    assert events(user) == [
        ("Walk", "2026-11-02 08:00", "FREQ=DAILY;UNTIL=20261122T225959Z"),
        ("Calf", "2026-11-02 08:00", FOR_NOW),
        ("Walk", "2026-11-30 08:00", FOR_NOW),
    ]


def test_what_has_ended_goes_after_some_weeks_and_what_is_to_come_is_there_already(
    user: User, time_machine: TimeMachineFixture
) -> None:
    user.planitem_set.all().delete()
    old, new = an_exercise("old"), an_exercise("new")
    on_plan(user, old, date(2026, 1, 1), BEGAN)
    on_plan(user, new, date(2026, 12, 1))
    ended = ("Old", "2026-09-01 08:00", "FREQ=DAILY;UNTIL=20261101T225959Z")
    assert events(user) == [ended, ("New", "2026-12-01 08:00", FOR_NOW)]
    time_machine.move_to("2027-02-01 10:00:00Z", tick=False)
    assert [name for name, _start, _rule in events(user)] == ["New"]


def test_nothing_is_in_it_but_exercises_and_times(user: User) -> None:
    did(user, user.planitem_set.get().exercise, date(2026, 11, 9))
    body = read(made(user)).content.decode()
    for trace in ("kim", "example.org", "hold", "Keeps a test going", "pain", f":{user.pk}\r"):
        assert trace not in body.replace("Backpain//", "")
    assert str(Feed.objects.get().key) not in body


def test_own_words_stay_within_their_line(user: User) -> None:
    own = an_exercise(owner=user, name="Cat\r\nBEGIN:VEVENT\r\nX:\x0b1")
    on_plan(user, own, BEGAN, frequency=TWO_OR_THREE_A_DAY, slot_names=["a\rATTENDEE:b", "c\u2028d"])
    body = read(made(user)).content.decode()
    assert re.findall("SUMMARY:.*", body) == [
        "SUMMARY:Walk\r",
        "SUMMARY:Cat BEGIN:VEVENT X: 1 · a ATTENDEE:b\r",
        "SUMMARY:Cat BEGIN:VEVENT X: 1 · c d\r",
    ]
    assert len(re.findall("^(?:BEGIN:VEVENT|ATTENDEE)", body, re.M)) == 3


@pytest.mark.parametrize("rows", [1, 9])
def test_reading_takes_a_constant_number_of_queries(user: User, rows: int) -> None:
    for n in range(rows):
        on_plan(user, an_exercise(needs=["a wall"]), BEGAN)
        Reminder.objects.create(user=user, name=f"dose {n}", at=time(8))
        Pause.objects.create(
            user=user, starts_on=date(2026, 12, 2 * n + 1), ends_on=date(2026, 12, 2 * n + 2), reason="travel"
        )
    secret = made(user)
    the_catalogue_is_known()
    with zeal_context(), CaptureQueriesContext(connection) as captured:
        read(secret)
    assert len(captured) == PAGES["calendar/<slug:secret>.ics"]
    with CaptureQueriesContext(connection) as captured:
        read(secret)
    # That it was read today is noted already.
    assert len(captured) == PAGES["calendar/<slug:secret>.ics"] - 1


# --- Reading it again -------------------------------------------------------------------------------------------------


def test_a_calendar_that_is_known_already_is_not_sent_again(user: User, time_machine: TimeMachineFixture) -> None:
    secret = made(user)
    first = read(secret)
    tag = first["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    time_machine.move_to(NOW + timedelta(days=11, hours=3), tick=False)
    again = read(secret, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert_is_private(again)
    assert read(secret).content == first.content
    assert read(secret, headers={"If-None-Match": '"another"'}).status_code == 200


@pytest.mark.parametrize("change", ["plan", "pause", "reminder", "zone", "name", "alarms"])
def test_whatever_changes_in_it_is_seen_at_the_next_reading(user: User, change: str) -> None:
    secret = made(user)
    own = an_exercise(owner=user, name="Cat")
    on_plan(user, own, BEGAN)
    tag = read(secret)["ETag"]
    match change:
        case "plan":
            on_plan(user, an_exercise("calf"), date(2027, 1, 1))
        case "pause":
            Pause.objects.create(user=user, starts_on=date(2026, 12, 1), reason="travel")
        case "reminder":
            Reminder.objects.create(user=user, name="", at=time(9))
        case "zone":
            User.objects.update(time_zone="Asia/Tokyo")
        case "name":
            own.name = "Tiger"
            own.save()
        case "alarms":
            Feed.objects.set_alarms(user, True)
    assert read(secret, headers={"If-None-Match": tag}).status_code == 200


def test_a_calendar_packed_on_its_way_is_known_again_too(user: User) -> None:
    secret = made(user)
    packed = read(secret, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    again = read(secret, headers={"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})
    assert again.status_code == 304


def test_the_day_of_a_reading_is_noted_once_and_looking_ahead_is_none(
    user: User, time_machine: TimeMachineFixture
) -> None:
    secret = made(user)
    head = Client().head(f"/calendar/{secret}.ics")
    assert (head.status_code, head.content, Feed.objects.get().last_read_at) == (200, b"", None)
    for hours, noted in ((0, 0), (12, 0), (13, 13), (36, 13), (37, 37)):
        # A day of the person in Berlin ends thirteen hours from now.
        time_machine.move_to(NOW + timedelta(hours=hours), tick=False)
        read(secret, headers={"If-None-Match": read(secret)["ETag"]})
        assert Feed.objects.get().last_read_at == NOW + timedelta(hours=noted)


def test_a_reading_that_was_late_is_not_noted_on_the_link_that_came_after(user: User) -> None:
    made(user)
    old = Feed.objects.select_related("user").get()
    made(user)
    Feed.objects.note_read(old, NOW)
    assert Feed.objects.get().last_read_at is None


# --- Who may read it --------------------------------------------------------------------------------------------------


def assert_is_private(answer: Any) -> None:
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer.cookies == {}


def test_unknown_and_closed_links_are_answered_alike_and_tell_nothing(user: User) -> None:
    inactive, gone = a_person(is_active=False), a_person()
    closed, rotated = made(user), made(user)
    Feed.objects.switch_off(user)
    right = made(user)
    secrets = ["x" * 32, "x", "-", closed, rotated, made(inactive), made(gone), right[:-1], right + "A"]
    gone.delete()
    answers = [read(secret) for secret in secrets]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.content for answer in answers} == {b"There is no calendar here."}
    for answer in answers:
        assert_is_private(answer)


def test_every_answer_asks_to_be_neither_kept_nor_found_nor_named(user: User, settings: Settings) -> None:
    secret = made(user)
    assert_is_private(read(secret))
    for method in ("post", "put", "delete"):
        refused = getattr(Client(enforce_csrf_checks=True), method)(f"/calendar/{secret}.ics")
        assert refused.status_code == 405
        assert secret not in refused.content.decode()
        assert_is_private(refused)
    settings.SECURE_SSL_REDIRECT = True
    assert read(secret).status_code == 301
    assert_is_private(read(secret))


def test_it_is_the_same_whoever_is_signed_in(user: User) -> None:
    secret = made(user)
    stranger = read(secret)
    for viewer in (a_person("pat@example.org", time_zone="Asia/Tokyo"), user):
        assert read(secret, browser_of(viewer)).content == stranger.content


def test_nobody_sees_or_changes_the_link_of_somebody_else(user: User) -> None:
    secret, other = made(user), browser_of(a_person())
    assert "Made on" not in text_of(other.get("/settings/calendar/"))
    other.post("/settings/calendar/", {"key": str(Feed.objects.get().key)})
    other.post("/settings/calendar/off/")
    assert other.post("/settings/calendar/alarms/", {"alarms": "on"}).status_code == 404
    assert read(secret).status_code == 200
    assert not Feed.objects.for_user(user).get().alarms


def test_the_secret_is_long_and_random(user: User) -> None:
    secrets = {made(user) for _n in range(20)}
    assert len(secrets) == 20
    # Six bits a sign.
    assert {6 * len(secret) for secret in secrets} == {192}


def test_no_table_no_session_and_no_mail_holds_the_secret(user: User) -> None:
    client = browser_of(user)
    [address] = addresses(client.post("/settings/calendar/", {"key": str(KEY)}))
    [secret] = ADDRESS.findall(address)
    read(secret)
    rows = [str(row) for model in apps.get_models() for row in model._base_manager.values_list()]
    assert any(hash_of(secret) in row for row in rows)
    assert not any(secret in row for row in rows)
    assert secret not in str(dict(client.session))
    assert not any(secret in cookie.value for cookie in client.cookies.values())
    assert mail.outbox == []


@pytest.mark.parametrize("error", [RuntimeError("{}"), OperationalError("away /calendar/{}.ics")], ids=str)
def test_no_line_of_the_log_holds_the_secret_whether_it_works_or_not(
    user: User, monkeypatch: pytest.MonkeyPatch, log: Log, error: Exception
) -> None:
    secret = made(user)
    assert read(secret).status_code == 200
    error.args = (error.args[0].format(secret),)
    monkeypatch.setattr("reminders.feed.planned", breaks(error))
    assert not_raising().get(f"/calendar/{secret}.ics").status_code in (500, 503)
    assert [line["route"] for line in log.lines] == ["calendar_file"] * 3
    assert secret not in log.text
