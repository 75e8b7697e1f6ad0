import gc
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection, transaction
from django.test import TransactionTestCase, override_settings
from django.urls import clear_url_caches

from backpain import urls
from exercises import catalogue
from tests.engines import on_postgresql
from tests.internet import certificate, internet  # noqa: F401  # fixtures
from tests.logs import Log, stderr_of
from tools.site import prepare

FOR_TESTS = {
    "STORAGES": {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
    "WHITENOISE_AUTOREFRESH": True,
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
}
"""No manifest of hashed files to build first, no slow hashing of passwords, a cache for this process alone."""

OF_A_DATABASE = {"db", "transactional_db", "fresh_database", "prepared_database", "a_database_for_all"}
"""What a test asks for that uses the database this run is about."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test without a database says the same again beside another one. It is run once, beside SQLite.

    So are those that are marked: they use a database, but are not about it. Those in a browser are run on one database
    alone, and stay. So do those about PostgreSQL, which are skipped beside SQLite and would be run nowhere.
    """
    if connection.vendor == "sqlite":
        return
    config.hook.pytest_deselected(items=[item for item in items if not runs_beside_postgresql(item)])
    items[:] = [item for item in items if runs_beside_postgresql(item)]


def pytest_collection_finish() -> None:
    """What has been loaded by now stays. To look through it for garbage, again and again, takes a tenth of the time."""
    gc.collect()
    gc.freeze()


def runs_beside_postgresql(item: pytest.Item) -> bool:
    if on_postgresql.mark in item.iter_markers():
        return True
    if item.get_closest_marker("once"):
        return False
    asked_for = set(getattr(item, "fixturenames", ()))
    if asked_for & OF_A_DATABASE or item.get_closest_marker("django_db"):
        return True
    return item.path.parent.name == "browser"


@pytest.fixture(autouse=True, scope="session")
def _cheap_and_separate() -> Iterator[None]:
    """And tables that are emptied quickly: Django truncates all of them, which takes PostgreSQL long, and then makes
    the content types and permissions anew that no test has touched.
    """
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: empty_tables())
    with override_settings(**FOR_TESTS):
        yield
    patch.undo()


def empty_tables() -> None:
    kept = {ContentType._meta.db_table, Permission._meta.db_table}
    # References are checked at the end of a transaction, so the order does not matter.
    with transaction.atomic(), connection.cursor() as cursor:
        for table in set(connection.introspection.django_table_names(only_existing=True)) - kept:
            cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608  # a name of ours


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """No rate limit is carried over from one test to the next, and no exercise."""
    yield
    cache.clear()
    catalogue.forget()


@pytest.fixture
def admin_on() -> Iterator[None]:
    """As if ADMIN=on were set."""
    urls.urlpatterns.extend(urls.admin_patterns)
    clear_url_caches()
    yield
    del urls.urlpatterns[-len(urls.admin_patterns) :]
    clear_url_caches()


@pytest.fixture
def log() -> Iterator[Log]:
    """What the site writes into its log, through the handler of the settings."""
    stderr, log = stderr_of(logging.getLogger()), Log()
    before = stderr.setStream(log.written)
    yield log
    if before:
        stderr.setStream(before)


@pytest.fixture
def fresh_database(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the kind this test run is about."""
    with a_database_in(tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def _model_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One that was brought up to date, to be copied: that takes a tenth of the time."""
    with a_database_in(tmp_path_factory.mktemp("database")) as url:
        prepare(url)
        yield url


@pytest.fixture
def prepared_database(_model_database: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database with the tables and the catalogue, as the site's start leaves it."""
    with a_database_in(tmp_path, like=_model_database) as url:
        yield url


@pytest.fixture(scope="module")
def a_database_for_all(_model_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same, for all tests of a file."""
    with a_database_in(tmp_path_factory.mktemp("database"), like=_model_database) as url:
        yield url


@contextmanager
def a_database_in(folder: Path, like: str = "") -> Iterator[str]:
    if connection.vendor == "sqlite":
        file = folder / "site.sqlite3"
        if like:
            shutil.copy(urlsplit(like).path, file)
        yield f"sqlite:///{file}"
        return
    server, name = os.environ["DATABASE_URL"], f"fresh_{uuid4().hex}"
    model = f"TEMPLATE {urlsplit(like).path[1:]}" if like else ""
    with psycopg.connect(server, autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name} {model}".encode())
    yield urlsplit(server)._replace(path=f"/{name}").geturl()
    with psycopg.connect(server, autocommit=True) as session:
        session.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
