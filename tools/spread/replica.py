"""PostgreSQL is killed while people tick, its replica is promoted, and the site goes on there by itself.

    python -m tools.spread replica

Twice: once as docs/scaling.md has it, so that nothing is acknowledged before two machines have it (`synchronous`), and
once with PostgreSQL's defaults, where the replica may lag behind (`asynchronous`). Each time the line between the two
is cut a second before the end.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tools.postgres import Server, run, server, stop_tidily
from tools.site import prepare, site, use_database
from tools.spread.people import STORED, acknowledged, publish_beside, refusals, signed_in, ticking

PEOPLE = 6
BEFORE, CUT, AFTER = 4.0, 1.0, 5.0
"""Seconds of ticking: before the line is cut, between that and the kill, and after the promotion."""


@contextmanager
def replica_of(primary: Server) -> Iterator[Server]:
    """A server that follows another one, until it is promoted."""
    with tempfile.TemporaryDirectory(prefix="backpain-replica-") as name:
        replica = Server(Path(name))
        # It writes down for the copy whom to follow, too.
        replica.set_up("pg_basebackup", f"--host={primary.directory}", "--write-recovery-conf", "--checkpoint=fast")
        try:
            replica.start()
            yield replica
        finally:
            replica.stop()


def main() -> None:
    stop_tidily()
    if sys.argv[1:]:
        measure(is_synchronous=sys.argv[1] == "synchronous")
        return
    for mode in ("synchronous", "asynchronous"):
        if status := run([sys.executable, "-m", "tools.spread.replica", mode], os.environ):
            sys.exit(status)


def measure(*, is_synchronous: bool) -> None:
    with server() as primary, replica_of(primary) as replica:
        either = f"{primary.url},{replica.directory}&target_session_attrs=read-write"
        prepare(either)
        use_database(either)
        people = signed_in(PEOPLE)
        if is_synchronous:
            tell(primary, "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'", "SELECT pg_reload_conf()")
        with site(either, WEB_WORKERS="2") as running, ticking(running.address, people) as tickers:
            time.sleep(BEFORE)
            tell(replica, "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
            time.sleep(CUT)
            killed = time.monotonic()
            primary.kill()
            tell(replica, "SELECT pg_promote()")
            promoted = time.monotonic()
            time.sleep(AFTER)
        told = acknowledged(tickers)
        with psycopg.connect(host=str(replica.directory), user="postgres", dbname="postgres") as session:
            stored = set(session.execute(STORED))
        again = min((moment for moment in told.values() if moment > promoted), default=float("inf"))
    name = "synchronous" if is_synchronous else "asynchronous"
    publish_beside(
        {
            f"replica promoted, {name}": {
                "acknowledged": len(told),
                "lost": len(told.keys() - stored),
                "promoted_after_s": promoted - killed,
                "healthy_after_s": again - killed,
                **{f"refused_{what}": count for what, count in refusals(tickers).items()},
            }
        }
    )


def tell(postgres: Server, *statements: str) -> None:
    with psycopg.connect(host=str(postgres.directory), user="postgres", dbname="postgres", autocommit=True) as session:
        for statement in statements:
            session.execute(statement.encode())


if __name__ == "__main__":
    main()
