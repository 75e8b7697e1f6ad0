"""The web worker. gunicorn looks after the processes, waitress speaks with the visitors.

waitress has one thread that waits for all visitors at once, however slowly they send or read. A request takes one of
the threads that work only when it is there to its last byte, and gives it back as soon as its answer is written down;
of an answer of more than 16 MB, such as a long export, once all but 16 MB of it is sent.
"""

import os
import time
from types import FrameType
from typing import Any, ClassVar

from gunicorn.workers.base import Worker as Process
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import create_server
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import BadRequest

MOST_BYTES = 17_000_000
"""Of a request: a file that is brought in may have 16 MB."""
MOST_CONNECTIONS = 400
"""Of a worker. Each may hold a file as well, and many systems grant a process 1024 open ones."""
MOST_IN_MEMORY = 65_536
"""Of the bytes of a request; what is longer waits in a file until it is there as a whole."""
QUIET_SECONDS = 75
"""After these, a connection on which nothing happens is closed. Proxies close theirs earlier, so no request is lost."""
MOST_BETWEEN_CHUNKS = 16_384
"""Of bytes in the line that begins a chunk, or after the last one: waitress reads them anew with every packet."""


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress says nothing of types either
    """Answers with a 400 what waitress would stumble over, or wait for although nothing is to come."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError as problem:
            raise ParsingError("This is no request.") from problem
        # Where it is not clear what ends a request, a proxy may see another one behind it than we do.
        two_ends = self.chunked and "CONTENT_LENGTH" in self.headers
        if two_ends or "TRANSFER_ENCODING" in self.headers or self.version not in ("1.0", "1.1"):
            raise ParsingError("This is no request.")
        if self.body_rcv is None or self.content_length >= self.adj.max_request_body_size:
            self.expect_continue = False

    def received(self, data: bytes) -> int:
        taken: int = super().received(data)
        body = self.body_rcv
        if self.chunked and max(len(body.control_line), len(body.trailer)) > MOST_BETWEEN_CHUNKS:
            self.error = BadRequest("This is no chunk.")
            self.completed = True
        return taken


class Task(WSGITask):  # type: ignore[misc]
    def write(self, data: bytes) -> None:
        """The answer to HEAD has no body: what Django gives all the same would be taken for the next answer."""
        super().write(b"" if self.request.command == "HEAD" else data)


class Refusal(ErrorTask):  # type: ignore[misc]
    """What is answered before the site is asked. A browser is kept as strict by it as by an answer of the site."""

    headers: ClassVar[list[tuple[str, str]]] = []

    def execute(self) -> None:
        self.response_headers.extend(self.headers)
        super().execute()


class Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = Parser
    task_class = Task
    error_task_class = Refusal


def headers_of_refusals() -> list[tuple[str, str]]:
    """Those of every answer. Needs the site's settings, which are loaded with the site."""
    from csp.utils import build_policy
    from django.conf import settings

    lasting = {"Strict-Transport-Security": f"max-age={settings.SECURE_HSTS_SECONDS}"} if settings.HTTPS else {}
    return [*settings.HEADERS.items(), ("Content-Security-Policy", build_policy()), *lasting.items()]


class Worker(Process):  # type: ignore[misc]  # gunicorn says nothing of types
    server: Any = None

    def run(self) -> None:
        self.visitors: dict[int, wasyncore.dispatcher] = {}
        self.server = create_server(
            self.wsgi,
            map=self.visitors,
            sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            connection_limit=MOST_CONNECTIONS,
            channel_timeout=QUIET_SECONDS,
            inbuf_overflow=MOST_IN_MEMORY,
            max_request_body_size=MOST_BYTES,
            # Whether a proxy's word is taken is for Django to say, by BEHIND_PROXY.
            clear_untrusted_proxy_headers=False,
            ident=None,
            log_socket_errors=False,
        )
        self.server.channel_class = Channel
        Refusal.headers = headers_of_refusals()
        # A worker that cannot let anybody in any more ends, and is replaced.
        while self.alive and self.ppid == os.getppid() and self.server.accepting:
            self.turn()
        self.finish()

    def turn(self) -> None:
        """Wait a moment for visitors, and see to those who sent or took something."""
        self.notify()
        self.make_room()
        wasyncore.loop(timeout=1, use_poll=True, map=self.visitors, count=1)

    def make_room(self) -> None:
        """Where all connections are taken, whoever has been sending for the longest time goes."""
        if not self.server.in_connection_overflow:
            return
        channels = self.server.active_channels.values()
        sending = [one for one in channels if not (one.requests or one.total_outbufs_len or one.will_close)]
        if sending:
            min(sending, key=lambda one: one.creation_time).will_close = True

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
