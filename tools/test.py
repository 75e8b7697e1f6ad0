"""All the proof there is, one step after the other, up to the first that fails.

`make test` runs everything, `make check` only what reads the code, `make test-quick` only the tests on SQLite. The
developer's own environment stays outside: whatever it says about the site, the tests run in production settings.
"""

import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.postgres import run, server, stop_tidily

SITE_VARIABLES = {
    *("DEBUG", "SECRET_KEY", "ALLOWED_HOSTS", "HTTPS", "BEHIND_PROXY", "STATIC_ROOT", "HOST", "PORT"),
    *("DATABASE_URL", "DATABASE_POOL_SIZE", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "WEB_WORKERS", "WEB_THREADS", "ADMIN"),
    *("SITE_URL", "REMINDERS", "PUSH_HOSTS"),
}
# Python writes down what it has compiled, or each of the many processes would do it anew.
NOT_OURS = SITE_VARIABLES | {"PYTHONDONTWRITEBYTECODE"}
PLAIN = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
TESTING = {
    **PLAIN,
    "SECRET_KEY": "test-" + "only-" * 12,
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "HTTPS": "off",
}
DEPLOYED = {**PLAIN, "SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "backpain.example"}
# In several processes, each with a database of its own; one that is done takes over from the others. There are more of
# them than cores, as some tests wait for a site that starts or stops.
TESTS = "-m pytest --numprocesses 3 --dist worksteal --ignore=tests/browser"
# Chromium as it is without windows: the same engine, which begins and draws in half the time.
BROWSER = "chromium-headless-shell"
WHOLE_BROWSER = "chromium"
BROWSER_TESTS = "-m pytest --numprocesses 3 --dist worksteal tests/browser"

seconds: dict[str, float] = {}


def main() -> None:
    stop_tidily()
    Path("var").mkdir(exist_ok=True)
    try:
        {"check": check, "quick": on_sqlite, "hostile": hostile, "all": everything}[sys.argv[1]]()
    finally:
        total = f"{sum(seconds.values()):.0f} s in all"
        print("\n" + " · ".join([*(f"{name} {spent:.0f} s" for name, spent in seconds.items()), total]))
    print("Everything passed.")


def everything() -> None:
    # Installed meanwhile: that is mostly waiting, and as long as what only reads the code takes.
    with ThreadPoolExecutor() as beside:
        browsers = beside.submit(lambda: ensure(BROWSER) or ensure(WHOLE_BROWSER))
        check()
        step("chromium", browsers.result)
    on_sqlite()
    with server() as postgres:
        python("tests on PostgreSQL", TESTS, {**TESTING, "DATABASE_URL": postgres.url})
        python("tests in Chromium", BROWSER_TESTS, {**TESTING, "DATABASE_URL": postgres.url})
    # By itself, as its clients keep every core busy.
    python("soak", "-m tools.soak short")


def check() -> None:
    python("ruff check", "-m ruff check")
    python("ruff format", "-m ruff format --check")
    python("djlint", "-m djlint templates --lint --quiet")
    python("mypy", "-m mypy")
    python("migrations", "manage.py makemigrations --check --dry-run")
    python("check --deploy", "manage.py check --deploy --fail-level WARNING", DEPLOYED)


def on_sqlite() -> None:
    python("tests on SQLite", TESTS)


def hostile() -> None:
    """All of what `make test` only tries a part of; PostgreSQL is the stricter one of the two."""
    with server() as postgres:
        python("hostile", f"{TESTS} tests/test_hostile.py", {**TESTING, "DATABASE_URL": postgres.url})


def python(name: str, arguments: str, environment: dict[str, str] = TESTING) -> None:
    step(name, lambda: run([sys.executable, *arguments.split()], environment))


def step(name: str, action: Callable[[], int]) -> None:
    """Do it under a heading, note how long it took, and end everything if it fails."""
    print(f"\n== {name} ", "=" * (90 - len(name)), sep="", flush=True)
    start = time.monotonic()
    try:
        status = action()
    finally:
        seconds[name] = time.monotonic() - start
    if status != 0:
        print(f"\nFailed: {name}.", file=sys.stderr)
        sys.exit(status)


def ensure(program: str, package: str = "") -> int:
    """A program of Debian's, installed if it is missing and we may; its package where that has another name."""
    if shutil.which(program):
        print(shutil.which(program))
        return 0
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (as_root and not shutil.which("sudo")):
        print(f"{program} is missing and cannot be installed from here. Please install it.", file=sys.stderr)
        return 1
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = [*as_root, "apt-get", "--quiet", "--yes"]
    install = [*apt, "install", "--no-install-recommends", package or program]
    if run([*apt, "update"], environment) or run(install, environment):
        print(f"{program} is missing and could not be installed: apt-get says why, above.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    main()
