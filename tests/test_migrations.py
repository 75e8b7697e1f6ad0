"""A site in use is brought up to date: plans and histories from before a plan could be edited stay what they were."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps as present_apps
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from tests.builders import a_person, an_exercise, browser_of
from tests.figures import day_on, history_on, week_on
from tests.naive_plan import NaivePlan, Often
from tracking.models import Pause, PlanItem

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE_PLANS_COULD_BE_EDITED = [
    ("accounts", "0002_breaks"),
    ("exercises", "0001_initial"),
    ("tracking", "0001_initial"),
]

TODAY = date(2026, 11, 18)
START = TODAY - timedelta(days=66)
PEOPLE = 3

# Its frequency, the seconds and the repetitions of its dose. The place in the routine is that in this list.
ROUTINE: dict[str, tuple[Often, tuple[int, int], tuple[int, int]]] = {
    "walk": (("day", 1, 1), (30, 60), (1, 1)),
    "pencil": (("week", 2, 3), (5, 10), (3, 8)),
    "towel": (("day", 2, 3), (3600, 3600), (1, 1)),
    "toes": (("week", 7, 7), (1, 1), (100, 100)),
}

# Days after the start: the first, and the one that it ends before; and how often, where that is not the usual.
ITEMS: dict[str, list[tuple[int, int | None, Often | None]]] = {
    "walk": [(0, None, None)],
    "pencil": [(3, 20, None), (20, 41, ("day", 1, 2)), (41, None, ("week", 3, 3))],
    "towel": [(0, 10, None), (30, 50, None)],
    "toes": [(66, None, None)],
}


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(f"{TODAY} 10:00:00Z", tick=False)


def migrate_to(targets: list[tuple[str, str]]) -> Any:
    """The models as they are then."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def migrate_back() -> Any:
    return migrate_to(BEFORE_PLANS_COULD_BE_EDITED)


def migrate_forward() -> None:
    migrate_to(MigrationExecutor(connection).loader.graph.leaf_nodes())


@pytest.fixture(autouse=True)
def _newest_tables_for_the_next_test() -> Iterator[None]:
    yield
    migrate_forward()


def after(days: int) -> date:
    return START + timedelta(days=days)


def fill(old: Any) -> dict[int, NaivePlan]:
    """Several people in the old tables, and what they planned and did in plain calendars, by their keys."""
    exercises = {
        slug: old.get_model("exercises", "Exercise").objects.create(
            slug=slug,
            number=number,
            name=slug.capitalize(),
            purpose="Keeps a test going.",
            position="standing",
            steps="Begin.\nEnd.",
            action="hold",
            sides="foot" if number % 2 else "together",
            **dict(zip(("per", "at_least", "at_most"), often, strict=True)),
            **dict(zip(("seconds_at_least", "seconds_at_most"), seconds, strict=True)),
            **dict(zip(("repetitions_at_least", "repetitions_at_most"), repetitions, strict=True)),
        )
        for number, (slug, (often, seconds, repetitions)) in enumerate(ROUTINE.items(), start=1)
    }
    return dict(fill_one(old, exercises, n) for n in range(PEOPLE))


def fill_one(old: Any, exercises: dict[str, Any], n: int) -> tuple[int, NaivePlan]:
    """Person number n, who left out every (n + 2)th day."""
    user = old.get_model("accounts", "User").objects.create(
        email=f"person{n}@example.org",
        password="!",
        time_zone="UTC",
        week_start=[0, 5, 6][n % 3],
        safety_read_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    usual = {slug: often for slug, (often, _seconds, _repetitions) in ROUTINE.items()}
    naive = NaivePlan(START - timedelta(days=14), TODAY + timedelta(days=14), usual, set())
    naive.week_start = user.week_start
    items, completions = [], []
    for slug, spans in ITEMS.items():
        for first, end, often in spans:
            per, at_least, at_most = often or usual[slug]
            ends_on = None if end is None else after(end)
            naive.write(slug, after(first), (per, at_least, at_most))
            if ends_on:
                naive.write(slug, ends_on, None)
            span = {"user": user, "exercise": exercises[slug], "starts_on": after(first), "ends_on": ends_on}
            items.append(old.get_model("tracking", "PlanItem")(**span, per=per, at_least=at_least, at_most=at_most))
        for days in range(67):
            for nth in range(1, 1 + (days + len(slug)) % 3):
                if days % (n + 2) and naive.tick(slug, after(days), nth, True, TODAY) == 302:
                    slot = {"user": user, "day": after(days), "exercise": exercises[slug], "nth": nth}
                    at = datetime(2026, 1, 1, 12, n, tzinfo=UTC)
                    completions.append(old.get_model("tracking", "Completion")(**slot, recorded_at=at))
    old.get_model("tracking", "PlanItem").objects.bulk_create(items)
    old.get_model("tracking", "Completion").objects.bulk_create(completions)
    assert len(completions) > 60
    return user.pk, naive


TABLES = [("accounts", "User"), ("exercises", "Exercise"), ("tracking", "PlanItem"), ("tracking", "Completion")]

Rows = dict[str, list[dict[str, Any]]]


def rows_of(apps: Any, columns: Rows | None = None) -> Rows:
    """All rows of the old tables; with `columns`, those that these rows have."""
    found: Rows = {}
    for app, name in TABLES:
        model = apps.get_model(app, name)
        names = list(columns[name][0]) if columns else [field.attname for field in model._meta.concrete_fields]
        rows = model.objects.values(*names)
        found[name] = sorted(rows, key=lambda row: str([row[one] for one in sorted(row)]))
    return found


def doses() -> dict[str, set[tuple[Any, ...]]]:
    """Place, seconds and repetitions of all plan items, by exercise."""
    found: dict[str, set[tuple[Any, ...]]] = {}
    for row in PlanItem.objects.select_related("exercise"):
        seconds = (row.seconds_at_least, row.seconds_at_most)
        repetitions = (row.repetitions_at_least, row.repetitions_at_most)
        found.setdefault(row.exercise.slug, set()).add((row.number, seconds, repetitions, row.slot_names))
    return found


def test_every_item_takes_over_the_dose_and_the_place_of_its_exercise_and_all_else_stays() -> None:
    old = migrate_back()
    fill(old)
    before = rows_of(old)
    migrate_forward()
    assert len(before["PlanItem"]) == PEOPLE * sum(map(len, ITEMS.values()))
    assert rows_of(present_apps, before) == before
    assert doses() == {
        slug: {(number, seconds, repetitions, "")}
        for number, (slug, (_often, seconds, repetitions)) in enumerate(ROUTINE.items(), start=1)
    }


def test_every_figure_is_the_one_from_before() -> None:
    plans = fill(migrate_back())
    migrate_forward()
    for key, naive in plans.items():
        client = browser_of(User.objects.get(pk=key))
        assert day_on(client.get("/today/")) == naive.day_page(TODAY)
        assert history_on(client.get("/history/")) == naive.history_page(TODAY)
        for days in (0, 3, 19, 20, 29, 41, 65):
            assert day_on(client.get(f"/day/{after(days)}/")) == naive.day_page(after(days))
            week = naive.week(after(days))
            assert week_on(client.get(f"/week/{week[0]}/")) == naive.week_page(week)
        assert client.get("/plan/").status_code == client.get("/plan/timeline/").status_code == 200


def test_a_plan_from_before_can_be_edited_and_is_guarded() -> None:
    plans = fill(migrate_back())
    migrate_forward()
    user = User.objects.get(pk=min(plans))
    naive = plans[user.pk]
    client = browser_of(user)
    past = history_on(client.get("/history/"))[1:]

    assert client.post("/plan/exercise/pencil/remove/").status_code == 302
    assert client.post("/plan/exercise/towel/add/").status_code == 302
    pause = {"reason": "travel", "first": "2026-11-20", "last": "2026-11-21"}
    assert client.post("/plan/pause/", pause).status_code == 302
    naive.remove("pencil", TODAY)
    naive.add("towel", TODAY)
    naive.pause(date(2026, 11, 20), date(2026, 11, 21), "travel", [], TODAY)
    assert day_on(client.get("/today/")) == naive.day_page(TODAY)
    assert history_on(client.get("/history/")) == naive.history_page(TODAY)
    assert history_on(client.get("/history/"))[1:] == past

    walk = PlanItem.objects.for_user(user).of("walk").get()
    walk.starts_on += timedelta(days=1)
    for broken in (
        lambda: walk.save(force_insert=True),
        lambda: Pause.objects.create(user=user, starts_on=date(2026, 11, 21), reason="illness"),
        lambda: Pause.objects.create(user=user, starts_on=date(2026, 12, 1), reason="boredom"),
        lambda: PlanItem.objects.for_user(user).update(seconds_at_least=0),
        lambda: PlanItem.objects.for_user(user).update(repetitions_at_most=101),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


def test_back_and_forward_again_keeps_all_rows() -> None:
    old = migrate_back()
    fill(old)
    before = rows_of(old)
    migrate_forward()
    moved = doses()
    assert rows_of(migrate_back()) == before
    migrate_forward()
    assert rows_of(present_apps, before) == before
    assert doses() == moved


def test_empty_tables_go_back_and_forward() -> None:
    old = migrate_back()
    assert {name: len(rows) for name, rows in rows_of(old).items()} == {name: 0 for _app, name in TABLES}
    migrate_forward()
    assert not MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes())


def test_there_is_no_way_back_while_people_have_exercises_of_their_own() -> None:
    """Without the column of their owners they would be part of the catalogue, for everybody to see."""
    an_exercise("own-1", owner=a_person())
    with pytest.raises(RuntimeError, match="People have made exercises of their own"):
        migrate_back()
    migrate_forward()
    assert [exercise.slug for exercise in Exercise.objects.exclude(owner=None)] == ["own-1"]


def test_own_exercises_from_before_they_had_a_key_get_the_digits_of_their_slug() -> None:
    old = migrate_to([("exercises", "0002_own_and_evidence")])
    a, b = a_person(), a_person()
    fields = {
        "number": 1,
        "name": "Cat",
        "purpose": "",
        "position": "lying",
        "steps": "Go.",
        "action": "hold",
        "sides": "leg",
        "per": "day",
        "at_least": 1,
        "at_most": 1,
        "seconds_at_least": 1,
        "seconds_at_most": 1,
    }
    for slug, owner in (("walk", None), ("own-0123456789ab", a), ("own-ba9876543210", b), ("own-odd", b)):
        old.get_model("exercises", "Exercise").objects.create(slug=slug, owner_id=owner and owner.pk, **fields)
    migrate_forward()
    keys = dict(Exercise.objects.values_list("slug", "own_key"))
    assert len(keys.pop("own-odd")) == 12
    assert keys == {"walk": "", "own-0123456789ab": "0123456789ab", "own-ba9876543210": "ba9876543210"}
