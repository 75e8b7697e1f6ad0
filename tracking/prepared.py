"""Reads whose SQL is worked out once, and not for every page.

A page reads a few rows by a key. Django takes three times as long to put such a query together as the database takes to
answer it, and puts the same one together each time: only the person and the days differ.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import Any, ParamSpec, TypeVar, get_type_hints

from django.db import connection, models
from django.db.models.query import ModelIterable

from accounts.models import User

Arguments = ParamSpec("Arguments")
Row = TypeVar("Row")


def prepared(
    build: Callable[Arguments, "models.QuerySet[Any, Row]"],
) -> Callable[Arguments, list[Row]]:
    """Turns a function from people and dates to a queryset into one that reads its rows.

    All arguments take part in the query as they are: `build` is called once, with others, and must not look at them.
    """
    known = threading.local()  # what is worked out belongs to a connection, and that to a thread

    @wraps(build)
    def read(*args: Arguments.args, **kwargs: Arguments.kwargs) -> list[Row]:
        if not hasattr(known, "read"):
            known.read = _Read(build)
        rows: list[Row] = known.read.rows(*args, **kwargs)
        return rows

    return read


class _Read:
    def __init__(self, build: Callable[..., "models.QuerySet[Any, Any]"]) -> None:
        hints = {name: kind for name, kind in get_type_hints(build).items() if name != "return"}
        stand_ins = [_stand_in(kind, n) for n, kind in enumerate(hints.values(), start=1)]
        queryset = build(*stand_ins)
        self.compiler = queryset.query.get_compiler(connection=connection)
        self.sql, params = self.compiler.as_sql()
        self.converters = self.compiler.get_converters([select[0] for select in self.compiler.select])
        # A parameter is the place of an argument, or stands in the query itself.
        places = [_adapted(one) for one in stand_ins]
        if missing := set(places) - set(params):
            raise ValueError(f"{build.__name__} does not ask for {missing}")
        self.params = [(places.index(param), None) if param in places else (None, param) for param in params]
        is_of_models = queryset._iterable_class is ModelIterable
        self.model = queryset.model if is_of_models else None
        self.names = [field.attname for field in queryset.model._meta.concrete_fields]

    def rows(self, *args: User | date) -> list[Any]:
        values = [_adapted(one) for one in args]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [param if place is None else values[place] for place, param in self.params])
            rows: Sequence[Any] = cursor.fetchall()
        if self.converters:
            rows = [tuple(row) for row in self.compiler.apply_converters(rows, self.converters)]
        if self.model is None:
            return list(rows)
        return [self.model.from_db(connection.alias, self.names, row) for row in rows]


def _stand_in(kind: type, n: int) -> User | date:
    """The nth argument, unlike any other."""
    return User(pk=-n) if kind is User else date(n, 1, 1)


def _adapted(value: User | date) -> Any:
    """As a parameter of a query."""
    return value.pk if isinstance(value, User) else connection.ops.adapt_datefield_value(value)
