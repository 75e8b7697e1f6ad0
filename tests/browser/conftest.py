"""A real Chromium against the live site. A console message or a refused policy fails the test that caused it."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Model
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from pytest_django.live_server_helper import LiveServer
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Equipment, Exercise
from tests.builders import PASSWORD, browser_of, editor_of
from tools.test import BROWSER

# Playwright's own event loop runs in the thread of the tests, which Django would take for an asynchronous view.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 860}


def program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is missing; `make test` installs it, or says why it cannot."
    return found


# Whatever the hour, and midnight, at which the tests run.
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def noon(time_machine: TimeMachineFixture) -> None:
    """It is day at the site; in the browser it is as late as it is."""
    time_machine.move_to(NOON)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    # Chromium will not run as root inside its own sandbox.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": program(BROWSER), "args": ["--disable-gpu", *quiet, *sandbox]}


@pytest.fixture
def site(transactional_db: None, live_server: LiveServer) -> str:
    """The address of the live site, with its catalogue."""
    _put_catalogue_back()
    return str(live_server.url)


SEEDED: dict[type[Model], list[Model]] = {}


def _put_catalogue_back() -> None:
    """Checking all its texts, as seeding does, takes too long before each test."""
    if not SEEDED:
        call_command("seed_catalogue", verbosity=0)
        SEEDED.update(
            {model: list(model._base_manager.all()) for model in (Equipment, Exercise, Exercise.equipment.through)}
        )
    else:
        for model, rows in SEEDED.items():
            model._base_manager.bulk_create(rows)


Visit = Callable[..., Page]
BLOCKED = "Service Worker registration blocked by Playwright"


NO_NETWORK = ("net::ERR_", "htmx:sendError", "htmx:afterRequest")
NOT_READY = ("a status of 503", "Status Error Code 503")


class Complaints(list[str]):
    """What the browsers of a test have complained about."""

    def __init__(self) -> None:
        super().__init__()
        self._forgiven: list[str] = []

    def forgive(self, *words: str) -> None:
        """Leave out what contains one of these, which the test is about; a browser has said so, and may once more."""
        heard = len(self)
        self.leave_out(*words)
        assert len(self) < heard, self

    def leave_out(self, *words: str) -> None:
        """The same, whether or not a browser says so."""
        self._forgiven += words
        self[:] = [one for one in self if self._counts(one)]

    def hear(self, said: str) -> None:
        if self._counts(said):
            self.append(said)

    def _counts(self, said: str) -> bool:
        return not any(words in said for words in self._forgiven)


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def visit(site: str, browser: Browser, complaints: Complaints) -> Iterator[Visit]:
    """Open a browser of one's own, of a signed-in person or of a stranger: `visit(user, viewport=DESK, …)`.

    Without a service worker, unless `service_workers="allow"`: it would visit the site by itself. With `as_editor` the
    person has taken their second step, and the admin is open to them if they may edit.
    """
    contexts: list[BrowserContext] = []

    def open_page(user: User | None = None, as_editor: bool = False, **options: Any) -> Page:
        usual = {"viewport": PHONE, "locale": "en-GB", "service_workers": "block"}
        context = browser.new_context(base_url=site, **{**usual, **options})
        contexts.append(context)
        if user:
            session = (editor_of if as_editor else browser_of)(user).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on(
            "console",
            lambda message: None if BLOCKED in message.text else complaints.hear(f"{page.url}: {message.text}"),
        )
        page.on("pageerror", lambda error: complaints.hear(f"{page.url}: {error}"))
        page.on(
            "request",
            lambda request: None if request.url.startswith((site, "data:")) else complaints.hear(request.url),
        )
        return page

    yield open_page
    for context in contexts:
        context.close()
    _wait_for_the_last_answers()
    assert complaints == []


def _wait_for_the_last_answers() -> None:
    """The tables are emptied next: a request that is still being answered would get in the way of that."""
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(timeout=10)


def ask(page: Page, expression: str) -> Any:
    """Evaluate it once this very page has its scripts, which come in an order: it may just load anew."""
    loaded = "document.readyState === 'complete' || new Promise((done) => addEventListener('load', done))"
    return page.evaluate(f"async () => {{ await ({loaded}); return ({expression}); }}")


def sign_up(page: Page, email: str = "kim@example.org") -> None:
    page.goto("/")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Email").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/today/")
