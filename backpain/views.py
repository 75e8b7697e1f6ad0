"""The pages that belong to no app: the front page, the safety notes, health, and what went wrong."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_BAD_REFERER
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from accounts.middleware import OUTAGES, MailOutageError, is_outage, typed_in

RETRY_AFTER = 10
"""Seconds after which a visitor is asked to try again while the database is away."""


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("today")
    return render(request, "pages/home.html")


@login_not_required
@require_safe
def safety(request: HttpRequest) -> HttpResponse:
    """The safety notes, for strangers as well; who has read them is told on which day."""
    user = request.user
    read_on = user.day_at(user.safety_read_at) if user.is_authenticated and user.safety_read_at else None
    return render(request, "pages/safety.html", {"read_on": read_on})


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is up."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, and every migration is applied."""
    try:
        executor = MigrationExecutor(connection)
        behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except OUTAGES:
        return _unready("the database does not answer")
    return _unready("migrations are missing") if behind else HttpResponse("ready\n", content_type="text/plain")


def _unready(reason: str) -> HttpResponse:
    return HttpResponse(f"{reason}\n", status=503, content_type="text/plain", headers={"Retry-After": str(RETRY_AFTER)})


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its CSRF token, or with a stale one: nothing is done, and nothing typed is lost.

    The form may be sent again only if it came from this site; one from elsewhere is not offered a second time.
    """
    foreign = any(reason.startswith(text.split("%")[0]) for text in (REASON_BAD_ORIGIN, REASON_BAD_REFERER))
    same_site = not foreign and "Origin" in request.headers
    response = render(
        request, "errors/stale_form.html", {"typed": typed_in(request) if same_site else None}, status=403
    )
    add_never_cache_headers(response)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return render(request, "errors/413.html", status=413)
    if (
        isinstance(exception, SessionInterrupted)
        and (failed := exception.__context__)
        and is_outage(failed.__context__)
    ):
        # It could not be saved at the end of a request. Django takes that for a session which has ended meanwhile.
        return _come_back(request)
    # A BadRequest is ours and speaks to the person; anything else is Django's and speaks to developers.
    is_ours = isinstance(exception, BadRequest) and not isinstance(exception, SessionInterrupted)
    sentence = str(exception) if is_ours else ""
    return render(request, "errors/400.html", {"sentence": sentence}, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    # The resolver and the debug page put structures in here; only a plain text is for the person.
    sentence = exception.args[0] if exception.args and isinstance(exception.args[0], str) else ""
    return render(request, "errors/404.html", {"sentence": sentence}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Whatever we did not foresee. A database or a mail server that is away is not our mistake, and comes back."""
    error = sys.exc_info()[1]
    if is_outage(error):
        return _come_back(request, of_mail=isinstance(error, MailOutageError))
    return render(request, "errors/500.html", status=500)


def _come_back(request: HttpRequest, of_mail: bool = False) -> HttpResponse:
    response = render(request, "errors/503.html", {"of_mail": of_mail}, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response
