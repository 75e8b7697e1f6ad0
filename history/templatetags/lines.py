"""The weeks of a year and its exercises, line by line. Here and not in a template, as `days` is.

A line is put together from parts that are the same in many lines, of many people, and so are made once.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from functools import cache, lru_cache
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from exercises.icons import icon
from history.overview import Row, WeekLine, in_hundredths
from history.words import doses_in
from pain.trend import Spread
from pain.words import spread_in_words
from tracking.adherence import Tally
from tracking.dates import short_span, week_address, weekday
from tracking.schedule import ONE_DAY, Week
from tracking.templatetags.bars import bar

register = template.Library()

A_MONDAY = date(2024, 1, 1)

PAUSED = (
    '<svg class="measure measure-paused" aria-hidden="true">'
    '<rect class="measure-all" width="100%" height="100%" rx="5"/></svg>'
)


@register.simple_tag
def week_lines(lines: Iterable[WeekLine]) -> SafeString:
    """Each leads to the page of its week."""
    language = get_language()
    return mark_safe("".join([_week_line(line, language) for line in lines]))  # noqa: S308  # escaped where not ours


def _week_line(line: WeekLine, language: str | None) -> str:
    first, tally, is_running, strength, pain, paused, skips = line
    begin, link = _week(first, language)
    figures, share, measure, words = _doses(tally.credited, tally.prescribed, language)
    if strength is not None:
        words += f" · {_strength(in_hundredths(strength), language)}"
    if pain:
        words += f" · {_pain(*pain, language)}"
    running = f" <small>{escape(_('this week'))}</small>" if is_running else ""
    said = _notes(line) if paused or skips else ""
    return (
        f'{begin} data-paused="{paused}" data-skipped="{len(skips)}"{figures}{link}{running}</span>{share}'
        f'{measure or (PAUSED if paused else "")}<span class="quiet">{words}</span>{said}</a></li>'
    )


@lru_cache(maxsize=1024)
def _week(first: date, _language: str | None) -> tuple[str, str]:
    span = escape(short_span(Week(first)))
    return f'<li data-week="{first}"', f'><a href="{week_address(first)}"><span class="weeks-span">{span}'


@lru_cache(maxsize=4096)
def _doses(credited: int, prescribed: int, language: str | None) -> tuple[str, str, str, str]:
    """The figures as attributes, the share, its bar, and the words."""
    tally, words = Tally(credited, prescribed), escape(doses_in(credited, prescribed, language))
    figures = f' data-credited="{credited}" data-prescribed="{prescribed}"'
    if not prescribed:
        return figures, '<span class="weeks-share">–</span>', "", words
    share = f'<span class="weeks-share">{tally.percent} %</span>'
    return figures, share, bar(tally), f"{words} · {escape(_('kept'))}" if tally.kept else words


@lru_cache(maxsize=1024)
def _strength(hundredths: int, _language: str | None) -> str:
    return escape(_("strength %(n)d") % {"n": hundredths})


@lru_cache(maxsize=4096)
def _pain(twice_the_median: int, lowest: int, highest: int, count: int, _language: str | None) -> str:
    """“pain 3 (2–5)”."""
    spread = Spread(Fraction(twice_the_median, 2), lowest, highest, count)
    return escape(_("pain %(spread)s") % {"spread": spread_in_words(spread)})


def _notes(line: WeekLine) -> str:
    said = "".join(f"<span>{icon(name)}{escape(words)}</span>" for name, words in line.notes)
    return f'<span class="quiet weeks-notes">{said}</span>'


@register.simple_tag
def exercise_rows(rows: Iterable[Row]) -> SafeString:
    """Each leads to its exercise. On a narrow screen every figure carries the head of its column."""
    language = get_language()
    return mark_safe("".join([_exercise_row(row, language) for row in rows]))  # noqa: S308  # escaped where not ours


def _exercise_row(row: Row, language: str | None) -> str:
    exercise, tally, strength = row.exercise, row.tally, row.strength
    strength_cell, doses, kept, usual, gap, end = _cells(language)
    known = "" if strength is None else strength
    return (
        f'<tr role="row" data-exercise="{exercise.slug}" data-credited="{tally.credited}"'
        f' data-prescribed="{tally.prescribed}" data-strength="{known}">'
        f'<th role="rowheader" scope="row"><a href="{exercise.get_absolute_url()}">{escape(exercise.name)}</a></th>'
        f"{strength_cell}{'–' if strength is None else strength}{doses}{tally.percent} %{kept}"
        f"{_kept(row.kept, row.counted, language)}{usual}{_weekday(row.usual, language)}"
        f"{gap}{_days(row.gap, language)}{end}"
    )


@cache
def _cells(_language: str | None) -> Sequence[str]:
    """What stands before each figure, and after the last."""
    heads = _("Strength"), _("Doses"), _("Kept weeks"), _("Usual day"), _("Longest gap")
    first, *others = (f'<td role="cell" data-label="{escape(head)}">' for head in heads)
    return [first, *(f"</td>{other}" for other in others), "</td></tr>"]


@lru_cache(maxsize=4096)
def _kept(kept: int, counted: int, _language: str | None) -> str:
    return escape(_("%(kept)d of %(n)d") % {"kept": kept, "n": counted})


@lru_cache(maxsize=256)
def _weekday(n: int | None, _language: str | None) -> str:
    return "–" if n is None else escape(weekday(A_MONDAY + n * ONE_DAY))


@lru_cache(maxsize=1024)
def _days(n: int, _language: str | None) -> str:
    return escape(ngettext("%(n)d day", "%(n)d days", n) % {"n": n})
