"""A person's document on its way out, bit by bit: never the whole of it in memory."""

import json
from collections.abc import Iterable, Iterator

from accounts.models import User
from rights.document import FORMAT, SECTIONS, VERSION, Names, Section

CHUNK = 32 * 1024
"""Characters that are sent in one go: a line each would be sixty thousand small packets."""


def as_json(user: User, names: Names) -> Iterator[bytes]:
    """The JSON document. Each record is on a line of its own, so that a complaint about one can name the line."""
    return in_chunks(_json(user, names))


def _json(user: User, names: Names) -> Iterator[str]:
    yield f'{{\n"format": {json_line(FORMAT)},\n"version": {json_line(VERSION)}'
    for section in SECTIONS:
        yield f",\n{json_line(section.name)}: "
        yield from _section(section, user, names)
    yield "\n}\n"


def _section(section: Section, user: User, names: Names) -> Iterator[str]:
    records = section.records(user, names)
    if not section.key:
        yield from map(json_line, records)
        return
    before = "[\n"
    for record in records:
        yield before + json_line(record)
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]"


def json_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def in_chunks(parts: Iterable[str]) -> Iterator[bytes]:
    """The same text in UTF-8, in fewer pieces."""
    waiting: list[str] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()
