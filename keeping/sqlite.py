"""SQLite: its own online backup, in both directions. It keeps to SQLite's locks, so the site can go on meanwhile."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from keeping.left_out import LEFT_OUT
from keeping.refused import RefusedError


def write(file: Path) -> None:
    connection.ensure_connection()
    try:
        copy(connection.connection, file)
    except sqlite3.Error as problem:
        raise RefusedError(f"The backup cannot be written: {problem}.") from None


def copy(source: sqlite3.Connection, file: Path) -> None:
    """What `source` sees in this moment, as a file that needs no other beside it. Whoever calls this syncs it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous=OFF")
        # In one step, which is one moment. With a write-ahead log nobody who writes has to wait for it.
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        target.execute("PRAGMA secure_delete=ON")
        for table in LEFT_OUT:
            if target.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", [table]).fetchone():
                target.execute(f'DELETE FROM "{table}"')  # noqa: S608  # one of ours
        _ensure_sound(target)


def _ensure_sound(database: sqlite3.Connection) -> None:
    for check in ("integrity_check", "foreign_key_check"):
        found = database.execute(f"PRAGMA {check}").fetchall()
        if found not in ([], [("ok",)]):
            raise RefusedError(f"The copy is not sound: {check} says {found[0]}.")


def migrations_in(file: Path) -> set[tuple[str, str]]:
    try:
        with closing(_opened(file)) as backup:
            return set(backup.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.Error as problem:
        raise RefusedError(f"The file is no backup of a SQLite database of this program: {problem}.") from None


def put_back(file: Path) -> None:
    """All or nothing: the last step is one transaction in the database of the site."""
    database = Path(connection.settings_dict["NAME"])
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=database.parent) as folder:
        draft = Path(folder, "draft.sqlite3")
        try:
            with closing(_opened(file)) as backup:
                copy(backup, draft)
            _bring_up_to_date(draft)
            _ensure_ours(draft, Path(folder, "fresh.sqlite3"))
            connection.ensure_connection()
            with closing(sqlite3.connect(draft)) as source:
                source.backup(connection.connection)
        except sqlite3.Error as problem:
            raise RefusedError(f"The backup cannot be put back: {problem}.") from None
    with connection.cursor() as cursor:
        # The log has grown by the whole database.
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _ensure_ours(draft: Path, fresh: Path) -> None:
    """Tables, indexes and triggers are those of a new database: none is missing, and no other comes along."""
    _bring_up_to_date(fresh)
    others = _schema(draft) ^ _schema(fresh)
    if others:
        raise RefusedError(f"The backup is not of this program: it differs in {', '.join(sorted(others))}.")


def _schema(file: Path) -> set[str]:
    with closing(_opened(file)) as database:
        found = database.execute("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'")
        return {f"{kind} {name}" for kind, name in found}


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True)


def _bring_up_to_date(draft: Path) -> None:
    """A backup may be older than the program. It is migrated before anybody can see it."""
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{quote(str(draft.absolute()))}"}
    command = [sys.executable, "-m", "backpain.serve", "--prepare-only"]
    outcome = subprocess.run(  # noqa: S603  # ourselves
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    if outcome.returncode != 0:
        raise RefusedError(f"The backup cannot be brought up to date: {outcome.stderr.strip().splitlines()[-1]}")
