"""The FHIR bundle: what clinics' programs read, valid by the models of a library, and without a name."""

import json
import re
import tracemalloc
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given
from hypothesis import strategies as st
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.prescription import Frequency, Per
from pain.models import CheckIn
from rights.document import names_for
from rights.fhir import as_fhir, text
from tests.belongings import a_person_with_everything
from tests.builders import a_person, an_exercise, browser_of, did, on_plan
from tests.test_export_json import years_of_doses

AT = datetime(2026, 11, 18, 23, 30, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(AT, tick=False)


def text_of_bundle(user: User) -> str:
    return b"".join(as_fhir(user, names_for(user), AT)).decode()


def resources(user: User, kind: str) -> list[dict[str, Any]]:
    """Without their ids, and without whom they are about, which are the same in all."""
    entries = json.loads(text_of_bundle(user))["entry"]
    found = [entry["resource"] for entry in entries if entry["resource"]["resourceType"] == kind]
    return [{k: v for k, v in one.items() if k not in ("id", "resourceType", "subject")} for one in found]


@pytest.mark.django_db
def test_the_bundle_and_each_of_its_resources_is_valid() -> None:
    user = a_person_with_everything("anna@example.org", mark="\x0b of\u00a0her\u2028own\t")
    Bundle.model_validate_json(text_of_bundle(user))
    found = [entry["resource"] for entry in json.loads(text_of_bundle(user))["entry"]]
    assert [one["resourceType"] for one in found] == ["Patient", "CarePlan", *3 * ["Procedure"], "Observation"]
    for one in found:
        model = get_fhir_model_class(one["resourceType"]).model_validate(one)
        assert json.loads(model.model_dump_json()).keys() == one.keys()


@pytest.mark.django_db
def test_a_person_who_has_recorded_nothing_is_a_patient_and_no_more() -> None:
    user = a_person()
    Bundle.model_validate_json(text_of_bundle(user))
    assert [len(resources(user, kind)) for kind in ("Patient", "CarePlan", "Procedure", "Observation")] == [1, 0, 0, 0]


@pytest.mark.django_db
def test_every_reference_is_to_a_resource_of_the_bundle() -> None:
    said = text_of_bundle(a_person_with_everything("anna@example.org"))
    addresses = [entry["fullUrl"] for entry in json.loads(said)["entry"]]
    assert len(addresses) == len(set(addresses))
    assert set(re.findall(r'"reference": "([^"]*)"', said)) == {addresses[0]}
    for entry in json.loads(said)["entry"]:
        assert entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}"


@pytest.mark.django_db
def test_the_patient_has_neither_a_name_nor_an_address() -> None:
    user = a_person_with_everything("anna@example.org")
    assert resources(user, "Patient") == [{}]
    assert "anna" not in text_of_bundle(user)


@pytest.mark.django_db
def test_ids_stay_the_same_and_are_no_one_elses() -> None:
    anna, ben = a_person_with_everything("anna@example.org"), a_person_with_everything("ben@example.org")
    assert text_of_bundle(anna) == text_of_bundle(anna)
    ids = [set(re.findall(r"urn:uuid:([0-9a-f-]+)", text_of_bundle(user))) for user in (anna, ben)]
    assert len(ids[0]) == len(ids[1]) == 6
    assert not ids[0] & ids[1]


@pytest.mark.django_db
def test_the_plan_is_a_care_plan_with_an_activity_for_each_of_its_items() -> None:
    user = a_person()
    walk = an_exercise("walk", Frequency(Per.DAY, 2, 3), sides="leg")
    on_plan(user, walk, date(2026, 11, 1), date(2026, 11, 9))
    on_plan(user, walk, date(2026, 11, 9), frequency=Frequency(Per.WEEK, 2, 2))
    on_plan(user, an_exercise("stand"), date(2026, 12, 1))
    [plan] = resources(user, "CarePlan")
    walking = {"code": {"text": "Walk"}, "description": "Hold 30 seconds on each leg"}
    standing = {"code": {"text": "Stand"}, "description": "Hold 30 seconds"}
    first = {"start": "2026-11-01", "end": "2026-11-08"}
    repeats: list[dict[str, Any]] = [
        {"boundsPeriod": first, "frequency": 2, "frequencyMax": 3, "period": 1, "periodUnit": "d"},
        {"boundsPeriod": {"start": "2026-11-09"}, "frequency": 2, "period": 1, "periodUnit": "wk"},
        {"boundsPeriod": {"start": "2026-12-01"}, "frequency": 1, "period": 1, "periodUnit": "d"},
    ]
    assert [activity["detail"] for activity in plan.pop("activity")] == [
        {**walking, "status": "completed", "scheduledTiming": {"repeat": repeats[0]}},
        {**walking, "status": "in-progress", "scheduledTiming": {"repeat": repeats[1]}},
        {**standing, "status": "scheduled", "scheduledTiming": {"repeat": repeats[2]}},
    ]
    assert plan == {"status": "active", "intent": "plan", "period": {"start": "2026-11-01"}}


@pytest.mark.django_db
def test_an_exercise_on_a_day_is_a_procedure_however_often_it_was_done() -> None:
    user = a_person_with_everything("anna@example.org", mark="and cow")
    assert resources(user, "Procedure") == [
        {
            "status": "completed",
            "code": {"text": name},
            "performedDateTime": day,
            "note": [{"text": note}],
        }
        for day, name, note in [
            ("2026-11-03", "Cat and cow", "Done once that day."),
            ("2026-11-03", "Towel", "Done 2 times that day."),
            ("2026-11-18", "Towel", "Done once that day."),
        ]
    ]


@pytest.mark.django_db
def test_pain_is_an_observation_by_its_loinc_code() -> None:
    user = a_person()
    at = datetime(2026, 11, 18, 21, 30, 15, 123456, tzinfo=UTC)
    row = {"user": user, "day": date(2026, 11, 18), "recorded_at": at}
    CheckIn.objects.create(**row, key=UUID(int=1), score=0, moment="general", words=" \x0b ")
    CheckIn.objects.create(**row, key=UUID(int=2), score=10, moment="after", place="low-back", words="It is bad")
    loinc = {
        "system": "http://loinc.org",
        "code": "72514-3",
        "display": "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
    }
    survey = {
        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
        "code": "survey",
        "display": "Survey",
    }
    usual = {
        "status": "final",
        "category": [{"coding": [survey]}],
        "code": {"coding": [loinc], "text": "Back pain, 0 to 10"},
        "effectiveDateTime": "2026-11-18T21:30:15.123456Z",
    }
    score = {"unit": "{score}", "system": "http://unitsofmeasure.org", "code": "{score}"}
    assert resources(user, "Observation") == [
        {**usual, "valueQuantity": {"value": 0, **score}, "note": [{"text": "in general"}]},
        {
            **usual,
            "valueQuantity": {"value": 10, **score},
            "note": [{"text": "after exercise"}, {"text": "It is bad"}],
            "bodySite": {"text": "low back"},
        },
    ]


@given(st.text())
def test_texts_are_as_fhir_takes_them(written: str) -> None:
    assert re.fullmatch(r"(?![\s])[ \r\n\t\S]+(?<!\s)|", text(written))
    assert not set(text(written)) & {chr(n) for n in range(32)} - set("\t\r\n")


@pytest.mark.django_db
def test_a_name_of_signs_that_fhir_does_not_take_leaves_the_bundle_valid() -> None:
    user = a_person()
    odd = an_exercise(owner=user, name="\x01")
    on_plan(user, odd, date(2026, 11, 1))
    did(user, odd, date(2026, 11, 2))
    bundle: Any = Bundle.model_validate_json(b"".join(as_fhir(user, names_for(user), AT)))
    [procedure] = [one.resource for one in bundle.entry if one.resource.get_resource_type() == "Procedure"]
    assert procedure.code.text == "an exercise"


@pytest.mark.django_db
def test_it_comes_as_a_file_named_by_the_persons_day_and_is_kept_in_no_cache() -> None:
    user = a_person_with_everything("anna@example.org")
    answer = browser_of(user).get("/settings/data/backpain-fhir.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/fhir+json")
    assert answer["Content-Disposition"] == 'attachment; filename="backpain-2026-11-19-fhir.json"'
    assert "no-store" in answer["Cache-Control"]
    assert answer.getvalue().decode() == text_of_bundle(user)


@pytest.mark.django_db
def test_years_are_never_in_memory_at_once() -> None:
    user = a_person()
    years_of_doses(user)
    names = names_for(user)
    tracemalloc.start()
    length = sum(map(len, as_fhir(user, names, AT)))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert length > 3_000_000
    assert peak < 2_000_000
