"""`manage.py distribute` spreads the tables over a cluster of Citus machines: what it says, and in which order.

There is no cluster here. `a_cluster` plays its catalogue and its functions, and takes note of what it is told.
"""

import re
from collections.abc import Iterator, Sequence

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from accounts.models import User
from rights.cluster import DISTRIBUTED, ONE_BY_ONE, REFERENCE, MisplacedError, Place, layout, statements
from rights.leaving import leave
from tests.belongings import a_person_with_everything, with_a_path_to_a_person
from tests.builders import PASSWORD, a_person, browser_of
from tests.engines import on_postgresql
from tests.test_architecture import personal_models
from tracking.models import Completion

pytestmark = pytest.mark.django_db


PERSONAL = {
    *("tracking_planitem", "tracking_pause", "tracking_skip", "tracking_completion"),
    *("pain_checkin", "sharing_share", "rights_upload"),
    *("reminders_reminder", "reminders_delivery", "reminders_subscription", "reminders_feed"),
}
NOWHERE = {name: Place() for name in layout()}


def names_in(made: list[str], function: str) -> list[str]:
    return [statement.split("'")[1] for statement in made if statement.startswith(f"SELECT {function}(")]


# --- What is to be done -----------------------------------------------------------------------------------------------


def test_every_personal_table_is_distributed_by_its_person_beside_the_first() -> None:
    made = list(statements(NOWHERE))
    names = names_in(made, "create_distributed_table")
    assert set(names) == PERSONAL == {model._meta.db_table for model in personal_models()}
    assert made[-len(names) :] == [
        f"SELECT create_distributed_table('{names[0]}', 'user_id')",
        *(f"SELECT create_distributed_table('{n}', 'user_id', colocate_with => '{names[0]}')" for n in names[1:]),
    ]


def test_people_exercises_and_all_that_refers_to_them_become_reference_tables() -> None:
    names = names_in(list(statements(NOWHERE)), "create_reference_table")
    shared = {model._meta.db_table for model in with_a_path_to_a_person()} - PERSONAL
    assert {"accounts_user", "exercises_exercise", "exercises_equipment", "exercises_exercise_equipment"} <= set(names)
    assert shared <= set(names)


def test_what_hangs_together_with_nothing_stays_where_it_is() -> None:
    assert {"accounts_session", "django_migrations", "cache"}.isdisjoint(layout())


def test_no_table_comes_before_one_that_it_refers_to() -> None:
    in_order = list(layout())
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and model._meta.db_table in layout():
                referred_to = field.related_model._meta.db_table
                assert in_order.index(referred_to) <= in_order.index(model._meta.db_table), model


def test_no_reference_table_refers_to_a_distributed_one() -> None:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table not in PERSONAL:
            assert PERSONAL.isdisjoint(other._meta.db_table for other in _related(model)), model


def _related(model: type[models.Model]) -> Iterator[type[models.Model]]:
    return (field.related_model for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey))


def test_the_first_word_keeps_citus_from_moving_tables_twice() -> None:
    assert statements(NOWHERE)[0] == ONE_BY_ONE == "SET citus.enable_local_reference_table_foreign_keys TO off"


def test_what_is_in_its_place_is_left_alone_and_the_rest_comes_beside_it() -> None:
    placed = {**NOWHERE, "accounts_user": Place(REFERENCE), "pain_checkin": Place(DISTRIBUTED[0], "user_id", 4)}
    made = list(statements(placed))
    assert "accounts_user" not in names_in(made, "create_reference_table")
    assert set(names_in(made, "create_distributed_table")) == PERSONAL - {"pain_checkin"}
    beside = [statement for statement in made if "colocate_with => 'pain_checkin'" in statement]
    assert len(beside) == len(PERSONAL) - 1


def test_rows_left_behind_are_cleared_away_last() -> None:
    filled = {name: Place(takes_space=name in ("accounts_user", "tracking_completion")) for name in layout()}
    assert list(statements(filled))[-2:] == [
        "SELECT truncate_local_data_after_distributing_table('accounts_user')",
        "SELECT truncate_local_data_after_distributing_table('tracking_completion')",
    ]


@pytest.mark.parametrize(
    ("name", "place", "complaint"),
    [
        ("tracking_skip", Place("hs", "exercise_id", 1), "tracking_skip is distributed by exercise_id"),
        ("tracking_skip", Place("nt"), "tracking_skip is a reference table"),
        ("accounts_user", Place("hs", "id", 1), "accounts_user is distributed by id"),
        ("tracking_pause", Place("hs", "user_id", 2), "not side by side"),
    ],
)
def test_what_lies_elsewhere_is_not_moved_but_named(name: str, place: Place, complaint: str) -> None:
    with pytest.raises(MisplacedError, match=complaint):
        statements({**NOWHERE, "pain_checkin": Place("hs", "user_id", 1), name: place})


# --- The command ------------------------------------------------------------------------------------------------------


def told(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    call_command("distribute", *options)
    return capsys.readouterr().out.splitlines()


def test_without_a_cluster_one_line_says_what_is_missing() -> None:
    missing = {"sqlite": "Only PostgreSQL can be spread", "postgresql": "The extension citus is missing"}
    with pytest.raises(CommandError, match=missing[connection.vendor]) as refusal:
        call_command("distribute")
    assert "\n" not in str(refusal.value)


@pytest.fixture
def a_cluster() -> None:
    """As much of Citus as the command sees."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TABLE pg_dist_partition
                (logicalrelid regclass, partmethod "char", partkey text, colocationid int, repmodel "char");
            CREATE FUNCTION column_to_column_name(regclass, text) RETURNS text LANGUAGE sql AS 'SELECT $2';
            CREATE FUNCTION create_reference_table(regclass) RETURNS void LANGUAGE sql AS
                $$INSERT INTO pg_dist_partition VALUES ($1, 'n', NULL, 1, 't')$$;
            CREATE FUNCTION create_distributed_table(regclass, text, colocate_with text DEFAULT '') RETURNS void
                LANGUAGE sql AS $$INSERT INTO pg_dist_partition VALUES ($1, 'h', $2, 2, 's')$$;
            CREATE FUNCTION truncate_local_data_after_distributing_table(regclass) RETURNS void LANGUAGE plpgsql AS
                $$BEGIN EXECUTE 'TRUNCATE ' || $1 || ' CASCADE'; END$$;
            """
        )


def catalogue() -> dict[str, tuple[str, str | None]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT logicalrelid::text, partmethod::text || repmodel::text, partkey FROM pg_dist_partition")
        return {name: (kind, column) for name, kind, column in cursor.fetchall()}


@on_postgresql
@pytest.mark.usefixtures("a_cluster")
def test_it_says_what_it_does_and_does_it(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys)
    assert said[0] == f"{ONE_BY_ONE};"
    assert catalogue() == {
        name: ("hs", "user_id") if is_personal else ("nt", None) for name, is_personal in layout().items()
    }


@on_postgresql
@pytest.mark.usefixtures("a_cluster")
def test_a_dry_run_says_the_same_and_does_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys, "--dry-run")
    assert catalogue() == {}
    assert told(capsys) == said


@on_postgresql
@pytest.mark.usefixtures("a_cluster")
def test_a_second_run_finds_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys)
    assert told(capsys) == ["There is nothing to do: every table is in its place."]


@on_postgresql
@pytest.mark.usefixtures("a_cluster")
def test_rows_that_citus_would_leave_behind_are_emptied(capsys: pytest.CaptureFixture[str]) -> None:
    """The rows played here have gone nowhere before; those of a cluster have been copied to its machines."""
    a_person("anna@example.org")
    assert "SELECT truncate_local_data_after_distributing_table('accounts_user');" in told(capsys)
    assert not User.objects.exists()


@on_postgresql
@pytest.mark.usefixtures("a_cluster")
def test_a_table_that_has_not_been_made_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE rights_upload RENAME TO elsewhere")
    with pytest.raises(CommandError, match=r"The table rights_upload is missing: run manage\.py migrate first"):
        call_command("distribute")


@on_postgresql
@pytest.mark.usefixtures("a_cluster")
def test_what_the_database_refuses_is_passed_on_in_one_line() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION create_distributed_table")
    with pytest.raises(CommandError, match="function create_distributed_table") as refusal:
        call_command("distribute")
    assert "\n" not in str(refusal.value)


# --- What Citus asks of the tables ------------------------------------------------------------------------------------


@on_postgresql
@pytest.mark.parametrize("table", sorted(PERSONAL))
def test_every_unique_index_and_exclusion_of_the_database_holds_the_person_to_be_equal(table: str) -> None:
    """Those that Django does not know of included."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT index.indexrelid::regclass::text, pg_get_constraintdef(owner.oid),
                   ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY(indkey::int[]))
            FROM pg_index AS index LEFT JOIN pg_constraint AS owner ON owner.conindid = index.indexrelid
                 AND owner.conrelid = index.indrelid
            WHERE index.indrelid = %s::regclass AND (index.indisunique OR index.indisexclusion)
            """,
            [table],
        )
        found = cursor.fetchall()
    assert found
    for name, definition, columns in found:
        assert "user_id" in columns, name
        assert "EXCLUDE" not in (definition or "") or "user_id WITH =" in definition, name


@on_postgresql
@pytest.mark.parametrize("table", sorted(PERSONAL))
def test_the_database_knows_no_reference_from_a_personal_table_but_to_people_and_exercises(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT confrelid::regclass::text, confdeltype::text FROM pg_constraint "
            "WHERE contype = 'f' AND conrelid = %s::regclass",
            [table],
        )
        # "a": what is referred to cannot go; nothing is ever set or deleted in another table.
        assert set(cursor.fetchall()) <= {("accounts_user", "a"), ("exercises_exercise", "a")}


@on_postgresql
@pytest.mark.parametrize("table", sorted(PERSONAL))
def test_no_personal_table_numbers_its_rows_or_has_triggers(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attidentity <> ''", [table])
        assert cursor.fetchall() == []
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table])
        assert cursor.fetchall() == []


@on_postgresql
def test_whoever_leaves_with_own_exercises_asks_a_cluster_for_one_connection_first() -> None:
    anna = a_person_with_everything("anna@example.org")
    with CaptureQueriesContext(connection) as captured:
        leave(anna)
    said = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert said[0] == "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'"
    assert not User.objects.filter(email="anna@example.org").exists()
    assert not Completion.objects.exists()


# --- What the site asks of a cluster ----------------------------------------------------------------------------------


PAGES = (
    *("/today/", "/day/2026-11-17/", "/week/2026-11-16/", "/session/", "/plan/", "/plan/add/", "/plan/timeline/"),
    *("/plan/since/", "/plan/pause/", "/plan/exercise/towel/", "/history/", "/history/days/"),
    *("/history/sheet/?weeks=4&pain=on&notes=on", "/pain/", "/sharing/", "/settings/", "/exercises/"),
    *("/settings/data/", "/settings/data/backpain.json", "/settings/data/backpain-csv.zip", "/settings/delete/"),
    *("/settings/data/backpain-fhir.json", "/settings/data/import/", "/settings/calendar/", "/settings/reminders/"),
)
POSTS: Sequence[tuple[str, dict[str, str]]] = (
    ("/day/2026-11-18/towel/3/", {"done": "yes"}),
    ("/day/2026-11-18/towel/3/", {"done": "no"}),
    ("/day/2026-11-18/skip/", {"exercise": "towel", "reason": "sore"}),
    ("/plan/exercise/towel/remove/", {}),
    ("/plan/exercise/towel/add/", {}),
    ("/plan/order/", {"up": "towel"}),
    ("/pain/", {"key": "00000000-0000-4000-8000-000000000009", "score": "3", "moment": "general"}),
    ("/settings/delete/", {"password": PASSWORD, "understood": "on"}),
)


def _names_its_person(sql: str, key: int) -> bool:
    """A whole key compared at once is, to PostgreSQL, each of its columns compared."""
    by_whole_key = rf'WHERE \("\w+"\."user_id", [^)]*\) = \({key}, '
    by_person = rf'"user_id" (= {key}\b|IN \({key}\))'
    return sql.startswith("INSERT") or bool(re.search(f"{by_whole_key}|{by_person}", sql))


def test_what_a_person_does_asks_the_one_machine_that_has_their_rows(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)
    anna = a_person_with_everything("anna@example.org")
    client = browser_of(anna)
    with CaptureQueriesContext(connection) as captured:
        for page in PAGES:
            response = client.get(page)
            assert response.status_code == 200, page
            b"".join(response) if response.streaming else None
        for page, form in POSTS:
            assert client.post(page, form).status_code == 302, page
    about_people = [query["sql"] for query in captured if any(f'"{table}"' in query["sql"] for table in PERSONAL)]
    assert len(about_people) > 100
    others = [sql for sql in about_people if not _names_its_person(sql, anna.pk)]
    # docs/scaling.md tells what becomes of them: an own exercise goes with its person, and is looked for everywhere.
    assert {" ".join(re.findall(r'FROM "(\w+)" WHERE "\w+"."(exercise_id)" IN', sql)[0]) for sql in others} == {
        "tracking_planitem exercise_id",
        "tracking_completion exercise_id",
        "tracking_skip exercise_id",
    }
