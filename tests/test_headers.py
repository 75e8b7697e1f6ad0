"""Every answer, whatever its kind, tells the browser to be strict: pages, errors, redirects, files, and refusals."""

import http.client
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from http.cookies import SimpleCookie
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from backpain.middleware import UNLISTED
from sharing.models import Share
from tests.builders import (
    CHOICES,
    PASSWORD,
    a_person,
    an_exercise,
    browser_of,
    completions,
    editor_of,
    elements,
    on_plan,
    text_of,
)
from tests.production import production
from tests.test_errors import breaks, database_away
from tests.test_start import Site, running_behind_a_proxy
from tests.test_web_worker import connection_to, everything_from

POLICY = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    **dict.fromkeys(("connect-src", "font-src", "form-action", "manifest-src"), "'self'"),
    **dict.fromkeys(("script-src", "style-src", "worker-src"), "'self'"),
    "img-src": "'self' data:",
    "upgrade-insecure-requests": "",
}
STRICT = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=31536000",
}
MAY_ASK = {
    *("autoplay", "clipboard-write", "screen-wake-lock"),
    *("publickey-credentials-create", "publickey-credentials-get"),
}
"""What a page of ours asks the device for. A browser lets it, unless it is told otherwise."""


def assert_is_strict(headers: Mapping[str, str] | Message, **others: str) -> None:
    wanted = {**STRICT, **others}
    assert {name: headers.get(name) for name in wanted} == wanted
    directives = headers["Content-Security-Policy"].split("; ")
    assert {name: sources for name, _, sources in (one.partition(" ") for one in directives)} == POLICY
    permissions = dict(part.split("=") for part in headers["Permissions-Policy"].split(", "))
    assert set(permissions.values()) == {"()"}
    assert not permissions.keys() & MAY_ASK
    assert {"camera", "geolocation", "microphone", "payment", "usb"} < permissions.keys()
    for name in ("Server", "X-Powered-By", "Access-Control-Allow-Origin"):
        assert name not in headers


# --- As Django answers ------------------------------------------------------------------------------------------------


BY_PROXY = {"Host": "testserver", "X-Forwarded-Proto": "https"}


@pytest.fixture
def deployed() -> Iterator[None]:
    with production():
        yield


def visitor(**options: Any) -> Client:
    return Client(headers=BY_PROXY, raise_request_exception=False, **options)


def signed_in(user: User) -> Client:
    return browser_of(user, headers=BY_PROXY, raise_request_exception=False)


def too_much() -> Any:
    return visitor().post("/accounts/login/", {"login": "x" * 3_000_000})


def too_often() -> Any:
    answers = [visitor().post("/accounts/login/") for _time in range(31)]
    return answers[-1]


def file() -> Any:
    answer = visitor().get("/static/css/app.css")
    assert answer.getvalue().startswith(b"/*")
    return answer


def file_as_it_was() -> Any:
    since = {"If-Modified-Since": str(file()["Last-Modified"])}
    return visitor().get("/static/css/app.css", headers=since)


KINDS_FOR_ALL: dict[str, tuple[int, Callable[[], Any]]] = {
    "page": (200, lambda: visitor().get("/")),
    "page without its body": (200, lambda: visitor().head("/safety/")),
    "page with a form": (200, lambda: visitor().get("/accounts/login/")),
    "redirect to signing in": (302, lambda: visitor().get("/today/")),
    "redirect to the address with a slash": (301, lambda: visitor().get("/today")),
    "request for another host": (400, lambda: visitor().get("/", headers={"Host": "elsewhere.example"})),
    "too many fields": (400, lambda: visitor().post("/accounts/login/", {f"n{n}": "" for n in range(1001)})),
    "form from elsewhere": (403, lambda: visitor(enforce_csrf_checks=True).post("/accounts/login/")),
    "nothing there": (404, lambda: visitor().get("/nowhere/")),
    "no such file": (404, lambda: visitor().get("/static/nothing.css")),
    "no such share link": (404, lambda: visitor().get("/shared/none/")),
    "wrong method": (405, lambda: visitor().post("/safety/")),
    "unknown method": (405, lambda: visitor().generic("BREW", "/safety/")),
    "too much at once": (413, too_much),
    "too many attempts": (429, too_often),
    "file": (200, file),
    "file as it was": (304, file_as_it_was),
    "wrong method for a file": (405, lambda: visitor().post("/static/css/app.css")),
    "health": (200, lambda: visitor().get("/healthz")),
    "readiness": (200, lambda: visitor().get("/readyz")),
}
SHARED = {"no such share link": {"Referrer-Policy": "no-referrer"}}


@pytest.mark.django_db
@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("kind", KINDS_FOR_ALL)
def test_every_kind_of_answer_is_strict(kind: str) -> None:
    status, ask = KINDS_FOR_ALL[kind]
    answer = ask()
    assert answer.status_code == status
    assert_is_strict(answer.headers, **SHARED.get(kind, {}))


PERSONAL = {
    "page": (200, "/today/"),
    "history": (200, "/history/"),
    "page for everybody": (200, "/safety/"),
    "export": (200, "/settings/data/backpain.json"),
    "tables": (200, "/settings/data/backpain-csv.zip"),
    "account": (200, "/accounts/email/"),
    "bad date": (404, "/day/2026-02-30/"),
    "redirect": (302, "/"),
    "form that does not fit": (400, "POST /day/2026-11-18/calf/1/"),
    "wrong method": (405, "POST /today/"),
}


@pytest.mark.django_db
@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("kind", PERSONAL)
def test_what_a_person_sees_is_kept_nowhere(kind: str) -> None:
    status, way = PERSONAL[kind]
    method, _, address = way.rpartition(" ")
    an_exercise("calf")
    answer = signed_in(a_person()).generic(method or "GET", address)
    assert answer.status_code == status
    assert_is_strict(answer.headers)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.usefixtures("deployed", "admin_on")
def test_the_admin_is_strict_and_kept_nowhere() -> None:
    assert_is_strict(visitor().get("/admin/").headers)
    staff = editor_of(User.objects.create_superuser("staff@example.org", PASSWORD), headers=BY_PROXY)
    for name in ("admin:index", "admin:exercises_exercise_changelist"):
        answer = staff.get(reverse(name))
        assert_is_strict(answer.headers)
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.usefixtures("deployed")
def test_a_shared_page_says_nothing_of_its_address_either() -> None:
    token = Share.objects.make(a_person(), datetime.now(UTC), key=uuid4(), weeks=4, pain=True, notes=True, days=7)
    answer = visitor().get(f"/shared/{token}/")
    assert answer.status_code == 200
    assert_is_strict(answer.headers, **{"Referrer-Policy": "no-referrer"})


@pytest.mark.django_db
@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("address", ["/accounts/password/reset/key/1-set-password/", "/accounts/confirm-email/MQ:abc/"])
def test_a_page_that_a_mail_leads_to_is_kept_nowhere(address: str) -> None:
    answer = visitor().get(address)
    assert_is_strict(answer.headers)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.usefixtures("deployed")
def test_our_own_mistakes_and_outages_are_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    for error, status in ((RuntimeError("a detail"), 500), (OperationalError("gone"), 503)):
        monkeypatch.setattr("exercises.views.CatalogueFilter", breaks(error))
        answer = visitor().get("/exercises/")
        assert answer.status_code == status
        assert_is_strict(answer.headers)
    with database_away():
        answer = visitor().get("/readyz")
    assert answer.status_code == 503
    assert_is_strict(answer.headers)


@pytest.mark.django_db
@pytest.mark.usefixtures("deployed")
def test_without_https_one_is_sent_there_at_once() -> None:
    answer = Client().get("/safety/")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/safety/")
    # A browser is not told to keep to https by an answer that anybody on the way may have written.
    assert "Strict-Transport-Security" not in answer.headers
    assert_is_strict({**answer.headers, "Strict-Transport-Security": "max-age=31536000"})


# --- Cookies ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("deployed")
def test_every_cookie_is_for_this_host_alone_by_https_alone_and_out_of_reach_of_scripts() -> None:
    client = visitor()
    client.get("/accounts/signup/")
    client.post("/accounts/signup/", {"email": "kim@example.org", "password1": PASSWORD})
    client.post("/settings/", CHOICES)  # is answered with a sentence for the next page
    assert client.cookies.keys() == {f"__Host-{name}" for name in ("csrftoken", "sessionid", "messages", "known")}
    for cookie in client.cookies.values():
        assert cookie["secure"]
        assert cookie["httponly"]
        assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax")


@pytest.mark.django_db
def test_without_https_cookies_have_plain_names_as_a_browser_would_take_no_others() -> None:
    client = Client()
    client.get("/accounts/signup/")
    client.post("/accounts/signup/", {"email": "kim@example.org", "password1": PASSWORD})
    client.post("/settings/", CHOICES)
    assert client.cookies.keys() == {"csrftoken", "sessionid", "messages", "known"}
    assert not any(cookie["secure"] for cookie in client.cookies.values())


@pytest.mark.django_db
@pytest.mark.usefixtures("deployed")
def test_a_sentence_for_the_next_page_is_said_once() -> None:
    client = signed_in(a_person())
    client.post("/settings/", CHOICES)
    assert "Your preferences are saved." in text_of(client.get("/settings/"))
    assert "Your preferences are saved." not in text_of(client.get("/settings/"))


@pytest.mark.django_db
@pytest.mark.usefixtures("deployed")
def test_a_tick_of_htmx_is_taken_with_its_token_and_refused_without() -> None:
    user, exercise = a_person(), an_exercise("calf")
    today = datetime.now(UTC).date()
    on_plan(user, exercise, today)
    client = browser_of(user, headers=BY_PROXY, enforce_csrf_checks=True)
    form = {"done": "yes", "csrfmiddlewaretoken": elements(client.get("/today/"), "value")[0]["value"]}
    tap = {"HX-Request": "true", "Origin": "https://testserver"}
    assert client.post(f"/day/{today}/calf/1/", form, headers=tap).status_code == 200
    assert completions(user) == [(today, "calf", 1)]
    assert client.post(f"/day/{today}/calf/1/", {"done": "no"}, headers=tap).status_code == 403
    assert completions(user) == [(today, "calf", 1)]


# --- As the running site answers --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(a_database_for_all: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_behind_a_proxy(a_database_for_all, tmp_path_factory.mktemp("site")) as site:
        yield site


class Browser:
    """A browser at the running site, behind a proxy that speaks https, with a jar of cookies."""

    def __init__(self, site: Site) -> None:
        self.site, self.jar = site, SimpleCookie()

    def ask(
        self, way: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] = MappingProxyType({})
    ) -> http.client.HTTPResponse:
        method, _, address = way.rpartition(" ")
        sent = {"Host": "backpain.example", "X-Forwarded-Proto": "https", "Origin": "https://backpain.example"}
        sent["Cookie"] = "; ".join(f"{name}={cookie.value}" for name, cookie in self.jar.items())
        if "__Host-csrftoken" in self.jar:
            sent["X-CSRFToken"] = self.jar["__Host-csrftoken"].value
        if form is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)) as line:
            line.request(method or "GET", address, urlencode(form) if form is not None else None, {**sent, **headers})
            answer = line.getresponse()
            answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.jar.load(cookie)
        return answer


@pytest.fixture(scope="module")
def kim(site: Site) -> Browser:
    browser = Browser(site)
    assert browser.ask("/accounts/signup/").status == 200
    assert browser.ask("POST /accounts/signup/", {"email": "kim@example.org", "password1": PASSWORD}).status == 302
    assert {"__Host-csrftoken", "__Host-sessionid"} <= browser.jar.keys()
    return browser


REAL_KINDS = {
    "/": 200,
    "HEAD /safety/": 200,
    "/accounts/login/": 200,
    "/today/": 302,
    "/today": 301,
    "POST /accounts/login/": 403,
    "/nowhere/": 404,
    "/static/nothing.css": 404,
    "/shared/none/": 404,
    "/calendar/none.ics": 404,
    "POST /safety/": 405,
    "BREW /safety/": 405,
    "TRACE /accounts/login/": 405,
    "/healthz": 200,
    "/readyz": 200,
}


@pytest.mark.parametrize("way", REAL_KINDS)
@pytest.mark.once
def test_the_running_site_is_as_strict(way: str, site: Site) -> None:
    stranger = Browser(site)
    if not way.endswith("/accounts/login/"):
        stranger.ask("/accounts/login/")  # brings the token that a form needs
    answer = stranger.ask(way)
    assert answer.status == REAL_KINDS[way]
    assert_is_strict(answer.headers, **{"Referrer-Policy": "no-referrer"} if way.startswith(UNLISTED) else {})


@pytest.mark.once
def test_its_files_are_strict_in_every_form(site: Site) -> None:
    stranger = Browser(site)
    hashed = json.loads(Path(settings.STATIC_ROOT, "staticfiles.json").read_text())
    page = "/static/" + str(hashed["paths"]["css/app.css"])
    plain, packed = stranger.ask(page), stranger.ask(page, headers={"Accept-Encoding": "br"})
    as_it_was = stranger.ask(page, headers={"If-None-Match": str(plain.headers["ETag"])})
    part, too_far = (stranger.ask(page, headers={"Range": wanted}) for wanted in ("bytes=0-9", "bytes=9999999-"))
    answers = [plain, packed, as_it_was, part, too_far]
    assert [one.status for one in answers] == [200, 200, 304, 206, 416]
    assert packed.headers["Content-Encoding"] == "br"
    for one in answers:
        assert_is_strict(one.headers)


def test_its_personal_pages_are_kept_nowhere(kim: Browser) -> None:
    for way in ("/today/", "/", "/settings/data/backpain.json", "/day/2026-02-30/", "POST /today/"):
        answer = kim.ask(way)
        assert_is_strict(answer.headers)
        assert "no-store" in answer.headers["Cache-Control"]


BEFORE_DJANGO = {
    "nonsense": (400, b"GET http://[/healthz HTTP/1.1\r\n\r\n"),
    "two lengths": (400, b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
    "too large": (413, b"POST / HTTP/1.1\r\nContent-Length: 17000001\r\n\r\n"),
    "head too large": (431, b"GET / HTTP/1.1\r\nX: " + b"x" * 262_144 + b"\r\n\r\n"),
    "unknown encoding": (501, b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"),
}


@pytest.mark.parametrize("kind", BEFORE_DJANGO)
@pytest.mark.once
def test_what_is_refused_before_django_is_asked_is_refused_as_strictly(kind: str, site: Site) -> None:
    status, request = BEFORE_DJANGO[kind]
    with connection_to(site) as line:
        line.sendall(request)
        head, _, rest = everything_from(line).partition(b"\r\n\r\n")
    first, _, lines = head.partition(b"\r\n")
    assert first.split()[1] == str(status).encode()
    headers = message_from_bytes(lines)
    assert_is_strict(headers)
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert b"waitress" not in rest


@pytest.mark.once
def test_its_mistakes_and_outages_are_strict(prepared_database: str, tmp_path: Path) -> None:
    file = urlsplit(prepared_database).path
    with running_behind_a_proxy(prepared_database, tmp_path) as site:
        kim = Browser(site)
        kim.ask("/accounts/signup/")
        kim.ask("POST /accounts/signup/", {"email": "kim@example.org", "password1": PASSWORD})
        for change, status in (("RENAME COLUMN score TO other", 500), ("RENAME TO other", 503)):
            with closing(sqlite3.connect(file)) as database:
                database.execute(f"ALTER TABLE pain_checkin {change}")
            answer = kim.ask("/pain/")
            assert answer.status == status
            assert_is_strict(answer.headers)
