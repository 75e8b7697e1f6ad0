"""Reads whose SQL is worked out once, and not for every page, and that are asked together.

A page reads a few rows by a key. Django takes three times as long to put such a query together as the database takes to
answer it, and puts the same one together each time: only the person and the days differ. PostgreSQL in turn takes
longer to work out how to answer than to do so, and the way there and back is longer than both.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, get_type_hints

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper as Connection
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable

from accounts.models import User

Arguments = ParamSpec("Arguments")
Row = TypeVar("Row")


class prepared(Generic[Arguments, Row]):  # noqa: N801  # a decorator
    """Turns a function from people and dates to a queryset into one that reads its rows.

    All arguments take part in the query as they are: the function is called once, with others, and must not look at
    them.
    """

    def __init__(self, build: Callable[Arguments, "models.QuerySet[Any, Row]"]) -> None:
        self._build = build
        self._known = threading.local()  # what is worked out belongs to a connection, and that to a thread
        update_wrapper(self, build)

    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> list[Row]:
        (rows,) = at_once(self.of(*args, **kwargs))
        return rows

    def of(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> "Question":
        """For `at_once`."""
        if not hasattr(self._known, "read"):
            self._known.read = _Read(self._build)
        return Question(self._known.read, args)


@dataclass(frozen=True, slots=True)
class Question:
    """A read, and what about."""

    read: "_Read"
    about: Sequence[Any]


def at_once(*questions: Question) -> list[list[Any]]:
    """The rows of each. To PostgreSQL they go together: being on the way takes longer than being answered."""
    connection = _database()
    try:
        cursors = _asked(connection, questions)
    except NotSupportedError:
        # Columns have changed under the site, so what PostgreSQL kept of these statements is of no use any more.
        if connection.in_atomic_block:
            raise
        with _executed(connection, "DEALLOCATE ALL"):
            pass
        cursors = _asked(connection, questions)
    answers = []
    for question, cursor in zip(questions, cursors, strict=True):
        with connection.wrap_database_errors, cursor:
            answers.append(question.read.rows(cursor.fetchall()))
    return answers


def write(sql: str, *values: int | date | datetime) -> None:
    """Change something by one statement. It is on disk when this returns, unless a transaction goes on around it."""
    connection = _database()
    with _executed(connection, sql, [_adapted(value, connection) for value in values]):
        pass


def _database() -> Connection:
    """The connection of this thread, and not Django's stand-in for it, which looks it up for each attribute."""
    return connections[DEFAULT_DB_ALIAS]


def _asked(connection: Connection, questions: Sequence[Question]) -> list[Any]:
    with _together(connection) if len(questions) > 1 and _knows_us(connection) else nullcontext():
        return [_executed(connection, *question.read.statement(question.about)) for question in questions]


def _knows_us(connection: Connection) -> bool:
    """Whether this connection leads to PostgreSQL itself, where what has been worked out once stays known.

    A pooler that lends connections out by transaction would give us others each time, and is what the setting tells of.
    While statements are logged, each is sent as a whole, to be read.
    """
    is_shared = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
    return connection.vendor == "postgresql" and not is_shared and not connection.queries_logged


@contextmanager
def _together(connection: Connection) -> Iterator[None]:
    _connect(connection)
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _connect(connection: Connection) -> None:
    """As `connection.cursor()` does."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()


def _executed(connection: Connection, sql: str, params: Sequence[Any] | None = None) -> Any:
    """The cursor of a statement, which PostgreSQL keeps, as far as it keeps such ones."""
    if not _knows_us(connection):
        cursor = connection.cursor()
        cursor.execute(sql, params)
        return cursor
    _connect(connection)
    connection.validate_no_broken_transaction()
    cursor = _keeping_cursor()(connection.connection)
    if connection.execute_wrappers:
        cursor = connection._prepare_cursor(cursor)  # type: ignore[attr-defined]  # somebody looks at each statement
    with connection.wrap_database_errors:
        cursor.execute(sql, params)
    return cursor


@cache
def _keeping_cursor() -> Any:
    from psycopg import Cursor  # a site on SQLite has no use for it

    class KeepingCursor(Cursor[Any]):
        """Has PostgreSQL keep how it answers a statement.

        Other cursors of the connection have nothing kept, nor the driver remember the values that they send.
        """

        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            self.connection.prepare_threshold = 0
            try:
                return super().execute(query, params, **options)
            finally:
                self.connection.prepare_threshold = None

    return KeepingCursor


class _Read:
    def __init__(self, build: Callable[..., "models.QuerySet[Any, Any]"]) -> None:
        self.connection = _database()
        hints = {name: kind for name, kind in get_type_hints(build).items() if name != "return"}
        stand_ins = [_stand_in(kind, n) for n, kind in enumerate(hints.values(), start=1)]
        queryset = build(*stand_ins)
        self.compiler = queryset.query.get_compiler(connection=self.connection)
        self.sql, params = self.compiler.as_sql()
        self.converters = self.compiler.get_converters([select[0] for select in self.compiler.select])
        # A parameter is the place of an argument, or stands in the query itself.
        places = [_adapted(one, self.connection) for one in stand_ins]
        if missing := set(places) - set(params):
            raise ValueError(f"{build.__name__} does not ask for {missing}")
        self.params = [(places.index(param), None) if param in places else (None, param) for param in params]
        is_of_models = queryset._iterable_class is ModelIterable
        self.model = queryset.model if is_of_models else None
        self.names = [field.attname for field in queryset.model._meta.concrete_fields]

    def statement(self, about: Sequence[User | date]) -> tuple[str, list[Any]]:
        values = [_adapted(one, self.connection) for one in about]
        return self.sql, [param if place is None else values[place] for place, param in self.params]

    def rows(self, rows: Sequence[Any]) -> list[Any]:
        if self.converters:
            rows = [tuple(row) for row in self.compiler.apply_converters(rows, self.converters)]
        if self.model is None:
            return list(rows)
        return [self._made(self.model, row) for row in rows]

    def _made(self, model: type[models.Model], row: Sequence[Any]) -> models.Model:
        """What `Model.from_db` makes of a row of all columns, in a quarter of the time.

        Neither `__init__` nor a signal has a part in it, so it is for models of plain columns.
        """
        made = model.__new__(model)
        made.__dict__.update(zip(self.names, row, strict=True))
        made._state = state = ModelState()
        state.adding, state.db = False, self.connection.alias
        return made


def _stand_in(kind: type, n: int) -> User | date:
    """The nth argument, unlike any other."""
    return User(pk=-n) if kind is User else date(n, 1, 1)


def _adapted(value: Any, connection: Connection) -> Any:
    """As a parameter of a statement."""
    match value:
        case User():
            return value.pk
        case datetime():
            return connection.ops.adapt_datetimefield_value(value)
        case date():
            return connection.ops.adapt_datefield_value(value)
    return value
