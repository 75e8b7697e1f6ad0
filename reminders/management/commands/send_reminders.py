import logging
import os
import signal
import threading
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.middleware import is_outage
from reminders import sending

logger = logging.getLogger("backpain.reminders")

LONGEST_SLEEP = 15.0
"""Seconds. So long a change made elsewhere may go unseen: new times, another zone."""
SHORTEST_SLEEP = 0.2
CLEAN_EVERY = timedelta(hours=1)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Command(BaseCommand):
    help = "Send the reminders that are due. Any number of these may run at the same time."
    # Whoever starts the site has run them.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until a signal ends it")
        parser.add_argument(
            "--until-closed", action="store_true", help="end as soon as nobody holds standard input open any more"
        )

    def handle(self, *, loop: bool, until_closed: bool, **options: Any) -> None:
        self.stop = threading.Event()
        if not loop:
            self.send_what_is_due()
            return
        for number in STOP_SIGNALS:
            signal.signal(number, lambda *_: self.stop.set())
        # Whoever starts it along with the web server holds them back until here.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        if until_closed:
            threading.Thread(target=self._wait_for_the_end, daemon=True).start()
        self.is_prepared, self.trouble = False, ""
        self.cleaned_at: datetime | None = None
        while not self.stop.is_set():
            self.stop.wait(self._turn())

    def _wait_for_the_end(self) -> None:
        while os.read(0, 1):
            pass
        self.stop.set()

    def _turn(self) -> float:
        """Send what is due. Returns for how long there is nothing to do. No trouble ends the loop."""
        try:
            self.is_prepared = self.is_prepared or is_migrated()
            if not self.is_prepared:
                self._say("Reminders wait for the database to be prepared")
                return LONGEST_SLEEP / 10
            self.send_what_is_due()
            self._clean()
            self._say("")
            return self._seconds_to_next()
        except Exception as problem:
            if not is_outage(problem):
                logger.exception("Reminders had to stop for a moment")
            self._say("Reminders wait for the database to come back" if is_outage(problem) else "")
            return LONGEST_SLEEP
        finally:
            sending.let_go_of_connection()

    def send_what_is_due(self) -> None:
        while not self.stop.is_set():
            begun = sending.begin(timezone.now())
            found = sending.waiting(timezone.now())
            for one in found:
                if self.stop.is_set():
                    return
                sending.send(one, timezone.now())
            if not begun and not found:
                return

    def _clean(self) -> None:
        now = timezone.now()
        if self.cleaned_at is None or now - self.cleaned_at > CLEAN_EVERY:
            sending.forget(now)
            self.cleaned_at = now

    def _seconds_to_next(self) -> float:
        now = timezone.now()
        then = sending.next_time(now)
        seconds = (then - now).total_seconds() if then else LONGEST_SLEEP
        return min(max(seconds, SHORTEST_SLEEP), LONGEST_SLEEP)

    def _say(self, trouble: str) -> None:
        """Once, however long it lasts."""
        if trouble and trouble != self.trouble:
            logger.warning(trouble)
        self.trouble = trouble


def is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
