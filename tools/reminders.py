"""Proves that reminders reach everybody, and everybody once: two processes that send, and one that is killed at random.

    make reminders
    python -m tools.reminders 300 2    # fewer that are due, and fewer kills

The processes are those of `manage.py send_reminders --loop`, and what they send goes by SMTP to a mail server of this
program's own, which counts. Who is killed is replaced at once. In the end, what a dead one had taken on is all that is
left; its lease is then made to run out, rather than waited for.

`never` has heard of nothing, `twice` more than once. Each process sends one at a time, so there may be as many of the
latter as there were kills, and none without.
"""

import multiprocessing
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from typing import Any

from tools.figures import judge, publish
from tools.mail_server import MailServer, mail_server
from tools.postgres import server, stop_tidily
from tools.site import environment, log, prepare, use_database

DUE, KILLS = 10_000, 10
WORKERS = 2
COMMAND = (sys.executable, "manage.py", "send_reminders", "--loop")
PATIENCE = 1800
QUIET_SECONDS = 4
"""So long nothing has to happen before what is still open counts as left behind by the dead."""

Figures = dict[str, float | int]


def main() -> None:
    stop_tidily()
    due, kills = map(int, sys.argv[1:3]) if sys.argv[2:] else (DUE, KILLS)
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory(prefix="backpain-reminders-") as folder, server() as postgres:
        alone(postgres.url, make_database, "killed")
        databases = {
            "postgresql, with kills": postgres.url_of("killed"),
            "sqlite, with kills": f"sqlite:///{folder}/killed.sqlite3",
            "postgresql": postgres.url,
            "sqlite": f"sqlite:///{folder}/one.sqlite3",
        }
        for name, database in databases.items():
            prepare(database)
            figures[name] = alone(database, sent_by_two, due, kills if "kills" in name else 0)
            print(name, figures[name], flush=True)
    publish("reminders", figures)
    judge([line for name, found in figures.items() for line in falls_short(name, found)])


def falls_short(name: str, found: Figures) -> list[str]:
    wrong = []
    if found["never"]:
        wrong.append(f"{name}: {found['never']} have heard of nothing.")
    if found["twice"] > found["kills"]:
        wrong.append(f"{name}: {found['twice']} have heard twice, with {found['kills']} kills.")
    return wrong


def alone(database: str, work: Callable[..., Any], *arguments: Any) -> Any:
    """Do it in a process of its own: each can use Django on one database only."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as processes:
        return processes.submit(on, database, work, *arguments).result()


def on(database: str, work: Callable[..., Any], *arguments: Any) -> Any:
    use_database(database)
    return work(*arguments) if work is make_database else work(database, *arguments)


def make_database(name: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")


def fill(due: int) -> list[str]:
    """So many people who are to be reminded by email now, of one exercise each. Returns their addresses."""
    from datetime import time as time_of_day

    from allauth.account.models import EmailAddress
    from django.utils import timezone

    from accounts.models import User
    from exercises.models import PRESCRIPTION_FIELDS, Exercise
    from reminders.models import Reminder
    from tracking.models import PlanItem

    now, midnight = timezone.now(), time_of_day(0)
    wishes: dict[str, Any] = {"reminds": True, "reminds_by_push": False, "reminds_by_mail": True}
    wishes |= {"quiet_from": midnight, "quiet_until": midnight, "time_zone": "UTC"}
    people = User.objects.bulk_create(
        User(email=f"person{n}@example.org", password="!", date_joined=now, **wishes)  # noqa: S106
        for n in range(due)
    )
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in people], batch_size=1000
    )
    walk = Exercise.objects.get(slug="toe-walk")
    daily = {name: getattr(walk, name) for name in PRESCRIPTION_FIELDS} | {"per": "day", "at_least": 1, "at_most": 1}
    day = now.date() - timedelta(days=1)
    PlanItem.objects.bulk_create(
        [PlanItem(user=user, exercise=walk, starts_on=day, **daily) for user in people], batch_size=1000
    )
    Reminder.objects.bulk_create(
        [Reminder(user=user, name="", at=now.time(), next_at=now, zone="UTC") for user in people], batch_size=1000
    )
    return [user.email for user in people]


def sent_by_two(database: str, due: int, kills: int) -> Figures:
    people = fill(due)
    chance = random.Random(due + kills)  # noqa: S311  # the same moments each time
    moments = sorted(chance.randrange(due) for _n in range(kills))
    with mail_server() as mails:
        start = last = time.monotonic()
        workers = [begin(database, mails) for _n in range(WORKERS)]
        try:
            heard = 0
            while time.monotonic() - start < PATIENCE:
                time.sleep(0.01)
                if heard < len(mails.mails):
                    heard, last = len(mails.mails), time.monotonic()
                if moments and heard > moments[0]:
                    moments.pop(0)
                    n = chance.randrange(WORKERS)
                    workers[n].kill()
                    workers[n] = begin(database, mails, instead_of=workers[n])
                elif heard and time.monotonic() - last > QUIET_SECONDS:
                    if not let_leases_run_out():
                        break
                    # It looks at once for what there is; the others would do so a little later.
                    workers[0].terminate()
                    workers[0] = begin(database, mails, instead_of=workers[0])
                    last = time.monotonic()
        finally:
            for worker in workers:
                worker.terminate()
            for worker in workers:
                worker.wait()
    times = Counter(str(mail["To"]) for mail in mails.mails)
    return {
        "due": due,
        "kills": kills - len(moments),
        "never": sum(times[email] == 0 for email in people),
        "twice": sum(times[email] > 1 for email in people),
        "mails": heard,
        "seconds": last - start,
    }


def begin(
    database: str, mails: MailServer, instead_of: "subprocess.Popen[bytes] | None" = None
) -> "subprocess.Popen[bytes]":
    if instead_of:
        instead_of.wait()
    variables = {**environment(database), "EMAIL_URL": mails.url}
    return subprocess.Popen(COMMAND, env=variables, start_new_session=True, stderr=log())


def let_leases_run_out() -> int:
    """Of what nobody alive is sending, as it has been the same for a second. Returns how many are still open."""
    from django.utils import timezone

    from reminders.models import Delivery

    left_open = Delivery.objects.filter(outcome="").order_by().values_list("user_id", "leased_until")
    before = set(left_open)
    time.sleep(1)
    left_behind = before & set(left_open)
    for user, until in left_behind:
        Delivery.objects.filter(user=user, outcome="", leased_until=until).update(leased_until=timezone.now())
    return len(before)


if __name__ == "__main__":
    main()
