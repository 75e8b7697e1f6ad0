"""“Not today”: an exercise left out, with a reason. It shows, and changes no figure."""

from datetime import date
from typing import Any

import pytest
from time_machine import TimeMachineFixture

from accounts.models import User
from tests.builders import TWO_OR_THREE_A_DAY, a_person, an_exercise, browser_of, did, elements, on_plan, text_of
from tracking.models import Skip

pytestmark = pytest.mark.django_db

MONDAY, WEDNESDAY = date(2026, 11, 16), date(2026, 11, 18)
SKIP = "/day/2026-11-18/skip/"


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)


@pytest.fixture
def user() -> User:
    """Somebody who walks and stands every day, and has done so on Monday."""
    user = a_person()
    for slug in ("walk", "stand"):
        exercise = an_exercise(slug)
        on_plan(user, exercise, MONDAY)
        did(user, exercise, MONDAY)
    return user


def skips(user: User) -> list[tuple[date, str, str]]:
    return list(Skip.objects.for_user(user).values_list("day", "exercise__slug", "reason"))


def figures(client: Any) -> list[dict[str, str]]:
    """All that the pages count, of today, the week and the history."""
    found = []
    for address in ("/today/", "/week/2026-11-16/", "/history/"):
        page = client.get(address)
        for attribute in ("data-status", "data-credited"):
            found += [
                {name: value for name, value in one.items() if name.startswith("data-") and name != "data-skipped"}
                for one in elements(page, attribute)
            ]
    return sorted(found, key=str)


def test_a_skip_is_recorded_with_its_reason_and_said(user: User) -> None:
    answer = browser_of(user).post(SKIP, {"exercise": "walk", "reason": "no-time"}, follow=True)
    assert answer.redirect_chain == [("/today/", 302)]
    assert skips(user) == [(WEDNESDAY, "walk", "no-time")]
    said = text_of(answer)
    assert "Walk: Skipped: no time. 0 of 2 doses done." in said
    assert "Skipped for today Walk" in said


def test_a_skip_changes_no_figure(user: User) -> None:
    client = browser_of(user)
    before = figures(client)
    client.post(SKIP, {"exercise": "walk", "reason": "sore"})
    assert figures(client) == before


def test_a_skip_shows_in_the_week_and_in_the_history(user: User) -> None:
    client = browser_of(user)
    client.post(SKIP, {"exercise": "walk", "reason": "sore"})
    client.post(SKIP, {"exercise": "stand", "reason": "no-equipment"})
    week = text_of(client.get("/week/2026-11-16/"))
    assert "skipped: sore" in week
    assert "Wednesday, 18 November: Walk, sore" in week
    assert "2 skipped: sore, no equipment" in text_of(client.get("/history/"))


def test_another_reason_replaces_the_first_and_none_takes_it_back(user: User) -> None:
    client = browser_of(user)
    for reason in ("sore", "no-time"):
        client.post(SKIP, {"exercise": "walk", "reason": reason})
    assert skips(user) == [(WEDNESDAY, "walk", "no-time")]
    for _tap in (1, 2):
        assert client.post(SKIP, {"exercise": "walk"}).status_code == 302
    assert skips(user) == []


def test_what_is_skipped_is_not_in_the_session_and_takes_no_time(user: User) -> None:
    client = browser_of(user)
    client.post(SKIP, {"exercise": "walk", "reason": "sore"})
    assert [task.exercise.slug for task in client.get("/session/").context["guide"].tasks] == ["stand"]
    client.post(SKIP, {"exercise": "stand", "reason": "sore"})
    assert "The rest is skipped." in text_of(client.get("/today/"))
    assert "The rest is skipped." in text_of(client.get("/session/"))


def test_what_is_skipped_may_still_be_done(user: User) -> None:
    client = browser_of(user)
    client.post(SKIP, {"exercise": "walk", "reason": "sore"})
    client.post("/day/2026-11-18/walk/1/", {"done": "yes"})
    cards = {one["data-exercise"]: one["data-status"] for one in elements(client.get("/today/"), "data-status")}
    assert cards == {"stand": "due", "walk": "complete"}


def test_what_was_skipped_and_done_after_all_is_no_longer_told(user: User) -> None:
    client = browser_of(user)
    client.post(SKIP, {"exercise": "walk", "reason": "sore"})
    client.post("/day/2026-11-18/walk/1/", {"done": "yes"})
    client.get("/today/")  # where the answers to both are read
    assert "sore" not in text_of(client.get("/week/2026-11-16/"))
    assert "skipped" not in text_of(client.get("/history/"))


def test_what_was_skipped_and_taken_off_on_the_same_day_is_no_longer_told(user: User) -> None:
    client = browser_of(user)
    client.post(SKIP, {"exercise": "walk", "reason": "sore"})
    client.post("/plan/exercise/walk/remove/")
    client.get("/today/")
    assert "skipped" not in text_of(client.get("/history/"))


def test_what_is_half_done_and_then_skipped_says_both_in_the_week(user: User) -> None:
    hop = an_exercise("hop", TWO_OR_THREE_A_DAY)
    on_plan(user, hop, MONDAY)
    did(user, hop, WEDNESDAY)
    client = browser_of(user)
    client.post(SKIP, {"exercise": "hop", "reason": "sore"})
    assert "partly done, 1 of 2, the rest skipped: sore" in text_of(client.get("/week/2026-11-16/"))


def test_a_page_left_open_over_midnight_skips_on_the_day_it_shows(user: User) -> None:
    client = browser_of(user)
    answer = client.post("/day/2026-11-17/skip/", {"exercise": "walk", "reason": "other"})
    assert answer["Location"] == "/day/2026-11-17/"
    assert skips(user) == [(date(2026, 11, 17), "walk", "other")]


@pytest.mark.parametrize(
    ("address", "sent", "status"),
    [
        (SKIP, {"exercise": "walk", "reason": "lazy"}, 400),
        (SKIP, {"reason": "sore"}, 400),
        (SKIP, {"exercise": "../etc", "reason": "sore"}, 400),
        (SKIP, {"exercise": "zebra", "reason": "sore"}, 404),
        (SKIP, {"exercise": "theirs", "reason": "sore"}, 404),
        ("/day/2026-11-19/skip/", {"exercise": "walk", "reason": "sore"}, 400),
        ("/day/2026-11-15/skip/", {"exercise": "walk", "reason": "sore"}, 404),
        ("/day/2026-02-30/skip/", {"exercise": "walk", "reason": "sore"}, 404),
    ],
)
def test_what_cannot_be_skipped_is_refused(user: User, address: str, sent: dict[str, str], status: int) -> None:
    other = a_person()
    on_plan(other, an_exercise("theirs", owner=other), MONDAY)
    assert browser_of(user).post(address, sent).status_code == status
    assert skips(user) == []


def test_only_today_offers_to_skip_and_only_what_is_open(user: User) -> None:
    client = browser_of(user)
    client.post("/day/2026-11-18/walk/1/", {"done": "yes"})
    page = client.get("/today/").content.decode()
    assert '<option value="stand">' in page
    assert '<option value="walk">' not in page
    assert "Something is not possible today" not in text_of(client.get("/day/2026-11-17/"))
