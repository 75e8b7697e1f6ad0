from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from rights.cluster import MisplacedError, is_cluster, layout, places, statements


class Command(BaseCommand):
    help = "Spreads the tables over a cluster of Citus machines, by person. Does what is left to do, and no more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="print the statements, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            left = statements_left()
            for statement in left:
                self.stdout.write(f"{statement};")
                if not options["dry_run"]:
                    # Each by itself: whatever stops it half way, the next run goes on from there.
                    with connection.cursor() as cursor:
                        cursor.execute(statement)
        except (DatabaseError, MisplacedError) as problem:
            raise CommandError(" ".join(str(problem).split())) from problem
        if not left:
            self.stdout.write("There is nothing to do: every table is in its place.")


def statements_left() -> list[str]:
    if connection.vendor != "postgresql":
        raise CommandError("Only PostgreSQL can be spread over several machines; this database is another.")
    if not is_cluster():
        raise CommandError("The extension citus is missing in this database: CREATE EXTENSION citus.")
    placed = places()
    if missing := layout().keys() - placed.keys():
        raise CommandError(f"The table {min(missing)} is missing: run manage.py migrate first.")
    return list(statements(placed))
