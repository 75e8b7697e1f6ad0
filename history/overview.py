"""The seam between rows and the page of a year, as `tracking.agenda` is for the page of a day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from exercises.models import Exercise
from history.habits import LATELY, longest_gap, usual_weekday
from history.picture import Picture, WeekMarks
from history.words import WeekWords, sentences
from history.year import Year, read_year
from pain.models import CheckIn
from pain.trend import Spread, by_week
from tracking.adherence import Averages, Tally, four_week_averages, streak, total
from tracking.dates import short_month, short_spans, week_address, weekday
from tracking.models import Skip
from tracking.schedule import Week


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One week, with the strength it ended with, its pain, its days of pause, and why exercises were skipped."""

    week: Week
    tally: Tally
    is_running: bool
    strength: float | None
    pain: Spread | None
    paused: int
    skips: Sequence[str]
    span_words: str
    words: str

    @property
    def first(self) -> str:
        return self.week.first.isoformat()

    @property
    def address(self) -> str:
        return week_address(self.week.first)

    @property
    def share(self) -> str:
        """“83 %”, or a dash where nothing was asked."""
        return "–" if self.tally.percent is None else f"{self.tally.percent} %"

    @property
    def notes(self) -> Sequence[tuple[str, str]]:
        """Icon and words: “paused on 3 days”, “3 skipped: no time, sore”."""
        notes = []
        if self.paused:
            words = ngettext("paused on %(n)d day", "paused on %(n)d days", self.paused) % {"n": self.paused}
            notes.append(("pause", words))
        if self.skips:
            given = ", ".join(str(Skip.Reason(reason).label) for reason in Skip.Reason.values if reason in self.skips)
            words = _("%(n)d skipped: %(reasons)s") % {"n": len(self.skips), "reasons": given}
            notes.append(("skip", words))
        return notes


@dataclass(frozen=True, slots=True)
class Row:
    """One exercise over the weeks of a year. What is on the plan no longer has no strength."""

    exercise: Exercise
    weeks: Sequence[Tally]
    usual: int | None
    gap: int
    strength: int | None

    @property
    def tally(self) -> Tally:
        return total(self.weeks)

    @property
    def kept(self) -> int:
        return sum(week.kept for week in self.weeks)

    @property
    def counted(self) -> int:
        return sum(bool(week.prescribed) for week in self.weeks)

    @property
    def kept_words(self) -> str:
        return _("%(kept)d of %(n)d") % {"kept": self.kept, "n": self.counted}

    @property
    def usual_words(self) -> str:
        return "" if self.usual is None else weekday(WEEK_OF_NAMES.days[self.usual])

    @property
    def gap_words(self) -> str:
        return ngettext("%(n)d day", "%(n)d days", self.gap) % {"n": self.gap}


FEW_WEEKS, QUARTERS = 26, (1, 4, 7, 10)
WEEK_OF_NAMES = Week(date(2024, 1, 1))


def in_hundredths(strength: float) -> int:
    """Strength as the pages show it, from 0 to 100."""
    return round(100 * strength)


class History:
    """The page of a year. `lines` are its weeks, newest first."""

    def __init__(self, year: Year, pain: Mapping[Week, Spread]) -> None:
        self._of, self._pain = year, pain
        self.year, self.years, self.today = year.year, year.years, year.today
        self.months, self.is_running = year.months, year.is_running

    @property
    def has_plan(self) -> bool:
        return bool(self._of.record.rows)

    @cached_property
    def lines(self) -> Sequence[WeekLine]:
        year, record = self._of, self._of.record
        paused = {day for day in record.days_of_pauses if day <= year.today}
        skips: dict[Week, list[str]] = defaultdict(list)
        for (_exercise, day), reason in record.left_out(year.today).items():
            skips[Week.of(day, record.week_start)].append(reason)
        say, spans = WeekWords(), short_spans(year.weeks)
        lines = []
        for week, span in zip(year.weeks, spans, strict=True):
            tally, strength, pain = year.by_week[week], year.strength_after(week), self._pain.get(week)
            lines.append(
                WeekLine(
                    week=week,
                    tally=tally,
                    is_running=week == year.running,
                    strength=strength,
                    pain=pain,
                    paused=len(paused.intersection(week.days)) if paused else 0,
                    skips=skips.get(week, ()),
                    span_words=span,
                    words=say.of(tally, None if strength is None else in_hundredths(strength), pain),
                )
            )
        return lines[::-1]

    @cached_property
    def streak(self) -> int:
        return streak(self._of.finished, self._of.by_week[self._of.running])

    @property
    def streak_words(self) -> str:
        """“12”, or “99 or more” where all weeks that a page looks back on are kept, and there are earlier ones."""
        if self._of.is_cut_off and all(week.kept for week in self._of.finished if week.prescribed):
            return _("%(n)d or more") % {"n": self.streak}
        return str(self.streak)

    @cached_property
    def _do_count(self) -> Sequence[bool]:
        """Of each week of the year: those that are over; as with the streak, the running one once it is kept."""
        return [line.tally.kept or not line.is_running for line in reversed(self.lines)]

    @cached_property
    def _tallies_that_count(self) -> Sequence[Tally]:
        return [line.tally for line, counts in zip(reversed(self.lines), self._do_count, strict=True) if counts]

    @cached_property
    def counted(self) -> int:
        return sum(bool(tally.prescribed) for tally in self._tallies_that_count)

    @property
    def kept(self) -> int:
        return sum(tally.kept for tally in self._tallies_that_count)

    @cached_property
    def averages(self) -> Averages:
        """The latest four weeks, and the best four of the year."""
        of_year = [line.tally for line in reversed(self.lines) if not line.is_running]
        return Averages(best=four_week_averages(of_year).best, latest=four_week_averages(self._of.finished).latest)

    @cached_property
    def sentences(self) -> Sequence[str]:
        """About the latest weeks, and so on the page of the running year alone."""
        if not self.is_running:
            return []
        lately = self._of.running.shifted(-LATELY).first
        days = {d: tally for d, tally in self._of.by_day.items() if lately <= d < self._of.running.first}
        return sentences(self._of.finished, days)

    @property
    def rows(self) -> Sequence[Row]:
        """The exercises of the year, in the order of the plan."""
        rows = (self._row(exercise) for exercise in self._of.record.latest)
        return [row for row in rows if row.counted]

    def _row(self, exercise: int) -> Row:
        year, latest = self._of, self._of.record.latest[exercise]
        course = year.courses[exercise]
        # Today is not over, so it is no gap yet.
        last = year.place(year.last_day)
        days = slice(year.place(year.weeks[0].first), last + (year.is_over or course.done[last] > 0))
        done = course.done[year.place(year.weeks[0].first) :]
        by_weekday = [len(of_day) - of_day.count(0) for of_day in (done[n::7] for n in range(7))]
        is_on_plan = year.record.item_on(exercise, year.last_day) is not None
        weeks = [tally for tally, counts in zip(year.of_year(exercise), self._do_count, strict=True) if counts]
        return Row(
            exercise=latest.exercise,
            weeks=weeks,
            usual=usual_weekday(by_weekday[-year.record.week_start :] + by_weekday[: -year.record.week_start]),
            gap=longest_gap(zip(course.asking[days], course.done[days], strict=True)),
            strength=in_hundredths(year.strength_of(exercise)) if is_on_plan else None,
        )

    @property
    def picture(self) -> Picture:
        return Picture(
            [
                WeekMarks(line.tally, line.strength, line.pain, line.is_running, self._label(place))
                for place, line in enumerate(reversed(self.lines))
            ]
        )

    def _label(self, place: int) -> str:
        """The month below the first of its weeks, as far as there is room: of a long year, the first of a quarter."""
        weeks = self._of.weeks
        first = weeks[place].first
        is_new = place > 0 and weeks[place - 1].first.month != first.month
        has_room = len(weeks) <= FEW_WEEKS or first.month in QUARTERS
        return short_month(first) if is_new and has_room else ""


def history(user: User, today: date, year: int | None) -> History | None:
    """The weeks that begin in `year`, by default the running one; None for a year without any. Four queries."""
    found = read_year(user, today, year)
    if found is None:
        return None
    check_ins = CheckIn.objects.for_user(user).between(found.weeks[0].first, found.weeks[-1].last)
    return History(found, by_week(check_ins.entries(), user.week_start))
