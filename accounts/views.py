from django.contrib import messages
from django.http import HttpRequest, HttpResponse
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
