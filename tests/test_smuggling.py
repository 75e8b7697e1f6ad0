"""What is no proper request is refused by the running site, at once, and never taken for two."""

import re
import time
from collections.abc import Iterator

import pytest

from tests.test_hostile import ANSWERED, HOSTS, OUTSIDE, PATHS
from tests.test_start import Site, running_behind_a_proxy
from tests.test_web_worker import connection_to, everything_from

pytestmark = pytest.mark.once

HOST = b"Host: backpain.example\r\nX-Forwarded-Proto: https\r\n"
SECOND = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
POST = b"POST /accounts/login/ HTTP/1.1\r\n" + HOST
SECONDS = 10


@pytest.fixture(scope="module")
def site(a_database_for_all: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_behind_a_proxy(a_database_for_all, tmp_path_factory.mktemp("site")) as site:
        yield site


def statuses(site: Site, request: bytes) -> list[int]:
    """Of all answers to what was sent on one connection, which is then closed by this end."""
    before = time.monotonic()
    with connection_to(site) as line:
        line.sendall(request)
        line.shutdown(1)  # nothing more is to come
        answers = everything_from(line)
    assert time.monotonic() - before < SECONDS
    assert site.get("/healthz").status == 200
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answers)]


ODD_REQUESTS = {
    "chunks before there were any": POST.replace(b"1.1", b"1.0") + CHUNKED + b"\r\n0\r\n\r\n",
    "length and chunks": POST + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n0\r\n\r\n",
    "length of all and chunks": POST + b"Content-Length: %d\r\n" % (5 + len(SECOND)) + CHUNKED + b"\r\n0\r\n\r\n",
    "chunks and length": POST + CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
    "a list of lengths": POST + b"Content-Length: 0, 5\r\n\r\n",
    "length with a sign": POST + b"Content-Length: +0\r\n\r\n",
    "negative length": POST + b"Content-Length: -1\r\n\r\n",
    "length in hexadecimal": POST + b"Content-Length: 0x0\r\n\r\n",
    "length with a gap": POST + b"Content-Length : 0\r\n\r\n",
    "length of other digits": POST + b"Content-Length: \xd9\xa0\r\n\r\n",
    "unknown encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two encodings": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "encoding with a gap": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "encoding with a tab": POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "folded encoding": POST + b"X: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "encoding twice": POST + CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "chunk with a sign": POST + CHUNKED + b"\r\n+0\r\n\r\n",
    "chunk in hexadecimal": POST + CHUNKED + b"\r\n0x0\r\n\r\n",
    "negative chunk": POST + CHUNKED + b"\r\n-1\r\n\r\n",
    "chunk that is longer": POST + CHUNKED + b"\r\n1\r\nab\r\n0\r\n\r\n",
    "bare line feeds": POST.replace(b"\r\n", b"\n") + b"Content-Length: 0\n\n",
    "header without a name": POST + b": a\r\n\r\n",
    "header without a colon": POST + b"abc\r\n\r\n",
    "NUL in a name": POST + b"X\x00: a\r\n\r\n",
    "NUL in a value": POST + b"X: a\x00b\r\n\r\n",
    "NUL in a cookie": POST + b'Cookie: sessionid="abcdefgh\x00"\r\n\r\n',
    "line break in a value": POST + b"X: a\rb\r\n\r\n",
    "unknown version": b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
    "version 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "gap in the address": b"GET / a HTTP/1.1\r\n" + HOST + b"\r\n",
    "address of another": b"GET http://elsewhere.example/ HTTP/1.1\r\n" + HOST + b"\r\n",
    "no address": b"CONNECT elsewhere.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\n" + HOST + b"\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "reflection": b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n",
    "many headers": POST + b"".join(b"X%d: a\r\n" % n for n in range(20_000)) + b"\r\n",
    "long address": b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "bytes in the address": b"GET /\xff\xfe\x00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100 + b"\r\n\r\n",
}
WELL_BOUNDED = {
    # Refused, or given an address that is ours all the same, and the next request is one of its own.
    "address of another": [200, 404],
    "a star": [404, 404],
    "no address": [404, 404],
    "many headers": [403, 404],
    "long address": [404, 404],
    # One that has no body by its headers; what follows is no request.
    "folded encoding": [403, 400],
    "reflection": [405],
    "unknown encoding": [501],
    "two encodings": [501],
    "encoding twice": [501],
}


@pytest.mark.parametrize("kind", ODD_REQUESTS)
def test_what_is_no_proper_request_is_one_at_the_most(kind: str, site: Site) -> None:
    assert statuses(site, ODD_REQUESTS[kind] + SECOND) == WELL_BOUNDED.get(kind, [400])


def answer_to(site: Site, *lines: str) -> bytes:
    with connection_to(site) as line:
        line.sendall("\r\n".join([*lines, "X-Forwarded-Proto: https", "Connection: close", "", ""]).encode("latin-1"))
        return everything_from(line)


def status_of(answer: bytes) -> int:
    return int(answer.split(maxsplit=2)[1])


def test_addresses_and_hosts_that_make_no_sense_are_refused_here_as_well(site: Site) -> None:
    here = "Host: backpain.example"
    for path in PATHS:
        assert status_of(answer_to(site, f"GET {path} HTTP/1.1", here)) in {*ANSWERED, 431}
    for path in OUTSIDE:
        answer = answer_to(site, f"GET /static/{path} HTTP/1.1", here)
        assert status_of(answer) in {301, 400, 404}
        assert not any(word in answer for word in (b"SECRET_KEY", b"root:"))
    for host in (one.replace("testserver", "backpain.example") for one in HOSTS):
        assert status_of(answer_to(site, "GET /today/ HTTP/1.1", f"Host: {host}")) == 400
    for cookie in ("sessionid=\xff\xfe", '__Host-sessionid="abcdefgh\\000"', "__Host-sessionid=" + "a" * 9000, ";;=;"):
        assert status_of(answer_to(site, "GET /today/ HTTP/1.1", here, f"Cookie: {cookie}")) in {302, 400}


def test_two_hosts_are_none(site: Site) -> None:
    assert status_of(answer_to(site, "GET / HTTP/1.1", "Host: backpain.example", "Host: backpain.example")) == 400
