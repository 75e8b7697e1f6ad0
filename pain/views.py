from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import page_of_form, signed_in
from accounts.models import User
from pain import overview
from pain.forms import CheckInForm, PageForm
from pain.models import CheckIn

ASKING = ("today", "session", "pain")
"""The pages that ask about pain."""


@require_http_methods(["GET", "HEAD", "POST"])
def pain(request: HttpRequest) -> HttpResponse:
    """The page about pain; a POST records a check-in, on the person's own present day or on that which it names."""
    now = timezone.now()
    user = signed_in(request)
    today = user.day_at(now)
    posted = request.POST if request.method == "POST" else None
    form = CheckInForm(posted, initial={"moment": CheckIn.Moment.GENERAL})
    if form.is_valid():
        # No clock of a device is ahead of ours.
        day = min(form.cleaned_data.pop("on") or today, today)
        CheckIn.objects.record(user, day, now, **form.cleaned_data)
        if day == today:
            _answered(user, today)
        _keep_alarm_in_sight(user, today)
        # To the heading of the advice, which takes the focus there.
        return redirect(f"{reverse('pain')}#advice")
    context = {"form": form, "overview": overview.overview(user, today)}
    return render(request, "pain/pain.html", context, status=400 if form.is_bound else 200)


@require_safe
def earlier(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = PageForm(request.GET)
    today = user.day_at(timezone.now())
    found = overview.earlier(user, today, form.cleaned_data["page"]) if form.is_valid() else None
    if found is None:
        raise Http404(_("There are no check-ins on this page."))
    return render(request, "pain/earlier.html", {"earlier": found})


@require_POST
def take_back(request: HttpRequest, day: date, key: UUID) -> HttpResponse:
    user = signed_in(request)
    if not CheckIn.objects.take_back(user, day, key):
        raise Http404(_("This check-in is not there, or no longer."))
    _keep_alarm_in_sight(user, user.day_at(timezone.now()))
    messages.success(request, _("The check-in is taken back."))
    return redirect("pain")


@require_POST
def not_now(request: HttpRequest) -> HttpResponse:
    """Today's question is answered, by no answer."""
    user = signed_in(request)
    _answered(user, user.day_at(timezone.now()))
    return redirect(_page_that_asked(request))


@require_POST
def never(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    user.asks_pain = False
    user.save(update_fields=["asks_pain"])
    messages.success(request, _("You will not be asked about pain again. You can turn it back on in the settings."))
    return redirect(_page_that_asked(request))


def _answered(user: User, today: date) -> None:
    if user.pain_asked_on != today:
        user.pain_asked_on = today
        user.save(update_fields=["pain_asked_on"])


def _keep_alarm_in_sight(user: User, today: date) -> None:
    """Note on the person whether today's pages are to lead back to the advice, so that they need not ask for it."""
    user.pain_alarm_on = today if overview.is_alarming(user, today) else None
    user.save(update_fields=["pain_alarm_on"])


def _page_that_asked(request: HttpRequest) -> str:
    """The name of the page that the form came from, if it is one that asks; otherwise that of today."""
    page = page_of_form(request)
    return next((name for name in ASKING if page == reverse(name)), "today")
