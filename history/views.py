from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.middleware import signed_in
from history import overview
from history.forms import YearForm


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = YearForm(request.GET)
    past = overview.history(user, user.day_at(timezone.now()), form.cleaned_data["year"]) if form.is_valid() else None
    if past is None:
        raise Http404(_("There is no history for this year."))
    return render(request, "history/history.html", {"history": past})
