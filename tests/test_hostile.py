"""Whatever is sent to whichever address: it is refused as what it is, or taken for nothing; the site never breaks."""

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django import forms
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.addresses import every_address
from tests.builders import PASSWORD, a_person, an_exercise, browser_of, elements, on_plan

ONE_IN = int(os.environ.get("ONE_IN", "12"))
"""Of the addresses, so many at a time get what is sent; `make hostile` sends all to all."""
REFUSED = {400, 403, 404, 405, 413}
ANSWERED = {200, 301, 302, *REFUSED}
FORM = "application/x-www-form-urlencoded"


def names_of_fields() -> list[str]:
    """Of all fields of all forms there are, ours and those of others, and of a tick, which has none."""
    found, todo = set(), [forms.BaseForm]
    while todo:
        for form in todo.pop().__subclasses__():
            todo.append(form)
            found |= {*getattr(form, "base_fields", {}), *getattr(form, "declared_fields", {})}
    return sorted({*found, "next", "confirm", "habit_0", "done", "back"})


def in_every_field(value: str) -> bytes:
    return "&".join(f"{name}={value}" for name in names_of_fields()).encode()


def twice_in_every_field(one: str, other: str) -> bytes:
    return in_every_field(one) + b"&" + in_every_field(other)


BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", FORM),
    "NUL": (in_every_field("%00"), FORM),
    "NUL within": (in_every_field("a%00b"), FORM),
    "bad UTF-8": (in_every_field("%ff%fe%c0%ae"), FORM),
    "bare bytes": (in_every_field("\udcff".encode("utf-8", "surrogateescape").decode("latin-1")), FORM),
    "half a surrogate": (in_every_field("%ed%a0%80"), FORM),
    "an endless number": (in_every_field("9" * 5000), FORM),
    "negative": (in_every_field("-1"), FORM),
    "not a number": (in_every_field("NaN"), FORM),
    "digits of another script": (in_every_field("%D9%A1"), FORM),
    "turned round": (in_every_field("%E2%80%AEabc"), FORM),
    "far away": (in_every_field("0001-01-01"), FORM),
    "farther": (in_every_field("9999-12-31"), FORM),
    "twice": (twice_in_every_field("yes", "no"), FORM),
    "brackets": (b"done[]=yes&exercise[0]=calf&=&&;&done", FORM),
    "JSON": (b'{"done": "\\u0000", "login": {"$ne": 1}}', "application/json"),
    "no JSON": (b"\x00\xff{", "application/json"),
    "XML": (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "application/xml"),
    "another encoding": (in_every_field("x"), f"{FORM}; charset=utf-16"),
    "no encoding": (in_every_field("x"), f"{FORM}; charset=none-such"),
    "no type": (in_every_field("x"), "\x00/\xff"),
    "parts without a border": (b"--x\r\n\r\n--x--", "multipart/form-data"),
    "parts with a long border": (b"x", "multipart/form-data; boundary=" + "x" * 300),
    "parts that break off": (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
    "NUL in a part": (
        b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\na\x00\xffb\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    "a file for a text": (
        b'--x\r\nContent-Disposition: form-data; name="login"; filename="../../a\x00"\r\n\r\nb\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    "bad base64": (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n!\r\n--x--",
        "multipart/form-data; boundary=x",
    ),
    "too many fields": (b"&".join(b"a%d=" % n for n in range(1001)), FORM),
    "too many files": (
        b"".join(
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="%d"\r\n\r\n\r\n' % n for n in range(101)
        )
        + b"--x--\r\n",
        "multipart/form-data; boundary=x",
    ),
}
QUERIES = {
    "NUL": in_every_field("%00"),
    "bad UTF-8": in_every_field("%ff"),
    "an endless number": in_every_field("9" * 50),
    "digits of another script": in_every_field("%D9%A1"),
    "twice": twice_in_every_field("yes", "no"),
    "brackets": b"q[]=%00&year[0]=1&=&&;&page",
    "broken escapes": b"q=%&year=%zz&page=%u0000",
    "too many fields": b"&".join(b"a%d=" % n for n in range(1001)),
}
HEADERS = {
    "NUL": "\x00",
    "bytes": "\xff\xfe",
    "no address": "http://[",
    "no page": "https://testserver\\@elsewhere.example/",
    "long": "a" * 9000,
    "quoted": '"a\\000bcdefgh"',
    "line ends": "a\r\nSet-Cookie: a=b",
}
SENT_IN = [
    *("Accept", "Accept-Encoding", "Accept-Language", "Content-Length", "If-Modified-Since", "If-None-Match", "Origin"),
    *("Range", "Referer", "User-Agent", "X-Forwarded-For", "X-Requested-With", "X-CSRFToken"),
    *("HX-Request", "HX-Current-URL", "HX-Target", "HX-Trigger", "HX-Prompt", "HX-Boosted"),
]
OTHERS_WE_NAME = ("https://doi.org/", "mailto:")
COOKIES = ["sessionid", "csrftoken", "messages", "other"]


@pytest.fixture(autouse=True)
def _no_limits(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def person() -> User:
    user = a_person()
    on_plan(user, an_exercise("calf"), date(2026, 11, 1))
    return user


OPEN = ("/accounts/", "/exercises/", "/safety/", "/shared/", "/calendar/", "/reminders/stop/")
"""How the addresses begin that read what a stranger sends."""


def visits(person: User, n: int) -> Iterator[tuple[Client, str]]:
    """Each address as somebody who is signed in, and those for all as a stranger. By default only one in `ONE_IN`,
    others for each `n`. What the site does not catch itself fails the test."""
    everywhere = every_address()
    ways = [("", address) for address in everywhere if address.startswith(OPEN)]
    ways += [("signed in", address) for address in everywhere if not address.startswith("/accounts/log")]
    signed = browser_of(person)
    session = signed.cookies["sessionid"].value
    for who, address in ways[n % ONE_IN :: ONE_IN]:
        signed.cookies = SimpleCookie({"sessionid": session})
        yield signed if who else Client(), address


def visitors(person: User) -> list[Client]:
    return [Client(), browser_of(person)]


def check(answers: Iterable[Any], allowed: set[int]) -> None:
    wrong = {answer.request["PATH_INFO"]: answer.status_code for answer in answers if answer.status_code not in allowed}
    assert wrong == {}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", BODIES)
def test_whatever_is_sent_as_a_form(kind: str, person: User) -> None:
    body, content_type = BODIES[kind]
    for client, address in visits(person, list(BODIES).index(kind)):
        check([client.generic("POST", address, body, content_type)], ANSWERED)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", QUERIES)
def test_whatever_stands_behind_the_question_mark(kind: str, person: User) -> None:
    query = QUERIES[kind].decode("latin-1")
    for client, address in visits(person, list(QUERIES).index(kind)):
        check([client.get(address, QUERY_STRING=query)], ANSWERED)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", HEADERS)
def test_whatever_stands_in_a_header(kind: str, person: User) -> None:
    signed = browser_of(person)
    for name in SENT_IN:
        check([signed.get("/today/", headers={name: HEADERS[kind]})], ANSWERED)
        check([Client().post("/accounts/login/", headers={name: HEADERS[kind]})], ANSWERED)
    everywhere = {name: HEADERS[kind] for name in SENT_IN if name not in {"Content-Length", "Origin"}}
    for client, address in visits(person, 0):
        check([client.get(address, headers=everywhere)], ANSWERED)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("name", COOKIES)
def test_whatever_stands_in_a_cookie(name: str, kind: str) -> None:
    for method in ("GET", "POST"):
        for address in ("/", "/today/", "/accounts/login/", "/safety/", "/settings/"):
            answer = Client().generic(method, address, headers={"Cookie": f"{name}={HEADERS[kind]}"})
            check([answer], ANSWERED)


@pytest.mark.django_db
def test_a_cookie_that_no_browser_sends_is_refused() -> None:
    answer = Client().get("/today/", headers={"Cookie": 'sessionid="abcdefgh\\000"'})
    assert answer.status_code == 400


# --- Addresses --------------------------------------------------------------------------------------------------------

PATHS = [
    *(
        "/%00",
        "/exercises/%00/",
        "/exercises/calf%00/",
        "/exercises/%ff%fe/",
        "/exercises/%c0%ae%c0%ae/",
        "/%ed%a0%80/",
    ),
    *("/exercises/" + "a" * 9000 + "/", "/exercises/calf;a=b/", "/exercises/CALF/", "/shared/" + "a" * 9000 + "/"),
    *("/day/2026-11-16/calf/" + "9" * 20 + "/", "/day/2026-11-16/calf/" + "9" * 5000 + "/", "/day/2026-11-16/calf/0/"),
    *("/day/0000-00-00/", "/day/9999-12-31/", "/week/2199-12-31/", "/week/2000-01-01/", "/day/2199-12-31/"),
    *("/day/%D9%A2%D9%A0%D9%A2%D9%A6-11-16/", "/plan/pause/2000-01-01/", "/plan/own/own-000000000000/"),
    *(
        "/accounts/password/reset/key/1-%00/",
        "/accounts/confirm-email/%ff/",
        "/accounts/confirm-email/" + "a" * 5000 + "/",
    ),
    *(
        "/accounts/password/reset/key/" + "z" * 50 + "-" + "1" * 50 + "/",
        "//elsewhere.example/",
        "/\\elsewhere.example/",
    ),
    *("/today/../settings/", "/%2e%2e/%2e%2e/etc/passwd", "/today/%2e%2e/", "/?" * 500, "/today%3Fa/", "/%0d%0aA:b/"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whatever_is_asked_for(method: str, person: User) -> None:
    for client in visitors(person):
        answers = [client.generic(method, path) for path in PATHS]
        check(answers, ANSWERED)
        assert_all_lead_back_to_this_site(answers)


OUTSIDE = [
    *("../backpain/settings.py", "%2e%2e/backpain/settings.py", "..%2fbackpain/settings.py", "../../../../etc/passwd"),
    *("css/../../backpain/settings.py", "css/..%2f..%2fbackpain%2fsettings.py", "..%5c..%5cbackpain%5csettings.py"),
    *("/etc/passwd", "%2fetc%2fpasswd", "....//....//etc/passwd", "%c0%ae%c0%ae/etc/passwd", "%252e%252e/etc/passwd"),
    *(
        "css/app.css%00.png",
        "css/app.css%00",
        "%00",
        "%ff",
        "staticfiles.json/../../secret_key",
        "css",
        "css/",
        "~root",
    ),
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_but_the_static_files_is_given_away(path: str) -> None:
    answer = Client().get(f"/static/{path}")
    assert answer.status_code in {301, 400, 404}
    assert not any(word in answer.content for word in (b"SECRET_KEY", b"root:"))


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "DELETE", "PUT", "PATCH", "BREW", "X" * 5000])
def test_whatever_the_method_is_called(method: str, person: User) -> None:
    for client, address in visits(person, len(method)):
        answer = client.generic(method, address, b"a=b", FORM, headers={"X-Probe": "reflected"})
        check([answer], {403, 405})
        assert method not in answer.get("Allow", "")
        assert b"reflected" not in answer.content


@pytest.mark.django_db
def test_nobody_can_send_more_than_a_form_may_have(person: User, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    takes_forms = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
    own = ["/settings/", "/pain/", "/plan/own/", "/plan/pause/", "/plan/since/", "/plan/exercise/calf/", "/sharing/"]
    for client, addresses in zip(visitors(person), (takes_forms, [*own, "/day/2026-11-16/calf/1/"]), strict=True):
        for address in addresses:
            check([client.post(address, b"done=" + b"x" * 2000, FORM)], {413})
            check([client.post(address, {"done": "x" * 2000})], {413})


# --- Whose site it is -------------------------------------------------------------------------------------------------

HOSTS = [
    *(
        "elsewhere.example",
        "testserver.elsewhere.example",
        "testserver@elsewhere.example",
        "elsewhere.example#testserver",
    ),
    *(
        "testserver:abc",
        "testserver:80:80",
        "testserver, elsewhere.example",
        "test server",
        "test\tserver",
        "[::1",
        "\x00",
    ),
    *("testserver/../", "http://testserver", "testserver?a", "xn--", ".", "a" * 9000, "testserver\\elsewhere.example"),
]


@pytest.mark.parametrize("host", HOSTS)
def test_another_host_is_refused(host: str) -> None:
    for address in ("/", "/today/", "/nowhere/", "/today", "/accounts/login/"):
        answer = Client().get(address, headers={"Host": host})
        assert answer.status_code == 400
        assert "elsewhere" not in answer.content.decode()


@pytest.mark.django_db
def test_what_others_say_of_the_host_counts_for_nothing(mailoutbox: list[Any], settings: Settings) -> None:
    a_person("kim@example.org")
    said = dict.fromkeys(
        ("X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL"), "elsewhere.example"
    )
    answer = Client().post("/accounts/password/reset/", {"email": "kim@example.org"}, headers=said)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")
    (mail,) = mailoutbox
    assert "http://testserver/accounts/password/reset/key/" in mail.body
    assert "elsewhere" not in mail.body


ELSEWHERE = [
    *(
        "//elsewhere.example/",
        "///elsewhere.example/",
        "////elsewhere.example",
        "https:elsewhere.example",
        "https:///elsewhere.example",
    ),
    *(
        "\\\\elsewhere.example",
        "/\\elsewhere.example",
        "\\/elsewhere.example",
        "/\\/elsewhere.example/",
        "/\t/elsewhere.example",
    ),
    *(
        "https://elsewhere.example/",
        "HtTpS://elsewhere.example",
        "https://testserver@elsewhere.example/",
        "ftp://testserver/",
    ),
    *(
        "https://testserver.elsewhere.example/",
        "//testserver\\@elsewhere.example/",
        "http://testserver:80@elsewhere.example",
    ),
    *(
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "JaVaScRiPt:alert(1)//",
        "\x01javascript:alert(1)",
        "data:text/html,a",
    ),
    *(
        "\r\nLocation: https://elsewhere.example",
        "/\r\nSet-Cookie: a=b",
        "\x00//elsewhere.example",
        " //elsewhere.example",
    ),
    *(
        "http://[::1",
        "//[elsewhere.example",
        "vbscript:a",
        "//elsewhere。example",
        "/%09/elsewhere.example",
        "//%5celsewhere.example",
    ),
]


OUR_PATHS = {"/\r\nSet-Cookie: a=b": "/%0D%0ASet-Cookie:%20a=b", "/%09/elsewhere.example": "/%09/elsewhere.example"}


def assert_all_lead_back_to_this_site(answers: Iterable[Any]) -> None:
    for answer in answers:
        for name in ("Location", "HX-Redirect", "HX-Location", "Refresh"):
            # What a browser does with slashes and white space is left to no chance: a path, and nothing odd in it.
            where = answer.get(name, "/")
            assert where[:1] == "/", (name, where)
            assert where[1:2] not in {"/", "\\"}, (name, where)
            assert where.isprintable(), (name, where)
        links = [link for name in ("href", "action", "formaction") for link in elements(answer, name)]
        for link in links if not answer.streaming else []:
            where = link.get("formaction") or link.get("action") or link.get("href") or "/"
            ours = not urlsplit(where).scheme and where[:2] not in {"//", "/\\", "\\\\"} and where.isprintable()
            assert ours or where.startswith(OTHERS_WE_NAME), where


def ways_to_ask(client: Client, address: str, way: str) -> list[Callable[[], Any]]:
    with_next = f"{address}?{urlencode({'next': way})}"
    tap = {"HX-Request": "true", "HX-Current-URL": quote(way)}
    return [
        lambda: client.get(with_next),
        lambda: client.post(with_next, {"next": way}),
        lambda: client.post(address, {"next": way}, headers=tap),
        lambda: client.post(address, {"back": way}, headers={"Referer": quote(way)}),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("way", ELSEWHERE)
def test_nobody_is_led_elsewhere(way: str, person: User) -> None:
    for n, (client, address) in enumerate(visits(person, ELSEWHERE.index(way))):
        if address.startswith("/settings/data/backpain"):
            continue  # no page
        asking = ways_to_ask(client, address, way)
        assert_all_lead_back_to_this_site(ask() for ask in (asking if ONE_IN == 1 else [asking[n % len(asking)]]))


@pytest.mark.django_db
@pytest.mark.parametrize("way", ELSEWHERE)
def test_who_signs_in_up_or_out_is_led_elsewhere_by_nothing(way: str) -> None:
    person = a_person("kim@example.org")
    typed = {"next": way, "login": "kim@example.org", "password": PASSWORD}
    for answer, where in (
        (Client().post("/accounts/login/", typed), "/today/"),
        (
            Client().post("/accounts/signup/", {"next": way, "email": "lou@example.org", "password1": PASSWORD}),
            "/today/",
        ),
        (browser_of(person).post("/accounts/logout/", {"next": way}), "/"),
        (browser_of(person).post("/accounts/reauthenticate/", {"next": way, "password": PASSWORD}), "/today/"),
        (browser_of(person).get("/accounts/login/", {"next": way}), "/today/"),
    ):
        # A path of ours stays one, whatever was to be smuggled in behind it.
        assert answer.status_code == 302
        assert answer["Location"] in (where, OUR_PATHS.get(way))
