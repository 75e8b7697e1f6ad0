import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from keeping import backups
from keeping.refused import InUseError, RefusedError, UnfinishedError


class Command(BaseCommand):
    help = "Put a backup in the place of all that is in the database. It happens as a whole or not at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="a file made by the command backup")
        parser.add_argument("--replace", action="store_true", help="also if there are people in the database")

    def handle(self, *args: Any, file: Path | None, replace: bool, **options: Any) -> None:
        os.umask(0o077)
        if file is None:
            raise CommandError(f"Which backup? The newest is {backups.newest() or 'not there: var/backups/ has none'}.")
        try:
            before = backups.restore(file, timezone.now(), replace=replace)
        except InUseError as problem:
            hint = "make restore takes CONFIRM=yes, the command --replace."
            raise CommandError(f"Nothing was changed. {problem} {hint}") from None
        except (RefusedError, OSError) as problem:
            raise CommandError(f"Nothing was changed. {problem}") from None
        except UnfinishedError as problem:
            raise CommandError(f"{problem} What was there before is in {backups.newest()}.") from None
        self.stdout.write(f"{file} is back in its place. Everybody has to sign in again.")
        if before:
            self.stdout.write(f"What was there before is in {before}.")
