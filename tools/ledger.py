"""Clients that tick and un-tick all the time, a ledger of what each was told, and the comparison with what is there.

`tools.soak` and `tools.faults` both let such a crowd loose on a site. Two clients share a person, as a phone and a
tablet do. Each has slots of its own, and a few that both of them tick and never un-tick; so it is always certain what
has to be there in the end. A client goes on asking until its wish is acknowledged, and then enters it.

    python -m tools.ledger make 25
    python -m tools.ledger sign-in one@example.org other@example.org

makes people on the database of the environment, or signs them in once more, and prints what their clients have to know.
"""

import http.client
import json
import os
import random
import re
import secrets
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from tools.site import SignedIn, environment

DAYS = 8
"""How far back a client ticks, today included: into the week before, whichever day it is."""
NTHS = (1, 2, 3)
BYSTANDERS = 5
"""People without a client. Nothing may ever be ticked for them."""

DUPLICATES, DROPPED, READS = 0.30, 0.05, 0.10
"""Parts of the requests: sent twice; sent without waiting for the answer; a page, to see what was acknowledged."""
THINKS = (0.3, 1.2)
"""Seconds from one wish to the next. The clients run on the machine of the site and must leave it room."""
RETRY_SECONDS = 0.5
GIVES_UP_SECONDS = 90
ANSWER_SECONDS = 40
"""The site itself waits at most 20 seconds for a database."""
REST_SECONDS = 45.0
"""What was sent and not answered may still be carried out, later than all that was sent after it. For so long its slot
is set to the same state only, as the ledger could not tell otherwise what has to be there."""

SLOT = re.compile(r'formaction="/day/([0-9-]+)/([^/]+)/([0-9]+)/"[^>]*aria-pressed="(true|false)"')
CARD = re.compile(r'data-exercise="([^"]+)" data-status="[^"]+" data-done="([0-9]+)"')
CELL = re.compile(r'/day/([0-9-]+)/#exercise-([^"]+)">.*?visually-hidden">([^<]*)<', re.DOTALL)
TIMES = re.compile(r"done, ([0-9]+)")


class Slot(NamedTuple):
    """“This exercise on this day for the nth time”, of a person who is known."""

    day: str
    slug: str
    nth: int

    @property
    def address(self) -> str:
        return f"/day/{self.day}/{self.slug}/{self.nth}/"


class Entry(NamedTuple):
    """What a client wished, and when it was told that it is so."""

    done: bool
    sent: float
    acknowledged: float


Ledger = dict[Slot, list[Entry]]
"""By slot, everything acknowledged, in its order."""


@dataclass(frozen=True)
class Person:
    key: int
    email: str
    headers: dict[str, str]


@dataclass
class Count:
    """What a client has seen."""

    answers: Counter[int] = field(default_factory=Counter)
    acknowledged: int = 0
    duplicates: int = 0
    dropped: int = 0
    no_answer: int = 0  # refused, reset or cut off: nobody said anything
    stale: int = 0  # a page that did not show what had been acknowledged
    without_retry_after: int = 0
    given_up: int = 0
    trouble_at: float = 0.0
    seconds: list[float] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """Answers that nobody should get: neither what was asked for, nor a 503 that says when to come again.

        Whoever is signed out (403) is counted apart.
        """
        fine = sum(self.answers[status] for status in (200, 302, 403, 503)) - self.without_retry_after
        return self.answers.total() - fine


def total(counts: Iterable[Count]) -> Count:
    whole = Count()
    for one in counts:
        whole.answers.update(one.answers)
        whole.seconds += one.seconds
        whole.trouble_at = max(whole.trouble_at, one.trouble_at)
        for name in ("acknowledged", "duplicates", "dropped", "no_answer", "stale", "without_retry_after", "given_up"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
    return whole


# --- One client -------------------------------------------------------------------------------------------------------


class Sent(NamedTuple):
    connection: http.client.HTTPConnection
    at: float


class Client(threading.Thread):
    """One device of a person. `ports` are those of all sites; like a proxy, it takes any of them."""

    def __init__(
        self, person: Person, own: Sequence[Slot], shared: Collection[Slot], ports: list[int], seed: int
    ) -> None:
        super().__init__(daemon=True)
        self.person, self.own, self.shared, self.ports = person, own, frozenset(shared), ports
        self.slots = [*own, *sorted(shared)]
        self.days = sorted({slot.day for slot in self.slots})
        self.chance = random.Random(seed)  # noqa: S311  # the same course each time
        self.ledger: Ledger = {}
        self.count = Count()
        self.unsettled: dict[Slot, tuple[bool, float]] = {}
        self.over = threading.Event()

    def run(self) -> None:
        self.over.wait(self.chance.uniform(0, THINKS[1]))
        while not self.over.is_set():
            if self.chance.random() < READS:
                self.look()
            else:
                self.wish(*self.choose())
            self.over.wait(self.chance.uniform(*THINKS))

    def choose(self) -> tuple[Slot, bool]:
        slot = self.chance.choice(self.slots)
        done, until = self.unsettled.get(slot, (False, 0.0))
        if time.monotonic() < until:
            return slot, done
        return slot, slot in self.shared or self.chance.random() < 0.6

    def wish(self, slot: Slot, done: bool) -> None:
        """Ask until it is acknowledged, and enter it."""
        begun = time.monotonic()
        while not self.ask(slot, done):
            if time.monotonic() > begun + GIVES_UP_SECONDS:
                self.count.given_up += 1
                return
            time.sleep(RETRY_SECONDS)
        self.ledger.setdefault(slot, []).append(Entry(done, begun, time.monotonic()))
        self.count.acknowledged += 1

    def ask(self, slot: Slot, done: bool) -> bool:
        """Send it once or twice. Whether an answer came that says it is so."""
        if self.chance.random() < DROPPED:
            self.drop(slot, done)
            return False
        times = 2 if self.chance.random() < DUPLICATES else 1
        self.count.duplicates += times - 1
        if times == 2 and self.chance.random() < 0.5:
            told = self.at_once(slot, done)
        else:
            told = [self.post(slot, done) for _time in range(times)]
        if not all(told):
            self.unsettle(slot, done)
        return any(told)

    def post(self, slot: Slot, done: bool) -> bool:
        return self.receive(self.send(slot, done))

    def at_once(self, slot: Slot, done: bool) -> list[bool]:
        """The same on two connections, before either is answered."""
        both = [self.send(slot, done), self.send(slot, done)]
        return [self.receive(sent) for sent in both]

    def drop(self, slot: Slot, done: bool) -> None:
        """Hang up: at once, or while the site is at it."""
        sent = self.send(slot, done)
        if sent is not None:
            time.sleep(self.chance.choice((0, 0.005, 0.03)))
            sent.connection.close()
        self.count.dropped += 1
        self.unsettle(slot, done)

    def unsettle(self, slot: Slot, done: bool) -> None:
        self.unsettled[slot] = (done, time.monotonic() + REST_SECONDS)

    def send(self, slot: Slot, done: bool) -> Sent | None:
        """Something with an answer to come; nothing if nobody is there. Half of them without a script, as forms."""
        headers = {**self.person.headers, "Content-Type": "application/x-www-form-urlencoded"}
        if self.chance.random() < 0.5:
            headers["HX-Request"] = "true"
        return self.request("POST", slot.address, headers, urlencode({"done": "yes" if done else "no"}))

    def request(self, method: str, path: str, headers: Mapping[str, str], body: str | None = None) -> Sent | None:
        begun = time.monotonic()
        port = self.chance.choice(self.ports)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, path, body, dict(headers))
        except OSError:
            self.trouble(connection)
            return None
        return Sent(connection, begun)

    def receive(self, sent: Sent | None) -> bool:
        """Whether the answer, if there is one, says that it is done."""
        found = self.answer(sent)
        if sent is None or found is None:
            return False
        self.count.seconds.append(time.monotonic() - sent.at)
        return self.note(found[0])

    def answer(self, sent: Sent | None) -> tuple[http.client.HTTPResponse, str] | None:
        """The answer with its text, unless the connection breaks."""
        if sent is None:
            return None
        try:
            with closing(sent.connection):
                answer = sent.connection.getresponse()
                return answer, answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.trouble(sent.connection)
            return None

    def trouble(self, connection: http.client.HTTPConnection) -> None:
        connection.close()
        self.count.no_answer += 1
        self.count.trouble_at = time.monotonic()

    def note(self, answer: http.client.HTTPResponse) -> bool:
        is_to_sign_in = "/accounts/" in answer.headers.get("Location", "")
        self.count.answers[403 if is_to_sign_in else answer.status] += 1
        if answer.status in (200, 302) and not is_to_sign_in:
            return True
        self.count.trouble_at = time.monotonic()
        self.count.without_retry_after += answer.status == 503 and not answer.headers["Retry-After"]
        return False

    def look(self) -> None:
        """Open a page as the person, and see whether it shows what was acknowledged."""
        html = self.page(self.chance.choice(("/today/", f"/day/{self.chance.choice(self.days)}/")))
        for slot, is_done in pressed(html).items():
            entries = self.ledger.get(slot, [])
            self.count.stale += any(entry.done != is_done for entry in entries[-1:])

    def page(self, path: str) -> str:
        """The text of a page; empty if there is none just now."""
        found = self.answer(self.request("GET", path, self.person.headers))
        return found[1] if found and self.note(found[0]) else ""


def pressed(html: str) -> dict[Slot, bool]:
    """The slots on the page of a day, and which of them are ticked."""
    return {Slot(day, slug, int(nth)): is_done == "true" for day, slug, nth, is_done in SLOT.findall(html)}


# --- Many of them -----------------------------------------------------------------------------------------------------


class Crowd:
    """`clients` devices of half as many people on the sites at `ports`, which may be changed while they are at it."""

    def __init__(self, database: str, clients: int, ports: Iterable[int]) -> None:
        self.database, self.ports = database, list(ports)
        known = _told_by(database, "make", str(clients // 2 + 1 + BYSTANDERS))
        self.people = [Person(**person) for person in known["people"]]
        slots = [Slot(day, slug, nth) for day in known["days"] for slug in known["slugs"] for nth in NTHS]
        shared = [slot for slot in slots if slot.slug == known["slugs"][0] and slot.nth == 1]
        own = [slot for slot in slots if slot not in shared]
        self.clients = [
            Client(self.people[n // 2], own[n % 2 :: 2], shared, self.ports, seed=n) for n in range(clients)
        ]
        # One more, which is asked by hand.
        self.visitor = Client(self.people[clients // 2], own, shared, self.ports, seed=-1)

    def sign_in(self) -> None:
        """Everybody once more: sessions are not part of a backup."""
        headers = _told_by(self.database, "sign-in", *(person.email for person in self.people))
        for person in self.people:
            person.headers.update(headers[person.email])

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Let them loose."""
        for client in self.clients:
            client.start()
        try:
            yield
        finally:
            self.come_to_rest()

    def come_to_rest(self) -> None:
        """Each client sees its last wish through."""
        for client in self.clients:
            client.over.set()
        for client in self.clients:
            client.join(GIVES_UP_SECONDS + ANSWER_SECONDS)
            client.count.given_up += client.is_alive()

    def count(self) -> Count:
        return total(client.count for client in [*self.clients, self.visitor])

    def ledgers(self) -> dict[int, Ledger]:
        """By person, all that was acknowledged to their clients. A slot of both is ticked, whoever did it."""
        whole: dict[int, Ledger] = {person.key: {} for person in self.people}
        for client in [*self.clients, self.visitor]:
            for slot, entries in list(client.ledger.items()):
                whole[client.person.key].setdefault(slot, []).extend(entries)
        return whole

    def figures(self) -> dict[str, float | int]:
        """What the clients saw."""
        seen = self.count()
        spent = sorted(seen.seconds) or [0.0]
        return {
            "clients": len(self.clients),
            "acknowledged": seen.acknowledged,
            "duplicates": seen.duplicates,
            "dropped": seen.dropped,
            "errors": seen.errors,
            "answers_500": seen.answers[500],
            "answers_503": seen.answers[503],
            "signed_out": seen.answers[403],
            "no_answer": seen.no_answer,
            "given_up": seen.given_up,
            "stale_pages": seen.stale,
            "p50_ms": 1000 * spent[len(spent) // 2],
            "p99_ms": 1000 * spent[len(spent) * 99 // 100],
            "slowest_ms": 1000 * spent[-1],
        }

    def verdict(self) -> dict[str, int]:
        """What is in the tables and on the pages, compared with the ledgers. The sites have to be up, and quiet."""
        ledgers = self.ledgers()
        on_pages = sum(self.wrong_on_pages(person, last_states(ledgers[person.key])) for person in self.people)
        return {**compare(ledgers, self.rows()), "wrong_on_pages": on_pages}

    def rows(self) -> list[tuple[int, Slot]]:
        """What is in the table for its people; there may be another crowd on the same database."""
        own = {person.key for person in self.people}
        return [(key, slot) for key, slot in rows_of(self.database) if key in own]

    def wrong_on_pages(self, person: Person, expected: Mapping[Slot, bool]) -> int:
        """In how many places the pages of a person say something else than the ledger."""
        there = {slot for slot, is_done in expected.items() if is_done}
        reader = Client(person, self.visitor.own, self.visitor.shared, self.ports, seed=0)
        wrong = 0
        for day in reader.days:
            html = reader.page(f"/day/{day}/")
            wrong += not html
            wrong += len({slot for slot, is_done in pressed(html).items() if is_done} ^ on(day, there))
            done = Counter(slot.slug for slot in on(day, there))
            wrong += sum(int(n) != done[slug] for slug, n in CARD.findall(html))
        times = Counter((slot.day, slot.slug) for slot in there)
        for monday in sorted({monday_of(day) for day in reader.days}):
            html = reader.page(f"/week/{monday}/")
            wrong += not html
            wrong += sum(times_in(words) != times[day, slug] for day, slug, words in CELL.findall(html))
        return wrong


def on(day: str, slots: Collection[Slot]) -> set[Slot]:
    return {slot for slot in slots if slot.day == day}


def monday_of(day: str) -> str:
    that = date.fromisoformat(day)
    return str(that - timedelta(days=that.weekday()))


def times_in(words: str) -> int:
    """How often the words of a cell of the week say that it was done: “done, 3 times”, “partly done, 1 of 2”."""
    found = TIMES.search(words)
    return int(found[1]) if found else 0


# --- What has to be there ---------------------------------------------------------------------------------------------


def last_states(ledger: Ledger) -> dict[Slot, bool]:
    return {slot: max(entries, key=lambda entry: entry.acknowledged).done for slot, entries in ledger.items()}


def possible_states(entries: Sequence[Entry], begun: float, ended: float) -> set[bool]:
    """In which states a slot may be in a copy that was made between two moments.

    What was acknowledged before is in it. What was under way at that time may be.
    """
    before = [entry.done for entry in entries if entry.acknowledged <= begun]
    meanwhile = {entry.done for entry in entries if entry.acknowledged > begun and entry.sent < ended}
    return {before[-1] if before else False} | meanwhile


def compare(ledgers: Mapping[int, Ledger], rows: Sequence[tuple[int, Slot]]) -> dict[str, int]:
    """Acknowledged ticks and un-ticks that are not so, rows that are there twice, and rows nobody asked for."""
    there = defaultdict(set)
    for key, slot in rows:
        there[key].add(slot)
    lost = 0
    for key, ledger in ledgers.items():
        lost += sum((slot in there[key]) != is_done for slot, is_done in last_states(ledger).items())
    return {"lost": lost, "doubled": len(rows) - len(set(rows)), "foreign": foreign(ledgers, rows)}


def compare_copy(
    ledgers: Mapping[int, Ledger], rows: Sequence[tuple[int, Slot]], begun: float, ended: float
) -> dict[str, int]:
    """The same for a copy that was made between two moments, while the clients were at it."""
    there = set(rows)
    lost = sum(
        ((key, slot) in there) not in possible_states(entries, begun, ended)
        for key, ledger in ledgers.items()
        for slot, entries in ledger.items()
    )
    return {"lost": lost, "doubled": len(rows) - len(there), "foreign": foreign(ledgers, rows)}


def foreign(ledgers: Mapping[int, Ledger], rows: Iterable[tuple[int, Slot]]) -> int:
    return sum(slot not in ledgers.get(key, {}) for key, slot in rows)


def rows_of(database: str) -> list[tuple[int, Slot]]:
    """All completions that are in the table, asked for without the site."""
    query = (
        "SELECT user_id, day, slug, nth FROM tracking_completion JOIN exercises_exercise"
        " ON exercises_exercise.id = exercise_id"
    )
    return [(key, Slot(str(day), slug, nth)) for key, day, slug, nth in _all(database, query)]


def _all(database: str, query: str) -> Sequence[tuple[Any, ...]]:
    if database.startswith("sqlite"):
        with closing(sqlite3.connect(urlsplit(database).path)) as session:
            return session.execute(query).fetchall()
    import psycopg

    with psycopg.connect(database) as server:
        return server.execute(query.encode()).fetchall()


# --- People -----------------------------------------------------------------------------------------------------------


def _told_by(database: str, *arguments: str) -> dict[str, Any]:
    """What `main` below prints, in a process of its own: Django is set up for one database a process."""
    command = [sys.executable, "-m", "tools.ledger", *arguments]
    told = subprocess.run(command, env=environment(database), check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(told.stdout)
    return found


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "backpain.settings"
    import django

    django.setup()
    match sys.argv[1:]:
        case ["make", count]:
            print(json.dumps(_make(int(count))))
        case ["sign-in", *emails]:
            print(json.dumps({email: SignedIn(email).headers for email in emails}))


def _make(count: int) -> dict[str, Any]:
    """People with the whole routine on their plan, and nothing done."""
    from accounts.models import User
    from exercises.models import Exercise
    from tracking import planning

    now = datetime.now(UTC)
    # An hour ago: should the clock be put back by one, the last of these days has begun all the same.
    today = (now - timedelta(hours=1)).date()
    days = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    people = []
    for _n in range(count):
        user = User.objects.create_user(f"{secrets.token_hex(8)}@example.org", time_zone="UTC", safety_read_at=now)
        planning.start(user, Exercise.objects.offered(), days[0])
        people.append({"key": user.pk, "email": user.email, "headers": SignedIn(user.email).headers})
    slugs = list(Exercise.objects.offered().order_by("number").values_list("slug", flat=True))
    return {"people": people, "slugs": slugs, "days": [str(day) for day in days]}


if __name__ == "__main__":
    main()
