"""From a gentle start to the full routine, through an edit, a pause and a flare-up, with and without scripts."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from tests.browser.conftest import Visit, sign_up
from tests.browser.test_accessibility import violations_everywhere
from tests.builders import a_person, did
from tracking import planning
from tracking.models import Pause, PlanItem, Skip

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = date(2026, 11, 2)


def card(page: Page, slug: str) -> str | None:
    return page.locator(f"[data-exercise={slug}]").get_attribute("data-status")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_gentle_start_grows_into_the_full_routine(
    scripts: bool, visit: Visit, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(f"{MONDAY} 08:00:00Z")
    page = visit(java_script_enabled=scripts, timezone_id="Europe/Berlin")
    sign_up(page)
    page.get_by_role("button", name="I have read this").click()

    # A gentle start: three exercises, with the reason.
    expect(page.get_by_text("Bachmann 2018")).to_be_visible()
    page.get_by_role("button", name="Start gently").click()
    page.wait_for_url("**/today/")
    expect(page.locator("[data-status=due]")).to_have_count(3)
    user = User.objects.get()
    for item in PlanItem.objects.for_user(user).in_order():
        for n in range(14):
            did(user, item.exercise, MONDAY + timedelta(days=n))

    # Two kept weeks later one more is offered.
    time_machine.move_to("2026-11-16 08:00:00Z")
    page.goto("/today/")
    expect(page.get_by_role("heading", name="Two kept weeks")).to_be_visible()
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("[data-status=due]")).to_have_count(4)
    expect(page.get_by_role("heading", name="Two kept weeks")).to_have_count(0)

    # An edit: twice a day from today on, under names of one's own.
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Plan").click()
    page.get_by_role("link", name="Change Foot stretch").click()
    often = page.get_by_role("group", name="How often")
    often.get_by_label("At least").fill("2")
    often.get_by_label("At most").fill("2")
    page.get_by_text("Repetitions, seconds and names").click()
    page.get_by_label("What you call the doses of a day").fill("after waking\nafter lunch")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Foot stretch is changed from today on.")).to_be_visible()
    page.goto("/today/")
    page.locator("[data-exercise=foot-stretch]").get_by_role("button", name="after lunch").click()
    expect(page.locator("[data-exercise=foot-stretch]")).to_have_attribute("data-done", "1")
    page.goto("/day/2026-11-15/")
    assert card(page, "foot-stretch") == "complete"

    # A pause, and the end of it.
    time_machine.move_to("2026-11-17 08:00:00Z")
    page.goto("/plan/pause/")
    page.get_by_label("travel").check()
    page.get_by_role("button", name="Pause").click()
    page.goto("/today/")
    expect(page.locator("[data-status=paused]")).to_have_count(4)
    time_machine.move_to("2026-11-19 08:00:00Z")
    page.goto("/today/")
    page.get_by_role("button", name="End the pause today").click()
    expect(page.locator("[data-status=due]")).to_have_count(4)

    # A flare-up keeps one exercise, at its minimum.
    page.goto("/plan/pause/")
    page.get_by_label("flare-up", exact=True).check()
    page.get_by_label("Foot stretch").check()
    page.get_by_role("button", name="Pause").click()
    page.goto("/today/")
    expect(page.locator("[data-status=due]")).to_have_count(1)
    expect(page.locator("[data-status=paused]")).to_have_count(3)
    time_machine.move_to("2026-11-21 08:00:00Z")
    page.goto("/plan/")
    page.get_by_role("button", name="End the pause today").click()
    page.wait_for_url("**/today/")

    # On to the full routine, one exercise at a time, by one's own choice.
    for left in range(5, 0, -1):
        page.goto("/plan/add/")
        expect(page.locator("[data-exercise]")).to_have_count(left)
        page.get_by_role("button", name="Add").first.click()
        page.wait_for_url("**/plan/")
    page.goto("/today/")
    expect(page.locator("[data-exercise]")).to_have_count(9)

    # The week and the timeline tell what there was.
    page.goto("/week/2026-11-16/")
    expect(page.get_by_text("Paused: travel, 17 November – 18 November 2026")).to_be_visible()
    expect(page.get_by_text("Paused: flare-up, 19 November – 20 November 2026")).to_be_visible()
    page.goto("/plan/timeline/")
    lane = page.locator("[data-exercise=foot-stretch]")
    expect(lane.get_by_text("2 November – 15 November 2026")).to_be_visible()
    expect(lane.get_by_text("twice a day (after waking, after lunch)")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_exercise_of_ones_own_is_made_moved_up_and_skipped(
    scripts: bool, visit: Visit, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(f"{MONDAY} 08:00:00Z")
    user = a_person()
    planning.start(user, Exercise.objects.offered().gentle(), MONDAY)
    page = visit(user, java_script_enabled=scripts)
    page.goto("/plan/add/")
    page.get_by_role("link", name="Make one of your own").click()
    page.get_by_label("What you call it").fill("Cat and cow")
    page.get_by_label("lying down").check()
    page.get_by_label("How it is done").fill("On all fours.\nArch the back.")
    page.get_by_label("a movement").check()
    page.get_by_label("both together").check()
    page.get_by_label("a towel").check()
    page.get_by_role("button", name="Add to my plan").click()
    expect(page.get_by_text("Cat and cow is on your plan from today on.")).to_be_visible()

    page.get_by_role("button", name="Move up: Cat and cow").click()
    names = page.locator(".plan-list h2")
    expect(names).to_have_text(["Foot stretch", "Stretch the tendons", "Cat and cow", "Stretch the legs up"])

    page.goto("/today/")
    page.get_by_text("Something is not possible today").click()
    page.get_by_label("Exercise", exact=True).select_option("Cat and cow")
    page.get_by_label("sore").check()
    page.get_by_role("button", name="Skip it for today").click()
    expect(page.get_by_text("Cat and cow: Skipped: sore.")).to_be_visible()
    page.get_by_role("button", name="Undo the skip").click()
    expect(page.get_by_role("heading", name="Skipped for today")).to_have_count(0)
    assert not Skip.objects.exists()


def test_axe_finds_nothing_on_the_pages_of_a_plan(visit: Visit, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-16 08:00:00Z")
    user = a_person(grows_from=MONDAY)
    planning.start(user, Exercise.objects.offered().gentle(), MONDAY)
    for exercise in Exercise.objects.offered().gentle():
        for n in range(14):
            did(user, exercise, MONDAY + timedelta(days=n))
    page = visit(user)
    found = []
    addresses = ["/today/", "/plan/", "/plan/add/", "/plan/exercise/foot-stretch/", "/plan/exercise/toe-walk/"]
    addresses += ["/plan/timeline/", "/plan/since/", "/plan/pause/", "/plan/own/"]
    for address in addresses:
        page.goto(address)
        for summary in page.locator("main summary").all():
            summary.click()
        found += violations_everywhere(page)

    # In a flare-up, with something skipped.
    [kept, skipped, _other] = Exercise.objects.offered().gentle()
    today = date(2026, 11, 16)
    Pause.objects.create(user=user, starts_on=today, reason="flare-up", keeps=[kept.pk])
    Skip.objects.create(user=user, day=today, exercise=kept, reason="sore", recorded_at="2026-11-16 08:00Z")
    planning.prescribe(user, skipped, today, **{**planning.usual(skipped), "at_most": 3})
    for address in ("/today/", "/plan/", "/plan/timeline/", "/week/2026-11-16/", "/history/", "/session/"):
        page.goto(address)
        found += violations_everywhere(page)

    # What a start moved back would do.
    page.goto("/plan/since/")
    page.get_by_label("Since").fill("2026-10-01")
    page.get_by_label("Foot stretch").check()
    page.get_by_role("button", name="Show the effect").click()
    expect(page.get_by_role("heading", name="What it does to your history")).to_be_visible()
    found += violations_everywhere(page)
    assert found == []
