from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class InOneStep(MigrationExecutor):
    """Where a migration makes indexes at its end, Django records it in a transaction of its own.

    Killed between the two, a site never started again: its tables were there, and Django went on to make them.
    """

    def apply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False, fake_initial: bool = False
    ) -> ProjectState:
        if not migration.atomic:
            return super().apply_migration(state, migration, fake, fake_initial)
        # SQLite checks references while a table is replaced, unless told not to before the transaction begins.
        self.connection.disable_constraint_checking()
        try:
            with transaction.atomic(self.connection.alias):
                return super().apply_migration(state, migration, fake, fake_initial)
        finally:
            self.connection.enable_constraint_checking()


migrate.MigrationExecutor = InOneStep  # type: ignore[attr-defined]  # the command has no other way to be given one


class Command(migrate.Command):
    """Django's own, with each migration and its record in one transaction."""
