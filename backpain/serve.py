"""`python -m backpain.serve` prepares the database, then becomes the web server.

`make run` and the container both start the site with this. With `--prepare-only` it leaves after the preparation.
"""

import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

BASE_DIR = Path(__file__).resolve().parent.parent
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Any number will do, as long as every web process of this database uses the same one.
PREPARATION_LOCK = 20_260_105


def main() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, leave)
    # The database file holds what people recorded about their health: it is for nobody but its owner.
    os.umask(0o077)
    prepare()
    if "--prepare-only" not in sys.argv[1:]:
        become_server()


def leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def prepare() -> None:
    """Bring tables and catalogue up to date. Ends the process with one line if settings or database are at fault."""
    # Imported here: this takes a moment, and a Ctrl-C during it should already end quietly.
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backpain.settings")
    try:
        django.setup()
        bring_up_to_date()
    except ImproperlyConfigured as problem:
        sys.exit(f"Backpain cannot start: {problem}")
    except OperationalError as problem:
        sys.exit(f"Backpain cannot start, the database does not answer: {' '.join(str(problem).split())}")


def bring_up_to_date() -> None:
    from django.core.checks import Tags, run_checks
    from django.core.management import call_command

    from exercises.seed import read_catalogue, seed

    refuse_other_letters()
    with alone_with_database():
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("clearsessions")
        forget_what_has_run_out()
        seed(read_catalogue())
        for problem in run_checks(tags=[Tags.database], databases=["default"]):
            sys.stderr.write(f"Backpain warns: {problem.msg}\n")


def refuse_other_letters() -> None:
    """A PostgreSQL database that cannot keep every letter would fail later, at the first one that it does not know."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            (encoding,) = cursor.fetchone()
        if encoding != "UTF8":
            raise ImproperlyConfigured(f"The database is in {encoding}. Please create it anew with ENCODING 'UTF8'.")


def forget_what_has_run_out() -> None:
    """Django leaves counts of the rate limits, and with them addresses of the network, until the table is full."""
    from django.db import connection
    from django.utils import timezone

    with connection.cursor() as cursor:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        cursor.execute("DELETE FROM cache WHERE expires < %s", [now])


@contextmanager
def alone_with_database() -> Iterator[None]:
    """Wait until nobody else prepares the same database: two containers may well start at the same moment."""
    from django.db import connection

    if connection.vendor == "postgresql":
        # A transaction holds the lock, on a connection that does nothing else. Behind a pooler such as PgBouncer, a
        # lock of a session would stay with one of its connections, and whoever prepares next would wait for ever.
        door = connection.copy("preparation")
        try:
            door.set_autocommit(False)
            with door.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PREPARATION_LOCK])
            yield
            door.rollback()
        finally:
            # Nothing may be open when the web server takes over.
            for one in (door, connection):
                one.close()
                one.close_pool()  # type: ignore[attr-defined]
    else:
        file = Path(connection.settings_dict["NAME"])
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.with_name(f"{file.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
            connection.close()


def become_server() -> None:
    # Held back until gunicorn can handle them: `when_ready` in gunicorn.conf.py lets them through again.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    config = str(BASE_DIR / "gunicorn.conf.py")
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "--config", config])  # noqa: S606


if __name__ == "__main__":
    main()
