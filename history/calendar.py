"""The days of a year, month by month, as values for the calendar and for the table beside it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from history.habits import level
from history.words import doses_in_words
from tracking.adherence import Tally
from tracking.dates import month, month_and_year, short_weekday, weekday
from tracking.schedule import ONE_DAY, Week

AHEAD, FREE, PAUSED = "ahead", "free", "paused"
"""The marks of days without a level: still to come, nothing asked, and a pause asked for nothing."""


class Day(NamedTuple):
    """`mark` is a level from "0" to "4", or why there is none; `words` says the same."""

    day: date
    mark: str
    words: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    days: Sequence[Day]
    week_start: int

    @property
    def name(self) -> str:
        return month(self.days[0].day)

    @property
    def title(self) -> str:
        return month_and_year(self.days[0].day)

    @property
    def blanks(self) -> int:
        """The days of the first week that do not belong to it."""
        return (self.days[0].day.weekday() - self.week_start) % 7

    @property
    def heads(self) -> Sequence[tuple[str, str]]:
        """The weekdays, short and in full."""
        return [(short_weekday(day), weekday(day)) for day in Week.of(self.days[0].day, self.week_start).days]


def months(
    first: date, last: date, today: date, tallies: Mapping[date, Tally], paused: Collection[date], week_start: int
) -> Sequence[Month]:
    """From `first` to the end of the month of `last`. Without a tally a day is free, unless it is still to come."""
    end = (last.replace(day=28) + 4 * ONE_DAY).replace(day=1)
    ahead, free = (AHEAD, _("still ahead")), (FREE, doses_in_words(Tally()))
    in_pause, language = (PAUSED, _("paused")), get_language()
    days = []
    for day in map(date.fromordinal, range(first.toordinal(), end.toordinal())):
        tally = tallies.get(day)
        if day > today:
            mark, words = ahead
        elif tally and tally.prescribed:
            mark, words = _told(tally.credited, tally.prescribed, language)
        else:
            mark, words = in_pause if day in paused else free
        days.append(Day(day, mark, words, day == today))
    return [Month(list(of_month), week_start) for _n, of_month in groupby(days, lambda one: one.day.month)]


@lru_cache(maxsize=1024)
def _told(credited: int, prescribed: int, _language: str | None) -> tuple[str, str]:
    """The level of a day and its words. Hundreds of days share a few of them."""
    tally = Tally(credited, prescribed)
    return str(level(tally)), doses_in_words(tally)
