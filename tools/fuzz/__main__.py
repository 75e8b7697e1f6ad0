import argparse
import logging
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from tools.figures import judge, publish
from tools.postgres import server, stop_tidily
from tools.test import TESTING

if TYPE_CHECKING:
    from tests.neighbours import Neighbours
    from tools.fuzz.running import Run

REQUESTS = 100_000


def main() -> None:
    stop_tidily()
    parser = argparse.ArgumentParser()
    parser.add_argument("requests", type=int, nargs="?", default=REQUESTS)
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10**6)))
    parser.add_argument("--visit", type=int)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    with ExitStack() as later:
        if options.postgresql:
            url = later.enter_context(server()).url
        else:
            folder = later.enter_context(tempfile.TemporaryDirectory(prefix="backpain-fuzz-"))
            url = f"sqlite:///{folder}/fuzz.sqlite3"
        # Whatever of Django or of the site is imported needs to know this first.
        os.environ.update(
            {**TESTING, "ADMIN": "on", "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "backpain.settings"}
        )
        print(f"Seed {options.seed}", flush=True)
        with neighbours() as there:
            from tools.fuzz.running import fuzz

            run = fuzz(there, options.seed, options.requests, options.visit)
    report(run, "postgresql" if options.postgresql else "sqlite")


@contextmanager
def neighbours() -> Iterator["Neighbours"]:
    """Everything in place: an empty database of the tests, the people, and a day that does not end."""
    import django

    django.setup()
    import time_machine
    from django.conf import settings
    from django.db import connection, transaction
    from django.test import override_settings

    from tests.belongings import AT
    from tests.conftest import FOR_TESTS

    logging.disable()
    silent = {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    with override_settings(**FOR_TESTS, **silent), ExitStack() as later:
        name = settings.DATABASES["default"]["NAME"]
        connection.creation.create_test_db(verbosity=0)
        later.callback(connection.creation.destroy_test_db, name, verbosity=0)
        later.enter_context(time_machine.travel(AT, tick=False))
        from tests.neighbours import neighbours

        with transaction.atomic():
            yield neighbours()
            transaction.set_rollback(True)


def report(run: "Run", database: str) -> None:
    from tests.bounds import most_queries

    for status, count in sorted(run.site.statuses.items()):
        print(f"  {status}: {count}")
    figures: dict[str, float | int | str | bool] = {
        "seed": run.seed,
        "requests": run.sent,
        "addresses": len({route for route, _method in run.site.most if route}),
        "a second": round(run.sent / run.seconds),
        "a second of a processor": round(run.sent / run.processor_seconds),
        "wrong": len(run.wrong),
        "most queries": max(run.site.most.values()),
        "least room": min(most_queries(*key) - most for key, most in run.site.most.items()),
    }
    publish("fuzz", {database: figures})
    judge(list(run.wrong))


if __name__ == "__main__":
    main()
