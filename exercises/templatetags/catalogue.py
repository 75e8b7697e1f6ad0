"""An exercise in words, for templates."""

from django import template
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from exercises import words
from exercises.models import Exercise, Position

register = template.Library()


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
