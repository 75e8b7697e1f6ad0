"""How the databases find what a page asks for: by a key that names the person, and never by looking through a table.

The queries are those of real requests, and the tables are those of the models. So a new one of either is looked at by
itself.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client
from time_machine import TimeMachineFixture

from accounts.models import Session, User
from exercises.models import Exercise
from pain.models import CheckIn
from sharing.models import Share
from tests.belongings import AT, PERSONAL, a_person_with_everything, with_a_path_to_a_person
from tests.builders import browser_of
from tracking import growth
from tracking.models import Completion

pytestmark = pytest.mark.django_db

OTHERS = 2000
APART = 10_000
"""Between the keys of one person's rows and the next one's."""

GROWING = {model._meta.db_table: model for model in with_a_path_to_a_person() | {Session}}
"""All tables that have the more rows the more people there are; exercises of people's own are among them."""

SMALL = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - set(GROWING)

Statement = tuple[str, Any]


@dataclass(frozen=True)
class Read:
    """One look into a table, and the condition by which an index narrows it down; empty where none does."""

    table: str
    condition: str

    @property
    def is_narrow(self) -> bool:
        return self.table in SMALL or any(
            re.search(rf"\b{column}( ?=| IS NULL)", self.condition) for column in narrowing(self.table)
        )


def narrowing(table: str) -> set[str]:
    """The columns of which one value is one row, or belongs to one person."""
    model = GROWING[table]
    if isinstance(model._meta.pk, models.CompositePrimaryKey):
        return {"user_id"}
    fields = model._meta.concrete_fields
    # “rowid” is what SQLite calls any key that is a number.
    return {"rowid"} | {
        str(field.column) for field in fields if field.unique or field.related_model in GROWING.values()
    }


def reads_of(statement: Statement) -> Iterator[Read]:
    sql, params = statement
    explain = "EXPLAIN (FORMAT JSON) " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
    with connection.cursor() as cursor:
        cursor.execute(explain + sql, params)
        found = cursor.fetchall()
    if connection.vendor == "postgresql":
        yield from in_tree(found[0][0][0]["Plan"])
    else:
        tables = {alias: table for table, alias in re.findall(r'"(\w+)" ([TU]\d+)\b', sql)}
        for *_numbers, line in found:
            if read := re.match(r"(?:SCAN|SEARCH) (?!CONSTANT ROW)(\w+)(?:.*\((.*)\))?", line):
                yield Read(tables.get(str(read[1]), str(read[1])), str(read[2] or ""))


def in_tree(node: dict[str, Any]) -> Iterator[Read]:
    """PostgreSQL's plan. Where a table is written to, what is read before stands below."""
    if "Relation Name" in node and node["Node Type"] != "ModifyTable":
        condition = node.get("Index Cond") or node.get("Recheck Cond") or ""
        yield Read(node["Relation Name"], re.sub(r"::[a-z ]+|[()]", "", condition))
    for below in node.get("Plans", []):
        yield from in_tree(below)


def wide_reads(statements: Sequence[Statement]) -> list[tuple[str, str, str]]:
    return [
        (read.table, read.condition, statement[0])
        for statement in statements
        for read in reads_of(statement)
        if not read.is_narrow
    ]


def statements_of(action: Callable[[], Any]) -> list[Statement]:
    """What is asked of the database meanwhile."""
    noted: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not re.match("SAVEPOINT|RELEASE", sql):
            noted.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        action()
    return noted


# --- Thousands of others ----------------------------------------------------------------------------------------------


def fill() -> None:
    """Give each other person the same rows as the one who is there, so that looking through a table is dear."""
    with connection.cursor() as cursor:
        for label in PERSONAL:
            cursor.execute(copy_of(apps.get_model(label)))
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")


def copy_of(model: type[models.Model]) -> str:
    table, columns = model._meta.db_table, {str(field.column): in_copy(field) for field in model._meta.concrete_fields}
    whose = "owner_id IS NOT NULL" if model is Exercise else "true"
    return (
        f"WITH RECURSIVE others (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM others WHERE n < {OTHERS}) "  # noqa: S608
        f"INSERT INTO {table} ({', '.join(map(quoted, columns))}) "
        f"SELECT {', '.join(columns.values())} FROM {table}, others WHERE {whose} ON CONFLICT DO NOTHING"
    )


def in_copy(field: Any) -> str:
    """Keys, and texts that nobody else may have, are others there. The exercises of the catalogue are the same."""
    column, another = quoted(field.column), f"{quoted(field.column)} + n * {APART}"
    if field.related_model is Exercise:
        own = "SELECT id FROM exercises_exercise WHERE owner_id IS NOT NULL"
        return f"CASE WHEN {column} IN ({own}) THEN {another} ELSE {column} END"
    if isinstance(field, models.AutoField) or field.related_model in GROWING.values():
        return another
    if field.unique or isinstance(field, models.EmailField):
        return f"substr({column}, 1, 40) || '-' || n"
    return column


def quoted(column: str) -> str:
    return connection.ops.quote_name(column)


def fill_sessions() -> None:
    Session.objects.bulk_create(
        Session(session_key=f"{n:032}", session_data="", expire_date=AT, owner=n) for n in range(1, OTHERS + 1)
    )


# --- What is asked ----------------------------------------------------------------------------------------------------


def ask(client: Client, address: str, posted: dict[str, str] | None, htmx: bool) -> None:
    headers = {"HX-Request": "true"} if htmx else {}
    answer = client.get(address) if posted is None else client.post(address, posted, headers=headers)
    assert answer.status_code in (200, 302)


SLOT = "/day/2026-11-18/towel/2/"
REQUESTS: list[tuple[str, dict[str, str] | None, bool]] = [
    *(
        (address, None, False)
        for address in ("/today/", "/day/2026-11-17/", "/week/2026-11-16/", "/history/", "/history/?year=2026")
    ),
    *((SLOT, {"done": done}, htmx) for done in ("yes", "no") for htmx in (True, False)),
]


@pytest.fixture(scope="module")
def person(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:
    """Somebody among thousands, for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        user = a_person_with_everything("somebody@example.org")
        fill_sessions()
        fill()
        yield user
        transaction.set_rollback(True)


def test_every_table_that_grows_is_full(person: User) -> None:
    few = {table for table, model in GROWING.items() if model._base_manager.count() < OTHERS}
    assert few == set()


@pytest.mark.parametrize(("address", "posted", "htmx"), REQUESTS)
def test_a_page_looks_only_where_the_person_is(
    person: User,
    address: str,
    posted: dict[str, str] | None,
    htmx: bool,
    time_machine: TimeMachineFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)
    # An exercise is offered as well, which takes a query more.
    monkeypatch.setattr(growth, "ready_to_grow", lambda *_: True)
    client = browser_of(person)
    statements = statements_of(lambda: ask(client, address, posted, htmx))
    assert len(statements) >= 4
    assert wide_reads(statements) == []


@pytest.mark.parametrize(
    "wide",
    [
        lambda user: Completion.objects.filter(exercise__owner=user, day=AT.date()),
        lambda user: Completion.objects.filter(recorded_at=AT),
        lambda user: CheckIn.objects.filter(day=AT.date()),
        lambda user: CheckIn.objects.order_by("user", "day")[:5],
        lambda user: Share.objects.filter(token_hash="0"),
        lambda user: Exercise.objects.filter(name="Cat"),
        lambda user: Exercise.objects.filter(own_key="0"),
        lambda user: Session.objects.filter(expire_date__gt=AT),
        lambda user: User.objects.filter(email__icontains="somebody"),
    ],
)
def test_a_query_that_looks_further_is_noticed(person: User, wide: Callable[[User], Any]) -> None:
    assert wide_reads(statements_of(lambda: list(wide(person)))) != []
