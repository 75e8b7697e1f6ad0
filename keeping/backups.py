"""A backup is one file with all that the site keeps, except who is signed in. The site may serve meanwhile."""

import os
import tempfile
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.utils import OperationalError

from accounts.models import User
from keeping import postgresql, sqlite
from keeping.refused import InUseError, RefusedError

Migrations = Set[tuple[str, str]]
"""Apps and names of migrations."""

OURS = ("accounts", "0001_initial")
"""Whatever this program made has it applied."""


@dataclass(frozen=True)
class Engine:
    """What differs between the databases. Each function raises `RefusedError`, and then has changed nothing."""

    ending: str
    write: Callable[[Path], None]
    migrations_in: Callable[[Path], Migrations]
    put_back: Callable[[Path], None]


ENGINES = {
    "sqlite": Engine(".sqlite3", sqlite.write, sqlite.migrations_in, sqlite.put_back),
    "postgresql": Engine(".dump", postgresql.write, postgresql.migrations_in, postgresql.put_back),
}


def folder() -> Path:
    """Where backups go unless they are sent elsewhere."""
    return Path(settings.VAR_DIR, "backups")


def file_for(at: datetime, occasion: str = "") -> Path:
    """A name that is not taken: of two restores in a row, the second must not overwrite what the first has kept."""
    name, ending = f"backpain-{at:%Y-%m-%dT%H-%M-%SZ}{occasion}", ENGINES[connection.vendor].ending
    files = (folder() / f"{name}{again}{ending}" for again in ("", *(f"-{n}" for n in range(2, 100))))
    return next(file for file in files if not file.exists())


def newest() -> Path | None:
    return max(folder().glob(f"backpain-*{ENGINES[connection.vendor].ending}"), default=None)


def back_up(file: Path) -> None:
    """Write the file. It appears under its name when it is whole, checked and on disk; one of that name is replaced."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # In a folder that only its owner can enter, beside the file, so that it can be renamed in one step.
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as draft_folder:
        draft = Path(draft_folder, file.name)
        draft.touch(mode=0o600)
        ENGINES[connection.vendor].write(draft)
        _to_disk(draft)
        draft.replace(file)
    _to_disk(file.parent)


def restore(file: Path, at: datetime, *, replace: bool) -> Path | None:
    """Put a backup in the place of all that is in the database, or change nothing and raise `RefusedError`.

    Returns the file with a last copy of what was there; None where there was nothing.
    """
    if not file.is_file():
        raise RefusedError(f"There is no file {file}.")
    engine = ENGINES[connection.vendor]
    _ensure_known(engine.migrations_in(file))
    people = _people()
    if people and not replace:
        raise InUseError(f"The database has people in it ({people}), and a restore would replace all of it.")
    before = None if people is None else file_for(at, "-before-restore")
    if before:
        back_up(before)
    engine.put_back(file)
    return before


def _people() -> int | None:
    """How many there are; None before there are tables."""
    try:
        return User.objects.count()
    except (OperationalError, ProgrammingError):
        return None


def _ensure_known(migrations: Migrations) -> None:
    if OURS not in migrations:
        raise RefusedError("The file is a backup of something else.")
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known |= set(migration.replaces)
    if newer := sorted(migrations - known):
        raise RefusedError(
            f"The backup was made by a newer version of this program ({'.'.join(newer[-1])} is not known here). "
            "Bring the program up to date first."
        )


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
