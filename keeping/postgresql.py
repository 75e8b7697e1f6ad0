"""PostgreSQL: its own pg_dump, pg_restore and psql, which have to be on this machine and as new as the server."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, connection

from keeping.left_out import LEFT_OUT
from keeping.refused import RefusedError, UnfinishedError

TRIES = 3

TABLES = """
    SELECT format('%I.%I', n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY (SELECT count(*) FROM pg_constraint r WHERE r.confrelid = c.oid), 1
"""
"""Those that nobody refers to come first: the order in which the site's own transactions lock them, more or less."""


def write(file: Path) -> None:
    dump(file)


def dump(file: Path, *options: str) -> None:
    without = [f"--exclude-table-data={table}" for table in LEFT_OUT]
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", *without, *options, f"--file={file}", _place())
    # Read to its end once: a disk that was full, or broke, would not show in the list at the beginning.
    _run("pg_restore", f"--file={os.devnull}", str(file))


def migrations_in(file: Path) -> set[tuple[str, str]]:
    rows = _run("pg_restore", "--data-only", "--table=django_migrations", "--file=-", str(file))
    return {(app, name) for app, name in re.findall(r"(?m)^\d+\t([^\t]+)\t([^\t]+)\t", rows)}


def put_back(file: Path) -> None:
    """All or nothing: one transaction, which ends only if all of the file was read."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
    for tries_left in reversed(range(TRIES)):
        try:
            _restore(file, tables)
            break
        except RefusedError as problem:
            # With a site that serves, each may hold what the other waits for.
            if "deadlock" not in str(problem) or not tries_left:
                raise
    _bring_up_to_date()


def _restore(file: Path, tables: Sequence[str]) -> None:
    reading = [_program("pg_restore"), "--no-owner", "--no-privileges", "--no-comments", "--file=-", str(file)]
    writing = [_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-", _place()]
    pipe = subprocess.PIPE
    with tempfile.TemporaryFile() as said:
        # A pipe breaks when psql has met an error and left; `said` tells which.
        with (
            suppress(BrokenPipeError),
            subprocess.Popen(writing, stdin=pipe, stdout=subprocess.DEVNULL, stderr=said, env=_env()) as psql,  # noqa: S603
            subprocess.Popen(reading, stdout=pipe, stderr=said) as pg_restore,  # noqa: S603
        ):
            _pass_on(pg_restore, psql, tables)
        said.seek(0)
        if psql.returncode != 0 or pg_restore.returncode != 0:
            raise RefusedError(f"The backup cannot be put back: {_complaint(said.read().decode())}")


def _pass_on(pg_restore: subprocess.Popen[bytes], psql: subprocess.Popen[bytes], tables: Sequence[str]) -> None:
    if pg_restore.stdout and psql.stdin:
        psql.stdin.write(_before(tables).encode())
        shutil.copyfileobj(pg_restore.stdout, psql.stdin)
        if pg_restore.wait() == 0:
            psql.stdin.write(AFTER.encode())


def _before(tables: Sequence[str]) -> str:
    """Every table goes, those that a backup does not know of as well; what it needs it brings along."""
    return "BEGIN;\n" + "".join(f"DROP TABLE {table} CASCADE;\n" for table in tables)


AFTER = (
    "RESET search_path;\n"
    # A file made in another way may have them.
    + "".join(f"SELECT 'TRUNCATE {table}' WHERE to_regclass('{table}') IS NOT NULL \\gexec\n" for table in LEFT_OUT)
    + "COMMIT;\nANALYZE;\n"
)


def _bring_up_to_date() -> None:
    """A backup may be older than the program."""
    try:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("seed_catalogue", stdout=StringIO())
    except DatabaseError as problem:
        raise UnfinishedError(f"The backup is back, but cannot be brought up to date: {problem}") from problem


def _run(name: str, *arguments: str) -> str:
    """What a program of PostgreSQL prints."""
    outcome = subprocess.run(  # noqa: S603
        [_program(name), *arguments], env=_env(), capture_output=True, text=True, check=False
    )
    if outcome.returncode != 0:
        raise RefusedError(_complaint(outcome.stderr))
    return outcome.stdout


def _complaint(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if "error" in line.lower()] or text.strip().splitlines()
    return lines[0] if lines else "no reason was given"


def _program(name: str) -> str:
    """Where it is. The programs read what older servers say, but not what newer ones do."""
    connection.ensure_connection()
    needed = connection.connection.info.server_version // 10_000
    path = shutil.which(name)
    if path is None:
        raise RefusedError(
            f"There is no {name} here. It is one of PostgreSQL's client programs, needed in version {needed} or newer."
        )
    shown = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    here = int(re.findall(r"\d+", shown)[0])
    if here < needed:
        raise RefusedError(
            f"{path} is of version {here}, and the server of version {needed}. "
            "It needs PostgreSQL's client programs in that version or newer, first in PATH."
        )
    return path


def _place() -> str:
    """The database of the site, as these programs want to hear it. The password goes by the environment."""
    connection.ensure_connection()
    return f"--dbname={connection.connection.info.dsn}"


def _env() -> dict[str, str]:
    connection.ensure_connection()
    return {**os.environ, "PGPASSWORD": connection.connection.info.password}
