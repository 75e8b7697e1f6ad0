from datetime import date

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import signed_in
from exercises.models import Exercise
from tracking import agenda, guide, weeks
from tracking.forms import PartForm, Tick
from tracking.models import Completion, Skip
from tracking.plan_forms import SkipForm
from tracking.schedule import Week


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    return _day_page(request, None)


@require_safe
def day(request: HttpRequest, day: date) -> HttpResponse:
    return _day_page(request, day)


def _day_page(request: HttpRequest, day: date | None) -> HttpResponse:
    """The plan of a day, or of today. Only today's knows when it is over."""
    now = timezone.now()
    user = signed_in(request)
    plan = agenda.day_agenda(user, day or user.day_at(now), user.day_at(now))
    new_day_in = user.seconds_to_next_day(now) if plan.is_today else None
    return render(request, "tracking/day.html", {"agenda": plan, "new_day_in": new_day_in})


@require_POST
def tick(request: HttpRequest, day: date, slug: str, nth: int) -> HttpResponse:
    """Set one slot of one day to done or not done. Setting it twice is the same as once."""
    now = timezone.now()
    user = signed_in(request)
    today = user.day_at(now)
    tap = Tick(nth, request.POST)
    if day > today:
        raise BadRequest(_("This day has not begun yet. It can be ticked once it is there."))
    rows = agenda.DayRows.read(user, day, today)
    exercise = _exercise(rows, slug)
    if tap.is_done:
        Completion.objects.set_done(user, day, exercise, nth, now)
    else:
        Completion.objects.set_undone(user, day, exercise, nth)
    plan = rows.with_slot(exercise, nth, tap.is_done).agenda
    card = plan.card(slug)
    if request.htmx:  # type: ignore[attr-defined]  # set by django-htmx
        context = {"agenda": plan, "just_set": [card], "said": plan.said(card)}
        return render(request, "tracking/_ticked.html", context)
    messages.success(request, plan.said(card))
    if tap.is_from_session:
        return redirect(f"{reverse('session')}{PartForm(request.POST).query}")
    # To the top of the page, where the sentence stands and what is due comes first.
    return redirect("today") if plan.is_today else redirect("day", plan.day)


@require_POST
def skip(request: HttpRequest, day: date) -> HttpResponse:
    """Record why an exercise is left out on a day, or take that back. It changes no figure."""
    now = timezone.now()
    user = signed_in(request)
    form = SkipForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.complaint)
    if day > user.day_at(now):
        raise BadRequest(_("This day has not begun yet."))
    slug = form.cleaned_data["exercise"]
    reason = form.cleaned_data["reason"]
    rows = agenda.DayRows.read(user, day, user.day_at(now))
    exercise = _exercise(rows, slug)
    if reason:
        Skip.objects.set_skipped(user, day, exercise, reason, now)
    else:
        Skip.objects.set_unskipped(user, day, exercise)
    plan = rows.with_skip(exercise, reason).agenda
    messages.success(request, plan.said(plan.card(slug)))
    return redirect("today") if plan.is_today else redirect("day", plan.day)


def _exercise(rows: agenda.DayRows, slug: str) -> Exercise:
    """Of the plan of the day."""
    for item in rows.items:
        if item.exercise.slug == slug and item.value.in_force_on(rows.day):
            return item.exercise
    raise Http404(_("This exercise was not on your plan on that day."))


@require_safe
def session(request: HttpRequest) -> HttpResponse:
    """The guided session of what is left today, or of a part of it."""
    now = timezone.now()
    user = signed_in(request)
    today = user.day_at(now)
    form = PartForm(request.GET)
    if not form.is_valid():
        raise BadRequest(_("There is no such part. Choose a position, or 1 to 60 minutes."))
    day = agenda.day_agenda(user, today, today)
    plan = guide.Guide(user, day, user.seconds_to_next_day(now), **form.cleaned_data)
    week = weeks.week_agenda(user, Week.of(today, user.week_start), today)
    return render(request, "tracking/session.html", {"guide": plan, "agenda": plan.agenda, "week": week})


@require_safe
def this_week(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    return redirect("week", Week.of(user.day_at(timezone.now()), user.week_start).first)


@require_safe
def week(request: HttpRequest, first: date) -> HttpResponse:
    user = signed_in(request)
    week = Week.of(first, user.week_start)
    if week.first != first:
        return redirect("week", week.first)
    plan = weeks.week_agenda(user, week, user.day_at(timezone.now()))
    return render(request, "tracking/week.html", {"agenda": plan})
