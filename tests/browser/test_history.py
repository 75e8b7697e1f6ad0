"""The history in a browser: the calendar by finger and by keys, the table without scripts, and nothing cut off."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from tests.browser.conftest import DESK, Visit
from tests.browser.test_accessibility import violations
from tests.builders import a_person, did
from tracking import planning

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 11, 18)


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(f"{TODAY} 10:00:00Z")


def somebody() -> User:
    user = a_person()
    start = TODAY - timedelta(days=100)
    planning.start(user, Exercise.objects.offered(), start)
    for n, exercise in enumerate(Exercise.objects.all()):
        for day in range(100):
            if (day + n) % 5:
                did(user, exercise, start + timedelta(days=day))
    return user


def cell(day: date) -> str:
    return f'.month td[data-day="{day}"]'


def test_a_tapped_day_says_what_it_was_and_leads_to_its_plan(site: str, visit: Visit) -> None:
    page = visit(somebody())
    page.goto("/history/")
    line = page.locator(".calendar-day")
    expect(line).to_be_hidden()
    page.locator(cell(date(2026, 11, 3))).click()
    expect(line).to_contain_text("3 November: 6 of 12 doses")
    link = line.get_by_role("link", name="Open this day")
    box = link.bounding_box()
    assert box
    assert box["height"] >= 44
    # In sight, above the tabs, wherever the finger was.
    tabs = page.locator(".tabs").bounding_box()
    assert tabs
    assert box["y"] + box["height"] <= tabs["y"]
    link.click()
    page.wait_for_url("**/day/2026-11-03/")


def test_the_days_are_walked_through_with_the_arrow_keys(site: str, visit: Visit) -> None:
    page = visit(somebody(), viewport=DESK)
    page.goto("/history/")
    # One stop of the tab key for the whole calendar: today.
    assert page.locator(".month td[tabindex='0']").count() == 1
    page.locator(cell(TODAY)).focus()
    for key, day in [
        ("ArrowLeft", date(2026, 11, 17)),
        ("ArrowUp", date(2026, 11, 10)),
        ("ArrowUp", date(2026, 11, 3)),
        ("ArrowUp", date(2026, 10, 27)),
        ("ArrowRight", date(2026, 10, 28)),
        ("ArrowDown", date(2026, 11, 4)),
        ("Home", date(2026, 8, 10)),
        ("ArrowLeft", date(2026, 8, 10)),
        ("End", date(2026, 11, 30)),
        ("ArrowRight", date(2026, 11, 30)),
        ("ArrowUp", date(2026, 11, 23)),
        ("ArrowUp", date(2026, 11, 16)),
        ("ArrowRight", date(2026, 11, 17)),
    ]:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.day") == str(day), key
    expect(page.locator(".calendar-day")).to_contain_text("17 November")
    page.keyboard.press("Enter")
    page.wait_for_url("**/day/2026-11-17/")


def test_without_scripts_the_table_has_the_days_and_their_links(site: str, visit: Visit) -> None:
    page = visit(somebody(), java_script_enabled=False)
    page.goto("/history/")
    expect(page.locator(".calendar-day")).to_be_hidden()
    page.get_by_role("link", name="The same as a table").click()
    row = page.get_by_role("row", name="Tue, 3 November")
    expect(row).to_contain_text("6 of 12 doses")
    row.get_by_role("link").click()
    page.wait_for_url("**/day/2026-11-03/")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_cut_off_at_any_width(width: int, site: str, visit: Visit) -> None:
    page = visit(somebody(), viewport={"width": width, "height": 800})
    for address in ("/history/", "/history/days/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto("/history/")
    month = page.locator(".month").first.bounding_box()
    assert month
    assert month["width"] >= 120


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_full_history(scheme: str, site: str, visit: Visit) -> None:
    page = visit(somebody(), color_scheme=scheme)
    found = []
    for address in ("/history/", "/history/days/"):
        page.goto(address)
        if address == "/history/":
            page.locator(cell(date(2026, 11, 3))).click()
        found += violations(page)
    assert found == []
