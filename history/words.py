"""What a history tells, in words. Every text goes through gettext."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

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
    if not tally.prescribed:
        return _("nothing asked")
    doses = ngettext("%(credited)d of %(n)d dose", "%(credited)d of %(n)d doses", tally.prescribed)
    return doses % {"credited": tally.credited, "n": tally.prescribed}
