"""The days of a month as rows of a table. Here and not in a template, as there are hundreds of them on a page."""

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from history.calendar import AHEAD, Day, Month
from tracking.dates import day_and_month, short_weekday

register = template.Library()


@register.simple_tag
def day_cells(month: Month) -> SafeString:
    """The weeks of a month, a cell a day."""
    cells = ["<td></td>"] * month.blanks + [_cell(day) for day in month.days]
    weeks = (cells[n : n + 7] for n in range(0, len(cells), 7))
    return mark_safe("".join(f"<tr>{''.join(week)}</tr>" for week in weeks))  # noqa: S308  # words are escaped


def _cell(one: Day) -> str:
    words = escape(f"{day_and_month(one.day)}: {one.words}")
    return f'<td data-day="{one.day}" data-level="{one.mark}"><span class="visually-hidden">{words}</span></td>'


@register.simple_tag
def day_rows(month: Month) -> SafeString:
    """The days of a month that have begun, the latest first, a row each."""
    any_day = month.days[0].day
    address = reverse("day", args=[any_day]).replace(str(any_day), "{}")
    begun = [day for day in reversed(month.days) if day.mark != AHEAD]
    return mark_safe("".join(_row(day, address) for day in begun))  # noqa: S308  # words are escaped


def _row(one: Day, address: str) -> str:
    name = escape(f"{short_weekday(one.day)}, {day_and_month(one.day)}")
    link = f'<a href="{address.format(one.day)}">{name}</a>'
    return f'<tr data-day="{one.day}"><th scope="row">{link}</th><td>{escape(one.words)}</td></tr>'
