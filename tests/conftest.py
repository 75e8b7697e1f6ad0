from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings

from exercises import catalogue


@pytest.fixture(autouse=True, scope="session")
def _cheap_and_separate() -> Iterator[None]:
    """No manifest of hashed files to build first, no slow hashing of passwords, a cache for this process alone."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        WHITENOISE_AUTOREFRESH=True,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    ):
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """No rate limit is carried over from one test to the next, and no exercise."""
    yield
    cache.clear()
    catalogue.forget()
