"""What an import writes, and how: in one transaction, under the person's row, as edits of a plan do.

All of it is known before the transaction begins, so that others wait for the rows alone. Ticks wait for none of it.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from secrets import token_hex
from typing import Any

from django.db import transaction

from accounts.models import User
from exercises.models import OWN_SLUG, Equipment, Exercise
from reminders.models import Reminder
from rights.document import SECTIONS, Names, Section, names_for
from rights.spans import Values

SECTION = {section.name: section for section in SECTIONS}
SPANS = ("plan", "pauses")
FEW = ("reminders",)


class OvertakenError(Exception):
    """The account is no longer as it was when the file was compared with it."""


def standing(person: User, names: Names) -> dict[str, list[Values]]:
    """What is in an account of all that is compared as a whole. Exercises are as the document tells them."""
    found = {name: _rows(SECTION[name], person) for name in ("settings", *SPANS, *FEW)}
    for pause in found["pauses"]:
        pause["keeps"] = sorted(pause["keeps"])
    return found | {"exercises": list(SECTION["exercises"].records(person, names))}


def _rows(section: Section, person: User) -> list[Values]:
    rows = section.rows(person).order_by(*section.key[-1:]).values_list(*(one.source for one in section.columns))
    return [dict(zip(section.fields, row, strict=True)) for row in rows]


class Writes:
    """Gathered while a file is compared. `seen` is what was standing then.

    An exercise that is still to be made has a provisional key, which gives way to the one that the database finds.
    """

    def __init__(self, seen: dict[str, list[Values]]) -> None:
        self.seen = seen
        self.settings: Values = {}
        self.exercises: list[tuple[int, Values]] = []
        self.spans: dict[str, list[Values]] = {name: [] for name in SPANS}
        self.ended: dict[str, list[Values]] = {name: [] for name in SPANS}
        self.few: dict[str, list[Values]] = {name: [] for name in FEW}
        self._batches: list[tuple[str, bytes]] = []

    def add_rows(self, section: Section, rows: Iterable[Values]) -> None:
        """A batch, packed: all the rows of a large file would be too much to hold."""
        text = json.dumps([[row[name] for name in section.fields] for row in rows], default=str)
        self._batches.append((section.name, zlib.compress(text.encode(), 1)))

    def write(self, user: User, now: datetime) -> None:
        """Raises OvertakenError, and writes nothing, where something has changed since; or the database's own word."""
        with transaction.atomic():
            person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
            if standing(person, names_for(person)) != self.seen:
                raise OvertakenError
            keys = self._make(person)
            for name in SPANS:
                self._end(person, SECTION[name])
            for name, found in (self.spans | self.few).items():
                rows = [[values[field] for field in SECTION[name].fields] for values in found]
                _insert(person, SECTION[name], rows, keys)
            for name, packed in self._batches:
                _insert(person, SECTION[name], json.loads(zlib.decompress(packed)), keys)
            for name, value in self.settings.items():
                setattr(person, name, value)
            person.save(update_fields=list(self.settings))
            Reminder.objects.set_or_unset(person, now)

    def _make(self, person: User) -> dict[int, int]:
        """Own exercises, under slugs of this site's own. Returns their keys by the provisional ones."""
        things = dict(Equipment.objects.values_list("slug", "pk"))
        columns = [column.source for column in SECTION["exercises"].columns if column.source not in ("pk", "own_key")]
        made = Exercise.objects.bulk_create(
            Exercise(
                owner=person,
                slug=f"{OWN_SLUG}{token_hex(6)}",
                own_key=values["id"],
                **{name: values[name] for name in columns},
            )
            for _key, values in self.exercises
        )
        needs = Exercise.equipment.through
        needs.objects.bulk_create(
            needs(exercise_id=exercise.pk, equipment_id=things[slug])
            for exercise, (_key, values) in zip(made, self.exercises, strict=True)
            for slug in values["equipment"]
        )
        return {key: exercise.pk for exercise, (key, _values) in zip(made, self.exercises, strict=True)}

    def _end(self, person: User, section: Section) -> None:
        sources = {column.name: column.source for column in section.columns}
        for values in self.ended[section.name]:
            key = {sources[name]: values[name] for name in section.key}
            section.rows(person).filter(**key).update(ends_on=values["ends_on"])


def _insert(person: User, section: Section, rows: Iterable[list[Any]], keys: Mapping[int, int]) -> None:
    sources = [column.source for column in section.columns]
    model = section.rows(person).model
    made = [model(user_id=person.pk, **dict(zip(sources, row, strict=True))) for row in rows]
    for row in made:
        if "exercise_id" in sources:
            row.exercise_id = keys.get(row.exercise_id, row.exercise_id)
        if "keeps" in sources:
            row.keeps = sorted(keys.get(key, key) for key in row.keeps)
    # A tick may have come in between. Spans may not be passed over: all that stands in their way is known.
    model._default_manager.bulk_create(made, ignore_conflicts=section.by_day)
