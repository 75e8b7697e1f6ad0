"""What is acknowledged to a person is on disk. The databases keep that promise only with these settings."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core import checks
from django.db import connections

PROMISED: Mapping[str, Mapping[str, Collection[str]]] = {
    # 1 would leave the last ticks to the mercy of the power supply.
    "sqlite": {"journal_mode": ["wal"], "synchronous": ["2", "3"]},
    "postgresql": {
        "fsync": ["on"],
        "full_page_writes": ["on"],
        # “local” does not wait for a standby that was asked to keep a copy.
        "synchronous_commit": ["on", "remote_write", "remote_apply"],
    },
}
"""By the kind of database its settings, and the values with which nothing acknowledged is lost."""


CONSEQUENCE = "What people have recorded may be lost when the machine or its power fails."


def broken(databases: Collection[str] | None = None, **_options: Any) -> list[checks.CheckMessage]:
    """A warning for each setting with which the site may lose what it has acknowledged. Django's checks call this."""
    return [
        checks.Warning(f"The database runs with {name}={value}. {CONSEQUENCE}", id="keeping.W001")
        for alias in databases or ()
        for name, value in in_force(alias).items()
        if value not in PROMISED[connections[alias].vendor][name]
    ]


def in_force(alias: str = "default") -> dict[str, str]:
    """What a connection of the site really has."""
    connection = connections[alias]
    ask = {"sqlite": "PRAGMA {}", "postgresql": "SHOW {}"}[connection.vendor]
    found = {}
    with connection.cursor() as cursor:
        for name in PROMISED[connection.vendor]:
            cursor.execute(ask.format(name))
            found[name] = str(cursor.fetchone()[0])
    return found
