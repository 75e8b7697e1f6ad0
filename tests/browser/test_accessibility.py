"""axe finds nothing on any page, in either colour scheme, on a phone and on a desk."""

from datetime import date, timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.utils import timezone
from playwright.sync_api import Page, expect

from exercises.models import Exercise
from tests.browser.conftest import DESK, PHONE, Complaints, Visit
from tests.builders import a_person, did
from tracking import planning

pytestmark = pytest.mark.django_db(transaction=True)

PUBLIC = [
    "/",
    "/exercises/",
    "/exercises/?q=zebra",
    "/exercises/band-pull/",
    "/exercises/toe-stand/",
    "/exercises/leg-raise/",
    "/safety/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
]
PERSONAL = [
    "/today/",
    "/session/",
    "/safety/",
    "/day/2001-01-01/",
    "/week/",
    "/history/",
    "/pain/",
    "/settings/",
    "/settings/calendar/",
    "/settings/reminders/",
    "/settings/data/",
    "/settings/delete/",
    "/accounts/password/change/",
    "/accounts/email/",
    "/accounts/logout/",
]


def violations(page: Page) -> list[str]:
    # Only rules of WCAG 2.2 A and AA and of good practice, which is axe's own choice; nothing is switched off.
    return _found_by_axe(page, {})


def violations_everywhere(page: Page) -> list[str]:
    """On a desk and on a phone, in light and dark. What a page is made of is the same in both colour schemes, so that
    its colours are enough in the second.
    """
    found = []
    for viewport in (DESK, PHONE):
        page.set_viewport_size(viewport)
        found += violations(page)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found += [f"in dark: {one}" for one in _found_by_axe(page, {"runOnly": ["color-contrast"]})]
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    return found


def _found_by_axe(page: Page, options: dict[str, object]) -> list[str]:
    """The script is brought once a page, and tells of nothing that is well: both take longer than looking does."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    look = "async options => (await axe.run(options)).violations"
    found = page.evaluate(look, {**options, "resultTypes": ["violations"]})
    return [f"{page.url} {one['id']}: {node['html']}" for one in found for node in one["nodes"]]


def refused(page: Page, url: str, complaints: Complaints) -> Page:
    """An address that answers with an error page, about which the browser complains as well."""
    page.goto(url)
    assert complaints
    complaints.clear()
    return page


def test_axe_finds_nothing(visit: Visit, complaints: Complaints) -> None:
    today = timezone.now().date()
    user = a_person("kim@example.org", safety_read_at=None, time_zone="")
    planning.start(user, Exercise.objects.offered(), today - timedelta(days=40))
    for n, exercise in enumerate(Exercise.objects.all()):
        for back in range(n, 40, 2):
            did(user, exercise, today - timedelta(days=back), 1 + n % 3)
    fresh = a_person("lou@example.org")
    assert not fresh.planitem_set.exists()

    page = visit()
    found = []
    for address in PUBLIC:
        page.goto(address)
        found += violations_everywhere(page)
    for address in ("/nowhere/", "/exercises/?position=flying"):
        found += violations_everywhere(refused(page, address, complaints))
    # A form with something wrong in it.
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill("kim@example.org")
    page.locator("input[type=password]").fill("12345678")
    page.get_by_role("main").get_by_role("button").click()
    expect(page.locator(".invalid-feedback")).to_have_count(2)
    found += violations_everywhere(page)

    # The person's own choice of colours, whatever the device has.
    for choice in ("dark", "light"):
        user.color_scheme = choice
        user.save()
        page = visit(user)
        page.goto("/today/")
        found += violations_everywhere(page)
    user.color_scheme = "auto"
    user.save()

    page = visit(user)
    yesterday = f"/day/{today - timedelta(days=1)}/"
    for address in [*PERSONAL, yesterday, f"/day/{today + timedelta(days=1)}/", f"/week/{date(2001, 1, 1)}/"]:
        page.goto(address)
        found += violations_everywhere(page)
    page.goto("/settings/calendar/")
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("Address")).to_be_visible()
    found += violations_everywhere(page)
    page.goto("/today/")
    page.locator("[aria-pressed=false]").first.click()
    page.wait_for_load_state("networkidle")
    found += violations_everywhere(page)
    page = visit(fresh)
    page.goto("/today/")
    found += violations_everywhere(page)
    assert found == []
