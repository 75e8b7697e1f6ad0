"""Reads the CSV export of Loop Habit Tracker.

No clock and no database. The archive has a folder for each habit (`002 Wake up/Checkmarks.csv`: Date, Value, and in
newer versions Notes) and one `Checkmarks.csv` for all of them, with a column a habit. Some versions leave days out of
the latter, so it is read only where there are no folders. A single `Checkmarks.csv` of either kind will do as well.
"""

import csv
import re
import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from io import BytesIO, TextIOWrapper
from itertools import groupby, pairwise
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from rights.document import FORMAT, VERSION
from rights.reading import MAX_RECORD, Complaint, Entry, UnreadableError, short

ZIP = b"PK\x03\x04"
TABLE, LIST = "Checkmarks.csv", "Habits.csv"
MAX_FILES = 2000
MAX_HABITS = 50
MAX_BYTES = 8 * 1024 * 1024
"""Of a file, and of all its tables together, unpacked. Ten years of a habit take about 100 kB."""

MAX_MARKS = 200_000

LINE, SKIPPED, HABIT, DAY = 0, 24, 25, 31
"""From which bit on each of them stands in the one number that a mark is: few bytes, and the order of the days."""

ENCRYPTED = 1
BROKEN = (BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, struct.error)
"""What the standard library finds to say of a broken archive."""

NOON = "T12:00:00Z"
"""Loop knows days alone. The same moment each time lets the same file be brought twice."""


class Mark(Enum):
    """What a table says of a day."""

    DONE = "done"
    SKIPPED = "skipped"
    NOTHING = "nothing"


# Older versions write numbers. “Automatic” days are those that Loop grants because the week has had its share.
MARKS = {
    **dict.fromkeys(("YES_MANUAL", "2"), Mark.DONE),
    **dict.fromkeys(("SKIP", "3"), Mark.SKIPPED),
    **dict.fromkeys(("YES_AUTO", "1", "NO", "0", "UNKNOWN", "-1", ""), Mark.NOTHING),
}
_measured = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Habit:
    """A column of a table: its name, where it stands, and on how many days it was done or skipped."""

    name: str
    file: str
    column: int
    done: int
    skipped: int


@dataclass(frozen=True, slots=True)
class _Table:
    file: str
    content: bytes

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each with its line, without the empty ones."""
        length = 0

        def lines() -> Iterator[str]:
            nonlocal length
            with TextIOWrapper(BytesIO(self.content), encoding="utf-8-sig", newline="") as text:
                while line := text.readline(MAX_RECORD):
                    length += len(line)
                    if length >= MAX_RECORD:
                        raise csv.Error
                    yield line

        reader = csv.reader(lines())
        try:
            for row in reader:
                length = 0
                if any(cell.strip() for cell in row):
                    yield reader.line_num, row
        except csv.Error:
            reason = _("From here on this is no table in CSV.")
            raise UnreadableError(reason, reader.line_num + 1, self.file) from None
        except UnicodeDecodeError:
            raise UnreadableError(_("This is no text in UTF-8."), reader.line_num + 1, self.file) from None

    @property
    def header(self) -> list[str]:
        return next((row for _line, row in self.rows()), [])

    @property
    def is_of_one_habit(self) -> bool:
        return self.header[:2] == ["Date", "Value"] and self.header[2:] in ([], ["Notes"])


class Export:
    """An export of Loop. Raises UnreadableError for anything else."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._content = content = _joined(chunks)
        self._archive = _opened(content) if content.startswith(ZIP) else None
        listed = self._archive and _tables(self._archive, LIST)
        self._names = _names(self._table(listed[0].filename)) if listed else {}
        self.habits = self._habits()

    def entries(self, exercises: Mapping[int, str]) -> Iterator[Entry | Complaint]:
        """As an import takes them, of the habits that have an exercise; the keys are their places in `habits`."""
        yield Entry("format", 1, FORMAT)
        yield Entry("version", 1, VERSION)
        chosen = [(self.habits[n], exercise) for n, exercise in sorted(exercises.items())]
        marks = array("Q")
        for file in sorted({habit.file for habit, _exercise in chosen}):
            columns = {habit.column: n for n, (habit, _exercise) in enumerate(chosen) if habit.file == file}
            for found in self._marked(self._table(file), columns):
                if isinstance(found, Complaint):
                    yield found
                    continue
                if len(marks) == MAX_MARKS:
                    raise UnreadableError(_("There are more than %(n)d days in this file.") % {"n": MAX_MARKS})
                marks.append(found)
        # Loop begins with the latest day, an import with the first.
        marks = array("Q", sorted(marks))
        yield from self._contradictions(marks, chosen)
        for section, skipped in (("skips", 1), ("completions", 0)):
            for mark in _once(mark for mark in marks if _part(mark, SKIPPED, HABIT) == skipped):
                habit, exercise = chosen[_part(mark, HABIT, DAY)]
                day = date.fromordinal(mark >> DAY).isoformat()
                yield Entry(section, _part(mark, LINE, SKIPPED), _record(section, day, exercise), habit.file)

    def _contradictions(self, marks: Iterable[int], chosen: Sequence[tuple[Habit, str]]) -> Iterator[Complaint]:
        for before, mark in pairwise(marks):
            if before >> HABIT == mark >> HABIT and before >> SKIPPED != mark >> SKIPPED:
                reason = _("This day is in the table twice, once as done and once as skipped.")
                yield Complaint(_part(mark, LINE, SKIPPED), reason, chosen[_part(mark, HABIT, DAY)][0].file)

    def _habits(self) -> list[Habit]:
        habits = [habit for file in self._files() for habit in self._habits_in(file)]
        if not habits:
            raise UnreadableError(_("There is no habit in this file."))
        if len(habits) > MAX_HABITS:
            raise UnreadableError(_("There are more than %(n)d habits in this file.") % {"n": MAX_HABITS})
        return habits

    def _habits_in(self, file: str) -> Iterator[Habit]:
        table = self._table(file)
        header = table.header
        if header[:1] != ["Date"] or len(header) < 2:
            raise UnreadableError(_("A table of Loop begins with “Date”. This one does not."), 1, file)
        if len(header) > MAX_HABITS + 2:
            raise UnreadableError(_("There are more than %(n)d habits in this file.") % {"n": MAX_HABITS}, 1, file)
        names = {1: self._name_of(file)} if table.is_of_one_habit else dict(enumerate(header[1:], start=1))
        last = max(names)
        done, skipped = [0] * (last + 1), [0] * (last + 1)
        for _line, row in table.rows():
            for column, value in enumerate(row[: last + 1]):
                mark = _mark(value)
                if mark is Mark.DONE:
                    done[column] += 1
                elif mark is Mark.SKIPPED:
                    skipped[column] += 1
        for column, name in names.items():
            if name.strip():
                yield Habit(name.strip()[:80], file, column, done[column], skipped[column])

    def _name_of(self, file: str) -> str:
        """As the list of habits has it, where there is one; the name of a folder leaves signs out."""
        folder = file.rpartition("/")[0].rpartition("/")[2]
        number, _blank, name = folder.partition(" ")
        return self._names.get(number) or name or folder or _("The habit of this file")

    def _marked(self, table: _Table, columns: Mapping[int, int]) -> Iterator[int | Complaint]:
        """The marks of these columns, each as one number."""
        width = len(table.header)
        rows = table.rows()
        next(rows)
        for line, row in rows:
            day = _day(row[0])
            if day is None:
                yield Complaint(
                    line, _("%(value)s is no date such as 2026-11-22.") % {"value": short(row[0])}, table.file
                )
            elif len(row) != width:
                numbers = {"n": len(row), "width": width}
                sentence = _("There are %(n)d columns, and %(width)d in the first line.")
                yield Complaint(line, sentence % numbers, table.file)
            else:
                for column, n in columns.items():
                    mark = _mark(row[column])
                    if mark is None:
                        sentence = _("%(value)s is nothing that Loop says of a day.")
                        yield Complaint(line, sentence % {"value": short(row[column])}, table.file)
                    elif mark is not Mark.NOTHING:
                        skipped = int(mark is Mark.SKIPPED)
                        yield day.toordinal() << DAY | n << HABIT | skipped << SKIPPED | line

    # --- Files

    def _files(self) -> list[str]:
        if self._archive is None:
            return [TABLE]
        return sorted({one.filename for one in _tables(self._archive)})

    def _table(self, file: str) -> _Table:
        return _Table(file, self._content if self._archive is None else _unpacked(self._archive, file))


def _joined(chunks: Iterable[bytes]) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > MAX_BYTES:
            raise UnreadableError(_("This is too large for an export of Loop."))
    return b"".join(parts)


def _part(mark: int, first: int, end: int) -> int:
    """The bits from `first` up to `end`."""
    return mark >> first & (1 << end - first) - 1


def _once(marks: Iterable[int]) -> Iterator[int]:
    """Of several rows that say the same of a day, the first. The marks are in order."""
    return (next(same) for _mark, same in groupby(marks, key=lambda mark: mark >> SKIPPED))


def _record(section: str, day: str, exercise: str) -> dict[str, object]:
    record = {"day": day, "exercise": exercise, "recorded_at": day + NOON}
    return record | ({"reason": "other"} if section == "skips" else {"nth": 1})


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _mark(value: str) -> Mark | None:
    """A number beyond the known ones is a measure in thousandths, be it of times or of minutes: it counts as once."""
    known = MARKS.get(value) or MARKS.get(value := value.strip())
    if known or not _measured.fullmatch(value):
        return known
    return Mark.DONE if float(value) > 0 else Mark.NOTHING


def _names(table: _Table) -> dict[str, str]:
    """The habits' names by the numbers of their folders."""
    header = table.header
    if "Position" not in header or "Name" not in header:
        return {}
    position, name = header.index("Position"), header.index("Name")
    return {row[position]: row[name] for _line, row in table.rows() if len(row) > max(position, name)}


def _opened(content: bytes) -> ZipFile:
    # Each entry of the directory begins so. Counted first: opening reads them all.
    if content.count(b"PK\x01\x02") > MAX_FILES:
        raise UnreadableError(_("There are too many files in this archive."))
    try:
        archive = ZipFile(BytesIO(content))
    except BROKEN:
        raise UnreadableError(_("This archive is broken.")) from None
    if "completions.csv" in archive.namelist():
        raise UnreadableError(_("This is your export for spreadsheets. Please choose the one that ends in .json."))
    tables = _tables(archive)
    if not tables:
        raise UnreadableError(_("There is no Checkmarks.csv in this archive."))
    # What an entry says of its size holds: no more is unpacked of it.
    if sum(one.file_size for one in [*tables, *_tables(archive, LIST)]) > MAX_BYTES:
        raise UnreadableError(_("Unpacked, this is too large."))
    return archive


def _tables(archive: ZipFile, name: str = TABLE) -> list[ZipInfo]:
    """Those that lie deepest: of the folders, or the one beside them where there are none."""
    found = [one for one in archive.infolist() if one.filename.rpartition("/")[2] == name]
    deepest = max((one.filename.count("/") for one in found), default=0)
    return [one for one in found if one.filename.count("/") == deepest]


def _unpacked(archive: ZipFile, file: str) -> bytes:
    info = archive.getinfo(file)
    # Other ways of packing unpack in one go, however much that is.
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or info.flag_bits & ENCRYPTED:
        raise UnreadableError(_("This archive is packed in a way that cannot be read here."), 1, file)
    try:
        with archive.open(info) as table:
            return table.read(MAX_BYTES)
    except BROKEN:
        raise UnreadableError(_("This archive is broken."), 1, file) from None
