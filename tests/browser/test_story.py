"""The whole story of a person, on a phone: once with JavaScript, once without."""

from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect
from time_machine import TimeMachineFixture

from accounts.models import User
from tests.browser.conftest import Visit, sign_up
from tests.builders import completions

pytestmark = pytest.mark.django_db(transaction=True)

ROUTINE = [
    "foot-stretch",
    "toe-walk",
    "toe-stand",
    "pencil-grip",
    "ankle-circles",
    "tendon-stretch",
    "ball-massage",
    "leg-raise",
    "band-pull",
]
TUESDAY, WEDNESDAY = date(2026, 11, 17), date(2026, 11, 18)


def card(page: Page, slug: str) -> Locator:
    return page.locator(f"[data-exercise={slug}]")


def state(page: Page, slug: str) -> tuple[str | None, str | None]:
    return card(page, slug).get_attribute("data-status"), card(page, slug).get_attribute("data-done")


def expect_state(page: Page, slug: str, status: str, done: int) -> None:
    expect(card(page, slug)).to_have_attribute("data-status", status)
    expect(card(page, slug)).to_have_attribute("data-done", str(done))


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_person_signs_up_does_the_routine_and_reads_the_week(
    scripts: bool, visit: Visit, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to("2026-11-17 08:00:00Z")
    page = visit(java_script_enabled=scripts, timezone_id="Europe/Berlin")

    # Sign up, and read the safety notes once.
    sign_up(page)
    user = User.objects.get(email="kim@example.org")
    assert user.time_zone == ("Europe/Berlin" if scripts else "")
    expect(page.get_by_text("Set your time zone")).to_have_count(0 if scripts else 1)
    expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    page.get_by_role("button", name="I have read this").click()
    expect(page.get_by_role("heading", name="Before you start")).to_have_count(0)

    # Two ways to start; here the full routine. The nine exercises are there, all of them due.
    expect(page.get_by_role("button", name="Start gently")).to_be_visible()
    page.get_by_role("button", name="Start the full routine").click()
    page.wait_for_url("**/today/")
    slugs = (
        page.locator("[data-exercise]").evaluate_all("all => all.map(one => one.dataset.exercise)")
        if scripts
        else [one.get_attribute("data-exercise") for one in page.locator("[data-exercise]").all()]
    )
    assert slugs == ROUTINE
    expect(page.locator("[data-status=due]")).to_have_count(9)

    # How is it done?
    page.get_by_role("link", name="Grab a pencil with your toes").click()
    expect(page.get_by_text("Hold 10 seconds, 5 times on each foot, 2–3 times a week")).to_be_visible()
    expect(page.get_by_text("a pencil or pen", exact=True)).to_be_visible()
    page.get_by_role("link", name="To today’s plan").click()

    # Tick two doses of one, one of another, and take one back.
    card(page, "toe-stand").get_by_role("button", name="Morning").click()
    expect_state(page, "toe-stand", "due", 1)
    card(page, "toe-stand").get_by_role("button", name="Evening").click()
    expect_state(page, "toe-stand", "due", 2)
    card(page, "pencil-grip").get_by_role("button").click()
    expect_state(page, "pencil-grip", "complete", 1)
    expect(page.locator(".progress-words")).to_have_text("3 of 13 doses done")
    card(page, "toe-stand").get_by_role("button", name="Morning").click()
    expect_state(page, "toe-stand", "due", 1)
    expect(page.locator(".progress-words")).to_have_text("2 of 13 doses done")
    assert completions(user) == [(TUESDAY, "pencil-grip", 1), (TUESDAY, "toe-stand", 3)]

    # What is on the page survives loading it again.
    page.reload()
    assert state(page, "toe-stand") == ("due", "1")
    assert state(page, "pencil-grip") == ("complete", "1")

    # The next day: the pencil rests, and yesterday is filled in.
    time_machine.move_to("2026-11-18 08:00:00Z")
    page.goto("/today/")
    expect(card(page, "pencil-grip")).to_have_attribute("data-status", "resting")
    expect(card(page, "pencil-grip").get_by_text("Resting, again from Thursday")).to_be_visible()
    page.get_by_role("link", name="The day before").click()
    expect(page.get_by_role("heading", name="Yesterday")).to_be_visible()
    card(page, "foot-stretch").get_by_role("button").click()
    expect_state(page, "foot-stretch", "complete", 1)
    assert (TUESDAY, "foot-stretch", 1) in completions(user)

    # The week and the history tell the same.
    tabs = page.get_by_role("navigation", name="Main")
    tabs.get_by_role("link", name="Week").click()
    summary = page.locator("section[data-credited]")
    expect(summary).to_have_attribute("data-credited", "3")
    prescribed = summary.get_attribute("data-prescribed")
    expect(page.locator("tr[data-exercise=foot-stretch]")).to_have_attribute("data-credited", "1")
    tabs.get_by_role("link", name="History").click()
    line = page.locator("[data-week='2026-11-16']")
    expect(line).to_have_attribute("data-credited", "3")
    expect(line).to_have_attribute("data-prescribed", str(prescribed))

    # Settings, and out.
    tabs.get_by_role("link", name="Settings").click()
    page.get_by_label("Sunday").check()
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your preferences are saved.")).to_be_visible()
    assert page.locator("html").get_attribute("data-scheme") == "dark"
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda address: address.endswith("/"))
    page.goto("/today/")
    assert "/accounts/login/" in page.url
