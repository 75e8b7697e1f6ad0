"""What scripts add to the plan of a day: one tap, one sentence, no jump, and an honest word when it fails."""

import re
import time
from datetime import date
from typing import cast

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from tests.browser.conftest import Complaints, Visit
from tests.browser.test_session import wait_until
from tests.builders import a_person, completions
from tracking import planning

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user(site: str) -> User:
    user = a_person("kim@example.org")
    planning.start(user, Exercise.objects.offered(), date(2026, 1, 1))
    return user


@pytest.fixture
def page(user: User, visit: Visit) -> Page:
    page = visit(user)
    page.goto("/today/")
    return page


def place_of(page: Page, slug: str) -> list[float]:
    """Where a card lies on the page, however far it is scrolled: left, top, width and height."""
    card = page.locator(f"[data-exercise={slug}]")
    return cast(list[float], card.evaluate("e => [e.offsetLeft, e.offsetTop, e.offsetWidth, e.offsetHeight]"))


def test_a_tick_swaps_the_card_in_place_keeps_the_focus_and_is_announced_once(page: Page) -> None:
    order = [one.get_attribute("data-exercise") for one in page.locator("[data-exercise]").all()]
    place = place_of(page, "leg-raise")
    button = page.locator("#slot-leg-raise-1")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#said")).to_have_text("Stretch the legs up: Complete. 1 of 13 doses done.")
    expect(button).to_be_focused()
    assert [one.get_attribute("data-exercise") for one in page.locator("[data-exercise]").all()] == order
    assert place_of(page, "leg-raise") == place
    page.wait_for_timeout(600)
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_two_tabs_that_tick_the_same_slot_make_one_row(page: Page, user: User) -> None:
    other = page.context.new_page()
    other.goto("/today/")
    for tab in (page, other):
        tab.locator("#slot-leg-raise-1").click()
        expect(tab.locator("#slot-leg-raise-1")).to_have_attribute("aria-pressed", "true")
    assert [(slug, nth) for _day, slug, nth in completions(user)] == [("leg-raise", 1)]


@pytest.mark.parametrize("pause", [0, 60, 250])
def test_a_double_tap_is_one_tap(page: Page, user: User, pause: int) -> None:
    slot = page.locator("#slot-leg-raise-1")
    # The taps say themselves when they were, so that a busy machine between them does not make them two.
    slot.evaluate(
        """async (slot, pause) => {
            let tapped = 1000;
            Object.defineProperty(Event.prototype, "timeStamp", { get: () => tapped });
            slot.click();
            await new Promise(done => setTimeout(done, pause));
            tapped += pause;
            document.getElementById(slot.id).click();
        }""",
        pause,
    )
    expect(slot).to_have_attribute("aria-pressed", "true")
    page.wait_for_load_state("networkidle")
    assert len(completions(user)) == 1


def test_taps_in_quick_succession_on_a_slow_line_are_all_taken_and_shown(page: Page, user: User) -> None:
    waits = iter([0.9, 0.1, 0.4])

    def slow(route: Route) -> None:
        time.sleep(next(waits))
        route.continue_()

    page.route("**/day/**", slow)
    for slot in ("toe-stand-1", "toe-stand-3", "leg-raise-1"):
        page.locator(f"#slot-{slot}").click()
    expect(page.locator(".progress-words")).to_have_text("3 of 13 doses done")
    for slot in ("toe-stand-1", "toe-stand-3", "leg-raise-1"):
        expect(page.locator(f"#slot-{slot}")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-exercise=toe-stand]")).to_have_attribute("data-done", "2")
    assert [(slug, nth) for _day, slug, nth in completions(user)] == [
        ("leg-raise", 1),
        ("toe-stand", 1),
        ("toe-stand", 3),
    ]


def icon_of(page: Page, slot: str) -> str:
    """The name of the icon that a button shows."""
    return str(page.locator(f"#slot-{slot} use").get_attribute("href")).split("#")[1]


def hold_ticks(page: Page) -> list[Route]:
    """Keep what is sent from arriving: it waits in the list that is returned."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/day/**", hold)
    return held


def test_a_tap_that_has_to_wait_for_another_still_goes_to_its_own_slot(page: Page, user: User) -> None:
    held = hold_ticks(page)
    slots = ("toe-stand-1", "toe-stand-3", "leg-raise-1")
    for slot in slots:
        page.locator(f"#slot-{slot}").click()
    for slot in slots:
        wait_until(lambda: page.evaluate("true") and bool(held))
        held.pop().continue_()
        expect(page.locator(f"#slot-{slot}")).to_have_attribute("aria-pressed", "true")
    assert [(slug, nth) for _day, slug, nth in completions(user)] == [
        ("leg-raise", 1),
        ("toe-stand", 1),
        ("toe-stand", 3),
    ]


def test_a_tap_shows_in_the_same_moment_and_as_on_its_way_until_the_site_has_taken_it(page: Page) -> None:
    held = hold_ticks(page)
    slot = page.locator("#slot-leg-raise-1")
    for value, before, meanwhile, after in (
        ("yes", "ring", "checking", "check"),
        ("no", "check", "unchecking", "ring"),
    ):
        pressed = slot.get_attribute("aria-pressed")
        assert icon_of(page, "leg-raise-1") == before
        assert slot.evaluate("slot => { slot.click(); return slot.dataset.sending }") == value
        assert icon_of(page, "leg-raise-1") == meanwhile
        expect(slot.locator(".icon")).to_be_visible()
        expect(slot).to_have_attribute("aria-busy", "true")
        # What a screen reader is told waits for the site's word.
        expect(slot).to_have_attribute("aria-pressed", str(pressed))
        page.wait_for_timeout(600)
        held.pop().continue_()
        expect(slot).to_have_attribute("aria-pressed", "true" if value == "yes" else "false")
        expect(slot).not_to_have_attribute("aria-busy", "true")
        assert slot.get_attribute("data-sending") is None
        assert icon_of(page, "leg-raise-1") == after


def test_the_answer_to_one_tap_leaves_the_next_one_marked_as_on_its_way(page: Page) -> None:
    held = hold_ticks(page)
    first, second = page.locator("#slot-toe-stand-1"), page.locator("#slot-toe-stand-2")
    first.click()
    second.click()
    expect(second).to_have_attribute("data-sending", "yes")
    held.pop().continue_()
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(second).to_have_attribute("data-sending", "yes")
    assert icon_of(page, "toe-stand-2") == "checking"
    page.wait_for_timeout(100)
    held.pop().continue_()
    expect(second).to_have_attribute("aria-pressed", "true")
    assert second.get_attribute("data-sending") is None


def test_when_the_site_refuses_a_tick_the_page_says_that_it_was_not_saved(
    user: User, visit: Visit, complaints: Complaints
) -> None:
    page = visit(user)
    page.goto("/today/")
    page.route("**/day/**", lambda route: route.fulfill(status=404, body="no more"))
    page.locator("#slot-leg-raise-1").click()
    expect(page.get_by_text("That could not be saved.")).to_be_in_viewport()
    expect(page.locator("[data-outbox]")).to_be_hidden()
    expect(page.locator("#slot-leg-raise-1")).to_have_attribute("aria-pressed", "false")
    assert page.locator("[data-sending], [aria-busy]").count() == 0
    assert icon_of(page, "leg-raise-1") == "ring"
    page.unroute("**/day/**")
    page.wait_for_timeout(600)
    page.locator("#slot-leg-raise-1").click()
    expect(page.locator("#slot-leg-raise-1")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("That could not be saved.")).to_be_hidden()
    assert len(completions(user)) == 1
    complaints.forgive("a status of 404")
    complaints.forgive("Status Error Code 404")


def test_a_session_that_has_ended_leads_to_signing_in(page: Page, user: User, complaints: Complaints) -> None:
    user.set_password("another long and quiet phrase")
    user.save()
    page.locator("#slot-leg-raise-1").click()
    page.wait_for_url(re.compile(r"/accounts/login/\?next=%2Ftoday%2F$"))
    assert completions(user) == []
    complaints.forgive("a status of 403")


def test_a_page_left_open_past_midnight_says_that_a_new_day_has_begun(
    user: User, visit: Visit, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to("2026-11-18 20:00:00Z", tick=False)
    page = visit(user)
    page.clock.install(time=timezone.now())
    page.goto("/today/")
    notice = page.get_by_text("A new day has begun.")
    expect(notice).to_be_hidden()
    page.clock.fast_forward(4 * 3_600_000 - 60_000)
    expect(notice).to_be_hidden()
    page.clock.fast_forward(90_000)
    expect(notice).to_be_visible()


def test_the_page_can_be_worked_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    reached = set()
    for _press in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    assert {f"slot-{slug}-1" for slug in Exercise.objects.values_list("slug", flat=True)} <= reached


def test_nothing_to_tap_is_smaller_than_a_fingertip(page: Page) -> None:
    for address in ("/today/", "/week/", "/history/", "/exercises/", "/settings/"):
        page.goto(address)
        small = page.locator("button, .tabs a, .strip a, .round, .chart td a, .weeks a, .years a, select, .button")
        for one in small.all():
            box = one.bounding_box()
            if box and one.is_visible():
                assert min(box["width"], box["height"]) >= 43.5, (address, one.inner_text(), box)


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_is_wider_than_its_window(user: User, visit: Visit, width: int) -> None:
    page = visit(user, viewport={"width": width, "height": 800})
    for address in ("/today/", "/week/", "/history/", "/exercises/", "/exercises/band-pull/", "/settings/", "/safety/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def watch_what_moves(page: Page) -> None:
    page.add_init_script(
        "window.shift = 0;"
        "new PerformanceObserver(list => { for (const one of list.getEntries()) window.shift += one.value })"
        ".observe({type: 'layout-shift', buffered: true})"
    )


def test_nothing_moves_while_the_page_loads(page: Page) -> None:
    watch_what_moves(page)
    for address in ("/today/", "/session/", "/week/", "/history/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shift") == 0, address


def test_nothing_moves_when_an_exercise_is_ticked(page: Page) -> None:
    watch_what_moves(page)
    page.goto("/today/")
    for slot in ("leg-raise-1", "toe-stand-1", "toe-walk-1", "toe-walk-2"):
        page.locator(f"#slot-{slot}").click()
        expect(page.locator(f"#slot-{slot}")).to_have_attribute("aria-pressed", "true")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shift") == 0
