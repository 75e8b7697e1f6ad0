"""When something goes wrong: every answer is a page of ours that says what happened and leads on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import psycopg_pool
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail.backends.locmem import EmailBackend as LocMemBackend
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
)
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.template.autoreload import reset_loaders
from django.test import Client
from pytest_django import Settings

from accounts.models import Session
from tests.builders import CHOICES, a_person, an_exercise, browser_of, elements, text_of


def not_raising() -> Client:
    """A client that is answered like a browser, also when the site breaks."""
    return Client(raise_request_exception=False)


def breaks(error: Exception) -> Any:
    def function(*_args: Any, **_kwargs: Any) -> NoReturn:
        raise error

    return function


@contextmanager
def database_away(error: type[Exception] = OperationalError) -> Iterator[None]:
    with connection.execute_wrapper(breaks(error("server closed the connection unexpectedly"))):
        yield


def assert_is_our_page(response: Any, status: int, sentence: str) -> None:
    """A page with one heading, one thing to do next, our look, and nothing of the machinery."""
    html = response.content.decode()
    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert sentence in text_of(response)
    assert html.count("<h1>") == 1
    assert [tag["class"] for tag in elements(response, "class") if "button" in tag["class"]] == ["button"]
    assert "app.css" in html
    for word in ("Traceback", "Exception", "Error", "django", "allauth", 'class="tabs"', " style="):
        assert word not in html


# --- What was asked for cannot be answered --------------------------------------------------------------------------


def test_an_unknown_address_is_a_404() -> None:
    assert_is_our_page(Client().get("/nowhere/"), 404, "There is nothing here")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/day/2026-02-30/", "/week/2026-13-01/", "/day/1999-12-31/", "/exercises/none/"])
def test_a_day_or_an_exercise_that_does_not_exist_is_a_404(address: str) -> None:
    assert_is_our_page(browser_of(a_person()).get(address), 404, "There is nothing here")


@pytest.mark.django_db
def test_a_404_of_ours_says_what_is_missing() -> None:
    page = browser_of(a_person()).post("/day/2020-01-01/none/1/", {"done": "yes"})

    assert_is_our_page(page, 404, "This exercise was not on your plan on that day.")


@pytest.mark.django_db
def test_a_request_that_does_not_fit_is_a_400_and_says_why() -> None:
    exercise = an_exercise()

    page = browser_of(a_person()).post(f"/day/2026-11-18/{exercise.slug}/1/", {"done": "perhaps"})

    assert_is_our_page(page, 400, "Say whether it is done, yes or no.")


def test_a_request_for_another_host_is_a_400_without_details() -> None:
    page = Client().get("/", headers={"Host": "elsewhere.example"})

    assert_is_our_page(page, 400, "nothing was saved")
    assert "elsewhere" not in page.content.decode()


def test_a_request_with_too_many_fields_is_a_400() -> None:
    page = Client().post("/accounts/login/", {f"field{n}": "" for n in range(1001)})

    assert_is_our_page(page, 400, "nothing was saved")


@pytest.mark.django_db
def test_a_page_that_is_not_open_to_everybody_is_a_403() -> None:
    user = a_person()
    user.set_unusable_password()
    user.save()

    assert_is_our_page(browser_of(user).get("/accounts/reauthenticate/"), 403, "This page is not open to you")


def test_too_much_at_once_is_a_413(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    page = Client().post("/accounts/login/", {"login": "x" * 2000})

    assert_is_our_page(page, 413, "That was too much at once")


@pytest.mark.django_db
def test_too_many_attempts_are_a_429(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    Client().post("/accounts/login/")

    assert_is_our_page(Client().post("/accounts/login/"), 429, "A short break, please")


# --- We are broken --------------------------------------------------------------------------------------------------
# These tests have no database: pytest-django lets none of them touch one, so the pages cannot need it.


def test_a_mistake_of_ours_is_a_500_without_details(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exercises.views.CatalogueFilter", breaks(RuntimeError("a secret detail")))

    page = not_raising().get("/exercises/")

    assert_is_our_page(page, 500, "It was not your doing.")
    assert "secret" not in page.content.decode()
    assert "Retry-After" not in page


def test_the_500_page_needs_no_list_of_static_files(settings: Settings, tmp_path: Path) -> None:
    reset_loaders()  # no part of the page is remembered from a test before
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "backpain.storage.StaticFiles"},
    }
    # Another test may have had the page before, and some of its parts are rendered once a process.

    page = not_raising().get("/")

    assert_is_our_page(page, 500, "It was not your doing.")
    assert "/static/css/app.css" in [link["href"] for link in elements(page, "href")]


def refused_with(error: type[Exception], cause: Exception) -> Exception:
    """An error as Django raises it: its own, caused by that of the database's library."""
    refusal = error("a secret detail")
    refusal.__cause__ = cause
    return refusal


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("server closed the connection"),
        InterfaceError("the connection is closed"),
        refused_with(OperationalError, psycopg.errors.DiskFull("could not extend file")),
        refused_with(OperationalError, psycopg_pool.PoolTimeout("couldn't get a connection after 2.00 sec")),
        # A server that stands by until it is promoted, one that is broken, and one that is just being restored.
        refused_with(InternalError, psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT")),
        refused_with(InternalError, psycopg.errors.DataCorrupted("invalid page")),
        refused_with(ProgrammingError, psycopg.errors.UndefinedTable("relation does not exist")),
    ],
    ids=lambda error: type(error.__cause__ or error).__name__,
)
def test_a_database_that_is_away_is_a_503_that_comes_back(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exercises.views.CatalogueFilter", breaks(error))

    page = not_raising().get("/exercises/?position=seated")

    assert_is_our_page(page, 503, "It comes back by itself")
    assert page["Retry-After"] == "10"
    assert [link["href"] for link in elements(page, "href") if link["tag"] == "a"] == ["/exercises/?position=seated"]


def complaint_of_sqlite(about: str) -> Exception:
    with closing(sqlite3.connect(":memory:")) as database, pytest.raises(sqlite3.OperationalError) as complaint:
        database.execute(about)
    return complaint.value


@pytest.mark.parametrize(
    ("statement", "status"),
    [("SELEC 1", 500), ("SELECT nothing", 500), ("SELECT 1 FROM not_there", 503)],
    ids=["a mistake", "no such column", "no such table"],
)
def test_sqlite_says_our_mistakes_and_outages_by_one_error(
    statement: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = refused_with(OperationalError, complaint_of_sqlite(statement))
    monkeypatch.setattr("exercises.views.CatalogueFilter", breaks(error))
    assert not_raising().get("/exercises/").status_code == status


@pytest.mark.parametrize("error", [ProgrammingError, DataError, IntegrityError])
def test_a_database_that_does_not_take_what_we_say_is_a_mistake_of_ours(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exercises.views.CatalogueFilter", breaks(error("a secret detail")))

    assert_is_our_page(not_raising().get("/exercises/"), 500, "It was not your doing.")


def test_a_503_after_a_post_leads_to_the_start_not_to_an_address_without_a_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("allauth.account.views.LoginView.get_form_class", breaks(OperationalError("gone")))

    page = not_raising().post("/accounts/login/", {"login": "me@example.org"})

    assert_is_our_page(page, 503, "What you sent just now may not be saved.")
    assert [link["href"] for link in elements(page, "href") if link["tag"] == "a"] == ["/"]


class AwayMail(LocMemBackend):
    def send_messages(self, _messages: object) -> int:
        raise ConnectionRefusedError


@pytest.mark.parametrize("email", ["kim@example.org", "nobody@example.org"])
@pytest.mark.django_db
def test_a_mail_server_that_is_away_is_a_503_for_everybody_alike(email: str, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.AwayMail"
    a_person("kim@example.org")
    answer = Client(raise_request_exception=False).post("/accounts/password/reset/", {"email": email})
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "cannot send mail just now" in answer.content.decode()


@pytest.mark.django_db
def test_a_signed_in_person_is_told_when_the_database_is_away_and_goes_on_when_it_is_back() -> None:
    client = browser_of(a_person(), raise_request_exception=False)

    with database_away():
        for page in (client.get("/today/"), client.post("/settings/", {"week_start": "6"})):
            assert_is_our_page(page, 503, "It comes back by itself")
            assert page["Retry-After"] == "10"
            assert "sessionid" not in page.cookies

    assert client.get("/today/").status_code == 200


@contextmanager
def refusing(statement: str) -> Iterator[None]:
    """The database takes every statement but this."""

    def execute(go_on: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith(statement):
            raise OperationalError("database or disk is full")
        return go_on(sql, *rest)

    with connection.execute_wrapper(execute):
        yield


@pytest.mark.django_db
def test_a_session_that_cannot_be_saved_is_a_503_as_well(settings: Settings) -> None:
    client = browser_of(a_person(), raise_request_exception=False)
    settings.SESSION_SAVE_EVERY_REQUEST = True

    with refusing('UPDATE "accounts_session"'):
        page = client.get("/today/")
        assert_is_our_page(page, 503, "It comes back by itself")
        assert page["Retry-After"] == "10"

    assert client.get("/today/").status_code == 200


@pytest.mark.django_db
def test_a_session_that_ended_meanwhile_is_told_in_our_words(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser_of(a_person())
    settings.SESSION_SAVE_EVERY_REQUEST = True
    monkeypatch.setattr("tracking.views.render", lambda *_: (Session.objects.all().delete(), HttpResponse())[1])

    assert_is_our_page(client.get("/today/"), 400, "This request was not complete, so nothing was saved.")


# --- Health ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_site_is_alive_and_ready() -> None:
    alive, ready = Client().get("/healthz"), Client().get("/readyz")

    assert (alive.status_code, alive.content) == (200, b"ok\n")
    assert (ready.status_code, ready.content) == (200, b"ready\n")


@pytest.mark.django_db
def test_the_site_is_alive_but_not_ready_while_the_database_is_away() -> None:
    with database_away():
        alive, ready = Client().get("/healthz"), Client().get("/readyz")

    assert alive.status_code == 200
    assert (ready.status_code, ready.content) == (503, b"the database does not answer\n")
    assert ready["Retry-After"] == "10"
    assert Client().get("/readyz").status_code == 200


@pytest.mark.django_db
def test_the_site_is_not_ready_before_its_migrations_are_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda _executor, _targets: [("a migration", False)])

    ready = Client().get("/readyz")

    assert (ready.status_code, ready.content) == (503, b"migrations are missing\n")


@pytest.mark.django_db
def test_health_is_answered_while_the_database_is_away_to_a_signed_in_browser_too() -> None:
    client = browser_of(a_person())
    with database_away():
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("address", ["/", "/today/", "/accounts/login/", "/nowhere/", "/day/2026-02-30/", "/healthz"])
def test_every_answer_carries_a_policy_without_exceptions(address: str) -> None:
    policy = Client().get(address)["Content-Security-Policy"]
    directives = {name: sources for name, *sources in (part.split() for part in policy.split("; "))}
    assert directives.pop("img-src") == ["'self'", "data:"]
    assert directives["default-src"] == directives["frame-ancestors"] == directives["base-uri"] == ["'none'"]
    assert {source for sources in directives.values() for source in sources} == {"'self'", "'none'"}


@pytest.mark.django_db
def test_a_file_that_nobody_asked_for_is_not_kept() -> None:
    file = SimpleUploadedFile("large.bin", b"x" * 3_000_000)
    answer = browser_of(a_person()).post("/settings/", {**CHOICES, "file": file})
    assert answer.status_code == 302
    assert not answer.wsgi_request.FILES
