"""An account is deleted while other tabs and devices of the same person are still busy."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.models import User
from rights.leaving import leave
from tests.builders import a_person, an_exercise, browser_of, on_plan, text_of
from tests.test_leaving import SURE
from tracking.models import Completion, CompletionQuerySet

pytestmark = pytest.mark.django_db(transaction=True)

CHOICES = {"time_zone": "", "week_start": "0", "get_ready_seconds": "10", "rest_seconds": "10", "color_scheme": "dark"}


def test_a_late_save_does_not_bring_anybody_back() -> None:
    anna = a_person()
    late = User.objects.get(pk=anna.pk)
    leave(anna)
    with pytest.raises(DatabaseError):
        late.save()
    assert not User.objects.exists()


@pytest.mark.parametrize("on_the_page", [True, False])
def test_a_tick_that_comes_too_late_gets_the_page_of_the_signed_out(
    monkeypatch: pytest.MonkeyPatch, on_the_page: bool
) -> None:
    anna = a_person()
    on_plan(anna, an_exercise("walk"), date(2026, 1, 1))
    set_done = CompletionQuerySet.set_done

    def leave_first(self: CompletionQuerySet, *args: Any) -> None:
        leave(User.objects.get(pk=anna.pk))
        set_done(self, *args)

    monkeypatch.setattr(CompletionQuerySet, "set_done", leave_first)
    headers = {} if on_the_page else {"HX-Request": "true"}
    answer = browser_of(anna).post(f"/day/{timezone.now().date()}/walk/1/", {"done": "yes"}, headers=headers)
    assert answer.status_code == 403
    assert "signed out" in text_of(answer)
    assert not Completion.objects.exists()


def test_preferences_that_come_too_late_get_it_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    anna = a_person()
    client = browser_of(anna)
    save = User.save

    def leave_first(self: User, *args: Any, **kwargs: Any) -> None:
        leave(User.objects.get(pk=anna.pk))
        save(self, *args, **kwargs)

    monkeypatch.setattr(User, "save", leave_first)
    assert client.post("/settings/", CHOICES).status_code == 403
    assert not User.objects.exists()


def test_deletions_at_the_same_time_find_somebody_once() -> None:
    anna = a_person()
    clients = [browser_of(anna) for _tab in range(4)]
    statuses = at_once([lambda client=client: client.post("/settings/delete/", SURE).status_code for client in clients])
    assert statuses.count(302) >= 1
    assert set(statuses) <= {302, 403}
    assert not User.objects.exists()


def test_ticks_at_the_moment_of_deletion_fail_kindly_and_leave_nothing() -> None:
    today = timezone.now().date()
    for _round in range(5):
        anna = a_person()
        exercises = [an_exercise(), *(an_exercise(owner=anna) for _n in range(3))]
        for exercise in exercises:
            on_plan(anna, exercise, date(2026, 1, 1))
        leaver = browser_of(anna, raise_request_exception=False)
        tabs = [(browser_of(anna, raise_request_exception=False), exercise.slug) for exercise in exercises]
        jobs = [
            lambda tab=tab, slug=slug, nth=nth: tab.post(f"/day/{today}/{slug}/{nth}/", {"done": "yes"}).status_code
            for tab, slug in tabs
            for nth in (1, 2)
        ]
        gone, *ticks = at_once([lambda leaver=leaver: leaver.post("/settings/delete/", SURE).status_code, *jobs])
        assert gone == 302
        # Done before it, signed out by it, no longer on any plan, or asked to try again.
        assert set(ticks) <= {302, 403, 404, 503}, ticks
        assert not User.objects.exists()
        assert not Completion.objects.exists()


def at_once(jobs: list[Any]) -> list[int]:
    barrier = Barrier(len(jobs))

    def do(job: Any) -> int:
        try:
            barrier.wait(timeout=20)
            return int(job())
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(do, jobs))
