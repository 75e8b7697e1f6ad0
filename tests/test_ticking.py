"""Setting one slot of one day: idempotent, bounded, and nobody else's."""

from datetime import date

import pytest
from time_machine import TimeMachineFixture

from exercises.models import Exercise
from tests.builders import (
    DAILY,
    TWO_OR_THREE_A_DAY,
    a_person,
    an_exercise,
    browser_of,
    completions,
    did,
    elements,
    on_plan,
    text_of,
)
from tracking.models import Completion
from tracking.schedule import MAX_NTH

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)
TUESDAY = date(2026, 11, 17)
WEDNESDAY = date(2026, 11, 18)


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)


@pytest.fixture
def walk() -> Exercise:
    return an_exercise("walk", TWO_OR_THREE_A_DAY)


def test_a_tick_is_recorded_and_leads_back_to_the_plan(walk: Exercise) -> None:
    user = a_person()
    on_plan(user, walk, MONDAY)
    answer = browser_of(user).post("/day/2026-11-18/walk/1/", {"done": "yes"}, follow=True)
    assert answer.redirect_chain == [("/today/", 302)]
    assert completions(user) == [(WEDNESDAY, "walk", 1)]
    assert "Walk: 1 more to go. 1 of 2 doses done." in text_of(answer)


def test_the_same_tick_again_changes_nothing(walk: Exercise) -> None:
    user = a_person()
    on_plan(user, walk, MONDAY)
    client = browser_of(user)
    for _tap in range(3):
        assert client.post("/day/2026-11-18/walk/1/", {"done": "yes"}).status_code == 302
    assert completions(user) == [(WEDNESDAY, "walk", 1)]


def test_a_tick_is_taken_back_and_may_be_taken_back_again(walk: Exercise) -> None:
    user = a_person()
    on_plan(user, walk, MONDAY)
    did(user, walk, WEDNESDAY, 3)
    client = browser_of(user)
    for _tap in range(2):
        assert client.post("/day/2026-11-18/walk/2/", {"done": "no"}).status_code == 302
    assert completions(user) == [(WEDNESDAY, "walk", 1), (WEDNESDAY, "walk", 3)]


def test_yesterday_can_be_filled_in_and_mended(walk: Exercise) -> None:
    user = a_person()
    on_plan(user, walk, MONDAY)
    client = browser_of(user)
    answer = client.post("/day/2026-11-17/walk/1/", {"done": "yes"}, follow=True)
    assert answer.redirect_chain == [("/day/2026-11-17/", 302)]
    assert "Yesterday" in text_of(answer)
    assert completions(user) == [(TUESDAY, "walk", 1)]
    client.post("/day/2026-11-17/walk/1/", {"done": "no"})
    assert completions(user) == []


def test_with_htmx_the_card_and_the_head_come_back_and_one_sentence_says_so(walk: Exercise) -> None:
    user = a_person()
    on_plan(user, walk, MONDAY)
    on_plan(user, an_exercise("stretch", DAILY), MONDAY)
    answer = browser_of(user).post("/day/2026-11-18/walk/1/", {"done": "yes"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert [(e["data-exercise"], e["data-done"]) for e in elements(answer, "data-exercise")] == [("walk", "1")]
    assert [(e["id"], e["hx-swap-oob"]) for e in elements(answer, "hx-swap-oob")] == [
        ("head", "true"),
        ("said", "innerHTML"),
    ]
    assert text_of(answer).endswith("Walk: 1 more to go. 1 of 3 doses done.")


def test_a_page_left_open_past_midnight_still_writes_to_its_own_day(
    walk: Exercise, time_machine: TimeMachineFixture
) -> None:
    user = a_person()
    on_plan(user, walk, MONDAY)
    client = browser_of(user)
    address = elements(client.get("/today/"), "formaction")[0]["formaction"]
    time_machine.move_to("2026-11-19 00:00:05Z", tick=False)
    answer = client.post(address, {"done": "yes"}, follow=True)
    assert completions(user) == [(WEDNESDAY, "walk", 1)]
    assert "Yesterday" in text_of(answer)


def test_the_twentieth_of_a_day_is_taken_and_the_twenty_first_is_not(walk: Exercise) -> None:
    user = a_person()
    on_plan(user, walk, MONDAY)
    client = browser_of(user)
    assert client.post(f"/day/2026-11-18/walk/{MAX_NTH}/", {"done": "yes"}).status_code == 302
    assert client.post(f"/day/2026-11-18/walk/{MAX_NTH + 1}/", {"done": "yes"}).status_code == 400
    assert completions(user) == [(WEDNESDAY, "walk", 20)]


@pytest.mark.parametrize("done", ["yes", "no"])
@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/day/2026-11-19/walk/1/", 400, "This day has not begun yet."),
        ("/day/2026-11-15/walk/1/", 404, "This exercise was not on your plan on that day."),
        ("/day/2026-11-18/other/1/", 404, "This exercise was not on your plan on that day."),
        ("/day/2026-11-18/unheard-of/1/", 404, "This exercise was not on your plan on that day."),
        ("/day/2026-11-18/walk/0/", 400, "There is no such slot."),
        ("/day/2026-11-18/walk/21/", 400, "There is no such slot."),
        ("/day/2026-11-18/walk/99999999999999999999/", 400, "There is no such slot."),
        ("/day/2026-02-30/walk/1/", 404, ""),
        ("/day/0000-01-01/walk/1/", 404, ""),
        ("/day/9999-12-31/walk/1/", 404, ""),
        ("/day/2026-11-18/walk/-1/", 404, ""),
    ],
)
def test_a_tick_that_makes_no_sense_is_refused_and_changes_nothing(
    walk: Exercise, address: str, status: int, sentence: str, done: str
) -> None:
    user = a_person()
    an_exercise("other")
    on_plan(user, walk, MONDAY)
    did(user, walk, WEDNESDAY)
    answer = browser_of(user).post(address, {"done": done})
    assert answer.status_code == status
    assert sentence in text_of(answer)
    assert completions(user) == [(WEDNESDAY, "walk", 1)]


@pytest.mark.parametrize("typed", [{}, {"done": ""}, {"done": "maybe"}, {"done": "YES"}, {"done": "yes\0"}])
def test_done_is_yes_or_no_and_nothing_else(walk: Exercise, typed: dict[str, str]) -> None:
    user = a_person()
    on_plan(user, walk, MONDAY)
    answer = browser_of(user).post("/day/2026-11-18/walk/1/", typed)
    assert answer.status_code == 400
    assert "Say whether it is done, yes or no." in text_of(answer)
    assert completions(user) == []


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch"])
def test_the_tick_address_takes_posts_alone(walk: Exercise, method: str) -> None:
    user = a_person()
    on_plan(user, walk, MONDAY)
    answer = getattr(browser_of(user), method)("/day/2026-11-18/walk/1/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    if method != "head":
        assert "The address belongs to a button. Nothing was changed." in text_of(answer)


def test_a_tick_touches_nobody_elses_rows(walk: Exercise) -> None:
    one, other = a_person(), a_person()
    on_plan(one, walk, MONDAY)
    on_plan(other, walk, MONDAY)
    did(other, walk, WEDNESDAY, 2)
    client = browser_of(one)
    client.post("/day/2026-11-18/walk/1/", {"done": "yes"})
    client.post("/day/2026-11-18/walk/2/", {"done": "no"})
    assert completions(one) == [(WEDNESDAY, "walk", 1)]
    assert completions(other) == [(WEDNESDAY, "walk", 1), (WEDNESDAY, "walk", 2)]
    assert [e["data-done"] for e in elements(client.get("/today/"), "data-exercise")] == ["1"]


def test_an_exercise_on_another_persons_plan_alone_is_not_found(walk: Exercise) -> None:
    one, other = a_person(), a_person()
    on_plan(other, walk, MONDAY)
    assert browser_of(one).post("/day/2026-11-18/walk/1/", {"done": "yes"}).status_code == 404
    assert completions(one) == completions(other) == []


def test_a_retired_exercise_stays_on_the_plan_it_is_on(walk: Exercise) -> None:
    user = a_person()
    on_plan(user, walk, MONDAY)
    Exercise.objects.update(retired=True)
    assert browser_of(user).post("/day/2026-11-18/walk/1/", {"done": "yes"}).status_code == 302
    assert completions(user) == [(WEDNESDAY, "walk", 1)]


@pytest.mark.parametrize("nth", [0, -1, MAX_NTH + 1])
def test_the_bound_of_nth_is_checked_before_the_database_could_pass_over_it(walk: Exercise, nth: int) -> None:
    user = a_person()
    with pytest.raises(ValueError, match="nth runs from 1 to 20"):
        Completion.objects.set_done(user, WEDNESDAY, walk, nth, user.date_joined)
    with pytest.raises(ValueError, match="nth runs from 1 to 20"):
        Completion.objects.set_undone(user, WEDNESDAY, walk, nth)
    assert completions(user) == []
