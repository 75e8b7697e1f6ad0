"""What holds for the guided session of every day that there could be."""

from collections import Counter
from itertools import combinations, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exercises.prescription import Action, Dose, Range, Sides
from tracking.session import (
    POSITIONS,
    Breaks,
    Kind,
    OpenDose,
    Side,
    Step,
    done_in,
    fitting,
    in_order,
    once_each,
    steps,
    total_seconds,
)

# No deadline and no complaint about slow data: a busy machine is not a failure.
thorough = settings(max_examples=300, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


def ranges(highest: int) -> st.SearchStrategy[Range]:
    ends = st.tuples(st.integers(1, highest), st.integers(1, highest))
    return ends.map(lambda two: Range(min(two), max(two)))


doses = st.builds(Dose, st.sampled_from(Action), ranges(200), ranges(12), st.sampled_from(Sides))
breaks = st.builds(Breaks, st.integers(1, 60), st.integers(0, 60))


@st.composite
def exercises(draw: st.DrawFn, number: int) -> list[OpenDose]:
    """The open doses of one exercise: some that are due, then some for a bonus."""
    dose, position = draw(doses), draw(st.sampled_from(POSITIONS))
    other = draw(st.sampled_from(["", *POSITIONS]))
    first, due, bonus = draw(st.integers(1, 3)), draw(st.integers(0, 3)), draw(st.integers(0, 2))
    return [
        OpenDose(number, number, first + n, dose, position, other if other != position else "", bonus=n >= due)
        for n in range(due + bonus)
    ]


days = st.integers(0, 6).flatmap(
    lambda n: st.tuples(*(exercises(number) for number in range(1, n + 1))).map(
        lambda found: [one for some in found for one in some]
    )
)
shuffled_days = days.flatmap(st.permutations)


def work(found: list[Step], n: int) -> list[Step]:
    return [step for step in found if step.dose == n and step.kind in (Kind.HOLD, Kind.MOVE)]


@thorough
@given(shuffled_days)
def test_every_open_dose_appears_exactly_once(day: list[OpenDose]) -> None:
    assert Counter(in_order(day)) == Counter(day)


@thorough
@given(shuffled_days, breaks)
def test_every_dose_of_a_session_is_got_ready_for_once_and_worked(day: list[OpenDose], breaks: Breaks) -> None:
    found = steps(in_order(day), breaks)
    assert [step.dose for step in found if step.kind is Kind.GET_READY] == list(range(len(day)))
    assert {step.dose for step in found if step.kind in (Kind.HOLD, Kind.MOVE)} == set(range(len(day)))


@thorough
@given(shuffled_days, breaks)
def test_sides_and_repetitions_add_up_to_the_prescription(day: list[OpenDose], breaks: Breaks) -> None:
    ordered = in_order(day)
    found = steps(ordered, breaks)
    for n, one in enumerate(ordered):
        sides = [Side.BOTH] if one.dose.sides is Sides.TOGETHER else [Side.LEFT, Side.RIGHT]
        wanted = [(side, i) for side in sides for i in range(1, one.dose.repetitions.at_most + 1)]
        assert [(step.side, step.repetition) for step in work(found, n)] == wanted
        assert {step.seconds for step in work(found, n)} == {one.dose.seconds.at_most}
        assert {step.kind.value for step in work(found, n)} == {one.dose.action.value}
        kinds = Counter(step.kind for step in found if step.dose == n)
        assert kinds[Kind.SWITCH] == len(sides) - 1
        assert kinds[Kind.RELAX] == len(sides) * (one.dose.repetitions.at_most - 1)


@thorough
@given(shuffled_days, breaks)
def test_the_total_is_that_of_the_doses_and_the_breaks(day: list[OpenDose], breaks: Breaks) -> None:
    total = total_seconds(steps(in_order(day), breaks))
    doses = sum(one.dose.seconds_needed.at_most for one in day)
    assert total == doses + len(day) * breaks.get_ready + max(len(day) - 1, 0) * breaks.rest


@thorough
@given(shuffled_days, breaks)
def test_no_step_is_shorter_than_a_second(day: list[OpenDose], breaks: Breaks) -> None:
    assert all(step.seconds >= 1 for step in steps(in_order(day), breaks))


@thorough
@given(shuffled_days)
def test_the_order_keeps_its_rule(day: list[OpenDose]) -> None:
    ordered = in_order(day)
    assert [one.bonus for one in ordered] == sorted(one.bonus for one in ordered)
    for bonus in (False, True):
        positions = [one.position for one in ordered if one.bonus is bonus]
        changes = sum(a != b for a, b in pairwise(positions))
        assert changes == max(len(set(positions)) - 1, 0), "each position is taken once"
    for exercise in {one.exercise for one in day}:
        nths = [one.nth for one in ordered if one.exercise == exercise]
        assert nths == sorted(nths)
    # The doses of one exercise stand as far apart as the others in its position allow.
    for bonus, position in {(one.bonus, one.position) for one in day}:
        part = [one.exercise for one in ordered if (one.bonus, one.position) == (bonus, position)]
        others = Counter(part)
        for a, b in pairwise(part):
            others[a] -= 1
            assert a != b or not any(left for exercise, left in others.items() if exercise != a and left)


@thorough
@given(shuffled_days)
def test_the_order_does_not_depend_on_how_the_doses_come_in(day: list[OpenDose]) -> None:
    assert in_order(day) == in_order(sorted(day, key=lambda one: (one.exercise, one.nth)))


@thorough
@given(shuffled_days, st.sampled_from(POSITIONS))
def test_a_part_is_a_part(day: list[OpenDose], position: str) -> None:
    assert set(once_each(day)) <= set(day)
    assert {one.exercise for one in once_each(day)} == {one.exercise for one in day}
    chosen = done_in(position, day)
    assert all(one.position == position for one in chosen)
    assert {(one.exercise, one.nth) for one in chosen} <= {(one.exercise, one.nth) for one in day}


@thorough
@given(shuffled_days, breaks, st.integers(1, 60))
def test_a_subset_is_never_longer_than_the_minutes_given(day: list[OpenDose], breaks: Breaks, minutes: int) -> None:
    chosen = fitting(day, minutes * 60, breaks)
    assert total_seconds(steps(in_order(chosen), breaks)) <= minutes * 60
    assert Counter(chosen) <= Counter(day)


@thorough
@given(shuffled_days, breaks, st.integers(1, 60))
def test_a_subset_leaves_out_no_due_dose_that_would_still_fit(
    day: list[OpenDose], breaks: Breaks, minutes: int
) -> None:
    chosen = fitting(day, minutes * 60, breaks)
    for one in set(day) - set(chosen):
        assert total_seconds(steps(in_order([*chosen, one]), breaks)) > minutes * 60


def worth(chosen: list[OpenDose]) -> tuple[int, ...]:
    """What a choice is worth, said once more and slowly: the words of `fitting`, as numbers."""
    due = [one for one in chosen if not one.bonus]
    bonus = [one for one in chosen if one.bonus]
    return (
        len({one.exercise for one in due}),
        len(due),
        sum(one.dose.seconds_needed.at_most for one in due),
        len(bonus),
        sum(one.dose.seconds_needed.at_most for one in bonus),
    )


@thorough
@given(shuffled_days.filter(lambda day: len(day) <= 9), breaks, st.integers(1, 30))
def test_no_other_subset_makes_better_use_of_the_minutes(day: list[OpenDose], breaks: Breaks, minutes: int) -> None:
    every = [list(some) for n in range(len(day) + 1) for some in combinations(day, n)]
    fits = [some for some in every if total_seconds(steps(some, breaks)) <= minutes * 60]
    assert worth(fitting(day, minutes * 60, breaks)) == max(map(worth, fits))
