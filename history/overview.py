"""The seam between rows and the page of all weeks, as `tracking.agenda` is for the page of a day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from tracking.adherence import Averages, Tally, four_week_averages, streak
from tracking.dates import short_span
from tracking.models import PlanItem, Skip
from tracking.record import done_a_day, read
from tracking.schedule import Week


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One week in the history: its tally, the days on which a pause held, and why exercises were skipped."""

    week: Week
    tally: Tally
    is_running: bool
    paused: int
    skips: Sequence[str]

    @property
    def span_words(self) -> str:
        return short_span(self.week)

    @property
    def paused_words(self) -> str:
        """“paused on 3 days”, or nothing."""
        if not self.paused:
            return ""
        return ngettext("paused on %(n)d day", "paused on %(n)d days", self.paused) % {"n": self.paused}

    @property
    def skipped_words(self) -> str:
        """“3 skipped: no time, sore”, or nothing."""
        if not self.skips:
            return ""
        reasons = ", ".join(str(Skip.Reason(reason).label) for reason in Skip.Reason.values if reason in self.skips)
        return _("%(n)d skipped: %(reasons)s") % {"n": len(self.skips), "reasons": reasons}


@dataclass(frozen=True, slots=True)
class History:
    """All weeks since the first plan item; `lines` are those of one year, newest first.

    `kept` of the `counted` weeks, which are those that are over and asked for something, were kept.
    """

    year: int
    years: Sequence[int]
    lines: Sequence[WeekLine]
    streak: int
    kept: int
    counted: int
    averages: Averages


def history(user: User, today: date, year: int | None) -> History | None:
    """The weeks that begin in `year`, by default the running one; None for a year without any. Four queries."""
    running = Week.of(today, user.week_start)
    rows = list(PlanItem.objects.for_user(user).started_by(running.last))
    start = Week.of(min((row.starts_on for row in rows), default=today), user.week_start)
    years = list(range(running.first.year, start.first.year - 1, -1))
    year = running.first.year if year is None else year
    if year not in years:
        return None
    record = read(user, start.first, running.last, rows, done_a_day(user, start.first, running.last))
    skips: dict[Week, list[str]] = defaultdict(list)
    for (_exercise, day), reason in record.left_out(today).items():
        skips[Week.of(day, user.week_start)].append(reason)
    lines = [
        WeekLine(
            week=week,
            tally=record.week_tally(week),
            is_running=week == running,
            paused=sum(day <= today and day in record.days_of_pauses for day in week.days),
            skips=skips[week],
        )
        for week in start.through(running)
    ]
    finished, last = [line.tally for line in lines[:-1]], lines[-1].tally
    # As with the streak, the running week counts once it is kept.
    counted = [*finished, last] if last.kept else finished
    return History(
        year=year,
        years=years,
        lines=[line for line in reversed(lines) if line.week.first.year == year],
        streak=streak(finished, last),
        kept=sum(week.kept for week in counted),
        counted=sum(bool(week.prescribed) for week in counted),
        averages=four_week_averages(finished),
    )
