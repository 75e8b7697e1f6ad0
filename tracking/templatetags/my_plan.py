"""`{% in_my_plan exercise as mine %}`: the pages of the catalogue know no plans, but show the person's own."""

from typing import Any

from django import template

from exercises.models import Exercise
from tracking.models import PlanItem
from tracking.plans import prescription

register = template.Library()


@register.simple_tag(takes_context=True)
def in_my_plan(context: dict[str, Any], exercise: Exercise) -> str:
    """The prescription of this exercise in the plan of who looks at it; nothing where no item is open. One query."""
    user = context["user"]
    if not user.is_authenticated:
        return ""
    row = PlanItem.objects.for_user(user).of(exercise.slug).still_open().first()
    return prescription(row) if row else ""
