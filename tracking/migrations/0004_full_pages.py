"""The pages of the index of completions are filled to the brim, on PostgreSQL.

By default a tenth is left free for what comes between. But a person adds to the end of their days, and hardly ever to a
day of last month: what was left free there would stay free for ever. It holds for pages written from now on.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER INDEX tracking_completion_pkey SET (fillfactor = 100)")


def leave_room(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER INDEX tracking_completion_pkey RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [("tracking", "0003_no_overlaps")]

    operations = [migrations.RunPython(fill, leave_room)]
