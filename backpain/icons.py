"""`{% icon "check" %}` and `{% pictogram "lying" %}`: a drawing out of `static/img`, for the eye alone."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    return _drawing("icon", "img/icons.svg", name)


@register.simple_tag
def pictogram(position: str) -> SafeString:
    return _drawing("pictogram", "img/positions.svg", position)


@cache  # A page holds some fifty of them, of a handful of kinds.
def _drawing(kind: str, sheet: str, name: str) -> SafeString:
    address = static(sheet)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', kind, address, name)
