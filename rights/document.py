"""What a person takes along: the one declaration that each way of exporting, the import and the tests go by.

A section is a table, a column one of its columns. docs/export.md says what each of them means.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import models

from accounts.models import User
from exercises.models import PRESCRIPTION_FIELDS, Exercise
from pain.models import CheckIn
from reminders.models import Reminder, days_of
from tracking.models import Completion, Pause, PlanItem, Skip

FORMAT = "backpain-export"
VERSION = 2
SINCE_2 = (
    "reminds",
    "reminds_by_push",
    "reminds_by_mail",
    "reminds_by_name",
    "quiet_from",
    "quiet_until",
    "asked_about_reminders",
)
"""The settings that a document of the first version does not tell."""

OWN = "own:"
"""How the name of an own exercise begins; its key follows. An exercise of the catalogue is named by its slug."""

AT_A_TIME = 2000
"""Rows that are read from the database in one go."""

Record = dict[str, Any]
"""A row as the document tells it: text, whole numbers, truth values, None, and lists of texts."""


@dataclass(frozen=True)
class Names:
    """What the keys of exercises stand for in the document."""

    exercises: Mapping[int, str]
    plain: Mapping[str, str]
    equipment: Mapping[int, list[str]]


def names_for(user: User) -> Names:
    """In two queries, whatever the person has recorded."""
    exercises = list(Exercise.objects.seen_by(user).values_list("pk", "slug", "own_key", "name"))
    named = {pk: f"{OWN}{own_key}" if own_key else slug for pk, slug, own_key, _name in exercises}
    equipment: dict[int, list[str]] = {}
    for pk, slug in Exercise.objects.own(user).values_list("pk", "equipment__slug"):
        equipment.setdefault(pk, []).extend([slug] if slug else [])
    return Names(named, {named[pk]: name for pk, _slug, _key, name in exercises}, equipment)


def as_it_is(value: Any, _names: Names) -> Any:
    """Days as 2026-11-22, moments in UTC to the microsecond, times of a day to the minute, keys as text; all else is
    told as the table has it.
    """
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    return str(value) if isinstance(value, UUID) else value


def own_name(value: str, _names: Names) -> str:
    return f"{OWN}{value}"


def exercise_name(value: int, names: Names) -> str | None:
    return names.exercises.get(value)


def exercise_names(value: list[int], names: Names) -> list[str]:
    return sorted(names.exercises[key] for key in value if key in names.exercises)


def equipment_slugs(value: int, names: Names) -> list[str] | None:
    return sorted(names.equipment[value]) if value in names.equipment else None


WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def weekdays(value: int, _names: Names) -> list[str]:
    return [WEEK[day] for day in days_of(value)]


def lines(value: str, _names: Names) -> list[str]:
    return value.split("\n") if value else []


@dataclass(frozen=True)
class Column:
    """Its name in the document, the column of the table that it comes from, and how its value is told."""

    name: str
    source: str
    tell: Callable[[Any, Names], Any] = as_it_is


def plain(*names: str) -> tuple[Column, ...]:
    """Columns that are called in the document as in the table."""
    return tuple(Column(name, name) for name in names)


EXERCISE = Column("exercise", "exercise_id", exercise_name)


@dataclass(frozen=True)
class Section:
    """A table of the document.

    `key` tells its records apart and puts them in order. A section without one is a single record. `by_day` says that
    the table grows: its rows are then read day by day, and only those of one day are held at a time.
    """

    name: str
    rows: Callable[[User], models.QuerySet[Any]]
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    by_day: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def records(self, user: User, names: Names) -> Iterator[Record]:
        """In the order of their key, which is the same on every database and in every account."""
        rows = self.rows(user).order_by(*(["day"] if self.by_day else []))
        told = (
            {column.name: column.tell(value, names) for column, value in zip(self.columns, row, strict=True)}
            for row in rows.values_list(*(column.source for column in self.columns)).iterator(AT_A_TIME)
        )
        # An exercise that was made while this is being read has no name in this document yet: it waits for the next.
        known = (record for record in told if None not in (record.get("exercise", ""), record.get("equipment", "")))
        for _day, some in groupby(known, key=lambda record: record["day"] if self.by_day else None):
            yield from sorted(some, key=lambda record: [record[name] for name in self.key])


def themselves(user: User) -> models.QuerySet[User]:
    return User.objects.filter(pk=user.pk)


CHECK_INS = Section(
    "check_ins",
    CheckIn.objects.for_user,
    plain("day", "key", "recorded_at", "moment", "score", "place", "words"),
    key=("day", "key"),
    by_day=True,
)
COMPLETIONS = Section(
    "completions",
    Completion.objects.for_user,
    (*plain("day"), EXERCISE, *plain("nth", "recorded_at")),
    key=("day", "exercise", "nth"),
    by_day=True,
)

SECTIONS = (
    Section("account", themselves, (*plain("email"), Column("joined_at", "date_joined"))),
    Section(
        "settings",
        themselves,
        plain(
            *("time_zone", "week_start", "color_scheme", "get_ready_seconds", "rest_seconds", "asks_pain"),
            *("safety_read_at", "pain_asked_on", "pain_alarm_on", "grows_from"),
            *SINCE_2,
        ),
    ),
    Section(
        "exercises",
        Exercise.objects.own,
        (
            Column("id", "own_key", own_name),
            *plain("name", "purpose", "position", "other_position", "place"),
            Column("equipment", "pk", equipment_slugs),
            *plain("other_equipment", "steps", "avoid", "note", "claim", "known", "unknown", "action", "sides"),
            *plain(*PRESCRIPTION_FIELDS, "number", "frequency_stated", "sides_stated", "retired"),
        ),
        key=("id",),
    ),
    Section(
        "plan",
        PlanItem.objects.for_user,
        (
            EXERCISE,
            *plain("starts_on", "ends_on", *PRESCRIPTION_FIELDS, "number"),
            Column("slot_names", "slot_names", lines),
        ),
        key=("exercise", "starts_on"),
    ),
    Section(
        "pauses",
        Pause.objects.for_user,
        (*plain("starts_on", "ends_on", "reason"), Column("keeps", "keeps", exercise_names)),
        key=("starts_on",),
    ),
    Section(
        "skips",
        Skip.objects.for_user,
        (*plain("day"), EXERCISE, *plain("reason", "recorded_at")),
        key=("day", "exercise"),
        by_day=True,
    ),
    Section(
        "reminders",
        Reminder.objects.for_user,
        (*plain("name", "at"), Column("weekdays", "weekdays", weekdays)),
        key=("name",),
    ),
    CHECK_INS,
    COMPLETIONS,
)
