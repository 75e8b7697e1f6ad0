"""What is in a database, said so briefly that two of them can be compared."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from keeping.left_out import LEFT_OUT


def hashes() -> dict[str, str]:
    """By the name of each table of Django's database a hash of all its rows, in the order of their key."""
    from django.db import connection

    names = set(connection.introspection.table_names()) - set(LEFT_OUT)
    return {name: _hash_of(name) for name in sorted(names)}


def _hash_of(table: str) -> str:
    digest = sha256()
    for part in _contents(table):
        digest.update(part)
    return digest.hexdigest()


def _contents(table: str) -> Iterator[bytes]:
    from django.db import connection

    with connection.cursor() as cursor:
        columns = connection.introspection.get_primary_key_columns(cursor, table) or []
        key = ", ".join(map(connection.ops.quote_name, columns))
        query = f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY {key}"  # noqa: S608  # names of our own
        if connection.vendor == "postgresql":
            # By COPY the rows pass through; a SELECT would first gather them all in memory.
            with cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
                yield from copy
        else:
            yield from map(_bytes, cursor.execute(query))


def _bytes(row: tuple[Any, ...]) -> bytes:
    return repr(row).encode()
