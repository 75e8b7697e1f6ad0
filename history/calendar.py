"""The days of a year, month by month, as values for the calendar and for the table beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from history.habits import level
from history.words import doses_in_words
from tracking.adherence import Tally
from tracking.dates import month, month_and_year, short_weekday, weekday
from tracking.schedule import ONE_DAY, Week

AHEAD, FREE, PAUSED = "ahead", "free", "paused"
"""The marks of days without a level: still to come, nothing asked, and a pause asked for nothing."""


Mark = tuple[str, SafeString]
"""A level from "0" to "4", or why a day has none; and the same in words, escaped."""


@dataclass(frozen=True, slots=True)
class Month:
    """The marks of its days from `first` on."""

    first: date
    marks: Sequence[Mark]
    today: date
    week_start: int

    @property
    def name(self) -> str:
        return month(self.first)

    @property
    def title(self) -> str:
        return month_and_year(self.first)

    @property
    def blanks(self) -> int:
        """The days of the first week that do not belong to it."""
        return (self.first.weekday() - self.week_start) % 7

    @property
    def heads(self) -> Sequence[tuple[str, str]]:
        """The weekdays, short and in full."""
        return [(short_weekday(day), weekday(day)) for day in Week.of(self.first, self.week_start).days]


def months(
    first: date, last: date, today: date, days: Sequence[tuple[int, int]], paused: Iterable[date], week_start: int
) -> Sequence[Month]:
    """From `first` to the end of the month of `last`, which is not after today; `days` are what each got and asked for.

    What comes after `last` is still ahead.
    """
    language = get_language()
    marks = [_told(credited, asked, language) for credited, asked in days]
    in_pause, begin = (PAUSED, escape(_("paused"))), first.toordinal()
    for day in paused:
        if first <= day <= last and marks[day.toordinal() - begin][0] == FREE:
            marks[day.toordinal() - begin] = in_pause
    marks += 30 * [(AHEAD, escape(_("still ahead")))]
    found = []
    while first <= last:
        following = (first.replace(day=28) + 4 * ONE_DAY).replace(day=1)
        of_month = marks[first.toordinal() - begin : following.toordinal() - begin]
        found.append(Month(first, of_month, today, week_start))
        first = following
    return found


@lru_cache(maxsize=1024)
def _told(credited: int, prescribed: int, _language: str | None) -> Mark:
    """The mark of a day that has begun. Hundreds of days share a few of them."""
    tally = Tally(credited, prescribed)
    reached = level(tally)
    return FREE if reached is None else str(reached), escape(doses_in_words(tally))
