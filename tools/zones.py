"""Sends every time zone, at each of its transitions from 2024 to 2032, through the rules and through the pages.

Zones whose files are the same to the byte are one zone with two names, and go through the pages once.
"""

import logging
import os
import sys

from tools.figures import judge, publish
from tools.test import TESTING


def main() -> None:
    os.environ.update(TESTING, DATABASE_URL="sqlite:///var/zones.sqlite3", DJANGO_SETTINGS_MODULE="backpain.settings")
    import django

    django.setup()
    logging.disable()

    import time_machine
    from django.db import connection
    from django.test.utils import override_settings, setup_test_environment

    from tests.wall_clocks import FIRST, Figures, check_pages, check_rules, rules_of, transitions, zones

    rules, pages = Figures(), Figures()
    for zone in zones():
        check_rules(zone, rules)

    connection.settings_dict["TEST"]["NAME"] = None
    setup_test_environment()
    connection.creation.create_test_db(verbosity=0)
    different = {rules_of(zone): zone for zone in zones()}.values()
    in_memory = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with (
        override_settings(CACHES=in_memory, PASSWORD_HASHERS=quick, STORAGES=plain),
        time_machine.travel(FIRST.timestamp(), tick=False) as traveller,
    ):
        for n, zone in enumerate(different, start=1):
            check_pages(zone, transitions(zone), traveller.move_to, pages)
            if n % 50 == 0:
                print(f"{n} of {len(different)} zones", file=sys.stderr, flush=True)
    publish("zones", {"rules": figures_of(rules), "pages": figures_of(pages)})
    judge([*rules.mismatches, *pages.mismatches][:50])


def figures_of(found: "Figures") -> dict[str, float | int | str | bool]:  # type: ignore[name-defined]  # noqa: F821
    return {
        "zones": found.zones,
        "transitions": found.transitions,
        "checks": found.checks,
        "mismatches": len(found.mismatches),
    }


if __name__ == "__main__":
    main()
