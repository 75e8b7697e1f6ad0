"""Pages are compressed for browsers that can read that, as Django would, in less time."""

import gzip
import random

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from backpain.middleware import ZipMiddleware

WORDS = b"<p>Mark done</p>" * 100
LONG = b"".join(b"<p>%d</p>" % (n * n) for n in range(50_000))


def answered(response: HttpResponseBase, accepted: str = "br, gzip") -> HttpResponseBase:
    request = RequestFactory().get("/", headers={"Accept-Encoding": accepted})
    return ZipMiddleware(lambda _request: HttpResponse()).process_response(request, response)


@pytest.mark.parametrize("page", [WORDS, LONG], ids=["short", "long"])
def test_a_page_is_the_same_once_it_is_unpacked(page: bytes) -> None:
    response = answered(HttpResponse(page))
    assert isinstance(response, HttpResponse)
    assert gzip.decompress(response.content) == page
    assert len(response.content) < len(page) / 2
    assert response["Content-Encoding"] == "gzip"
    assert response["Content-Length"] == str(len(response.content))
    assert response["Vary"] == "Accept-Encoding"


def test_its_length_tells_little() -> None:
    responses = [answered(HttpResponse(WORDS)) for _ in range(50)]
    assert len({response["Content-Length"] for response in responses}) > 5


@pytest.mark.parametrize("accepted", ["", "br", "identity"])
def test_who_cannot_read_it_gets_it_plain(accepted: str) -> None:
    response = answered(HttpResponse(WORDS), accepted)
    assert isinstance(response, HttpResponse)
    assert response.content == WORDS
    assert "Content-Encoding" not in response
    assert response["Vary"] == "Accept-Encoding"


def test_a_short_answer_stays_as_it_is() -> None:
    response = answered(HttpResponse(b"ok"))
    assert isinstance(response, HttpResponse)
    assert response.content == b"ok"


def test_what_does_not_get_shorter_stays_as_it_is() -> None:
    noise = random.Random(1).randbytes(300)  # noqa: S311  # the same each time
    response = answered(HttpResponse(noise))
    assert isinstance(response, HttpResponse)
    assert response.content == noise
    assert "Content-Encoding" not in response


def test_what_is_packed_already_is_not_packed_again() -> None:
    response = answered(HttpResponse(WORDS, headers={"Content-Encoding": "br"}))
    assert isinstance(response, HttpResponse)
    assert response.content == WORDS


def test_a_mark_of_a_version_becomes_a_weak_one() -> None:
    response = answered(HttpResponse(WORDS, headers={"ETag": '"1"'}))
    assert response["ETag"] == 'W/"1"'
    assert response["Content-Encoding"] == "gzip"


def test_what_is_sent_in_parts_is_packed_in_parts() -> None:
    response = answered(StreamingHttpResponse([WORDS, WORDS]))
    assert isinstance(response, StreamingHttpResponse)
    assert gzip.decompress(b"".join(response)) == 2 * WORDS
