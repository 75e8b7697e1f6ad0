"""No two items of one exercise and no two pauses of a person share a day, whoever writes them and however.

The verbs of a plan keep to that. Here they are passed by: the databases themselves refuse it, after all migrations.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from exercises.models import Exercise
from tests.builders import a_person, an_exercise, browser_of, completions, on_plan
from tracking.models import CompletionQuerySet, Pause, PlanItem, SkipQuerySet

FIRST, END = 10, 20
Span = tuple[int, int | None]
"""Days of November: the first, and the one that it ends before."""

# Beside a row over [10, 20).
OVERLAPPING = {
    "the same, but for its end": (10, 15),
    "the same, without an end": (10, None),
    "inside": (12, 15),
    "its last day": (19, 20),
    "all around": (5, 25),
    "across its first day": (5, 11),
    "across its last day": (19, 25),
    "without an end, from inside": (15, None),
    "without an end, from before": (5, None),
    "without an end, from its last day": (19, None),
}
TOUCHING = {
    "right before": (5, 10),
    "right after": (20, 25),
    "right after, without an end": (20, None),
    "long before": (1, 2),
    "long after": (28, None),
}
# Beside a row over [10, ∞).
OVERLAPPING_WITHOUT_AN_END = {"inside": (15, 16), "long after": (28, None), "across its first day": (9, 11)}
TOUCHING_WITHOUT_AN_END = {"right before": (5, 10), "long before": (1, 2)}


def november(day: int) -> date:
    return date(2026, 11, day)


def days_of(span: Span) -> tuple[date, date | None]:
    return november(span[0]), None if span[1] is None else november(span[1])


def an_item(user: User, exercise: Exercise, span: Span) -> PlanItem:
    starts_on, ends_on = days_of(span)
    return PlanItem(
        user=user,
        exercise=exercise,
        starts_on=starts_on,
        ends_on=ends_on,
        per="day",
        at_least=1,
        at_most=1,
        seconds_at_least=30,
        seconds_at_most=30,
    )


def a_pause(user: User, span: Span) -> Pause:
    starts_on, ends_on = days_of(span)
    return Pause(user=user, starts_on=starts_on, ends_on=ends_on, reason="travel")


Row = Any
"""A plan item or a pause."""
Maker = Callable[[Span], Row]


@pytest.fixture(params=["plan items", "pauses"])
def make(request: pytest.FixtureRequest) -> Maker:
    """Makes rows of one person that are rivals for their days."""
    user = a_person()
    if request.param == "pauses":
        return lambda span: a_pause(user, span)
    exercise = an_exercise("walk")
    return lambda span: an_item(user, exercise, span)


def spans_of(row: Row) -> list[tuple[date, date | None]]:
    rows = type(row)._default_manager.filter(user=row.user_id).order_by("starts_on")
    return list(rows.values_list("starts_on", "ends_on"))


def refused(write: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return True
    return False


def by_create(row: Row) -> None:
    row.save(force_insert=True)


def by_bulk_create(row: Row) -> None:
    type(row)._default_manager.bulk_create([row])


def by_an_update_from_afar(row: Row) -> None:
    """First on days that nobody wants, then moved."""
    starts_on, ends_on = row.starts_on, row.ends_on
    row.starts_on, row.ends_on = date(2000, 1, 1), date(2000, 1, 2)
    row.save(force_insert=True)
    moved = type(row)._default_manager.filter(pk=row.pk)
    assert moved.update(starts_on=starts_on, ends_on=ends_on) == 1


WAYS = [by_create, by_bulk_create, by_an_update_from_afar]
way = pytest.mark.parametrize("write", WAYS, ids=lambda way: way.__name__.replace("_", " "))


@way
@pytest.mark.parametrize("span", OVERLAPPING.values(), ids=list(OVERLAPPING))
@pytest.mark.django_db
def test_rows_that_share_a_day_are_refused(make: Maker, span: Span, write: Callable[[Row], None]) -> None:
    by_create(make((FIRST, END)))
    assert refused(lambda: write(make(span)))
    assert spans_of(make(span)) == [(november(FIRST), november(END))]


@way
@pytest.mark.parametrize("span", OVERLAPPING_WITHOUT_AN_END.values(), ids=list(OVERLAPPING_WITHOUT_AN_END))
@pytest.mark.django_db
def test_what_has_no_end_holds_all_days_to_come(make: Maker, span: Span, write: Callable[[Row], None]) -> None:
    by_create(make((FIRST, None)))
    assert refused(lambda: write(make(span)))


@way
@pytest.mark.parametrize(
    ("end", "span"),
    [*((END, span) for span in TOUCHING.values()), *((None, span) for span in TOUCHING_WITHOUT_AN_END.values())],
)
@pytest.mark.django_db
def test_rows_that_touch_or_lie_apart_are_fine(
    make: Maker, end: int | None, span: Span, write: Callable[[Row], None]
) -> None:
    by_create(make((FIRST, end)))
    assert not refused(lambda: write(make(span)))
    assert spans_of(make(span)) == sorted([days_of((FIRST, end)), days_of(span)])


@pytest.mark.django_db
def test_two_that_share_a_day_are_refused_in_one_insert_as_well(make: Maker) -> None:
    rows = [make((10, 20)), make((15, 25))]
    assert refused(lambda: type(rows[0])._default_manager.bulk_create(rows))
    assert spans_of(rows[0]) == []


@pytest.mark.django_db
def test_a_longer_life_is_refused_where_another_row_begins(make: Maker) -> None:
    for span in [(10, 20), (20, 25)]:
        by_create(make(span))
    first = type(make((10, 20)))._default_manager.filter(starts_on=november(10))
    assert refused(lambda: first.update(ends_on=november(21)))
    assert refused(lambda: first.update(ends_on=None))
    assert not refused(lambda: first.update(ends_on=november(19)))


@pytest.mark.django_db
def test_the_same_row_again_can_be_passed_over(make: Maker) -> None:
    """As a double tap does it. A conflict of the keys is no overlap of a row with itself."""
    row = make((FIRST, END))
    by_create(row)
    type(row)._default_manager.bulk_create([make((FIRST, END))], ignore_conflicts=True)
    assert spans_of(row) == [(november(FIRST), november(END))]


@pytest.mark.django_db
def test_a_row_may_be_saved_and_changed_in_place(make: Maker) -> None:
    row = make((FIRST, None))
    by_create(row)
    row.ends_on = november(END)
    row.save()
    assert spans_of(row) == [(november(FIRST), november(END))]


@pytest.mark.django_db
def test_other_people_and_other_exercises_are_no_rivals() -> None:
    one, other = a_person(), a_person()
    walk, stand = an_exercise("walk"), an_exercise("stand")
    rows = [an_item(user, exercise, (FIRST, None)) for user in (one, other) for exercise in (walk, stand)]
    PlanItem.objects.bulk_create(rows)
    Pause.objects.bulk_create([a_pause(user, (FIRST, None)) for user in (one, other)])
    assert (PlanItem.objects.count(), Pause.objects.count()) == (4, 2)


# --- At once ----------------------------------------------------------------------------------------------------------

AT_ONCE = 10
together = pytest.mark.django_db(transaction=True)

Post = tuple[str, dict[str, Any]]


def at_once(user: User, posts: list[Post]) -> list[int]:
    """The statuses of the answers when all are sent in the same moment, each from a client of its own."""
    barrier = Barrier(len(posts))
    clients = [browser_of(user, raise_request_exception=False) for _post in posts]

    def send(n: int) -> int:
        address, data = posts[n]
        try:
            barrier.wait(timeout=20)
            return int(clients[n].post(address, data).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(posts)) as threads:
        return list(threads.map(send, range(len(posts))))


def pause_of(first: int, last: int | None, reason: str = "travel") -> Post:
    """Days counted from today."""
    today = timezone.now().date()
    ends = "" if last is None else str(today + timedelta(days=last))
    return "/plan/pause/", {"reason": reason, "first": str(today + timedelta(days=first)), "last": ends}


def prescription_of(slug: str, times: int) -> Post:
    ones = dict.fromkeys(("repetitions_at_least", "repetitions_at_most"), 1)
    seconds = dict.fromkeys(("seconds_at_least", "seconds_at_most"), 30)
    return f"/plan/exercise/{slug}/", {"per": "day", "at_least": times, "at_most": times, **ones, **seconds}


def days_of_the_plan(user: User) -> list[date]:
    """A day for each item in force on it, over some days around today."""
    today = timezone.now().date()
    rows = PlanItem.objects.for_user(user)
    return [day for n in range(-40, 40) for row in rows if row.value.in_force_on(day := today + timedelta(days=n))]


@pytest.fixture
def user() -> User:
    user = a_person()
    on_plan(user, an_exercise("walk"), timezone.now().date() - timedelta(days=30))
    return user


@together
def test_of_ten_overlapping_pauses_at_once_one_is_there_and_the_others_are_told(user: User) -> None:
    answers = at_once(user, [pause_of(n % 5, 5 + n) for n in range(AT_ONCE)])
    assert sorted(answers) == [302] + [400] * (AT_ONCE - 1)
    assert Pause.objects.for_user(user).count() == 1


@together
def test_the_same_pause_ten_times_at_once_is_one_pause(user: User) -> None:
    assert at_once(user, [pause_of(0, 5)] * AT_ONCE) == [302] * AT_ONCE
    assert Pause.objects.for_user(user).count() == 1


@together
def test_a_pause_changed_in_ten_ways_at_once_is_one_pause(user: User) -> None:
    browser_of(user).post(*pause_of(3, 5))
    address = f"/plan/pause/{timezone.now().date() + timedelta(days=3)}/"
    answers = at_once(user, [(address, pause_of(3, 5 + n)[1]) for n in range(AT_ONCE)])
    assert set(answers) <= {302, 400}
    assert Pause.objects.for_user(user).count() == 1


@together
def test_ten_prescriptions_at_once_leave_one_open_item_and_no_gap(user: User) -> None:
    answers = at_once(user, [prescription_of("walk", times) for times in range(1, AT_ONCE + 1)])
    assert answers == [302] * AT_ONCE
    days = days_of_the_plan(user)
    assert len(days) == len(set(days)) == 30 + 40
    assert PlanItem.objects.for_user(user).filter(ends_on=None).count() == 1
    assert PlanItem.objects.for_user(user).count() <= 2


@together
def test_edits_and_ticks_at_once_are_all_answered(user: User) -> None:
    today = timezone.now().date()
    ticks: list[Post] = [(f"/day/{today}/walk/{nth}/", {"done": "yes"}) for nth in range(1, 6)]
    edits = [prescription_of("walk", times) for times in range(1, 6)]
    assert at_once(user, [post for pair in zip(ticks, edits, strict=True) for post in pair]) == [302] * AT_ONCE
    assert completions(user) == [(today, "walk", nth) for nth in range(1, 6)]


@together
def test_an_exercise_taken_off_and_put_on_while_it_is_ticked_never_breaks_a_page(user: User) -> None:
    """A tick may come too late, and is told so; what it has written by then stays."""
    today = timezone.now().date()
    posts: list[Post] = []
    for nth in range(1, 5):
        posts.append((f"/day/{today}/walk/{nth}/", {"done": "yes"}))
        posts.append((f"/plan/exercise/walk/{'remove' if nth % 2 else 'add'}/", {}))
        posts.append((f"/day/{today}/skip/", {"exercise": "walk", "reason": "sore"}))
    answers = at_once(user, posts)
    assert set(answers) <= {302, 404}
    days = days_of_the_plan(user)
    assert len(days) == len(set(days))


@pytest.mark.parametrize("what", ["walk/1", "skip"])
@pytest.mark.django_db
def test_what_leaves_the_plan_in_the_moment_of_a_tick_was_still_on_it(
    what: str, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_of_the_tick: object) -> None:
        PlanItem.objects.for_user(user).delete()

    monkeypatch.setattr(CompletionQuerySet, "set_done", overtaken)
    monkeypatch.setattr(SkipQuerySet, "set_skipped", overtaken)
    data = {"done": "yes", "exercise": "walk", "reason": "sore"}
    assert browser_of(user).post(f"/day/{timezone.now().date()}/{what}/", data).status_code == 302


@together
def test_an_own_exercise_made_ten_times_at_once_is_made_once() -> None:
    user = a_person()
    words = {"name": "Mine", "position": "standing", "steps": "Go.", "action": "hold", "sides": "together"}
    post = ("/plan/own/", {**words, "key": "0123456789ab", **prescription_of("", 1)[1]})
    assert at_once(user, [post] * AT_ONCE) == [302] * AT_ONCE
    assert Exercise.objects.own(user).count() == PlanItem.objects.for_user(user).count() == 1
