"""No two items of one exercise, and no two pauses of a person, share a day: the databases themselves refuse it.

PostgreSQL has exclusion constraints for this. SQLite has triggers; they come after the row is written, so that a row
that is passed over because its key is there already is no overlap. Whoever changes one of these tables on SQLite makes
Django build it anew without its triggers: such a migration has to end with `guard` again, and a test notices if not.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Table, and the columns beside the user that make two rows rivals.
TABLES = {"tracking_planitem": ["exercise_id"], "tracking_pause": []}


def guard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table, columns in TABLES.items():
        for statement in statements(schema_editor.connection.vendor, table, columns):
            schema_editor.execute(statement, params=None)


def statements(vendor: str, table: str, columns: list[str]) -> list[str]:
    name = f"{table}_no_overlap"
    if vendor == "postgresql":
        same = ", ".join(f"{column} WITH =" for column in ["user_id", *columns])
        return [
            "CREATE EXTENSION IF NOT EXISTS btree_gist",
            f"ALTER TABLE {table} ADD CONSTRAINT {name} "
            f"EXCLUDE USING gist ({same}, daterange(starts_on, ends_on) WITH &&)",
        ]
    same = " AND ".join(f"other.{column} = NEW.{column}" for column in ["user_id", *columns])
    return [
        f"CREATE TRIGGER {name}_{event.lower()} AFTER {event} ON {table} BEGIN "
        f"SELECT RAISE(ABORT, '{name}') WHERE EXISTS (SELECT 1 FROM {table} AS other WHERE {same} "
        "AND other.starts_on <> NEW.starts_on "
        "AND (NEW.ends_on IS NULL OR other.starts_on < NEW.ends_on) "
        "AND (other.ends_on IS NULL OR NEW.starts_on < other.ends_on)); END"
        for event in ("INSERT", "UPDATE")
    ]


def unguard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for table in TABLES:
        name = f"{table}_no_overlap"
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        else:
            for event in ("insert", "update"):
                schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}_{event}")


class Migration(migrations.Migration):
    dependencies = [("tracking", "0002_my_plan")]

    operations = [migrations.RunPython(guard, unguard)]
