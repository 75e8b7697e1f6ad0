"""The many small marks of a plan: the buttons of a card, the days of a strip, the cells of a chart.

Here and not in a template, as there are dozens of them on a page, and half of its time would go into them.
"""

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from exercises.icons import icon, still
from tracking.agenda import Card, DayAgenda, Slot
from tracking.dates import day_address
from tracking.models import Skip
from tracking.weeks import Row

register = template.Library()


@register.simple_tag
def cards(some: Iterable[Card], may_tick: bool) -> SafeString:
    """One card an exercise. A picture leads where its title leads, and is passed over by keyboard and voice."""
    return mark_safe("".join(_card(card, may_tick) for card in some))  # noqa: S308  # what is not ours is escaped


def _card(card: Card, may_tick: bool) -> str:
    exercise, slug = card.exercise, card.exercise.slug
    name, address = escape(exercise.name), exercise.get_absolute_url()
    state = "" if card.is_plain else f' · <strong class="state-{card.status}">{escape(card.status_words)}</strong>'
    return (
        f'<li class="card-x" id="exercise-{slug}" data-exercise="{slug}" data-status="{card.status}" '
        f'data-done="{card.done}">'
        f'<a class="card-picture" href="{address}" tabindex="-1" aria-hidden="true">'
        f"{still(slug, exercise.position)}</a>"
        f'<div class="card-words"><h3><a href="{address}">{name}</a></h3>'
        f'<p class="card-dose">{escape(card.dose_words)}</p><p class="quiet">{escape(card.details)}{state}</p></div>'
        f"{_slots(card, name) if may_tick else ''}{_undo(slug) if card.is_skipped else ''}</li>"
    )


def _slots(card: Card, name: str) -> str:
    """The buttons. Each sends the state it leads to, so that no press counts twice."""
    alone = " slots-one" if len(card.slots) == 1 else ""
    buttons = "".join(_slot(card.exercise.slug, slot) for slot in card.slots)
    return f'<div class="slots{alone}" role="group" aria-label="{name}">{buttons}</div>'


def _undo(slug: str) -> str:
    button = f'<button type="submit" form="skip" name="exercise" value="{slug}" class="linked">'
    return f'<div class="card-undo">{button}{escape(_("Undo the skip"))}</button></div>'


def _slot(slug: str, slot: Slot) -> str:
    to, pressed, mark = ("no", "true", "check") if slot.done else ("yes", "false", "ring")
    bonus, words = (" slot-bonus", f" <small>{escape(_('bonus'))}</small>") if slot.bonus else ("", "")
    return (
        f'<button type="submit" form="tick" formaction="{slot.address}" name="done" value="{to}" '
        f'id="slot-{slug}-{slot.nth}" class="slot{bonus}" aria-pressed="{pressed}">'
        f"{icon(mark)}<span>{escape(slot.label)}{words}</span></button>"
    )


@register.simple_tag
def skip_options(some: Iterable[Card]) -> SafeString:
    options = (f'<option value="{card.exercise.slug}">{escape(card.exercise.name)}</option>' for card in some)
    return mark_safe("".join(options))  # noqa: S308  # what is not ours is escaped


@register.simple_tag
def skip_reasons() -> list[tuple[str, Any]]:
    return Skip.Reason.choices


@register.simple_tag
def strip(agenda: DayAgenda) -> SafeString:
    """The days of the week around a day, each leading to its page."""
    marks = []
    for one in agenda.strip:
        today = " strip-today" if one.day == agenda.today else ""
        current = ' aria-current="date"' if one.day == agenda.day else ""
        marks.append(
            f'<li><a href="{day_address(one.day)}" class="strip-{one.mark}{today}"{current}>'
            f'<span aria-hidden="true">{escape(one.letters)}<b>{one.number}</b></span>'
            f'{icon(one.icon)}<span class="visually-hidden">{escape(one.words)}</span></a></li>'
        )
    return mark_safe("".join(marks))  # noqa: S308  # what is not ours is escaped


@lru_cache(maxsize=512)
def _mark(drawn: str, words: str) -> str:
    """What a mark shows and says. There are few kinds of them, and a chart has dozens."""
    return f'{icon(drawn)}<span class="visually-hidden">{escape(words)}</span>'


@register.simple_tag
def chart_rows(rows: Iterable[Row]) -> SafeString:
    """One row an exercise, with a cell for each day of the week that leads to the card of that day."""
    return mark_safe("".join(_row(row) for row in rows))  # noqa: S308  # what is not ours is escaped


def _row(row: Row) -> str:
    exercise, slug, tally = row.exercise, row.exercise.slug, row.tally
    cells = "".join(
        f'<td role="cell" class="mark-{cell.mark}"><a href="{day_address(cell.day)}#exercise-{slug}">'
        f"{_mark(cell.icon, cell.words)}</a></td>"
        for cell in row.cells
    )
    total = f'{tally.credited}<span class="quiet">/{tally.prescribed}</span>' if tally.prescribed else "–"
    return (
        f'<tr role="row" data-exercise="{slug}" data-credited="{tally.credited}" data-prescribed="{tally.prescribed}">'
        f'<th role="rowheader" scope="row" class="chart-name"><a href="{exercise.get_absolute_url()}">'
        f"{escape(exercise.name)}</a> <small>{escape(row.how_often)}</small></th>"
        f'{cells}<td role="cell" class="chart-sum">{total}</td></tr>'
    )
