"""The web worker. gunicorn looks after the processes, waitress speaks with the visitors.

waitress has one thread that waits for all visitors at once, however slowly they send or read. A request takes one of
the threads that work only when it is there to its last byte, and gives it back as soon as its answer is written down.
"""

import os
import time
from types import FrameType

from gunicorn.workers.base import Worker as Process
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server

MOST_BYTES = 17_000_000
"""Of a request: a file that is brought in may have 16 MB."""
MOST_CONNECTIONS = 900
"""Of a worker. Below the 1024 open files that many systems grant a process."""
QUIET_SECONDS = 75
"""After these, a connection on which nothing happens is closed. Proxies close theirs earlier, so no request is lost."""


class Worker(Process):  # type: ignore[misc]  # gunicorn says nothing of types
    server = None

    def run(self) -> None:
        self.visitors: dict[int, wasyncore.dispatcher] = {}
        self.server = create_server(
            self.wsgi,
            map=self.visitors,
            sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            connection_limit=MOST_CONNECTIONS,
            channel_timeout=QUIET_SECONDS,
            max_request_body_size=MOST_BYTES,
            # Whether a proxy's word is taken is for Django to say, by BEHIND_PROXY.
            clear_untrusted_proxy_headers=False,
            ident=None,
            log_socket_errors=False,
        )
        while self.alive and self.ppid == os.getppid():
            self.turn()
        self.finish()

    def turn(self) -> None:
        """Wait a moment for visitors, and see to those who sent or took something."""
        self.notify()
        wasyncore.loop(timeout=1, use_poll=True, map=self.visitors, count=1)

    def finish(self) -> None:
        """Let nobody in any more, and answer those whose request is here already."""
        wasyncore.dispatcher.close(self.server)
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while self.is_answering() and time.monotonic() < deadline:
            self.turn()

    def is_answering(self) -> bool:
        channels = [visitor for visitor in self.visitors.values() if isinstance(visitor, HTTPChannel)]
        return any(channel.requests or channel.total_outbufs_len for channel in channels)

    def handle_exit(self, _number: int, _frame: FrameType | None) -> None:
        self.alive = False
        if self.server:
            self.server.pull_trigger()  # do not wait for the moment to be over
