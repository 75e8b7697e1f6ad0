"""What a page costs beside 20 million completions of other people, next to an almost empty database, on PostgreSQL.

    make bench-scale
    make bench-scale PEOPLE=200

The *small* database holds twenty ordinary people, of 1,000 completions over 16 to 20 weeks each, and one with 100,000
over 21 years. The *full* one begins as its copy and takes in as many more people as are asked for, by default 20,000:
each with the plan, the check-ins and the completions of one of the twenty, at hours of their own. Two sites of one web
worker each are asked in turns by one client. In each round the small one is asked for one of the twenty, and the full
one for somebody with the same rows who has not been asked for before. Milliseconds are medians.

Completions are loaded in the order in which people tick them: second by second, all people mixed. That is hard on the
index, which grows in as many places as there are people, and on the table, where the rows of a person lie far apart.
Two weeks before the end the index is rebuilt, as docs/deploying.md says. `bytes` is the size of the table and its index
by the number of rows: in the end, which is the day before the next rebuild, and before the first one.

PostgreSQL has memory for all of the table, and it is read into it before the measuring. An export reads a page of the
table for nearly each of its rows; what it takes without that memory, from the files that the system keeps, is printed
beside it, without a bar.
"""

import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http.client import HTTPConnection
from itertools import islice
from statistics import median
from typing import Any
from uuid import UUID

import psycopg

from tools.figures import judge, publish
from tools.postgres import Server, server, stop_tidily
from tools.site import SignedIn, Site, headers_of, prepare, session_of, site, use_database

PEOPLE, COURSES = 20_000, 20
COMPLETIONS, MANY_COMPLETIONS, MANY_DAYS = 1_000, 100_000, 7_600
FROM_OUTSIDE, WARM_UP, ROUNDS = 50, 10, 200
MORE_AT_MOST, HEAVY_AT_MOST, BYTES_AT_MOST = 1.25, 3.0, 90.0
REBUILT_AGO = timedelta(days=14)
EXERCISE = "toe-walk"
EXPORT = "/settings/data/backpain.json"
OUTSIDE = "export, not in memory"
WARM = """
CREATE EXTENSION pg_prewarm;
SELECT pg_prewarm('tracking_completion'), pg_prewarm('tracking_completion_pkey');
"""
HEAVY = "heavy@example.org"
CLOCK = [f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}" for second in range(24 * 3600)]

Row = Sequence[Any]
Headers = Mapping[str, str]
Request = tuple[str, str, str | None]  # its name, its address, and what is posted
Ticks = Mapping[date, Sequence[tuple[int, str]]]  # of each day, the second at which, and the slot as COPY reads it


def main() -> None:
    people = int(sys.argv[1]) if sys.argv[1:] else PEOPLE
    stop_tidily()
    with server() as postgres:
        small, full = postgres.url_of("small"), postgres.url_of("full")
        statement(postgres.url, "CREATE DATABASE small")
        prepare(small)
        use_database(small)
        today = datetime.now(UTC).date()
        courses, heavy = fill_small(today)
        statement(postgres.url, 'CREATE DATABASE "full" TEMPLATE small')
        give_room(postgres)
        copies = the_many(courses, people)
        sizes = fill_full(full, courses, copies, today - REBUILT_AGO)
        for database in (small, full):
            statement(database, "VACUUM ANALYZE")
        statement(postgres.url, "CHECKPOINT")
        restart(postgres)  # with nothing in its memory
        with site(small, WEB_WORKERS="1") as small_site, site(full, WEB_WORKERS="1") as full_site:
            quiet, busy = Asker(small_site), Asker(full_site)
            people_to_ask = pairs(courses, copies)
            measure(quiet, busy, islice(people_to_ask, FROM_OUTSIDE), [(OUTSIDE, EXPORT, None)])
            statement(full, WARM)
            measure(quiet, busy, people_to_ask, requests(today), heavy)
    found = {**figures(quiet, busy), **sizes}
    publish("scale", found)
    judge([f"{name}: {of.get('times', of.get('bytes'))}" for name, of in found.items() if is_above(of)])


def statement(database: str, text: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(text)


def give_room(postgres: Server) -> None:
    """Memory for the tables, as docs/deploying.md asks for, and so much of a journal that loading need not pause."""
    for setting in ("shared_buffers = '3GB'", "max_wal_size = '4GB'"):
        statement(postgres.url, f"ALTER SYSTEM SET {setting}")
    restart(postgres)


def restart(postgres: Server) -> None:
    postgres.stop()
    postgres.start()


# --- The small database -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Course:
    """An ordinary person of the small database, whose rows others get as well."""

    user: Any
    headers: Headers
    rows: Mapping[Any, Sequence[Row]]  # by model

    def by_day(self, model: Any, since: str) -> Mapping[date, Sequence[Row]]:
        day = columns(model).index(since)
        found: dict[date, list[Row]] = defaultdict(list)
        for row in self.rows[model]:
            found[row[day]].append(row)
        return found

    def ticks(self) -> Ticks:
        from tracking.models import Completion

        found: dict[date, list[tuple[int, str]]] = defaultdict(list)
        for completion in Completion.objects.for_user(self.user):
            at = completion.recorded_at
            second = 3600 * at.hour + 60 * at.minute + at.second
            slot = f"{completion.day}\t{completion.exercise_id}\t{completion.nth}\n"
            found[completion.day].append((second, slot))
        return found


def columns(model: Any) -> Sequence[str]:
    return [field.column for field in model._meta.concrete_fields]


def fill_small(today: date) -> tuple[Sequence[Course], Headers]:
    """The ordinary people, and as whom the one with many completions asks."""
    from django.db import connection

    from pain.models import CheckIn
    from tracking.models import PlanItem, Skip

    chance = random.Random(1)  # noqa: S311  # the same people each time
    courses = []
    for n in range(COURSES):
        email = f"ordinary{n}@example.org"
        user = somebody_who_did(email, COMPLETIONS, 7 * 16 + n % 5 * 7, today, chance)
        rows = {
            model: list(model.objects.for_user(user).order_by("pk").values_list(*columns(model)))
            for model in (PlanItem, CheckIn, Skip)
        }
        courses.append(Course(user, SignedIn(email).headers, rows))
    somebody_who_did(HEAVY, MANY_COMPLETIONS, MANY_DAYS, today, chance)
    heavy = SignedIn(HEAVY).headers
    # A database is copied while nobody is connected to it.
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    return courses, heavy


def somebody_who_did(email: str, completions: int, days: int, today: date, chance: random.Random) -> Any:
    """A person with the whole routine for so many days up to yesterday, who did a part of it: so many completions."""
    from accounts.models import User
    from exercises.models import Exercise
    from pain.models import CheckIn
    from tracking import planning
    from tracking.models import Completion, Skip

    nights = [datetime.combine(today, datetime.min.time(), UTC) - timedelta(days=n) for n in range(days, 0, -1)]
    user = User.objects.create_user(email, time_zone="UTC", safety_read_at=nights[0])
    planning.start(user, Exercise.objects.offered(), nights[0].date())
    Completion.objects.bulk_create(done(user, nights, completions, chance), batch_size=5000)
    CheckIn.objects.bulk_create(noted(user, nights[::3], chance))
    Skip.objects.bulk_create(left_out(user, nights[::10]))
    return user


def done(user: Any, nights: Sequence[datetime], often: int, chance: random.Random) -> Iterator[Any]:
    """So many completions of the days that begin with those nights."""
    from tracking.models import Completion, PlanItem

    items = list(PlanItem.objects.for_user(user))
    welcome = [
        (night, place)
        for night in nights
        for place, item in enumerate(items)
        for _nth in range(item.at_most if item.per == "day" else chance.random() < item.at_most / 7)
    ]
    for (night, place), times in sorted(Counter(chance.sample(welcome, often)).items()):
        for nth in range(1, times + 1):
            # Three times a day, from one exercise to the next within two minutes.
            at = night + timedelta(hours=3 + 5 * nth, seconds=100 * place + chance.randrange(100))
            yield Completion(user=user, day=night.date(), exercise_id=items[place].exercise_id, nth=nth, recorded_at=at)


def noted(user: Any, nights: Iterable[datetime], chance: random.Random) -> Iterator[Any]:
    from pain.models import CheckIn

    for night in nights:
        score, key = chance.randrange(6), UUID(int=chance.getrandbits(128))
        words = "a short note" if score > 3 else ""
        at = night + timedelta(hours=20)
        yield CheckIn(user=user, day=night.date(), key=key, recorded_at=at, moment="general", score=score, words=words)


def left_out(user: Any, nights: Iterable[datetime]) -> Iterator[Any]:
    from exercises.models import Exercise
    from tracking.models import Skip

    exercise = Exercise.objects.offered()[0]
    for night in nights:
        at = night + timedelta(hours=20)
        yield Skip(user=user, day=night.date(), exercise=exercise, reason="sore", recorded_at=at)


# --- The full database ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Copy:
    """One of the many: somebody with the rows of a course, but for the hours."""

    key: int
    course: int
    later: int  # seconds that they do theirs after those of the course

    @property
    def session_key(self) -> str:
        return f"{self.key:032x}"


def the_many(courses: Sequence[Course], people: int) -> Sequence[Copy]:
    chance = random.Random(2)  # noqa: S311
    above = max(course.user.pk for course in courses) + 2
    return [Copy(above + n, n % COURSES, chance.randrange(-7200, 7200)) for n in range(people)]


def fill_full(
    database: str, courses: Sequence[Course], copies: Sequence[Copy], rebuilt_on: date
) -> dict[str, dict[str, float]]:
    """All that is theirs. Returns how long it took, and the bytes of a completion before the rebuild and at the end."""
    from pain.models import CheckIn
    from tracking.models import PlanItem, Skip

    start = time.monotonic()
    with psycopg.connect(database) as connection:
        # As in restoring a dump: that people and exercises are there is known, and not looked up for each row.
        connection.execute("SET session_replication_role = replica")
        load_people(connection, courses, copies)
        for model, since in ((PlanItem, "starts_on"), (CheckIn, "day"), (Skip, "day")):
            load(connection, model, day_by_day(model, since, courses, copies))
        ticks = [course.ticks() for course in courses]
        days = sorted({day for by_day in ticks for day in by_day})
        load_completions(connection, ticks, copies, [day for day in days if day < rebuilt_on])
        connection.commit()
        never_rebuilt = bytes_each(database)
        before = time.monotonic()
        statement(database, "REINDEX INDEX CONCURRENTLY tracking_completion_pkey")
        rebuild = time.monotonic() - before
        load_completions(connection, ticks, copies, [day for day in days if day >= rebuilt_on])
    seconds = time.monotonic() - start
    print(f"{len(copies)} people loaded in {seconds:.0f} seconds", flush=True)
    return {
        "a completion": {**bytes_each(database), "bar": BYTES_AT_MOST},
        "the same, never rebuilt": never_rebuilt,
        "loading": {"seconds": seconds, "people": len(copies)},
        "rebuilding the index": {"seconds": rebuild},
    }


def load(connection: psycopg.Connection, model: Any, rows: Iterable[Row]) -> None:
    with connection.cursor().copy(f"COPY {model._meta.db_table} ({', '.join(columns(model))}) FROM STDIN") as into:
        for row in rows:
            into.write_row(row)


def load_people(connection: psycopg.Connection, courses: Sequence[Course], copies: Sequence[Copy]) -> None:
    """The people themselves, each with a session."""
    from accounts.models import Session, User
    from accounts.sessions import SessionStore

    store, now = SessionStore(), datetime.now(UTC)
    soon = now + timedelta(days=30)
    people, sessions = [], []
    for copy in copies:
        own = {"id": copy.key, "email": f"person{copy.key}@example.org"}
        user = User(**{name: own.get(name, getattr(courses[copy.course].user, name)) for name in columns(User)})
        people.append([getattr(user, name) for name in columns(User)])
        sessions.append([copy.session_key, store.encode(session_of(user)), soon, copy.key, now])
    load(connection, User, people)
    load(connection, Session, sessions)


def day_by_day(model: Any, since: str, courses: Sequence[Course], copies: Sequence[Copy]) -> Iterator[Row]:
    """The rows of all of them, in the order of their days."""
    by_course = [course.by_day(model, since) for course in courses]
    whose = columns(model).index("user_id")
    for day in sorted({day for rows in by_course for day in rows}):
        for copy in copies:
            for row in by_course[copy.course].get(day, ()):
                yield [*row[:whose], copy.key, *row[whose + 1 :]]


def load_completions(
    connection: psycopg.Connection, ticks: Sequence[Ticks], copies: Sequence[Copy], days: Iterable[date]
) -> None:
    """In the order in which they were ticked. Rows are text that begins with the moment, and need only be sorted."""
    copying = "COPY tracking_completion (recorded_at, user_id, day, exercise_id, nth) FROM STDIN"
    for day in days:
        rows = [
            f"{day} {CLOCK[second + copy.later]}\t{copy.key}\t{slot}"
            for copy in copies
            for second, slot in ticks[copy.course].get(day, ())
        ]
        rows.sort()
        with connection.cursor().copy(copying) as into:
            into.write("".join(rows))


def bytes_each(database: str) -> dict[str, float]:
    """The size of the table with its index, and of the index alone, by the number of completions."""
    sizes = (
        "SELECT pg_total_relation_size('tracking_completion'), pg_relation_size('tracking_completion_pkey'), count(*)"
    )
    with psycopg.connect(database) as connection:
        found = connection.execute(sizes + " FROM tracking_completion").fetchone()
    whole, index, rows = found or (0, 0, 1)
    return {"completions": rows, "bytes": whole / rows, "index_bytes": index / rows}


# --- Measuring --------------------------------------------------------------------------------------------------------


class Asker:
    """Asks one of the sites, and notes how long each answer takes."""

    def __init__(self, running: Site) -> None:
        self.connection = HTTPConnection("127.0.0.1", running.port, timeout=60)
        self.spent: dict[str, list[float]] = defaultdict(list)

    def ask(self, name: str, headers: Headers, address: str, body: str | None = None) -> None:
        start = time.perf_counter()
        if body is None:
            self.connection.request("GET", address, headers=dict(headers))
        else:
            form = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
            self.connection.request("POST", address, body, {**headers, **form})
        answer = self.connection.getresponse()
        answer.read()
        self.spent[name].append(time.perf_counter() - start)
        if answer.status != 200:
            sys.exit(f"{address} answers with {answer.status}.")

    def milliseconds(self, name: str) -> float:
        return 1000 * median(self.spent[name][WARM_UP:])


def pairs(courses: Sequence[Course], copies: Sequence[Copy]) -> Iterator[tuple[Headers, Headers]]:
    """For each round, as whom the one site is asked and as whom the other; never twice as the same of the many."""
    rounds = FROM_OUTSIDE + WARM_UP + ROUNDS
    for copy in random.Random(3).sample(copies, min(rounds, len(copies))):  # noqa: S311
        yield courses[copy.course].headers, headers_of(copy.session_key)


def measure(
    quiet: Asker,
    busy: Asker,
    people: Iterable[tuple[Headers, Headers]],
    asked: Sequence[Request],
    heavy: Headers | None = None,
) -> None:
    """Both sites in turns, so that whatever else the machine does falls on both."""
    for n, (ordinary, one_of_many) in enumerate(people):
        for name, address, body in asked:
            both = [(quiet, ordinary), (busy, one_of_many)]
            for asker, headers in both if n % 2 else reversed(both):
                asker.ask(name, headers, address, body)
        if heavy:
            busy.ask(HEAVY, heavy, "/history/")


def requests(today: date) -> Sequence[Request]:
    """What is asked for in each round."""
    slot = f"/day/{today}/{EXERCISE}/1/"
    return [
        ("/today/", "/today/", None),
        ("/week/", f"/week/{today - timedelta(days=today.weekday())}/", None),
        ("/history/", "/history/", None),
        ("tick", slot, "done=yes"),
        ("untick", slot, "done=no"),
        ("export", EXPORT, None),
    ]


def figures(quiet: Asker, busy: Asker) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in quiet.spent:
        found[name] = compared(quiet.milliseconds(name), busy.milliseconds(name), MORE_AT_MOST)
    del found[OUTSIDE]["bar"]
    found["/history/ of 100,000"] = compared(quiet.milliseconds("/history/"), busy.milliseconds(HEAVY), HEAVY_AT_MOST)
    return found


def is_above(of: dict[str, Any]) -> bool:
    return "bar" in of and of.get("times", of.get("bytes")) > of["bar"]


def compared(small: float, full: float, bar: float) -> dict[str, float]:
    return {"small_ms": small, "full_ms": full, "times": full / small, "bar": bar}


if __name__ == "__main__":
    main()
