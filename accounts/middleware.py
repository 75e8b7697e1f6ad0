from collections.abc import Callable
from sqlite3 import SQLITE_ERROR
from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware, get_user
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.urls import ResolverMatch
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.sessions import SessionStore

OUTAGES = (OperationalError, InterfaceError, InternalError)
"""The database is away, has no room, takes no writes, or is broken."""
MISSING_TABLE = "42P01"
"""PostgreSQL's code for it."""

WRITTEN = {"email", "words", "name", "steps", "other_equipment", "slot_names"}
"""The fields that people write in by hand; all others are choices that are soon made again."""


class MailOutageError(Exception):
    """The mail server is away, or takes no mail just now."""


class SignedInMiddleware(LoginRequiredMiddleware):
    """Every page wants a signed-in person unless its view says `@login_not_required`; no personal page is cached."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        # A page for everybody is not held up by asking who is there; its view may ask, and /healthz does not.
        if not getattr(view_func, "login_required", True):
            return None
        request.is_personal = True  # type: ignore[attr-defined]
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is None:
            # The person is known by now, and asked for many times: no need to look behind a stand-in each time.
            request.user = get_user(request)
            cast(SessionStore, request.session).note_use(timezone.now())
        return refused

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """What a person sent off while their account was being deleted elsewhere belongs to nobody any more."""
        # A database that is away is not asked again.
        may_be_late = isinstance(exception, (DatabaseError, ObjectDoesNotExist))
        if not may_be_late or is_outage(exception) or not request.user.is_authenticated:
            return None
        if User.objects.filter(pk=signed_in(request).pk).exists():
            return None
        logout(request)
        return self.handle_no_permission(request, cast(ResolverMatch, request.resolver_match).func)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if getattr(request, "is_personal", False) or settings.SESSION_COOKIE_NAME in request.COOKIES:
            add_never_cache_headers(response)
        return response

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseBase:  # type: ignore[override]  # wider than a redirect
        """A GET comes back to its page after signing in. A POST has no page of its own: say so and lead on."""
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        way_back = urlencode({"next": page_of_form(request) or resolve_url("today")})
        sign_in = f"{resolve_url(self.get_login_url(view_func))}?{way_back}"
        context = {"sign_in": sign_in, "typed": [value for name, value in typed_in(request) if name in WRITTEN]}
        response = render(request, "errors/signed_out.html", context, status=403)
        if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
            messages.warning(request, _("You had been signed out, so the last tap was not saved."))
            response["HX-Redirect"] = sign_in
        return response


def is_outage(error: BaseException | None) -> bool:
    """Whether database or mail server are to blame, and not us. A database without tables is just being restored."""
    if isinstance(error, MailOutageError):
        return True
    cause = error.__cause__ if error else None
    if getattr(cause, "sqlite_errorcode", None) == SQLITE_ERROR:
        # SQLite tells our mistakes by the same error as an outage, and a missing table by the same code.
        return str(cause).startswith("no such table")
    without_tables = isinstance(error, ProgrammingError) and getattr(cause, "sqlstate", None) == MISSING_TABLE
    return without_tables or isinstance(error, OUTAGES)


def page_of_form(request: HttpRequest) -> str | None:
    """The path of the page of ours that a POST came from, as far as the browser tells."""
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}):
        return None
    return urlsplit(page).path or None


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """Names and values of a form that may be shown again: no passwords, nothing of our own."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if value and name != "csrfmiddlewaretoken" and "password" not in name
    ]


def signed_in(request: HttpRequest) -> User:
    """The person of a request that `SignedInMiddleware` has let through."""
    return cast(User, request.user)
