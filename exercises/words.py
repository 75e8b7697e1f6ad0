"""Doses and frequencies in words, for pages, mails and labels. Every text goes through gettext."""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import TypeVar, cast

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from exercises.prescription import Action, Dose, Frequency, Per, Range, Sides

PER = [(Per.DAY.value, gettext_lazy("day")), (Per.WEEK.value, gettext_lazy("week"))]
ACTION = [(Action.HOLD.value, gettext_lazy("a hold")), (Action.MOVE.value, gettext_lazy("a movement"))]
SIDES = [
    (Sides.TOGETHER.value, gettext_lazy("both together")),
    (Sides.EACH_FOOT.value, gettext_lazy("each foot")),
    (Sides.EACH_LEG.value, gettext_lazy("each leg")),
]


Said = TypeVar("Said", bound=Hashable)


def said_once(words: Callable[[Said], str]) -> Callable[[Said], str]:
    """For words about a dose, a frequency or a date: few of them, said again and again. Once a language is enough."""
    if not settings.USE_I18N:
        return cast(Callable[[Said], str], lru_cache(maxsize=4096)(words))

    @lru_cache(maxsize=4096)
    def in_language(value: Said, _language: str | None) -> str:
        return words(value)

    @wraps(words)
    def said(value: Said) -> str:
        return in_language(value, get_language())

    return said


def prescription_in_words(dose: Dose, frequency: Frequency) -> str:
    """A whole prescription: “Hold 10 seconds, 3 times on each foot, every day”."""
    return _("%(dose)s, %(frequency)s") % {
        "dose": dose_in_words(dose),
        "frequency": frequency_in_words(frequency),
    }


@said_once
def dose_in_words(dose: Dose) -> str:
    """One go at an exercise: “Hold 10 seconds, 3 times on each foot”."""
    words = _length(dose.seconds)
    if dose.action is Action.HOLD:
        words = _("hold %(length)s") % {"length": words}
    if dose.repetitions.at_most > 1:
        words = _("%(effort)s, %(times)s") % {"effort": words, "times": _times(dose.repetitions)}
    if dose.sides is Sides.EACH_FOOT:
        words = _("%(effort)s on each foot") % {"effort": words}
    elif dose.sides is Sides.EACH_LEG:
        words = _("%(effort)s on each leg") % {"effort": words}
    return capfirst(words)


@said_once
def frequency_in_words(frequency: Frequency) -> str:
    """How often: “every day”, “2–3 times a week”."""
    match frequency.per, frequency.at_least, frequency.at_most:
        case Per.DAY, 1, 1:
            return _("every day")
        case Per.DAY, 2, 2:
            return _("twice a day")
        case Per.DAY, 1, 2:
            return _("once or twice a day")
        case Per.WEEK, 1, 1:
            return _("once a week")
        case Per.WEEK, 2, 2:
            return _("twice a week")
        case Per.WEEK, 1, 2:
            return _("once or twice a week")
        case Per.WEEK, 7, 7:
            return _("on each day of the week")
    times = {"times": _times(frequency.range)}
    return _("%(times)s a day") % times if frequency.per is Per.DAY else _("%(times)s a week") % times


def minutes_in_words(seconds: int) -> str:
    """A length of time for planning, rounded up to whole minutes: “about 4 min”."""
    minutes = -(-seconds // 60)
    return ngettext("about %(n)d min", "about %(n)d min", minutes) % {"n": minutes}


def time_needed_in_words(dose: Dose) -> str:
    """How long one dose takes: “about 2 min”, or “about 1–6 min” for a range."""
    low, high = (-(-seconds // 60) for seconds in (dose.seconds_needed.at_least, dose.seconds_needed.at_most))
    if low == high:
        return minutes_in_words(dose.seconds_needed.at_most)
    return _("about %(low)d–%(high)d min") % {"low": low, "high": high}


def _length(seconds: Range) -> str:
    low, high = seconds.at_least, seconds.at_most
    if low % 60 == 0 and high % 60 == 0:
        low, high = low // 60, high // 60
        if low == high:
            return ngettext("%(n)d minute", "%(n)d minutes", high) % {"n": high}
        return ngettext("%(low)d–%(n)d minute", "%(low)d–%(n)d minutes", high) % {"low": low, "n": high}
    if low == high:
        return ngettext("%(n)d second", "%(n)d seconds", high) % {"n": high}
    return ngettext("%(low)d–%(n)d second", "%(low)d–%(n)d seconds", high) % {"low": low, "n": high}


def _times(repetitions: Range) -> str:
    low, high = repetitions.at_least, repetitions.at_most
    if low == high:
        return ngettext("%(n)d time", "%(n)d times", high) % {"n": high}
    if low == 1:
        return ngettext("up to %(n)d time", "up to %(n)d times", high) % {"n": high}
    return ngettext("%(low)d–%(n)d time", "%(low)d–%(n)d times", high) % {"low": low, "n": high}
