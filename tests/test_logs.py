"""The log tells what was asked for and what went wrong, and nothing about anybody."""

import logging
import smtplib
import sqlite3

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.test import Client

from accounts.models import User
from tests.builders import a_person, an_exercise, browser_of, text_of
from tests.logs import Log, stderr_of
from tests.test_errors import breaks, database_away, not_raising, refused_with

NOTE = "since the fall on Tuesday"


# --- One line a request -----------------------------------------------------------------------------------------------


def test_a_request_is_one_line_with_a_time_a_method_a_route_a_status_and_how_long_it_took(log: Log) -> None:
    Client().get("/healthz")

    [line] = log.lines
    assert list(line) == ["time", "level", "method", "route", "status", "ms", "id"]
    assert (line["level"], line["method"], line["route"], line["status"]) == ("INFO", "GET", "healthz", 200)
    assert 0 <= line["ms"] < 60_000
    assert line["time"].endswith("+00:00")


@pytest.mark.django_db
def test_the_route_is_told_and_never_the_address(log: Log) -> None:
    user = a_person()
    exercise = an_exercise("my-secret-foot", owner=user)
    client = browser_of(user)
    client.get("/day/2026-11-18/")
    client.post(f"/day/2026-11-18/{exercise.slug}/1/", {"done": "yes"})
    client.get("/shared/dGhpcyBpcyBub3QgYSB0b2tlbiBhdCBh/")
    client.get("/calendar/dGhpcyBpcyBub3QgYSB0b2tlbiBhdCBh.ics")
    client.get("/accounts/password/reset/key/5-d1k2-0123456789/")
    client.get("/nowhere/2026-11-18/my-secret-foot/?email=kim@example.org")
    client.get("/safety/?from=kim@example.org")
    client.get("/static/pictures/my-secret-foot.svg")

    assert [(line["method"], line["route"], line["status"]) for line in log.lines] == [
        ("GET", "day", 200),
        ("POST", "tick", 404),
        ("GET", "shared", 404),
        ("GET", "calendar_file", 404),
        ("GET", "account_reset_password_from_key", 200),
        ("GET", None, 404),
        ("GET", "safety", 200),
        ("GET", "static", 404),
    ]


@pytest.mark.django_db
def test_nothing_in_the_lines_leads_from_one_visit_of_a_person_to_the_next(log: Log) -> None:
    user = a_person("kim@example.org")
    client = browser_of(user, REMOTE_ADDR="203.0.113.7", headers={"User-Agent": "Firefox"})
    for _visit in range(2):
        client.get("/today/", headers={"Referer": "http://testserver/pain/", "X-Request-ID": "kim"})

    first, second = log.lines
    assert first["id"] != second["id"]
    assert log.without_time()[0] == log.without_time()[1]
    for value in ("203.0.113.7", "kim", "Firefox", "pain", client.cookies["sessionid"].value):
        assert value not in log.text


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET\n{}", "/healthz", {}),
        ("GET", '/nowhere\r\n{"level": "INFO"}/', {}),
        ("GET", "/nowhere\0\x1b[2K\u2028\x85/", {}),
        ("GET", "/healthz", {"User-Agent": 'x\r\n{"forged": 1}', "X-Forwarded-For": "1\n2", "Referer": "\0"}),
        ("GET", "/healthz?\n{}", {}),
    ],
)
def test_no_request_can_forge_a_line(method: str, path: str, headers: dict[str, str], log: Log) -> None:
    Client().generic(method, path, headers=headers)

    [line] = log.lines
    assert list(line) == ["time", "level", "method", "route", "status", "ms", "id"]
    assert line["method"] == ("GET" if method == "GET" else "other")
    assert log.text.isascii()
    assert log.text.count("\n") == 1


def test_no_message_can_forge_a_line_either(log: Log) -> None:
    logging.getLogger("gunicorn.error").error("%s", 'first\n{"level": "INFO"}\r\x85second')

    assert len(log.lines) == 1
    assert log.text.count("\n") == 1


# --- What went wrong --------------------------------------------------------------------------------------------------


def test_a_mistake_of_ours_is_told_by_where_it_happened_and_by_the_id_that_the_page_shows(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exercises.views.CatalogueFilter", breaks(RuntimeError("kim@example.org said: " + NOTE)))

    page = not_raising().get("/exercises/?q=my-secret-foot")

    error, visit = log.lines
    assert list(error) == ["time", "level", "logger", "message", "route", "id", "traceback"]
    assert (error["level"], error["logger"], error["route"]) == ("ERROR", "django.request", "exercises")
    assert error["message"] == "Internal Server Error"
    assert error["id"] == visit["id"]
    assert f"give them the code {error['id']} ." in text_of(page)
    assert error["traceback"].endswith("RuntimeError")
    assert "exercises/views.py" in error["traceback"]
    assert (visit["route"], visit["status"]) == ("exercises", 500)
    for value in (NOTE, "kim", "my-secret-foot", "/exercises/?"):
        assert value not in log.text


def complaint_of(logger: str, error: Exception) -> None:
    try:
        raise error
    except type(error):
        logging.getLogger(logger).exception("It did not work")


@pytest.mark.parametrize("name", ["django.request", "gunicorn.error", "waitress", "anything"])
@pytest.mark.parametrize(
    "error",
    [
        ValueError("invalid literal for int() with base 10: 'kim@example.org'"),
        KeyError("kim@example.org"),
        ValidationError("“kim@example.org” is no address"),
        TypeError("Field 'email' expected a number but got 'kim@example.org'."),
        UnicodeDecodeError("utf-8", b"kim@example.org\xff", 15, 16, "kim@example.org"),
        smtplib.SMTPRecipientsRefused({"kim@example.org": (550, b"no such person: kim@example.org")}),
        smtplib.SMTPDataError(554, b"kim@example.org is not welcome"),
        FileNotFoundError(2, "No such file or directory", "/srv/kim@example.org"),
        refused_with(IntegrityError, psycopg.errors.UniqueViolation("Key (email)=(kim@example.org) already exists.")),
        refused_with(DataError, psycopg.errors.InvalidTextRepresentation('type integer: "kim@example.org"')),
        refused_with(OperationalError, psycopg.OperationalError('no database for "kim@example.org"')),
    ],
    ids=lambda error: type(getattr(error, "__cause__", None) or error).__name__,
)
def test_an_error_is_named_without_the_value_it_stumbled_over(log: Log, name: str, error: Exception) -> None:
    complaint_of(name, error)

    [line] = log.lines
    assert "kim" not in log.text
    assert type(error).__name__ in line["traceback"]
    assert "complaint_of" in line["traceback"]


@pytest.mark.django_db(transaction=True)
def test_what_the_database_says_of_a_row_stays_in_the_database(log: Log) -> None:
    taken = a_person("kim@example.org").email
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        User(email=taken).save()
    assert ("kim@example.org" in str(refusal.value)) is (connection.vendor == "postgresql")

    complaint_of("anything", refusal.value)

    assert "kim" not in log.text
    what_is_broken = "accounts_user.email" if connection.vendor == "sqlite" else "accounts_user_email"
    assert what_is_broken in log.lines[0]["traceback"]


def test_all_that_led_to_an_error_is_told_from_its_first_cause_on(log: Log) -> None:
    try:
        try:
            dict[str, str]()["kim"]
        except KeyError as cause:
            raise ValueError("kim") from cause
    except ValueError:
        logging.getLogger("anything").exception("It did not work")

    first, last = log.lines[0]["traceback"].split("\n\n")
    assert (first.splitlines()[-1], last.splitlines()[-1]) == ("KeyError", "ValueError")


def test_what_only_the_machine_can_be_meant_by_is_told_in_full(log: Log) -> None:
    complaint_of("anything", AttributeError("'User' object has no attribute 'nme'"))
    complaint_of("anything", sqlite3.OperationalError("no such table: exercises_exercise"))
    complaint_of("anything", ConnectionRefusedError(111, "Connection refused"))

    assert [line["traceback"].splitlines()[-1] for line in log.lines] == [
        "AttributeError 'User' object has no attribute 'nme'",
        "sqlite3.OperationalError no such table: exercises_exercise",
        "ConnectionRefusedError Connection refused",
    ]


@pytest.mark.django_db
def test_an_outage_is_told_in_one_line_with_its_reason_and_without_a_traceback(log: Log) -> None:
    client = browser_of(a_person(), raise_request_exception=False)
    with database_away():
        client.get("/today/")

    assert log.without_time() == [
        {
            "level": "ERROR",
            "logger": "django.request",
            "message": "Service Unavailable",
            "route": "today",
            "reason": "django.db.utils.OperationalError server closed the connection unexpectedly",
        },
        {"level": "INFO", "method": "GET", "route": "today", "status": 503},
    ]


@pytest.mark.parametrize(
    "message",
    [
        "Exception while serving /day/2026-11-18/my-secret-foot/1/",
        "Error handling request https://backpain.example/shared/my-secret-foot/",
        "{'path': 'shared/my-secret-foot', 'mail': 'my-secret-foot@example.org'}",
        '"POST /accounts/confirm-email/my-secret-foot/ HTTP/1.1"',
    ],
)
@pytest.mark.parametrize("name", ["waitress", "gunicorn.error", "anything"])
def test_what_packages_say_is_told_without_addresses(log: Log, name: str, message: str) -> None:
    logging.getLogger(name).error(message)

    [line] = log.lines
    assert line["message"] == " ".join("…" if "/" in word or "@" in word else word for word in message.split(" "))
    assert "my-secret-foot" not in log.text


@pytest.mark.parametrize(
    ("name", "level"), [("fido2.server", "INFO"), ("allauth", "INFO"), ("django.request", "WARNING")]
)
def test_what_packages_remark_by_the_way_is_not_told(log: Log, name: str, level: str) -> None:
    logging.getLogger(name).log(logging.getLevelName(level), "Credential authenticated: 0123456789abcdef")

    assert log.lines == []


def test_the_web_server_writes_its_errors_through_the_same_handler() -> None:
    server = logging.getLogger("gunicorn.error")
    assert stderr_of(server) is stderr_of(logging.getLogger())
    assert not server.propagate
