"""Pages take exercises out of memory. An edit of the catalogue shows after a moment, a new exercise at once."""

from datetime import date
from time import monotonic

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from exercises import catalogue
from exercises.models import Exercise
from tests.builders import a_person, an_exercise, browser_of, on_plan, text_of

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)


@pytest.fixture(autouse=True)
def noon(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-16 12:00:00Z", tick=False)


def test_it_is_read_once_for_many_pages() -> None:
    walk = an_exercise("walk", needs=["a wall"])
    catalogue.exercises([walk.pk])
    with CaptureQueriesContext(connection) as captured:
        assert list(catalogue.exercises([walk.pk])[walk.pk].things) == ["a wall"]
    assert len(captured) == 0


def test_an_edit_shows_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    walk, user = an_exercise("walk"), a_person()
    on_plan(user, walk, MONDAY)
    client = browser_of(user)
    assert walk.name in text_of(client.get("/today/"))
    Exercise.objects.update(name="Stroll")
    later = monotonic() + catalogue.KEPT_SECONDS + 1
    monkeypatch.setattr(catalogue, "monotonic", lambda: later)
    assert "Stroll" in text_of(client.get("/today/"))


def test_a_new_exercise_shows_at_once() -> None:
    user = a_person()
    catalogue.offered()
    on_plan(user, an_exercise("walk"), MONDAY)
    assert 'data-exercise="walk"' in browser_of(user).get("/today/").content.decode()
    assert [exercise.slug for exercise in catalogue.offered()] == ["walk"]


def test_what_has_been_deleted_is_missing() -> None:
    walk = an_exercise("walk")
    key = walk.pk
    walk.delete()
    assert key not in catalogue.exercises([key])


def test_a_retired_exercise_is_kept_for_plans_and_not_offered() -> None:
    walk = an_exercise("walk")
    Exercise.objects.update(retired=True)
    assert catalogue.exercises([walk.pk])[walk.pk] == walk
    assert catalogue.offered() == []
