import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from keeping import backups
from keeping.refused import RefusedError


class Command(BaseCommand):
    help = "Write all that the site keeps into one file, while it serves. The file holds people's health data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="by default one named after the moment, in var/backups/")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        os.umask(0o077)
        file = file or backups.file_for(timezone.now())
        try:
            backups.back_up(file)
        except (RefusedError, OSError) as problem:
            raise CommandError(f"There is no backup. {problem}") from None
        size = f"{file.stat().st_size / 1_000_000:.1f} MB"
        self.stdout.write(f"{file} ({size}). Keep the site's SECRET_KEY as well, in another place.")
