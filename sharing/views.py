from typing import Any
from uuid import UUID

from allauth.core.internal.ratelimit import consume
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import signed_in
from history.sheet import sheet
from sharing import overview
from sharing.forms import ShareForm
from sharing.models import Share, TooManyError

OPENINGS = {"open_share": "60/m/ip"}
"""Generous for people, and far too few for guessing."""


@require_http_methods(["GET", "HEAD", "POST"])
def sharing(request: HttpRequest) -> HttpResponse:
    """One's links. A POST makes one; its answer, which nothing stores, is the only page that shows the address."""
    user, now = signed_in(request), timezone.now()
    # The sheet leads here with the weeks that it shows.
    form = ShareForm(request.POST if request.method == "POST" else None, initial={"weeks": request.GET.get("weeks")})
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            token = Share.objects.make(user, now, **form.cleaned_data)
        except TooManyError:
            form.complain_of_too_many()
        else:
            address = request.build_absolute_uri(reverse("shared", args=[token])) if token else ""
            context = {"form": ShareForm(), "address": address, "was_shown_before": token is None}
    context["lines"] = overview.lines(user, now)
    return render(request, "sharing/sharing.html", context, status=400 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, key: UUID) -> HttpResponse:
    if not Share.objects.revoke(signed_in(request), key):
        raise Http404(_("This link is not there, or no longer."))
    messages.success(request, _("The link opens nothing any more."))
    return redirect("sharing")


# Nothing is taken from a form here; a check for one would set a cookie, and offer the address once more.
@csrf_exempt
@login_not_required
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """What a link shows, to whoever has it. Why this GET writes is told in `docs/sharing.md`."""
    # The public function of the same name lets every GET pass.
    if not consume(request, app="sharing", action="open_share", config=OPENINGS, limit_get=True):
        return render(request, "429.html", status=429)
    now = timezone.now()
    share = Share.objects.behind(token).open_at(now).first()
    if share is None:
        return render(request, "sharing/gone.html", status=404)
    found = sheet(share.user, share.user.day_at(now), share.weeks, pain=share.pain, notes=share.notes)
    if request.method == "GET":
        Share.objects.note_opened(share, now)
    return render(request, "sharing/shared.html", {"sheet": found, "until": overview.last_day_in_words(share)})
