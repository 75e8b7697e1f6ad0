"""`{% icon "check" %}`, `{% pictogram "lying" %}` and others: a drawing out of `static/img`, for the eye alone."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from exercises.pictures import drawn

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    return _drawing("icon", "img/icons.svg", name)


@register.simple_tag
def pictogram(position: str) -> SafeString:
    return _drawing("pictogram", "img/positions.svg", position)


@register.simple_tag
def still(slug: str, position: str) -> SafeString:
    """An exercise in one pose; its position where there is no drawing of it."""
    return _drawing("still", "img/stills.svg", slug) if slug in drawn() else pictogram(position)


@cache  # A page holds some fifty of them, of a handful of kinds.
def _drawing(kind: str, sheet: str, name: str) -> SafeString:
    address = static(sheet)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', kind, address, name)
