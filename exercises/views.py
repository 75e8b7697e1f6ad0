from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exercises.forms import CatalogueFilter
from exercises.models import Exercise
from exercises.pictures import picture_address, picture_in_words


@login_not_required
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    form = CatalogueFilter(request.GET)
    exercises = Exercise.objects.offered().with_equipment()
    valid = form.is_valid()
    if valid:
        exercises = form.apply(exercises)
    context = {"form": form, "exercises": exercises}
    return render(request, "exercises/list.html", context, status=200 if valid else 400)


@login_not_required
@require_safe
def exercise(request: HttpRequest, slug: str) -> HttpResponse:
    found = Exercise.objects.seen_by(request.user).with_equipment().with_slug(slug).first()
    if found is None:
        raise Http404(_("There is no such exercise."))
    context = {
        "exercise": found,
        "picture": picture_address(slug, getattr(request.user, "color_scheme", "auto")),
        "picture_printed": picture_address(slug, "posed"),
        "picture_in_words": picture_in_words(slug),
    }
    return render(request, "exercises/detail.html", context)
