"""No edit moves a figure of an earlier day: the functions alone, tried on very many edits of one exercise.

The same is tried through the pages, with fewer lives and all the edits there are, in `tests.test_plan_stateful`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exercises.prescription import Frequency, Per
from tests.naive_plan import NaivePause, NaivePlan
from tracking.adherence import asked_on, tally
from tracking.schedule import Item, Paused, Week, frequency_on, paused_days, standing

thorough = settings(max_examples=400, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

FIRST = date(2026, 11, 2)
DAYS = 28

frequencies = st.sampled_from(
    [Frequency(Per.WEEK, low, high) for high in range(1, 8) for low in range(1, high + 1)]
    + [Frequency(Per.DAY, low, high) for low, high in [(1, 1), (1, 2), (2, 3)]]
)
days = st.integers(0, DAYS - 1).map(lambda n: FIRST + timedelta(days=n))


class Plan(NamedTuple):
    """One exercise, number 1."""

    items: Sequence[Item]
    pauses: Sequence[Paused]

    def asked_on(self, day: date, week_start: int, today: date, done: dict[date, int]) -> int:
        return asked_on(self.items, Week.of(day, week_start), day, today, done, self.pauses)

    def status_on(self, day: date, week_start: int, done: dict[date, int]) -> str | None:
        item = next((item for item in self.items if item.in_force_on(day)), None)
        if item is None:
            return None
        paused = paused_days(self.pauses, 1, FIRST, FIRST + timedelta(days=2 * DAYS))
        return str(standing(frequency_on(item, day, self.pauses), day, done, week_start, paused).status)

    def score(self, week: Week, done: dict[date, int]) -> tuple[int, int]:
        result = tally(self.items, week, done, paused_days(self.pauses, 1, week.first, week.last))
        return result.credited, result.prescribed

    def naive(self, week_start: int, done: dict[date, int]) -> NaivePlan:
        naive = NaivePlan(FIRST - timedelta(days=14), FIRST + timedelta(days=2 * DAYS), {"walk": ("day", 1, 1)}, set())
        naive.week_start = week_start
        naive.ticks["walk"] = {(day, nth) for day, n in done.items() for nth in range(n)}
        for day in naive.days:
            for item in self.items:
                if item.in_force_on(day):
                    naive.plan["walk"][day] = (str(item.frequency.per), item.frequency.at_least, item.frequency.at_most)
            for pause in self.pauses:
                if pause.holds(day):
                    naive.paused[day] = NaivePause("flare-up", ["walk"] if pause.keeps else [])
        return naive


kept = st.sampled_from([frozenset[int](), frozenset({1})])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    cuts = sorted(draw(st.sets(days, min_size=1, max_size=4)))
    items = [
        Item(1, draw(frequencies), starts_on, ends_on)
        for starts_on, ends_on in zip(cuts, [*cuts[1:], None], strict=True)
        if starts_on == cuts[-1] or draw(st.booleans())
    ]
    ends = sorted(draw(st.sets(days, max_size=6)))
    pauses = [Paused(*span, draw(kept)) for span in zip(ends[::2], ends[1::2], strict=False)]
    return Plan(items, pauses)


@st.composite
def edits(draw: st.DrawFn, plan: Plan, today: date) -> Plan:
    """What holds from today on is another plan; what was to come is gone."""
    items = [replace(item, ends_on=min(item.ends_on or today, today)) for item in plan.items if item.starts_on < today]
    pauses = [replace(one, ends_on=min(one.ends_on or today, today)) for one in plan.pauses if one.starts_on < today]
    if draw(st.booleans()):
        items.append(Item(1, draw(frequencies), today))
    if draw(st.booleans()):
        starts_on = today + timedelta(days=draw(st.integers(0, 4)))
        pauses.append(Paused(starts_on, draw(st.none() | st.just(starts_on + timedelta(days=3))), draw(kept)))
    return Plan(items, pauses)


dones = st.dictionaries(days, st.sampled_from([1, 1, 2, 3]), max_size=20)
week_starts = st.sampled_from([0, 5, 6])


@given(st.data(), plans(), days, dones, week_starts)
@thorough
def test_an_edit_changes_no_figure_of_an_earlier_day(
    data: st.DataObject, plan: Plan, today: date, done: dict[date, int], week_start: int
) -> None:
    edited = data.draw(edits(plan, today))
    for n in range((today - FIRST).days):
        day = FIRST + timedelta(days=n)
        assert edited.asked_on(day, week_start, today, done) == plan.asked_on(day, week_start, today, done)
        assert edited.status_on(day, week_start, done) == plan.status_on(day, week_start, done)
        week = Week.of(day, week_start)
        if week.last < today:
            assert edited.score(week, done) == plan.score(week, done)


@given(plans(), days, dones, week_starts)
@thorough
def test_all_figures_are_the_naive_ones(plan: Plan, today: date, done: dict[date, int], week_start: int) -> None:
    naive = plan.naive(week_start, done)
    for n in range(DAYS):
        day = FIRST + timedelta(days=n)
        assert plan.asked_on(day, week_start, today, done) == naive.asked("walk", day, today)
        assert plan.status_on(day, week_start, done) == (
            naive.status("walk", day) if day in naive.plan["walk"] else None
        )
        week = Week.of(day, week_start)
        assert plan.score(week, done) == naive.score("walk", naive.week(day))


@given(plans(), days, dones, week_starts, st.integers(1, 12))
@thorough
def test_a_start_moved_back_asks_something_of_the_days_added_and_else_of_their_weeks_at_most(
    plan: Plan, today: date, done: dict[date, int], week_start: int, earlier: int
) -> None:
    start = plan.items[0].starts_on
    since = start - timedelta(days=earlier)
    moved = plan._replace(items=[replace(plan.items[0], starts_on=since), *plan.items[1:]])
    for n in range(-14, DAYS):
        day = FIRST + timedelta(days=n)
        week = Week.of(day, week_start)
        before = plan.asked_on(day, week_start, today, done), plan.status_on(day, week_start, done)
        after = moved.asked_on(day, week_start, today, done), moved.status_on(day, week_start, done)
        if not since <= day < start:
            assert after[1] == before[1]
            assert after[0] == before[0] or (week.first < start <= day)
        if week.last < since or week.first >= start:
            assert moved.score(week, done) == plan.score(week, done)


def test_with_days_added_a_week_may_be_short_of_a_dose_that_it_had_before() -> None:
    """From Wednesday on, once was all that was asked of the week; from Monday on it is twice."""
    monday = date(2026, 11, 16)
    wednesday, friday = monday + timedelta(days=2), monday + timedelta(days=4)
    week, done, today = Week(monday), {wednesday: 1}, monday + timedelta(days=7)
    short, whole = (Plan([Item(1, Frequency(Per.WEEK, 2, 3), start)], []) for start in (wednesday, monday))
    assert (short.score(week, done), short.asked_on(friday, 0, today, done)) == ((1, 1), 0)
    assert (whole.score(week, done), whole.asked_on(friday, 0, today, done)) == ((1, 2), 1)
