"""A site of its own for measuring and for breaking: production settings, real web workers, a database of its own.

    with site(database) as running:
        somebody = signed_in("somebody@example.org")
        requests.get(running.address + "/today/", headers=somebody.headers)

The process that starts it may use Django on the same database after `use_database()`.
"""

import logging
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from tools.test import PLAIN

HOST = "backpain.example"
SERVE = (sys.executable, "-m", "backpain.serve")
LOG = Path("var", "site.log")
READY_SECONDS = 60
STOP_SECONDS = 15


def environment(database: str, port: int = 8000) -> dict[str, str]:
    """What a deployment behind a proxy that speaks https has in its environment."""
    production = {
        "SECRET_KEY": "of-no-use-elsewhere-" * 3,
        "ALLOWED_HOSTS": HOST,
        "BEHIND_PROXY": "on",
        "REMINDERS": "off",
    }
    return {**PLAIN, **production, "DATABASE_URL": database, "PORT": str(port)}


def use_database(database: str, **variables: str) -> None:
    """Let this process use the site's models on that database. Once a process, before any of them is imported.

    What `variables` say of https has to be what they say to the site, as the names of cookies hang on it.
    """
    os.environ |= {**environment(database), **variables}
    os.environ["DJANGO_SETTINGS_MODULE"] = "backpain.settings"
    import django

    django.setup()
    # Whoever asks for pages within this process needs no log of it.
    logging.getLogger("backpain.visits").setLevel(logging.WARNING)


def prepare(database: str) -> None:
    """Bring tables and catalogue up to date, as every start of the site does first."""
    subprocess.run([*SERVE, "--prepare-only"], env=environment(database), check=True)


@cache
def log() -> IO[bytes]:
    """One for all sites of this process, begun anew by the first."""
    LOG.parent.mkdir(mode=0o700, exist_ok=True)
    LOG.unlink(missing_ok=True)
    return LOG.open("ab")


class Site:
    """Web workers on a port of this machine. They can be killed, stopped and started again."""

    def __init__(self, database: str, command: Sequence[str], variables: Mapping[str, str]) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.command = command
        self.environment = {**environment(database, self.port), **variables}

    def start(self) -> None:
        """Start it, and wait until it says that it is ready. Its log, a line a request, goes to `var/site.log`."""
        # In a session of its own a Ctrl-C does not reach it before whoever started it.
        self.process = subprocess.Popen(self.command, env=self.environment, start_new_session=True, stderr=log())
        deadline = time.monotonic() + READY_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"The site did not start; {LOG} may say why.")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Whether it answers, its database answers, and every migration is applied."""
        request = urllib.request.Request(f"{self.address}/readyz", headers=HEADERS)  # noqa: S310  # our own address
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:  # urllib's HTTPError and timeouts are among them
            return False

    def workers(self) -> list[int]:
        """The process numbers of the web workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(number) for number in children.split()]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def site(database: str, command: Sequence[str] = SERVE, **variables: str) -> Iterator[Site]:
    """A site that has been started, and is stopped in the end; `variables` are those of `.env.example`."""
    running = Site(database, command, variables)
    try:
        running.start()
        yield running
    finally:
        if hasattr(running, "process"):
            running.stop()


def free_port() -> int:
    """None that the system gives to whoever asks for any: it would give it away again before it is taken here.

    Test processes that run side by side have a thousand each.
    """
    first = 20_000 + 1_000 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    while True:
        port = first + random.randrange(1_000)  # noqa: S311
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


HEADERS = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
"""What the proxy of a deployment adds to every request."""


class SignedIn:
    """A person with a session: `headers` are all that a request needs, a POST included."""

    def __init__(self, email: str) -> None:
        from accounts.models import User
        from accounts.sessions import SessionStore

        self.user = User.objects.get(email=email)
        session = SessionStore()
        session.update(session_of(self.user))
        session.save()
        self.headers = headers_of(session.session_key or "")


def session_of(user: Any) -> dict[str, str]:
    """What a session holds of whom it belongs to."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    return {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }


def headers_of(session_key: str) -> dict[str, str]:
    """What a browser sends that has this session, its POSTs included."""
    from django.conf import settings

    token = secrets.token_hex(16)
    cookies = {settings.SESSION_COOKIE_NAME: session_key, settings.CSRF_COOKIE_NAME: token}
    return {
        **HEADERS,
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-CSRFToken": token,
        "Origin": f"https://{HOST}",
    }
