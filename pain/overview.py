"""The seam between rows and the pages about pain, as `tracking.agenda` is for the page of a day.

Nothing here reads the clock; `today` is the person's own date and comes from the view.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from itertools import groupby

from accounts.models import User
from pain import words
from pain.models import CheckIn
from pain.picture import Mark, Picture, mark
from pain.rule import DAYS_BEFORE, WORST, Outcome, beside, outcome, usual_on
from pain.trend import Spread, by_week
from tracking.adherence import Tally
from tracking.dates import day_and_month, full_date, short_date, short_span
from tracking.schedule import Week
from tracking.weeks import tallies

WEEKS = 12
LISTED = 30
"""Check-ins on one page."""
LABEL_EVERY = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One check-in in a list."""

    check_in: CheckIn
    today: date

    @property
    def day_words(self) -> str:
        day = self.check_in.day
        return day_and_month(day) if day.year == self.today.year else full_date(day)

    @property
    def score_words(self) -> str:
        return words.of_ten(self.check_in.score)

    @property
    def details(self) -> str:
        """“after exercise · low back”."""
        place = self.check_in.get_place_display()
        return " · ".join(str(part) for part in (self.check_in.get_moment_display(), place) if part)


class InWords:
    """What the rule says, as a page says it."""

    __slots__ = ()
    outcome: Outcome

    @property
    def why_alarmed(self) -> str:
        return words.why_alarmed(self.outcome)

    @property
    def advice(self) -> str:
        return words.advice_in_words(self.outcome.advice)


@dataclass(frozen=True, slots=True)
class Latest(InWords):
    """The latest check-in of today, and what the rule says about it."""

    score: int
    outcome: Outcome
    alarmed_by: str  # “8 of 10”, where one before it on the same day was alarming and it is not; or empty

    @property
    def heading(self) -> str:
        return words.heading(self.score, self.outcome)


@dataclass(frozen=True, slots=True)
class ByNumber(InWords):
    """What the rule says about some scores that the site does not know yet."""

    scores: Sequence[int]
    outcome: Outcome

    @property
    def headings(self) -> Sequence[tuple[int, str]]:
        return [(score, words.heading(score, self.outcome)) for score in self.scores]


@dataclass(frozen=True, slots=True)
class TrendWeek:
    """One week of the trend in figures."""

    week: Week
    tally: Tally
    spread: Spread | None
    is_running: bool

    @property
    def span_words(self) -> str:
        return short_span(self.week)

    @property
    def pain_words(self) -> str:
        return words.spread_in_words(self.spread) if self.spread else ""


@dataclass(frozen=True, slots=True)
class Overview:
    """All of the page: advice, trend and the latest check-ins. `weeks` are oldest first, none without check-ins."""

    latest: Latest | None
    usual: Fraction | None  # what the next check-in of today is compared with
    weeks: Sequence[TrendWeek]
    lines: Sequence[Line]
    has_earlier: bool

    @property
    def picture(self) -> Picture:
        return Picture([_mark(place, week) for place, week in enumerate(self.weeks)])

    @property
    def figures(self) -> Sequence[TrendWeek]:
        """Latest first, without the weeks that have neither doses nor check-ins."""
        return [week for week in reversed(self.weeks) if week.spread or week.tally.prescribed]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A page of the list alone. The first one holds what the overview lists, as long as that has any."""

    page: int
    lines: Sequence[Line]
    has_earlier: bool

    @property
    def next(self) -> int:
        return self.page + 1


def overview(user: User, today: date) -> Overview:
    """Four queries, or two for somebody without a check-in in these weeks."""
    running = Week.of(today, user.week_start)
    weeks = [running.shifted(n - WEEKS + 1) for n in range(WEEKS)]
    own = CheckIn.objects.for_user(user)
    older = own.before(weeks[0].first)
    # Who has flown west may have a day or two recorded that are still to come.
    rows = list(own.between(weeks[0].first, running.shifted(1).last).knowing_of(older).latest_first())
    if not rows:
        return Overview(latest=None, usual=None, weeks=[], lines=[], has_earlier=older.exists())
    spreads = by_week((row.value for row in rows), user.week_start)
    kept = tallies(user, weeks[0], running)
    return Overview(
        latest=_latest(rows, today),
        usual=usual_on(today, (row.value for row in rows)),
        weeks=[TrendWeek(week, kept[week], spreads.get(week), week == running) for week in weeks],
        lines=[Line(row, today) for row in rows[:LISTED]],
        has_earlier=len(rows) > LISTED or rows[0].has_older,
    )


def by_number(usual: Fraction | None) -> list[ByNumber]:
    """All scores, from 0 on, those of which the same is said together. `usual` is None where it is not known."""
    alike = groupby(range(WORST + 1), partial(beside, usual))
    return [ByNumber(list(scores), said) for said, scores in alike]


def is_alarming(user: User, today: date) -> bool:
    """Whether any check-in of today calls for the warning signs. One query."""
    rows = CheckIn.objects.for_user(user).between(today - timedelta(days=DAYS_BEFORE), today).latest_first()
    latest = _latest(list(rows), today)
    return latest is not None and (latest.outcome.alarm or bool(latest.alarmed_by))


def earlier(user: User, today: date, page: int) -> Earlier | None:
    """One page of the list, counted from 1. None beyond the last. One query."""
    start = (page - 1) * LISTED
    rows = list(CheckIn.objects.for_user(user).latest_first()[start : start + LISTED + 1])
    return Earlier(page, [Line(row, today) for row in rows[:LISTED]], len(rows) > LISTED) if rows else None


def _latest(rows: Sequence[CheckIn], today: date) -> Latest | None:
    """The latest of today's, and what was alarming among those before it."""
    found = [
        Latest(row.score, outcome(row.value, (one.value for one in rows[place + 1 :])), "")
        for place, row in enumerate(rows)
        if row.day == today
    ]
    if not found or found[0].outcome.alarm:
        return found[0] if found else None
    alarming = [one.score for one in found if one.outcome.alarm]
    return replace(found[0], alarmed_by=words.of_ten(max(alarming)) if alarming else "")


def _mark(place: int, week: TrendWeek) -> Mark:
    label = short_date(week.week.first) if (WEEKS - 1 - place) % LABEL_EVERY == 0 else ""
    return mark(place, WEEKS, label, week.tally, week.spread, week.is_running)
