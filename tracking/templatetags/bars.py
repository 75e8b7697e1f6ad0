"""`{% bar tally %}`: how much of what was prescribed was done, drawn for the eye alone."""

from functools import cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tracking.adherence import Tally

register = template.Library()


@register.simple_tag
def bar(tally: Tally) -> SafeString:
    """`tally` prescribes something."""
    return _bar(tally.percent, "measure measure-kept" if tally.kept else "measure")


@cache  # A year has dozens of them, of a hundred and one kinds.
def _bar(percent: int | None, classes: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><rect class="measure-all" width="100%" height="100%" rx="5"/>'
        '<rect class="measure-done" width="{}%" height="100%" rx="5"/>'
        '<rect class="measure-line" x="80%" width="2" height="100%"/></svg>',
        classes,
        percent,
    )
