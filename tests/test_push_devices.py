"""The devices that take notifications: a browser is added and removed, is one person's at a time, and is in a list."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from accounts.models import User
from reminders.models import MOST_DEVICES, Subscription
from reminders.push_key import public_key
from tests.builders import PASSWORD, a_person, browser_of, elements, text_of
from tests.internet import APPLE, CHROME, Receiver, endpoint

pytestmark = pytest.mark.django_db

PAGE, DEVICES = "/settings/reminders/", "/settings/reminders/devices/"
FIREFOX_ON_LINUX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NOW = datetime(2026, 11, 18, 19, 0, tzinfo=UTC)
KEYS = Receiver().keys()


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def user() -> User:
    return a_person("kim@example.org")


def add(client: Client, address: str = endpoint(), **fields: str) -> Any:
    return client.post(DEVICES, {"endpoint": address, **KEYS, **fields}, headers={"Accept": "application/json"})


def listed(client: Client) -> list[dict[str, str]]:
    return elements(client.get(PAGE), "data-device")


def remove(client: Client, key: str) -> Any:
    return client.post(f"{DEVICES}{key}/")


def endpoints_of(user: User) -> list[str]:
    return sorted(Subscription.objects.for_user(user).values_list("endpoint", flat=True))


def test_a_browser_is_added(user: User) -> None:
    answer = add(browser_of(user))
    [row] = Subscription.objects.all()
    assert (answer.status_code, answer.json()) == (201, {"device": row.key})
    assert (row.user_id, row.endpoint, row.p256dh, row.auth) == (user.pk, endpoint(), KEYS["p256dh"], KEYS["auth"])
    assert (row.created_at, row.hold_until) == (NOW, None)


def test_it_is_listed_by_its_kind_and_day_with_a_button_that_needs_no_script(user: User) -> None:
    client = Client(headers={"User-Agent": FIREFOX_ON_LINUX})
    client.post("/accounts/login/", {"login": "kim@example.org", "password": PASSWORD})
    key = add(client).json()["device"]
    assert "Firefox on Linux · this one since 18 November 2026 Remove" in text_of(client.get(PAGE))
    [button] = [one for one in elements(client.get(PAGE), "formaction") if key in one["formaction"]]
    answer = client.post(button["formaction"], follow=True)
    assert "This device gets no more notifications." in text_of(answer)
    assert endpoints_of(user) == []


def test_the_page_has_the_key_that_a_browser_asks_for(user: User) -> None:
    [part] = elements(browser_of(user).get(PAGE), "data-push")
    assert (part["data-push"], part["data-address"]) == (public_key(), DEVICES)


def test_only_the_browser_that_one_looks_at_is_this_one(user: User) -> None:
    phone, desk = browser_of(user), browser_of(user)
    add(phone, endpoint("phone"))
    add(desk, endpoint("desk", CHROME))
    assert len(listed(phone)) == len(elements(phone.get(PAGE), "data-this")) + 1 == 2
    assert elements(phone.get(PAGE), "data-this") != elements(desk.get(PAGE), "data-this")


def test_the_same_browser_is_added_once(user: User) -> None:
    client = browser_of(user)
    fresh = Receiver().keys()
    assert [add(client).status_code, add(client, **fresh).status_code] == [201, 201]
    [row] = Subscription.objects.all()
    assert (row.p256dh, row.auth) == (fresh["p256dh"], fresh["auth"])


def test_adding_it_again_ends_a_wait_that_its_service_had_asked_for(user: User) -> None:
    client = browser_of(user)
    add(client)
    Subscription.objects.update(hold_until=NOW + timedelta(hours=5))
    add(client)
    assert Subscription.objects.get().hold_until is None


def test_a_browser_that_somebody_else_uses_now_is_theirs(user: User) -> None:
    another = a_person()
    first, second = browser_of(user), browser_of(another)
    add(first)
    add(first, endpoint("kept"))
    add(second)
    assert (endpoints_of(user), endpoints_of(another)) == ([endpoint("kept")], [endpoint()])


def test_one_who_signs_out_is_no_longer_listed_and_may_come_back(user: User) -> None:
    elsewhere, client = browser_of(user), browser_of(user)
    add(client)
    assert len(listed(elsewhere)) == 1
    client.post("/accounts/logout/")
    assert listed(elsewhere) == []
    add(client := browser_of(user))
    assert len(listed(elsewhere)) == len(listed(client)) == 1


def test_a_device_of_another_is_as_one_that_never_was(user: User) -> None:
    key = add(browser_of(a_person())).json()["device"]
    client = browser_of(user)
    assert remove(client, key).status_code == remove(client, "f" * 32).status_code == 404
    assert Subscription.objects.count() == 1


def test_a_person_has_a_bounded_number_of_devices(user: User) -> None:
    clients = [browser_of(user) for _n in range(MOST_DEVICES + 1)]
    statuses = [add(client, endpoint(f"device-{n}")).status_code for n, client in enumerate(clients)]
    assert statuses == [201] * MOST_DEVICES + [400]
    answer = add(clients[-1], endpoint("one-more"))
    assert answer.json() == {
        "error": "You have 20 devices here, which is as many as there may be. Remove one that you no longer use."
    }
    assert len(endpoints_of(user)) == MOST_DEVICES


def test_those_that_were_signed_out_do_not_count(user: User) -> None:
    clients = [browser_of(user) for _n in range(MOST_DEVICES)]
    for n, client in enumerate(clients):
        add(client, endpoint(f"device-{n}"))
    clients[0].post("/accounts/logout/")
    assert add(browser_of(user), endpoint("one-more")).status_code == 201
    assert len(endpoints_of(user)) == MOST_DEVICES
    assert endpoint("device-0") not in endpoints_of(user)


# --- When a push service gives a browser another address ---


def test_the_new_address_takes_the_place_of_the_old(user: User) -> None:
    client = browser_of(user)
    add(client, endpoint("old"))
    assert add(client, endpoint("new"), instead_of=endpoint("old")).status_code == 201
    assert endpoints_of(user) == [endpoint("new")]
    assert len(elements(client.get(PAGE), "data-this")) == 1


def test_but_not_in_place_of_what_is_anothers(user: User) -> None:
    """Whoever is signed in now in that browser has agreed to nothing."""
    another = a_person()
    add(browser_of(another), endpoint("old"))
    assert add(browser_of(user), endpoint("new"), instead_of=endpoint("old")).status_code == 400
    assert (endpoints_of(user), endpoints_of(another)) == ([], [endpoint("old")])


# --- What no browser sends ---

STRANGE = {
    "endpoint": [
        *("", "x", "http://fcm.googleapis.com/x", "https://127.0.0.1/x", "https://10.0.0.1/x", "https://[::1]/x"),
        *("https://a@fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x", "https://push.example.org/x"),
        *("https://fcm.googleapis.com/\0", "https://fcm.googleapis.com/" + "x" * 1000),
    ],
    "p256dh": ["", "x", "ü", "\0", "A" * 87, "BA" + "A" * 85, "A" * 101],
    "auth": ["", "x", "AAAA", "ü" * 16, "A" * 23, "A" * 41, "\0" * 22],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in STRANGE.items() for value in values])
def test_what_no_browser_sends_is_refused(user: User, field: str, value: str) -> None:
    client = browser_of(user)
    answer = client.post(DEVICES, {"endpoint": endpoint(), **KEYS, field: value})
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert Subscription.objects.count() == 0


@pytest.mark.parametrize("field", ["endpoint", "p256dh", "auth"])
def test_so_is_what_is_missing(user: User, field: str) -> None:
    fields = {"endpoint": endpoint(), **KEYS}
    del fields[field]
    answer = browser_of(user).post(DEVICES, fields)
    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "Something got lost on the way. Please try once more.",
    )


def test_a_browser_whose_service_is_not_known_is_told_so(user: User) -> None:
    assert add(browser_of(user), "https://push.example.org/x").json() == {
        "error": "This browser uses a push service that this site does not know. Emails would reach you."
    }


@pytest.mark.parametrize("change", [lambda key: key[:-2], lambda key: f"{key}AA", lambda key: f"A{key[1:]}"])
def test_so_is_a_key_that_is_none(user: User, change: Callable[[str], str]) -> None:
    assert add(browser_of(user), p256dh=change(KEYS["p256dh"])).status_code == 400


def test_keys_may_be_padded(user: User) -> None:
    assert add(browser_of(user), endpoint("x", APPLE), p256dh=KEYS["p256dh"] + "=").status_code == 201
