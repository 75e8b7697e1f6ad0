"""Whoever is slow, by a bad line or on purpose, holds up nobody else, and what is no request is told so."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from backpain.worker import MOST_CONNECTIONS, SECONDS_OF_HELP, Connections
from tests.test_faults import wait_until
from tests.test_start import PATIENCE, Site, environment_of, running, running_behind_a_proxy
from tools.slow_clients import SLOWLY, large_file, slow_requests

MANY = 40
"""Several times the requests that a site works on at once."""

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def site(a_database_for_all: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_behind_a_proxy(a_database_for_all, tmp_path_factory.mktemp("site")) as site:
        yield site


def connection_to(site: Site) -> socket.socket:
    return socket.create_connection(("127.0.0.1", site.port), timeout=30)


@pytest.mark.parametrize("part", ["head", "body", "answer"])
def test_visitors_are_served_while_many_others_are_slow(part: str, site: Site) -> None:
    at_once, _, slowly = slow_requests()[part].partition(SLOWLY)
    with ExitStack() as visits:
        slow = [visits.enter_context(connection_to(site)) for _ in range(MANY)]
        for visitor in slow:
            visitor.sendall(at_once + slowly[:1])
        for n in range(1, 4):
            for visitor in slow:
                visitor.sendall(slowly[n : n + 1])
            before = time.monotonic()
            assert site.get("/exercises/").status == 301  # to https
            assert site.get("/healthz").status == 200
            assert time.monotonic() - before < 10


def test_a_slow_visitor_gets_an_answer_in_the_end(site: Site) -> None:
    with connection_to(site) as visitor:
        for byte in b"GET /healthz HTTP/1.1\r\nHost: backpain.example\r\n\r\n":
            visitor.sendall(bytes([byte]))
            time.sleep(0.01)
        assert visitor.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_connection_can_be_used_again(site: Site) -> None:
    with connection_to(site) as visitor:
        for _visit in range(3):
            visitor.sendall(b"GET /healthz HTTP/1.1\r\nHost: backpain.example\r\n\r\n")
            answer = b""
            while not answer.endswith(b"\r\n\r\nok\n"):
                answer += visitor.recv(10_000)
            assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


def test_more_than_a_file_may_have_is_not_taken_in(site: Site) -> None:
    with connection_to(site) as visitor:
        visitor.sendall(
            b"POST /accounts/login/ HTTP/1.1\r\nHost: backpain.example\r\nContent-Length: 17000001\r\n\r\nx"
        )
        assert visitor.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_request_that_is_there_is_answered_before_the_site_stops(prepared_database: str, tmp_path: Path) -> None:
    environment = environment_of(prepared_database, BEHIND_PROXY="on")
    with running(environment, tmp_path / "output") as site:
        site.wait_until_it_answers()
        with connection_to(site) as visitor:
            visitor.sendall(slow_requests()["answer"].partition(SLOWLY)[0])
            answer = visitor.recv(1)
            site.process.send_signal(signal.SIGTERM)
            while part := visitor.recv(100_000):
                answer += part
        assert site.process.wait(PATIENCE) == 0
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == (Path("var") / large_file()).read_bytes()


def test_a_worker_that_is_killed_is_replaced(prepared_database: str, tmp_path: Path) -> None:
    environment = environment_of(prepared_database, REMINDERS="off")
    with running(environment, tmp_path / "output") as site:
        site.wait_until_it_answers()
        children = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children")
        for _time in range(2):
            (worker,) = children.read_text().split()
            os.kill(int(worker), signal.SIGKILL)
            deadline = time.monotonic() + PATIENCE
            while children.read_text().split() in ([worker], []):
                assert time.monotonic() < deadline, "no other has come"
                time.sleep(0.05)
            site.wait_until_it_answers()


def connections_of(process: int, port: int) -> int:
    """How many of those to a port of this machine a process has open."""
    lines = [line.split() for line in Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]]
    made = {f"socket:[{line[9]}]" for line in lines if line[1].endswith(f":{port:04X}") and line[3] == "01"}
    found = set()
    for file in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            found.add(str(file.readlink()))
    return len(made & found)


def workers_of(site: Site) -> set[int]:
    return set(map(int, Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text().split()))


def test_workers_share_visitors_out(prepared_database: str, tmp_path: Path) -> None:
    environment = environment_of(prepared_database, REMINDERS="off", WEB_WORKERS="2")
    with running(environment, tmp_path / "output") as site, ExitStack() as visits:
        site.wait_until_it_answers()
        wait_until(lambda: len(workers_of(site)) == 2)
        workers = workers_of(site)

        def visit(number: int) -> None:
            visitors = [visits.enter_context(connection_to(site)) for _ in range(number)]
            for visitor in visitors:
                visitor.sendall(b"GET /healthz HTTP/1.1\r\nHost: backpain.example\r\n\r\n")
            assert {visitor.recv(15) for visitor in visitors} == {b"HTTP/1.1 200 OK"}

        # Until the second is there as well, the first lets everybody in, and for a moment after that.
        deadline = time.monotonic() + PATIENCE
        while not all(connections_of(worker, site.port) for worker in workers):
            assert time.monotonic() < deadline, "one lets nobody in"
            visit(1)
            time.sleep(0.1)
        # All at once: whoever is quicker would take nearly all of them. A busy machine may hold one up.
        for _time in range(4):
            visits.close()
            wait_until(lambda: not any(connections_of(worker, site.port) for worker in workers))
            time.sleep(2 * SECONDS_OF_HELP)
            visit(20)
            shares = [connections_of(worker, site.port) for worker in workers]
            if sum(shares) == 20 and min(shares) >= 8:
                break
        else:
            pytest.fail(f"shared out unevenly: {shares}")
        # One that has just begun gets those who come next.
        gone = min(workers)
        os.kill(gone, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE
        while not any(connections_of(one, site.port) for one in workers_of(site) - workers):
            assert time.monotonic() < deadline, "no other has come"
            visit(1)
            time.sleep(0.1)
        for _visitor in range(6):
            visit(1)
            time.sleep(0.03)
        (another,) = workers_of(site) - workers
        assert connections_of(another, site.port) >= 5


def test_a_worker_that_is_no_more_is_not_waited_for() -> None:
    connections = Connections(places=4)
    connections.tell(5, 3)
    connections.tell(6, 0)
    assert connections.fewest() == 0
    connections.forget(6)
    assert connections.fewest() == 3
    connections.forget(5)
    assert connections.fewest() == 0


def everything_from(visitor: socket.socket) -> bytes:
    """Until the site closes."""
    received = b""
    while part := visitor.recv(100_000):
        received += part
    return received


def test_the_answer_to_head_has_no_body_that_would_pass_for_the_next_answer(site: Site) -> None:
    with connection_to(site) as visitor:
        https = b"Host: backpain.example\r\nX-Forwarded-Proto: https\r\n"
        visitor.sendall(b"HEAD /safety/ HTTP/1.1\r\n" + https + b"\r\n")
        visitor.sendall(b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + https + b"\r\n")
        head, next_head, body = everything_from(visitor).split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert next_head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == b"ok\n"


@pytest.mark.parametrize(
    "request_line", [b"GET http://[/healthz HTTP/1.1", b"GET /healthz HTTP/1.1\r\nContent-Length: " + b"1" * 5000]
)
def test_what_is_no_request_is_told_so(request_line: bytes, site: Site) -> None:
    with connection_to(site) as visitor:
        visitor.sendall(request_line + b"\r\nHost: backpain.example\r\n\r\n")
        assert everything_from(visitor).startswith(b"HTTP/1.1 400 Bad Request\r\n")


@pytest.mark.parametrize("before", [b"", b"0\r\nX: "])
def test_a_line_between_chunks_comes_to_an_end(before: bytes, site: Site) -> None:
    with connection_to(site) as visitor:
        visitor.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: backpain.example\r\n")
        visitor.sendall(b"Transfer-Encoding: chunked\r\n\r\n" + before + b"1" * 20_000)
        assert visitor.recv(100).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_who_asks_to_go_on_without_a_body_is_answered(site: Site) -> None:
    with connection_to(site) as visitor:
        visitor.sendall(b"GET /healthz HTTP/1.1\r\nHost: backpain.example\r\nExpect: 100-continue\r\n\r\n")
        assert visitor.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")


def test_who_has_been_sending_for_longest_makes_room_for_somebody_else(site: Site) -> None:
    with ExitStack() as visits:
        for _ in range(MOST_CONNECTIONS + 10):
            visits.enter_context(connection_to(site)).sendall(b"GET /healthz HTTP/1.1\r\n")
        assert site.get("/healthz").status == 200
