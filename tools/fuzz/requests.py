"""Requests, and how they are made up."""

import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any
from urllib.parse import quote, quote_plus, unquote_to_bytes

from tests.authorization import LINES, Line
from tests.neighbours import METHODS, NOBODYS, REFUSED, Neighbours, export_of, filled_in
from tools.fuzz import values

A_VISIT = 40
"""Requests, on average."""

FORM = "application/x-www-form-urlencoded"
BOUNDARY = b"bOuNdArY"

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
    def said(self) -> bytes:
        """All that it says in its address and form."""
        return b" ".join(unquote_to_bytes(part) for part in (self.path, self.query, self.body))

    def environ(self) -> dict[str, Any]:
        """As a web server hands it over."""
        made: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(self.path).decode("latin-1"),
            "QUERY_STRING": self.query,
            "CONTENT_TYPE": self.kind,
            "CONTENT_LENGTH": str(len(self.body)),
            "HTTP_COOKIE": self.cookies,
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
            **self.headers,
        }
        # No more than was announced.
        made["wsgi.input"] = BytesIO(self.body[: int(made["CONTENT_LENGTH"] or 0)])
        return made


class Generator:
    """Makes requests up from what the addresses and the forms take, and from what they do not."""

    def __init__(self, there: Neighbours, seed: str) -> None:
        self.there = there
        self.random = random.Random(seed)  # noqa: S311  # it is to be guessed
        self.names = values.field_names()
        # The admin's pages are slow, many and alike.
        self.weights = [1 if line.route.startswith("admin/") else 4 for line in LINES]

    def happens(self, probability: float) -> bool:
        return self.random.random() < probability

    def visit(self, role: str) -> list[Asked]:
        return [self.request(role) for _n in range(self.random.randint(1, 2 * A_VISIT - 1))]

    def request(self, role: str) -> Asked:
        line = self.random.choices(LINES, self.weights)[0]
        method = self.random.choice(line.methods if self.happens(0.8) else METHODS + REFUSED)
        asks = line.sent and method == "GET"
        asked = Asked(
            method,
            self.path(line.route),
            self.encoded(self.pairs(line)) if self.happens(0.5 if asks else 0.15) else "",
            headers=self.headers(),
            cookies=self.cookies(role),
            checks_forgery=self.happens(0.05),
        )
        return self.with_body(asked, line, role) if method not in ("GET", "HEAD") or self.happens(0.02) else asked

    # --- Addresses

    def path(self, route: str) -> str:
        path = filled_in(route, self.place)
        if self.happens(0.03):
            place, gone = self.random.randrange(len(path)), self.random.randrange(3)
            path = path[:place] + self.random.choice(values.IN_PATHS) + path[place + gone :]
        return path

    def place(self, name: str) -> str:
        """What stands for a name in a path."""
        if name in self.there.facts and self.happens(0.75):
            return quote({**self.there.facts, **self.sometimes(NOBODYS)}[name])
        if name in ("day", "first", "starts_on"):
            return self.random.choice(values.DATES)
        if name == "nth":
            return quote(self.random.choice(values.NUMBERS))
        return quote(self.value()[:200], safe="")

    def sometimes(self, facts: Mapping[str, str]) -> Mapping[str, str]:
        return facts if self.happens(0.2) else {}

    # --- Forms

    def value(self) -> bytes:
        kinds = [
            *([values.DATES, values.NUMBERS, values.TEXTS, values.CHOICES] * 2),
            list(NOBODYS.values()),
            [self.there.facts[name] for name in NOBODYS],
        ]
        match self.random.randrange(len(kinds) + 2):
            case 0:
                return self.random.choice(values.NO_TEXTS)
            case 1:
                ends = self.random.choices([128, 0x2FFF], k=9)
                return "".join(chr(self.random.randrange(end)) for end in ends).encode()
        return self.random.choice(self.random.choice(kinds)).encode()

    def pairs(self, line: Line) -> list[Pair]:
        """The fields of a form: as they should be, with little changes, or any."""
        if line.sent and line.sent != "@export" and self.happens(0.7):
            sent = line.sent.format(**{**self.there.facts, **self.sometimes(NOBODYS)})
            found = [(name, value.encode()) for name, _, value in (one.partition("=") for one in sent.split("&"))]
        else:
            found = [(self.random.choice(self.names), self.value()) for _n in range(self.random.randrange(9))]
        for _n in range(self.random.choice([0, 0, 1, 1, 2, 3])):
            self.change_one(found)
        return found

    def change_one(self, pairs: list[Pair]) -> None:
        place = self.random.randrange(len(pairs) + 1)
        known = [name for name, _value in pairs]
        match self.random.randrange(3):
            case 0:
                name = self.random.choice(known if known and self.happens(0.7) else self.names)
                pairs.insert(place, (name, self.value()))
            case 1 if place < len(pairs):
                pairs[place] = pairs[place][0], self.value()
            case 2 if place < len(pairs):
                del pairs[place]

    def encoded(self, pairs: Sequence[Pair]) -> str:
        text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
        return text + (self.random.choice(values.AFTER_FORMS) if self.happens(0.03) else "")

    def with_body(self, asked: Asked, line: Line, role: str) -> Asked:
        pairs = self.pairs(line)
        if line.sent == "@export":
            return self.in_parts(asked, pairs if self.happens(0.1) else [], self.file(role))
        if self.happens(0.15):
            return self.in_parts(asked, pairs, self.file(role) if self.happens(0.3) else None)
        asked = replace(asked, body=self.encoded(pairs).encode())
        if self.happens(0.1):
            asked = replace(asked, kind=self.random.choice(values.KINDS))
        return replace(asked, body=self.damaged(asked.body)) if self.happens(0.05) else asked

    def in_parts(self, asked: Asked, pairs: Sequence[Pair], file: bytes | None) -> Asked:
        parts = [b'name="%s"\r\n\r\n%s' % (name.encode(), value) for name, value in pairs]
        if file is not None:
            where = b"file" if self.happens(0.9) else b"other"
            name, kind = self.random.choice(values.FILE_NAMES), self.random.choice(values.FILE_KINDS)
            parts.append(b'name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n%s' % (where, name, kind, file))
        body = b"".join(b"--%s\r\nContent-Disposition: form-data; %s\r\n" % (BOUNDARY, part) for part in parts)
        body += b"--%s--\r\n" % BOUNDARY
        body = self.damaged(body) if self.happens(0.1) else body
        return replace(asked, kind=f"multipart/form-data; boundary={BOUNDARY.decode()}", body=body)

    def damaged(self, data: bytes) -> bytes:
        changed = bytearray(data)
        for _n in range(self.random.choice([1, 1, 2, 8])):
            place = self.random.randrange(len(changed) + 1)
            match self.random.randrange(4):
                case 0:
                    del changed[place:]
                case 1:
                    del changed[place : place + self.random.randrange(20)]
                case 2:
                    changed[place:place] = self.value()
                case 3:
                    changed[place : place + 1] = bytes([self.random.randrange(256)])
        return bytes(changed)

    # --- Files

    def file(self, role: str) -> bytes:
        """What somebody might bring in: their own export with changes, something like one of Loop, or anything."""
        match self.random.randrange(8):
            case 0:
                return self.habits()
            case 1:
                return b"PK\x03\x04" + self.value() * 9
            case 2:
                return self.random.choice(values.FILES)
        document = json.loads(export_of(self.there.people[role])) if role in self.there.people else {"format": "?"}
        for _n in range(self.random.randrange(4)):
            self.change(document)
        text = json.dumps(document, indent=self.random.choice([None, 1]), ensure_ascii=self.happens(0.5))
        data = text.encode(errors="surrogatepass")
        return self.damaged(data) if self.happens(0.2) else data

    def habits(self) -> bytes:
        names = self.random.choices(["Walk", "Cat", "", "towel", "é" * 50], k=self.random.randrange(3))
        rows = [["Date", *names]]
        for _n in range(4):
            marks = self.random.choices(["2", "0", "3", "x", ""], k=len(names))
            rows.append([self.random.choice(values.DATES), *marks])
        return "\n".join(",".join(row) + "," for row in rows).encode()

    def change(self, value: Any) -> None:
        """One thing somewhere in a document."""
        while isinstance(value, (dict, list)) and value:
            key = self.random.choice(list(value) if isinstance(value, dict) else range(len(value)))
            if isinstance(value[key], (dict, list)) and value[key] and self.happens(0.9):
                value = value[key]
                continue
            match self.random.randrange(4):
                case 0:
                    del value[key]
                case 1:
                    value[key] = self.random.choice(values.JSON)
                case 2:
                    value[key] = self.value().decode(errors="replace")
                case 3:
                    value[key] = [value[key], value[key]]
            return

    # --- All that comes along

    def headers(self) -> dict[str, str]:
        if self.happens(0.6):
            return {}
        names = self.random.sample(list(values.HEADERS), self.random.choice([1, 1, 2, 3]))
        names += ["HTTP_HX_REQUEST"] if self.happens(0.5) else []
        return {name: self.random.choice(values.HEADERS[name]) for name in names}

    def cookies(self, role: str) -> str:
        sessions = self.there.cookies if self.happens(0.8) else self.there.elsewhere
        own = f"sessionid={sessions[role]}" if role in sessions else ""
        if self.happens(0.04):
            return self.random.choice([f"{own}; ", ""]) + self.random.choice(values.COOKIES)
        return own
