"""Whether a site under load gets over what happens to servers, and still has all that it acknowledged.

    make faults                                 # all of them
    python -m tools.faults short                # few times, with fewer clients, to see that each of them works
    python -m tools.faults clock migration      # these only

The load is that of `tools.soak`, with the same ledger, and each fault has sites and a database of its own. Nothing that
was acknowledged may be lost. Whoever asks while something is broken gets a 503 with Retry-After and no other error. Ten
seconds after it is mended every site says that it is ready, takes a tick, and gives no client any more trouble.

A full disk is a small one in memory, which only root can mount; others are told that this was left out.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tools.figures import publish
from tools.ledger import Crowd, compare_copy
from tools.postgres import Server, path_with_programs, server, stop_tidily
from tools.site import SERVE, Site, environment, prepare, site

HEALTHY_SECONDS = 10
SETTLES_SECONDS = 3
"""So long a site is watched after it has become healthy: a client that is in trouble then tells that it was not."""
PATIENCE = 60
UNDER_LOAD_SECONDS = 4
NOTHING_OF = ("lost", "doubled", "foreign", "wrong_on_pages", "errors", "signed_out", "given_up", "stale_pages")

LOG = Path("var/faults.log")
"""What the sites have to say about it, which is a lot."""
LOGGED = ("sh", "-c", f'exec "$0" "$@" >> {LOG} 2>&1', *SERVE)

Figures = dict[str, float | int | str | bool]
is_short = False


def main() -> None:
    global is_short
    stop_tidily()
    is_short = "short" in sys.argv
    chosen = [name for name in FAULTS if name in sys.argv] or list(FAULTS)
    LOG.unlink(missing_ok=True)
    figures = {}
    for name in chosen:
        if name.startswith("disk") and os.geteuid() != 0:
            print(f"{name}: left out, as only root can mount a small disk.", file=sys.stderr)
            continue
        print(f"{name} …", flush=True)
        figures[name] = FAULTS[name]()
    publish("faults-short" if is_short else "faults", figures)
    complaints = [f"{name}: {complaint}" for name, found in figures.items() for complaint in what_is_wrong(found)]
    if complaints:
        sys.exit("\n".join(complaints))


def what_is_wrong(found: Mapping[str, float | int | str | bool]) -> list[str]:
    wrong = [f"{found[name]} {name.replace('_', ' ')}" for name in NOTHING_OF if found[name]]
    if float(found["healthy_s"]) > HEALTHY_SECONDS:
        wrong.append(f"healthy only after {found['healthy_s']:.1f} s")
    return wrong


# --- A site under load ------------------------------------------------------------------------------------------------


@dataclass
class Scene:
    """Sites and the crowd on them, and how long they took to get over each fault."""

    database: str
    sites: list[Site]
    crowd: Crowd
    stack: ExitStack
    """Of what ends with the scene."""
    healthy: list[float] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)

    def open(self, **variables: str) -> None:
        """One more site."""
        workers = self.sites[0].environment["WEB_WORKERS"]
        self.sites.append(self.stack.enter_context(site(self.database, LOGGED, WEB_WORKERS=workers, **variables)))

    def goes_on(self, seconds: float = UNDER_LOAD_SECONDS) -> None:
        time.sleep(seconds)

    def is_mended(self, over: float = 0.0) -> None:
        """Say it when the fault is over. Waits until nobody notices it any more, and keeps how long that took."""
        over = over or time.monotonic()
        for one in self.sites:
            self._takes_a_tick(one)
        ready = time.monotonic()
        time.sleep(SETTLES_SECONDS)
        self.healthy.append(max(ready, self.crowd.count().trouble_at) - over)

    def _takes_a_tick(self, one: Site) -> None:
        deadline = time.monotonic() + PATIENCE
        while not one.is_ready():
            if time.monotonic() > deadline:
                sys.exit(f"The site on port {one.port} has not become ready within {PATIENCE} s.")
            time.sleep(0.1)
        visitor = self.crowd.visitor
        visitor.ports = [one.port]
        visitor.wish(visitor.own[0], done=True)

    def figures(self) -> Figures:
        seen = self.crowd.figures()
        self.found.update(self.crowd.verdict())
        names = (
            "clients",
            "acknowledged",
            "answers_503",
            "answers_500",
            "errors",
            "signed_out",
            "no_answer",
            "given_up",
        )
        return {
            "times": len(self.healthy),
            "healthy_s": max(self.healthy),
            **{name: seen[name] for name in (*names, "stale_pages", "p50_ms", "slowest_ms")},
            **self.found,
        }


def play(
    database: str, happens: Callable[[Scene], None], sites: int, workers: int, clients: int, **variables: str
) -> Figures:
    """Let it happen in the midst of the load, and see what became of everything."""
    if is_short:
        workers, clients = 2, clients // 3
    prepare(database)
    with ExitStack() as stack:
        variables = {"WEB_WORKERS": str(workers), **variables}
        running = [stack.enter_context(site(database, LOGGED, **variables)) for _n in range(sites)]
        scene = Scene(database, running, Crowd(database, clients, [one.port for one in running]), stack)
        with scene.crowd.busy():
            scene.goes_on()
            happens(scene)
            scene.goes_on()
        return scene.figures()


def on_postgresql(postgres: Server, happens: Callable[[Scene], None], **variables: str) -> Figures:
    return play(postgres.url, happens, sites=2, workers=4, clients=50, **variables)


def on_sqlite(folder: Path | str, happens: Callable[[Scene], None]) -> Figures:
    return play(f"sqlite:///{folder}/faults.sqlite3", happens, sites=1, workers=2, clients=20)


# --- Something is killed ----------------------------------------------------------------------------------------------


def workers_killed() -> Figures:
    with server() as postgres:
        return on_postgresql(postgres, lambda scene: kill_workers(scene, 10))


def workers_killed_sqlite() -> Figures:
    with tempfile.TemporaryDirectory(prefix="backpain-faults-") as folder:
        return on_sqlite(folder, lambda scene: kill_workers(scene, 5))


def kill_workers(scene: Scene, times: int) -> None:
    for n in range(2 if is_short else times):
        victims = scene.sites[n % len(scene.sites)].workers()
        os.kill(random.choice(victims), signal.SIGKILL)  # noqa: S311
        scene.is_mended()


def database_killed() -> Figures:
    with server() as postgres:
        return on_postgresql(postgres, lambda scene: kill_database(scene, postgres))


def kill_database(scene: Scene, postgres: Server) -> None:
    # The last time it stays away for longer than a pool of connections goes on asking for it.
    for away in (1, 8) if is_short else (0, 1, 2, 4, 8):
        postgres.kill()
        time.sleep(away)
        postgres.start()
        scene.is_mended()


# --- The disk is full -------------------------------------------------------------------------------------------------


def disk_full() -> Figures:
    """There is no room for new rows."""
    with small_disk(128) as disk, server(data=disk / "data") as postgres:
        return on_postgresql(postgres, lambda scene: fill_disk(scene, disk))


def disk_of_log_full() -> Figures:
    """PostgreSQL cannot go on without its log: it ends, and is started again when there is room."""
    with small_disk(32) as disk, server(log=disk / "log") as postgres:
        return on_postgresql(postgres, lambda scene: fill_disk(scene, disk, postgres))


def disk_full_sqlite() -> Figures:
    with small_disk(16) as disk:
        return on_sqlite(disk, lambda scene: fill_disk(scene, disk))


def fill_disk(scene: Scene, disk: Path, postgres: Server | None = None) -> None:
    for _time in range(1 if is_short else 3):
        before = scene.crowd.count().answers[503]
        with fill(disk):
            deadline = time.monotonic() + PATIENCE
            while scene.crowd.count().answers[503] == before:
                if time.monotonic() > deadline:
                    sys.exit("Nobody noticed the full disk.")
                time.sleep(0.1)
                if postgres:
                    begin_new_log(postgres)
            scene.goes_on()
        if postgres and postgres.process.poll() is not None:
            postgres.start()
        scene.is_mended()


def begin_new_log(postgres: Server) -> None:
    """The file of the log that is in use would last for minutes."""
    with suppress(psycopg.OperationalError), psycopg.connect(postgres.url) as session:
        session.execute("SELECT pg_switch_wal()")


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """An empty one in memory, open to everybody, as PostgreSQL runs as somebody else."""
    with tempfile.TemporaryDirectory(prefix="backpain-disk-") as name:
        Path(name).chmod(0o755)
        disk = Path(name, "disk")
        disk.mkdir()
        options = f"size={megabytes}m,mode=1777"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], check=True)
        try:
            yield disk
        finally:
            subprocess.run(["umount", "--lazy", disk], check=True)


@contextmanager
def fill(disk: Path) -> Iterator[None]:
    """Leave no room on it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    try:
        yield
    finally:
        filler.unlink()


# --- A new version is rolled out --------------------------------------------------------------------------------------

NEXT_VERSION = {
    "__init__.py": "",
    "settings.py": """
from backpain.settings import *

INSTALLED_APPS = [*INSTALLED_APPS, "newer"]
""",
    "migrations/__init__.py": "",
    "migrations/0001_initial.py": """
import time

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("tracking", "0001_initial")]
    operations = [
        migrations.CreateModel("Newer", [("id", models.BigAutoField(primary_key=True)), ("word", models.TextField())]),
        migrations.RunSQL("ALTER TABLE tracking_completion ADD COLUMN felt smallint NOT NULL DEFAULT 0"),
        migrations.RunSQL("CREATE INDEX newer_felt ON tracking_completion (felt)"),
        # As long as it would take with many rows, while it holds the table.
        migrations.RunPython(lambda apps, editor: time.sleep(3)),
    ]
""",
}
"""The site as it is, and an app that adds a table, a column to the table in use, and an index."""


def migration() -> Figures:
    with server() as postgres:
        return on_postgresql(postgres, roll_out)


def migration_sqlite() -> Figures:
    with tempfile.TemporaryDirectory(prefix="backpain-faults-") as folder:
        return on_sqlite(folder, roll_out)


def roll_out(scene: Scene) -> None:
    """Migrate while the old version serves, start the new one beside it, send people there, and stop the old one."""
    folder = scene.stack.enter_context(tempfile.TemporaryDirectory(prefix="backpain-newer-"))
    for name, text in NEXT_VERSION.items():
        file = Path(folder, "newer", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    old = list(scene.sites)
    for _one in old:
        scene.open(DJANGO_SETTINGS_MODULE="newer.settings", PYTHONPATH=folder)
    scene.is_mended()
    scene.sites = scene.sites[len(old) :]
    scene.crowd.ports[:] = [new.port for new in scene.sites]
    for one in old:
        one.stop()
    scene.is_mended()


# --- The clock is off -------------------------------------------------------------------------------------------------

HOUR = 3600


def clock_off() -> Figures:
    """An hour ahead from the start; then it is set while the site serves."""
    with server() as postgres, tempfile.TemporaryDirectory(prefix="backpain-clock-") as folder:
        file = Path(folder, "off_by")
        file.write_text(str(HOUR))
        follows = {"CLOCK_FILE": str(file), "PYTHONPATH": str(Path(__file__).parent / "clock")}
        return on_postgresql(postgres, lambda scene: set_clock(scene, file), **follows)


def set_clock(scene: Scene, file: Path) -> None:
    for off_by in (0, HOUR, -HOUR, 0):
        file.write_text(str(off_by))
        scene.is_mended()


# --- The database is lost, but for its backup -------------------------------------------------------------------------


def restored() -> Figures:
    with server() as postgres:
        figures = on_postgresql(postgres, lambda scene: lose_and_restore(scene, postgres))
    # A backup does not hold who is signed in, so that everybody is asked to sign in again, and nobody gets an error.
    return {**figures, "signed_out": 0, "asked_to_sign_in": figures["signed_out"]}


def lose_and_restore(scene: Scene, postgres: Server) -> None:
    """Two crowds: what the first was told before the backup began is there again; the second comes after the loss."""
    first, second = scene.crowd, Crowd(scene.database, len(scene.crowd.clients), scene.crowd.ports)
    file = postgres.directory / "backup.dump"
    begun = time.monotonic()
    manage(scene, "backup", str(file))
    ended = time.monotonic()
    scene.goes_on()
    first.come_to_rest()
    scene.crowd = second
    with psycopg.connect(postgres.url.replace("/postgres?", "/template1?"), autocommit=True) as session:
        session.execute("DROP DATABASE postgres WITH (FORCE)")
        session.execute("CREATE DATABASE postgres")
    scene.stack.enter_context(second.busy())
    scene.goes_on()
    manage(scene, "restore", str(file))
    over = time.monotonic()
    second.sign_in()
    scene.is_mended(over)
    scene.found.update(compare_copy(first.ledgers(), first.rows(), begun, ended))
    scene.goes_on()
    second.come_to_rest()


def manage(scene: Scene, *arguments: str) -> None:
    """Run a command of the site, with PostgreSQL's own programs at hand."""
    variables = {**environment(scene.database), "PATH": path_with_programs()}
    subprocess.run([sys.executable, "manage.py", *arguments], env=variables, check=True)


FAULTS: dict[str, Callable[[], Figures]] = {
    "workers": workers_killed,
    "workers-sqlite": workers_killed_sqlite,
    "database": database_killed,
    "disk": disk_full,
    "disk-log": disk_of_log_full,
    "disk-sqlite": disk_full_sqlite,
    "migration": migration,
    "migration-sqlite": migration_sqlite,
    "clock": clock_off,
    "restore": restored,
}

if __name__ == "__main__":
    main()
