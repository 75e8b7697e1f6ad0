"""Whether everything that was acknowledged is there, after many clients were at it for long.

    make soak                                   # 10 minutes on PostgreSQL, 5 on SQLite
    python -m tools.soak short                  # the same within a minute; `make test` does this
    SOAK_SECONDS=30 python -m tools.soak        # so many seconds on each

On PostgreSQL 50 clients share two sites of four web workers each; on SQLite 20 clients share one site of two workers.
30 % of the requests are sent twice, half of those at the same moment, and 5 % by somebody who does not wait for the
answer and asks again (`tools.ledger`). Afterwards tables and pages are compared with what the clients were told. On
SQLite nobody may ever be told that the database is locked, nor wait longer than a few seconds.
"""

import os
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack

from tools.figures import publish
from tools.ledger import Crowd
from tools.postgres import server, stop_tidily
from tools.site import prepare, site

SLOWEST_MS = 5000
NOTHING_OF = (
    "lost",
    "doubled",
    "foreign",
    "wrong_on_pages",
    "errors",
    "answers_500",
    "answers_503",
    "given_up",
    "stale_pages",
)

Figures = dict[str, float | int | str | bool]


def main() -> None:
    stop_tidily()
    is_short = sys.argv[1:] == ["short"]
    lengths = (22, 10) if is_short else (600, 300)
    on_postgresql, on_sqlite = (float(os.environ.get("SOAK_SECONDS", length)) for length in lengths)
    figures = {"postgresql": soak_postgresql(on_postgresql), "sqlite": soak_sqlite(on_sqlite)}
    publish("soak-short" if is_short else "soak", figures)
    complaints = [complaint for found in figures.values() for complaint in what_is_wrong(found)]
    if float(figures["sqlite"]["slowest_ms"]) > SLOWEST_MS:
        complaints.append(f"on SQLite somebody waited for more than {SLOWEST_MS} ms")
    if complaints:
        sys.exit(", ".join(complaints))


def soak_postgresql(seconds: float) -> Figures:
    with server() as postgres:
        return soak(postgres.url, clients=50, sites=2, workers=4, seconds=seconds)


def soak_sqlite(seconds: float) -> Figures:
    with tempfile.TemporaryDirectory(prefix="backpain-soak-") as folder:
        return soak(f"sqlite:///{folder}/soak.sqlite3", clients=20, sites=1, workers=2, seconds=seconds)


def soak(database: str, clients: int, sites: int, workers: int, seconds: float) -> Figures:
    prepare(database)
    with ExitStack() as stack:
        running = [stack.enter_context(site(database, WEB_WORKERS=str(workers))) for _n in range(sites)]
        crowd = Crowd(database, clients, [one.port for one in running])
        with crowd.busy():
            time.sleep(seconds)
        return {"seconds": seconds, **crowd.figures(), **crowd.verdict()}


def what_is_wrong(found: Mapping[str, float | int | str | bool]) -> list[str]:
    return [f"{found[name]} {name.replace('_', ' ')}" for name in NOTHING_OF if found[name]]


if __name__ == "__main__":
    main()
