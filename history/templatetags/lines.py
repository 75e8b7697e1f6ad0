"""The weeks of a year and its exercises, line by line. Here and not in a template, as `days` is."""

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from exercises.icons import icon
from history.overview import Row, WeekLine
from tracking.templatetags.bars import bar

register = template.Library()

PAUSED = (
    '<svg class="measure measure-paused" aria-hidden="true">'
    '<rect class="measure-all" width="100%" height="100%" rx="5"/></svg>'
)


@register.simple_tag
def week_lines(lines: Iterable[WeekLine]) -> SafeString:
    """Each leads to the page of its week."""
    return mark_safe("".join(map(_week_line, lines)))  # noqa: S308  # what is not ours is escaped


def _week_line(line: WeekLine) -> str:
    tally, notes = line.tally, line.notes
    running = f" <small>{escape(_('this week'))}</small>" if line.is_running else ""
    measure = bar(tally) if tally.prescribed else PAUSED if line.paused else ""
    said = "".join(f"<span>{icon(name)}{escape(words)}</span>" for name, words in notes)
    return (
        f'<li data-week="{line.first}" data-paused="{line.paused}" data-skipped="{len(line.skips)}"'
        f' data-credited="{tally.credited}" data-prescribed="{tally.prescribed}"><a href="{line.address}">'
        f'<span class="weeks-span">{escape(line.span_words)}{running}</span>'
        f'<span class="weeks-share">{line.share}</span>{measure}<span class="quiet">{escape(line.words)}</span>'
        + (f'<span class="quiet weeks-notes">{said}</span>' if notes else "")
        + "</a></li>"
    )


@register.simple_tag
def exercise_rows(rows: Iterable[Row]) -> SafeString:
    """Each leads to its exercise. On a narrow screen every figure carries the head of its column."""
    heads = list(map(escape, (_("Strength"), _("Doses"), _("Kept weeks"), _("Usual day"), _("Longest gap"))))
    return mark_safe("".join(_exercise_row(row, heads) for row in rows))  # noqa: S308  # what is not ours is escaped


def _exercise_row(row: Row, heads: Iterable[str]) -> str:
    tally, exercise = row.tally, row.exercise
    strength = "–" if row.strength is None else row.strength
    figures = (strength, f"{tally.percent} %", row.kept_words, row.usual_words or "–", row.gap_words)
    cells = "".join(
        f'<td role="cell" data-label="{head}">{escape(figure)}</td>'
        for head, figure in zip(heads, figures, strict=True)
    )
    return (
        f'<tr role="row" data-exercise="{exercise.slug}" data-credited="{tally.credited}"'
        f' data-prescribed="{tally.prescribed}" data-strength="{"" if row.strength is None else row.strength}">'
        f'<th role="rowheader" scope="row"><a href="{exercise.get_absolute_url()}">{escape(exercise.name)}</a></th>'
        f"{cells}</tr>"
    )
