"""The guided session as a sequence: which doses, in which order, and second by second."""

import pytest

from exercises.prescription import Action, Dose, Range, Sides
from tracking.session import (
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

TEN_TEN = Breaks(get_ready=10, rest=10)


def a_dose(
    action: Action = Action.HOLD,
    seconds: tuple[int, int] = (30, 30),
    repetitions: tuple[int, int] = (1, 1),
    sides: Sides = Sides.TOGETHER,
) -> Dose:
    return Dose(action, Range(*seconds), Range(*repetitions), sides)


def open_dose(exercise: int, nth: int = 1, position: str = "standing", **fields: object) -> OpenDose:
    values: dict[str, object] = {"number": exercise, "dose": a_dose(), **fields}
    return OpenDose(exercise=exercise, nth=nth, position=position, **values)  # type: ignore[arg-type]


def names(doses: list[OpenDose]) -> list[str]:
    return [f"{one.exercise}.{one.nth}" for one in doses]


# --- Step by step -----------------------------------------------------------------------------------------------------


def test_a_dose_with_both_sides_together_is_held_and_relaxed_in_turn() -> None:
    toe_stand = open_dose(3, dose=a_dose(seconds=(3, 3), repetitions=(3, 3)))

    assert steps([toe_stand], TEN_TEN) == [
        Step(Kind.GET_READY, 10, 0, Side.BOTH),
        Step(Kind.HOLD, 3, 0, Side.BOTH, 1, 3),
        Step(Kind.RELAX, 3, 0, Side.BOTH, 2, 3),
        Step(Kind.HOLD, 3, 0, Side.BOTH, 2, 3),
        Step(Kind.RELAX, 3, 0, Side.BOTH, 3, 3),
        Step(Kind.HOLD, 3, 0, Side.BOTH, 3, 3),
    ]


def test_where_nothing_is_repeated_nothing_is_counted() -> None:
    first = steps([open_dose(3)], TEN_TEN)[0]
    assert (first.kind, first.repetition, first.of) == (Kind.GET_READY, 0, 0)


def test_a_dose_on_each_side_does_all_of_the_left_then_all_of_the_right() -> None:
    foot_stretch = open_dose(1, dose=a_dose(seconds=(10, 10), repetitions=(2, 2), sides=Sides.EACH_FOOT))

    assert steps([foot_stretch], TEN_TEN) == [
        Step(Kind.GET_READY, 10, 0, Side.LEFT),
        Step(Kind.HOLD, 10, 0, Side.LEFT, 1, 2),
        Step(Kind.RELAX, 3, 0, Side.LEFT, 2, 2),
        Step(Kind.HOLD, 10, 0, Side.LEFT, 2, 2),
        Step(Kind.SWITCH, 5, 0, Side.RIGHT),
        Step(Kind.HOLD, 10, 0, Side.RIGHT, 1, 2),
        Step(Kind.RELAX, 3, 0, Side.RIGHT, 2, 2),
        Step(Kind.HOLD, 10, 0, Side.RIGHT, 2, 2),
    ]


def test_a_range_is_aimed_at_its_high_end() -> None:
    massage = open_dose(7, dose=a_dose(Action.MOVE, (60, 180), sides=Sides.EACH_FOOT))
    band = open_dose(9, dose=a_dose(seconds=(15, 15), repetitions=(1, 10)))

    assert [step.seconds for step in steps([massage], TEN_TEN) if step.kind is Kind.MOVE] == [180, 180]
    assert [step.repetition for step in steps([band], TEN_TEN) if step.kind is Kind.HOLD] == list(range(1, 11))


def test_between_two_doses_there_is_a_rest_and_after_the_last_there_is_none() -> None:
    found = steps([open_dose(1), open_dose(2)], Breaks(get_ready=5, rest=20))

    assert [(step.kind, step.seconds, step.dose) for step in found] == [
        (Kind.GET_READY, 5, 0),
        (Kind.HOLD, 30, 0),
        (Kind.REST, 20, 1),
        (Kind.GET_READY, 5, 1),
        (Kind.HOLD, 30, 1),
    ]
    assert total_seconds(found) == 90


def test_who_wants_no_rest_has_none() -> None:
    found = steps([open_dose(1), open_dose(2)], Breaks(get_ready=5, rest=0))
    assert [step.kind for step in found] == [Kind.GET_READY, Kind.HOLD] * 2


@pytest.mark.parametrize(("get_ready", "rest"), [(0, 10), (-1, 10), (10, -1)])
def test_breaks_that_cannot_be_are_refused(get_ready: int, rest: int) -> None:
    with pytest.raises(ValueError, match="breaks"):
        Breaks(get_ready, rest)


def test_nothing_open_is_no_session() -> None:
    assert steps(in_order([]), TEN_TEN) == []
    assert fitting([], 300, TEN_TEN) == []


# --- In which order ---------------------------------------------------------------------------------------------------


def test_nobody_lies_down_twice() -> None:
    day = [
        open_dose(1, position="sitting"),
        open_dose(2, position="standing"),
        open_dose(3, position="lying"),
        open_dose(4, position="sitting"),
        open_dose(5, position="lying"),
        open_dose(6, position="standing"),
    ]
    assert names(in_order(day)) == ["2.1", "6.1", "1.1", "4.1", "3.1", "5.1"]


def test_what_is_due_comes_before_a_bonus_whatever_its_position() -> None:
    day = [open_dose(1, bonus=True), open_dose(2, position="lying")]
    assert names(in_order(day)) == ["2.1", "1.1"]


def test_the_bonus_begins_where_the_due_ends() -> None:
    day = [
        open_dose(1, bonus=True, position="standing"),
        open_dose(2, bonus=True, position="sitting"),
        open_dose(3, bonus=True, position="lying"),
        open_dose(4, position="sitting"),
    ]
    assert names(in_order(day)) == ["4.1", "2.1", "1.1", "3.1"]


def test_doses_of_one_exercise_take_turns_with_others_in_the_same_position() -> None:
    day = [open_dose(1, 1), open_dose(1, 2), open_dose(1, 3), open_dose(2, 2), open_dose(2, 3), open_dose(3)]
    assert names(in_order(day)) == ["1.1", "2.2", "3.1", "1.2", "2.3", "1.3"]


def test_within_a_turn_the_order_is_that_of_the_routine() -> None:
    assert names(in_order([open_dose(1, number=9), open_dose(2, number=4)])) == ["2.1", "1.1"]


# --- Which doses ------------------------------------------------------------------------------------------------------


def test_once_each_takes_the_first_that_is_open() -> None:
    day = [open_dose(1, 3), open_dose(1, 2), open_dose(2, 1)]
    assert sorted(names(once_each(day))) == ["1.2", "2.1"]


def test_only_what_can_be_done_lying() -> None:
    day = [
        open_dose(1, position="lying"),
        open_dose(2, position="sitting", other_position="standing"),
        open_dose(3, position="sitting"),
    ]
    assert names(done_in("lying", day)) == ["1.1"]
    assert names(done_in("standing", day)) == ["2.1"]


def test_what_is_done_in_its_other_position_is_listed_under_that() -> None:
    either = open_dose(2, position="sitting", other_position="standing")
    assert [one.position for one in done_in("standing", [either])] == ["standing"]


def lasting(exercise: int, seconds: int, nth: int = 1, bonus: bool = False) -> OpenDose:
    return open_dose(exercise, nth, dose=a_dose(seconds=(seconds, seconds)), bonus=bonus)


@pytest.mark.parametrize(
    ("doses", "minutes", "chosen"),
    [
        # Each dose costs its seconds and 20 more for breaks, the last one 10 less.
        pytest.param([lasting(1, 30), lasting(2, 30)], 5, ["1.1", "2.1"], id="everything fits"),
        pytest.param([lasting(1, 290)], 5, ["1.1"], id="to the second"),
        pytest.param([lasting(1, 291)], 5, [], id="a second too long"),
        pytest.param([lasting(1, 290), lasting(2, 30), lasting(3, 30)], 5, ["2.1", "3.1"], id="more exercises"),
        pytest.param(
            [lasting(1, 100), lasting(1, 100, 2), lasting(2, 140)], 5, ["1.1", "2.1"], id="different exercises"
        ),
        pytest.param([lasting(1, 100), lasting(2, 280)], 5, ["2.1"], id="the better use of the time"),
        pytest.param([lasting(1, 200, bonus=True), lasting(2, 280)], 5, ["2.1"], id="due before bonus"),
        pytest.param([lasting(1, 60, bonus=True), lasting(2, 100)], 5, ["1.1", "2.1"], id="a bonus fills up"),
        pytest.param([lasting(1, 60, 2), lasting(1, 60, 1)], 2, ["1.1"], id="the first of its kind"),
        pytest.param([lasting(1, 30), lasting(1, 30, 2, bonus=True)], 1, ["1.1"], id="the due one of two"),
    ],
)
def test_the_minutes_one_has_are_put_to_the_best_use(doses: list[OpenDose], minutes: int, chosen: list[str]) -> None:
    assert sorted(names(fitting(doses, minutes * 60, TEN_TEN))) == chosen


@pytest.mark.parametrize(
    ("doses", "seconds", "chosen"),
    [
        pytest.param([open_dose(2), open_dose(1)], 40, ["1.1"], id="of two alike, the first of the routine"),
        pytest.param(
            [
                open_dose(1, bonus=True, dose=a_dose(seconds=(20, 20))),
                open_dose(2, bonus=True, dose=a_dose(seconds=(30, 30))),
            ],
            40,
            ["2.1"],
            id="of two bonus doses, the longer one",
        ),
        pytest.param(
            [open_dose(1), open_dose(1, nth=2), open_dose(2, bonus=True)],
            90,
            ["1.1", "1.2"],
            id="a second due dose rather than the first bonus dose of another exercise",
        ),
    ],
)
def test_of_what_fits_the_better_is_chosen(doses: list[OpenDose], seconds: int, chosen: list[str]) -> None:
    assert names(fitting(doses, seconds, TEN_TEN)) == chosen


def test_what_is_done_in_its_other_position_has_no_other_one_any_more() -> None:
    (found,) = done_in("sitting", [open_dose(1, other_position="sitting")])
    assert found == open_dose(1, position="sitting")


def test_the_shortest_breaks_are_a_second_to_get_ready_and_no_rest() -> None:
    assert [step.seconds for step in steps([open_dose(1), open_dose(2)], Breaks(1, 0))] == [1, 30, 1, 30]


def test_a_rest_looks_ahead_to_the_side_that_the_next_dose_begins_with() -> None:
    rest = steps([open_dose(1), open_dose(2, dose=a_dose(sides=Sides.EACH_LEG))], TEN_TEN)[2]
    assert rest == Step(Kind.REST, 10, 1, Side.LEFT)


def test_the_bonus_begins_where_the_last_of_the_due_ends_and_not_where_the_first_began() -> None:
    due = [open_dose(1, position="standing"), open_dose(2, position="lying")]
    bonus = [open_dose(3, position="standing", bonus=True), open_dose(4, position="lying", bonus=True)]
    assert names(in_order([*bonus, *due])) == ["1.1", "2.1", "4.1", "3.1"]
