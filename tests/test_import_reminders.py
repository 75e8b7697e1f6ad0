"""Reminders come along in a document, and come back with their next time worked out anew."""

from datetime import datetime, time
from typing import Any

import pytest

from accounts.models import User
from reminders.models import Reminder, Wish
from rights.document import SINCE_2
from rights.report import Tally
from tests.builders import a_person
from tests.test_import import NOW, a_file, brought, document, exported, reasons, tallies

pytestmark = pytest.mark.django_db

EVERY_DAY = 0b111_1111


def reminded(email: str, **fields: Any) -> User:
    user = a_person(email, **{"reminds": True, **fields})
    Reminder.objects.choose(user, {"Evening": Wish(time(20), EVERY_DAY), "": Wish(time(9), 0b0000101)}, NOW)
    return user


def next_times(user: User) -> dict[str, datetime | None]:
    return dict(Reminder.objects.for_user(user).values_list("name", "next_at"))


def test_they_come_back_with_the_next_time_by_the_clock_of_the_document() -> None:
    kim, lou = reminded("kim@example.org", time_zone="Asia/Tokyo"), a_person("lou@example.org")
    report = brought(lou, exported(kim))
    assert tallies(report) == {"reminders": Tally(2)}
    assert next_times(lou) == next_times(kim)
    assert set(Reminder.objects.for_user(lou).values_list("zone", flat=True)) == {"Asia/Tokyo"}
    assert document(lou)["reminders"] == [
        {"name": "", "at": "09:00", "weekdays": ["monday", "wednesday"]},
        {"name": "Evening", "at": "20:00", "weekdays": [*document(kim)["reminders"][1]["weekdays"]]},
    ]


def test_where_the_settings_stay_as_they_are_they_wait_for_the_switch() -> None:
    kim, lou = reminded("kim@example.org"), a_person("lou@example.org")
    brought(lou, exported(kim), with_settings=False)
    assert next_times(lou) == {"": None, "Evening": None}


def test_a_document_that_switches_them_off_stops_those_that_are_here() -> None:
    kim, lou = a_person("kim@example.org"), reminded("lou@example.org")
    brought(lou, exported(kim))
    assert next_times(lou) == {"": None, "Evening": None}


def test_one_that_is_here_stays_as_it_is_here() -> None:
    kim, lou = reminded("kim@example.org"), a_person("lou@example.org", reminds=True)
    Reminder.objects.choose(lou, {"Evening": Wish(time(21), EVERY_DAY)}, NOW)
    assert tallies(brought(lou, exported(kim))) == {"reminders": Tally(added=1, different=1)}
    assert Reminder.objects.for_user(lou).get(name="Evening").at == time(21)


def test_a_document_of_the_first_version_can_still_be_brought_in_and_leaves_them_alone() -> None:
    kim, lou = a_person("kim@example.org", week_start=6), reminded("lou@example.org")
    before = next_times(lou)
    content = document(kim) | {"version": 1}
    del content["reminders"]
    for name in SINCE_2:
        del content["settings"][name]
    assert brought(lou, content).told == {}
    lou.refresh_from_db()
    assert (lou.week_start, lou.reminds, next_times(lou)) == (6, True, before)


def a_reminder(**changes: Any) -> dict[str, Any]:
    return {"name": "Evening", "at": "20:00", "weekdays": ["monday"], **changes}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (a_reminder(at="24:00"), "at: “24:00” is no time such as 20:00."),
        (a_reminder(at="20:00:01"), "at: “20:00:01” is no time such as 20:00."),
        (a_reminder(at=20), "at: “20” is no time such as 20:00."),
        (a_reminder(weekdays=[]), "weekdays: There has to be a day."),
        (a_reminder(weekdays=["monday", "monday"]), "weekdays: Something is in the list twice."),
        (a_reminder(weekdays=["someday"]), "weekdays: “someday” is none of the choices."),
        (a_reminder(weekdays=127), "weekdays: It has to be a list of at most 7."),
        (a_reminder(name="a\nb"), "name: A name is one line."),
        (a_reminder(name="x" * 61), "is longer than 60 signs."),
    ],
)
def test_what_no_reminder_can_be_is_complained_of_and_nothing_is_written(record: dict[str, Any], reason: str) -> None:
    user = a_person()
    [said] = reasons(brought(user, a_file(reminders=[record])))
    assert reason in said
    assert next_times(user) == {}


def test_the_same_name_twice_is_complained_of() -> None:
    user = a_person()
    report = brought(user, a_file(reminders=[a_reminder(), a_reminder(at="21:00")]))
    assert reasons(report) == ["The same has been said before in this file."]


def test_too_many_are_not_taken() -> None:
    user = a_person()
    report = brought(user, a_file(reminders=[a_reminder(name=str(n)) for n in range(501)]))
    assert reasons(report) == ["There are too many records of this kind."]
