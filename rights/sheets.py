"""A person's data as tables for a spreadsheet: a zip with one CSV file a section."""

import re
from collections.abc import Iterator
from datetime import datetime
from io import RawIOBase, TextIOWrapper
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from defusedcsv import csv

from accounts.models import User
from rights.document import SECTIONS, Names, Record, Section
from rights.export import CHUNK

# defusedcsv looks at the first character alone. But spreadsheets pass over blanks and signs that nobody sees, some know
# the wide signs of East Asia, and one that splits at semicolons takes what follows one for a cell of its own.
HIDDEN_FORMULA = re.compile(
    r"((?:^|[;\t\r\n])[\"'\s\x00-\x20\x7f-\xa0\u200b-\u200f\u2060\ufeff]*)(?!^[=+\-@|%])([=+\-@|%＝＋－＠])"
)

NAMED = {"exercise", "keeps"}
"""The columns with names of exercises in the document; beside each stands one with what people call them."""


def as_csv(user: User, names: Names, at: datetime) -> Iterator[bytes]:
    """The zip, as it grows. `at` is what its files are dated with."""
    sent = _Sent()
    with ZipFile(sent, "w") as archive:
        for section in SECTIONS:
            entry = ZipInfo(f"{section.name}.csv", at.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            # Without the mark at the start, Excel takes UTF-8 for something else.
            with TextIOWrapper(archive.open(entry, "w"), "utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(header(section))
                for record in section.records(user, names):
                    writer.writerow(cells(record, names))
                    if sent.size >= CHUNK:
                        yield sent.taken()
    yield sent.taken()


def header(section: Section) -> list[str]:
    return [one for name in section.fields for one in ([name, f"{name}_name"] if name in NAMED else [name])]


def cells(record: Record, names: Names) -> list[Any]:
    row: list[Any] = []
    for name, value in record.items():
        row.append(cell(value))
        if name in NAMED:
            row.append(cell([names.plain[one] for one in value] if isinstance(value, list) else names.plain[value]))
    return row


def cell(value: Any) -> Any:
    """Numbers stay numbers; the items of a list stand side by side; no text is a formula."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = "; ".join(value)
    return HIDDEN_FORMULA.sub(r"\1'\2", value) if isinstance(value, str) else value


class _Sent(RawIOBase):
    """Where the zip is written to: it cannot go back, and gives away what it has."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def taken(self) -> bytes:
        taken = b"".join(self.parts)
        self.parts, self.size = [], 0
        return taken
