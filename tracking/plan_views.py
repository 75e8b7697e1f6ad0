"""The pages on which a person makes the plan their own. What they say takes effect today."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import signed_in
from accounts.models import User
from exercises.forms import OwnExerciseForm
from exercises.models import Exercise
from tracking import planning, plans
from tracking.models import Pause, PlanItem
from tracking.plan_forms import GrowForm, MoveForm, PauseForm, PrescriptionForm, SinceForm, WayForm

ADDED = gettext_lazy("%(exercise)s is on your plan from today on.")

SAVED = gettext_lazy("Your pause is saved. It asks for nothing, and your streak waits for you.")
SAVED_KEEPING = gettext_lazy("Your pause is saved. Only what you keep is asked for, at its minimum.")

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _today(user: User) -> date:
    return user.day_at(timezone.now())


def _to_take_up(user: User, slug: str) -> Exercise:
    exercise = Exercise.objects.may_be_taken_up_by(user).with_slug(slug).first()
    if exercise is None:
        raise Http404(_("There is no such exercise, or it is no longer offered."))
    return exercise


def _sent(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: also to nothing at all, where that was sent."""
    return request.POST if request.method == "POST" else None


def _status(form: Any) -> int:
    return 400 if form.is_bound else 200


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    return render(request, "tracking/plan.html", {"plan": plans.plan(user, _today(user))})


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin with a few exercises or with the full routine, from today on."""
    user, form = signed_in(request), WayForm(request.POST)
    if not form.is_valid():
        raise BadRequest(_("Choose a way to start: gently, or with the full routine."))
    if form.cleaned_data["way"] == "gentle":
        planning.start_gently(user, Exercise.objects.offered().gentle(), _today(user))
    else:
        planning.start_fully(user, Exercise.objects.offered(), _today(user))
    messages.success(request, _("Your plan begins today."))
    return redirect("today")


# --- Exercises --------------------------------------------------------------------------------------------------------


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """What could be taken up: of the catalogue, and of one's own."""
    user = signed_in(request)
    return render(request, "tracking/plan_add.html", {"choice": plans.choice(user, _today(user))})


@form_page
def prescribe(request: HttpRequest, slug: str) -> HttpResponse:
    """Change an exercise of the plan, or take one up with a prescription of one's own."""
    user = signed_in(request)
    today = _today(user)
    row = PlanItem.objects.for_user(user).in_force_on(today).of(slug).first()
    exercise = row.exercise if row else _to_take_up(user, slug)
    if request.method != "POST":
        form = PrescriptionForm.filled_in(row or plans.last_item(user, exercise) or exercise, exercise)
    else:
        form = PrescriptionForm(request.POST, exercise=exercise)
        if form.is_valid():
            planning.prescribe(user, exercise, today, **form.cleaned_data)
            sentence = _("%(exercise)s is changed from today on.") if row else ADDED
            messages.success(request, sentence % {"exercise": exercise.name})
            return redirect("plan")
    context = {"exercise": exercise, "form": form, "row": row}
    return render(request, "tracking/plan_exercise.html", context, status=_status(form))


@require_POST
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an exercise up, or bring it back as it was."""
    user = signed_in(request)
    exercise = _to_take_up(user, slug)
    planning.bring_back(user, exercise, _today(user))
    messages.success(request, ADDED % {"exercise": exercise.name})
    return redirect("plan")


@require_POST
def remove(request: HttpRequest, slug: str) -> HttpResponse:
    user = signed_in(request)
    row = PlanItem.objects.for_user(user).of(slug).first()
    if row is None:
        raise Http404(_("This exercise is not on your plan."))
    exercise = row.exercise
    planning.remove(user, exercise, _today(user))
    sentence = _("%(exercise)s is off your plan from today on. What you have done stays in your history.")
    messages.success(request, sentence % {"exercise": exercise.name})
    return redirect("plan")


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """One place up or down."""
    user, form = signed_in(request), MoveForm(request.POST)
    if not form.is_valid():
        raise BadRequest(_("Say which exercise to move, up or down."))
    planning.move(user, form.exercise, form.step, _today(user))
    return redirect(f"{reverse('plan')}#exercise-{form.exercise}")


@require_POST
def grow(request: HttpRequest) -> HttpResponse:
    """An answer to the offer of one more exercise."""
    user, form = signed_in(request), GrowForm(request.POST)
    if not form.is_valid():
        raise BadRequest(_("Choose one of the answers: add it, later, or that what you have is enough."))
    today = _today(user)
    match form.cleaned_data["answer"]:
        case "add":
            exercise = _to_take_up(user, form.cleaned_data["exercise"])
            planning.grow(user, exercise, today)
            messages.success(request, ADDED % {"exercise": exercise.name})
        case "later":
            planning.stay(user, today)
        case "never":
            planning.stay(user, None)
            messages.info(request, _("Your plan stays as it is. You can add exercises here at any time."))
            return redirect("plan")
    return redirect("today")


# --- When -------------------------------------------------------------------------------------------------------------


@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    return render(request, "tracking/timeline.html", {"timeline": plans.timeline(user, _today(user))})


@form_page
def since(request: HttpRequest) -> HttpResponse:
    """“I have been doing this since …”: first what it does to the history, then, once confirmed, the deed."""
    user = signed_in(request)
    today = _today(user)
    plan = plans.plan(user, today)
    form = SinceForm(_sent(request), today=today, exercises=plan.exercises)
    effect = None
    if form.is_valid():
        chosen = [one for one in plan.exercises if one.pk in form.cleaned_data["exercises"]]
        try:
            effect = plans.effect(user, chosen, form.cleaned_data["since"], today)
            if form.is_confirmed:
                planning.begin_earlier(user, chosen, form.cleaned_data["since"], today)
                messages.success(request, _("Your plan begins earlier now. You can fill in its days."))
                return redirect("history")
        except planning.TooEarlyError as error:
            form.add_error("since", plans.too_early(error))
    status = 400 if form.errors else 200
    return render(request, "tracking/since.html", {"form": form, "effect": effect, "plan": plan}, status=status)


# --- Pauses -----------------------------------------------------------------------------------------------------------


@form_page
def pause(request: HttpRequest, starts_on: date | None = None) -> HttpResponse:
    """Plan a pause, or change one that runs or is to come."""
    user = signed_in(request)
    today = _today(user)
    present = _pause(user, starts_on, today) if starts_on else None
    plan = plans.plan(user, today)
    form = PauseForm(_sent(request), today=today, exercises=plan.exercises, initial=plans.pause_form(present, plan))
    if form.is_valid():
        values = form.cleaned_data
        try:
            planning.pause(user, today, values["first"], form.ends_on, values["reason"], values["keeps"], starts_on)
        except planning.OverlapError as error:
            form.add_error("first", plans.overlap(error))
        else:
            messages.success(request, SAVED_KEEPING if values["keeps"] else SAVED)
            if form.has_dropped_keeps:
                messages.info(request, _("What you ticked to keep is left out: only a flare-up keeps exercises."))
            return redirect("plan")
    context = {"form": form, "pause": present}
    return render(request, "tracking/pause.html", context, status=_status(form))


@require_POST
def resume(request: HttpRequest, starts_on: date) -> HttpResponse:
    """End a pause that runs, from today on, or take back one that is to come."""
    user = signed_in(request)
    today = _today(user)
    pause = Pause.objects.for_user(user).beginning(starts_on).first()
    if pause is None:
        raise Http404(_("There is no such pause."))
    if pause.ends_on and pause.ends_on <= today:
        return redirect("today")  # it has ended already: a double tap
    planning.resume(user, starts_on, today)
    if starts_on > today:
        messages.success(request, _("The pause is taken back."))
        return redirect("plan")
    messages.success(request, _("Welcome back. Your plan goes on today."))
    return redirect("today")


def _pause(user: User, starts_on: date, today: date) -> Pause:
    pause = Pause.objects.for_user(user).not_over_on(today).beginning(starts_on).first()
    if pause is None:
        raise Http404(_("There is no such pause, or it is over."))
    return pause


# --- Exercises of one's own -------------------------------------------------------------------------------------------


@form_page
def own(request: HttpRequest) -> HttpResponse:
    """Make an exercise, which is then on the plan from today on."""
    user = signed_in(request)
    form = OwnExerciseForm(_sent(request), user=user)
    prescription = PrescriptionForm(_sent(request), initial=plans.FIRST_GUESS, exercise=form.instance)
    # Both are checked, so that all that is wrong is said at once.
    if all([form.is_valid(), prescription.is_valid()]):
        with transaction.atomic():
            exercise = form.make(prescription.cleaned_data)
            planning.prescribe(user, exercise, _today(user), **prescription.cleaned_data)
        messages.success(request, ADDED % {"exercise": exercise.name})
        return redirect("plan")
    context = {"form": form, "prescription": prescription}
    return render(request, "tracking/own.html", context, status=_status(form))


@form_page
def change_own(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what an exercise of one's own is called and how it is done; its dose and frequency belong to the plan."""
    user = signed_in(request)
    exercise = _own(user, slug)
    form = OwnExerciseForm(_sent(request), user=user, instance=_own(user, slug))
    if form.is_valid():
        form.save()
        messages.success(request, _("Your changes are saved."))
        return redirect(exercise)
    context = {"form": form, "exercise": exercise}
    return render(request, "tracking/own.html", context, status=_status(form))


@require_POST
def retire_own(request: HttpRequest, slug: str) -> HttpResponse:
    """Put an exercise of one's own away. It leaves the plan today and stays in the history."""
    user = signed_in(request)
    exercise = _own(user, slug)
    planning.retire(user, exercise, _today(user))
    messages.success(request, _("%(exercise)s is put away. Your history keeps it.") % {"exercise": exercise.name})
    return redirect("plan")


def _own(user: User, slug: str) -> Exercise:
    exercise = Exercise.objects.own(user).with_equipment().with_slug(slug).first()
    if exercise is None:
        raise Http404(_("There is no such exercise of yours."))
    return exercise
