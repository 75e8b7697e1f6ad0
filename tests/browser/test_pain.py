"""Checking in, in a real browser: from today's plan, after a session, from the page; with scripts and without."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from exercises.models import Exercise
from pain.models import CheckIn
from tests.browser.conftest import DESK, NO_NETWORK, Complaints, Visit
from tests.browser.test_accessibility import violations, violations_everywhere
from tests.browser.test_session import wait_until
from tests.builders import a_person, browser_of, did
from tracking import planning

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user(site: str) -> User:
    """Somebody some weeks into the full routine."""
    user = a_person("kim@example.org")
    start = timezone.now().date() - timedelta(days=50)
    planning.start(user, Exercise.objects.offered(), start)
    for n in range(0, 50, 3):
        did(user, Exercise.objects.offered()[n % 9], start + timedelta(days=n))
    return user


def recorded(user: User) -> list[tuple[int, str]]:
    return list(CheckIn.objects.for_user(user).order_by("recorded_at").values_list("score", "moment"))


def tap(page: Page, score: int) -> None:
    """On the number itself, as a finger does: the box over it is not seen."""
    page.locator(".scale label").nth(score).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_two_taps_on_todays_plan_check_in_and_lead_to_the_advice(user: User, visit: Visit, scripts: bool) -> None:
    page = visit(user, java_script_enabled=scripts)
    page.goto("/today/")
    tap(page, 4)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/pain/#advice")
    expect(page.get_by_role("heading", name="4 of 10. Keep an eye on it")).to_be_in_viewport()
    assert recorded(user) == [(4, "general")]
    page.goto("/today/")
    expect(page.get_by_text("How is your pain today?")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_high_number_shows_both_lists_at_once_and_hides_nothing(user: User, visit: Visit, scripts: bool) -> None:
    page = visit(user, java_script_enabled=scripts)
    page.goto("/pain/")
    tap(page, 9)
    page.get_by_text("Say where, or add words").click()
    page.get_by_label("Where").select_option("low back")
    page.get_by_label("In your words").fill("<img src=x onerror=alert(1)>\nSudden.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("9 of 10. Please read this first")
    expect(page.get_by_role("heading", name="Call the emergency number now")).to_be_in_viewport()
    expect(page.get_by_text("coughing or sneezing makes it worse")).to_be_visible()
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_enabled()
    if scripts:
        assert page.evaluate("document.activeElement.id") == "advice"
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("The check-in is taken back.")).to_be_visible()
    assert recorded(user) == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_question_can_be_put_off_and_switched_off(user: User, visit: Visit, scripts: bool) -> None:
    page = visit(user, java_script_enabled=scripts)
    question = page.get_by_text("How is your pain today?")
    page.goto("/today/")
    page.get_by_role("button", name="Not now").click()
    page.wait_for_url("**/today/")
    expect(question).to_have_count(0)
    User.objects.update(pain_asked_on=None)
    page.goto("/today/")
    page.get_by_role("button", name="Don’t ask again").click()
    expect(page.get_by_role("status").filter(has_text="You will not be asked about pain again.")).to_be_visible()
    expect(question).to_have_count(0)
    page.goto("/settings/")
    expect(page.get_by_label("Ask me about pain")).not_to_be_checked()
    assert recorded(user) == []


def test_the_end_of_a_session_asks_how_it_is_after_exercise(user: User, visit: Visit) -> None:
    page = visit(user)
    page.goto("/session/")
    page.get_by_role("button", name="Start").click()
    page.wait_for_timeout(900)
    page.get_by_role("button", name="End").click()
    expect(page.get_by_role("heading", name="How is your pain after this?")).to_be_visible()
    expect(page.get_by_role("link", name="To today’s plan")).to_be_visible()
    page.wait_for_timeout(600)  # What comes at once after the end is a double tap, and does nothing.
    tap(page, 2)
    expect(page.get_by_role("radio", name="2", exact=True)).to_be_checked()
    assert violations(page) == []
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/pain/#advice")
    assert recorded(user) == [(2, "after")]


def test_who_was_signed_out_meanwhile_loses_neither_score_nor_words(
    user: User, visit: Visit, site: str, complaints: Complaints
) -> None:
    page = visit(user)
    page.goto("/pain/")
    wait_until(lambda: bool(page.evaluate("backpainQueue.person()")))
    page.context.clear_cookies(name="sessionid")
    tap(page, 4)
    page.get_by_text("Say where, or add words").click()
    page.get_by_label("In your words").fill("since the stairs")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("You are signed out. Kept on this device")).to_contain_text("pain 4")
    complaints.forgive("a status of 403")

    # Signed in again in another tab, which has brought another token as well.
    session = browser_of(user).cookies["sessionid"].value
    page.context.clear_cookies(name="csrftoken")
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
    tap(page, 3)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/pain/#advice")
    wait_until(lambda: sorted(recorded(user)) == [(3, "general"), (4, "general")])
    assert CheckIn.objects.for_user(user).get(score=4).words == "since the stairs"


def test_a_double_tap_on_save_is_one_check_in(user: User, visit: Visit) -> None:
    page = visit(user)
    page.goto("/pain/")
    tap(page, 3)
    page.get_by_role("button", name="Save").dblclick()
    page.wait_for_url("**/pain/#advice")
    page.wait_for_load_state("networkidle")
    assert recorded(user) == [(3, "general")]


def test_a_check_in_is_not_changed_while_it_is_sent_and_can_be_corrected_after_it(
    user: User, visit: Visit, complaints: Complaints
) -> None:
    page = visit(user)
    page.goto("/pain/")
    wait_until(lambda: bool(page.evaluate("backpainQueue.person()")))
    held: list[Route] = []
    page.route("**/me/", lambda route: held.append(route))
    being_sent = page.get_by_text("Your check-in is being sent.")
    tap(page, 3)
    page.get_by_role("button", name="Save").click()
    expect(being_sent).to_be_visible()
    page.locator(".scale label").nth(9).click(force=True)
    page.keyboard.press("Enter")
    assert page.locator("input[name=score]:checked").get_attribute("value") == "3"
    held[0].abort()
    expect(page.get_by_role("heading", name="3 of 10. Carry on")).to_be_in_viewport()
    expect(being_sent).to_be_hidden()
    tap(page, 9)
    page.unroute("**/me/")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/pain/#advice")
    wait_until(lambda: sorted(recorded(user)) == [(3, "general"), (9, "general")])
    complaints.forgive(*NO_NETWORK)


def test_the_keyboard_alone_checks_in(user: User, visit: Visit) -> None:
    page = visit(user, viewport=DESK)
    page.goto("/pain/")
    first = page.locator("input[name=score]").first
    for _press in range(20):
        page.keyboard.press("Tab")
        if first.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("Space")
    for _press in range(6):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="6", exact=True)).to_be_checked()
    ring = "e => getComputedStyle(e.nextElementSibling).outlineStyle"
    assert page.get_by_role("radio", name="6", exact=True).evaluate(ring) == "solid"
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pain/#advice")
    assert recorded(user) == [(6, "after")]


def test_the_ends_of_the_scale_say_what_they_mean_and_what_is_chosen_carries_a_tick(user: User, visit: Visit) -> None:
    page = visit(user)
    page.goto("/pain/")
    expect(page.get_by_role("radio", name="0 none")).not_to_be_checked()
    expect(page.get_by_role("radio", name="10 the worst you can imagine")).not_to_be_checked()
    ticked = "e => getComputedStyle(e, '::after').content !== 'none'"
    numbers = page.locator(".scale label > span")
    assert [one.evaluate(ticked) for one in numbers.all()] == [False] * 11
    tap(page, 7)
    assert [one.evaluate(ticked) for one in numbers.all()] == [n == 7 for n in range(11)]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_everything_to_tap_is_as_large_as_a_fingertip_and_nothing_is_too_wide(
    user: User, visit: Visit, width: int
) -> None:
    for back in range(0, 84, 5):
        noted(user, back)
    page = visit(user, viewport={"width": width, "height": 800})
    for address in ("/pain/", "/today/", "/pain/earlier/?page=1"):
        page.goto(address)
        for details in page.locator("main details").all():
            details.locator("summary").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        for one in page.locator(".check-in :is(label:has(input), button, select, summary), .check-ins button").all():
            box = one.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 43.5, (address, one.inner_text(), box)
    page.goto("/pain/")
    picture = page.locator(".trend-picture").bounding_box()
    assert picture
    for text in page.locator(".trend-picture text").all():
        box = text.bounding_box()
        assert box
        assert box["height"] >= 12
        assert picture["x"] - 16 <= box["x"]
        assert box["x"] + box["width"] <= picture["x"] + picture["width"] + 16


def noted(user: User, back: int, score: int = 4) -> None:
    """A check-in of some days ago."""
    at = timezone.now() - timedelta(days=back)
    CheckIn.objects.create(
        user=user,
        day=at.date(),
        key=f"00000000-0000-4000-8000-{back:012d}",
        recorded_at=at,
        score=score,
        moment="after",
    )


def test_axe_finds_nothing(user: User, visit: Visit, complaints: Complaints) -> None:
    page = visit(user)
    found = []
    for address in ("/pain/", "/today/", "/settings/"):
        page.goto(address)
        found += violations_everywhere(page)
    for back in range(84, 0, -5):
        noted(user, back)
    for score in (4, 9):
        CheckIn.objects.for_user(user).between(timezone.now().date(), timezone.now().date()).delete()
        noted(user, 0, score)
        page.goto("/pain/")
        for details in page.locator("main details").all():
            details.locator("summary").click()
        tap(page, 5)
        found += violations_everywhere(page)
    page.goto("/pain/earlier/?page=1")
    found += violations_everywhere(page)
    # A form with something wrong in it.
    page.goto("/pain/")
    page.locator("form.check-in").evaluate("e => { e.noValidate = true }")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose a number from 0 to 10.")).to_be_visible()
    found += violations_everywhere(page)
    complaints.forgive("a status of 400")
    assert found == []
