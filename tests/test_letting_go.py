"""What a visit needed is freed with its answer, and leaves the collector of garbage nothing to do."""

import gc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest
from django.test import RequestFactory

from tests.builders import TWO_OR_THREE_A_DAY, a_person, an_exercise, browser_of, did, on_plan

pytestmark = pytest.mark.django_db

TODAY = datetime.now(UTC).date()
FORM = "application/x-www-form-urlencoded"
WEEK = TODAY - timedelta(days=TODAY.weekday())


@pytest.fixture
def visitor() -> RequestFactory:
    """Somebody signed in, without the memory that a browser of the tests has."""
    kim, walk = a_person(), an_exercise("walk", TWO_OR_THREE_A_DAY)
    on_plan(kim, walk, TODAY - timedelta(days=30))
    did(kim, walk, TODAY)
    visitor = RequestFactory()
    visitor.cookies = browser_of(kim).cookies
    return visitor


@pytest.fixture(autouse=True)
def without_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@cache
def site() -> BaseHandler:
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def status_of(request: HttpRequest) -> int:
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    return site().get_response(request).status_code


@pytest.mark.parametrize("address", ["/today/", f"/week/{WEEK}/", "/plan/"])
def test_a_page_is_freed_at_once(address: str, visitor: RequestFactory) -> None:
    assert status_of(visitor.get(address)) == 200  # what is kept for good is made by the first visit
    gc.collect()
    assert status_of(visitor.get(address)) == 200
    assert gc.collect() == 0


@pytest.mark.parametrize("htmx", ["true", "false"])
def test_so_is_what_a_tap_needed(htmx: str, visitor: RequestFactory) -> None:
    for done in ("no", "yes"):
        gc.collect()
        tap = visitor.post(f"/day/{TODAY}/walk/1/", f"done={done}", FORM, headers={"HX-Request": htmx})
        assert status_of(tap) == (200 if htmx == "true" else 302)
    assert gc.collect() == 0
