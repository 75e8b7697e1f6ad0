"""A thousand generated requests; `make fuzz` sends a hundred thousand."""

from collections.abc import Sequence
from typing import Any

import pytest
from time_machine import TimeMachineFixture

from pain.models import CheckInQuerySet
from tests.belongings import AT
from tests.neighbours import Neighbours, neighbours
from tools.fuzz.requests import Asked, Generator
from tools.fuzz.running import fuzz, smallest
from tools.fuzz.site import Site
from tracking.models import SkipQuerySet

pytestmark = [
    pytest.mark.django_db,
    # Whatever goes wrong is told by the site itself; what Django logs of it would be told twice.
    pytest.mark.filterwarnings("ignore:No directory at"),
]

REQUESTS = 1000


@pytest.fixture
def there(time_machine: TimeMachineFixture, admin_on: None) -> Neighbours:
    time_machine.move_to(AT, tick=False)
    return neighbours()


def test_a_thousand_generated_requests_do_no_harm_and_show_nothing_of_others(there: Neighbours) -> None:
    run = fuzz(there, "suite", REQUESTS)
    assert not run.wrong, "\n\n".join(run.wrong.values())
    assert run.sent >= REQUESTS


def test_the_same_seed_makes_the_same_requests(there: Neighbours) -> None:
    assert Generator(there, "7/3").visit("owner") == Generator(there, "7/3").visit("owner")
    assert Generator(there, "7/3").visit("owner") != Generator(there, "7/4").visit("owner")


def asked(there: Neighbours, method: str, path: str, body: str = "") -> Asked:
    return Asked(method, path, body=body.encode(), cookies=f"sessionid={there.cookies['another']}")


@pytest.fixture
def everybodys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two filters are forgotten."""
    monkeypatch.setattr(CheckInQuerySet, "for_user", lambda self, user: self.all())
    monkeypatch.setattr(SkipQuerySet, "set_unskipped", lambda self, user, day, exercise: self.all().delete())


@pytest.mark.usefixtures("everybodys")
def test_it_notices_what_is_shown_of_others(there: Neighbours) -> None:
    assert Site(there).visit("another", [asked(there, "GET", "/exercises/")]) == []
    shown = [Asked("GET", "/pain/earlier/", "page=1", cookies=f"sessionid={there.cookies['another']}")]
    assert [what for _place, what in Site(there).visit("another", shown)] == [
        "GET pain/earlier/: shows what belongs to owner",
        "GET pain/earlier/: shows what belongs to staff",
    ]


@pytest.mark.usefixtures("everybodys")
def test_it_notices_what_is_changed_of_others(there: Neighbours) -> None:
    site = Site(there)
    wrong = site.visit("another", [asked(there, "POST", "/day/2026-11-18/skip/", "exercise=towel&reason=")])
    assert wrong == [(0, "tracking.Skip of others changed")]
    assert site.visit("another", [asked(there, "GET", "/today/")]) == [], "nothing stays of a visit"


def test_it_notices_an_error_and_a_query_too_many(there: Neighbours, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr("tests.bounds.PAGES", {"today/": -9})
    monkeypatch.setattr("pain.overview.earlier", broken)
    request = Asked("GET", "/pain/earlier/", "page=1", cookies=f"sessionid={there.cookies['another']}")
    wrong = [what for _place, what in Site(there).visit("another", [request, asked(there, "GET", "/today/")])]
    assert [what.splitlines()[0] for what in wrong][:1] == ["GET pain/earlier/: 500"]
    assert "out of order" in wrong[0]
    assert any(what.startswith("GET today/: ") and what.endswith(" queries") for what in wrong)


def test_what_goes_wrong_is_told_by_the_least_that_still_does() -> None:
    def goes_wrong(some: Sequence[Asked]) -> bool:
        return any(one.path == "/a" for one in some) and b"x=1" in some[-1].body

    visit = [
        Asked("GET", "/b"),
        Asked("GET", "/a", headers={"HTTP_HOST": "testserver"}),
        Asked("GET", "/c"),
        Asked("POST", "/d", "q=1", body=b"y=2&x=1&z=3", checks_forgery=True),
    ]
    assert smallest(visit, goes_wrong) == [Asked("GET", "/a"), Asked("POST", "/d", body=b"x=1")]
