"""The sheet and its link in a real Chromium: on paper, on a phone, with scripts and without."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect

from accounts.models import User
from exercises.models import Exercise
from pain.models import CheckIn
from sharing.models import Share
from tests.browser.conftest import DESK, PHONE, Complaints, Visit
from tests.browser.test_accessibility import violations_everywhere
from tests.builders import a_person, an_exercise, did, on_plan
from tracking import planning
from tracking.models import Pause, Skip

pytestmark = pytest.mark.django_db(transaction=True)

NARROW: ViewportSize = {"width": 320, "height": 640}
NOTE = "Stiff in the morning, better after a short walk. Sat for long in the afternoon."


@pytest.fixture
def user(site: str) -> User:
    """The usual case: ten weeks of the full routine, two pauses, some skips, a dozen check-ins, four notes."""
    user = a_person("kim@example.org")
    today, now = timezone.now().date(), timezone.now()
    exercises = list(Exercise.objects.offered())
    planning.start(user, exercises, today - timedelta(weeks=10))
    for n, exercise in enumerate(exercises):
        for back in range(n % 3, 84, 2):
            did(user, exercise, today - timedelta(days=back), 1 + n % 3)
    for reason, back, days in (("travel", 60, 5), ("flare-up", 30, 4)):
        begin = today - timedelta(days=back)
        keeps = [exercises[0].pk, exercises[7].pk] if reason == "flare-up" else []
        end = begin + timedelta(days=days)
        Pause.objects.create(user=user, starts_on=begin, ends_on=end, reason=reason, keeps=keeps)
    for n, reason in enumerate([*Skip.Reason.values, *Skip.Reason.values]):
        Skip.objects.set_skipped(user, today - timedelta(days=3 + 5 * n), exercises[n % 5], reason, now)
    for n in range(12):
        day, words = today - timedelta(days=1 + 6 * n), NOTE if n % 3 == 0 else ""
        values = {"moment": "after", "place": "low-back", "words": words}
        CheckIn.objects.record(user, day, now, key=uuid4(), score=n % 7, **values)
    return user


def pages_on_paper(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def is_wider_than_its_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def a_link(user: User) -> str:
    token = Share.objects.make(user, timezone.now(), key=uuid4(), weeks=12, pain=True, notes=True, days=30)
    return f"/shared/{token}/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_usual_case_is_one_sheet_of_paper(user: User, visit: Visit, scheme: str) -> None:
    page = visit(user, color_scheme=scheme, viewport=DESK)
    for weeks in (4, 8, 12):
        page.goto(f"/history/sheet/?weeks={weeks}&pain=on&notes=on")
        assert pages_on_paper(page) == 1
    page.goto(a_link(user))
    assert pages_on_paper(page) == 1


def test_a_long_sheet_takes_more_pages_and_breaks_between_rows(user: User, visit: Visit) -> None:
    today, now = timezone.now().date(), timezone.now()
    for n in range(30):
        exercise = an_exercise(name=f"My own exercise, number {n}", owner=user)
        on_plan(user, exercise, today - timedelta(days=50))
        values = {"moment": "general", "place": "", "words": NOTE * 6}
        CheckIn.objects.record(user, today - timedelta(days=n), now, key=uuid4(), score=3, **values)
    page = visit(user, viewport=DESK)
    page.goto("/history/sheet/?weeks=12&pain=on&notes=on")
    assert 2 <= pages_on_paper(page) <= 4
    page.emulate_media(media="print")
    for whole in (".paper-table tbody tr", ".paper-notes li", ".paper-picture", ".paper-foot"):
        assert page.locator(whole).first.evaluate("one => getComputedStyle(one).breakInside") == "avoid"
    assert page.locator(".paper-table thead").first.evaluate("one => getComputedStyle(one).display") == (
        "table-header-group"
    )
    assert page.locator(".paper h3").first.evaluate("one => getComputedStyle(one).breakAfter") == "avoid"


def test_paper_holds_the_sheet_alone_black_on_white_whatever_the_colours(user: User, visit: Visit) -> None:
    user.color_scheme = "dark"
    user.save()
    page = visit(user, color_scheme="dark", viewport=DESK)
    page.goto("/history/sheet/")
    page.emulate_media(media="print", color_scheme="dark")
    shown = "[...document.querySelectorAll('main *, .bar, .foot')].filter(one => one.checkVisibility())"
    outside = page.evaluate(f"{shown}.filter(one => !one.closest('.paper') && !one.querySelector('.paper')).length")
    assert outside == 0
    colours = "one => [getComputedStyle(one).color, getComputedStyle(document.body).backgroundColor]"
    assert page.locator(".paper h2").evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


def test_print_asks_the_browser_and_without_scripts_a_sentence_says_how(user: User, visit: Visit) -> None:
    for address in ("/history/sheet/", a_link(user)):
        page = visit(user)
        page.add_init_script("window.print = () => { window.printed = (window.printed || 0) + 1 }")
        page.goto(address)
        page.get_by_role("button", name="Print").click()
        assert page.evaluate("window.printed") == 1
        expect(page.get_by_text("use the print command of your browser")).to_be_hidden()
        page = visit(user, java_script_enabled=False)
        page.goto(address)
        expect(page.get_by_role("button", name="Print")).to_be_hidden()
        expect(page.get_by_text("use the print command of your browser")).to_be_visible()


def test_nothing_is_cut_off_and_axe_finds_nothing(user: User, visit: Visit) -> None:
    fresh = a_person("lou@example.org")
    link = a_link(user)

    def faults(page: Page) -> list[str]:
        found = violations_everywhere(page)
        for viewport in (NARROW, PHONE, DESK):
            page.set_viewport_size(viewport)
            found += [f"{page.url} is wider than {viewport}"] * is_wider_than_its_screen(page)
        return found

    page = visit(user)
    found = []
    for address in ("/history/sheet/?weeks=12&pain=on&notes=on", "/history/sheet/?weeks=4", link, "/sharing/"):
        page.goto(address)
        found += faults(page)
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("Address")).to_be_visible()
    found += faults(page)
    page = visit(fresh)
    page.goto("/history/sheet/")
    found += faults(page)
    assert found == []


def test_a_wide_table_is_scrolled_in_its_own_box_by_keys(user: User, visit: Visit) -> None:
    page = visit(user)
    page.goto("/history/sheet/?weeks=12")
    box = page.get_by_role("region", name="What was done")
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)  # The box glides.
    assert box.evaluate("one => one.scrollLeft") > 0


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_link_is_made_opened_by_a_stranger_and_ended(
    user: User, visit: Visit, complaints: Complaints, scripts: bool
) -> None:
    page = visit(user, java_script_enabled=scripts, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/history/sheet/")
    page.get_by_role("link", name="Share it by a link instead").click()
    page.locator(".share-form label").filter(has_text="4").first.click()
    page.get_by_role("button", name="Make a link").dblclick() if scripts else page.get_by_role(
        "button", name="Make a link"
    ).click()
    address = page.get_by_label("Address").input_value()
    if scripts:
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("status")).to_have_text("Copied.")
        assert page.evaluate("navigator.clipboard.readText()") == address
    else:
        expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    assert Share.objects.count() == 1

    stranger = visit(java_script_enabled=scripts)
    stranger.goto(address)
    expect(stranger.get_by_role("heading", name="Shared with you")).to_be_visible()
    expect(stranger.get_by_role("rowheader", name="Adherence in %")).to_be_visible()
    assert stranger.context.cookies() == []

    page.goto("/sharing/")
    expect(page.get_by_text("last opened on")).to_be_visible()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("The link opens nothing any more.")).to_be_visible()
    stranger.reload()
    expect(stranger.get_by_role("heading", name="This link opens nothing")).to_be_visible()
    complaints.forgive("a status of 404")


def test_where_the_clipboard_is_closed_the_address_is_marked_instead(user: User, visit: Visit) -> None:
    page = visit(user)
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('closed'))")
    page.goto("/sharing/")
    page.get_by_role("button", name="Make a link").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_contain_text("mark the address and copy it by hand")
    assert page.evaluate("getSelection().toString()") == page.get_by_label("Address").input_value()


def test_a_link_leads_nobody_on_with_its_address(user: User, visit: Visit) -> None:
    page = visit()
    referrers = []
    page.on("request", lambda request: referrers.append(request.headers.get("referer") or ""))
    page.goto(a_link(user))
    page.wait_for_load_state("networkidle")
    assert len(referrers) > 3
    assert set(referrers) == {""}
