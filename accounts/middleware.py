from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode

from accounts.models import User


class SignedInMiddleware(LoginRequiredMiddleware):
    """Every page wants a signed-in person unless its view says `@login_not_required`; no personal page is cached."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        request.META["backpain.personal"] = getattr(view_func, "login_required", True)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.META.get("backpain.personal"):
            add_never_cache_headers(response)
        return response

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseBase:  # type: ignore[override]  # wider than a redirect
        """A GET comes back to its page after signing in. A POST has no page of its own: say so and lead on."""
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        address = f"{resolve_url(self.get_login_url(view_func))}?{urlencode({'next': resolve_url('today')})}"
        response = render(request, "errors/signed_out.html", {"sign_in": address}, status=403)
        if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
            response["HX-Redirect"] = address
        return response


def signed_in(request: HttpRequest) -> User:
    """The person of a request that `SignedInMiddleware` has let through."""
    return cast(User, request.user)
