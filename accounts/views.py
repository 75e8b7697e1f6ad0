from typing import cast

from allauth.core.internal import ratelimit
from allauth.mfa.webauthn.views import login_webauthn
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import PreferencesForm
from accounts.middleware import page_of_form, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm(request.POST or None, instance=signed_in(request))
    if form.is_valid():
        form.save()
        messages.success(request, _("Your preferences are saved."))
        return redirect("preferences")
    return render(request, "accounts/preferences.html", {"form": form}, status=400 if form.is_bound else 200)


@require_POST
def safety_read(request: HttpRequest) -> HttpResponse:
    """Remember when the safety notes were first read; go on to the session, if the person was there, or to today."""
    user = signed_in(request)
    if user.safety_read_at is None:
        user.safety_read_at = timezone.now()
        user.save(update_fields=["safety_read_at"])
    return redirect("session" if page_of_form(request) == reverse("session") else "today")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_sign_in(request: HttpRequest) -> HttpResponseBase:
    """allauth's page. It limits the signatures; what is to be signed is limited here, as each begins a session."""
    asked_too_often = request.method != "POST" and ratelimit.consume_or_429(
        request, app="allauth.mfa", action="webauthn_login", limit_get=True
    )
    return cast(HttpResponseBase, asked_too_often or login_webauthn(request))
