"""Whoever guesses is stopped: at an account, at all accounts from one place, and at every other form where it pays.

Tried on sites of their own with two web workers, on the database that this run of the tests is about.
"""

import http.client
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from threading import Barrier
from urllib.parse import urlencode

import pytest

from tests.builders import PASSWORD
from tests.test_start import PATIENCE, Site, environment_of, running

TOKEN = "c" * 32
WRONG = "a guess"
MANY = 24


@dataclass
class Answer:
    status: int
    page: str
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Whether a guess was looked at, or its visitor was told to wait."""
        if self.status == 429 or "Too many tries in a row" in self.page:
            return "held up"
        wrong = ("do not belong together", "This is not your password", "Please type the password you have now")
        return "looked at" if self.status == 302 or any(words in self.page for words in wrong) else "let through"


def ask(
    site: Site, path: str, typed: Mapping[str, str] | None = None, came_by: str = "", cookies: Mapping[str, str] = {}
) -> Answer:
    """Send a form, or without one ask for a page; as somebody whose requests came by these addresses."""
    sent = {"csrftoken": TOKEN, **cookies}
    headers = {"Host": "backpain.example", "Cookie": "; ".join(f"{name}={value}" for name, value in sent.items())}
    headers |= {"X-CSRFToken": TOKEN, "Content-Type": "application/x-www-form-urlencoded"}
    headers |= {"X-Forwarded-For": came_by} if came_by else {}
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)) as visit:
        visit.request("GET" if typed is None else "POST", path, urlencode(typed or {}), headers)
        answer = visit.getresponse()
        found = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie", [])))
        values = {name: morsel.value for name, morsel in found.items()}
        return Answer(answer.status, answer.read().decode(), values)


def guess(site: Site, email: str, came_by: str = "", cookies: Mapping[str, str] = {}, password: str = WRONG) -> Answer:
    return ask(site, "/accounts/login/", {"login": email, "password": password}, came_by, cookies)


def sign_up(site: Site, email: str, came_by: str) -> dict[str, str]:
    """The cookies of somebody who has just signed up."""
    answer = ask(site, "/accounts/signup/", {"email": email, "password1": PASSWORD}, came_by)
    assert answer.status == 302
    return answer.cookies


def together(site: Site, emails: list[str], came_by: list[str]) -> Counter[str]:
    """What becomes of guesses that are all there at the same moment."""
    barrier = Barrier(len(emails))

    def one(n: int) -> str:
        barrier.wait(PATIENCE)
        return guess(site, emails[n], came_by[n]).kind

    with ThreadPoolExecutor(len(emails)) as threads:
        return Counter(threads.map(one, range(len(emails))))


@contextmanager
def site_of_two_workers(database: str, folder: Path, **changes: str) -> Iterator[Site]:
    environment = environment_of(database, HTTPS="off", WEB_WORKERS="2", REMINDERS="off", **changes)
    with running(environment, folder / "output") as site:
        site.wait_until_it_answers()
        yield site


@pytest.fixture
def bare(prepared_database: str, tmp_path: Path) -> Iterator[Site]:
    """A site that visitors reach without a proxy."""
    with site_of_two_workers(prepared_database, tmp_path) as site:
        yield site


@pytest.fixture(scope="module")
def behind_proxy(a_database_for_all: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site behind a proxy, which adds the address that it sees at the end of `X-Forwarded-For`."""
    with site_of_two_workers(a_database_for_all, tmp_path_factory.mktemp("site"), BEHIND_PROXY="on") as site:
        yield site


def test_without_a_proxy_nobody_gets_more_guesses_by_claiming_to_come_from_elsewhere(bare: Site) -> None:
    claimed = [f"203.0.113.{n}" for n in range(MANY)]
    everybody = [f"somebody-{n}@example.org" for n in range(MANY)]

    at_once = together(bare, everybody, claimed)
    later = Counter(guess(bare, email, came_by).kind for email, came_by in zip(everybody, claimed, strict=True))

    assert 1 <= at_once["looked at"] <= 10
    assert (at_once + later)["looked at"] <= 10
    assert later["held up"] >= MANY - 10


def test_an_account_takes_five_wrong_guesses_from_all_the_world_and_its_person_comes_in_all_the_same(
    behind_proxy: Site,
) -> None:
    at_home = sign_up(behind_proxy, "kim@example.org", "198.51.100.1")
    one_by_one = [guess(behind_proxy, "kim@example.org", f"203.0.113.{n}").kind for n in range(9)]
    assert one_by_one == ["looked at"] * 5 + ["held up"] * 4
    assert guess(behind_proxy, "Kim@Example.ORG", "203.0.113.9").kind == "held up"

    # The right password has to wait as well, or one could go on guessing. A browser it is known in has not.
    elsewhere = guess(behind_proxy, "kim@example.org", "198.51.100.2", password=PASSWORD)
    assert (elsewhere.kind, elsewhere.status) == ("held up", 200)
    known = {"known": at_home["known"]}
    assert guess(behind_proxy, "kim@example.org", "198.51.100.1", known, PASSWORD).status == 302

    # What makes it known opens nothing, does not count for others, and is no way to guess on.
    assert guess(behind_proxy, "kim@example.org", "198.51.100.3", known).kind == "looked at"
    assert guess(behind_proxy, "kim@example.org", "198.51.100.3", {"known": "0" * 64}, PASSWORD).kind == "held up"
    with_it = [guess(behind_proxy, "kim@example.org", f"198.51.100.{n}", known).kind for n in range(4, 10)]
    assert with_it == ["looked at"] * 4 + ["held up"] * 2


def test_many_guesses_at_the_same_moment_are_no_more_than_five(behind_proxy: Site) -> None:
    from_everywhere = [f"192.0.2.{n}" for n in range(MANY)]

    at_once = together(behind_proxy, ["lou@example.org"] * MANY, from_everywhere)

    assert 1 <= at_once["looked at"] <= 5
    assert at_once["looked at"] + at_once["held up"] == MANY


@dataclass(frozen=True)
class Form:
    path: str
    typed: Mapping[str, str] | None
    most: int
    """So often within a minute."""
    takes_session: bool = False


FORMS = [
    Form("/accounts/login/", {"login": "", "password": ""}, 30),
    Form("/accounts/signup/", {"email": "kim@example.org", "password1": "short"}, 20),
    Form("/accounts/password/reset/", {"email": "nobody{n}@example.org"}, 20),
    Form("/accounts/password/reset/key/1-set-password/", {"password1": "", "password2": ""}, 20),
    Form("/shared/{n}/", None, 60),
    Form(
        "/accounts/password/change/", {"oldpassword": "wrong", "password1": "", "password2": ""}, 5, takes_session=True
    ),
    Form("/accounts/reauthenticate/", {"password": "wrong"}, 5, takes_session=True),
]


def test_every_form_where_guessing_pays_has_its_limit_behind_a_proxy_as_well(behind_proxy: Site) -> None:
    session = sign_up(behind_proxy, "ash@example.org", "198.51.100.20")
    found: dict[str, list[object]] = {}
    for form in FORMS:
        answers = []
        for n in range(form.most + 3):
            typed = form.typed and {name: value.format(n=n) for name, value in form.typed.items()}
            # Who sits at one place may claim what they like; what counts is what the proxy has added. Of an address of
            # version 6, they have as many as they like.
            came_by = f"192.0.2.{n}, 2001:db8:0:{len(found)}::{n}"
            cookies = {"sessionid": session["sessionid"]} if form.takes_session else {}
            answers.append(ask(behind_proxy, form.path.format(n=n), typed, came_by, cookies).kind)
        found[form.path] = [answers.index("held up"), *answers[-3:]]

    assert found == {form.path: [form.most, *["held up"] * 3] for form in FORMS}
