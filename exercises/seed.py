"""From `catalogue.toml` into the database, without undoing what somebody edited there.

Each row remembers what the file last put into it (`Exercise.seeded`). As long as it still says so, nobody has edited
it, and it follows the file. Once it differs, it belongs to whoever edited it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from exercises.models import Equipment, Exercise, plain_lines

CATALOGUE = Path(__file__).with_name("catalogue.toml")


@dataclass(slots=True)
class Outcome:
    """The slugs of the exercises, by what the seeding did with them."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)


@transaction.atomic
def seed(catalogue: Mapping[str, Any]) -> Outcome:
    """Bring the exercises of a parsed catalogue file into the database.

    Raises ValidationError for a value out of bounds and KeyError for a missing one; then nothing is changed.
    """
    equipment = {}
    for entry in catalogue["equipment"]:
        equipment[entry["slug"]], _created = Equipment.objects.get_or_create(
            slug=entry["slug"], defaults={"name": entry["name"]}
        )
    outcome = Outcome()
    for number, entry in enumerate(catalogue["exercise"], start=1):
        _seed_exercise(outcome, _columns(entry, number), equipment)
    return outcome


def read_catalogue(path: Path = CATALOGUE) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _columns(entry: Mapping[str, Any], number: int) -> dict[str, Any]:
    """The values of an exercise for one entry of the file, by field; those of its equipment are slugs."""
    dose, frequency = entry["dose"], entry["frequency"]
    return {
        "slug": entry["slug"],
        "number": number,
        "name": entry["name"],
        "purpose": entry["purpose"],
        "position": entry["position"],
        "other_position": entry.get("other_position", ""),
        "place": entry.get("place", ""),
        "equipment": sorted(entry.get("equipment", [])),
        "steps": plain_lines("\n".join(entry["steps"])),
        "avoid": plain_lines("\n".join(entry.get("avoid", []))),
        "note": entry.get("note", ""),
        "claim": entry.get("claim", ""),
        "known": entry.get("known", ""),
        "unknown": entry.get("unknown", ""),
        "gentle": entry.get("gentle", False),
        "action": dose["action"],
        "seconds_at_least": dose["seconds"][0],
        "seconds_at_most": dose["seconds"][1],
        "repetitions_at_least": dose["repetitions"][0],
        "repetitions_at_most": dose["repetitions"][1],
        "sides": dose["sides"],
        "per": frequency["per"],
        "at_least": frequency["times"][0],
        "at_most": frequency["times"][1],
        "frequency_stated": entry["frequency_stated"],
        "sides_stated": entry["sides_stated"],
    }


def _seed_exercise(outcome: Outcome, values: dict[str, Any], equipment: Mapping[str, Equipment]) -> None:
    slug = values["slug"]
    exercise = Exercise.objects.with_equipment().with_slug(slug).first() or Exercise(slug=slug)
    is_new = exercise.pk is None
    if not is_new and any(_present(exercise, name) != value for name, value in exercise.seeded.items()):
        outcome.edited.append(slug)
    elif exercise.seeded == values:
        outcome.unchanged.append(slug)
    else:
        for name in values.keys() - {"equipment"}:
            setattr(exercise, name, values[name])
        exercise.seeded = values
        exercise.full_clean()
        exercise.save()
        exercise.equipment.set(equipment[thing] for thing in values["equipment"])
        (outcome.created if is_new else outcome.updated).append(slug)


def _present(exercise: Exercise, name: str) -> Any:
    if name == "equipment":
        return sorted(thing.slug for thing in exercise.equipment.all())
    return getattr(exercise, name)
