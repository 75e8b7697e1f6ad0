"""The log: one JSON object a line, on stderr, in which nobody can be recognised.

A request is told by the name of its route, never by its address, which may hold a day, a name or a secret. An error is
told by where it happened. What it says is left out unless it can speak of nothing but the machine: a database quotes
the row that it refuses, and Python the value that it cannot read.
"""

import json
import logging
import re
import sqlite3
import traceback
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest
from django.template import TemplateDoesNotExist

# Words that hold one of these may be an address, of a page or of a person.
ADDRESS = re.compile(r"\S*[/@]\S*")
OUTAGES = (OperationalError, InterfaceError, InternalError)
SPEAKS_OF_THE_MACHINE = (*OUTAGES, sqlite3.Error, AttributeError, NameError, ImportError, TemplateDoesNotExist)
# The first two letters of PostgreSQL's codes: connections, transactions, resources, operators, limits, its own faults.
STATES_OF_THE_SERVER = ("08", "25", "40", "53", "55", "57", "58", "XX")
MOST_CAUSES = 10


class OneObjectALine(logging.Formatter):
    """JSON, in ASCII: no character of a visitor's can end a line or begin another."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"time": when, "level": record.levelname, **(getattr(record, "visit", None) or told_by(record))}
        return json.dumps(told)


def told_by(record: logging.LogRecord) -> dict[str, object]:
    """The fields of a line that is not about a request as such, but about something that went wrong."""
    told: dict[str, object] = {"logger": record.name}
    error = record.exc_info[1] if record.exc_info else None
    status: int | None = getattr(record, "status_code", None)
    if request := getattr(record, "request", None):
        # Django's message has the address in it, all of it.
        told |= {"message": HTTPStatus(status or 500).phrase, "route": route_of(request)}
        told |= {"id": getattr(request, "log_id", None)}
    else:
        told["message"] = without_addresses(record.getMessage())
    if error and status == HTTPStatus.SERVICE_UNAVAILABLE:
        # One line for a page that had to wait for the database: an hour of tracebacks would fill the disk.
        told["reason"] = last_words(error.__cause__ or error)
    elif error:
        told["traceback"] = way_to(error)
    if record.stack_info:
        told["stack"] = record.stack_info
    return told


def route_of(request: HttpRequest) -> str | None:
    """The name of the address's pattern; None where no pattern fits."""
    match = request.resolver_match
    return match.view_name if match else None


def without_addresses(text: str) -> str:
    return ADDRESS.sub("…", text)


def way_to(error: BaseException) -> str:
    """As Python shows a traceback, from the first cause to the last, without any value."""
    parts: list[str] = []
    cause: BaseException | None = error
    while cause and len(parts) < MOST_CAUSES:
        parts.append("".join([*traceback.format_tb(cause.__traceback__), last_words(cause)]))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "\n\n".join(reversed(parts))


def last_words(error: BaseException) -> str:
    """The kind of an error, and what it says as far as that is about the machine alone."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    said = ""
    if state := getattr(error, "sqlstate", None):
        said = f"{state} {_said_by_postgresql(error, state)}"
    elif isinstance(error, OSError):
        said = str(error.strerror or getattr(error, "smtp_code", ""))
    elif _is_of_psycopg(error) or (isinstance(error, SPEAKS_OF_THE_MACHINE) and not error.__cause__):
        said = str(error)
    return without_addresses(" ".join(f"{kind} {said}".split()))


def _is_of_psycopg(error: BaseException) -> bool:
    """Without a code of the server's, it is about the connection to it."""
    return hasattr(error, "sqlstate")


def _said_by_postgresql(error: BaseException, state: str) -> str:
    """The constraint that was broken, if any. The sentence itself only where no statement of ours can be in it."""
    found: Any = getattr(error, "diag", None)
    sentence = found.message_primary if state.startswith(STATES_OF_THE_SERVER) else None
    return f"{found.constraint_name or ''} {sentence or ''}"
