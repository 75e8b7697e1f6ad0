"""The days of a year as tables. Here and not in a template, as there are hundreds of them on a page."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext

from history.calendar import AHEAD, Month
from tracking.dates import day_address, day_and_month, month, short_weekday
from tracking.schedule import ONE_DAY

register = template.Library()


@register.simple_tag
def calendar_months(months: Sequence[Month]) -> SafeString:
    """A table a month, with a cell a day."""
    # The weekdays are a letter each, with the name for those who listen.
    heads = "".join(f'<th scope="col" abbr="{escape(name)}">{escape(short[0])}</th>' for short, name in months[0].heads)
    language = get_language()
    return mark_safe("".join(_table(one, heads, language) for one in months))  # noqa: S308  # what is not ours is escaped


def _table(one: Month, heads: str, language: str | None) -> str:
    days = _cells_from(one.first, language)
    marked = zip(days, one.marks, strict=False)
    cells = one.blanks * ["<td></td>"]
    cells += [f"{before}{level}{between}{words}{after}" for (before, between, after), (level, words) in marked]
    at = (one.today - one.first).days
    if 0 <= at < len(one.marks):
        cells[one.blanks + at] = cells[one.blanks + at].replace("<td", '<td aria-current="date"', 1)
    weeks = "</tr><tr>".join(["".join(cells[n : n + 7]) for n in range(0, len(cells), 7)])
    return (
        f'<table class="month"><caption>{escape(one.name)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody><tr>{weeks}</tr></tbody></table>"
    )


@lru_cache(maxsize=512)
def _cells_from(first: date, _language: str | None) -> Sequence[tuple[str, str, str]]:
    """What the cells of a month consist of, around the level and the words of a day: the same for everybody."""
    pattern = escape(pgettext("a day of a month", "%(day)d %(month)s: %(words)s"))
    name = escape(month(first))
    cells, day = [], first
    while day.month == first.month:
        before, after = (pattern % {"day": day.day, "month": name, "words": "\0"}).split("\0")
        cells.append((f'<td data-day="{day}" data-level="', f'"><span>{before}', f"{after}</span></td>"))
        day += ONE_DAY
    return cells


@register.simple_tag
def day_rows(one: Month) -> SafeString:
    """The days of a month that have begun, the latest first, a row each."""
    begun = [(one.first + n * ONE_DAY, words) for n, (level, words) in enumerate(one.marks) if level != AHEAD]
    return mark_safe("".join(_row(*day) for day in reversed(begun)))  # noqa: S308  # words are escaped


def _row(day: date, words: SafeString) -> str:
    name = escape(f"{short_weekday(day)}, {day_and_month(day)}")
    link = f'<a href="{day_address(day)}">{name}</a>'
    return f'<tr data-day="{day}"><th scope="row">{link}</th><td>{words}</td></tr>'
