"""The web worker. gunicorn looks after the processes, waitress speaks with the visitors.

waitress has one thread that waits for all visitors at once, however slowly they send or read. A request takes one of
the threads that work only when it is there to its last byte, and gives it back as soon as its answer is written down;
of an answer of more than 16 MB, such as a long export, once all but 16 MB of it is sent.
"""

import os
import time
from mmap import mmap
from types import FrameType
from typing import Any, ClassVar

from gunicorn.workers.base import Worker as Process
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask
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

SECONDS_FOR_OTHERS = 0.05
"""So long a worker leaves a new visitor to one that has fewer, should that be able to."""
SECONDS_OF_HELP = 0.25
"""If it was not, so long a worker lets visitors in without asking."""


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


class Connections:
    """How many connections each worker has open, in memory that all of them share."""

    def __init__(self, places: int = 256) -> None:
        self.counts = memoryview(mmap(-1, 4 * places)).cast("I")

    def tell(self, age: int, number: int) -> None:
        """`age` is gunicorn's number of a worker. Those that live at once have places of their own, as a rule."""
        self.counts[age % len(self.counts)] = number + 1

    def forget(self, age: int) -> None:
        """This worker is no more."""
        self.counts[age % len(self.counts)] = 0

    def fewest(self) -> int:
        """Of a living worker."""
        return min((count for count in self.counts if count), default=1) - 1


connections = Connections()
"""Made before the workers are, which are copies of the process that made it."""


class Server(TcpWSGIServer):  # type: ignore[misc]
    """Shares new visitors out among the workers.

    A proxy keeps its connections open, so whoever is quickest when they are made would have all the work for hours.
    """

    channel_class = Channel
    age = 0
    left_to_others_until = 0.0
    helps_until = 0.0

    def tell(self) -> None:
        connections.tell(self.age, len(self.active_channels))

    def readable(self) -> bool:
        return bool(super().readable()) and time.monotonic() >= self.left_to_others_until

    def handle_accept(self) -> None:
        """Let a visitor in, or, with more of them than another worker, do so only if that has not after a moment."""
        now = time.monotonic()
        if len(self.active_channels) > connections.fewest() and now >= self.helps_until:
            if not self.left_to_others_until:
                self.left_to_others_until = now + SECONDS_FOR_OTHERS
                return
            self.helps_until = now + SECONDS_OF_HELP
        super().handle_accept()
        self.tell()


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
        adjustments = Adjustments(
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
        (listener,) = (one.sock for one in self.sockets)
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(adjustments.threads)
        self.server = Server(
            self.wsgi,
            self.visitors,
            _sock=listener,
            dispatcher=dispatcher,
            adj=adjustments,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )
        self.server.age = self.age
        Refusal.headers = headers_of_refusals()
        # A worker that cannot let anybody in any more ends, and is replaced.
        while self.alive and self.ppid == os.getppid() and self.server.accepting:
            self.turn()
        self.finish()

    def turn(self) -> None:
        """Wait a moment for visitors, and see to those who sent or took something."""
        self.notify()
        self.make_room()
        server = self.server
        if server.accepting:
            server.tell()
        left_until = server.left_to_others_until
        others_have = max(left_until - time.monotonic(), 0)
        wasyncore.loop(timeout=others_have if left_until else 1, use_poll=True, map=self.visitors, count=1)
        if left_until and not others_have:
            server.left_to_others_until = 0.0  # whoever was left to the others has been let in by now

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
        connections.forget(self.age)
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
