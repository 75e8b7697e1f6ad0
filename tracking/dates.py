"""Dates in words. The patterns go through gettext, because languages order a date differently."""

from datetime import date
from functools import cache

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from exercises.words import said_once
from tracking.schedule import ONE_DAY, Week


def day_address(day: date) -> str:
    """Of the page of a day."""
    return _addresses("day").format(day)


def week_address(first: date) -> str:
    """Of the page of a week, by its first day."""
    return _addresses("week").format(first)


def skip_address(day: date) -> str:
    """Where to say what is left out on a day."""
    return _addresses("skip").format(day)


@cache
def _addresses(page: str) -> str:
    return reverse(page, args=[date.min]).replace(str(date.min), "{}")


@said_once
def weekday(day: date) -> str:
    """“Sunday”."""
    return date_format(day, "l")


@said_once
def short_weekday(day: date) -> str:
    """“Sun”."""
    return date_format(day, "D")


@said_once
def day_and_month(day: date) -> str:
    """“22 November”."""
    return date_format(day, pgettext("pattern of a date", "j F"))


@said_once
def month(day: date) -> str:
    """“November”."""
    return date_format(day, "F")


@said_once
def month_and_year(day: date) -> str:
    """“November 2026”."""
    return date_format(day, pgettext("pattern of a date", "F Y"))


@said_once
def short_month(day: date) -> str:
    """“Nov”."""
    return date_format(day, "M")


@said_once
def short_date(day: date) -> str:
    """“22 Nov”."""
    return date_format(day, pgettext("pattern of a date", "j M"))


@said_once
def full_date(day: date) -> str:
    """“22 November 2026”."""
    return date_format(day, pgettext("pattern of a date", "j F Y"))


@said_once
def weekday_and_date(day: date) -> str:
    """“Sunday, 22 November 2026”."""
    return date_format(day, pgettext("pattern of a date", "l, j F Y"))


def span(week: Week) -> str:
    """“16 – 22 November 2026”, with the month and year of the first day only where they differ."""
    return _from_to(week, full_date(week.last))


@said_once
def short_span(week: Week) -> str:
    """“16 – 22 November”, with years only where they differ."""
    return _from_to(week, day_and_month(week.last)) if week.first.year == week.last.year else span(week)


def _from_to(week: Week, last: str) -> str:
    if week.first.year != week.last.year:
        first = full_date(week.first)
    elif week.first.month != week.last.month:
        first = day_and_month(week.first)
    else:
        first = date_format(week.first, "j")
    return pgettext("a span of days", "%(first)s – %(last)s") % {"first": first, "last": last}


def span_words(starts_on: date, ends_on: date | None) -> str:
    """“since 16 November 2026”, or “16 November 2026 – 2 December 2026”."""
    if ends_on is None:
        return _("since %(day)s") % {"day": full_date(starts_on)}
    last = ends_on - ONE_DAY
    if last == starts_on:
        return full_date(last)
    first = day_and_month(starts_on) if starts_on.year == last.year else full_date(starts_on)
    return pgettext("a span of days", "%(first)s – %(last)s") % {"first": first, "last": full_date(last)}
