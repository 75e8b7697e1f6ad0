"""The settings of a deployment, for tests of what differs there: https, and all that hangs on it."""

import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

SETTINGS = Path(__file__).resolve().parent.parent / "backpain" / "settings.py"
OF_THE_TESTS = {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASES", "CACHES", "STORAGES", "PASSWORD_HASHERS", "EMAIL_BACKEND"}
"""What tests have of their own, whatever they are about."""


@contextmanager
def production() -> Iterator[None]:
    """The site as it is behind a proxy that speaks https. Make the client within: it reads some of it once."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("HTTPS", raising=False)
        environment.setenv("BEHIND_PROXY", "on")
        read = runpy.run_path(str(SETTINGS))
    changed = {
        name: value
        for name, value in read.items()
        if name.isupper() and name not in OF_THE_TESTS and getattr(settings, name, None) != value
    }
    with override_settings(**changed):
        yield
