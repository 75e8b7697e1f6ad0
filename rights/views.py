from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.middleware import signed_in
from rights.document import names_for
from rights.export import as_json
from rights.fhir import as_fhir
from rights.sheets import as_csv


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    return render(request, "rights/data.html")


@require_safe
def export_json(request: HttpRequest) -> StreamingHttpResponse:
    user, now = signed_in(request), timezone.now()
    return download(as_json(user, names_for(user)), "application/json", f"backpain-{user.day_at(now)}.json")


@require_safe
def export_csv(request: HttpRequest) -> StreamingHttpResponse:
    user, now = signed_in(request), timezone.now()
    return download(as_csv(user, names_for(user), now), "application/zip", f"backpain-{user.day_at(now)}-csv.zip")


@require_safe
def export_fhir(request: HttpRequest) -> StreamingHttpResponse:
    user, now = signed_in(request), timezone.now()
    chunks = as_fhir(user, names_for(user), now)
    return download(chunks, "application/fhir+json", f"backpain-{user.day_at(now)}-fhir.json")


def download(chunks: Iterator[bytes], kind: str, name: str) -> StreamingHttpResponse:
    """A file to keep. Its name may tell the day, and nothing about whose it is."""
    disposition = content_disposition_header(True, name)
    return StreamingHttpResponse(chunks, content_type=kind, headers={"Content-Disposition": disposition})
