"""The rule and its figures in words. Every text goes through gettext."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pain.rule import Advice, Outcome
from pain.trend import Spread


def number(value: Fraction) -> str:
    """“4”, or “3.5” as people of the language write it."""
    whole = value.denominator == 1
    return number_format(Decimal(value.numerator) / value.denominator, decimal_pos=0 if whole else 1)


def of_ten(score: int) -> str:
    return _("%(score)d of 10") % {"score": score}


def spread_in_words(spread: Spread) -> str:
    """“3.5 (2–6)”, or “4” where all scores are the same."""
    return _spread_in_words(spread.median, spread.lowest, spread.highest, get_language())


@lru_cache(maxsize=4096)
def _spread_in_words(middle: Fraction, lowest: int, highest: int, _language: str | None) -> str:
    """A year has dozens of weeks, and few that are not like another."""
    if lowest == highest:
        return number(middle)
    return _("%(middle)s (%(lowest)d–%(highest)d)") % {"middle": number(middle), "lowest": lowest, "highest": highest}


def heading(score: int, outcome: Outcome) -> str:
    if outcome.alarm:
        return _("%(score)d of 10. Please read this first") % {"score": score}
    match outcome.advice:
        case Advice.CARRY_ON:
            return _("%(score)d of 10. Carry on") % {"score": score}
        case Advice.WATCH:
            return _("%(score)d of 10. Keep an eye on it") % {"score": score}
        case Advice.EASE_OFF:
            return _("%(score)d of 10. Ease off or stop") % {"score": score}


def why_alarmed(outcome: Outcome) -> str:
    if outcome.is_severe and outcome.has_risen:
        return _("This is severe pain, and clearly more than you noted of late.")
    if outcome.is_severe:
        return _("This is severe pain.")
    return _("This is clearly more than you noted of late.")


def advice_in_words(advice: Advice) -> str:
    match advice:
        case Advice.CARRY_ON:
            return _("Up to 3 of 10 you may go on with your exercises. Stop if it gets worse while you do them.")
        case Advice.WATCH:
            return _("4 or 5 of 10 is acceptable if it settles within 24 hours. If it does not, do less next time.")
        case Advice.EASE_OFF:
            return _(
                "From 6 of 10 on, ease off, or stop for now. If it stays like this, see somebody who can examine you."
            )
