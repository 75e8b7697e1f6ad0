"""The site without a network, in a real browser with the worker in charge."""

import re
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

import pytest
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import OperationalError
from django.http import HttpRequest
from playwright.sync_api import BrowserType, Locator, Page, Route, expect

from accounts.models import User
from backpain import offline
from exercises.models import Exercise
from exercises.prescription import Frequency, Per
from pain.models import CheckIn
from tests.browser.conftest import NO_NETWORK, NOON, NOT_READY, Complaints, Visit, ask
from tests.browser.test_accessibility import violations
from tests.browser.test_session import wait_until
from tests.builders import PASSWORD, a_person, an_exercise, browser_of, completions, did, on_plan
from tracking.models import CompletionQuerySet, PlanItem

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = """async () => {
  const pages = await caches.has("pages") ? await (await caches.open("pages")).keys() : [];
  return pages.map(({ url }) => new URL(url).pathname).sort();
}"""
ALL_KEPT = ["/exercises/arch/", "/exercises/calf/", "/owner", "/pain/", "/safety/", "/session/", "/today/"]
# All that a curious person with the tools of a developer finds on the device.
FOUND = """async () => {
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const response = await cache.match(request);
      if (response.headers.get("Content-Type")?.startsWith("text/html")) found.push(await response.text());
    }
  }
  const db = await new Promise(done => {
    indexedDB.open("backpain").onsuccess = ({ target }) => done(target.result);
  });
  const store = db.transaction("kept").objectStore("kept");
  const all = await new Promise(done => { store.getAll().onsuccess = ({ target }) => done(target.result) });
  db.close();
  const plain = value => value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value;
  found.push(JSON.stringify(all, (_name, value) => value instanceof CryptoKey ? "a key" : plain(value)));
  return found.join("\\n");
}"""


@pytest.fixture(autouse=True)
def without_a_network_a_browser_complains(complaints: Complaints) -> None:
    complaints.leave_out(*NO_NETWORK)


@pytest.fixture
def user(site: str) -> User:
    user = a_person("kim@example.org", get_ready_seconds=1, rest_seconds=0)
    for slug, frequency in (("calf", Frequency(Per.DAY, 2, 3)), ("arch", Frequency(Per.DAY, 1, 1))):
        on_plan(user, an_exercise(slug, frequency, seconds_at_least=1, seconds_at_most=1), TODAY)
    return user


TODAY = NOON.date()


@pytest.fixture
def page(user: User, visit: Visit) -> Page:
    """After one visit: of today's plan, and of nothing else."""
    page = visit(user, service_workers="allow")
    page.goto("/today/")
    wait_until(lambda: page.evaluate(KEPT) == ALL_KEPT)
    wait_until(lambda: bool(page.evaluate("backpainQueue.person()")))
    return page


def notice(page: Page) -> Locator:
    """What the page says of what waits; of all that it can say, it shows one thing."""
    return page.locator("[data-outbox-kind]").filter(visible=True)


def waiting(page: Page) -> list[str]:
    entries = ask(page, "backpainQueue.list(document.documentElement.dataset.person)")
    return [f"{one['address']} {one['fields'].get('done', '')}".strip() for one in entries]


def test_a_whole_session_and_a_check_in_without_a_network_arrive_once_when_it_is_back(page: Page, user: User) -> None:
    page.context.set_offline(True)
    page.goto("/session/")
    expect(page.get_by_text("the site cannot be reached just now")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("#finish")).to_be_visible(timeout=15_000)
    page.goto("/today/")
    expect(page.locator("[data-kept]")).to_contain_text(re.compile(r"Shown as it was at \d\d:\d\d"))
    for slot in ("calf-1", "calf-2", "calf-3", "arch-1"):
        expect(page.locator(f"#slot-{slot}")).to_contain_text("waiting")
    assert violations(page) == []
    # The second is taken back; the third as well, and done after all. The last wish counts.
    for slot, wish in (("calf-2", "no"), ("calf-3", "no"), ("calf-3", "yes")):
        page.locator(f"#slot-{slot}").click()
        expect(page.locator(f"#slot-{slot}")).to_have_attribute("data-waiting", wish)
        page.wait_for_timeout(600)
    expect(page.locator("#slot-calf-2")).to_contain_text("not done, waiting")
    expect(page.locator("#slot-calf-3")).to_contain_text("done, waiting")
    said = page.get_by_text("not counted yet, and sent as soon as it can:")
    expect(said).to_contain_text("Calf, Midday (not done) · Calf, Evening (done)")
    page.goto("/pain/")
    check_in(page, 3)
    expect(notice(page)).to_contain_text("pain 3")
    assert completions(user) == []
    page.context.set_offline(False)
    expect(page.locator("[data-outbox]")).to_be_hidden()
    wait_until(lambda: waiting(page) == [])
    assert completions(user) == [(TODAY, "arch", 1), (TODAY, "calf", 1), (TODAY, "calf", 3)]
    assert [(one.day, one.score) for one in CheckIn.objects.for_user(user)] == [(TODAY, 3)]
    page.goto("/today/")
    expect(page.locator("[data-exercise=calf]")).to_have_attribute("data-done", "2")
    expect(page.locator("[data-waiting], [data-kept]")).to_have_count(0)


def check_in(page: Page, score: int) -> None:
    page.locator(f"input[name=score][value='{score}']").check()
    page.get_by_role("button", name="Save").click()


def test_a_check_in_that_waits_is_answered_at_once_by_its_number_and_by_the_site_once_it_has_arrived(
    page: Page, user: User
) -> None:
    page.goto("/pain/")
    check_in(page, 3)
    page.wait_for_url("**/pain/#advice")
    wait_until(lambda: "data-advice" in page.evaluate(FOUND))
    page.context.set_offline(True)
    page.goto("/pain/")
    earlier = page.locator("[data-advice]")
    expect(earlier).to_contain_text("3 of 10. Carry on")
    check_in(page, 8)
    answer = page.get_by_role("status").filter(has_text="Your check-in is kept on this device")
    expect(answer.get_by_role("heading", name="8 of 10. Please read this first")).to_be_in_viewport()
    expect(answer.get_by_role("heading", name="Call the emergency number now")).to_be_in_viewport()
    expect(earlier).to_have_count(0)
    assert violations(page) == []
    # A lower number is no all-clear.
    check_in(page, 4)
    expect(answer.get_by_role("heading", name="4 of 10. Keep an eye on it")).to_be_in_viewport()
    expect(answer.get_by_role("heading", name="8 of 10. Please read this first")).to_be_visible()
    # Nor is it forgotten on the other pages.
    page.goto("/session/")
    expect(page.get_by_text("The pain that you noted calls for care.")).to_be_visible()
    page.goto("/pain/")
    # What is half written stays.
    page.locator("input[name=score][value='5']").check()
    page.context.set_offline(False)
    wait_until(lambda: len(CheckIn.objects.for_user(user)) == 3)
    page.wait_for_timeout(700)
    expect(page.locator("input[name=score][value='5']")).to_be_checked()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/pain/#advice")
    expect(page.get_by_role("heading", name="5 of 10. Keep an eye on it")).to_be_in_viewport()

    # Wherever it is asked for.
    page.goto("/history/")
    User.objects.update(pain_asked_on=None)
    page.goto("/today/")
    page.context.set_offline(True)
    check_in(page, 6)
    expect(page.get_by_role("heading", name="6 of 10. Ease off or stop")).to_be_in_viewport()
    page.context.set_offline(False)
    page.wait_for_url("**/pain/#advice")
    expect(page.locator("[data-advice]")).to_contain_text("6 of 10. Ease off or stop")


def test_the_warning_for_severe_pain_does_not_wait_for_the_site(user: User, visit: Visit) -> None:
    page = visit(user)
    page.goto("/pain/")
    wait_until(lambda: bool(page.evaluate("backpainQueue.person()")))
    page.route("**/me/", lambda route: route.abort())
    check_in(page, 9)
    expect(notice(page)).to_contain_text("pain 9")
    page.unroute("**/me/")
    page.route("**/me/", lambda _route: None)  # neither yes nor no
    page.goto("/today/")
    expect(page.get_by_text("The pain that you noted calls for care.")).to_be_visible(timeout=3_000)


def test_a_session_leaves_out_what_waits_as_done_and_nothing_else(page: Page, user: User) -> None:
    page.context.set_offline(True)
    for slot, wish in (("calf-1", "yes"), ("arch-1", "yes"), ("arch-1", "no")):
        page.locator(f"#slot-{slot}").click()
        expect(page.locator(f"#slot-{slot}")).to_have_attribute("data-waiting", wish)
        page.wait_for_timeout(600)
    page.goto("/session/")
    shown = page.locator("#start [data-dose]:not([hidden])")
    doses = "all => all.map(one => one.dataset.dose).sort()"
    expect(page.get_by_text("What is done and waits to be sent is left out.")).to_be_visible()
    assert shown.evaluate_all(doses) == ["arch/1", "calf/2", "calf/3"]
    # One that is marked in the list waits as well.
    page.get_by_role("button", name="Mark done: Calf, Evening").click()
    assert shown.evaluate_all(doses) == ["arch/1", "calf/2"]
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator("[data-show=place]")).to_have_text("1 / 2")
    # Nothing of it takes room from what runs, but for one small line.
    expect(page.get_by_text("Kept on this device for now")).to_be_visible()
    expect(page.locator("main > .notice:visible")).to_have_count(0)
    expect(page.locator("#finish")).to_be_visible(timeout=15_000)
    page.context.set_offline(False)
    wait_until(lambda: len(completions(user)) == 4)


def test_what_todays_plan_leads_to_opens_as_well_and_who_is_signed_out_meanwhile_is_told_that_alone(
    page: Page, complaints: Complaints
) -> None:
    page.context.set_offline(True)
    page.get_by_role("link", name="Calf").click()
    expect(page.get_by_role("heading", name="How to do it")).to_be_visible()
    expect(page.locator("[data-kept]")).to_be_visible()
    page.get_by_role("link", name="Backpain").click()
    page.wait_for_url("**/today/")
    page.locator("#slot-calf-1").click()
    expect(notice(page)).to_contain_text("The site cannot be reached.")
    page.context.clear_cookies(name="sessionid")
    page.context.set_offline(False)
    expect(notice(page)).to_contain_text("You are signed out.")
    expect(page.get_by_text("cannot be reached").filter(visible=True)).to_have_count(0)
    complaints.forgive("a status of 403", "Status Error Code 403")


# --- Who may read and send it -----------------------------------------------------------------------------------------


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()


def sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/today/")


def test_nothing_can_be_read_after_signing_out_nor_sent_by_the_next_person(page: Page, user: User) -> None:
    other = a_person("lou@example.org")
    page.context.set_offline(True)
    page.goto("/pain/")
    page.locator("input[name=score][value='7']").check()
    page.get_by_text("Say where, or add words").click()
    page.get_by_label("In your words").fill("since the fall on the stairs")
    page.get_by_role("button", name="Save").click()
    expect(notice(page)).to_contain_text("pain 7")
    page.evaluate(f"localStorage.setItem('backpain:session:{user.pk}:2026-11-18', 'Calf')")
    assert "Calf" in page.evaluate(FOUND)
    assert "stairs" not in page.evaluate(FOUND)

    # Also while the site cannot be told.
    page.evaluate("document.querySelector('[href=\"/settings/\"]').click()")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    page.evaluate(
        """() => {
            const form = document.createElement("form");
            Object.assign(form, { method: "post", action: "/accounts/logout/" });
            document.body.append(form);
            form.submit();
        }"""
    )
    said = page.get_by_text("The site does not know yet that you want to sign out.")
    expect(said).to_contain_text(
        "still waiting to be sent stays here, locked, and is sent when you sign in here again."
    )
    assert page.evaluate(KEPT) == []
    found = page.evaluate(FOUND)
    assert not [word for word in ("Calf", "Arch", "stairs", "a key", "kim") if word in found]
    page.goto("/today/")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    page.context.set_offline(False)
    page.context.clear_cookies()
    sign_in(page, "lou@example.org")
    wait_until(lambda: page.evaluate(KEPT) == [one for one in ALL_KEPT if "exercises" not in one])
    page.goto("/pain/")
    page.wait_for_load_state("networkidle")
    assert CheckIn.objects.count() == 0
    assert "stairs" not in page.evaluate(FOUND)

    sign_out(page)
    sign_in(page, "kim@example.org")
    wait_until(lambda: CheckIn.objects.count() == 1)
    [arrived] = CheckIn.objects.for_user(user)
    assert (arrived.day, arrived.score, arrived.words) == (TODAY, 7, "since the fall on the stairs")
    assert CheckIn.objects.for_user(other).count() == 0


def test_a_session_that_ended_elsewhere_ends_what_is_kept_as_soon_as_the_site_says_so(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")
    page.goto("/history/")
    page.wait_for_url("**/accounts/login/**")
    assert page.evaluate(KEPT) == []
    assert "a key" not in page.evaluate(FOUND)


AN_ANSWER_WHILE_SOMEBODY_SIGNS_OUT = """async (person) => {
  const { match } = caches;
  caches.match = async (address) => {
    delete caches.match;
    const found = await match.call(caches, address);
    await wipe();
    return found;
  };
  const headers = { "Content-Type": "text/html" };
  await takeIn("/today/", new Response(`<html data-person="${person}">`, { headers }), era);
}"""


def test_an_answer_that_comes_while_somebody_signs_out_is_not_kept(page: Page, user: User) -> None:
    [worker] = page.context.service_workers
    for person in (user.pk, user.pk + 1):
        worker.evaluate(AN_ANSWER_WHILE_SOMEBODY_SIGNS_OUT, person)
        assert page.evaluate(KEPT) == []
        page.goto("/today/")
        wait_until(lambda: page.evaluate(KEPT) == ALL_KEPT)


def test_who_follows_on_the_same_device_sees_and_keeps_their_own_pages_alone(page: Page, site: str) -> None:
    other = a_person("lou@example.org")
    on_plan(other, an_exercise("towel"), TODAY)
    session = browser_of(other).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
    page.goto("/today/")
    wait_until(lambda: "/exercises/towel/" in page.evaluate(KEPT))
    found = page.evaluate(FOUND)
    assert "Towel" in found
    assert "Calf" not in found


# --- Trouble on the way -----------------------------------------------------------------------------------------------


SAID = {
    "The site cannot be reached. Kept on this device": [500, 503, 429, 408, 0],
    "You are signed out. Kept on this device": [401, 403],
    "This could not be saved.": [409, 413, 400, 404],
}


def test_only_what_the_site_has_taken_leaves_the_device_and_trouble_is_said(
    user: User, visit: Visit, complaints: Complaints
) -> None:
    page = visit(user)
    page.goto("/today/")
    wait_until(lambda: bool(page.evaluate("backpainQueue.person()")))
    status = 0
    asked = []

    def answer(route: Route) -> None:
        asked.append(status)
        if status:
            route.fulfill(status=status, body="trouble")
        else:
            route.abort()

    page.route("**/day/**", answer)
    page.locator("#slot-calf-1").click()
    expect(notice(page)).to_contain_text("The site cannot be reached.")
    again = page.get_by_role("button", name="Try again")

    page.evaluate("document.addEventListener('backpain:sent', () => { self.knows = true; })")

    def try_again() -> None:
        """By hand alone, once the page knows that it was refused: until then a tap finds nothing to send again."""
        wait_until(lambda: bool(page.evaluate("self.knows")))
        page.evaluate("self.knows = false")
        again.click()

    for words, all_statuses in SAID.items():
        for status in all_statuses:
            if again.is_visible():
                try_again()
            else:
                page.evaluate("dispatchEvent(new Event('online'))")
            wait_until(lambda: page.evaluate("true") and asked[-1] == status)  # noqa: B023, asked at once
            expect(notice(page)).to_contain_text(words)
            expect(notice(page)).to_contain_text("Calf")
            assert waiting(page) == [f"/day/{TODAY}/calf/1/ yes"], status
    page.unroute("**/day/**")
    try_again()
    expect(page.locator("[data-exercise=calf]")).to_have_attribute("data-done", "1")
    assert waiting(page) == []
    assert completions(user) == [(TODAY, "calf", 1)]
    complaints.forgive("a status of ", "Status Error Code")


def test_a_tap_with_a_token_that_the_site_takes_no_more_is_sent_with_another(
    user: User, visit: Visit, complaints: Complaints
) -> None:
    page = visit(user)
    page.goto("/today/")
    wait_until(lambda: bool(page.evaluate("backpainQueue.person()")))
    page.context.clear_cookies(name="csrftoken")
    page.locator("#slot-calf-1").click()
    expect(page.locator("[data-exercise=calf]")).to_have_attribute("data-done", "1")
    expect(page.get_by_text("That could not be saved.")).to_be_hidden()
    assert completions(user) == [(TODAY, "calf", 1)]
    complaints.forgive("a status of 403", "Status Error Code 403")


def test_while_the_site_is_not_ready_what_is_kept_serves_and_what_is_entered_waits(
    page: Page, user: User, complaints: Complaints, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_self: LoginRequiredMiddleware, _request: HttpRequest, *_view: Any) -> NoReturn:
        raise OperationalError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(LoginRequiredMiddleware, "process_view", away)
        page.locator("#slot-calf-1").click()
        expect(page.locator("#slot-calf-1")).to_contain_text("waiting")
        expect(page.locator("[data-trouble]")).to_be_hidden()
        page.goto("/history/")
        expect(page.get_by_role("heading", name="Back in a moment")).to_be_visible()
        page.goto("/today/")
        expect(page.locator("[data-kept]")).to_be_visible()
        expect(page.locator("#slot-calf-1")).to_contain_text("waiting")
        page.goto("/pain/")
        page.locator("input[name=score][value='2']").check()
        page.get_by_role("button", name="Save").click()
        expect(notice(page)).to_contain_text("pain 2")
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: waiting(page) == [])
    assert completions(user) == [(TODAY, "calf", 1)]
    assert [(one.day, one.score) for one in CheckIn.objects.for_user(user)] == [(TODAY, 2)]
    complaints.forgive(*NOT_READY)


def test_what_waits_is_sent_when_the_site_wants_to_be_asked_again(
    user: User, visit: Visit, complaints: Complaints
) -> None:
    page = visit(user)
    page.clock.install()
    page.goto("/today/")
    wait_until(lambda: bool(page.evaluate("backpainQueue.person()")))
    asked = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=503, headers={"Retry-After": "90"}, body="away")

    page.route("**/day/**", answer)
    page.locator("#slot-calf-1").click()
    expect(notice(page)).to_contain_text("Calf")
    wait_until(lambda: page.evaluate("true") and len(asked) == 2)  # by itself, and with all that waits
    page.clock.run_for(80_000)
    page.wait_for_timeout(300)
    assert len(asked) == 2
    page.unroute("**/day/**")
    page.clock.run_for(15_000)
    wait_until(lambda: completions(user) == [(TODAY, "calf", 1)])
    complaints.forgive(*NOT_READY)


FAILING = "() => {{ for (const what of {0}) IDBObjectStore.prototype[what] = () => {{ throw new Error() }} }}"


def test_a_store_that_fails_for_a_while_loses_nothing(user: User, visit: Visit) -> None:
    page = visit(user)
    page.goto("/today/")
    wait_until(lambda: bool(page.evaluate("backpainQueue.person()")))
    page.evaluate("() => { window.before = IDBObjectStore.prototype.get }")
    page.route("**/day/**", lambda route: route.abort())
    for slot, failing in (("calf-1", []), ("arch-1", ["get"])):
        page.evaluate(FAILING.format(failing))
        page.locator(f"#slot-{slot}").click()
        expect(page.locator(f"#slot-{slot}")).to_contain_text("waiting")
    page.evaluate("() => { IDBObjectStore.prototype.get = before }")
    assert waiting(page) == [f"/day/{TODAY}/calf/1/ yes", f"/day/{TODAY}/arch/1/ yes"]

    # Nor is anything sent twice. With a tap on its way, the page is not loaded anew.
    sent: list[str] = []
    page.on("requestfinished", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.evaluate("document.body.dataset.sending = ''")
    page.evaluate(FAILING.format(["put", "delete"]))
    page.unroute("**/day/**")
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: len(completions(user)) == 2)
    page.wait_for_timeout(500)
    assert len(sent) == 2
    assert waiting(page) == []


def test_a_key_that_did_not_come_at_first_is_asked_for_again_and_what_waits_outlives_its_page(
    user: User, visit: Visit
) -> None:
    page = visit(user)
    for address in ("**/me/", "**/day/**"):
        page.route(address, lambda route: route.abort())
    page.goto("/today/")
    page.locator("#slot-calf-1").click()
    expect(notice(page)).to_contain_text("Kept on this device")
    page.unroute("**/me/")
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: bool(page.evaluate("backpainQueue.person()")))
    other = page.context.new_page()
    other.goto("/safety/")
    wait_until(lambda: waiting(other) == [f"/day/{TODAY}/calf/1/ yes"])


def test_what_was_refused_can_be_discarded(user: User, visit: Visit, complaints: Complaints) -> None:
    page = visit(user)
    page.goto("/today/")
    PlanItem.objects.for_user(user).of("calf").delete()
    page.context.set_offline(True)
    page.locator("#slot-calf-1").click()
    expect(page.locator("#slot-calf-1")).to_contain_text("waiting")
    page.context.set_offline(False)
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator("#slot-calf-1")).to_have_count(0)
    expect(page.locator("[data-outbox]")).to_be_hidden()
    assert waiting(page) == []
    complaints.forgive("a status of 404")


def test_a_check_in_that_was_refused_leads_nowhere(user: User, visit: Visit, complaints: Complaints) -> None:
    page = visit(user)
    page.goto("/today/")
    discard = page.get_by_role("button", name="Discard it")

    def check_in_is_refused() -> None:
        page.route("**/pain/", lambda route: route.fulfill(status=404, body="no"))
        page.context.set_offline(True)
        check_in(page, 6)
        expect(notice(page)).to_contain_text("pain 6")
        page.context.set_offline(False)
        expect(discard).to_be_visible()
        page.unroute("**/pain/")

    # Neither when something else arrives,
    check_in_is_refused()
    page.context.set_offline(True)
    page.locator("#slot-calf-1").click()
    expect(page.locator("#slot-calf-1")).to_contain_text("waiting")
    page.context.set_offline(False)
    expect(page.locator("[data-exercise=calf]")).to_have_attribute("data-done", "1")
    with page.expect_navigation():
        discard.click()
    # nor when it is discarded.
    check_in_is_refused()
    with page.expect_navigation():
        discard.click()
    assert page.url.endswith("/today/")
    complaints.forgive("a status of 404")


def test_two_tabs_send_each_thing_once(page: Page, user: User) -> None:
    other = page.context.new_page()
    other.goto("/today/")
    sent: list[str] = []
    page.context.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.context.set_offline(True)
    page.locator("#slot-calf-1").click()
    other.locator("#slot-arch-1").click()
    for tab, slot in ((page, "calf-1"), (other, "arch-1")):
        expect(tab.locator(f"#slot-{slot}")).to_contain_text("waiting")
    sent.clear()
    page.context.set_offline(False)
    wait_until(lambda: len(completions(user)) == 2)
    wait_until(lambda: waiting(page) == [])
    page.wait_for_timeout(300)
    assert sorted(url.rpartition("/day/")[2] for url in sent) == [f"{TODAY}/arch/1/", f"{TODAY}/calf/1/"]


def test_what_one_tab_has_sent_is_done_in_the_others_and_not_asked_for_again(user: User, visit: Visit) -> None:
    page = visit(user)
    page.goto("/today/")
    wait_until(lambda: bool(page.evaluate("backpainQueue.person()")))
    page.context.route("**/day/**", lambda route: route.abort())
    page.locator("#slot-calf-1").click()
    expect(notice(page)).to_contain_text("Calf")
    today, session = page.context.new_page(), page.context.new_page()
    today.goto("/today/")
    expect(today.locator("#slot-calf-1")).to_contain_text("waiting")
    session.goto("/session/")
    expect(session.get_by_text("What is done and waits to be sent is left out.")).to_be_visible()
    for other in (today, session):
        expect(notice(other)).to_contain_text("Calf")  # they have tried it as well
    page.context.unroute("**/day/**")
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: page.evaluate("true") and completions(user) == [(TODAY, "calf", 1)])
    for other in (today, session):
        other.evaluate("dispatchEvent(new Event('online'))")
    expect(today.locator("[data-exercise=calf]")).to_have_attribute("data-done", "1")
    expect(today.locator("[data-waiting]")).to_have_count(0)
    expect(session.get_by_text("What is done and waits to be sent is left out.")).to_be_hidden()
    expect(session.locator("#start [data-dose]:not([hidden])")).to_have_count(3)


@pytest.fixture
def tabs(user: User, visit: Visit) -> tuple[Page, Page]:
    """Two tabs: in the first one "done" waits, and is not let through. The second one does not know of that."""
    first = visit(user)
    first.goto("/today/")
    wait_until(lambda: bool(first.evaluate("backpainQueue.person()")))
    did(user, Exercise.objects.get(slug="calf"), TODAY)
    second = first.context.new_page()
    second.goto("/today/")
    first.route("**/day/**", lambda route: route.abort())
    first.locator("#slot-calf-1").click()
    expect(notice(first)).to_contain_text("Calf")
    assert waiting(first) == [f"/day/{TODAY}/calf/1/ yes"]
    # Otherwise it would load itself anew in the middle of the test.
    first.evaluate("document.body.dataset.sending = ''")
    return first, second


def test_what_waits_in_one_tab_does_not_undo_a_later_tap_in_another(tabs: tuple[Page, Page], user: User) -> None:
    first, second = tabs
    second.locator("#slot-calf-1").click()
    wait_until(lambda: completions(user) == [])
    first.unroute("**/day/**")
    first.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: waiting(first) == [])
    assert completions(user) == []
    expect(second.locator("#slot-calf-1")).to_have_attribute("aria-pressed", "false")


def test_nor_does_it_while_it_is_just_being_sent(
    tabs: tuple[Page, Page], user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tabs
    arrived, may_go_on = Event(), Event()
    set_done = CompletionQuerySet.set_done

    def slowly(self: CompletionQuerySet, *what: Any) -> None:
        arrived.set()
        may_go_on.wait(10)
        set_done(self, *what)

    monkeypatch.setattr(CompletionQuerySet, "set_done", slowly)
    first.unroute("**/day/**")
    first.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: first.evaluate("true") and arrived.is_set())
    second.locator("#slot-calf-1").click()
    # Long enough to arrive before the other, were it sent by itself.
    second.wait_for_timeout(1_000)
    may_go_on.set()
    wait_until(lambda: waiting(first) == [])
    assert completions(user) == []


@pytest.mark.parametrize("open_database", ["() => { throw new DOMException() }", "() => ({})"])
def test_a_tap_needs_no_store_that_can_be_read(open_database: str, user: User, visit: Visit) -> None:
    page = visit(user)
    page.add_init_script(f"IDBFactory.prototype.open = {open_database}")
    page.goto("/today/")
    page.locator("#slot-calf-1").click()
    expect(page.locator("#slot-calf-1")).to_have_attribute("aria-pressed", "true")
    assert completions(user) == [(TODAY, "calf", 1)]


def test_the_browser_sends_what_waits_after_the_page_is_closed(page: Page, user: User) -> None:
    devtools = page.context.new_cdp_session(page)
    found: list[str] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(registrations(event)))
    devtools.send("ServiceWorker.enable")
    page.context.set_offline(True)
    page.locator("#slot-calf-1").click()
    expect(page.locator("#slot-calf-1")).to_contain_text("waiting")
    other = page.context.new_page()
    other.goto("/offline/")
    page.goto("about:blank")
    page.context.set_offline(False)
    # It may be quicker by itself.
    sync = {"origin": other.evaluate("origin"), "registrationId": found[0], "tag": "backpain", "lastChance": True}
    devtools = page.context.new_cdp_session(other)
    devtools.send("ServiceWorker.enable")
    devtools.send("ServiceWorker.dispatchSyncEvent", sync)
    wait_until(lambda: completions(user) == [(TODAY, "calf", 1)])


def registrations(event: dict[str, Any]) -> list[str]:
    return [one["registrationId"] for one in event["registrations"]]


# --- Keeping up with what is done -------------------------------------------------------------------------------------


def gets(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The pages that were asked for."""
    return sorted(words.split()[1] for words in caplog.messages if words.startswith("GET"))


def tick(page: Page, slot: str) -> None:
    page.locator(f"#slot-{slot}").click()
    expect(page.locator(f"#slot-{slot}")).to_have_attribute("aria-pressed", "true")


def leave(page: Page) -> None:
    page.goto("about:blank")


def test_ticks_ask_for_nothing_until_the_page_is_left_and_then_today_opens_as_it_was(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    tick(page, "calf-1")
    tick(page, "calf-2")
    page.wait_for_timeout(3_500)
    assert gets(caplog) == []
    leave(page)
    wait_until(lambda: page.evaluate("true") and gets(caplog) == ["session", "today"])
    page.wait_for_timeout(500)
    page.context.set_offline(True)
    page.goto("/today/")
    expect(page.locator("[data-kept]")).to_be_visible()
    expect(page.locator("[data-exercise=calf]")).to_have_attribute("data-done", "2")
    page.goto("/session/")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()


def test_a_page_that_stays_open_is_caught_up_with_every_ten_minutes(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    open_for_long = page.context.new_page()
    open_for_long.clock.install()
    open_for_long.goto("/today/")
    tick(open_for_long, "calf-1")
    page.wait_for_timeout(3_500)
    caplog.clear()
    open_for_long.clock.fast_forward(590_000)
    page.wait_for_timeout(500)
    assert gets(caplog) == []
    for _time in range(2):
        open_for_long.clock.fast_forward(600_000)
        page.wait_for_timeout(500)
        assert gets(caplog) == ["session", "today"]


def test_a_tick_that_arrives_when_its_page_is_gone_is_shown_after_the_next_visit(
    page: Page, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = Event()
    set_done = CompletionQuerySet.set_done

    def slowly(self: CompletionQuerySet, *what: Any) -> None:
        may_go_on.wait(10)
        set_done(self, *what)

    monkeypatch.setattr(CompletionQuerySet, "set_done", slowly)
    # Nor does the device hurry to note what was sent.
    page.context.service_workers[0].evaluate(
        """() => {
            const { put } = Cache.prototype;
            Cache.prototype.put = async function (...what) {
                await new Promise((done) => setTimeout(done, 200));
                return put.apply(this, what);
            };
        }"""
    )
    caplog.clear()
    with page.expect_request("**/day/**"):
        page.locator("#slot-calf-1").click()
    leave(page)
    wait_until(lambda: page.evaluate("true") and gets(caplog) == ["session", "today"])
    may_go_on.set()
    page.wait_for_timeout(3_500)
    page.goto("/safety/")
    wait_until(lambda: page.evaluate("true") and gets(caplog).count("session") == 2)
    page.wait_for_timeout(500)
    page.context.set_offline(True)
    page.goto("/today/")
    expect(page.locator("[data-exercise=calf]")).to_have_attribute("data-done", "1")


CALF = "async () => (await (await caches.match('/exercises/calf/', { ignoreVary: true }))?.text()) ?? ''"


def test_the_page_of_an_exercise_follows_the_plan_and_goes_when_the_exercise_leaves_it(page: Page) -> None:
    prescribed = "second, 3 times a day"
    assert prescribed not in page.evaluate(CALF)
    page.goto("/plan/exercise/calf/")
    often = page.get_by_role("group", name="How often")
    often.get_by_label("At least").fill("3")
    page.get_by_role("button", name="Save").click()
    wait_until(lambda: prescribed in page.evaluate(CALF))
    page.context.set_offline(True)
    page.goto("/exercises/calf/")
    expect(page.locator(".lead-dose")).to_contain_text(prescribed)
    page.context.set_offline(False)

    page.goto("/plan/exercise/calf/")
    page.get_by_role("button", name="Take it off").click()
    wait_until(lambda: page.evaluate(KEPT) == [one for one in ALL_KEPT if "calf" not in one])


def test_a_page_of_before_signing_out_keeps_nothing_again_when_it_is_left(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    """The site may not know yet that somebody has signed out."""
    other = page.context.new_page()
    other.goto("/offline/")
    [worker] = page.context.service_workers
    tick(page, "calf-1")
    worker.evaluate("wipe()")
    caplog.clear()
    leave(page)
    other.wait_for_timeout(500)
    assert gets(caplog) == []
    assert other.evaluate(KEPT) == []


def test_what_was_to_be_asked_for_before_signing_out_is_not_asked_for_after_it(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    [worker] = page.context.service_workers
    worker.evaluate("() => { line = new Promise((done) => { self.goOn = done }) }")
    page.evaluate("navigator.serviceWorker.controller.postMessage({ kind: 'visit' })")
    page.wait_for_timeout(300)
    worker.evaluate("wipe()")
    caplog.clear()
    worker.evaluate("goOn()")
    page.wait_for_timeout(500)
    assert gets(caplog) == []
    assert page.evaluate(KEPT) == []


# --- The worker itself ------------------------------------------------------------------------------------------------


def test_the_plan_of_a_day_that_is_over_is_not_passed_off_as_todays(page: Page) -> None:
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    page.evaluate(
        """async () => {
            const pages = await caches.open("pages");
            for (const address of ["/today/", "/session/"]) {
                const page = await pages.match(address, { ignoreVary: true });
                const headers = new Headers(page.headers);
                headers.set("X-Kept-At", Date.now() - 24 * 3600_000);
                await pages.put(address, new Response(await page.text(), { headers }));
            }
        }"""
    )
    page.context.set_offline(True)
    for address in ("/today/", "/session/"):
        page.goto(address)
        expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    assert violations(page) == []


def test_another_release_takes_over_as_a_whole_and_leaves_open_pages_their_files(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases = "async () => (await caches.keys()).filter(name => name.startsWith('files '))"
    update = "async () => { await (await navigator.serviceWorker.ready).update().catch(() => {}) }"
    files = offline.files()
    [first] = page.evaluate(releases)
    # A file of it is not there: then nothing of it is.
    with monkeypatch.context() as broken:
        broken.setattr(offline, "files", lambda: [*files, "/static/js/missing.js"])
        page.evaluate(update)
        page.evaluate(
            "navigator.serviceWorker.ready.then(({ installing }) => installing && new Promise("
            "done => { installing.onstatechange = done }))"
        )
        wait_until(lambda: page.evaluate(releases) == [first])
    # The next one has another stylesheet, so that the one of the kept pages is with the first alone.
    monkeypatch.setattr(offline, "files", lambda: [file for file in files if "/css/app." not in file])
    page.evaluate(update)
    wait_until(lambda: len(page.evaluate(releases)) == 2)
    # It is there at once, and has all its files a moment later.
    in_charge = "navigator.serviceWorker.ready.then(({ installing, waiting }) => !installing && !waiting)"
    wait_until(lambda: bool(page.evaluate(in_charge)))
    page.context.set_offline(True)
    page.goto("/session/")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    assert page.evaluate("[...document.styleSheets].every(sheet => sheet.cssRules.length)")
    page.evaluate("name => caches.delete(name)", first)
    page.goto("/today/")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()


def test_who_clears_the_worker_away_gets_it_back_with_the_next_visit(page: Page) -> None:
    page.evaluate(
        """async () => {
            for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
            for (const name of await caches.keys()) await caches.delete(name);
        }"""
    )
    page.goto("/history/")
    wait_until(lambda: page.evaluate(KEPT) == ALL_KEPT)
    page.context.set_offline(True)
    page.goto("/today/")
    expect(page.locator("[data-exercise=calf]")).to_be_visible()


def test_without_its_files_a_page_is_not_shown_half(page: Page) -> None:
    page.evaluate(
        """async () => {
            const [name] = (await caches.keys()).filter(name => name.startsWith("files "));
            const cache = await caches.open(name);
            const [sheet] = (await cache.keys()).filter(({ url }) => url.includes("/css/app."));
            await cache.delete(sheet);
        }"""
    )
    page.context.set_offline(True)
    page.goto("/today/")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()


def test_chromium_finds_nothing_that_keeps_the_site_from_being_installed(
    user: User, site: str, browser_type: BrowserType, browser_type_launch_args: dict[str, Any], tmp_path: Path
) -> None:
    # With a profile of its own: what is like a private window installs nothing.
    context = browser_type.launch_persistent_context(tmp_path, **browser_type_launch_args)
    session = browser_of(user).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
    page = context.new_page()
    page.goto(f"{site}/today/")
    devtools = context.new_cdp_session(page)
    wait_until(lambda: devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == [])
    manifest = devtools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"].endswith("/manifest.webmanifest")
    wait_until(lambda: page.evaluate(KEPT) == ALL_KEPT)
    context.close()
