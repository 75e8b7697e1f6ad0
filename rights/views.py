from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.middleware import signed_in
from rights.document import names_for
from rights.export import as_json


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    return render(request, "rights/data.html")


@require_safe
def export_json(request: HttpRequest) -> StreamingHttpResponse:
    user = signed_in(request)
    return _download(request, as_json(user, names_for(user)), "application/json", "backpain-{day}.json")


def _download(request: HttpRequest, chunks: Iterator[bytes], kind: str, name: str) -> StreamingHttpResponse:
    """A file to keep. Its name tells the day, and nothing about whose it is."""
    name = name.format(day=signed_in(request).day_at(timezone.now()))
    disposition = content_disposition_header(True, name)
    return StreamingHttpResponse(chunks, content_type=kind, headers={"Content-Disposition": disposition})
