"""How the web server runs. Read by gunicorn; `.env.example` explains the variables."""

import gc
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any


def number(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isdecimal() or int(value) < 1:
        sys.exit(f"Backpain cannot start: {name} must be a whole number from 1 up, not “{value}”.")
    return int(value)


on_sqlite = os.environ.get("DATABASE_URL", "sqlite:").startswith("sqlite")
host = os.environ.get("HOST") or "127.0.0.1"
port = number("PORT", 8000)

wsgi_app = "backpain.wsgi"
chdir = str(Path(__file__).resolve().parent)
bind = f"{host}:{port}"
umask = 0o077

# SQLite lets one process write at a time, so a second worker would mostly wait for the first. On PostgreSQL two
# workers keep the site answering while one of them restarts; more pay off with more processor cores.
workers = number("WEB_WORKERS", 1 if on_sqlite else 2)

# A request lasts milliseconds. The threads are there so that a slow one does not hold up the others; slow visitors are
# waited for elsewhere.
worker_class = "backpain.worker.Worker"
threads = number("WEB_THREADS", 4)
pool_size = number("DATABASE_POOL_SIZE", 8)
if not on_sqlite and threads > pool_size:
    sys.exit(
        f"Backpain cannot start: WEB_THREADS is {threads}, but DATABASE_POOL_SIZE only {pool_size}. "
        "Each thread needs a database connection of its own."
    )

# Every worker loads the application by itself: a pool of database connections must not be opened before a fork.
preload_app = False

# Requests under way are finished first, within the ten seconds that Docker grants before it kills.
graceful_timeout = 8

# Workers report that they are alive by touching a file. In memory, a slow disk cannot make them look dead.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108

# Nothing controls the running server but signals.
control_socket_disable = True

# The site has a line for each request in a log of its own, which names no visitor. Gunicorn's would, and so do its
# warnings.
accesslog = None
loglevel = "error"

# Whether this process has reminders sent as well. The container has a service of its own for them.
reminders = os.environ.get("REMINDERS") or "on"
if reminders not in ("on", "off"):
    sys.exit(f"Backpain cannot start: REMINDERS must be on or off, not “{reminders}”.")


# Seconds until a sender that has died is replaced: longer than a stop takes, of which it may have heard first.
sender_pause = graceful_timeout + 1


def start_sender(server: Any) -> None:
    # Whatever it prints is the log's; it lets the signals through by itself, as soon as it can handle them.
    command = [sys.executable, "manage.py", "send_reminders", "--loop", "--until-closed"]
    server.sender = subprocess.Popen(command, stdin=server.lifeline[0], cwd=chdir)  # noqa: S603


def keep_sender(server: Any) -> None:
    while True:
        server.sender.wait()
        if server.is_ending.wait(sender_pause):
            return
        server.log.error("Reminders are being sent again: their process had ended")
        # Short of memory or processes, it is tried once more after a pause.
        with suppress(OSError):
            start_sender(server)


def when_ready(server: Any) -> None:
    if reminders == "on":
        # This process holds one end open as long as it lives, however it ends, and senders read the other. It is the
        # same for all of them: workers, which are copies of this process, have but one to close.
        server.lifeline = os.pipe()
        server.is_ending = threading.Event()
        start_sender(server)
        # Begun while signals are held back, it leaves them to this thread, and its senders start with them held back.
        threading.Thread(target=keep_sender, args=[server], daemon=True).start()
    # backpain/serve.py holds these back until there is somebody to handle them.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT, signal.SIGTERM])


def post_fork(server: Any, _worker: Any) -> None:
    if reminders == "on":
        os.close(server.lifeline[1])


def child_exit(_server: Any, worker: Any) -> None:
    from backpain.worker import connections

    connections.forget(worker.age)


def on_exit(server: Any) -> None:
    if reminders == "on":
        server.is_ending.set()
        server.sender.terminate()
        try:
            server.sender.wait(graceful_timeout)
        except subprocess.TimeoutExpired:
            server.sender.kill()


def post_worker_init(worker: Any) -> None:
    # What is loaded by now stays for good, so the collector of garbage need not look through it again and again: that
    # took a fifth of the time of a page, and more of the slowest ones.
    gc.collect()
    gc.freeze()
    if worker.age == 1:
        sys.stdout.write(f"Backpain is ready at http://{bind}/ (Ctrl-C stops it)\n")
        sys.stdout.flush()
