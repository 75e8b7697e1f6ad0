"""What the history costs after ten years, next to today's page and to a history of a month.

    make bench-history
    python -m tools.bench_history postgresql

Prints milliseconds of one thread, the best of many rounds, in one run: figures of two runs, or of two machines, cannot
be compared with each other.
"""

import os
import sys
import tempfile
import time
from datetime import UTC, date, datetime

from tools.people import somebody
from tools.postgres import server, stop_tidily

DAYS, A_MONTH = 3652, 28
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROUNDS = 30
PAGES = [
    "/today/",
    "/history/",
    "/history/?year=2020",
    "/history/days/",
    "/history/sheet/?weeks=12&pain=on&notes=on",
    "/week/2026-11-16/",
    "/pain/",
]


def main() -> None:
    # Always a database of its own, and never the one that the environment names.
    if sys.argv[1:] == ["postgresql"]:
        stop_tidily()
        with server() as postgres:
            measure_on(postgres.url)
    else:
        with tempfile.TemporaryDirectory(prefix="backpain-bench-") as folder:
            measure_on(f"sqlite:///{folder}/bench.sqlite3")


def measure_on(database: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "backpain.settings"
    os.environ |= {"SECRET_KEY": "bench-" * 9, "ALLOWED_HOSTS": "testserver", "HTTPS": "off", "DEBUG": "off"}
    os.environ["DATABASE_URL"] = database
    import django

    django.setup()
    measure()


def measure() -> None:
    import time_machine
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("seed_catalogue", verbosity=0)
    clients = {}
    for name, days in (("ten years", DAYS), ("a month", A_MONTH)):
        clients[name] = Client()
        clients[name].force_login(somebody(f"{name.replace(' ', '-')}@example.org", days, TODAY))
    with time_machine.travel(NOW, tick=False):
        best: dict[tuple[str, str], float] = {}
        queries: dict[tuple[str, str], int] = {}
        for _round in range(ROUNDS):
            for page in PAGES:
                for name, client in clients.items():
                    if name == "a month" and "year=" in page:
                        continue
                    start = time.perf_counter()
                    answer = client.get(page)
                    spent = time.perf_counter() - start
                    if answer.status_code != 200:
                        sys.exit(f"{page} answers with {answer.status_code}")
                    best[page, name] = min(best.get((page, name), spent), spent)
        for page, name in best:
            with CaptureQueriesContext(connection) as captured:
                clients[name].get(page)
            queries[page, name] = len(captured)
    print(f"{connection.vendor}, best of {ROUNDS} rounds, milliseconds")
    print(f"{'page':45}{'ten years':>10}{'÷ today':>9}{'queries':>9}{'a month':>10}{'queries':>9}")
    for page in PAGES:
        long, short = (page, "ten years"), (page, "a month")
        row = f"{page:45}{1000 * best[long]:10.1f}{best[long] / best['/today/', 'ten years']:9.2f}{queries[long]:9}"
        print(row + (f"{1000 * best[short]:10.1f}{queries[short]:9}" if short in best else ""))


if __name__ == "__main__":
    main()
