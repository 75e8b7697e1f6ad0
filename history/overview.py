"""The seam between rows and the page of a year, as `tracking.agenda` is for the page of a day."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from exercises.models import Exercise
from history.habits import longest_gap, usual_weekday
from history.picture import Picture, WeekMarks
from history.words import sentences
from history.year import Reach, Year
from pain.models import CheckIn
from pain.trend import InWhole, by_number
from tracking.adherence import Averages, Tally, four_week_averages, streak
from tracking.course import tally_of
from tracking.dates import short_month
from tracking.models import Skip
from tracking.prepared import at_once, prepared


class WeekLine(NamedTuple):
    """One week, with the strength it ended with, its pain, its days of pause, and why exercises were skipped."""

    first: date
    tally: Tally
    is_running: bool
    strength: float | None
    pain: InWhole | None
    paused: int
    skips: Sequence[str]

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


class Row(NamedTuple):
    """One exercise over the weeks of a year. What is on the plan no longer has no strength."""

    exercise: Exercise
    tally: Tally
    kept: int
    counted: int
    usual: int | None
    gap: int
    strength: int | None


FEW_WEEKS, QUARTERS = 26, (1, 4, 7, 10)


def in_hundredths(strength: float) -> int:
    """Strength as the pages show it, from 0 to 100."""
    return round(100 * strength)


@prepared
def _scores(user: User, first: date, last: date) -> QuerySet[CheckIn, tuple[date, int]]:
    return CheckIn.objects.for_user(user).between(first, last).values_list("day", "score")


class History:
    """The page of a year. `lines` are its weeks, newest first."""

    def __init__(self, year: Year, pain: Mapping[int, InWhole]) -> None:
        self._of, self._pain = year, pain
        self.year, self.years, self.today = year.year, year.years, year.today
        self.months, self.is_running = year.months, year.is_running
        self._tallies = year.tallies
        # As with the streak, the running week counts once it is kept. All others are over.
        is_under_way = year.weeks[-1] == year.running and not self._tallies[-1].kept
        self._that_count = self._tallies[:-1] if is_under_way else self._tallies

    @property
    def has_plan(self) -> bool:
        return bool(self._of.record.rows)

    @cached_property
    def lines(self) -> Sequence[WeekLine]:
        year, record = self._of, self._of.record
        begin = year.weeks[0].first
        paused = Counter((day - begin).days // 7 for day in record.days_of_pauses if day <= year.today)
        skips: dict[int, list[str]] = defaultdict(list)
        for (_exercise, day), reason in record.left_out(year.today).items():
            skips[(day - begin).days // 7].append(reason)
        lines = [
            WeekLine(week.first, tally, week == year.running, strength, self._pain.get(n), paused[n], skips.get(n, ()))
            for n, (week, tally, strength) in enumerate(zip(year.weeks, self._tallies, year.strengths, strict=True))
        ]
        return lines[::-1]

    @cached_property
    def streak(self) -> int:
        return streak(self._of.finished, self._tallies[-1])

    @property
    def streak_words(self) -> str:
        """“12”, or “99 or more” where all weeks that a page looks back on are kept, and there are earlier ones."""
        if self._of.is_cut_off and all(week.kept for week in self._of.finished if week.prescribed):
            return _("%(n)d or more") % {"n": self.streak}
        return str(self.streak)

    @cached_property
    def counted(self) -> int:
        return sum(bool(tally.prescribed) for tally in self._that_count)

    @property
    def kept(self) -> int:
        return sum(tally.kept for tally in self._that_count)

    @cached_property
    def averages(self) -> Averages:
        """The latest four weeks, and the best four of the year."""
        of_year = self._tallies[:-1] if self._of.weeks[-1] == self._of.running else self._tallies
        return Averages(best=four_week_averages(of_year).best, latest=four_week_averages(self._of.finished).latest)

    @cached_property
    def sentences(self) -> Sequence[str]:
        """About the latest weeks, and so on the page of the running year alone."""
        if not self.is_running:
            return []
        return sentences(self._of.finished, self._of.lately)

    @property
    def rows(self) -> Sequence[Row]:
        """The exercises of the year, in the order of the plan."""
        rows = (self._row(exercise) for exercise in self._of.record.latest)
        return [row for row in rows if row.counted]

    def _row(self, exercise: int) -> Row:
        year, course = self._of, self._of.courses[exercise]
        first, last = year.place(year.weeks[0].first), year.place(year.last_day)
        # Today is not over, so it is no gap yet.
        days = slice(first, last + (year.is_over or course.done[last] > 0))
        done = course.done[first:]
        by_weekday = [len(of_day) - of_day.count(0) for of_day in (done[n::7] for n in range(7))]
        week_start = year.record.week_start
        credited, asked = (of_weeks[: len(self._that_count)] for of_weeks in year.of_exercise(exercise))
        weeks = Counter(zip(credited, asked, strict=True))  # of which there are few kinds
        is_on_plan = year.record.item_on(exercise, year.last_day) is not None
        return Row(
            exercise=year.record.latest[exercise].exercise,
            tally=Tally(sum(credited), sum(asked)),
            kept=sum(n for week, n in weeks.items() if tally_of(*week).kept),
            counted=sum(n for (_credited, of_week), n in weeks.items() if of_week),
            usual=usual_weekday(by_weekday[-week_start:] + by_weekday[:-week_start]),
            gap=longest_gap(course.asking[days], course.done[days]),
            strength=in_hundredths(year.strength_of(exercise)) if is_on_plan else None,
        )

    @property
    def has_pain(self) -> bool:
        return bool(self._pain)

    @cached_property
    def picture(self) -> Picture:
        return Picture(
            [WeekMarks(line.tally, line.strength, line.pain, line.is_running) for line in reversed(self.lines)]
        )

    @property
    def labels(self) -> Iterator[tuple[str, str]]:
        """Where, and the month below the first of its weeks, as far as there is room: of a long year, the quarters."""
        weeks, picture = self._of.weeks, self.picture
        for place in range(1, len(weeks)):
            first = weeks[place].first
            has_room = len(weeks) <= FEW_WEEKS or first.month in QUARTERS
            if has_room and weeks[place - 1].first.month != first.month:
                yield picture.percent(place), short_month(first)


def history(user: User, today: date, year: int | None) -> History | None:
    """The weeks that begin in `year`, by default the running one; None for a year without any. Four queries."""
    reach = Reach(user, today, year or today.year)
    *answers, scores = at_once(*reach.questions, _scores.of(user, reach.new_year.first, reach.last))
    found = reach.of(*answers)
    if found is None:
        return None
    begin = found.weeks[0].first
    return History(found, by_number([(day, score) for day, score in scores if day >= begin], begin))
