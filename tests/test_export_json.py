"""The JSON document: all that a person has recorded, in one file that says what it holds."""

import json
import random
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from rights.document import SECTIONS, names_for
from rights.export import as_json
from tests.belongings import a_person_with_everything
from tests.bounds import SESSION_AND_USER
from tests.builders import a_person, an_exercise, browser_of, did, the_catalogue_is_known
from tracking.models import Completion

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 23:30:00Z", tick=False)


def text_of_export(user: User) -> str:
    return b"".join(as_json(user, names_for(user))).decode()


def exported(user: User) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text_of_export(user))
    return document


WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def test_the_document_holds_everything_in_plain_names() -> None:
    user = a_person_with_everything("anna@example.org")
    a_person_with_everything("ben@example.org")
    cat = f"own:{Exercise.objects.own(user).get().own_key}"
    usual = {"per": "day", "at_least": 1, "at_most": 1, "seconds_at_least": 30, "seconds_at_most": 30}
    usual |= {"repetitions_at_least": 1, "repetitions_at_most": 1}
    number = Exercise.objects.get(slug="towel").number
    assert exported(user) == {
        "format": "backpain-export",
        "version": 2,
        "account": {"email": "anna@example.org", "joined_at": "2026-11-18T23:30:00.000000Z"},
        "settings": {
            "time_zone": "Europe/Berlin",
            "week_start": 0,
            "color_scheme": "auto",
            "get_ready_seconds": 10,
            "rest_seconds": 10,
            "asks_pain": True,
            "safety_read_at": "2026-01-01T00:00:00.000000Z",
            "pain_asked_on": "2026-11-18",
            "pain_alarm_on": None,
            "grows_from": "2026-11-01",
            "reminds": False,
            "reminds_by_push": True,
            "reminds_by_mail": False,
            "reminds_by_name": False,
            "quiet_from": "22:00",
            "quiet_until": "07:00",
            "asked_about_reminders": False,
        },
        "exercises": [
            {
                "id": cat,
                "name": "Cat ",
                "purpose": "",
                "position": "standing",
                "other_position": "",
                "place": "",
                "equipment": ["a-soft-rug", "a-towel"],
                "other_equipment": "",
                "steps": "Go ",
                "avoid": "",
                "note": "",
                "claim": "",
                "known": "",
                "unknown": "",
                "action": "hold",
                "sides": "together",
                **usual,
                "number": 1000,
                "frequency_stated": True,
                "sides_stated": True,
                "retired": False,
            }
        ],
        "plan": [
            {"exercise": cat, "starts_on": "2026-11-02", "ends_on": None, **usual, "number": 1000, "slot_names": []},
            {
                "exercise": "towel",
                "starts_on": "2026-11-01",
                "ends_on": "2026-11-09",
                **usual,
                "number": number,
                "slot_names": [],
            },
            {
                "exercise": "towel",
                "starts_on": "2026-11-09",
                "ends_on": None,
                **usual,
                "number": number,
                "slot_names": ["on waking", "=at night "],
            },
        ],
        "pauses": [
            {"starts_on": "2026-11-04", "ends_on": "2026-11-06", "reason": "flare-up", "keeps": [cat, "towel"]},
            {"starts_on": "2026-12-01", "ends_on": None, "reason": "travel", "keeps": []},
        ],
        "skips": [
            {"day": "2026-11-10", "exercise": cat, "reason": "sore", "recorded_at": "2026-11-18T21:30:15.123456Z"}
        ],
        "reminders": [{"name": "=at night ", "at": "20:00", "weekdays": WEEK}],
        "check_ins": [
            {
                "day": "2026-11-18",
                "key": "00000000-0000-4000-8000-000000000001",
                "recorded_at": "2026-11-18T21:30:15.123456Z",
                "moment": "after",
                "score": 4,
                "place": "hip",
                "words": "=1+1 “ah” ",
            }
        ],
        "completions": [
            {"day": "2026-11-03", "exercise": cat, "nth": 1, "recorded_at": "2026-01-01T00:00:00.000000Z"},
            {"day": "2026-11-03", "exercise": "towel", "nth": 1, "recorded_at": "2026-01-01T00:00:00.000000Z"},
            {"day": "2026-11-03", "exercise": "towel", "nth": 2, "recorded_at": "2026-01-01T00:00:00.000000Z"},
            {"day": "2026-11-18", "exercise": "towel", "nth": 1, "recorded_at": "2026-11-18T21:30:15.123456Z"},
        ],
    }


def test_keys_come_in_the_order_of_the_declaration() -> None:
    document = exported(a_person_with_everything("anna@example.org"))
    assert list(document) == ["format", "version", *(section.name for section in SECTIONS)]
    for section in SECTIONS:
        records = document[section.name] if section.key else [document[section.name]]
        assert {tuple(record) for record in records} == {section.fields}


def test_every_record_is_on_a_line_of_its_own() -> None:
    user = a_person_with_everything("anna@example.org")
    lines = text_of_export(user).splitlines()
    for section in SECTIONS:
        records = exported(user)[section.name]
        for record in records if section.key else []:
            assert json.dumps(record, ensure_ascii=False) in {line.rstrip(",") for line in lines}


def test_a_person_who_has_recorded_nothing_gets_a_document_without_records() -> None:
    document = exported(a_person("new@example.org"))
    assert [document[section.name] for section in SECTIONS if section.key] == [[]] * 7


def test_records_are_in_the_order_of_their_names_not_of_the_numbers_of_this_server() -> None:
    user = a_person()
    for slug in ("b", "a", "c"):
        did(user, an_exercise(slug), date(2026, 11, 2))
    assert [row["exercise"] for row in exported(user)["completions"]] == ["a", "b", "c"]


def test_it_comes_as_a_file_named_by_the_persons_day_and_is_kept_in_no_cache() -> None:
    user = a_person_with_everything("anna@example.org")
    answer = browser_of(user).get("/settings/data/backpain.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer["Content-Disposition"] == 'attachment; filename="backpain-2026-11-19.json"'
    assert "no-store" in answer["Cache-Control"]
    assert answer.getvalue().decode() == text_of_export(user)


def test_it_is_compressed_on_the_way_where_the_browser_can() -> None:
    user = a_person_with_everything("anna@example.org")
    answer = browser_of(user, headers={"Accept-Encoding": "gzip"}).get("/settings/data/backpain.json")
    assert answer["Content-Encoding"] == "gzip"


def test_a_stranger_is_led_to_signing_in() -> None:
    for address in ("/settings/data/", "/settings/data/backpain.json"):
        answer = Client().get(address)
        assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={address}")


def test_an_exercise_made_while_the_document_is_read_waits_for_the_next() -> None:
    user = a_person_with_everything("anna@example.org")
    before = text_of_export(user)
    names = names_for(user)
    late = an_exercise("late")
    did(user, late, date(2026, 11, 3))
    an_exercise(owner=user)
    user.pause_set.filter(reason="flare-up").update(keeps=[late.pk, *user.pause_set.get(reason="flare-up").keeps])
    assert b"".join(as_json(user, names)).decode() == before


@pytest.mark.parametrize("days", [1, 40])
@pytest.mark.parametrize(
    ("name", "queries"),
    [
        # The names of the exercises and what they need, then one a section.
        ("backpain.json", 2 + len(SECTIONS)),
        ("backpain-csv.zip", 2 + len(SECTIONS)),
        # The same two, then plan, own exercises with what they need, completions and check-ins.
        ("backpain-fhir.json", 2 + 5),
    ],
)
def test_a_download_takes_a_constant_number_of_queries(name: str, queries: int, days: int) -> None:
    user = a_person_with_everything("anna@example.org")
    for n in range(days):
        did(user, Exercise.objects.get(slug="towel"), date(2026, 1, 1) + timedelta(days=n))
    client = browser_of(user)
    the_catalogue_is_known()
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/settings/data/{name}").getvalue()
    selects = [query["sql"] for query in captured if "SELECT" in query["sql"]]
    assert len(selects) == SESSION_AND_USER + queries, selects


def years_of_doses(user: User) -> None:
    """Sixteen a day for four years: a hundred bytes kept of each would be more than the tests allow."""
    exercises = [an_exercise(f"exercise-{n}") for n in range(8)]
    at, dice = datetime(2026, 1, 1, tzinfo=UTC), random.Random(1)  # noqa: S311

    def rows() -> Iterator[Completion]:
        for day in range(365 * 4):
            for exercise in exercises:
                for nth in (1, 2):
                    key = {"day": date(2016, 11, 18) + timedelta(days=day), "exercise": exercise, "nth": nth}
                    yield Completion(user=user, recorded_at=at + timedelta(seconds=dice.random()), **key)

    Completion.objects.bulk_create(rows(), batch_size=5000)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_years_are_never_in_memory_at_once(encoding: str) -> None:
    """From the database through all the middleware to what goes out, compressed or not."""
    user = a_person()
    years_of_doses(user)
    client = browser_of(user, headers={"Accept-Encoding": encoding})
    client.get("/settings/data/")
    tracemalloc.start()
    answer: Any = client.get("/settings/data/backpain.json")
    sizes = [len(chunk) for chunk in answer.streaming_content]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) > {"identity": 2_000_000, "gzip": 60_000}[encoding]
    assert max(sizes) < 100_000
    assert peak < 2_500_000
