from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import signed_in
from accounts.models import User
from reminders import due, mail
from reminders.forms import ActionForm, AskedForm, OnForm, WishesForm
from reminders.models import SESSION_NAME, Delivery
from reminders.sending import calls_for_care, is_quiet
from reminders.ways import ways
from reminders.wishes import choices

AN_HOUR = timedelta(hours=1)


@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: HttpRequest) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    data = request.POST if request.method == "POST" else None
    wants_on = OnForm(request.GET)
    on = wants_on.is_valid() and wants_on.cleaned_data["on"]
    form = WishesForm(data, instance=user, choices=choices(user, user.day_at(now)), on=on)
    if form.is_valid():
        form.save_at(now)
        messages.success(request, _("Your reminders are saved.") if user.reminds else _("Saved. Reminders are off."))
        return redirect("reminders")
    context = {"form": form, "ways": ways(user, request.session.get(SESSION_NAME), now)}
    return render(request, "reminders/reminders.html", context, status=400 if form.is_bound else 200)


@require_POST
def asked(request: HttpRequest) -> HttpResponse:
    """An answer to the question at the end of a session. It is asked until there is one, and then never again."""
    user = signed_in(request)
    form = AskedForm(request.POST)
    if not form.is_valid():
        raise BadRequest(_("Say whether you want to be reminded, yes or not now."))
    user.asked_about_reminders = True
    user.save(update_fields=["asked_about_reminders"])
    return redirect(f"{reverse('reminders')}?on=1" if form.cleaned_data["answer"] == "yes" else reverse("today"))


@require_POST
def done(request: HttpRequest) -> HttpResponse:
    """Tick what a reminder named and is still due. Doing it again changes nothing."""
    user = signed_in(request)
    one = _answered(request, user)
    due.set_done(user, one.day, one.name, timezone.now())
    return _thank(request, _("Ticked. Well done."))


@require_POST
def later(request: HttpRequest) -> HttpResponse:
    """Send a reminder once more in an hour."""
    user = signed_in(request)
    one = _answered(request, user)
    then = timezone.now() + AN_HOUR
    if calls_for_care(user, one.day):
        return _thank(request, _("No more reminders today, as your pain calls for care."))
    is_too_late = user.day_at(then) != one.day or is_quiet(user, then)
    is_put_off = not is_too_late and Delivery.objects.put_off(one, then)
    return _thank(
        request, _("We remind you again in an hour.") if is_put_off else _("That was the last one for today.")
    )


def _answered(request: HttpRequest, user: User) -> Delivery:
    form = ActionForm(request.POST)
    if not form.is_valid():
        raise BadRequest(_("Something of this reminder got lost on the way."))
    one = Delivery.objects.for_user(user).find(**form.cleaned_data)
    if one is None:
        raise Http404(_("This reminder is not there, or no longer."))
    return one


def _thank(request: HttpRequest, words: str) -> HttpResponse:
    """For a notification there is no page to show; a form leads to today's plan."""
    if request.headers.get("Accept") == "application/json":
        return HttpResponse(status=204)
    messages.success(request, words)
    return redirect("today")


# A mail program sends the form, which has no cookie of ours, on the click of somebody who need not be signed in.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop_mail(request: HttpRequest, ticket: str) -> HttpResponse:
    """No more reminders by email, for the person whose mail has this link."""
    user = mail.person_of(ticket)
    if user is None:
        return render(request, "reminders/no_mail.html", {"is_known": False}, status=404)
    if request.method == "POST":
        mail.stop(user)
    return render(request, "reminders/no_mail.html", {"is_known": True, "is_over": request.method == "POST"})
