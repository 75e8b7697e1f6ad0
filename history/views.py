from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import signed_in
from history import overview
from history import sheet as seam
from history.forms import SheetForm, YearForm
from history.year import read_year


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """A year of weeks, with what they tell."""
    user = signed_in(request)
    found = overview.history(user, user.day_at(timezone.now()), _year(request))
    if found is None:
        raise _no_history()
    return render(request, "history/history.html", {"history": found})


@require_safe
def days(request: HttpRequest) -> HttpResponse:
    """The calendar of a year as a table."""
    user = signed_in(request)
    found = read_year(user, user.day_at(timezone.now()), _year(request))
    if found is None:
        raise _no_history()
    return render(request, "history/days.html", {"history": found})


@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """Some weeks on one A4 page, to print or to show."""
    user = signed_in(request)
    form = SheetForm.of(request.GET)
    found = seam.sheet(user, user.day_at(timezone.now()), **form.cleaned_data) if form.is_valid() else None
    return render(request, "history/sheet.html", {"form": form, "sheet": found}, status=200 if found else 400)


def _year(request: HttpRequest) -> int | None:
    form = YearForm(request.GET)
    if not form.is_valid():
        raise _no_history()
    year: int | None = form.cleaned_data["year"]
    return year


def _no_history() -> Http404:
    return Http404(_("There is no history for this year."))
