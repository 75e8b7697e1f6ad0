"""A person's data as clinics' programs read it: one FHIR R4B bundle (https://hl7.org/fhir/R4B/).

docs/export.md says what stands for what, and what is left out.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid5

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from exercises.words import dose_in_words
from pain.models import CheckIn
from rights.document import CHECK_INS, COMPLETIONS, Names, Record, as_it_is
from rights.export import in_chunks, json_line
from tracking.models import PlanItem

PAIN = {
    "system": "http://loinc.org",
    "code": "72514-3",
    "display": "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
}
SURVEY = {
    "system": "http://terminology.hl7.org/CodeSystem/observation-category",
    "code": "survey",
    "display": "Survey",
}
SCORE = {"unit": "{score}", "system": "http://unitsofmeasure.org", "code": "{score}"}
PERIOD_UNITS = {"day": "d", "week": "wk"}

Resource = dict[str, Any]


def as_fhir(user: User, names: Names, at: datetime) -> Iterator[bytes]:
    """The bundle, each resource on a line of its own. `at` is when it is made."""
    return in_chunks(_bundle(user, names, at))


def _bundle(user: User, names: Names, at: datetime) -> Iterator[str]:
    yield '{"resourceType": "Bundle", "type": "collection", '
    yield f'"timestamp": {json_line(as_it_is(at, names))}, "entry": ['
    before = "\n"
    for resource in _resources(user, names, user.day_at(at)):
        yield before + json_line({"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource})
        before = ",\n"
    yield "\n]}\n"


def _resources(user: User, names: Names, today: date) -> Iterator[Resource]:
    ids = _namespace(user)
    patient = {"reference": f"urn:uuid:{uuid5(ids, 'Patient')}"}
    yield {"resourceType": "Patient", "id": str(uuid5(ids, "Patient"))}
    items = PlanItem.objects.for_user(user).in_order()
    if items:
        yield {"resourceType": "CarePlan", "id": str(uuid5(ids, "CarePlan")), **care_plan(items, patient, today)}
    done = COMPLETIONS.records(user, names)
    for (day, exercise), doses in groupby(done, key=itemgetter("day", "exercise")):
        key = str(uuid5(ids, f"Procedure/{day}/{exercise}"))
        times = sum(1 for _dose in doses)
        yield {"resourceType": "Procedure", "id": key, **procedure(day, names.plain[exercise], times, patient)}
    for record in CHECK_INS.records(user, names):
        key = str(uuid5(ids, f"Observation/{record['day']}/{record['key']}"))
        yield {"resourceType": "Observation", "id": key, **observation(record, patient)}


def _namespace(user: User) -> UUID:
    """What a person's ids are made from: the same each time, and nobody but this server can tell whose it is."""
    return UUID(bytes=salted_hmac("rights.fhir", str(user.pk), algorithm="sha256").digest()[:16], version=4)


def care_plan(items: list[PlanItem], patient: Resource, today: date) -> Resource:
    return {
        "status": "active",
        "intent": "plan",
        "subject": patient,
        "period": {"start": min(item.starts_on for item in items).isoformat()},
        "activity": [{"detail": activity(item, today)} for item in items],
    }


def activity(item: PlanItem, today: date) -> Resource:
    """One exercise at one prescription. A period of FHIR includes its last day; `ends_on` does not."""
    bounds = {"start": item.starts_on.isoformat()}
    if item.ends_on:
        bounds["end"] = (item.ends_on - timedelta(days=1)).isoformat()
    often = item.frequency
    repeat = {"boundsPeriod": bounds, "frequency": often.at_least, "period": 1, "periodUnit": PERIOD_UNITS[often.per]}
    if often.at_most > often.at_least:
        repeat["frequencyMax"] = often.at_most
    return {
        "code": {"text": named(item.exercise.name)},
        "status": _status(item, today),
        "scheduledTiming": {"repeat": repeat},
        "description": dose_in_words(item.dose),
    }


def _status(item: PlanItem, today: date) -> str:
    if item.starts_on > today:
        return "scheduled"
    return "completed" if item.ends_on and item.ends_on <= today else "in-progress"


def procedure(day: str, name: str, times: int, patient: Resource) -> Resource:
    return {
        "status": "completed",
        "code": {"text": named(name)},
        "subject": patient,
        "performedDateTime": day,
        "note": [{"text": ngettext("Done once that day.", "Done %(n)d times that day.", times) % {"n": times}}],
    }


def observation(record: Record, patient: Resource) -> Resource:
    said = {
        "status": "final",
        "category": [{"coding": [SURVEY]}],
        "code": {"coding": [PAIN], "text": _("Back pain, 0 to 10")},
        "subject": patient,
        "effectiveDateTime": record["recorded_at"],
        "valueQuantity": {"value": record["score"], **SCORE},
        "note": [{"text": str(CheckIn.Moment(record["moment"]).label)}],
    }
    if record["place"]:
        said["bodySite"] = {"text": str(CheckIn.Place(record["place"]).label)}
    if text(record["words"]):
        said["note"].append({"text": text(record["words"])})
    return said


def named(name: str) -> str:
    """A name of nothing but blanks and control characters is one for the site, and none for FHIR."""
    return text(name) or _("an exercise")


def text(written: str) -> str:
    """As FHIR takes it: no control characters, no blanks but the common ones, none around it."""
    return re.sub(r"[^\S \r\n\t]|[\x00-\x08\x0e-\x1f]", " ", written).strip()
