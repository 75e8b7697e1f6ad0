"""Where the tables lie when one machine is not enough: a person's rows together on one, what all need on each.

The layout is read off the models, so that a new table is never forgotten. It is that of Citus, an extension of
PostgreSQL: a *distributed* table is split by its user, a *reference* table is whole on every machine.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from django.apps import apps
from django.db import connection, models

from accounts.models import User

Model = type[models.Model]

COLUMN = "user_id"
# How the catalogue of Citus calls the kinds of tables: method of distribution and of replication.
REFERENCE = "nt"
DISTRIBUTED = ("hs", "hc")

# Otherwise Citus would make every table that refers to a new reference table one of a third kind, only to make it
# an ordinary one again, by copying it, when its own turn comes.
ONE_BY_ONE = "SET citus.enable_local_reference_table_foreign_keys TO off"


class MisplacedError(Exception):
    """A table lies on the cluster already, but not as it should."""


@dataclass(frozen=True)
class Place:
    """How a table lies on the cluster now."""

    kind: str = ""
    """In the words of Citus; empty as long as it does not know the table."""
    column: str | None = None
    """By which it is distributed."""
    group: int | None = None
    """Tables of one group have the rows of a person on the same machine."""
    takes_space: bool = False
    """Here, in the table itself. What Citus has copied to the machines it leaves behind there, hidden from queries."""


def is_personal(model: Model) -> bool:
    key = model._meta.pk
    return isinstance(key, models.CompositePrimaryKey) and COLUMN in key.field_names


def layout() -> Mapping[str, bool]:
    """Every table that hangs together with people by foreign keys, and whether it is personal.

    What others refer to comes first.
    """
    tables = [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]
    neighbours = defaultdict[Model, set[Model]](set)
    for model in tables:
        for other in _referred_to(model):
            neighbours[model].add(other)
            neighbours[other].add(model)
    found: set[Model] = set()
    fresh: set[Model] = {User}
    while fresh:
        found |= fresh
        fresh = set[Model]().union(*(neighbours[model] for model in fresh)) - found
    in_order = TopologicalSorter({model: _referred_to(model) for model in tables if model in found}).static_order()
    return {model._meta.db_table: is_personal(model) for model in sorted(in_order, key=is_personal)}


def _referred_to(model: Model) -> Sequence[Model]:
    """By foreign keys, itself left out; once each, in the order of the columns."""
    related = [field.related_model for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
    return [other for other in dict.fromkeys(related) if other is not model]


def is_cluster() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_dist_partition') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def places() -> Mapping[str, Place]:
    """How the tables lie now, as far as they are there at all."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname, COALESCE(partmethod::text || repmodel::text, ''),
                   CASE WHEN partkey IS NOT NULL THEN column_to_column_name(logicalrelid, partkey) END,
                   colocationid, pg_relation_size(pg_class.oid) > 0
            FROM pg_class LEFT JOIN pg_dist_partition ON logicalrelid = pg_class.oid
            WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(%s)
            """,
            [list(layout())],
        )
        return {name: Place(*rest) for name, *rest in cursor.fetchall()}


def statements(placed: Mapping[str, Place]) -> Sequence[str]:
    """What is left to be done, in this order. Raises MisplacedError where something would have to be undone first."""
    _check(placed)
    personal = [name for name, is_personal in layout().items() if is_personal]
    create = [
        f"SELECT create_reference_table('{name}')"
        for name, is_personal in layout().items()
        if not is_personal and placed[name].kind != REFERENCE
    ]
    first, *others = sorted(personal, key=lambda name: placed[name].kind not in DISTRIBUTED)
    for name in (first, *others):
        if placed[name].kind not in DISTRIBUTED:
            beside = "" if name == first else f", colocate_with => '{first}'"
            create.append(f"SELECT create_distributed_table('{name}', '{COLUMN}'{beside})")
    clear = [
        f"SELECT truncate_local_data_after_distributing_table('{name}')"
        for name in layout()
        if placed[name].takes_space
    ]
    return [ONE_BY_ONE, *create, *clear] if create else clear


def _check(placed: Mapping[str, Place]) -> None:
    groups = set()
    for name, is_personal in layout().items():
        place = placed[name]
        if is_personal and place.kind in DISTRIBUTED:
            groups.add(place.group)
            if place.column != COLUMN:
                raise MisplacedError(f"{name} is distributed by {place.column}, and should be by {COLUMN}.")
        elif is_personal and place.kind == REFERENCE:
            raise MisplacedError(f"{name} is a reference table, and should be distributed by {COLUMN}.")
        elif not is_personal and place.kind in DISTRIBUTED:
            raise MisplacedError(f"{name} is distributed by {place.column}, and should be a reference table.")
    if len(groups) > 1:
        raise MisplacedError("The personal tables are distributed, but not side by side.")
