"""How web servers do with this site, side by side: each with two workers, the same PostgreSQL and the same person.

    python -m tools.bench_servers [rounds] [seconds]

`kept` and `closed` tell whether connections are kept open between requests. `rps` is the median of interleaved rounds,
and `cpu_ms` the processor time that the server's processes spent on a request, which depends less on what else the
machine does. `slow` is how long a visit takes at worst, in milliseconds, while 200 others send the body of a form, a
byte a second; 10,000 means that it was given up.
"""

import asyncio
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tools.bench import MANY, WITH_FLOOR, Load, Page, load, pages_of_somebody
from tools.figures import publish
from tools.postgres import server, stop_tidily
from tools.site import SERVE, Site, prepare, use_database
from tools.slow_clients import CONNECTIONS, slow_requests, visits_beside
from tools.test import ensure

ROUNDS, SECONDS = 3, 2
PAGES = ("floor", "today")
TICKS_A_MS = os.sysconf("SC_CLK_TCK") / 1000
GUNICORN = "-m gunicorn backpain.wsgi --workers 2 --log-level error --no-control-socket --bind 127.0.0.1:{}"
GRANIAN = "-m granian backpain.wsgi:application --interface wsgi --blocking-threads 1 --workers 2 --http 1 --port {}"


def commands(port: int) -> dict[str, list[str]]:
    gunicorn, granian = ([sys.executable, *form.format(port).split()] for form in (GUNICORN, GRANIAN))
    kept, closed = ["--keep-alive", "75"], ["--keep-alive", "0"]
    return {
        "ours": list(SERVE),
        "sync, closed": [*gunicorn, "--worker-class", "sync"],
        **{
            f"gthread {threads}, {name}": [*gunicorn, "--worker-class", "gthread", "--threads", threads, *option]
            for threads in ("2", "4")
            for name, option in (("kept", kept), ("closed", closed))
        },
        "granian, kept": [*granian, "--log-level", "error"],
        "granian, closed": [*granian, "--log-level", "error", "--no-http1-keep-alive"],
    }


def main() -> None:
    given = [int(argument) for argument in sys.argv[1:]]
    rounds, seconds = given + [ROUNDS, SECONDS][len(given) :]
    stop_tidily()
    if ensure("wrk"):
        sys.exit(1)
    with server() as postgres, ExitStack() as stack:
        prepare(postgres.url)
        use_database(postgres.url)
        pages = pages_of_somebody()
        sites = {name: started(postgres.url, name, stack) for name in commands(0)}
        publish("servers", compared(sites, pages, rounds, seconds))


def started(database: str, name: str, stack: ExitStack) -> Site:
    running = Site(database, SERVE, {**WITH_FLOOR, "WEB_WORKERS": "2"})
    running.command = commands(running.port)[name]
    stack.callback(lambda: running.stop() if hasattr(running, "process") else None)
    running.start()
    return running


def compared(
    sites: dict[str, Site], pages: dict[str, Page], rounds: int, seconds: int
) -> dict[str, dict[str, float | int]]:
    found: dict[tuple[str, str], list[tuple[Load, float]]] = {}
    for _round in range(rounds):
        for name, running in sites.items():
            for page in PAGES:
                before = processor_ms(running.process.pid)
                measured = load(running.address, pages[page], MANY, seconds)
                spent = processor_ms(running.process.pid) - before
                found.setdefault((name, page), []).append((measured, spent / measured.requests))
    return {
        name: {
            **{f"{page} rps": median(load.rps for load, _ in found[name, page]) for page in PAGES},
            **{f"{page} cpu_ms": median(spent for _, spent in found[name, page]) for page in PAGES},
            "slow": slowest_beside_slow_forms(running, pages["today"]),
        }
        for name, running in sites.items()
    }


def slowest_beside_slow_forms(running: Site, today: Page) -> float:
    visits = visits_beside(running.address, today.headers, slow_requests()["body"], CONNECTIONS, 5)
    return asyncio.run(visits)["slowest_ms"]


def processor_ms(process: int) -> float:
    """What a process and all below it have spent so far."""
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    spent = (int(after_name[11]) + int(after_name[12])) / TICKS_A_MS
    children = Path(f"/proc/{process}/task").glob("*/children")
    return spent + sum(processor_ms(int(child)) for file in children for child in file.read_text().split())


if __name__ == "__main__":
    main()
