"""A person's whole story on a site of its own, with two web workers; and then its log is read."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from exercises.seed import read_catalogue
from tests.browser.test_pain import tap
from tests.test_start import Site, environment_of, running
from tools.mail_server import MailServer, mail_server

EMAIL = "kim.quiet@example.org"
FIRST, SECOND, WRONG = "a long and quiet phrase", "another phrase, as long", "not the phrase at all"
NOTE, OWN = "since the fall on the stairs", "Swinging on grandmother's gate"
AGENT = "Firefox of a person"
LINE = ["time", "level", "method", "route", "status", "ms", "id"]


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def own_site(prepared_database: str, mails: MailServer, tmp_path: Path) -> Iterator[Site]:
    here = {"ALLOWED_HOSTS": "127.0.0.1,backpain.example", "HTTPS": "off"}
    environment = environment_of(prepared_database, EMAIL_URL=mails.url, WEB_WORKERS="2", **here)
    with running(environment, tmp_path / "output") as site:
        site.wait_until_it_answers()
        yield site


def link_in(mail: str) -> str:
    [address] = re.findall(r"http://\S+/(?:confirm-email|key)/\S+", mail)
    return str(address)


def submit(page: Page, **typed: str) -> None:
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("main").get_by_role("button").first.click()


def live(page: Page, mails: MailServer) -> list[str]:
    """Sign up, tick, hurt, share, forget the password, bring a file in. Returns the secrets that came up on the way."""
    page.set_default_timeout(15_000)
    page.goto("/accounts/signup/?next=/today/")
    submit(page, email=EMAIL, password1=FIRST)
    expect(page.get_by_role("heading", name="Look in your mail")).to_be_visible()
    confirmation = link_in(mails.last_to(EMAIL))
    page.goto(confirmation)
    submit(page)
    page.wait_for_url("**/today/")
    page.get_by_role("button", name="I have read this").click()
    page.get_by_role("button", name="Start the full routine").click()
    page.locator("[data-exercise=foot-stretch]").get_by_role("button").click()
    expect(page.locator("[data-exercise=foot-stretch]")).to_have_attribute("data-done", "1")
    page.goto(f"/day/{datetime.now(UTC).date()}/")
    page.goto("/exercises/toe-walk/")
    page.goto("/plan/own/")
    page.locator("[name=name]").fill(OWN)
    page.locator("[name=steps]").fill(NOTE)
    page.locator("[name=position]").first.check()
    page.locator("[name=action]").first.check()
    page.locator("[name=sides]").first.check()
    page.get_by_role("button", name="Add to my plan").click()
    expect(page.get_by_text(OWN).first).to_be_visible()

    page.goto("/pain/")
    tap(page, 7)
    page.get_by_text("Say where, or add words").click()
    page.get_by_label("In your words").fill(NOTE)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(NOTE)).to_be_visible()

    page.goto("/sharing/?weeks=8")
    page.get_by_role("button", name="Make a link").click()
    shared = page.get_by_label("Address").input_value()
    page.goto(shared)
    page.goto("/settings/calendar/")
    page.get_by_role("button", name="Make a link").click()
    calendar = page.get_by_label("Address").input_value()
    assert page.request.get(calendar).ok
    export = page.request.get("/settings/data/backpain.json").body()
    page.goto("/settings/data/import/")
    page.get_by_label("The file").set_input_files({"name": f"{NOTE}.json", "mimeType": "", "buffer": export})
    page.get_by_role("button", name="Show what it would do").click()
    page.wait_for_url("**/settings/data/import/")
    page.goto(f"/no/such/page/{EMAIL}/?note={NOTE}")

    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button").click()
    page.goto("/accounts/login/")
    submit(page, login=EMAIL, password=WRONG)
    page.goto("/accounts/password/reset/")
    submit(page, email=EMAIL)
    expect(page.get_by_role("heading", name="Look in your mail")).to_be_visible()
    reset = link_in(mails.last_to(EMAIL))
    page.goto(reset)
    submit(page, password1=SECOND, password2=SECOND)
    page.wait_for_url("**/today/")
    links = confirmation, shared, calendar.removesuffix(".ics"), reset
    cookies = [cookie["value"] for cookie in page.context.cookies() if cookie["value"]]
    return [*cookies, *(word for link in links for word in link.rstrip("/").split("/")[-1:])]


def test_the_log_of_a_whole_story_tells_nothing_of_the_person(
    own_site: Site, mails: MailServer, browser: Browser
) -> None:
    address = f"http://127.0.0.1:{own_site.port}"
    context = browser.new_context(base_url=address, viewport=ViewportSize(width=390, height=844), user_agent=AGENT)
    secrets = live(context.new_page(), mails)
    context.close()
    assert own_site.stop() == 0

    ready, *lines = sorted(own_site.output.read_text().splitlines())  # one worker may answer before another says so
    assert ready.startswith("Backpain is ready at ")
    assert {tuple(json.loads(line)) for line in lines} == {tuple(LINE)}
    assert {json.loads(line)["level"] for line in lines} == {"INFO"}
    log = "\n".join(lines)
    typed = [EMAIL, *EMAIL.split("@"), FIRST, SECOND, WRONG, NOTE, "stairs", OWN, "grandmother"]
    exercises = [exercise["slug"] for exercise in read_catalogue()["exercise"]]
    for value in [*typed, *secrets, *exercises, AGENT, "Firefox", "127.0.0.1", "kim", "/"]:
        assert value not in log, value

    visited = {(line["method"], line["route"], line["status"]) for line in map(json.loads, lines)}
    assert visited >= {
        ("POST", "account_signup", 302),
        ("POST", "account_confirm_email", 302),
        ("POST", "tick", 200),
        ("GET", "day", 200),
        ("GET", "exercise", 200),
        ("POST", "new_own", 302),
        ("POST", "pain", 302),
        ("POST", "sharing", 200),
        ("GET", "shared", 200),
        ("POST", "calendar", 200),
        ("GET", "calendar_file", 200),
        ("GET", "export_json", 200),
        ("POST", "import", 200),
        ("GET", None, 404),
        ("POST", "account_login", 200),
        ("POST", "account_reset_password", 302),
        ("POST", "account_reset_password_from_key", 302),
        ("GET", "static", 200),
    }
