"""The days of a month as rows of a table. Here and not in a template, as there are hundreds of them on a page."""

from django import template
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from history.calendar import AHEAD, Day, Month
from tracking.dates import day_address, day_and_month, short_weekday

register = template.Library()


@register.simple_tag
def day_heads(month: Month) -> SafeString:
    """The weekdays above them: a letter each, with the name for those who listen."""
    return format_html_join(
        "", '<th scope="col" abbr="{1}">{0}</th>', ((short[0], name) for short, name in month.heads)
    )


@register.simple_tag
def day_cells(month: Month) -> SafeString:
    """The weeks of a month, a cell a day."""
    pattern = escape(pgettext("a day of a month", "%(day)d %(month)s: %(words)s"))
    name = escape(month.name)
    cells = ["<td></td>"] * month.blanks
    for one in month.days:
        now = ' aria-current="date"' if one.is_today else ""
        words = pattern % {"day": one.day.day, "month": name, "words": one.words}
        cells.append(
            f'<td data-day="{one.day.isoformat()}" data-level="{one.mark}"{now}>'
            f'<span class="visually-hidden">{words}</span></td>'
        )
    weeks = (cells[n : n + 7] for n in range(0, len(cells), 7))
    return mark_safe("".join(f"<tr>{''.join(week)}</tr>" for week in weeks))  # noqa: S308  # words are escaped


@register.simple_tag
def day_rows(month: Month) -> SafeString:
    """The days of a month that have begun, the latest first, a row each."""
    begun = [day for day in reversed(month.days) if day.mark != AHEAD]
    return mark_safe("".join(_row(day) for day in begun))  # noqa: S308  # words are escaped


def _row(one: Day) -> str:
    name = escape(f"{short_weekday(one.day)}, {day_and_month(one.day)}")
    link = f'<a href="{day_address(one.day)}">{name}</a>'
    return f'<tr data-day="{one.day}"><th scope="row">{link}</th><td>{escape(one.words)}</td></tr>'
