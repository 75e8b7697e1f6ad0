"""People who use a site while something is done to it, and who remember what it acknowledged."""

import http.client
import json
import ssl
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

from tools.figures import Figures, publish
from tools.people import somebody
from tools.site import SignedIn

DAYS = 28
PASSWORD = "of-no-use-elsewhere"  # noqa: S105
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATIENCE = 15
"""Seconds after which a client gives an answer up."""

Slot = tuple[int, str, str, int]
"""Person, day, exercise and which time of the day: the key of a completion."""


def signed_in(count: int) -> Sequence[SignedIn]:
    """People with four weeks of history, whole routine, signed in. Needs `use_database()`."""
    return [SignedIn(_with_password(f"person-{n}@example.org")) for n in range(count)]


def _with_password(email: str) -> str:
    person = somebody(email, DAYS, datetime.now(UTC).date())
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    return email


def ask(
    address: str, path: str, headers: Mapping[str, str], body: str | bytes | None = None
) -> tuple[int, bytes, Mapping[str, str]]:
    """Status, content and headers of one answer, on a connection of its own; a POST if there is a body.

    Raises OSError or HTTPException where none comes.
    """
    site = urlsplit(address)
    host, port = str(site.hostname), site.port
    connection = (
        http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=ssl._create_unverified_context())  # noqa: S323
        if site.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=PATIENCE)
    )
    try:
        connection.request("POST" if body else "GET", path, body, {**headers, **(FORM if body else {})})
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
    finally:
        connection.close()


class Ticker(Thread):
    """Ticks one free slot after the other, each until it is acknowledged, like a phone with a queue."""

    def __init__(self, address: str, person: SignedIn, slots: Iterable[tuple[date, str, int]], stop: Event) -> None:
        super().__init__(daemon=True)
        self.address, self.person, self.slots, self.stop = address, person, slots, stop
        self.acknowledged: dict[Slot, float] = {}
        self.refused: list[tuple[float, str]] = []

    def run(self) -> None:
        for day, slug, nth in self.slots:
            while not self._tick(day, slug, nth):
                if self.stop.wait(0.05):
                    return
            if self.stop.is_set():
                return

    def _tick(self, day: date, slug: str, nth: int) -> bool:
        try:
            status, _content, _headers = ask(
                self.address, f"/day/{day}/{slug}/{nth}/", {**self.person.headers, "HX-Request": "true"}, "done=yes"
            )
        except (OSError, http.client.HTTPException) as error:
            self.refused.append((time.monotonic(), type(error).__name__))
            return False
        if status != 200:
            self.refused.append((time.monotonic(), str(status)))
            return False
        self.acknowledged[self.person.user.pk, str(day), slug, nth] = time.monotonic()
        return True


def _free_slots() -> Sequence[tuple[date, str, int]]:
    """Those that nobody's history has: it stops at the fifth time of a day."""
    from exercises.models import Exercise

    today = datetime.now(UTC).date()
    slugs = list(Exercise.objects.offered().values_list("slug", flat=True))
    return [(today - timedelta(days=n), slug, nth) for nth in range(20, 6, -1) for n in range(DAYS) for slug in slugs]


@contextmanager
def ticking(address: str, people: Sequence[SignedIn]) -> Iterator[Sequence[Ticker]]:
    """While the block lasts each of them ticks, one after the other."""
    stop, slots = Event(), _free_slots()
    tickers = [Ticker(address, person, slots, stop) for person in people]
    for ticker in tickers:
        ticker.start()
    try:
        yield tickers
    finally:
        stop.set()
        for ticker in tickers:
            ticker.join(PATIENCE + 1)


def refusals(tickers: Sequence[Ticker]) -> dict[str, int]:
    """How often each of them was refused in which way."""
    return Counter(what for ticker in tickers for _moment, what in ticker.refused)


def acknowledged(tickers: Sequence[Ticker]) -> dict[Slot, float]:
    """All slots that were, with the moment of their answers."""
    return {slot: moment for ticker in tickers for slot, moment in ticker.acknowledged.items()}


STORED = """
    SELECT completion.user_id, completion.day::text, exercise.slug, completion.nth
    FROM tracking_completion AS completion JOIN exercises_exercise AS exercise ON exercise.id = completion.exercise_id
"""
"""The slots that a database has."""


def publish_beside(figures: Figures) -> None:
    """Each thing in a table of its own, and all of them in the file that keeps the figures of the other parts."""
    file = Path("var/spread.json")
    kept = json.loads(file.read_text()) if file.exists() else {}
    for thing, values in figures.items():
        publish("spread", {thing: values})
    file.write_text(json.dumps({**kept, **figures}, indent=2) + "\n")
