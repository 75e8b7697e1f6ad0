"""Proves that a backup is whole: a million completions, copied while ticks go on, put back, compared table by table.

    make bench-backup
    python -m tools.prove_backup 20000    # with fewer rows

Each tick is one transaction over two tables, and they come one after the other. So whatever moment the backup shows, it
has the first so many of them. The others are taken back in the database they were made in, and then a hash of every
table has to be the same there and in the one that the backup was put back into (`equal`).

After that the backup is put back several times more, over a changed database, and each time killed on the way: what is
there then has to be all of the `old` or all of the `new` (`torn` counts what is neither).
"""

import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

from tools.figures import publish
from tools.people import somebody
from tools.postgres import path_with_programs, server, stop_tidily
from tools.site import prepare, use_database
from tools.tables import hashes

ROWS = 1_000_000
PEOPLE = 100
FIRST = date(2000, 1, 1)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KILLED_AT = (0.5, 0.7, 0.9, 1.1, 1.3, 1.5)
"""In parts of the time that putting it back took the first time, when there was nothing to keep a last copy of."""


def main() -> None:
    stop_tidily()
    rows = int(sys.argv[1]) if sys.argv[1:] else ROWS
    with tempfile.TemporaryDirectory(prefix="backpain-backup-") as name:
        folder = Path(name)
        sqlite = prove(f"sqlite:///{name}/one.sqlite3", f"sqlite:///{name}/other.sqlite3", folder, rows)
        with server() as postgres:
            alone(make_database, postgres.url, "other")
            postgresql = prove(postgres.url, postgres.url.replace("/postgres?", "/other?"), folder, rows)
    publish("backup", {"sqlite": sqlite, "postgresql": postgresql})
    if not (sqlite["equal"] and postgresql["equal"]) or sqlite["torn"] or postgresql["torn"]:
        sys.exit("A backup was not what it was made from.")


def prove(one: str, other: str, folder: Path, rows: int) -> dict[str, float | int | bool]:
    """Back up the database `one` while it is written to, and put the file back into the empty `other`."""
    prepare(one)
    alone(fill, one, rows)
    file = folder / f"backup-{one.partition(':')[0]}"
    ticks_before, ticks_after, backup_seconds = alone(back_up, one, file)
    start = time.perf_counter()
    restore_seconds = alone(put_back, other, file, folder)
    all_seconds = time.perf_counter() - start
    ticks = alone(ticks_kept, other)
    alone(take_back_after, one, ticks)
    expected = alone(of_all_tables, one)
    equal = ticks_before <= ticks <= ticks_after and alone(of_all_tables, other) == expected
    found = []
    for part in KILLED_AT:
        alone(take_back_after, other, ticks - 1)
        changed = alone(of_all_tables, other)
        found.append(killed_on_the_way(other, file, folder, part * all_seconds))
    return {
        "rows": rows,
        "tables": len(expected),
        "bytes": file.stat().st_size,
        "backup_s": backup_seconds,
        "restore_s": restore_seconds,
        "ticks_meanwhile": ticks_after - ticks_before,
        "equal": equal,
        "old": found.count(changed),
        "new": found.count(expected),
        "torn": sum(state not in (changed, expected) for state in found),
    }


def alone(work: Callable[..., Any], database: str, *arguments: Any) -> Any:
    """Do it in a process of its own: each can use Django on one database only."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as processes:
        return processes.submit(on, database, work, *arguments).result()


def on(database: str, work: Callable[..., Any], *arguments: Any) -> Any:
    use_database(database)
    os.environ["PATH"] = path_with_programs()
    return work(*arguments)


def make_database(name: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")


def fill(rows: int) -> None:
    """One person with something of everything, and others with completions alone."""
    from django.db import connection, transaction

    from accounts.models import User
    from exercises.models import Exercise

    somebody("somebody@example.org", 365, NOW.date())
    people = [User(email=f"person{n}@example.org", password="!", date_joined=NOW) for n in range(PEOPLE)]  # noqa: S106
    keys = [user.pk for user in User.objects.bulk_create(people)]
    exercises = list(Exercise.objects.values_list("pk", flat=True))
    done = completions(keys, exercises, rows)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY tracking_completion ({COLUMNS}) FROM STDIN") as copy:
                for row in done:
                    copy.write_row(row)
        else:
            connection.connection.executemany(INSERT, done)


COLUMNS = "user_id, day, exercise_id, nth, recorded_at"
INSERT = f"INSERT INTO tracking_completion ({COLUMNS}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608  # as it stands here


def completions(people: list[int], exercises: list[int], rows: int) -> Iterator[tuple[object, ...]]:
    for n in range(rows):
        day, exercise = divmod(n // len(people), len(exercises))
        yield people[n % len(people)], str(FIRST + timedelta(days=day)), exercises[exercise], 1, "2026-11-22 12:00:00"


def back_up(file: Path) -> tuple[int, int, float]:
    """Ticks acknowledged before it began, those begun before it ended, and the seconds it took."""
    from django.core.management import call_command

    with ticking() as ticks:
        while len(ticks) < 10:  # the writer is well under way
            time.sleep(0.01)
        before, start = len(ticks), time.perf_counter()
        call_command("backup", file, stdout=StringIO())
        return before, len(ticks) + 1, time.perf_counter() - start


@contextmanager
def ticking() -> Iterator[list[int]]:
    """Somebody ticks as fast as they can, one day after the other; the list grows with each that is acknowledged."""
    acknowledged: list[int] = []
    enough = threading.Event()

    def tick() -> None:
        from django.db import connection

        for n in count(1):
            if enough.is_set():
                break
            write_tick(n)
            acknowledged.append(n)
        connection.close()

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield acknowledged
    finally:
        enough.set()
        thread.join()


def write_tick(n: int) -> None:
    from django.db import transaction

    from accounts.models import User
    from exercises.models import Exercise
    from tracking.models import Completion

    with transaction.atomic():
        user = User.objects.get(email="person0@example.org")
        Completion.objects.set_done(user, tick_day(n), Exercise.objects.all()[0], 2, NOW)
        User.objects.filter(pk=user.pk).update(pain_asked_on=tick_day(n))


def tick_day(n: int) -> date:
    return FIRST + timedelta(days=n)


def ticks_kept() -> int:
    from tracking.models import Completion

    return Completion.objects.filter(nth=2, user__email="person0@example.org").count()


def take_back_after(n: int) -> None:
    from accounts.models import User
    from tracking.models import Completion

    user = User.objects.get(email="person0@example.org")
    Completion.objects.for_user(user).filter(nth=2, day__gt=tick_day(n)).delete()
    User.objects.filter(pk=user.pk, pain_asked_on__gt=tick_day(n)).update(pain_asked_on=tick_day(n))


def put_back(file: Path, folder: Path) -> float:
    from django.conf import settings
    from django.core.management import call_command

    settings.VAR_DIR = folder
    start = time.perf_counter()
    call_command("restore", file, replace=True, stdout=StringIO())
    return time.perf_counter() - start


def killed_on_the_way(database: str, file: Path, folder: Path, seconds: float) -> dict[str, str]:
    """Hashes of what a restore leaves behind that is killed so many seconds after its beginning."""
    process = multiprocessing.get_context("spawn").Process(target=on, args=(database, put_back, file, folder))
    process.start()
    process.join(seconds)
    process.kill()
    process.join()
    left: dict[str, str] = alone(of_all_tables, database)
    return left


def of_all_tables() -> dict[str, str]:
    return hashes()


if __name__ == "__main__":
    main()
