"""The seam between rows and the A4 sheet: some weeks of a person on one page, for print and for a share.

Nothing here reads the clock; `today` is the date of the person whose sheet it is.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from history.sheet_picture import Picture, picture
from pain.models import CheckIn
from pain.overview import Line
from pain.trend import Spread, by_week, spread
from pain.words import number
from tracking.adherence import Tally, total
from tracking.agenda import pause_in_words
from tracking.dates import full_date, short_date, span_words
from tracking.models import Pause, PlanItem, Skip
from tracking.plans import prescription
from tracking.record import Record, done_a_day, read
from tracking.schedule import ONE_DAY, Week

SPANS = (4, 8, 12)
"""The weeks that a sheet may take in, the running one among them."""
USUAL_SPAN = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """One exercise, or all of them, in one week. `beyond` doses were done while nothing was asked for."""

    week: Week
    tally: Tally
    is_running: bool
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One exercise over the weeks."""

    slug: str
    name: str
    cells: Sequence[Cell]

    @property
    def tally(self) -> Tally:
        return total(cell.tally for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Prescribed:
    """An exercise as it stands, or stood, on the plan over `[starts_on, ends_on)`."""

    name: str
    words: str
    starts_on: date
    ends_on: date | None

    @property
    def since_words(self) -> str:
        return full_date(self.starts_on)

    @property
    def last_words(self) -> str:
        return full_date(self.ends_on - ONE_DAY) if self.ends_on else ""


@dataclass(frozen=True, slots=True)
class PainWeek:
    week: Week
    spread: Spread | None
    is_running: bool

    @property
    def middle(self) -> str:
        return number(self.spread.median) if self.spread else ""

    @property
    def range(self) -> str:
        return _range(self.spread) if self.spread else ""


@dataclass(frozen=True, slots=True)
class Pain:
    """The trend of pain over the weeks, and all its check-ins taken together."""

    weeks: Sequence[PainWeek]
    together: Spread

    @property
    def middle(self) -> str:
        return number(self.together.median)

    @property
    def range(self) -> str:
        return _range(self.together)

    @property
    def picture(self) -> Picture:
        return picture([week.spread for week in self.weeks])


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that stands on the page. What was not asked for is not in it: `has_pain` and `has_notes` say what was.

    `plan` is that of today and of the days ahead of this week, `before` what was on it in these weeks and is no longer.
    """

    today: date
    weeks: Sequence[Week]
    plan: Sequence[Prescribed]
    before: Sequence[Prescribed]
    rows: Sequence[Row]
    totals: Sequence[Cell]
    pace: int
    pauses: Sequence[str]
    skips: Sequence[tuple[str, str]]  # the exercise, and “sore: 3 Nov, 9 Nov; no time: 12 Nov”
    has_pain: bool
    pain: Pain | None
    has_notes: bool
    notes: Sequence[Line]

    @property
    def span_words(self) -> str:
        return span_words(self.weeks[0].first, self.weeks[-1].last + ONE_DAY)

    @property
    def today_words(self) -> str:
        return full_date(self.today)

    @property
    def heads(self) -> Sequence[tuple[Week, str, bool]]:
        """Week, its first day in short, and whether it is the running one."""
        return [(week, short_date(week.first), week == self.weeks[-1]) for week in self.weeks]

    @property
    def running(self) -> Cell:
        return self.totals[-1]

    @property
    def tally(self) -> Tally:
        return total(cell.tally for cell in self.totals)

    @property
    def has_beyond(self) -> bool:
        return any(cell.beyond for row in self.rows for cell in row.cells)


def sheet(user: User, today: date, weeks: int, *, pain: bool, notes: bool) -> Sheet:
    """The running week and those before it, `weeks` in all. Three queries, and one more for pain or notes."""
    running = Week.of(today, user.week_start)
    span = running.shifted(1 - weeks).through(running)
    first, last = span[0].first, running.last
    items = PlanItem.objects.for_user(user).started_by(last).in_order()
    record = read(user, first, last, items, done_a_day(user, first, last))
    check_ins = list(CheckIn.objects.for_user(user).between(first, last).latest_first()) if pain or notes else []
    prescribed = list(_prescribed(record))
    return Sheet(
        today=today,
        weeks=span,
        plan=[one for one in prescribed if one.ends_on is None or one.ends_on > today],
        before=[one for one in prescribed if one.ends_on is not None and first < one.ends_on <= today],
        rows=_rows(record, span),
        totals=[Cell(week, record.week_tally(week), week == running) for week in span],
        pace=sum(record.pace(exercise, running, today) for exercise in record.items),
        pauses=[_pause(pause, record) for pause in record.pauses],
        skips=_skips(record, today),
        has_pain=pain,
        pain=_pain(check_ins, span, user.week_start) if pain else None,
        has_notes=notes,
        notes=[Line(row, today) for row in reversed(check_ins) if row.words] if notes else [],
    )


def _prescribed(record: Record) -> Iterator[Prescribed]:
    """The items in the order of the plan. Where one follows another and only its names or its place changed, as one."""
    for exercise, latest in record.latest.items():
        said: Prescribed | None = None
        for item in sorted((row for row in record.rows if row.exercise_id == exercise), key=lambda row: row.starts_on):
            one = Prescribed(latest.exercise.name, prescription(item), item.starts_on, item.ends_on)
            if said and (said.words, said.ends_on) == (one.words, one.starts_on):
                said = replace(said, ends_on=one.ends_on)
                continue
            if said:
                yield said
            said = one
        if said:
            yield said


def _rows(record: Record, span: Sequence[Week]) -> Sequence[Row]:
    """The exercises that these weeks asked for, or in which they were done."""
    running = span[-1]
    rows = [
        Row(
            slug=item.exercise.slug,
            name=item.exercise.name,
            cells=[
                Cell(week, tally, week == running, 0 if tally.prescribed else _done_in(record, exercise, week))
                for week in span
                for tally in [record.tally(exercise, week)]
            ],
        )
        for exercise, item in record.latest.items()
    ]
    return [row for row in rows if any(cell.tally.prescribed or cell.beyond for cell in row.cells)]


def _done_in(record: Record, exercise: int, week: Week) -> int:
    return sum(record.done_on(exercise, day) for day in week.days)


def _pause(pause: Pause, record: Record) -> str:
    """“Paused: flare-up, 9 – 11 November 2026; kept up: Towel curl”."""
    words = pause_in_words(pause)
    kept = [record.latest[exercise].exercise.name for exercise in pause.keeps if exercise in record.latest]
    return _("%(pause)s; kept up: %(exercises)s") % {"pause": words, "exercises": ", ".join(kept)} if kept else words


def _skips(record: Record, today: date) -> Sequence[tuple[str, str]]:
    days: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (exercise, day), reason in sorted(record.left_out(today).items(), key=lambda skip: skip[0][1]):
        days[exercise][reason].append(short_date(day))
    return [
        (
            item.exercise.name,
            "; ".join(
                _("%(reason)s: %(days)s") % {"reason": Skip.Reason(reason).label, "days": ", ".join(of_reason)}
                for reason, of_reason in days[exercise].items()
            ),
        )
        for exercise, item in record.latest.items()
        if exercise in days
    ]


def _pain(check_ins: Sequence[CheckIn], span: Sequence[Week], week_start: int) -> Pain | None:
    together = spread([row.score for row in check_ins])
    spreads = by_week((row.value for row in check_ins), week_start)
    weeks = [PainWeek(week, spreads.get(week), week == span[-1]) for week in span]
    return Pain(weeks, together) if together else None


def _range(spread: Spread) -> str:
    """“2–6”, or “4” where all scores are the same."""
    if spread.lowest == spread.highest:
        return str(spread.lowest)
    return pgettext("lowest and highest", "%(lowest)d–%(highest)d") % {
        "lowest": spread.lowest,
        "highest": spread.highest,
    }
