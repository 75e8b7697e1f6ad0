from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import signed_in
from reminders import feed
from reminders.calendar_forms import AlarmsForm, FeedForm
from reminders.models import Feed


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """One's calendar link. A POST makes one; its answer, which nothing stores, is the only page that shows it."""
    user = signed_in(request)
    form = FeedForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {}
    if form.is_valid():
        token = Feed.objects.make(user, timezone.now(), **form.cleaned_data)
        context = _made(request, token) if token else {"was_shown_before": True}
    unnamed_at, is_reminded = feed.time_of_unnamed(user)
    context |= {"form": form, "new_key": uuid4(), "link": feed.link_of(user)}
    context |= {"unnamed_at": unnamed_at, "is_reminded": is_reminded}
    return render(request, "reminders/calendar.html", context, status=400 if form.errors else 200)


def _made(request: HttpRequest, token: str) -> dict[str, Any]:
    """The address, and the same for a program that takes the addresses of calendars."""
    address = request.build_absolute_uri(reverse("calendar_file", args=[token]))
    return {"address": address, "program": f"webcal:{address.partition(':')[2]}"}


@require_POST
def alarms(request: HttpRequest) -> HttpResponse:
    form = AlarmsForm(request.POST)
    form.full_clean()
    if not Feed.objects.set_alarms(signed_in(request), form.cleaned_data["alarms"]):
        raise Http404(_("This link is not there, or no longer."))
    messages.success(request, _("Saved. Your calendar follows when it reads the link again."))
    return redirect("calendar")


@require_POST
def switch_off(request: HttpRequest) -> HttpResponse:
    Feed.objects.switch_off(signed_in(request))
    messages.success(request, _("The link opens nothing any more. Remove the calendar from your program, too."))
    return redirect("calendar")


# As for a shared sheet: a check for a form would set a cookie.
@csrf_exempt
@login_not_required
@require_safe
def calendar_file(request: HttpRequest, secret: str) -> HttpResponseBase:
    """What a calendar program reads. Why this GET writes is told in `docs/calendar.md`."""
    now = timezone.now()
    found = Feed.objects.behind(secret).first()
    if found is None:
        return HttpResponse(_("There is no calendar here."), "text/plain; charset=utf-8", status=404)
    body = feed.written(found, found.user.day_at(now))
    if request.method == "GET":
        Feed.objects.note_read(found, now)
    response = HttpResponse(body, "text/calendar; charset=utf-8", headers={"ETag": feed.tag_of(body)})
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
