"""Where a person is signed in: each device is shown, and can be signed out, by the person alone."""

import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as OlderStore
from django.contrib.sessions.models import Session as OlderSession
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accounts.models import Session, User
from accounts.sign_ins import device_of
from tests.builders import PASSWORD, a_person, browser_of, elements, text_of

pytestmark = pytest.mark.django_db

PAGE, EVERYWHERE = "/settings/sign-ins/", "/settings/sign-ins/end/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
NEW_PASSWORD = "another long and quiet phrase"


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    time_machine.move_to("2026-11-18 22:40:00Z", tick=False)
    return time_machine


@pytest.fixture
def user() -> User:
    return a_person("kim@example.org", time_zone="Europe/Berlin")


def signed_in_with(agent: str, email: str = "kim@example.org") -> Client:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR="192.0.2.77")
    assert client.post("/accounts/login/", {"login": email, "password": PASSWORD}).status_code == 302
    return client


def listed(client: Client) -> list[dict[str, str]]:
    return elements(client.get(PAGE), "data-sign-in")


def end(client: Client, name: str) -> Any:
    return client.post(f"/settings/sign-ins/{name}/end/")


def is_signed_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


# --- What is shown ----------------------------------------------------------------------------------------------------


def test_each_device_is_shown_with_its_browser_its_beginning_and_its_last_hour(
    user: User, wednesday: TimeMachineFixture
) -> None:
    phone = signed_in_with(IPHONE)
    wednesday.shift(timedelta(days=2))
    desk = signed_in_with(FIREFOX)
    said = text_of(desk.get(PAGE))
    # In the person's own zone, where the day ends an hour earlier.
    assert "Firefox on Linux · this one signed in on 20 November 2026 · last used on 20 November 2026, 23:00" in said
    assert "Safari on iPhone signed in on 18 November 2026 · last used on 18 November 2026, 23:00" in said
    assert ["data-this" in one for one in listed(desk)] == [True, False]
    assert ["data-this" in one for one in listed(phone)] == [True, False]


def test_the_devices_of_others_and_of_strangers_are_not_shown(user: User) -> None:
    a_person("lou@example.org")
    signed_in_with(IPHONE, "lou@example.org")
    Client().get("/accounts/security/webauthn/login/", headers={"Accept": "application/json"})
    assert Session.objects.filter(owner=None).count() == 1
    assert len(listed(signed_in_with(FIREFOX))) == 1


def test_what_has_run_out_is_not_shown(user: User, wednesday: TimeMachineFixture, settings: Settings) -> None:
    signed_in_with(IPHONE)
    wednesday.shift(timedelta(seconds=settings.SESSION_COOKIE_AGE + 1))
    assert len(listed(signed_in_with(FIREFOX))) == 1


def test_a_session_begun_before_this_was_noted_is_shown_as_well(user: User) -> None:
    said = text_of(browser_of(user).get(PAGE))
    assert "A browser · this one last used on 18 November 2026, 23:00" in said
    assert "You are signed in nowhere else." in said


def test_neither_address_nor_version_of_a_browser_is_kept(user: User) -> None:
    client = signed_in_with(FIREFOX)
    client.get("/today/")
    [session] = Session.objects.all()
    kept = repr([session.get_decoded(), Session.objects.values_list()])
    assert session.get_decoded()["device"] == ["Firefox", "Linux"]
    for word in ("192.0.2.77", "140.0", "Gecko"):
        assert word not in kept


def test_no_page_tells_the_key_of_a_session(user: User) -> None:
    client = signed_in_with(FIREFOX)
    signed_in_with(IPHONE)
    html = client.get(PAGE).content.decode()
    keys = list(Session.objects.values_list("session_key", flat=True))
    assert len(keys) == 2
    assert [key for key in keys if key in html] == []


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, ["Firefox", "Linux"]),
        (IPHONE, ["Safari", "iPhone"]),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) … Chrome/141.0 Safari/537.36 Edg/141.0", ["Edge", "Windows"]),
        ("Mozilla/5.0 (Linux; Android 16; K) … Chrome/141.0 Mobile Safari/537.36", ["Chrome", "Android"]),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) … Version/18.5 Safari/605.1.15", ["Safari", "Mac"]),
        ("curl/8.14.1", []),
        ("<script>alert(1)</script>", []),
        ("", []),
    ],
)
def test_a_browser_is_told_roughly(agent: str, device: list[str]) -> None:
    assert device_of(agent) == device


# --- Signing out ------------------------------------------------------------------------------------------------------


def test_one_device_is_signed_out_and_the_others_stay(user: User) -> None:
    desk, phone, old = signed_in_with(FIREFOX), signed_in_with(IPHONE), signed_in_with(IPHONE)
    names = {one["data-sign-in"] for one in listed(desk)}
    [name] = [one["data-sign-in"] for one in listed(old) if "data-this" in one]
    assert name in names
    answer = desk.post(f"/settings/sign-ins/{name}/end/", follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "Safari on iPhone is signed out." in text_of(answer)
    assert [is_signed_in(client) for client in (desk, phone, old)] == [True, True, False]
    assert end(desk, name).status_code == 404


def test_everywhere_else_is_everywhere_else(user: User) -> None:
    a_person("lou@example.org")
    others = signed_in_with(FIREFOX, "lou@example.org")
    desk, phone, older = signed_in_with(FIREFOX), signed_in_with(IPHONE), browser_of(user)
    answer = desk.post(EVERYWHERE, follow=True)
    assert "You are signed out everywhere else." in text_of(answer)
    assert [is_signed_in(client) for client in (desk, phone, older, others)] == [True, False, False, True]
    assert len(listed(desk)) == 1


@pytest.mark.parametrize("whose", ["another person’s", "this", "nobody’s"])
def test_only_another_device_of_ones_own_can_be_signed_out_singly(whose: str, user: User) -> None:
    a_person("lou@example.org")
    others, desk = signed_in_with(FIREFOX, "lou@example.org"), signed_in_with(FIREFOX)
    name = {
        "another person’s": listed(others)[0]["data-sign-in"],
        "this": listed(desk)[0]["data-sign-in"],
        "nobody’s": "0" * 20,
    }[whose]
    assert end(desk, name).status_code == 404
    assert (is_signed_in(desk), is_signed_in(others)) == (True, True)


@pytest.mark.parametrize("address", [EVERYWHERE, "/settings/sign-ins/abc/end/"])
def test_a_visit_signs_out_nobody(address: str, user: User) -> None:
    desk, phone = signed_in_with(FIREFOX), signed_in_with(IPHONE)
    assert desk.get(address).status_code == 405
    assert is_signed_in(phone)


def test_a_stranger_sees_nothing() -> None:
    assert Client().get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"
    assert Client().post(EVERYWHERE).status_code == 403


# --- Keys and passwords -----------------------------------------------------------------------------------------------


def test_the_key_of_a_session_changes_when_somebody_signs_in(user: User) -> None:
    client = Client()
    client.get("/accounts/security/webauthn/login/", headers={"Accept": "application/json"})
    before = client.session.session_key
    client.post("/accounts/login/", {"login": "kim@example.org", "password": PASSWORD})
    assert is_signed_in(client)
    assert before
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_a_new_password_changes_the_key_and_ends_all_other_sessions(user: User) -> None:
    desk, phone = signed_in_with(FIREFOX), signed_in_with(IPHONE)
    before = desk.session.session_key
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert desk.post("/accounts/password/change/", form).status_code == 302
    assert desk.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
    assert not is_signed_in(phone)
    [this] = listed(desk)
    assert "data-this" in this
    assert "Firefox on Linux" in text_of(desk.get(PAGE))


def test_signing_out_leaves_no_session(user: User) -> None:
    client = signed_in_with(FIREFOX)
    client.post("/accounts/logout/")
    assert not Session.objects.filter(owner=user.pk).exists()


# --- When it was used -------------------------------------------------------------------------------------------------


def writes_of(client: Client, address: str = "/today/") -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured if re.match(r"UPDATE|INSERT|DELETE", query["sql"])]


def test_use_is_noted_once_an_hour_and_by_itself(user: User, wednesday: TimeMachineFixture) -> None:
    client = signed_in_with(FIREFOX)
    assert writes_of(client) == []
    wednesday.shift(timedelta(minutes=59))
    assert writes_of(client) == []
    wednesday.shift(timedelta(minutes=1))
    [write] = writes_of(client)
    assert re.match(r'UPDATE "accounts_session" SET "used_at" = [^,]+ WHERE', write)
    assert writes_of(client) == []
    assert Session.objects.get().used_at == datetime(2026, 11, 18, 23, 40, tzinfo=UTC)


def test_that_it_is_used_makes_no_session_last_longer(user: User, wednesday: TimeMachineFixture) -> None:
    client = signed_in_with(FIREFOX)
    ends = Session.objects.get().expire_date
    wednesday.shift(timedelta(days=1))
    client.get("/today/")
    assert Session.objects.get().expire_date == ends


@pytest.mark.django_db(transaction=True)
def test_a_page_is_shown_even_if_its_use_cannot_be_noted(user: User, wednesday: TimeMachineFixture) -> None:
    client = signed_in_with(FIREFOX)
    wednesday.shift(timedelta(hours=2))

    def refuse(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith('UPDATE "accounts_session"'):
            raise DatabaseError("read only")
        return execute(sql, *args)

    with connection.execute_wrapper(refuse):
        assert client.get("/today/").status_code == 200


# --- How they are kept ------------------------------------------------------------------------------------------------


def test_sessions_that_have_run_out_are_swept_away(user: User, wednesday: TimeMachineFixture) -> None:
    signed_in_with(FIREFOX)
    wednesday.shift(timedelta(days=61))
    signed_in_with(IPHONE)
    call_command("clearsessions")
    assert Session.objects.count() == 1


def test_who_was_signed_in_before_sessions_moved_stays_so(user: User, settings: Settings) -> None:
    move = import_module("accounts.migrations.0004_sessions").move
    older = OlderStore()
    older.update(
        {
            SESSION_KEY: str(user.pk),
            "_auth_user_backend": "allauth.account.auth_backends.AuthenticationBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
    )
    older.save()
    OlderSession.objects.create(session_key="old", session_data="", expire_date=datetime(2026, 1, 1, tzinfo=UTC))
    move(apps, None)
    assert OlderSession.objects.count() == 0
    [moved] = Session.objects.all()
    assert (moved.owner, moved.used_at) == (user.pk, datetime(2026, 11, 18, 22, 40, tzinfo=UTC))
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = older.session_key or ""
    assert is_signed_in(client)
