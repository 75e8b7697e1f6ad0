"""A whole everyday through PgBouncer in transaction mode, which lends a connection for one transaction at a time.

    python -m tools.spread.pgbouncer

Two starts at the same moment; then people who open every page, tick, edit their plan, note pain, take their data along
and leave, all at once, over fewer connections to PostgreSQL than the site has threads. Their exports have to be whole.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import psycopg

from tools.postgres import START_SECONDS, Server, server, stop_tidily
from tools.site import SERVE, SignedIn, environment, free_port, site, use_database
from tools.spread.people import PASSWORD, STORED, acknowledged, ask, publish_beside, signed_in, ticking
from tools.test import ensure

PEOPLE = 6
CONNECTIONS = 4
"""That PgBouncer may open to PostgreSQL; the site's pools may open sixteen to PgBouncer."""

SECONDS = 6.0
PAGES = (
    *("/today/", "/week/2026-11-16/", "/history/", "/history/days/", "/history/sheet/?weeks=4&pain=on&notes=on"),
    *("/plan/", "/pain/", "/session/", "/settings/", "/exercises/", "/exercises/toe-stand/", "/safety/", "/readyz"),
)

EDITS = (
    ("/plan/exercise/toe-stand/remove/", "really=yes"),
    ("/plan/exercise/toe-stand/add/", "really=yes"),
    ("/plan/order/", "up=toe-stand"),
)
END_OF_ZIP = b"PK\x05\x06"

CONFIGURATION = """
[databases]
* = host={directory} port=5432 user=postgres
[pgbouncer]
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
listen_port = {port}
unix_socket_dir = {directory}
auth_type = any
"""


def main() -> None:
    stop_tidily()
    if ensure("pgbouncer"):
        sys.exit(1)
    with server() as postgres, pooler(postgres) as pooled:
        start_twice(pooled)
        use_database(f"{postgres.url}&application_name=tools")
        people = signed_in(PEOPLE)
        with site(pooled, WEB_WORKERS="2") as running, ticking(running.address, people[: PEOPLE // 2]) as tickers:
            answers, exports = everyday(running.address, people[PEOPLE // 2 :])
            opened = connections(postgres)
        with psycopg.connect(host=str(postgres.directory), user="postgres", dbname="postgres") as session:
            stored = set(session.execute(STORED))
        told = acknowledged(tickers)
    publish_beside(
        {
            "PgBouncer, transaction mode": {
                "answers": len(answers),
                "failed": sum(status >= 400 for _path, status in answers),
                "acknowledged": len(told),
                "lost": len(told.keys() - stored),
                "exports": len(exports),
                "broken_exports": sum(not whole for whole in exports),
                "refused": sum(len(ticker.refused) for ticker in tickers),
                "connections": opened,
            }
        }
    )
    for path, status in answers:
        if status >= 400:
            print(f"{path} answered with {status}")


@contextmanager
def pooler(postgres: Server) -> Iterator[str]:
    """PgBouncer in front of that server. Gives out what DATABASE_URL has to be."""
    port, directory = free_port(), postgres.directory
    configuration = directory / "pgbouncer.ini"
    configuration.write_text(CONFIGURATION.format(directory=directory, port=port, connections=CONNECTIONS))
    found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    # Like PostgreSQL it refuses to run as root.
    with (directory / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen(
            [str(found), str(configuration)], stdout=log, stderr=log, start_new_session=True, **postgres.identity
        )
    deadline = time.monotonic() + START_SECONDS
    while not (directory / f".s.PGSQL.{port}").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"PgBouncer did not start:\n{(directory / 'pgbouncer.log').read_text()}")
        time.sleep(0.05)
    try:
        yield f"postgres://postgres@:{port}/postgres?host={directory}&DISABLE_SERVER_SIDE_CURSORS=True"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def start_twice(database: str) -> None:
    """Two web servers that start at the same moment take turns at the preparation; a third finds the lock free."""
    for at_once in (2, 1):
        starting = [subprocess.Popen([*SERVE, "--prepare-only"], env=environment(database)) for _ in range(at_once)]
        if any(process.wait(START_SECONDS) for process in starting):
            sys.exit("The database could not be prepared through PgBouncer.")


def everyday(address: str, people: Sequence[SignedIn]) -> tuple[list[tuple[str, int]], list[bool]]:
    """What was answered, and of each export whether it was whole."""
    with ThreadPoolExecutor(len(people)) as threads:
        days = list(threads.map(lambda person: day_of(address, person), people))
    return [answer for answers, _whole in days for answer in answers], [
        one for _answers, whole in days for one in whole
    ]


def day_of(address: str, person: SignedIn) -> tuple[list[tuple[str, int]], list[bool]]:
    completions = person.user.completion_set.count()
    answers, whole, until = list[tuple[str, int]](), list[bool](), time.monotonic() + SECONDS

    def say(path: str, body: str | None = None) -> bytes:
        status, content, _headers = ask(address, path, person.headers, body)
        answers.append((path, status))
        return content

    while time.monotonic() < until:
        for page in PAGES:
            say(page)
        for edit in EDITS:
            say(*edit)
        say("/pain/", f"key={uuid4()}&score=3&moment=general&place=hip&words=a+little")
        whole.append(len(json.loads(say("/settings/data/backpain.json"))["completions"]) == completions)
        whole += [say("/settings/data/backpain-csv.zip")[-22:-18] == END_OF_ZIP]
        whole += [json.loads(say("/settings/data/backpain-fhir.json"))["resourceType"] == "Bundle"]
    say("/settings/delete/", f"password={PASSWORD}&understood=on")
    whole.append(not type(person.user).objects.filter(pk=person.user.pk).exists())
    return answers, whole


def connections(postgres: Server) -> int:
    """How many PgBouncer has opened."""
    with psycopg.connect(host=str(postgres.directory), user="postgres", dbname="postgres") as session:
        (count,) = session.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() "
            "AND application_name <> 'tools'"
        ).fetchone() or (0,)
    return int(count)


if __name__ == "__main__":
    main()
