from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator

from accounts.adapter import AccountAdapter
from accounts.middleware import signed_in
from accounts.second_step import has_second_step, took_second_step


class AdminSite(admin.AdminSite):
    """For those who may edit, who have a second step, and who have taken it since they signed in."""

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and took_second_step(request)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]  # wider
        """It has no sign-in of its own, so that the rate limits of the one there is hold for it as well."""
        return _asks_for_second_step(request)  # type: ignore[no-any-return]  # allauth's decorator has no types

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """The site's own page tells the person by mail, and wants the same of the new one."""
        return redirect("account_change_password")


@secure_admin_login  # type: ignore[untyped-decorator]  # allauth has no types
def _asks_for_second_step(request: HttpRequest) -> HttpResponse:
    admin_index = reverse("admin:index")
    if took_second_step(request):
        return redirect(admin_index)
    user = signed_in(request)
    ways = AccountAdapter().get_reauthentication_methods(user) if has_second_step(user) else []
    context = {"ways": [way for way in ways if way["id"].startswith("mfa")], "next": admin_index}
    return render(request, "accounts/admin_closed.html", context, status=403)
