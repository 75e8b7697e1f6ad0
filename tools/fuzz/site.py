"""The site in this process: what it answers, and whether that is as it should be."""

import gzip
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.test.client import ClientHandler

from exercises import catalogue
from tests.bounds import most_queries
from tests.neighbours import MARKS, ROLES, Neighbours, content_of, rows
from tools.fuzz.requests import Asked

STATUSES = {200, 201, 301, 302, 304, 400, 403, 404, 405, 409, 413, 429}
PERSONAL = {200, 201, 302, 400, 409}
"""With these comes what a person sees of their own, if they are signed in."""

# What staff may change of others: their rights and addresses, and which equipment there is.
RIGHTS = {
    *("accounts.User", "accounts.User_user_permissions", "accounts.User_groups"),
    *("account.EmailAddress", "account.EmailConfirmation", "exercises.Exercise_equipment"),
}


@dataclass(frozen=True)
class Got:
    """An answer, and how it came about."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: str
    route: str  # of the address; empty where there is none
    queries: int
    error: str

    @property
    def seen(self) -> bytes:
        return self.body + self.cookies.encode() + self.headers.get("Location", "").encode()


class Site:
    def __init__(self, there: Neighbours) -> None:
        self.there = there
        self.handlers = {checks: ClientHandler(enforce_csrf_checks=checks) for checks in (False, True)}
        self.before = {role: self.rows_of_others(role) for role in ROLES}
        self.statuses: Counter[int] = Counter()
        self.most: dict[tuple[str, str], int] = {}
        self.error = ""
        got_request_exception.connect(self._note_error)

    def _note_error(self, **_kwargs: Any) -> None:
        self.error = traceback.format_exc(limit=-6)

    def rows_of_others(self, role: str) -> dict[str, list[tuple[object, ...]]]:
        return rows(self.there.others(role).values(), RIGHTS if role == "staff" else ())

    def ask(self, asked: Asked) -> Got:
        self.error, count = "", 0

        def counted(execute: Any, sql: str, *args: Any) -> Any:
            nonlocal count
            count += not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
            return execute(sql, *args)

        with connection.execute_wrapper(counted):
            response: Any = self.handlers[asked.checks_forgery](asked.environ())
            body = content_of(response)
        if response.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        found = getattr(response.wsgi_request, "resolver_match", None)
        route = found.route or "/" if found else ""
        got = Got(response.status_code, response.headers, body, str(response.cookies), route, count, self.error)
        self.statuses[got.status] += 1
        self.most[route, asked.method] = max(self.most.get((route, asked.method), 0), got.queries)
        return got

    def visit(self, role: str, requests: Sequence[Asked]) -> list[tuple[int, str]]:
        """Sends them one after the other; what is wrong, by the place of the request. Nothing stays of it."""
        cache.clear()
        catalogue.forget()
        point = transaction.savepoint()
        wrong = [(n, one) for n, asked in enumerate(requests) for one in self.wrong_with(role, asked, self.ask(asked))]
        if not wrong:
            connection.check_constraints()
        after, before = self.rows_of_others(role), self.before[role]
        last = len(requests) - 1
        wrong += [(last, f"{label} of others changed") for label in after if after[label] != before[label]]
        transaction.savepoint_rollback(point)
        return wrong

    def wrong_with(self, role: str, asked: Asked, got: Got) -> Iterator[str]:
        where = f"{asked.method} {got.route or 'nowhere'}"
        if got.status not in STATUSES:
            yield f"{where}: {got.status}\n{got.error}"
        if b"Traceback (most recent call last)" in got.body:
            yield f"{where}: shows a traceback"
        if got.queries > most_queries(got.route, asked.method):
            yield f"{where}: {got.queries} queries"
        if got.status != 304 and not got.headers.get("Content-Type"):
            yield f"{where}: does not say of which kind it is"
        if asked.method == "HEAD" and got.body:
            yield f"{where}: has a body"
        sessions = (self.there.cookies, self.there.elsewhere)
        is_signed_in = role != "stranger" and any(one[role] in asked.cookies for one in sessions)
        is_personal = is_signed_in and got.route and got.status in PERSONAL
        if is_personal and "no-store" not in got.headers.get("Cache-Control", ""):
            yield f"{where}: may be stored"
        yield from (f"{where}: shows what belongs to {name}" for name in self.shown_of_others(role, asked, got))

    def shown_of_others(self, role: str, asked: Asked, got: Got) -> Iterator[str]:
        if got.route == "shared/<slug:token>/" and self.there.facts["token"] in asked.path:
            return  # the owner's sheet, for whoever has its link
        if got.route == "calendar/<slug:secret>.ics" and self.there.facts["secret"] in asked.path:
            return  # the owner's calendar, likewise
        for name in self.there.others(role):
            if MARKS[name] in got.seen:
                yield name
            is_known = role == "staff" or self.there.mail_of(name) in asked.said
            if not is_known and self.there.mail_of(name) in got.seen:
                yield f"{name}, by mail"
