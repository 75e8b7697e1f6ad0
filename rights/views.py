from collections.abc import Iterator
from typing import cast

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import signed_in
from rights.document import names_for
from rights.export import as_json
from rights.fhir import as_fhir
from rights.forms import LeaveForm
from rights.leaving import goods_of, leave
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


@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    posted = request.method == "POST"
    if posted and not ratelimit.consume(request, action="reauthenticate", user=user):
        return cast(HttpResponse, ratelimit.respond_429(request))
    form = LeaveForm(request.POST if posted else None, user=user)
    if form.is_valid():
        get_adapter().forget(request, user)
        leave(user)
        logout(request)
        messages.success(request, _("Your account is deleted, with all that you had recorded. We wish you well."))
        return redirect("home")
    if posted:
        # The second of two taps finds nobody any more: that is no wrong password.
        user.refresh_from_db(fields=["email"])
    context = {"form": form, "goods": goods_of(user)}
    return render(request, "rights/delete_account.html", context, status=400 if posted else 200)


def download(chunks: Iterator[bytes], kind: str, name: str) -> StreamingHttpResponse:
    """A file to keep. Its name may tell the day, and nothing about whose it is."""
    disposition = content_disposition_header(True, name)
    return StreamingHttpResponse(chunks, content_type=kind, headers={"Content-Disposition": disposition})
