"""Signing in in two steps, in a real browser: with an app, and with passkeys of a device that Chromium plays."""

from datetime import datetime
from time import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import CDPSession, Page, expect

from accounts.models import User
from tests.browser.conftest import DESK, Visit
from tests.browser.test_accessibility import violations_everywhere
from tests.builders import PASSWORD, a_person

pytestmark = pytest.mark.django_db(transaction=True)

SECURITY = "/accounts/security/"


@pytest.fixture
def user() -> User:
    return a_person("kim@example.org", date_joined=datetime.fromisoformat("2026-01-01T00:00:00Z"))


def with_a_device(page: Page, **options: Any) -> CDPSession:
    """Gives the browser a device with passkeys, that finds its person at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    usual = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**usual, **options}})
    return session


def make_sure(page: Page) -> None:
    """Types the password where it is asked for once more."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").click()


def type_password(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("kim@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.goto("/settings/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: url.endswith("/"))


def shown(secret: str, seconds_later: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time() + seconds_later) // 30)))


def add_passkey(page: Page, name: str = "Phone") -> None:
    page.goto(f"{SECURITY}webauthn/add/")
    if "reauthenticate" in page.url:
        make_sure(page)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("Your passkey is added.")).to_be_visible()


def set_up_app(page: Page) -> str:
    page.goto(f"{SECURITY}totp/activate/")
    if "reauthenticate" in page.url:
        make_sure(page)
    secret = page.locator("#secret").input_value()
    page.get_by_label("Code").fill(shown(secret))
    page.get_by_role("button", name="Use this app").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return secret


def test_a_passkey_is_added_signs_in_alone_and_second_and_is_removed(user: User, visit: Visit) -> None:
    page = visit(user)
    device = with_a_device(page)
    page.goto("/settings/")
    page.get_by_role("link", name="Sign-in and security").click()
    page.get_by_role("link", name="Add a passkey").click()
    make_sure(page)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("Your passkey is added.")).to_be_visible()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    # By itself.
    sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/today/")

    # After the password.
    sign_out(page)
    type_password(page)
    page.wait_for_url("**/authenticate/")
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url("**/today/")

    # Instead of the password where we want to be sure.
    page.goto(f"{SECURITY}recovery-codes/")
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url("**/recovery-codes/")

    page.goto(f"{SECURITY}webauthn/")
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name").fill("Kitchen phone")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove Kitchen phone").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("You have no passkey at present.")).to_be_visible()

    # The device still has it, and it opens nothing.
    sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This did not fit.")).to_be_visible()
    type_password(page)
    page.wait_for_url("**/today/")
    device.detach()


def test_a_device_that_does_not_know_its_person_is_told_of_kindly(user: User, visit: Visit) -> None:
    page = visit(user)
    with_a_device(page, isUserVerified=False)
    page.goto(f"{SECURITY}webauthn/add/")
    make_sure(page)
    button = page.get_by_role("button", name="Make the passkey")
    button.click()
    expect(page.get_by_text("Your device gave no passkey.")).to_be_visible()
    expect(button).to_be_enabled()


def test_a_device_has_one_passkey_for_this_site(user: User, visit: Visit) -> None:
    page = visit(user)
    with_a_device(page)
    add_passkey(page)
    page.goto(f"{SECURITY}webauthn/add/")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("This device has a passkey for this site already.")).to_be_visible()


def test_an_app_is_set_up_and_its_codes_sign_in_and_recovery_codes_once(user: User, visit: Visit) -> None:
    page = visit(user)
    secret = set_up_app(page)
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "recovery-codes.txt"

    sign_out(page)
    type_password(page)
    page.wait_for_url("**/authenticate/")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("This did not fit.")).to_be_visible()
    # The code of now was used to set it up. The next one fits already.
    page.get_by_label("Code").fill(shown(secret, 30))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/today/")

    for code, fits in ((codes[0], True), (codes[0], False), (codes[1], True)):
        other = visit(viewport=DESK)
        type_password(other)
        other.wait_for_url("**/authenticate/")
        other.get_by_label("Code").fill(code)
        other.get_by_role("button", name="Sign in", exact=True).click()
        if fits:
            other.wait_for_url("**/today/")
        else:
            expect(other.get_by_text("This did not fit.")).to_be_visible()


def test_without_javascript_an_app_works_and_passkeys_say_why_they_do_not(user: User, visit: Visit) -> None:
    page = visit(user, java_script_enabled=False)
    page.goto(f"{SECURITY}webauthn/add/")
    make_sure(page)
    expect(page.get_by_text("This needs JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Make the passkey")).to_be_hidden()
    page.get_by_role("link", name="An authenticator app works without").click()
    secret = page.locator("#secret").input_value()
    page.get_by_label("Code").fill(shown(secret))
    page.get_by_role("button", name="Use this app").click()
    expect(page.locator(".codes li").first).to_be_visible()
    page.wait_for_load_state()
    codes = page.locator(".codes li").all_inner_texts()
    sign_out(page)
    page.goto("/accounts/login/")
    expect(page.get_by_text("A passkey needs JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    type_password(page)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/today/")
    page.goto("/settings/sign-ins/")
    expect(page.get_by_text("this one")).to_be_visible()


def test_whoever_changes_their_mind_half_way_can_sign_in_as_somebody_else(user: User, visit: Visit) -> None:
    page = visit(user)
    set_up_app(page)
    sign_out(page)
    type_password(page)
    page.wait_for_url("**/authenticate/")
    page.get_by_role("button", name="Sign in as somebody else").click()
    page.wait_for_url("**/accounts/login/")


def test_another_device_is_signed_out(user: User, visit: Visit) -> None:
    lost, here = visit(), visit(viewport=DESK)
    for page in (lost, here):
        type_password(page)
        page.wait_for_url("**/today/")
    here.goto(SECURITY)
    here.get_by_role("link", name="Where you are signed in").click()
    expect(here.locator("[data-sign-in]")).to_have_count(2)
    here.get_by_role("button", name="Sign out Chrome on Linux").click()
    expect(here.get_by_text("Chrome on Linux is signed out.")).to_be_visible()
    expect(here.locator("[data-sign-in]")).to_have_count(1)
    lost.goto("/today/")
    lost.wait_for_url("**/accounts/login/?next=/today/")


def test_axe_finds_nothing(user: User, visit: Visit) -> None:
    page = visit(user)
    with_a_device(page)
    add_passkey(page, "A phone with a name that is as long as names may be, of sixty")
    found = violations_everywhere(page)
    page.goto(f"{SECURITY}totp/activate/")
    found += violations_everywhere(page)
    page.get_by_label("Code").fill("1")
    page.get_by_role("button", name="Use this app").click()
    expect(page.get_by_text("This did not fit.")).to_be_visible()
    found += violations_everywhere(page)
    set_up_app(page)
    found += violations_everywhere(page)
    for address in (
        "",
        *("totp/deactivate/", "recovery-codes/generate/", "reauthenticate/"),
        *("webauthn/", "webauthn/add/", "webauthn/reauthenticate/"),
    ):
        page.goto(f"{SECURITY}{address}")
        found += violations_everywhere(page)
    for act, page_of_it in (("Rename", "edit"), ("Remove", "remove")):
        page.goto(f"{SECURITY}webauthn/")
        page.get_by_role("link", name=act).click()
        page.wait_for_url(f"**/{page_of_it}/")
        found += violations_everywhere(page)
    for address in ("/settings/sign-ins/", "/accounts/reauthenticate/"):
        page.goto(address)
        found += violations_everywhere(page)
    sign_out(page)
    type_password(page)
    page.wait_for_url("**/authenticate/")
    found += violations_everywhere(page)
    assert found == []


def test_a_browser_that_knows_no_passkeys_says_so_and_one_that_does_moves_nothing(visit: Visit) -> None:
    page = visit()
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto("/accounts/login/")
    expect(page.get_by_text("A passkey needs JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()

    page = visit()
    page.add_init_script(
        "new PerformanceObserver((list) => { window.shifts = list.getEntries().length; })"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto("/accounts/login/")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    expect(page.get_by_text("A passkey needs JavaScript")).to_be_hidden()
    assert page.evaluate("window.shifts ?? 0") == 0
