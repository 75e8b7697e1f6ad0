"""The ledger that the soak and the faults are judged by notices what it is there to notice."""

import pytest

from tools.ledger import Entry, Slot, compare, compare_copy, monday_of, possible_states, pressed, times_in

WALK = Slot("2026-11-21", "walk", 1)
STAND = Slot("2026-11-21", "stand", 2)
ME, YOU = 1, 2

TICKED = [Entry(True, 1.0, 2.0)]
UN_TICKED = [Entry(True, 1.0, 2.0), Entry(False, 3.0, 4.0)]
ALL_IS_WELL = {"lost": 0, "doubled": 0, "foreign": 0}


def test_a_tick_that_is_there_and_an_un_tick_that_is_gone_are_well() -> None:
    assert compare({ME: {WALK: TICKED, STAND: UN_TICKED}, YOU: {}}, [(ME, WALK)]) == ALL_IS_WELL


def test_a_tick_that_is_not_there_is_lost() -> None:
    assert compare({ME: {WALK: TICKED}}, []) == {**ALL_IS_WELL, "lost": 1}


def test_an_un_tick_that_is_not_gone_is_lost() -> None:
    assert compare({ME: {WALK: UN_TICKED}}, [(ME, WALK)]) == {**ALL_IS_WELL, "lost": 1}


def test_a_row_that_is_there_twice_is_doubled() -> None:
    assert compare({ME: {WALK: TICKED}}, [(ME, WALK), (ME, WALK)]) == {**ALL_IS_WELL, "doubled": 1}


@pytest.mark.parametrize("key", [YOU, 3])
def test_a_row_of_somebody_who_never_asked_for_it_is_foreign(key: int) -> None:
    assert compare({ME: {WALK: TICKED}, YOU: {}}, [(ME, WALK), (key, WALK)]) == {**ALL_IS_WELL, "foreign": 1}


def test_of_two_clients_the_one_that_was_told_last_counts() -> None:
    told = [Entry(True, 5.0, 6.0), Entry(False, 1.0, 2.0)]
    assert compare({ME: {WALK: told}}, [(ME, WALK)]) == ALL_IS_WELL


@pytest.mark.parametrize(
    ("begun", "ended", "states"),
    [
        (0.0, 0.5, {False}),  # before anything was sent
        (1.5, 1.7, {False, True}),  # while the tick was under way
        (2.5, 2.7, {True}),
        (2.5, 3.5, {False, True}),  # the un-tick was sent before the copy was complete
        (5.0, 6.0, {False}),
    ],
)
def test_a_copy_holds_what_was_acknowledged_before_it_began(begun: float, ended: float, states: set[bool]) -> None:
    assert possible_states(UN_TICKED, begun, ended) == states


def test_a_copy_that_lacks_what_was_acknowledged_before_it_began_has_lost_it() -> None:
    ledgers = {ME: {WALK: TICKED}}
    assert compare_copy(ledgers, [], 2.5, 3.0) == {**ALL_IS_WELL, "lost": 1}
    assert compare_copy(ledgers, [], 1.5, 3.0) == ALL_IS_WELL


def test_what_a_cell_of_the_week_says_is_understood() -> None:
    cells = ["done, 3 times", "done, 1 time", "partly done, 1 of 2", "still to do"]
    assert [times_in(words) for words in cells] == [3, 1, 1, 0]


def test_the_week_of_a_day_begins_on_its_monday() -> None:
    assert (monday_of("2026-11-22"), monday_of("2026-11-16")) == ("2026-11-16", "2026-11-16")


@pytest.mark.django_db
def test_the_slots_of_a_page_are_found_with_their_state() -> None:
    from datetime import date

    from tests.builders import TWO_OR_THREE_A_DAY, a_person, an_exercise, browser_of, did, on_plan

    user, walk = a_person(), an_exercise("walk", TWO_OR_THREE_A_DAY)
    on_plan(user, walk, date(2026, 1, 1))
    did(user, walk, date(2026, 2, 3))

    html = browser_of(user).get("/day/2026-02-03/").content.decode()

    assert pressed(html) == {Slot("2026-02-03", "walk", nth): nth == 1 for nth in (1, 2, 3)}
