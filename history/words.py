"""What a history tells, in words. Every text goes through gettext."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from history.habits import change, kept_lately, weekday_gap
from tracking.adherence import Tally

WEEKDAYS = (
    gettext_lazy("Mondays"),
    gettext_lazy("Tuesdays"),
    gettext_lazy("Wednesdays"),
    gettext_lazy("Thursdays"),
    gettext_lazy("Fridays"),
    gettext_lazy("Saturdays"),
    gettext_lazy("Sundays"),
)


def sentences(finished: Sequence[Tally], days: Mapping[date, Tally]) -> Sequence[str]:
    """What the latest weeks tell, and nothing where there is too little to go by.

    `finished` are weeks, oldest first; `days` are those of the latest of them.
    """
    return [sentence for sentence in (_on_weeks(finished, days), _on_change(finished)) if sentence]


def _on_weeks(finished: Sequence[Tally], days: Mapping[date, Tally]) -> str:
    lately = kept_lately(finished)
    if lately is None:
        return ""
    gap = weekday_gap(days)
    words = {
        "kept": lately.kept,
        "asked": lately.asked,
        "n": lately.weeks,
        "weekdays": "" if gap is None else WEEKDAYS[gap],
    }
    if lately.asked < lately.weeks:
        return _("Of the last %(n)d weeks %(asked)d asked for something, and you kept %(kept)d of them.") % words
    if gap is None:
        return _("You kept %(kept)d of the last %(n)d weeks.") % words
    return _("You kept %(kept)d of the last %(n)d weeks; %(weekdays)s are the gap.") % words


def _on_change(finished: Sequence[Tally]) -> str:
    changed = change(finished)
    if changed is None:
        return ""
    before, latest = changed
    words = {"before": before.percent, "latest": latest.percent}
    if (latest.adherence or 0) > (before.adherence or 0):
        return _("Over the last four weeks you did %(latest)d %% of your plan, up from %(before)d %%.") % words
    return _("Over the last four weeks you did %(latest)d %% of your plan, after %(before)d %% before.") % words


def doses_in_words(tally: Tally) -> str:
    """“20 of 24 doses”, of a day or of a week."""
    return doses_in(tally.credited, tally.prescribed, get_language())


@lru_cache(maxsize=4096)
def doses_in(credited: int, prescribed: int, _language: str | None) -> str:
    """The same in a language that is known. A year says the same few again and again."""
    if not prescribed:
        return _("nothing asked")
    doses = ngettext("%(credited)d of %(n)d dose", "%(credited)d of %(n)d doses", prescribed)
    return doses % {"credited": credited, "n": prescribed}
