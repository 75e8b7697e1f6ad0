from typing import Any

from django.core.management.base import BaseCommand

from exercises.seed import read_catalogue, seed


class Command(BaseCommand):
    help = "Brings the exercises of catalogue.toml into the database. What was edited in the admin stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        outcome = seed(read_catalogue())
        for label, slugs in (
            ("new", outcome.created),
            ("updated", outcome.updated),
            ("edited here, left alone", outcome.edited),
        ):
            if slugs:
                self.stdout.write(f"{label}: {', '.join(slugs)}")
        if not (outcome.created or outcome.updated):
            self.stdout.write("The catalogue is up to date.")
