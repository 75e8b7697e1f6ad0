"""A reminder as a notification: what is sent to a person's devices, and what comes of each."""

import json
import re
import socket
import time
from base64 import urlsafe_b64decode
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from py_vapid import Vapid
from pytest_django import Settings

from accounts.models import Session, User
from reminders import guard, push
from reminders.models import SESSION_NAME, Subscription
from reminders.notice import Notice, Reached
from reminders.push import hold_until, send
from reminders.push_key import public_key
from tests.builders import a_person, browser_of
from tests.internet import (
    APPLE,
    CHROME,
    FIREFOX,
    Internet,
    Receiver,
    Visit,
    begins_with,
    endpoint,
    says,
    says_nothing,
    seconds_of,
    trickles,
)
from tests.logs import Log

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 19, 0, tzinfo=UTC)
NOTICE = Notice(
    title="Evening",
    body="Two exercises are left.",
    tag="backpain-2026-11-18-1f",
    address="/today/",
    day=date(2026, 11, 18),
    name="Evening",
    nth=0,
)


@pytest.fixture
def user() -> User:
    return a_person("kim@example.org")


def a_device(user: User, name: str = "one", host: str = FIREFOX, receiver: Receiver | None = None) -> Subscription:
    """A browser in which the person is signed in, and which takes notifications."""
    keys = (receiver or Receiver()).keys()
    key = Subscription.objects.add(user, NOW, endpoint=endpoint(name, host), device="Firefox on Linux", **keys)
    session = browser_of(user).session
    session[SESSION_NAME] = key
    session.save()
    return Subscription.objects.get(user=user, key=key)


def names_left(user: User) -> list[str]:
    return sorted(one.endpoint.rsplit("/")[-1] for one in Subscription.objects.for_user(user))


def answers(internet: Internet, **by_name: Any) -> None:
    internet.service.answers.update({f"/wpush/v2/{name}": answer for name, answer in by_name.items()})


def headers_of_the_only_one(internet: Internet) -> dict[str, str]:
    [(_path, headers, _body)] = internet.service.heard
    return dict(headers)


def test_the_browser_and_nobody_else_reads_the_notice(internet: Internet, user: User) -> None:
    receiver = Receiver()
    a_device(user, receiver=receiver)
    assert send(user, NOTICE, NOW) == Reached.YES
    [body] = internet.service.bodies()
    assert b"Evening" not in body
    assert receiver.read(body) == {
        "person": str(user.pk),
        "site": "Backpain",
        "title": "Evening",
        "body": "Two exercises are left.",
        "tag": "backpain-2026-11-18-1f",
        "address": "/today/",
        "day": "2026-11-18",
        "name": "Evening",
        "nth": 0,
        "actions": [{"action": "done", "title": "Done"}, {"action": "later", "title": "In an hour"}],
    }


def test_the_service_is_told_how_long_it_is_of_use_and_what_it_replaces(internet: Internet, user: User) -> None:
    a_device(user)
    send(user, NOTICE, NOW)
    headers = headers_of_the_only_one(internet)
    assert {name: headers[name] for name in ("TTL", "Urgency", "Content-Encoding", "Host")} == {
        "TTL": "3600",
        "Urgency": "normal",
        "Content-Encoding": "aes128gcm",
        "Host": FIREFOX,
    }
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", headers["Topic"])


def test_the_topic_is_that_of_the_tag_and_does_not_tell_it(internet: Internet, user: User) -> None:
    a_device(user)
    for tag in ("a", "a", "b"):
        send(user, Notice("t", "b", tag, "/today/", NOTICE.day, "", 0), NOW)
    first, second, third = [headers["Topic"] for _path, headers, _body in internet.service.heard]
    assert first == second != third


CONTACTS = {True: "mailto:help@backpain.example", False: "https://backpain.example"}


@pytest.mark.parametrize("has_mail_server", CONTACTS)
def test_the_service_is_told_who_sends_and_where_to_turn(
    internet: Internet, user: User, settings: Settings, has_mail_server: bool
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Backpain <help@backpain.example>"
    settings.SITE_URL, settings.HAS_MAIL_SERVER = "https://backpain.example:8443", has_mail_server
    a_device(user)
    send(user, NOTICE, NOW)
    signed = headers_of_the_only_one(internet)["Authorization"]
    assert Vapid.verify(signed)
    assert signed.endswith(f",k={public_key()}")
    claims = _claims(signed)
    assert claims == {
        "aud": f"https://{FIREFOX}",
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": CONTACTS[has_mail_server],
    }


def _claims(signed: str) -> Any:
    part = signed.split(".")[1]
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_the_key_of_a_site_is_the_same_in_every_process_and_after_every_update(settings: Settings) -> None:
    """With another one, no browser would take anything from the site any more. So it stands here in full."""
    settings.SECRET_KEY = "a"
    one = public_key()
    assert one == "BM5Dksgk94MlanRKDLbSWEguzYzMhmbBP1znFZOSggOo1M43xzUK7DyZiuM5tYsN8QX3-31PQnQmm6eHAdzSllw"
    settings.SECRET_KEY = "b"
    assert public_key() != one


def test_a_long_text_is_cut(internet: Internet, user: User) -> None:
    receiver = Receiver()
    a_device(user, receiver=receiver)
    assert send(user, Notice("t", "ü" * 5000, "t", "/today/", NOTICE.day, "n" * 60, 0), NOW) == Reached.YES
    [body] = internet.service.bodies()
    assert len(body) < 4096
    assert receiver.read(body)["body"] == "ü" * 299 + "…"


def test_each_device_gets_it_once(internet: Internet, user: User) -> None:
    for name, host in (("one", FIREFOX), ("two", CHROME), ("three", APPLE)):
        a_device(user, name, host)
    a_device(a_person(), "somebody-elses")
    assert send(user, NOTICE, NOW) == Reached.YES
    heard = [(headers["Host"], path) for path, headers, _body in internet.service.heard]
    assert sorted(heard) == [
        (CHROME, "/wpush/v2/two"),
        (FIREFOX, "/wpush/v2/one"),
        (APPLE, "/wpush/v2/three"),
    ]


def test_without_a_device_there_is_nobody_to_take_it(internet: Internet, user: User) -> None:
    assert send(user, NOTICE, NOW) == Reached.NO
    assert internet.looked_up == []


# --- What comes of it ---


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(internet: Internet, user: User, status: int) -> None:
    a_device(user, "gone")
    a_device(user, "here")
    answers(internet, gone=says(status))
    assert send(user, NOTICE, NOW) == Reached.YES
    assert names_left(user) == ["here"]


def test_if_all_are_gone_there_is_nobody(internet: Internet, user: User) -> None:
    a_device(user, "gone")
    answers(internet, gone=says(410))
    assert send(user, NOTICE, NOW) == Reached.NO
    assert names_left(user) == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_wants_to_be_left_alone_is(internet: Internet, user: User, status: int) -> None:
    a_device(user, "busy")
    answers(internet, busy=says(status, Retry_After="120"))
    assert send(user, NOTICE, NOW) == Reached.LATER
    assert send(user, NOTICE, NOW + timedelta(seconds=119)) == Reached.LATER
    assert len(internet.service.heard) == 1
    answers(internet, busy=says(201))
    assert send(user, NOTICE, NOW + timedelta(seconds=120)) == Reached.YES
    assert len(internet.service.heard) == 2


WAITS = {
    "120": timedelta(minutes=2),
    "0": timedelta(),
    "Wed, 18 Nov 2026 19:30:00 GMT": timedelta(minutes=30),
    "Wed, 18 Nov 2026 19:30:00 -0000": timedelta(minutes=30),
    "Wed, 18 Nov 2026 18:00:00 GMT": timedelta(),
    "999999999": timedelta(days=1),
    "9" * 40: timedelta(minutes=5),
    "Wed, 18 Nov 2099 19:30:00 GMT": timedelta(days=1),
    **dict.fromkeys(["", "soon", "-1", "1.5", "²", "Wed, 99 Nov 2026 19:30:00 GMT"], timedelta(minutes=5)),
}


@pytest.mark.parametrize(("said", "wait"), WAITS.items())
def test_it_says_for_how_long_in_seconds_or_by_a_date(said: str, wait: timedelta) -> None:
    assert hold_until(said, NOW) == NOW + wait


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_service_in_trouble_is_tried_again(internet: Internet, user: User, status: int) -> None:
    a_device(user)
    answers(internet, one=says(status))
    assert send(user, NOTICE, NOW) == Reached.LATER
    answers(internet, one=says(201))
    assert send(user, NOTICE, NOW) == Reached.YES
    assert names_left(user) == ["one"]


@pytest.mark.parametrize("status", [307, 400, 401, 403, 413])
def test_a_refusal_is_no_reason_to_try_again(internet: Internet, user: User, status: int, log: Log) -> None:
    a_device(user)
    answers(internet, one=says(status, Location="https://127.0.0.1/"))
    assert send(user, NOTICE, NOW) == Reached.NO
    assert names_left(user) == ["one"]
    assert [line["message"] for line in log.lines] == [f"A push service answered {status}"]


def test_one_that_took_it_is_enough(internet: Internet, user: User) -> None:
    for name in ("broken", "busy", "here"):
        a_device(user, name)
    answers(internet, broken=says(500), busy=says(429))
    assert send(user, NOTICE, NOW) == Reached.YES


def test_a_dead_or_slow_device_delays_no_other(internet: Internet, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push, "PATIENCE", 1.5)
    for name in ("silent", "slow", "odd", "here"):
        a_device(user, name)
    answers(internet, silent=says_nothing, slow=trickles(b"HTTP/1.1 20"), odd=begins_with(b"?"))
    heard_after: list[float] = []
    begun = time.perf_counter()

    def here(visit: Visit) -> None:
        heard_after.append(time.perf_counter() - begun)
        says(201)(visit)

    answers(internet, here=here)
    reached: list[Reached] = []
    assert 1.4 < seconds_of(lambda: reached.append(send(user, NOTICE, NOW))) < 4
    assert reached == [Reached.YES]
    assert heard_after[0] < 1.2


def test_a_service_without_an_answer_is_left_alone_for_a_minute_by_everybody(
    internet: Internet, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "PATIENCE", 0.3)
    another = a_person()
    a_device(user, "silent")
    a_device(another, "other")
    a_device(another, "elsewhere", CHROME)
    answers(internet, silent=says_nothing)
    assert send(user, NOTICE, NOW) == Reached.LATER
    soon, later = NOW + timedelta(seconds=59), NOW + timedelta(seconds=60)
    assert send(user, NOTICE, soon) == Reached.LATER
    assert send(another, NOTICE, soon) == Reached.YES
    assert internet.looked_up == [FIREFOX, CHROME]
    answers(internet, silent=says(201))
    assert send(user, NOTICE, later) == Reached.YES


def test_a_name_that_is_looked_up_for_ever_is_not_waited_for(
    internet: Internet, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "PATIENCE", 0.2)
    monkeypatch.setattr(push, "PATIENCE_WITH_NAMES", 0.2)

    def resolve(_host: str) -> list[str]:
        time.sleep(1.5)
        raise socket.gaierror

    monkeypatch.setattr(guard, "resolve", resolve)
    a_device(user)
    reached: list[Reached] = []
    assert seconds_of(lambda: reached.append(send(user, NOTICE, NOW))) < 1.2
    assert reached == [Reached.LATER]


def test_all_of_it_ends_well_before_a_lease_does() -> None:
    assert push.PATIENCE + push.PATIENCE_WITH_NAMES <= 15


STRANGE = [
    *("http://127.0.0.1/x", "https://127.0.0.1/x", "https://a@updates.push.services.mozilla.com/x"),
    *("https://metadata.internal/x", "https://updates.push.services.mozilla.com:8443/x"),
]


@pytest.mark.parametrize("address", STRANGE)
def test_a_device_elsewhere_gets_nothing_however_it_came_into_the_table(
    internet: Internet, user: User, address: str, log: Log
) -> None:
    Subscription.objects.filter(key=a_device(user, "strange").key).update(endpoint=address)
    a_device(user, "here")
    assert send(user, NOTICE, NOW) == Reached.YES
    assert (internet.looked_up, internet.canary.heard) == ([FIREFOX], 0)
    assert "127.0.0.1" not in log.text
    assert len(log.lines) == 1


def test_a_service_whose_name_comes_to_lead_into_our_network_gets_nothing(internet: Internet, user: User) -> None:
    a_device(user)
    internet.names[FIREFOX] = [["169.254.169.254"]]
    assert send(user, NOTICE, NOW) == Reached.NO
    assert (internet.dialled, internet.canary.heard) == ([], 0)


def test_a_device_with_broken_keys_is_in_no_others_way(internet: Internet, user: User) -> None:
    for name, keys in {"a": {"p256dh": "AAAA"}, "b": {"p256dh": ""}, "c": {"auth": "\n"}, "d": {"auth": ""}}.items():
        Subscription.objects.filter(key=a_device(user, name).key).update(**keys)
    a_device(user, "here")
    assert send(user, NOTICE, NOW) == Reached.YES
    assert [path for path, _headers, _body in internet.service.heard if path == "/wpush/v2/here"] == ["/wpush/v2/here"]


def test_the_log_tells_nothing_of_the_person(internet: Internet, user: User, log: Log) -> None:
    a_device(user, "some-secret-token")
    a_device(user, "gone-token")
    answers(internet, **{"some-secret-token": says(403), "gone-token": says(410)})
    send(user, NOTICE, NOW)
    assert len(log.lines) == 1
    for told in ("kim", "token", "mozilla", "Evening", "exercise", str(user.pk)):
        assert told not in log.lines[0]["message"]


# --- Where somebody is signed in ---


def test_signing_out_ends_it_in_that_browser(internet: Internet, user: User) -> None:
    a_device(user, "left")
    Session.objects.all().delete()
    a_device(user, "here")
    assert send(user, NOTICE, NOW) == Reached.YES
    assert [path for path, _headers, _body in internet.service.heard] == ["/wpush/v2/here"]


def test_so_does_another_password(internet: Internet, user: User) -> None:
    a_device(user)
    user.set_password("another long and quiet phrase")
    user.save()
    assert send(user, NOTICE, NOW) == Reached.NO


def test_and_the_end_of_the_sign_in(internet: Internet, user: User) -> None:
    a_device(user)
    assert send(user, NOTICE, NOW + timedelta(days=4000)) == Reached.NO
