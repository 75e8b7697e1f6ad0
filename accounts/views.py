from typing import cast

from allauth.core.internal import ratelimit
from allauth.mfa.webauthn.views import login_webauthn
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.device import key_of
from accounts.forms import PreferencesForm
from accounts.middleware import page_of_form, signed_in
from accounts.models import Session
from accounts.sign_ins import sign_ins as sign_ins_of


@login_not_required
@require_safe
@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """Whose browser this is, for scripts that have something to send: with a token for forms, and the person's key."""
    if not request.user.is_authenticated:
        return JsonResponse({}, status=403)
    user = signed_in(request)
    return JsonResponse({"person": str(user.pk), "token": get_token(request), "key": key_of(user)})


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


@require_safe
def sign_ins(request: HttpRequest) -> HttpResponse:
    found = sign_ins_of(signed_in(request), request.session.session_key, timezone.now())
    return render(request, "accounts/sign_ins.html", {"sign_ins": found})


@require_POST
def end_sign_in(request: HttpRequest, name: str) -> HttpResponse:
    found = sign_ins_of(signed_in(request), request.session.session_key, timezone.now())
    gone = next((one for one in found if one.name == name and not one.is_this), None)
    if gone is None:
        raise Http404(_("This device is signed out already."))
    request.session.delete(gone.session_key)
    messages.success(request, _("%(device)s is signed out.") % {"device": gone.device})
    return redirect("sign_ins")


@require_POST
def end_other_sign_ins(request: HttpRequest) -> HttpResponse:
    Session.objects.of(signed_in(request).pk).other_than(request.session.session_key).delete()
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("sign_ins")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_sign_in(request: HttpRequest) -> HttpResponseBase:
    """allauth's page. It limits the signatures; what is to be signed is limited here, as each begins a session."""
    asked_too_often = request.method != "POST" and ratelimit.consume_or_429(
        request, app="allauth.mfa", action="webauthn_login", limit_get=True
    )
    return cast(HttpResponseBase, asked_too_often or login_webauthn(request))
