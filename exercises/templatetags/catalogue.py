"""An exercise in words, for templates."""

import re

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from exercises import words
from exercises.models import Exercise, Position

register = template.Library()

SOURCE = re.compile(r"\(([^()]+ \d{4})\)")
"""Sources in brackets, as in “(ACP 2017, NICE 2016)”."""


@register.filter
def prescription(exercise: Exercise) -> str:
    return words.prescription_in_words(exercise.dose, exercise.frequency)


@register.filter
def dose(exercise: Exercise) -> str:
    return words.dose_in_words(exercise.dose)


@register.filter
def frequency(exercise: Exercise) -> str:
    return words.frequency_in_words(exercise.frequency)


@register.filter
def time_needed(exercise: Exercise) -> str:
    return words.time_needed_in_words(exercise.dose)


@register.filter
def positions(exercise: Exercise) -> str:
    """“Sitting”, or “Sitting or standing”."""
    names = [str(Position(p).label) for p in (exercise.position, exercise.other_position) if p]
    return str(capfirst(_(" or ").join(names)))


@register.filter
def needs(exercise: Exercise) -> str:
    """The equipment, as in “a resistance band, a sturdy support”."""
    return ", ".join(exercise.things) or _("nothing needed")


@register.filter
def sourced(sentence: str) -> SafeString:
    """The sentence, with the sources in its brackets leading to the list of them."""
    address = f"{reverse('safety')}#sources"
    parts = [
        format_html('(<a href="{}">{}</a>)', address, part) if n % 2 else part
        for n, part in enumerate(SOURCE.split(sentence))
    ]
    return format_html_join("", "{}", ([part] for part in parts))
