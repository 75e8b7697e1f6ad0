"""Whether visitors are served while many others are slow: 200 connections that send, or read, a byte a second.

    make bench-slow
    python -m tools.slow_clients [connections] [seconds]

They are slow in sending the head of a request, in sending the body of one, and in reading an answer, in turn.
Meanwhile somebody signed in asks for /today/ again and again. Printed is how long that took, in milliseconds; who has
no answer after ten seconds gives up. There is no proxy in between: the site is to do this by itself.
"""

import asyncio
import socket
import statistics
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from tools.figures import publish
from tools.people import somebody
from tools.postgres import server, stop_tidily
from tools.site import HEADERS, HOST, SignedIn, prepare, site, use_database

CONNECTIONS, SECONDS = 200, 10
PATIENCE = 10
SLOWLY = "…".encode()
"""In a request: what follows is sent a byte a second."""


def main() -> None:
    given = [int(argument) for argument in sys.argv[1:]]
    connections, seconds = given + [CONNECTIONS, SECONDS][len(given) :]
    stop_tidily()
    with server() as postgres:
        prepare(postgres.url)
        use_database(postgres.url)
        somebody("somebody@example.org", 365, datetime.now(UTC).date())
        headers = SignedIn("somebody@example.org").headers
        with site(postgres.url) as running:
            publish("slow", figures(running.address, headers, connections, seconds))


def figures(
    address: str, headers: Mapping[str, str], connections: int, seconds: float
) -> dict[str, dict[str, float | int]]:
    """What visits to /today/ took in milliseconds, without slow clients and with each kind of them."""
    return {
        kind: asyncio.run(visits_beside(address, headers, request, connections if request else 0, seconds))
        for kind, request in {"none": b"", **slow_requests()}.items()
    }


def slow_requests() -> dict[str, bytes]:
    """By the part in which it is slow, a request that anybody can send."""
    # Without these two it would be refused before its body is looked at.
    form = {"Origin": f"https://{HOST}", "Cookie": f"__Host-csrftoken={'a' * 32}"}
    return {
        "head": SLOWLY + message("GET /accounts/login/", {}),
        "body": message("POST /accounts/login/", {**form, "Content-Length": "5000"}) + SLOWLY + b"x" * 5000,
        "answer": message(f"GET /{large_file()}", {}) + SLOWLY,
    }


def large_file() -> Path:
    """A file of more than 200 kB that everybody can have, by its path on the site and in `var/`."""
    return Path("static", "admin", "js", "vendor", "xregexp", "xregexp.js")


def message(start: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{start} HTTP/1.1", *(f"{name}: {value}" for name, value in {**HEADERS, **headers}.items())]
    return "\r\n".join([*lines, "", ""]).encode()


async def visits_beside(
    address: str, headers: Mapping[str, str], request: bytes, connections: int, seconds: float
) -> dict[str, float | int]:
    slow = [asyncio.create_task(be_slow(address, request)) for _ in range(connections)]
    await asyncio.sleep(1)  # for all of them to be there
    took = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        took.append(1000 * await visit(address, headers))
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    return {"visits": len(took), "median_ms": statistics.median(took), "slowest_ms": max(took)}


async def be_slow(address: str, request: bytes) -> None:
    """Send the request and read the answer, both a byte a second from where it gets slow, over and over."""
    at_once, _, slowly = request.partition(SLOWLY)
    where = urlsplit(address)
    while True:
        with suppress(OSError), socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # the least there is
            connection.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(connection, (where.hostname, where.port))
            await loop.sock_sendall(connection, at_once)
            for n in range(len(slowly)):
                await loop.sock_sendall(connection, slowly[n : n + 1])
                await asyncio.sleep(1)
            while await loop.sock_recv(connection, 1):
                await asyncio.sleep(1)


async def visit(address: str, headers: Mapping[str, str]) -> float:
    """The seconds that a visit to /today/ takes."""
    where = urlsplit(address)
    lines = ["GET /today/ HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "Connection: close"]
    start = time.monotonic()
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(where.hostname, where.port)
            writer.write("\r\n".join([*lines, "", ""]).encode())
            answer = await reader.read()
            writer.close()
            if not answer.startswith(b"HTTP/1.1 200 "):
                sys.exit(f"/today/ answers {answer[:100]!r}")
    return time.monotonic() - start


if __name__ == "__main__":
    main()
