"""A person's data as tables for a spreadsheet: a zip with one CSV file a section."""

import re
from collections.abc import Iterator
from datetime import datetime
from io import RawIOBase, TextIOWrapper
from typing import Any
from unicodedata import category, normalize
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from defusedcsv import csv

from accounts.models import User
from rights.document import SECTIONS, Names, Record, Section
from rights.export import CHUNK

FORMULA_SIGNS = "=+-@|%"
CELL_ENDS = re.compile(r"([;\t\r\n])")

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
    return defused(value) if isinstance(value, str) else value


def defused(text: str) -> str:
    """A text in which no hidden formula is left; one that stands open at its beginning is the business of defusedcsv.

    Spreadsheets pass over blanks and signs that nobody sees, some know the wide signs of East Asia, and one that splits
    at semicolons takes what follows one for a cell of its own.
    """
    return "".join(_defused(part, is_first=n == 0) for n, part in enumerate(CELL_ENDS.split(text)))


def _defused(part: str, is_first: bool) -> str:
    begin = next((n for n, sign in enumerate(part) if not _is_unseen(sign)), len(part))
    if normalize("NFKC", part[begin : begin + 1]) not in set(FORMULA_SIGNS):
        return part
    if is_first and begin == 0 and part[0] in FORMULA_SIGNS:
        return part
    return f"{part[:begin]}'{part[begin:]}"


def _is_unseen(sign: str) -> bool:
    """Blanks, controls, marks without a letter, and quotation marks."""
    return category(sign)[0] in "ZCM" or sign in "\"'"


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
