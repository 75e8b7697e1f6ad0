"""`{% ask_pain "general" %}`: the question about pain on a page that knows nothing of it. It asks no database."""

from fractions import Fraction
from typing import Any
from uuid import uuid4

from django import template

from pain import overview
from pain.forms import CheckInForm
from pain.rule import SEVERE_FROM

register = template.Library()


@register.inclusion_tag("pain/_ask.html", takes_context=True)
def ask_pain(context: template.Context, moment: str) -> dict[str, Any]:
    """`moment` is the one that is chosen to begin with."""
    return {"key": uuid4(), "moment": moment}


@register.simple_tag
def blank_check_in(moment: str) -> CheckInForm:
    return CheckInForm(initial={"moment": moment})


@register.simple_tag
def by_number(usual: Fraction | None) -> list[overview.ByNumber]:
    return overview.by_number(usual)


@register.simple_tag
def severe_from() -> int:
    return SEVERE_FROM
