"""The share link: shown once, kept as a hash, gone with the next request, and silent everywhere else."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core import mail
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from time_machine import TimeMachineFixture
from zeal import zeal_context

from accounts.models import User
from pain.models import CheckIn
from sharing.models import MOST, Share, hash_of
from tests.builders import a_person, an_exercise, browser_of, did, elements, on_plan, text_of, the_catalogue_is_known
from tests.logs import Log
from tests.test_errors import assert_is_our_page, breaks, not_raising

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 19, 10, tzinfo=UTC)
KEY = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
TOKEN = re.compile(r"/shared/([\w-]+)/")


@pytest.fixture(autouse=True)
def thursday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def user() -> User:
    """Somebody with one exercise on the plan, and words about pain."""
    user = a_person("kim@example.org")
    walk = an_exercise("walk")
    on_plan(user, walk, date(2026, 11, 2))
    did(user, walk, date(2026, 11, 9))
    CheckIn.objects.record(
        user, date(2026, 11, 10), NOW, key=uuid4(), score=7, moment="after", place="", words="Sat too long."
    )
    return user


def made(user: User, **fields: Any) -> str:
    """The token of a link that is there already."""
    values = {"key": uuid4(), "weeks": 8, "pain": False, "notes": False, "days": 30, **fields}
    token = Share.objects.make(user, NOW, **values)
    assert token
    return token


def opened(token: str, client: Client | None = None) -> Any:
    return (client or Client()).get(f"/shared/{token}/")


def addresses(page: Any) -> list[str]:
    return [e["value"] for e in elements(page, "readonly")]


def key_of_form(page: Any) -> str:
    """What makes two taps on one form one link."""
    [key] = [e["value"] for e in elements(page, "name") if e["name"] == "key"]
    return key


# --- Making one -------------------------------------------------------------------------------------------------------


def test_a_link_is_shown_once_and_opens_the_sheet_to_a_stranger(user: User) -> None:
    client = browser_of(user)
    answer = client.post("/sharing/", {"key": str(KEY), "weeks": "4", "days": "7"})
    [address] = addresses(answer)
    assert re.fullmatch(r"http://testserver/shared/[\w-]{32}/", address)
    assert "no-store" in answer["Cache-Control"]
    assert answer.cookies.keys() <= {"csrftoken"}
    assert addresses(client.get("/sharing/")) == []

    page = Client().get(address)
    assert page.status_code == 200
    assert elements(page, "data-weeks")[0]["data-weeks"] == "4"
    assert [
        (e["data-exercise"], e["data-credited"], e["data-prescribed"]) for e in elements(page, "data-exercise")
    ] == [("walk", "1", "21")]
    assert "The link is open to the end of 26 November 2026" in text_of(page)


def test_pain_and_notes_are_off_unless_they_are_chosen(user: User) -> None:
    client = browser_of(user)
    form = client.get("/sharing/")
    assert [(e["name"], e.get("value")) for e in elements(form, "checked")] == [("weeks", "8"), ("days", "30")]
    bare = Client().get(addresses(client.post("/sharing/", {"key": key_of_form(form)}))[0])
    assert elements(bare, "data-part") == []
    assert "Sat too long" not in bare.content.decode()
    assert "check-in" not in bare.content.decode()
    share = Share.objects.get()
    assert (share.weeks, share.pain, share.notes) == (8, False, False)
    assert share.expires_at == datetime(2026, 12, 20, tzinfo=UTC)

    full = client.post("/sharing/", {"key": str(KEY), "pain": "on", "notes": "on"})
    page = Client().get(addresses(full)[0])
    assert [e["data-part"] for e in elements(page, "data-part")] == ["pain", "notes"]
    assert "after exercise, 7 of 10: Sat too long." in text_of(page)


def test_the_form_that_the_sheet_leads_to_has_its_weeks_chosen(user: User) -> None:
    page = browser_of(user).get("/sharing/?weeks=12")
    assert [(e["name"], e.get("value")) for e in elements(page, "checked")] == [("weeks", "12"), ("days", "30")]


def test_the_same_form_twice_is_one_link_and_the_second_answer_tells_no_address(user: User) -> None:
    client = browser_of(user)
    first = client.post("/sharing/", {"key": str(KEY)})
    second = client.post("/sharing/", {"key": str(KEY)})
    assert len(addresses(first)) == 1
    assert [(e["name"], e.get("value")) for e in elements(first, "checked")] == [("weeks", "8"), ("days", "30")]
    assert UUID(key_of_form(first)) != KEY
    assert addresses(second) == []
    assert "This link is made already, and was shown once." in text_of(second)
    assert Share.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_form_that_arrives_ten_times_at_once_is_one_link_shown_once() -> None:
    user = a_person()
    clients = [browser_of(user) for _n in range(10)]
    barrier = Barrier(10)

    def send(client: Client) -> int:
        try:
            barrier.wait(timeout=20)
            return len(addresses(client.post("/sharing/", {"key": str(KEY)})))
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        assert sorted(threads.map(send, clients)) == [0] * 9 + [1]
    assert Share.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"weeks": "5"}, "Choose 4, 8 or 12 weeks."),
        ({"days": "365"}, "Choose 7, 30 or 90 days."),
        ({"key": "17"}, "Please make the link once more."),
        ({"key": ""}, "Please make the link once more."),
    ],
)
def test_what_does_not_fit_is_said_kindly_and_what_was_chosen_stays(
    user: User, wrong: dict[str, str], sentence: str
) -> None:
    sent = {"key": str(KEY), "weeks": "12", "days": "90", "notes": "on", **wrong}
    page = browser_of(user).post("/sharing/", sent)
    assert page.status_code == 400
    assert sentence in text_of(page)
    assert Share.objects.count() == 0
    ticked = [e.get("value", e["name"]) for e in elements(page, "checked")]
    assert ticked == [value for value in (sent["weeks"], "notes", sent["days"]) if value not in wrong.values()]


def test_twenty_links_may_be_open_at_once_and_ended_ones_do_not_count(
    user: User, time_machine: TimeMachineFixture
) -> None:
    client = browser_of(user)
    for n in range(MOST):
        made(user, days=7 if n else 90)
    page = client.post("/sharing/", {"key": str(KEY)})
    assert page.status_code == 400
    assert "You have 20 open links, which is as many as there may be." in text_of(page)
    time_machine.move_to(NOW + timedelta(days=8), tick=False)
    assert len(addresses(client.post("/sharing/", {"key": str(KEY)}))) == 1


def test_links_that_ran_out_a_month_ago_go_when_the_next_one_is_made(
    user: User, time_machine: TimeMachineFixture
) -> None:
    old, lately, other = made(user, days=7), made(user, days=8), made(a_person(), days=7)
    ended = Share.objects.behind(old).get().expires_at
    time_machine.move_to(ended + timedelta(days=30), tick=False)
    browser_of(user).post("/sharing/", {"key": str(KEY)})
    left = set(Share.objects.values_list("token_hash", flat=True))
    assert hash_of(old) not in left
    assert {hash_of(lately), hash_of(other)} < left


def test_bounds_are_kept_by_the_database_too(user: User) -> None:
    fields = {"user": user, "token_hash": "0" * 64, "created_at": NOW}
    for wrong in ({"weeks": 5, "expires_at": NOW + timedelta(days=1)}, {"weeks": 4, "expires_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Share.objects.create(key=uuid4(), **fields, **wrong)


# --- The list ---------------------------------------------------------------------------------------------------------


def test_the_list_tells_what_until_when_and_when_it_was_opened(user: User, time_machine: TimeMachineFixture) -> None:
    user.time_zone = "Europe/Berlin"
    user.save()
    client = browser_of(user)
    assert "You share nothing at present." in text_of(client.get("/sharing/"))
    made(user, weeks=4, days=7)
    time_machine.move_to(NOW + timedelta(days=9), tick=False)
    token = Share.objects.make(user, NOW + timedelta(days=9), key=KEY, weeks=12, pain=True, notes=True, days=30)
    assert "not opened yet" in text_of(client.get("/sharing/"))
    opened(str(token))
    page = client.get("/sharing/")
    assert [e["data-open"] for e in elements(page, "data-open")] == ["yes", "no"]
    said = text_of(page)
    assert (
        "12 weeks, with pain, with notes made on 28 November 2026 · open to the end of 28 December 2026"
        " last opened on 28 November 2026, 11:00 End it" in said
    )
    assert "4 weeks made on 19 November 2026 · ran out on 26 November 2026 not opened yet Remove" in said


def test_nobody_sees_or_ends_the_links_of_somebody_else(user: User) -> None:
    token = made(user, key=KEY)
    other = browser_of(a_person())
    assert elements(other.get("/sharing/"), "data-share") == []
    assert other.post(f"/sharing/{KEY}/revoke/").status_code == 404
    assert opened(token).status_code == 200


@pytest.mark.parametrize("keys", [(UUID(int=1), UUID(int=2)), (UUID(int=2), UUID(int=1))])
def test_the_latest_link_comes_first_whatever_its_key(
    keys: tuple[UUID, UUID], user: User, time_machine: TimeMachineFixture
) -> None:
    made(user, key=keys[0], weeks=4)
    time_machine.move_to(NOW + timedelta(hours=1), tick=False)
    Share.objects.make(user, NOW + timedelta(hours=1), key=keys[1], weeks=12, pain=False, notes=False, days=30)
    said = text_of(browser_of(user).get("/sharing/"))
    assert said.index("12 weeks made on") < said.index("4 weeks made on")


def test_ending_a_link_leaves_the_others_open(user: User) -> None:
    ended, other = made(user, key=KEY), made(user)
    client = browser_of(user)
    page = client.post(f"/sharing/{KEY}/revoke/", follow=True)
    assert [str(one) for one in page.context["messages"]] == ["The link opens nothing any more."]
    assert (opened(ended).status_code, opened(other).status_code) == (404, 200)
    again = client.post(f"/sharing/{KEY}/revoke/")
    assert_is_our_page(again, 404, " This link is not there, or no longer. ")


def test_two_people_with_the_same_key_have_nothing_to_do_with_each_other(user: User) -> None:
    somebody_else = a_person()
    own, of_another = made(user, key=KEY), made(somebody_else, key=KEY)
    opened(own)
    assert Share.objects.for_user(somebody_else).get().last_opened_at is None
    browser_of(user).post(f"/sharing/{KEY}/revoke/")
    assert (opened(own).status_code, opened(of_another).status_code) == (404, 200)


def test_an_ended_link_is_dead_with_the_next_request(user: User) -> None:
    token = made(user, key=KEY)
    assert opened(token).status_code == 200
    client = browser_of(user)
    assert client.get(f"/sharing/{KEY}/revoke/").status_code == 405
    assert client.post(f"/sharing/{KEY}/revoke/")["Location"] == "/sharing/"
    assert opened(token).status_code == 404
    assert client.post(f"/sharing/{KEY}/revoke/").status_code == 404
    assert "The link opens nothing any more." in text_of(client.get("/sharing/"))


@pytest.mark.parametrize("many", [1, 9])
def test_both_pages_take_a_constant_number_of_queries(user: User, many: int) -> None:
    for _n in range(many):
        token = made(user, pain=True)
        on_plan(user, an_exercise(needs=["a wall"]), date(2026, 1, 1))
    client = browser_of(user)
    with zeal_context(), CaptureQueriesContext(connection) as captured:
        client.get("/sharing/")
    assert len(captured) == 3
    the_catalogue_is_known()
    with zeal_context(), CaptureQueriesContext(connection) as captured:
        opened(token)
    # The link with its person, the sheet, and the note that it was opened.
    assert len(captured) == 1 + 4 + 1


# --- Opening one ------------------------------------------------------------------------------------------------------


def test_a_link_is_open_to_the_end_of_its_last_day_where_the_person_is(
    user: User, time_machine: TimeMachineFixture
) -> None:
    user.time_zone = "America/New_York"
    user.save()
    token = made(user, days=7)
    # 26 November in New York ends at five in the morning of the 27th.
    time_machine.move_to("2026-11-27 04:59:59Z", tick=False)
    assert opened(token).status_code == 200
    time_machine.move_to("2026-11-27 05:00:00Z", tick=False)
    assert_is_our_page(opened(token), 404, "This link opens nothing")


def test_the_figures_are_those_of_the_day_on_which_it_is_opened(user: User, time_machine: TimeMachineFixture) -> None:
    token = made(user)
    before = elements(opened(token), "data-total")[0]
    did(user, user.planitem_set.get().exercise, date(2026, 11, 18))
    after = elements(opened(token), "data-total")[0]
    assert (before["data-credited"], after["data-credited"]) == ("1", "2")
    time_machine.move_to(NOW + timedelta(days=7), tick=False)
    assert elements(opened(token), "data-today")[0]["data-today"] == "2026-11-26"


def test_it_shows_the_same_sheet_as_the_person_sees(user: User) -> None:
    own = browser_of(user).get("/history/sheet/?weeks=8&pain=on&notes=on").content.decode()
    theirs = opened(made(user, pain=True, notes=True)).content.decode()
    [sheet] = re.findall(r"<article.*</article>", own, re.S)
    assert sheet in theirs


def test_unknown_ended_and_lost_links_are_answered_alike(user: User, time_machine: TimeMachineFixture) -> None:
    inactive, gone, expired = a_person(is_active=False), a_person(), made(user, days=7)
    tokens = ["x" * 32, "x", "-", made(inactive), made(gone), expired[:-1], expired]
    gone.delete()
    time_machine.move_to(NOW + timedelta(days=20), tick=False)
    answers = [opened(token) for token in tokens]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert_is_our_page(answers[0], 404, "This link opens nothing")


def test_opening_notes_the_moment_and_looking_ahead_does_not(user: User, time_machine: TimeMachineFixture) -> None:
    token = made(user)
    head = Client().head(f"/shared/{token}/")
    assert (head.status_code, Share.objects.get().last_opened_at) == (200, None)
    opened(token)
    assert Share.objects.get().last_opened_at == NOW
    time_machine.move_to(NOW + timedelta(minutes=5), tick=False)
    opened(token)
    assert Share.objects.get().last_opened_at == NOW + timedelta(minutes=5)


def test_opening_writes_nothing_else(user: User) -> None:
    token = made(user)
    the_catalogue_is_known()
    with CaptureQueriesContext(connection) as captured:
        opened(token)
    writes = [one["sql"] for one in captured if not one["sql"].startswith(("SELECT", "(SELECT"))]
    assert len(writes) == 1
    assert re.match(r'UPDATE "sharing_share" SET "last_opened_at" = ', writes[0])


def test_the_page_depends_on_nobody_who_is_signed_in_and_leads_to_no_page_of_theirs(user: User) -> None:
    token = made(user, pain=True, notes=True)
    stranger = opened(token)
    for viewer in (a_person("pat@example.org", color_scheme="dark"), user):
        client = browser_of(viewer)
        client.get("/sharing/")
        page = opened(token, client)
        assert page.content == stranger.content
        assert page.cookies == {}
    assert stranger.cookies == {}
    html = stranger.content.decode()
    assert [e for e in elements(stranger, "href") if e["tag"] == "a"] == []
    assert elements(stranger, "action") == []
    for trace in ("kim", "example.org", "csrf", str(Share.objects.get().key)):
        assert trace not in html


def assert_is_private(answer: Any) -> None:
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_every_answer_asks_to_be_neither_kept_nor_found_nor_named(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    token = made(user)
    page = opened(token)
    assert_is_private(page)
    assert [(e["name"], e["content"]) for e in elements(page, "content") if e["name"] in ("robots", "referrer")] == [
        ("robots", "noindex, nofollow"),
        ("referrer", "no-referrer"),
    ]
    assert_is_private(opened(token, browser_of(user)))
    assert_is_private(opened("nothing"))
    assert_is_private(Client().get(f"/shared/{token}"))  # leads to the address with a slash
    for method in ("post", "put", "delete"):
        refused = getattr(Client(enforce_csrf_checks=True), method)(f"/shared/{token}/")
        assert refused.status_code == 405
        assert token not in refused.content.decode()
        assert not refused.cookies
        assert_is_private(refused)
    monkeypatch.setattr("sharing.views.sheet", breaks(RuntimeError()))
    broken = not_raising().get(f"/shared/{token}/")
    assert broken.status_code == 500
    assert_is_private(broken)


def test_the_way_to_https_is_as_silent_as_the_page(user: User, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = opened(made(user))
    assert answer.status_code == 301
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "no-referrer"


def test_the_sixty_first_opening_in_a_minute_waits(user: User, time_machine: TimeMachineFixture) -> None:
    token = made(user)
    client = Client()
    for n in range(60):
        assert opened(token if n % 2 else "wrong", client).status_code == (200 if n % 2 else 404)
    late = opened(token, client)
    assert_is_our_page(late, 429, "A short break, please")
    assert_is_private(late)
    assert Client(REMOTE_ADDR="192.0.2.7").get(f"/shared/{token}/").status_code == 200
    time_machine.move_to(NOW + timedelta(minutes=2), tick=False)
    assert opened(token, client).status_code == 200


# --- The token, everywhere else ---------------------------------------------------------------------------------------


def test_the_token_is_long_and_random(user: User) -> None:
    tokens = {made(user) for _n in range(MOST)}
    assert len(tokens) == MOST
    # Six bits a sign.
    assert {6 * len(token) for token in tokens} == {192}


def test_no_table_no_session_and_no_mail_holds_the_token(user: User) -> None:
    client = browser_of(user)
    [address] = addresses(client.post("/sharing/", {"key": str(KEY)}))
    [token] = TOKEN.findall(address)
    opened(token)
    rows = [str(row) for model in apps.get_models() for row in model._base_manager.values_list()]
    assert any(hash_of(token) in row for row in rows)
    assert not any(token in row for row in rows)
    assert token not in str(dict(client.session))
    assert not any(token in cookie.value for cookie in client.cookies.values())
    assert mail.outbox == []


@pytest.mark.parametrize(
    "error", [RuntimeError("for /shared/{}/"), OperationalError("away"), ValueError("shared/{}")], ids=str
)
def test_no_line_of_the_log_holds_the_token_when_the_page_fails(
    user: User, monkeypatch: pytest.MonkeyPatch, log: Log, error: Exception
) -> None:
    token = made(user)
    error.args = (error.args[0].format(token),)
    monkeypatch.setattr("sharing.views.sheet", breaks(error))
    assert not_raising().get(f"/shared/{token}/").status_code in (500, 503)
    told, visit = log.lines
    assert (told["level"], told["route"], visit["route"]) == ("ERROR", "shared", "shared")
    # An outage is told by its reason, a mistake by the whole way to it.
    assert ("traceback" in told) is not isinstance(error, OperationalError)
    assert token not in log.text


@pytest.mark.parametrize(
    ("message", "args"),
    [
        ("Not Found: %s", ("/shared/{}/",)),
        ("Error handling request /shared/{}/", ()),
        ("%(request)s", ({"request": '"GET /shared/{}/?a=b HTTP/1.1"'},)),
        ("%s", ({"path": "shared/{}"},)),
        ("Referer: https://example.org/shared/{}", ()),
    ],
)
@pytest.mark.parametrize("name", ["django.request", "gunicorn.error", "anything"])
def test_no_logger_says_the_token_whichever_way_it_is_put(
    log: Log, name: str, message: str, args: tuple[Any, ...]
) -> None:
    token = "dGhpcyBpcyBub3QgYSB0b2tlbiBhdCBh"

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(one) for key, one in value.items()}
        return value.replace("{}", token)

    logging.getLogger(name).error(filled(message), *map(filled, args), stack_info=True)
    assert len(log.lines) == 1
    assert token not in log.text


def test_the_settings_lead_to_ones_links(user: User) -> None:
    assert "/sharing/" in [e["href"] for e in elements(browser_of(user).get("/settings/"), "href")]
