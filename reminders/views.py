from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import signed_in
from reminders.forms import AskedForm, WishesForm
from reminders.wishes import choices


@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    data = request.POST if request.method == "POST" else None
    form = WishesForm(data, instance=user, choices=choices(user, user.day_at(now)))
    if form.is_valid():
        form.save_at(now)
        messages.success(request, _("Your reminders are saved.") if user.reminds else _("Saved. Reminders are off."))
        return redirect("reminders")
    return render(request, "reminders/reminders.html", {"form": form}, status=400 if form.is_bound else 200)


@require_POST
def asked(request: HttpRequest) -> HttpResponse:
    """An answer to the question at the end of a session. It is asked until there is one, and then never again."""
    user = signed_in(request)
    form = AskedForm(request.POST)
    if not form.is_valid():
        raise BadRequest(_("Say whether you want to be reminded, yes or not now."))
    user.asked_about_reminders = True
    user.save(update_fields=["asked_about_reminders"])
    return redirect("reminders" if form.cleaned_data["answer"] == "yes" else "today")
