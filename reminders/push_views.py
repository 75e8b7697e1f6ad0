from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import signed_in
from accounts.sign_ins import device_in_words
from reminders.models import SESSION_NAME, NotTheirsError, Subscription, TooManyError
from reminders.push_forms import DeviceForm


@require_POST
def add_device(request: HttpRequest) -> HttpResponse:
    """Take in the browser that sends this. A script of ours asks, and no page: only a script can know the form."""
    user, now = signed_in(request), timezone.now()
    form = DeviceForm(request.POST)
    if form.is_valid():
        device = device_in_words(request.session.get("device"))
        try:
            key = Subscription.objects.add(user, now, device=device, **form.cleaned_data)
        except (TooManyError, NotTheirsError) as problem:
            form.complain_of(problem)
        else:
            request.session[SESSION_NAME] = key
            return JsonResponse({"device": key}, status=201)
    return JsonResponse({"error": form.complaint}, status=400)


@require_POST
def remove_device(request: HttpRequest, device: str) -> HttpResponse:
    if not Subscription.objects.remove(signed_in(request), device):
        raise Http404(_("This device is not in the list, or no longer."))
    messages.success(request, _("This device gets no more notifications."))
    return redirect("reminders")
