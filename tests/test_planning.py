"""The verbs that edit a plan: every edit holds from its day on, and leaves the days before it alone."""

from datetime import date

import pytest

from accounts.models import User
from exercises.models import Exercise
from exercises.prescription import Frequency, Per
from tests.builders import DAILY, TWO_OR_THREE_A_DAY, a_person, an_exercise, on_plan
from tracking import planning
from tracking.models import Pause, PlanItem
from tracking.record import read

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 11, day) for day in (16, 17, 18, 19, 20))
TWICE = Frequency(Per.DAY, 2, 2)


@pytest.fixture
def user() -> User:
    return a_person()


@pytest.fixture
def walk() -> Exercise:
    return an_exercise("walk", DAILY)


def columns(exercise: Exercise, frequency: Frequency, **others: object) -> dict[str, object]:
    per, at_least, at_most = frequency.per.value, frequency.at_least, frequency.at_most
    return {**planning.usual(exercise), "per": per, "at_least": at_least, "at_most": at_most, **others}


def items(user: User) -> list[tuple[str, date, date | None, int]]:
    """Slug, first day, end, and the lower end of the frequency."""
    rows = PlanItem.objects.for_user(user).order_by("exercise__number", "starts_on")
    return list(rows.values_list("exercise__slug", "starts_on", "ends_on", "at_least"))


# Exercises


def test_a_change_closes_the_item_in_force_and_opens_another(user: User, walk: Exercise) -> None:
    on_plan(user, walk, MONDAY)
    planning.prescribe(user, walk, WEDNESDAY, **columns(walk, TWICE))
    assert items(user) == [("walk", MONDAY, WEDNESDAY, 1), ("walk", WEDNESDAY, None, 2)]


def test_two_changes_on_one_day_leave_one_item(user: User, walk: Exercise) -> None:
    on_plan(user, walk, MONDAY)
    planning.prescribe(user, walk, WEDNESDAY, **columns(walk, TWICE))
    planning.prescribe(user, walk, WEDNESDAY, **columns(walk, TWO_OR_THREE_A_DAY, slot_names="lunch"))
    assert items(user) == [("walk", MONDAY, WEDNESDAY, 1), ("walk", WEDNESDAY, None, 2)]
    assert PlanItem.objects.get(starts_on=WEDNESDAY).slot_name_list == ["lunch"]


def test_a_change_that_is_taken_back_on_the_same_day_leaves_what_was_there(user: User, walk: Exercise) -> None:
    on_plan(user, walk, MONDAY)
    planning.prescribe(user, walk, WEDNESDAY, **columns(walk, TWICE))
    planning.prescribe(user, walk, WEDNESDAY, **columns(walk, DAILY))
    assert items(user) == [("walk", MONDAY, None, 1)]


def test_saving_what_is_in_force_changes_nothing(user: User, walk: Exercise) -> None:
    on_plan(user, walk, MONDAY)
    planning.prescribe(user, walk, WEDNESDAY, **columns(walk, DAILY))
    assert items(user) == [("walk", MONDAY, None, 1)]


def test_a_change_on_the_first_day_leaves_one_item(user: User, walk: Exercise) -> None:
    on_plan(user, walk, WEDNESDAY)
    planning.prescribe(user, walk, WEDNESDAY, **columns(walk, TWICE))
    assert items(user) == [("walk", WEDNESDAY, None, 2)]


def test_an_edit_on_an_earlier_day_after_a_move_to_the_west_holds_from_that_day_on(user: User, walk: Exercise) -> None:
    on_plan(user, walk, MONDAY)
    planning.prescribe(user, walk, THURSDAY, **columns(walk, TWICE))
    planning.prescribe(user, walk, WEDNESDAY, **columns(walk, TWO_OR_THREE_A_DAY))
    assert items(user) == [("walk", MONDAY, WEDNESDAY, 1), ("walk", WEDNESDAY, None, 2)]


def test_what_is_taken_off_ends_the_day_before(user: User, walk: Exercise) -> None:
    on_plan(user, walk, MONDAY)
    for _tap in (1, 2):
        planning.remove(user, walk, WEDNESDAY)
    assert items(user) == [("walk", MONDAY, WEDNESDAY, 1)]


def test_what_began_today_and_is_taken_off_today_was_never_there(user: User, walk: Exercise) -> None:
    on_plan(user, walk, WEDNESDAY)
    planning.remove(user, walk, WEDNESDAY)
    assert items(user) == []


def test_what_is_brought_back_comes_back_as_it_was(user: User, walk: Exercise) -> None:
    on_plan(user, walk, MONDAY, frequency=TWICE, slot_names=["waking", "lunch"])
    planning.remove(user, walk, TUESDAY)
    for _tap in (1, 2):
        planning.bring_back(user, walk, THURSDAY)
    assert items(user) == [("walk", MONDAY, TUESDAY, 2), ("walk", THURSDAY, None, 2)]
    assert PlanItem.objects.get(starts_on=THURSDAY).slot_name_list == ["waking", "lunch"]


def test_what_is_brought_back_on_the_same_day_was_never_off(user: User, walk: Exercise) -> None:
    on_plan(user, walk, MONDAY, frequency=TWICE)
    planning.remove(user, walk, WEDNESDAY)
    planning.bring_back(user, walk, WEDNESDAY)
    assert items(user) == [("walk", MONDAY, None, 2)]


def test_what_is_brought_back_is_the_latest_of_what_there_was(user: User, walk: Exercise) -> None:
    on_plan(user, walk, TUESDAY, ends_on=WEDNESDAY, frequency=TWICE)
    on_plan(user, walk, MONDAY, ends_on=TUESDAY)
    planning.bring_back(user, walk, THURSDAY)
    assert items(user)[-1] == ("walk", THURSDAY, None, 2)


def test_what_is_put_away_is_no_longer_offered_until_it_is_brought_back_and_no_other_changes(user: User) -> None:
    away, other, also_away = (an_exercise(slug, owner=user) for slug in ("away", "other", "also-away"))
    on_plan(user, away, MONDAY)
    for exercise in (away, also_away):
        planning.retire(user, exercise, WEDNESDAY)
    assert items(user) == [("away", MONDAY, WEDNESDAY, 1)]
    put_away = Exercise.objects.own(user).filter(retired=True).order_by("slug")
    assert list(put_away) == [also_away, away]
    planning.bring_back(user, away, WEDNESDAY)
    assert list(put_away.all()) == [also_away]
    assert not Exercise.objects.get(pk=other.pk).retired


def test_what_is_new_on_the_plan_comes_last(user: User, walk: Exercise) -> None:
    stand = an_exercise("stand")
    planning.start(user, [stand, walk], MONDAY)
    reach = an_exercise("reach")
    planning.bring_back(user, reach, MONDAY)
    in_order = PlanItem.objects.for_user(user).in_order()
    assert [(row.exercise.slug, row.number) for row in in_order] == [("stand", 1), ("walk", 2), ("reach", 3)]


def test_what_comes_back_after_a_while_comes_last(user: User, walk: Exercise) -> None:
    others = [an_exercise(slug) for slug in ("stand", "reach", "bend")]
    planning.start(user, [walk, *others], MONDAY)
    planning.remove(user, walk, TUESDAY)
    planning.remove(user, others[2], TUESDAY)
    planning.bring_back(user, walk, THURSDAY)
    in_order = PlanItem.objects.for_user(user).in_force_on(THURSDAY).in_order()
    assert [(row.exercise.slug, row.number) for row in in_order] == [("stand", 2), ("reach", 3), ("walk", 4)]


def test_starting_again_leaves_what_is_there_as_it_is(user: User, walk: Exercise) -> None:
    stand = an_exercise("stand")
    on_plan(user, walk, MONDAY, frequency=TWICE)
    planning.start(user, [walk, stand], WEDNESDAY)
    assert items(user) == [("walk", MONDAY, None, 2), ("stand", WEDNESDAY, None, 1)]


def test_what_was_to_begin_later_begins_with_a_start_in_its_order_and_no_other_change_ahead_does(user: User) -> None:
    second, first = an_exercise("second", number=8), an_exercise("first", number=7)
    changed, over = an_exercise("changed"), an_exercise("over")
    on_plan(user, second, THURSDAY, frequency=TWICE)
    on_plan(user, first, THURSDAY)
    on_plan(user, changed, MONDAY, ends_on=THURSDAY)
    on_plan(user, changed, THURSDAY, frequency=TWICE)
    on_plan(user, over, THURSDAY, ends_on=FRIDAY)
    planning.start(user, [], WEDNESDAY)
    assert sorted(items(user)) == [
        ("changed", MONDAY, THURSDAY, 1),
        ("changed", THURSDAY, None, 2),
        ("first", WEDNESDAY, None, 1),
        ("over", THURSDAY, FRIDAY, 1),
        ("second", WEDNESDAY, None, 2),
    ]
    in_order = PlanItem.objects.for_user(user).in_force_on(WEDNESDAY).in_order()
    assert [row.exercise.slug for row in in_order][-2:] == ["first", "second"]


def test_an_exercise_goes_up_and_down_and_not_beyond_the_ends(user: User) -> None:
    exercises = [an_exercise(slug) for slug in "abc"]
    planning.start(user, exercises, MONDAY)

    def order() -> str:
        return "".join(row.exercise.slug for row in PlanItem.objects.for_user(user).in_order())

    seen = []
    for slug, step in [("c", -1), ("c", -1), ("c", -1), ("a", 1), ("b", 1), ("b", 1), ("zebra", 1)]:
        planning.move(user, slug, step, WEDNESDAY)
        seen.append(order())
    assert seen == ["acb", "cab", "cab", "cba", "cab", "cab", "cab"]
    rows = PlanItem.objects.for_user(user).in_order()
    assert [(row.number, row.starts_on) for row in rows] == [(1, MONDAY), (2, MONDAY), (3, MONDAY)]


def test_an_edit_keeps_the_place_in_the_order(user: User) -> None:
    exercises = [an_exercise(slug) for slug in "abc"]
    planning.start(user, exercises, MONDAY)
    planning.move(user, "c", -1, MONDAY)
    planning.prescribe(user, exercises[2], WEDNESDAY, **columns(exercises[2], TWICE))
    rows = PlanItem.objects.for_user(user).in_force_on(WEDNESDAY).in_order()
    assert [row.exercise.slug for row in rows] == ["a", "c", "b"]


def test_every_page_has_the_order_of_the_plan_also_after_an_edit(user: User) -> None:
    exercises = [an_exercise(slug) for slug in "abc"]
    planning.start(user, exercises, MONDAY)
    planning.prescribe(user, exercises[2], WEDNESDAY, **columns(exercises[2], TWICE))
    for _tap in (1, 2):
        planning.move(user, "c", -1, WEDNESDAY)
    rows = PlanItem.objects.for_user(user).in_order()
    record = read(user, MONDAY, THURSDAY, list(rows), {})
    assert [row.exercise.slug for row in record.latest.values()] == ["c", "a", "b"]
    assert list(record.items) == [exercises[2].pk, exercises[0].pk, exercises[1].pk]


def test_what_is_taken_off_and_brought_back_on_one_day_keeps_its_place(user: User) -> None:
    exercises = [an_exercise(slug) for slug in "abc"]
    planning.start(user, exercises, MONDAY)
    planning.remove(user, exercises[0], WEDNESDAY)
    planning.bring_back(user, exercises[0], WEDNESDAY)
    assert [row.exercise.slug for row in PlanItem.objects.for_user(user).in_order()] == ["a", "b", "c"]


# A start that is moved back


def test_the_start_is_moved_back_for_the_first_of_an_unbroken_run(user: User, walk: Exercise) -> None:
    on_plan(user, walk, TUESDAY, WEDNESDAY)
    on_plan(user, walk, WEDNESDAY, frequency=TWICE)
    planning.begin_earlier(user, [walk], date(2026, 11, 2), THURSDAY)
    assert items(user) == [("walk", date(2026, 11, 2), WEDNESDAY, 1), ("walk", WEDNESDAY, None, 2)]


def test_the_start_is_never_moved_forward(user: User, walk: Exercise) -> None:
    on_plan(user, walk, MONDAY)
    planning.begin_earlier(user, [walk], WEDNESDAY, THURSDAY)
    assert items(user) == [("walk", MONDAY, None, 1)]


def test_the_start_reaches_back_to_the_end_of_an_earlier_time_and_no_further(user: User, walk: Exercise) -> None:
    on_plan(user, walk, date(2026, 10, 1), date(2026, 10, 20))
    on_plan(user, walk, MONDAY)
    with pytest.raises(planning.TooEarlyError) as raised:
        planning.begin_earlier(user, [walk], date(2026, 10, 19), THURSDAY)
    assert raised.value.since == date(2026, 10, 20)
    assert items(user)[-1] == ("walk", MONDAY, None, 1)
    planning.begin_earlier(user, [walk], date(2026, 10, 20), THURSDAY)
    assert items(user)[-1] == ("walk", date(2026, 10, 20), None, 1)


def test_the_start_is_moved_back_whatever_is_planned_ahead(user: User, walk: Exercise) -> None:
    on_plan(user, walk, TUESDAY, THURSDAY)
    on_plan(user, walk, FRIDAY)
    planning.begin_earlier(user, [walk], MONDAY, WEDNESDAY)
    assert items(user) == [("walk", MONDAY, THURSDAY, 1), ("walk", FRIDAY, None, 1)]


def test_where_one_exercise_cannot_begin_then_none_does(user: User, walk: Exercise) -> None:
    stand = an_exercise("stand")
    on_plan(user, stand, MONDAY)
    on_plan(user, walk, date(2026, 10, 1), date(2026, 10, 20))
    on_plan(user, walk, MONDAY)
    with pytest.raises(planning.TooEarlyError):
        planning.begin_earlier(user, [stand, walk], date(2026, 10, 19), THURSDAY)
    assert PlanItem.objects.get(exercise=stand).starts_on == MONDAY


# Pauses


def pauses(user: User) -> list[tuple[date, date | None, str, list[int]]]:
    return list(Pause.objects.for_user(user).values_list("starts_on", "ends_on", "reason", "keeps"))


def test_a_pause_without_an_end_holds_until_it_is_ended(user: User) -> None:
    planning.pause(user, MONDAY, MONDAY, None, "travel")
    planning.resume(user, MONDAY, WEDNESDAY)
    assert pauses(user) == [(MONDAY, WEDNESDAY, "travel", [])]


def test_a_pause_that_is_over_is_not_ended_once_more(user: User) -> None:
    planning.pause(user, MONDAY, MONDAY, TUESDAY, "travel")
    planning.resume(user, MONDAY, THURSDAY)
    assert pauses(user) == [(MONDAY, TUESDAY, "travel", [])]


def test_a_pause_that_is_ended_before_its_first_day_is_over_is_gone(user: User) -> None:
    planning.pause(user, MONDAY, MONDAY, None, "travel")
    planning.resume(user, MONDAY, MONDAY)
    assert pauses(user) == []


def test_the_same_pause_again_is_a_double_tap(user: User) -> None:
    for _tap in (1, 2):
        planning.pause(user, MONDAY, TUESDAY, THURSDAY, "illness")
    assert pauses(user) == [(TUESDAY, THURSDAY, "illness", [])]


def test_a_double_tap_on_a_pause_that_goes_on_with_another_is_one_as_well(user: User) -> None:
    planning.pause(user, MONDAY, MONDAY, WEDNESDAY, "illness")
    for _tap in (1, 2):
        planning.pause(user, MONDAY, WEDNESDAY, None, "illness")
    assert pauses(user) == [(MONDAY, None, "illness", [])]


@pytest.mark.parametrize(("starts_on", "ends_on"), [(MONDAY, None), (TUESDAY, WEDNESDAY), (WEDNESDAY, None)])
def test_a_pause_that_overlaps_another_is_refused(user: User, starts_on: date, ends_on: date | None) -> None:
    planning.pause(user, MONDAY, TUESDAY, THURSDAY, "illness")
    with pytest.raises(planning.OverlapError) as raised:
        planning.pause(user, MONDAY, starts_on, ends_on, "travel")
    assert raised.value.pause.starts_on == TUESDAY
    assert pauses(user) == [(TUESDAY, THURSDAY, "illness", [])]


def test_pauses_may_touch(user: User) -> None:
    planning.pause(user, MONDAY, TUESDAY, WEDNESDAY, "illness")
    planning.pause(user, MONDAY, WEDNESDAY, None, "travel")
    planning.pause(user, MONDAY, MONDAY, TUESDAY, "other")
    assert [starts_on for starts_on, *_others in pauses(user)] == [MONDAY, TUESDAY, WEDNESDAY]


def test_a_pause_that_is_ended_and_taken_again_on_one_day_is_one(user: User) -> None:
    planning.pause(user, MONDAY, MONDAY, None, "illness")
    planning.resume(user, MONDAY, WEDNESDAY)
    planning.pause(user, WEDNESDAY, WEDNESDAY, None, "illness")
    assert pauses(user) == [(MONDAY, None, "illness", [])]


def test_what_is_changed_of_a_running_pause_holds_from_today_on(user: User) -> None:
    planning.pause(user, MONDAY, MONDAY, None, "flare-up", [1])
    planning.pause(user, WEDNESDAY, WEDNESDAY, None, "flare-up", [2], replaces=MONDAY)
    assert pauses(user) == [(MONDAY, WEDNESDAY, "flare-up", [1]), (WEDNESDAY, None, "flare-up", [2])]


def test_a_running_pause_that_only_gets_another_end_stays_one(user: User) -> None:
    planning.pause(user, MONDAY, MONDAY, None, "illness")
    planning.pause(user, WEDNESDAY, WEDNESDAY, date(2026, 12, 1), "illness", replaces=MONDAY)
    assert pauses(user) == [(MONDAY, date(2026, 12, 1), "illness", [])]


def test_a_pause_ahead_is_moved_as_a_whole(user: User) -> None:
    planning.pause(user, MONDAY, WEDNESDAY, date(2026, 12, 1), "travel")
    planning.pause(user, MONDAY, THURSDAY, None, "travel", replaces=WEDNESDAY)
    assert pauses(user) == [(THURSDAY, None, "travel", [])]


def test_a_refused_change_of_a_pause_leaves_it_as_it_was(user: User) -> None:
    planning.pause(user, MONDAY, MONDAY, TUESDAY, "illness")
    planning.pause(user, MONDAY, WEDNESDAY, None, "travel")
    with pytest.raises(planning.OverlapError):
        planning.pause(user, MONDAY, MONDAY, None, "illness", replaces=MONDAY)
    assert [(starts_on, ends_on) for starts_on, ends_on, *_others in pauses(user)] == [
        (MONDAY, TUESDAY),
        (WEDNESDAY, None),
    ]
