"""Notifications in a real browser: a page allows them, the service worker shows them and does what their buttons say.

A private window of Chromium asks no push service, so that what such a service would give is put in its place; messages
come from the browser's own tools.
"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, Worker, expect

from accounts.models import Session, User
from exercises.models import Exercise
from reminders.models import Delivery, Subscription
from reminders.push_key import public_key
from tests.browser.conftest import Complaints, Visit, program
from tests.browser.test_offline import KEPT
from tests.browser.test_session import wait_until
from tests.builders import a_person, browser_of, completions, on_plan
from tests.internet import Receiver, endpoint
from tools.test import WHOLE_BROWSER

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/settings/reminders/"
PATIENCE = 7  # seconds, longer than the worker waits for the site
A_PUSH_SERVICE = """({ endpoint, keys, has_agreed }) => {
    const agree = (options) => ({ options, toJSON: () => ({ endpoint, keys }) });
    const plain = (text) => atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = (text) => Uint8Array.from(plain(text), (one) => one.charCodeAt(0));
    let agreed = has_agreed && agree({ applicationServerKey: bytes(has_agreed) });
    if (agreed) agreed.unsubscribe = async () => { window.given_up = true; };
    PushManager.prototype.getSubscription = async () => agreed;
    PushManager.prototype.subscribe = async (options) => {
        window.asked = options;
        return agreed = agree(options);
    };
}"""
A_TAP = """async (action) => {
    const [there] = await registration.getNotifications();
    const opened = [];
    const openWindow = async (address) => opened.push(new URL(address).pathname);
    Object.defineProperty(clients, "openWindow", { value: openWindow, configurable: true });
    const tap = new NotificationEvent("notificationclick", { notification: there, action });
    let done;
    tap.waitUntil = (promise) => { done = promise; };
    self.dispatchEvent(tap);
    await done;
    return { opened, left: (await registration.getNotifications()).length };
}"""
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(
    ({ title, body, tag, actions }) => [title, body, tag, actions.map((one) => one.title)]
)"""

KEPT_AT_FIRST = ["/owner", "/pain/", "/safety/", "/session/", "/today/"]
KEPT_AS_DONE = """async () => {
    const page = await caches.match("/today/", { ignoreVary: true });
    return /data-exercise="toe-stand"[^>]* data-done="(\\d)"/.exec(await page.text())[1];
}"""


KEYS = Receiver().keys()


@pytest.fixture(scope="module")
def browser(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    """Chromium with all that belongs to windows, which notifications do."""
    whole = browser_type.launch(**{**browser_type_launch_args, "executable_path": program(WHOLE_BROWSER)})
    yield whole
    whole.close()


def stubbed(page: Page, has_agreed: str | None = None) -> Page:
    said = json.dumps({"endpoint": endpoint("phone"), "keys": KEYS, "has_agreed": has_agreed})
    page.add_init_script(f"({A_PUSH_SERVICE})({said})")
    page.context.grant_permissions(["notifications"])
    return page


def test_a_page_lets_its_browser_take_notifications(visit: Visit) -> None:
    user = a_person()
    page = stubbed(visit(user, service_workers="allow"))
    page.goto(PAGE)
    expect(page.get_by_text("None of your devices gets notifications yet.")).to_be_visible()
    page.get_by_label("From").fill("21:15")
    page.get_by_role("button", name="Allow notifications on this device").click()
    expect(page.get_by_text("This device gets notifications now.")).to_be_visible()
    expect(page.locator("[data-device]")).to_contain_text("this one")
    expect(page.get_by_role("button", name="Allow notifications on this device")).to_be_hidden()
    # What was not saved yet is still there.
    expect(page.get_by_label("From")).to_have_value("21:15")
    [row] = Subscription.objects.all()
    assert (row.user_id, row.endpoint) == (user.pk, endpoint("phone"))
    key = page.evaluate("asked.applicationServerKey.toBase64?.({ alphabet: 'base64url', omitPadding: true })")
    assert key in (None, public_key())
    assert page.evaluate("asked.userVisibleOnly") is True


def test_while_the_browser_takes_its_time_the_page_says_so(visit: Visit) -> None:
    page = stubbed(visit(a_person(), service_workers="allow"))
    page.add_init_script("Notification.requestPermission = () => new Promise((answer) => { window.answer = answer; })")
    page.goto(PAGE)
    page.get_by_role("button", name="Allow notifications on this device").click()
    waiting = page.get_by_text("We are waiting for your browser")
    expect(waiting).to_be_visible()
    page.evaluate("answer('default')")
    expect(waiting).to_be_hidden()
    page.get_by_role("button", name="Allow notifications on this device").click()
    page.evaluate("answer('granted')")
    expect(page.get_by_text("This device gets notifications now.")).to_be_visible()
    expect(page.get_by_text("We are waiting for your browser")).to_be_hidden()


def test_that_none_would_arrive_is_said_until_a_device_is_there(visit: Visit) -> None:
    page = stubbed(visit(a_person(reminds=True), service_workers="allow"))
    page.goto(PAGE)
    expect(page.get_by_text("Reminders are on, but none would arrive yet.")).to_be_visible()
    page.get_by_role("button", name="Allow notifications on this device").click()
    expect(page.get_by_text("This device gets notifications now.")).to_be_visible()
    expect(page.get_by_text("Reminders are on, but none would arrive yet.")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_sticks_out_of_the_page_of_reminders(visit: Visit, width: int) -> None:
    page = visit(a_person("somebody-with-a-rather-long-name@example.org"), viewport={"width": width, "height": 800})
    page.goto(PAGE)
    inside = page.locator("main form.sheet").evaluate(
        """(card) => [...card.querySelectorAll("*")].filter(
            (one) => one.getBoundingClientRect().right > card.getBoundingClientRect().right
        ).map((one) => one.outerHTML)"""
    )
    assert inside == []


def test_a_ticked_box_shows_a_mark_and_that_of_the_browser_where_all_colours_are_chosen(visit: Visit) -> None:
    page = visit(a_person(reminds=True))
    page.goto(PAGE)
    look = "(box) => [getComputedStyle(box, '::before').content, getComputedStyle(box).appearance]"
    box = page.get_by_label("Remind me")
    assert box.evaluate(look) == ['""', "none"]
    box.uncheck()
    assert box.evaluate(look) == ["none", "none"]
    box.check()
    page.emulate_media(forced_colors="active")
    assert box.evaluate(look) == ["none", "auto"]


def test_who_signs_in_again_gets_them_again_in_a_browser_that_was_theirs(visit: Visit, complaints: Complaints) -> None:
    user, another = a_person(reminds=True), a_person(reminds=True)
    now = datetime.now(UTC)
    Subscription.objects.add(user, now, endpoint=endpoint("phone"), device="", **KEYS)
    assert Subscription.objects.signed_in(user, now) == []
    for person, status in ((another, 400), (user, 201)):
        reminded(person)
        page = stubbed(visit(person, service_workers="allow"), has_agreed=public_key())
        page.goto("/safety/")
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        with page.expect_response("**/settings/reminders/devices/") as answer:
            page.goto("/today/")
        assert answer.value.status == status
    assert [one.endpoint for one in Subscription.objects.signed_in(user, now)] == [endpoint("phone")]
    assert Subscription.objects.count() == 1
    complaints.remove(next(one for one in complaints if "a status of 400" in one))


def test_a_browser_that_agreed_to_another_key_of_the_site_is_not_taken_back(visit: Visit) -> None:
    user = a_person(reminds=True)
    reminded(user)
    page = stubbed(visit(user, service_workers="allow"), has_agreed="BAAA")
    page.goto("/safety/")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.goto("/today/")
    wait_until(lambda: bool(page.evaluate("window.given_up")))
    assert Subscription.objects.count() == 0


CANNOT = {
    "This browser blocks notifications": "Object.defineProperty(Notification, 'permission', { value: 'denied' })",
    "This browser cannot show notifications": "delete window.PushManager",
    "put this site on the home screen first": "delete window.PushManager; navigator.standalone = false",
}


@pytest.mark.parametrize("words", CANNOT)
def test_where_it_cannot_be_the_page_says_why(visit: Visit, words: str) -> None:
    page = visit(a_person())
    page.add_init_script(CANNOT[words])
    page.goto(PAGE)
    expect(page.get_by_text(words)).to_be_visible()
    assert page.locator("[data-state]:visible").count() == 1


class Phone:
    """A browser with the service worker, and somebody signed in."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.context.grant_permissions(["notifications"])
        page.goto("/safety/")
        self.site = page.evaluate("location.origin")
        # A page of nobody or of another that the worker asks for closes what is shown. After these it asks for none.
        wait_until(lambda: page.evaluate(KEPT) == KEPT_AT_FIRST)
        self.tools = page.context.new_cdp_session(page)
        known: list[dict[str, Any]] = []
        self.tools.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(told["registrations"]))
        self.tools.send("ServiceWorker.enable")
        deadline = time.monotonic() + PATIENCE
        while not known:
            assert time.monotonic() < deadline
            page.wait_for_timeout(20)
        self.registration = known[0]["registrationId"]

    @property
    def worker(self) -> Worker:
        return self.page.context.service_workers[0]

    def receives(self, user: User, **said: object) -> None:
        told = {
            "person": str(user.pk),
            "site": "Backpain",
            "title": "Evening",
            "body": "Two exercises are left.",
            "tag": "backpain-1",
            "address": "/today/",
            "day": str(user.day_at(datetime.now(UTC))),
            "name": "",
            "nth": 0,
            "actions": [{"action": "done", "title": "Done"}, {"action": "later", "title": "In an hour"}],
            **said,
        }
        message = {"origin": self.site, "registrationId": self.registration, "data": json.dumps(told)}
        # The browser's tools lose a message now and then, while the worker is being started. The same twice is one.
        for _again in range(3):
            self.tools.send("ServiceWorker.deliverPushMessage", message)
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                if any(one[0] == told["site"] or one[1] == told["body"] for one in self.shown()):
                    return
                self.page.wait_for_timeout(20)
        raise AssertionError(self.shown())

    def shown(self) -> Any:
        return self.page.evaluate(SHOWN)

    def tap(self, action: str) -> Any:
        return self.worker.evaluate(A_TAP, action)


def reminded(user: User, name: str = "") -> date:
    """Of one exercise that is due today."""
    day = user.day_at(datetime.now(UTC))
    on_plan(user, Exercise.objects.get(slug="toe-stand"), day)
    Delivery.objects.create(user=user, day=day, name=name, due_at=datetime.now(UTC), outcome="sent")
    return day


def test_a_message_is_shown_and_its_buttons_do_what_they_say(visit: Visit) -> None:
    user = a_person()
    phone = Phone(visit(user, service_workers="allow"))
    day = reminded(user)
    phone.receives(user, body="Three exercises are left.")
    phone.receives(user)
    assert phone.shown() == [["Evening", "Two exercises are left.", "backpain-1", ["Done", "In an hour"]]]

    assert phone.tap("later") == {"opened": [], "left": 0}
    assert list(Delivery.objects.for_user(user).values_list("nth", flat=True).order_by("nth")) == [0, 1]

    phone.receives(user, nth=1)
    assert phone.tap("done") == {"opened": [], "left": 0}
    assert {(on, slug) for on, slug, _nth in completions(user)} == {(day, "toe-stand")}

    phone.receives(user)
    assert phone.tap("") == {"opened": ["/today/"], "left": 0}


def test_what_was_done_by_a_button_is_done_in_what_is_kept_as_well(visit: Visit) -> None:
    user = a_person()
    phone = Phone(visit(user, service_workers="allow"))
    reminded(user)
    phone.page.goto("/today/")
    wait_until(lambda: phone.page.evaluate(KEPT_AS_DONE) == "0")
    phone.receives(user)
    phone.tap("done")
    wait_until(lambda: phone.page.evaluate(KEPT_AS_DONE) != "0")


def test_after_signing_out_a_message_tells_nothing_and_its_buttons_lead_to_the_page(visit: Visit) -> None:
    user = a_person()
    phone = Phone(visit(user, service_workers="allow"))
    reminded(user)
    phone.receives(user)
    Session.objects.all().delete()
    assert phone.tap("done") == {"opened": ["/today/"], "left": 0}
    assert completions(user) == []
    phone.receives(user)
    assert phone.shown() == [["Backpain", "", "Backpain", []]]


def test_what_was_shown_goes_with_the_first_page_of_nobody(visit: Visit) -> None:
    user = a_person()
    phone = Phone(visit(user, service_workers="allow"))
    phone.receives(user)
    Session.objects.all().delete()
    phone.page.goto("/today/")
    wait_until(lambda: phone.shown() == [])
    # A page that is loaded anew by force passes the worker by.
    phone.receives(user)
    phone.tools.send("Network.enable")
    phone.tools.send("Network.setBypassServiceWorker", {"bypass": True})
    phone.page.goto("/today/")
    wait_until(lambda: phone.shown() == [])


def test_nor_is_anything_done_for_whoever_signs_in_next(visit: Visit) -> None:
    user, another = a_person(), a_person()
    phone = Phone(visit(user, service_workers="allow"))
    reminded(user)
    reminded(another)
    phone.receives(user)
    session = browser_of(another).cookies["sessionid"].value
    phone.page.context.add_cookies([{"name": "sessionid", "value": session, "url": phone.site}])
    assert phone.tap("done") == {"opened": ["/today/"], "left": 0}
    assert completions(user) == completions(another) == []
    phone.receives(user)
    assert phone.shown() == [["Backpain", "", "Backpain", []]]
