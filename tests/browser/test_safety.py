"""The safety notes in a real browser: read once, before the first session."""

from datetime import date

import pytest
from playwright.sync_api import expect
from time_machine import TimeMachineFixture

from exercises.models import Exercise
from tests.browser.conftest import DESK, PHONE, Visit
from tests.builders import a_person
from tracking import planning

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def sunday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-22 10:00:00Z")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_the_notes_are_read_once_and_then_the_session_can_begin(
    scripts: bool, viewport: dict[str, int], visit: Visit
) -> None:
    user = a_person("kim@example.org", safety_read_at=None)
    planning.start(user, Exercise.objects.offered(), date(2026, 11, 16))
    page = visit(user, java_script_enabled=scripts, viewport=viewport)

    page.goto("/session/")
    expect(page.get_by_text("chest pain", exact=True)).to_be_visible()
    expect(page.get_by_text("wiping feels different")).to_be_visible()
    expect(page.locator("#main").get_by_role("button")).to_have_count(1)
    expect(page.locator("[data-dose]")).to_have_count(0)
    box = page.get_by_role("button", name="I have read this").bounding_box()
    assert box is not None
    assert box["height"] >= 44

    page.get_by_role("button", name="I have read this").click()
    page.wait_for_url("**/session/")
    expect(page.get_by_role("heading", name="Before you start")).to_have_count(0)
    expect(page.locator("[data-dose]").first).to_be_visible()
    start = page.get_by_role("button", name="Start", exact=True)
    if scripts:
        start.click()
        expect(page.locator("#player")).to_be_visible()
    else:
        expect(start).to_have_count(0)

    page.goto("/safety/")
    expect(page.get_by_text("You read these notes on 22 November 2026.")).to_be_visible()
    expect(page.get_by_role("button", name="I have read this")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_they_can_be_read_in_full_and_acknowledged_there(scripts: bool, visit: Visit) -> None:
    page = visit(a_person("kim@example.org", safety_read_at=None), java_script_enabled=scripts)
    page.goto("/today/")
    page.get_by_role("link", name="All safety notes").click()
    page.get_by_role("button", name="I have read this").click()
    page.wait_for_url("**/today/")
    expect(page.get_by_role("heading", name="Before you start")).to_have_count(0)


def test_a_source_leads_from_an_exercise_to_the_list(visit: Visit) -> None:
    page = visit()
    page.goto("/exercises/leg-raise/")
    page.get_by_role("link", name="Gou 2024").first.click()
    page.wait_for_url("**/safety/#sources")
    expect(page.get_by_role("heading", name="Sources")).to_be_in_viewport()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_notes_fit_into_every_window(width: int, visit: Visit) -> None:
    page = visit(a_person("kim@example.org", safety_read_at=None), viewport={"width": width, "height": 800})
    for address in ("/session/", "/today/", "/safety/", "/exercises/leg-raise/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
