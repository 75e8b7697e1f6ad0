"""With the strictest of headers everything still works: in production over https, and in the admin."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from accounts.models import User
from tests.browser.conftest import DESK, PHONE, Visit, sign_up
from tests.builders import PASSWORD
from tests.test_start import environment_of, running
from tools.https import HOST, https


@pytest.fixture
def secure_site(tmp_path: Path) -> Iterator[str]:
    """A site as it is deployed, behind a proxy that speaks https."""
    environment = environment_of(f"sqlite:///{tmp_path / 'site.sqlite3'}", ALLOWED_HOSTS=f"{HOST},backpain.example")
    with running({**environment, "BEHIND_PROXY": "on"}, tmp_path / "output") as site:
        site.wait_until_it_answers()
        with https(site.port) as proxy:
            yield proxy.address


def test_a_person_signs_up_ticks_and_signs_out_over_https(secure_site: str, browser: Browser) -> None:
    complaints: list[str] = []
    context = browser.new_context(base_url=secure_site, viewport=PHONE, locale="en-GB", ignore_https_errors=True)
    page = context.new_page()
    # Chromium makes no exception for a worker, whose certificate nobody has to trust here.
    page.on("console", lambda message: None if "SSL" in message.text else complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    sign_up(page)
    page.get_by_role("button", name="I have read this").click()
    page.get_by_role("button", name="Start the full routine").click()
    page.evaluate("window.still = true")
    page.locator(".slot[aria-pressed=false]").first.click()
    expect(page.locator(".slot[aria-pressed=true]")).to_have_count(1)
    assert page.evaluate("window.still"), "the tick has loaded the page anew"
    page.reload()
    expect(page.locator(".slot[aria-pressed=true]")).to_have_count(1)
    cookies = {one["name"]: one for one in context.cookies()}
    assert cookies.keys() == {"__Host-csrftoken", "__Host-sessionid", "__Host-known"}
    assert all(one["secure"] and one["httpOnly"] and one["sameSite"] == "Lax" for one in cookies.values())

    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url(f"{secure_site}/")
    assert "__Host-sessionid" not in {one["name"] for one in context.cookies()}
    context.close()
    assert complaints == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("admin_on")
def test_the_admin_works_under_the_policy(visit: Visit) -> None:
    staff = User.objects.create_superuser("staff@example.org", PASSWORD)
    page = visit(staff, as_editor=True, viewport=DESK)
    # The admin's pages name no icon, so a browser looks for one where there is none.
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.goto("/admin/exercises/exercise/")
    page.locator("#searchbar").fill("towel")
    page.locator("#changelist-search [type=submit]").click()
    page.locator("#result_list tbody a").first.click()
    page.goto("/admin/exercises/exercise/add/")
    page.locator("#id_name").press_sequentially("A new one")
    expect(page.locator("#id_slug")).to_have_value("a-new-one")  # a script fills it in
    chosen = page.locator("#id_equipment_to option")
    page.locator("#id_equipment_from option").first.dblclick()  # and another moves it over
    expect(chosen).to_have_count(1)
