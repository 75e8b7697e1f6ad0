"""Sends generated requests to every address, by every method, as each role, and sees whether the site keeps its word.

    make fuzz
    python -m tools.fuzz 20000 --seed 7       # fewer, and the same ones again
    python -m tools.fuzz --postgresql         # on a PostgreSQL of its own instead of SQLite
    python -m tools.fuzz --seed 7 --visit 12  # one visit alone

Some requests of one role after the other are a visit; after it the database is what it was. Each visit has a seed of its
own, made of that of the run and its number. What an answer has to be is said in `wrong_with`, and how many queries it may
take in `tests.bounds`. Of what goes wrong, the smallest visit that still goes wrong is printed.
"""

import argparse
import gzip
import json
import logging
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote_to_bytes

from tools.figures import judge, publish
from tools.postgres import server, stop_tidily
from tools.test import TESTING

REQUESTS = 100_000
A_VISIT = 40
STATUSES = {200, 301, 302, 304, 400, 403, 404, 405, 409, 413, 429}
WITHOUT_PERSON = {"/healthz", "/readyz"}

# What staff may change of others: their rights and addresses, and which equipment there is.
RIGHTS = {
    *("accounts.User", "accounts.User_user_permissions", "accounts.User_groups"),
    *("account.EmailAddress", "account.EmailConfirmation", "exercises.Exercise_equipment"),
}

DATES = [
    *("0000-00-00", "0001-01-01", "1999-12-31", "2000-01-01", "2024-02-29", "2026-02-29", "2025-11-18", "2026-11-09"),
    *("2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-24", "2026-12-01", "2027-01-01"),
    *("2028-11-18", "2199-12-31", "2200-01-01", "9999-12-31", "10000-01-01", "2026-13-01", "2026-11-31", "2026-1-1"),
]
NUMBERS = [
    *("0", "1", "2", "3", "5", "10", "20", "21", "60", "61", "-1", "-0", "+1", "01", "1.0", "1e9", "1e309", "NaN", "٣"),
    *("32767", "32768", "65536", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 400),
]
TEXTS = [
    *(
        "",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\0",
        "a\0b",
        "None",
        "null",
        "true",
        "on",
        "off",
        "yes",
        "no",
        "[]",
        "{}",
        "é",
        "e\u0301",
    ),
    *(
        "\u202eabc",
        "\u200b",
        "\ufeff",
        "😀",
        "🏳️‍🌈",
        "ß",
        "İ",
        "ſ",
        "x" * 41,
        "x" * 81,
        "x" * 501,
        "😀" * 300,
        "x" * 2001,
    ),
    *("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "{% debug %}", "%s%n%d", "${7*7}"),
    *(
        "' OR 1=1 --",
        '" OR ""="',
        "..",
        "../../etc/passwd",
        "\r\nSet-Cookie: a=b",
        "//example.com",
        "https://example.com/",
    ),
    *(
        "javascript:alert(1)",
        "own-",
        "own-ffffffffffff",
        "own:ffffffffffff",
        "towel",
        "/today/",
        "=1+1",
        "\\",
        "%00",
        "%",
    ),
]
BYTES = [b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\xe2\x28\xa1"]
CHOICES = [
    *("full", "gentle", "day", "week", "add", "later", "never", "session", "sore", "no-time", "illness", "travel"),
    *("flare-up", "other", "before", "after", "general", "hip", "standing", "sitting", "lying", "hold", "move"),
    *("together", "each", "once", "4", "8", "12", "7", "30", "90", "auto", "dark", "Europe/Berlin", "Mars/Base"),
]
MORE_FIELDS = [
    *("next", "action_add", "action_remove", "action_primary", "action_send", "confirm", "habit_0", "habit_1", "file"),
    *(
        "csrfmiddlewaretoken",
        "_method",
        "_save",
        "_continue",
        "_saveasnew",
        "_popup",
        "_to_field",
        "o",
        "p",
        "q",
        "e",
        "all",
    ),
    *(
        "id__exact",
        "owner",
        "owner__id__exact",
        "owner__email__startswith",
        "user",
        "user_id",
        "is_staff",
        "password__startswith",
    ),
    *("_selected_action", "action", "index", "select_across", "post", "app_label", "model_name", "field_name", "term"),
]
HEADERS = {
    "HTTP_HX_REQUEST": ["true", "false", ""],
    "HTTP_HX_CURRENT_URL": [
        "http://testserver/today/",
        "http://evil.example/",
        "http://testserver/session/?part=once",
        "\0",
        "http://[",
    ],
    "HTTP_HX_BOOSTED": ["true"],
    "HTTP_REFERER": ["http://testserver/pain/", "http://evil.example/", "http://[", "data:,", "\xff"],
    "HTTP_ORIGIN": ["http://testserver", "http://evil.example", "null", "http://["],
    "HTTP_HOST": ["testserver", "evil.example", "testserver:99999", "[::1", "", "a b", "testserver\0"],
    "HTTP_X_FORWARDED_FOR": ["127.0.0.1", "1.2.3.4, 5.6.7.8", "x" * 300, "::1", ""],
    "HTTP_X_FORWARDED_PROTO": ["https", "http", "gopher"],
    "HTTP_X_FORWARDED_HOST": ["evil.example"],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["DELETE", "POST"],
    "HTTP_ACCEPT_LANGUAGE": ["de", "xx-" * 200, "en;q=2", "*;q=0", "\xff"],
    "HTTP_ACCEPT_ENCODING": ["gzip", "gzip;q=0", "br", "*"],
    "HTTP_ACCEPT": ["application/json", "*/*;q=x", ""],
    "HTTP_IF_MODIFIED_SINCE": ["Sat, 29 Oct 1994 19:43:31 GMT", "never"],
    "HTTP_IF_NONE_MATCH": ["*", '"x"', "x"],
    "HTTP_RANGE": ["bytes=0-1", "bytes=-1", "x"],
    "HTTP_X_REQUESTED_WITH": ["XMLHttpRequest"],
    "HTTP_AUTHORIZATION": ["Basic b3duZXI6eA==", "Bearer x"],
    "CONTENT_LENGTH": ["", "-1", "0", "1", "abc", "99999999999"],
    "REMOTE_ADDR": ["10.0.0.1", "::1", ""],
}
COOKIES = [
    "sessionid=x",
    "sessionid=" + "a" * 32,
    "csrftoken=x",
    "messages=x:y:z",
    'messages="[[',
    "=;=;;",
    "a=\xff",
    "sessionid=",
]
KINDS = [
    *("text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary=", "", "x", "\xff"),
    *(
        "multipart/form-data; boundary=" + "b" * 300,
        "application/x-www-form-urlencoded; charset=utf-16",
        "text/html; charset=x",
    ),
    "application/x-www-form-urlencoded; charset=nonsense",
]
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "bOuNdArY"

Pair = tuple[str, bytes]


@dataclass(frozen=True)
class Asked:
    """A request, as bytes and texts that can be printed and sent again."""

    method: str
    path: str  # quoted
    query: str = ""
    kind: str = FORM
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: str = ""
    checks_forgery: bool = False

    @property
    def all_bytes(self) -> bytes:
        return b" ".join(
            [unquote_to_bytes(self.path), unquote_to_bytes(self.query.replace("+", " ")), unquote_to_bytes(self.body)]
        )


class Generator:
    """Makes requests up, from what the addresses and the forms take, and from what they do not."""

    def __init__(self, there: Any, seed: str) -> None:
        from tests.authorization import LINES
        from tests.neighbours import METHODS, NOBODYS, export_of, parameters

        self.random = random.Random(seed)  # noqa: S311  # nobody has to be unable to guess it
        self.there, self.methods, self.nobodys, self.parameters = there, METHODS, NOBODYS, parameters
        self.lines = LINES
        # The admin's pages are slow, many and alike.
        self.weights = [1 if line.route.startswith("admin/") else 3 for line in LINES]
        self.names = field_names()
        self.export_of = export_of

    def visit(self, role: str) -> list[Asked]:
        return [self.request(role) for _n in range(self.random.randint(1, 2 * A_VISIT - 1))]

    def request(self, role: str) -> Asked:
        random = self.random
        line = random.choices(self.lines, self.weights)[0]
        method = random.choice(line.methods if random.random() < 0.8 else self.methods)
        path = self.path(line.route)
        query = (
            self.encoded(self.pairs(line)) if random.random() < (0.5 if line.sent and method == "GET" else 0.15) else ""
        )
        asked = Asked(method, path, query, headers=self.headers(), cookies=self.cookies(role))
        if method not in ("GET", "HEAD") or random.random() < 0.02:
            asked = self.with_body(asked, line, role)
        return replace(asked, checks_forgery=random.random() < 0.05)

    def path(self, route: str) -> str:
        from tests.neighbours import filled_in

        random = self.random
        path = filled_in(route, self.place)
        if random.random() < 0.03:
            place = random.randrange(len(path))
            path = (
                path[:place]
                + random.choice(["%00", "%ff", "//", "/..", "%2f", "é", "?", ""])
                + path[place + random.randrange(3) :]
            )
        return path

    def place(self, name: str) -> str:
        """What stands for a name in a path; quoted, so that it may be anything."""
        if self.random.random() < 0.75 and name in self.there.facts:
            known = self.nobodys if self.random.random() < 0.2 and name in self.nobodys else self.there.facts
            return quote(known[name])
        if name in ("day", "first", "starts_on"):
            return quote(self.random.choice(DATES))
        if name == "nth":
            return quote(self.random.choice(NUMBERS))
        return quote(self.value()[:200], safe="")

    def value(self) -> bytes:
        random = self.random
        match random.randrange(12):
            case 0 | 1:
                return random.choice(DATES).encode()
            case 2 | 3:
                return random.choice(NUMBERS).encode()
            case 4 | 5:
                return random.choice(TEXTS).encode()
            case 6:
                return random.choice(BYTES)
            case 7 | 8:
                return random.choice(CHOICES).encode()
            case 9:
                return random.choice(list(self.nobodys.values())).encode()
            case 10:
                return "".join(
                    chr(random.choice([random.randrange(128), random.randrange(0x2FFF)])) for _n in range(9)
                ).encode()
        return random.choice([self.there.facts[name] for name in self.nobodys]).encode()

    def pairs(self, line: Any) -> list[Pair]:
        """Fields of a form: as they should be, with little changes, or any."""
        random = self.random
        if line.sent and line.sent != "@export" and random.random() < 0.7:
            facts = {**self.there.facts, **(self.nobodys if random.random() < 0.2 else {})}
            found = [
                (name, value.encode())
                for name, _, value in (one.partition("=") for one in line.sent.format(**facts).split("&"))
            ]
        else:
            found = [(random.choice(self.names), self.value()) for _n in range(random.randrange(9))]
        for _n in range(random.choice([0, 0, 1, 1, 2, 3])):
            place = random.randrange(len(found) + 1)
            name = random.choice(found)[0] if found and random.random() < 0.7 else random.choice(self.names)
            match random.randrange(3):
                case 0:
                    found.insert(place, (name, self.value()))
                case 1 if place < len(found):
                    found[place] = found[place][0], self.value()
                case 2 if place < len(found):
                    del found[place]
        return found

    def encoded(self, pairs: Sequence[Pair]) -> str:
        text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
        return text + (
            self.random.choice(["&", "&&", "&=", "=", "%", "%zz", ";"]) if self.random.random() < 0.03 else ""
        )

    def with_body(self, asked: Asked, line: Any, role: str) -> Asked:
        random = self.random
        if line.sent == "@export":
            pairs, file = self.pairs(line) if random.random() < 0.1 else [], self.file(role)
            return self.in_parts(asked, pairs, file)
        pairs = self.pairs(line)
        match random.randrange(12):
            case 0 | 1:
                return self.in_parts(asked, pairs, self.file(role) if random.random() < 0.3 else None)
            case 2:
                body = self.encoded(pairs).encode()
                return replace(
                    asked, kind=random.choice(KINDS), body=body if random.random() < 0.5 else self.value() * 5
                )
        return replace(asked, body=self.encoded(pairs).encode())

    def in_parts(self, asked: Asked, pairs: Sequence[Pair], file: bytes | None) -> Asked:
        random = self.random
        edge = f"--{BOUNDARY}".encode()
        parts = [
            b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (name.encode(), value) for name, value in pairs
        ]
        if file is not None:
            name = random.choice([b"a.json", b"a.zip", b"", b"..\\..\\x", b"\xff", b"a\0b", b"x" * 300])
            kind = random.choice([b"application/json", b"text/plain; charset=x", b"\xff", b""])
            where = random.choice([b"file"] * 9 + [b"other"])
            parts.append(
                b'Content-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n%s'
                % (where, name, kind, file)
            )
        body = b"".join(edge + b"\r\n" + part + b"\r\n" for part in parts) + edge + b"--\r\n"
        if random.random() < 0.1:
            body = self.damaged(body)
        return replace(asked, kind=f"multipart/form-data; boundary={BOUNDARY}", body=body)

    def damaged(self, data: bytes) -> bytes:
        random = self.random
        changed = bytearray(data)
        for _n in range(random.choice([1, 1, 2, 8])):
            place = random.randrange(len(changed) + 1)
            match random.randrange(4):
                case 0:
                    del changed[place:]
                case 1:
                    del changed[place : place + random.randrange(20)]
                case 2:
                    changed[place:place] = self.value()
                case 3:
                    changed[place : place + 1] = bytes([random.randrange(256)])
        return bytes(changed)

    def file(self, role: str) -> bytes:
        """What somebody might bring in: their own export with changes, something like one of Loop, or anything."""
        random = self.random
        match random.randrange(8):
            case 0:
                habits = ["Date", *random.choices(["Walk", "Cat", "", "towel", "é" * 50], k=random.randrange(3))]
                rows = [
                    [random.choice(DATES), *random.choices(["2", "0", "3", "x", ""], k=len(habits) - 1)]
                    for _n in range(4)
                ]
                return "\n".join(",".join(row) + "," for row in [habits, *rows]).encode()
            case 1:
                return b"PK\x03\x04" + self.value() * 9
            case 2:
                return random.choice(
                    [b"", b"{}", b"[]", b"null", b"[" * 5000, b'{"a":' * 3000, b"\xef\xbb\xbf{}", b"1" * 5000]
                )
        document = (
            json.loads(self.export_of(self.there.people[role]))
            if role in self.there.people
            else {"format": "backpain-export"}
        )
        for _n in range(random.randrange(4)):
            self.change(document)
        text = json.dumps(document, indent=random.choice([None, 1]), ensure_ascii=random.random() < 0.5)
        data = text.encode(errors="surrogatepass")
        return self.damaged(data) if random.random() < 0.2 else data

    def change(self, value: Any) -> None:
        """One thing somewhere in a document."""
        random = self.random
        while isinstance(value, (dict, list)) and value:
            key = random.choice(list(value) if isinstance(value, dict) else range(len(value)))
            if not isinstance(value[key], (dict, list)) or not value[key] or random.random() < 0.1:
                match random.randrange(4):
                    case 0:
                        del value[key]
                    case 1:
                        value[key] = random.choice(
                            [None, True, -1, 2**31, 2**70, 1.5, 1e308, [], {}, "", "\ud800", "\0", ["x"]]
                        )
                    case 2:
                        value[key] = self.value().decode(errors="replace")
                    case 3:
                        value[key] = [value[key], value[key]]
                return
            value = value[key]

    def headers(self) -> dict[str, str]:
        random = self.random
        if random.random() < 0.6:
            return {}
        names = random.sample(list(HEADERS), random.choice([1, 1, 2, 3]))
        if random.random() < 0.5:
            names.append("HTTP_HX_REQUEST")
        return {name: random.choice(HEADERS[name]) for name in names}

    def cookies(self, role: str) -> str:
        own = f"sessionid={self.there.cookies[role]}" if role in self.there.cookies else ""
        if self.random.random() < 0.04:
            return self.random.choice([own + "; ", ""]) + self.random.choice(COOKIES)
        return own


def field_names() -> list[str]:
    """Of all forms there are, and some that only allauth and the admin look for."""
    from importlib import import_module

    from django.forms import BaseForm

    apps = ("accounts", "exercises", "tracking", "pain", "history", "sharing", "rights")
    for name in (
        *(f"{app}.forms" for app in apps),
        "tracking.plan_forms",
        "rights.import_forms",
        "allauth.account.forms",
    ):
        import_module(name)
    found, left = set(MORE_FIELDS), [BaseForm]
    while left:
        form = left.pop()
        left += form.__subclasses__()
        found |= set(getattr(form, "base_fields", {}))
    return sorted(found)


# --- Asking, and judging the answer ------------------------------------------------------------------------------------


@dataclass
class Got:
    """An answer, and how it came about."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: str
    route: str
    queries: int
    error: str


class Site:
    """The site in this process, with its people in it."""

    def __init__(self, there: Any) -> None:
        from django.core.signals import got_request_exception
        from django.test.client import ClientHandler

        from tests.neighbours import MARKS, rows

        self.there, self.marks, self.rows = there, MARKS, rows
        self.handlers = {checks: ClientHandler(enforce_csrf_checks=checks) for checks in (False, True)}
        self.before = {role: rows(there.others(role).values(), RIGHTS if role == "staff" else ()) for role in ROLES}
        self.statuses: Counter[int] = Counter()
        self.most: dict[tuple[str, str], int] = {}
        self.error = ""
        got_request_exception.connect(self._note_error)

    def _note_error(self, **_kwargs: Any) -> None:
        self.error = traceback.format_exc(limit=-6)

    def ask(self, asked: Asked) -> Got:
        from django.db import connection

        from tests.neighbours import content_of

        self.error, count = "", 0

        def counted(execute: Any, sql: str, *args: Any) -> Any:
            nonlocal count
            count += not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
            return execute(sql, *args)

        with connection.execute_wrapper(counted):
            response: Any = self.handlers[asked.checks_forgery](environ(asked))
            body = content_of(response)
        if response.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        found = getattr(response.wsgi_request, "resolver_match", None)
        route = found.route or "/" if found else ""
        return Got(response.status_code, response.headers, body, str(response.cookies), route, count, self.error)

    def visit(self, role: str, requests: Sequence[Asked]) -> list[tuple[int, str]]:
        """Sends them one after the other; what is wrong, by the place of the request. Nothing stays of it."""
        from django.core.cache import cache
        from django.db import connection, transaction

        from exercises import catalogue

        wrong: list[tuple[int, str]] = []
        cache.clear()
        catalogue.forget()
        point = transaction.savepoint()
        for n, asked in enumerate(requests):
            got = self.ask(asked)
            self.statuses[got.status] += 1
            key = got.route, asked.method
            self.most[key] = max(self.most.get(key, 0), got.queries)
            wrong += [(n, one) for one in self.wrong_with(role, asked, got)]
        last = len(requests) - 1
        if not wrong:
            connection.check_constraints()
        after = self.rows(self.there.others(role).values(), RIGHTS if role == "staff" else ())
        wrong += [(last, f"{label} of others changed") for label in after if after[label] != self.before[role][label]]
        transaction.savepoint_rollback(point)
        return wrong

    def wrong_with(self, role: str, asked: Asked, got: Got) -> Iterator[str]:
        from tests.bounds import most_queries

        where = f"{asked.method} {got.route or 'nowhere'}"
        if got.status not in STATUSES:
            yield f"{where}: {got.status}\n{got.error}"
        if b"Traceback (most recent call last)" in got.body:
            yield f"{where}: shows a traceback"
        if got.queries > most_queries(got.route, asked.method):
            yield f"{where}: {got.queries} queries"
        if got.status not in (204, 304) and not got.headers.get("Content-Type"):
            yield f"{where}: does not say what it is"
        is_personal = (
            got.status in (200, 302, 400, 409)
            and got.route
            and role != "stranger"
            and self.there.cookies[role] in asked.cookies
        )
        if is_personal and "no-store" not in got.headers.get("Cache-Control", ""):
            yield f"{where}: may be stored"
        if asked.method == "HEAD" and got.body:
            yield f"{where}: has a body"
        yield from (f"{where}: shows what belongs to {name}" for name in self.shown_of_others(role, asked, got))

    def shown_of_others(self, role: str, asked: Asked, got: Got) -> Iterator[str]:
        if got.route == "shared/<slug:token>/" and self.there.facts["token"] in asked.path:
            return  # the owner's sheet, for whoever has its link
        seen = got.body + got.cookies.encode() + got.headers.get("Location", "").encode()
        for name in self.there.others(role):
            if self.marks[name] in seen:
                yield name
            is_known = role == "staff" or self.there.mail_of(name) in asked.all_bytes
            if not is_known and self.there.mail_of(name) in seen:
                yield f"{name}, by mail"


ROLES = ("stranger", "owner", "another", "staff")


def environ(asked: Asked) -> dict[str, Any]:
    """As a web server would hand it over."""
    made: dict[str, Any] = {
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(asked.path).decode("latin-1"),
        "QUERY_STRING": asked.query,
        "CONTENT_TYPE": asked.kind,
        "CONTENT_LENGTH": str(len(asked.body)),
        "HTTP_COOKIE": asked.cookies,
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    made.update(asked.headers)
    length = made["CONTENT_LENGTH"]
    # No web server hands on more than it was told of.
    made["wsgi.input"] = BytesIO(asked.body[: int(length)] if length.isdigit() else b"")
    return made


def smallest(requests: Sequence[Asked], is_wrong: Callable[[Sequence[Asked]], bool]) -> list[Asked]:
    """The fewest of the requests, and the least of each, that still go wrong."""
    left = list(requests)
    if is_wrong(left[-1:]):
        left = left[-1:]
    n = 0
    while n < len(left) - 1:
        fewer = left[:n] + left[n + 1 :]
        left, n = (fewer, n) if is_wrong(fewer) else (left, n + 1)
    for n, asked in enumerate(left):
        for simpler in simpler_than(asked):
            # Each only where those before it were taken: so that they add up.
            tried = replace(left[n], **simpler)
            if is_wrong([*left[:n], tried, *left[n + 1 :]]):
                left[n] = tried
    return left


def simpler_than(asked: Asked) -> Iterator[dict[str, Any]]:
    yield {"headers": {}}
    if len(asked.headers) > 1:
        yield from ({"headers": {name: value}} for name, value in asked.headers.items())
    yield {"query": ""}
    yield {"body": b"", "kind": FORM}
    yield {"checks_forgery": False}
    for name in ("query", "body"):
        whole = getattr(asked, name)
        edge = b"&" if isinstance(whole, bytes) else "&"
        parts = whole.split(edge)
        yield from ({name: part} for part in parts if len(parts) > 1)
        yield from ({name: edge.join(parts[:n] + parts[n + 1 :])} for n in range(len(parts)) if len(parts) > 1)


def fuzz(there: Any, seed: str, requests: int, only: int | None = None) -> tuple[Site, dict[str, str], float]:
    """Send so many. What went wrong, each thing once and as small as it gets."""
    site, wrong = Site(there), dict[str, str]()
    sent, n, begun = 0, only or 0, time.monotonic()
    while sent < requests:
        role = ROLES[n % len(ROLES)]
        generator = Generator(there, f"{seed}/{n}")
        visit = generator.visit(role)
        for place, what in site.visit(role, visit):
            title = what.splitlines()[0] + (what.splitlines()[-1] if "\n" in what else "")
            if title not in wrong:

                def goes_wrong(some: Sequence[Asked], title: str = what.splitlines()[0], role: str = role) -> bool:
                    return any(one.splitlines()[0] == title for _n, one in site.visit(role, some))

                few = "\n".join(f"    {one}" for one in smallest(visit[: place + 1], goes_wrong))
                wrong[title] = f"{what}\n  as {role}, in visit {n} of seed {seed}:\n{few}"
        sent += len(visit)
        n += 1
        if only is not None:
            break
    return site, wrong, time.monotonic() - begun


@contextmanager
def a_site() -> Iterator[Any]:
    """Everything in place: an empty database of the tests, the people, a day that does not end."""
    import django
    from django.conf import settings

    django.setup()
    import time_machine
    from django.db import connection, transaction
    from django.test import override_settings

    logging.disable()
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with (
        override_settings(
            STORAGES={**settings.STORAGES, "staticfiles": plain},
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
            CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
            EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        ),
        ExitStack() as later,
    ):
        name = settings.DATABASES["default"]["NAME"]
        connection.creation.create_test_db(verbosity=0)
        later.callback(connection.creation.destroy_test_db, name, verbosity=0)
        from tests.belongings import AT
        from tests.neighbours import neighbours

        later.enter_context(time_machine.travel(AT, tick=False))
        with transaction.atomic():
            yield neighbours()
            transaction.set_rollback(True)


def main() -> None:
    stop_tidily()
    parser = argparse.ArgumentParser()
    parser.add_argument("requests", type=int, nargs="?", default=REQUESTS)
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**6)))
    parser.add_argument("--visit", type=int)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    with ExitStack() as later:
        if options.postgresql:
            url = later.enter_context(server()).url
        else:
            url = f"sqlite:///{later.enter_context(tempfile.TemporaryDirectory(prefix='backpain-fuzz-'))}/fuzz.sqlite3"
        os.environ.update({**TESTING, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "backpain.settings"})
        sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
        print(f"Seed {options.seed}", flush=True)
        site, wrong, seconds = fuzz(later.enter_context(a_site()), options.seed, options.requests, options.visit)
    report(site, wrong, seconds, "postgresql" if options.postgresql else "sqlite", options.seed)


def report(site: Site, wrong: Mapping[str, str], seconds: float, database: str, seed: str) -> None:
    from tests.bounds import most_queries

    sent = site.statuses.total()
    for status, count in sorted(site.statuses.items()):
        print(f"  {status}: {count}")
    print("\n\n".join(wrong.values()))
    figures = {
        "seed": seed,
        "requests": sent,
        "addresses": len({route for route, _method in site.most if route}),
        "a second": round(sent / seconds),
        "wrong": len(wrong),
        "most queries": max(site.most.values()),
        "room": min(most_queries(*key) - most for key, most in site.most.items()),
    }
    publish("fuzz", {database: figures})
    judge(list(wrong))


if __name__ == "__main__":
    main()
