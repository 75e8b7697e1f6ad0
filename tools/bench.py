"""How fast the pages are, and what a web worker takes of memory: production settings, PostgreSQL, `wrk`.

    make bench
    python -m tools.bench [rounds] [seconds] [requests]

A person has the whole routine and a year of history. Each page is measured once a round, some seconds each time, and
the median of its rounds is what counts: the machine may be busy now and then, but hardly with the same page each time.

`share` is how many requests a second a page answers, as a part of the *floor*: a page of the same site that shows a
signed-in person one constant sentence (tools/floor). Only such ratios can be compared with those of another run.

`rps` is measured with more connections than web workers, so that none of them ever waits for us. The time of an answer
is then mostly time spent in line, and tells how long a line we made. So `p50_ms` and `p99_ms` come from runs with as
many connections as web workers. Connections are kept open, as proxies keep them.

`queries` are those beyond session and user; the beginning and end of a transaction ask for nothing and do not count.
`bytes` is the page as it is sent, compressed. The row `worker` tells the memory of a site's only web worker before,
during and after 10,000 requests (or as many as are asked for) to all of the pages in turn.
"""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from tools.figures import judge, publish
from tools.people import somebody
from tools.postgres import server, stop_tidily
from tools.site import HEADERS, SignedIn, Site, prepare, site, use_database
from tools.test import ensure

ROUNDS, SECONDS = 5, 3
WORKERS = 2
MANY = 8  # connections
MOMENT = 0.3  # seconds, after which workers know that those of before are gone, and share new ones out evenly
REQUESTS = 10_000
SESSION_AND_USER = 2
MOST_QUERIES, MOST_MEGABYTES, STEADY = 4, 110, 1.05
BARS = {"today": 0.50, "tick": 0.50, "week": 0.45, "history": 0.40}
WITH_FLOOR = {"DJANGO_SETTINGS_MODULE": "tools.floor.settings"}
ZIPPED = {"Accept-Encoding": "gzip"}


@dataclass(frozen=True)
class Page:
    """What is asked for: these requests in turn, in the form that bench.lua reads."""

    requests: Sequence[str]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Load:
    """What came of asking for a page over and over."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: int

    @property
    def rps(self) -> float:
        return self.requests / self.seconds


def main() -> None:
    given = [int(argument) for argument in sys.argv[1:]]
    rounds, seconds, requests = given + [ROUNDS, SECONDS, REQUESTS][len(given) :]
    stop_tidily()
    if ensure("wrk"):
        sys.exit(1)
    with server() as postgres:
        prepare(postgres.url)
        use_database(postgres.url)
        pages = pages_of_somebody()
        figures = speeds(postgres.url, pages, rounds, seconds)
        figures["worker"] = memory(postgres.url, pages, requests)
        publish("bench", figures)
    judge(short_of(figures))


def short_of(figures: Mapping[str, Mapping[str, float | int]]) -> list[str]:
    """What is below its bar, in words."""
    pages, worker = {name: of for name, of in figures.items() if name in BARS}, figures["worker"]
    return [
        *(f"{name}: share {of['share']:.2f}" for name, of in pages.items() if of["share"] < of["bar"]),
        *(f"{name}: p99 {of['p99_ms'] / of['p50_ms']:.1f} × p50" for name, of in pages.items() if is_uneven(of)),
        *(f"{name}: {of['queries']} queries" for name, of in pages.items() if of["queries"] > MOST_QUERIES),
        *([f"worker: {worker['rss_mb']:.0f} MB"] if worker["rss_mb"] > MOST_MEGABYTES else []),
        *(["worker: still growing"] if worker["rss_mb"] > worker["half_mb"] * STEADY else []),
    ]


def is_uneven(of: Mapping[str, float | int]) -> bool:
    return of["p99_ms"] > 3 * of["p50_ms"]


def pages_of_somebody() -> dict[str, Page]:
    """The measured pages, as somebody with a year of history asks for them. Puts that person into the database."""
    today = datetime.now(UTC).date()
    somebody("somebody@example.org", 365, today)
    tidy()
    headers = {**SignedIn("somebody@example.org").headers, **ZIPPED}
    # One after the other: two taps on the same slot would wait for each other in the database.
    slots = [f"POST /day/{today}/{slug}/1/ done=" for slug in slugs()]
    asked = {
        "floor": ["GET /floor/"],
        "today": ["GET /today/"],
        "week": [f"GET /week/{today - timedelta(days=today.weekday())}/"],
        "history": ["GET /history/"],
        "tick": [f"{slot}{done}" for done in ("yes", "no") for slot in slots],
    }
    pages = {name: Page(requests, headers) for name, requests in asked.items()}
    return {**pages, "login": Page(["GET /accounts/login/"], {**HEADERS, **ZIPPED})}


def tidy() -> None:
    """What PostgreSQL does by itself within a minute or so of a year's worth of new rows."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def slugs() -> list[str]:
    from exercises.models import Exercise

    return list(Exercise.objects.offered().values_list("slug", flat=True))


def speeds(database: str, pages: Mapping[str, Page], rounds: int, seconds: int) -> dict[str, dict[str, float | int]]:
    with site(database, WEB_WORKERS=str(WORKERS), **WITH_FLOOR) as running:
        sizes = {name: size(running, page) for name, page in pages.items()}
        many, few = interleaved(running, pages, rounds, seconds, (MANY, WORKERS))
    rps = {name: median(load.rps for load in many[name]) for name in pages}
    return {
        name: {
            "rps": rps[name],
            "share": rps[name] / rps["floor"],
            **({"bar": BARS[name]} if name in BARS else {}),
            "p50_ms": median(load.p50_ms for load in few[name]),
            "p99_ms": median(load.p99_ms for load in few[name]),
            "queries": queries(page),
            "bytes": sizes[name],
        }
        for name, page in pages.items()
    }


def interleaved(
    running: Site, pages: Mapping[str, Page], rounds: int, seconds: int, connections: Sequence[int]
) -> list[dict[str, list[Load]]]:
    """For each number of connections, the rounds of each page. Round by round all of it is visited in turn."""
    found: list[dict[str, list[Load]]] = [{name: [] for name in pages} for _ in connections]
    for page in pages.values():
        load(running.address, page, MANY, 1)  # what is loaded and compiled at the first visit
    for n in range(rounds):
        print(f"Round {n + 1} of {rounds}", flush=True)
        for name, page in pages.items():
            for loads, number in zip(found, connections, strict=True):
                loads[name].append(load(running.address, page, number, seconds))
    return found


def load(address: str, page: Page, connections: int, seconds: int) -> Load:
    """What wrk says after asking the site there for the page for some seconds, over so many connections at once."""
    headers = [argument for name, value in page.headers.items() for argument in ("--header", f"{name}: {value}")]
    size = ["--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s", "--timeout", "20s"]
    script = ["--script", str(Path(__file__).with_name("bench.lua"))]
    command = ["wrk", *size, *headers, *script, address, "--", *page.requests]
    time.sleep(MOMENT)
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = Load(**json.loads(output.splitlines()[-1]))
    if found.errors:
        sys.exit(f"{found.errors} of {found.requests} requests failed: {page.requests[0]}")
    return found


def size(running: Site, page: Page) -> int:
    """The bytes of an answer as they are sent. Ends everything if it is not the page that was asked for."""
    method, path, body = [*page.requests[0].split(), ""][:3]
    kind = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"} if method == "POST" else {}
    request = urllib.request.Request(  # noqa: S310  # our own address
        running.address + path, body.encode() or None, {**page.headers, **kind}, method=method
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        if answer.url != request.full_url:
            sys.exit(f"{path} leads on to {answer.url}")
        return len(answer.read())


def queries(page: Page) -> int:
    """How many queries the answer to the first request takes, beyond those for session and user, when asked again."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    method, path, body = [*page.requests[0].split(), ""][:3]
    kind = "application/x-www-form-urlencoded"
    headers = dict(page.headers) | ({"HX-Request": "true"} if method == "POST" else {})
    if path == "/floor/":
        return 0
    client = Client()
    client.generic(method, path, body, kind, headers=headers)
    with CaptureQueriesContext(connection) as captured:
        client.generic(method, path, body, kind, headers=headers)
    counted = [query["sql"] for query in captured if query["sql"] not in ("BEGIN", "COMMIT")]
    is_signed_in = "Cookie" in headers
    return len(counted) - (SESSION_AND_USER if is_signed_in else 0)


def memory(database: str, pages: Mapping[str, Page], requests: int) -> dict[str, float | int]:
    """Megabytes of a site's only web worker, before, during and after many requests."""
    mixed = Page(
        [line for name, page in pages.items() if name != "floor" for line in page.requests], pages["floor"].headers
    )
    with site(database, WEB_WORKERS="1") as running:
        (worker,) = running.workers()
        found: dict[str, float | int] = {"before_mb": megabytes(worker)["Rss"]}
        asked = 0
        for part, goal in (("half_mb", requests // 2), ("rss_mb", requests)):
            while asked < goal:
                asked += load(running.address, mixed, MANY, 5).requests
            found[part] = megabytes(worker)["Rss"]
        return {**found, "pss_mb": megabytes(worker)["Pss"], "requests": asked}


def megabytes(process: int) -> dict[str, float]:
    """What the kernel says of a process's resident memory: all of it (Rss), and its part of what is shared (Pss)."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("Rss:", "Pss:"))}


if __name__ == "__main__":
    main()
