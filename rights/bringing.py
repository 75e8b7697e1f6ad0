"""Takes the records of a document into an account: all of them, or none.

A file is read and compared with the account first, without a transaction. A dry run ends there; an import goes on to
write what was found, all of it at once. What is in the account already stays as it is, but for two things: an entry
of the plan, or a pause, without an end takes over that of the file, and an alarm about pain the later day.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from itertools import groupby, islice
from typing import Any

from django.db import IntegrityError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from exercises.models import MAX_OWN, Equipment
from rights import checking
from rights.checking import LISTS, OTHERS, Spec, WrongError
from rights.document import FORMAT, OWN, VERSION, Section, names_for
from rights.reading import Complaint, Entry, UnreadableError, read
from rights.report import Change, EnoughError, Report, Tally
from rights.spans import Found, Values, fit, grouped
from rights.writing import SECTION, SPANS, OvertakenError, Writes, standing
from tracking.dates import full_date

AT_A_TIME = 1000
"""Rows that are held in memory while they are compared and written."""

MOST = {"exercises": MAX_OWN, "plan": 5000, "pauses": 5000, "reminders": 500}
"""Records of the sections that are looked at as a whole: of a file, and of an account with those of the file."""

MOST_A_DAY = 2000
"""Records of one day in one of the others."""

PROVISIONAL = 2**31
"""From here on upwards are no keys of exercises."""

ATTEMPTS = 3
"""So often an import is begun when the account changes under its hands. A double tap takes two."""

Source = Callable[[], Iterator[Entry | Complaint]]
"""Gives out the entries of a document, as often as it is asked to: what refers to an exercise may come before it."""

Key = tuple[Any, ...]


def bring(
    user: User, source: Source, today: date, now: datetime, *, with_settings: bool = True, dry_run: bool = False
) -> Report:
    """Import, or find out what an import would do. Wherever something is wrong, nothing is written."""
    for _attempt in range(ATTEMPTS):
        comparison = _Comparison(user, source, today, now, keeps=not dry_run)
        report = comparison.run()
        if dry_run or report.wrong:
            return report
        if not with_settings:
            comparison.writes.settings.clear()
        with suppress(OvertakenError, IntegrityError):
            comparison.writes.write(user, now)
            return report
    return Report(overtaken=True)


def entries_of(chunks: Iterable[bytes]) -> Iterator[Entry | Complaint]:
    """Those of a document in JSON."""
    return read(chunks, LISTS, OTHERS)


def batches(found: Iterable[Any], size: int) -> Iterator[list[Any]]:
    found = iter(found)
    return iter(lambda: list(islice(found, size)), [])


class _Comparison:
    """Of a file with an account. What an import would write is kept in `writes` only where one is to follow."""

    def __init__(self, user: User, source: Source, today: date, now: datetime, *, keeps: bool) -> None:
        self.person = User.objects.get(pk=user.pk)
        self.source, self.today, self.now, self.keeps = source, today, now, keeps
        self.report = Report()
        names = names_for(self.person)
        self.writes = Writes(standing(self.person, names))
        self.known = {name: key for key, name in names.exercises.items()}
        self.provisional: dict[str, int] = {}

    def run(self) -> Report:
        with suppress(EnoughError):
            try:
                self._first_reading()
                self._second_reading()
            except UnreadableError as error:
                self.report.give_up(error)
        self.report.sort()
        return self.report

    def _checked(self, spec: Spec, entries: Iterable[Entry]) -> Iterator[Found]:
        for n, entry in enumerate(entries, start=1):
            if n > MOST.get(entry.section, n):
                raise UnreadableError(_("There are too many records of this kind."), entry.line)
            try:
                yield entry, spec.check(entry.value)
            except WrongError as error:
                self._complain(entry, str(error))

    def _complain(self, entry: Entry, reason: str) -> None:
        self.report.complain(Complaint(entry.line, reason, entry.file))

    def _check_room(self, name: str, fresh: list[Found]) -> None:
        room = MOST[name] - len(self.writes.seen[name])
        if len(fresh) > room:
            sentence = _("With those that are here already, there is room for %(n)d of this kind.")
            self._complain(fresh[max(room, 0)][0], sentence % {"n": MOST[name]})

    # --- The first reading: what all the rest goes by, and whether the file is whole

    def _first_reading(self) -> None:
        header: dict[str, Entry] = {}
        found = (entry for entry in self.source() if isinstance(entry, Entry))
        for name, entries in groupby(found, key=lambda entry: entry.section):
            if name == "exercises":
                self._exercises(entries)
            elif name in OTHERS:
                header[name] = next(entries)
        version = _checked_version(header)
        if "settings" in header:
            self._settings(header["settings"], version)

    def _exercises(self, entries: Iterable[Entry]) -> None:
        spec = checking.own_exercise(Equipment.objects.values_list("slug", flat=True))
        present = {record["id"]: record for record in self.writes.seen["exercises"]}
        tally, lines, fresh = self.report.tallies["exercises"], dict[str, int](), list[Found]()
        for entry, values in self._checked(spec, self._named(entries)):
            name = OWN + values["id"]
            if name in lines:
                self._complain(entry, _("The same as in line %(n)d.") % {"n": lines[name]})
            elif name in present:
                tally.tell_apart({**values, "id": name} == present[name])
            else:
                fresh.append((entry, values))
            lines.setdefault(name, entry.line)
        tally.added += len(fresh)
        self._check_room("exercises", fresh)
        if self.keeps:
            self.writes.exercises = [(self.provisional[OWN + values["id"]], values) for _entry, values in fresh]

    def _named(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Each gets a key, so that what refers to one that is wrong is not complained of as well."""
        for entry in entries:
            if isinstance(entry.value, dict):
                with suppress(WrongError):
                    name = OWN + checking.own_key(entry.value.get("id"))
                    self.provisional.setdefault(name, PROVISIONAL + len(self.provisional))
            yield entry

    def _settings(self, entry: Entry, version: int) -> None:
        for _entry, values in self._checked(checking.settings(self.today, self.now, version), [entry]):
            for name, value in checking.joined(values, self.writes.seen["settings"][0]).items():
                if getattr(self.person, name) != value:
                    before = _said(self.person, name)
                    setattr(self.person, name, value)
                    label = str(capfirst(User._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
                    self.report.changes.append(Change(name, label, before, _said(self.person, name)))
                    self.writes.settings[name] = value

    # --- The second reading: what has days

    def _second_reading(self) -> None:
        specs = checking.recorded(self.today, self.now, {**self.provisional, **self.known})
        for name, entries in groupby(self._entries(), key=lambda entry: entry.section):
            if name in specs:
                compare = self._rows if SECTION[name].by_day else self._spans if name in SPANS else self._few
                compare(SECTION[name], self._checked(specs[name], entries))

    def _entries(self) -> Iterator[Entry]:
        """Complaints of the source are noted on the way."""
        for entry in self.source():
            if isinstance(entry, Complaint):
                self.report.complain(entry)
            else:
                yield entry

    def _spans(self, section: Section, found: Iterator[Found]) -> None:
        present: dict[Any, list[Values]] = {}
        for values in self.writes.seen[section.name]:
            present.setdefault(values.get("exercise"), []).append(values)
        tally, fresh = self.report.tallies[section.name], list[Found]()
        for group, some in grouped(found):
            fitted = fit(some, present.get(group, []), tally, self._complain)
            fresh += fitted.fresh
            self.writes.ended[section.name] += fitted.ended
        self._check_room(section.name, fresh)
        self.writes.spans[section.name] = [values for _entry, values in fresh]

    def _few(self, section: Section, found: Iterator[Found]) -> None:
        """Rows of which there are so few that they are compared all at once."""
        present = {tuple(values[name] for name in section.key): values for values in self.writes.seen[section.name]}
        tally, fresh = self.report.tallies[section.name], dict[Key, Found]()
        for entry, values in found:
            key = tuple(values[name] for name in section.key)
            if key in fresh:
                self._complain(entry, _("The same has been said before in this file."))
            elif key in present:
                tally.tell_apart(values == present[key])
            else:
                fresh[key] = entry, values
        tally.added += len(fresh)
        self._check_room(section.name, list(fresh.values()))
        self.writes.few[section.name] = [values for _entry, values in fresh.values()]

    def _rows(self, section: Section, found: Iterator[Found]) -> None:
        """Rows that are there or not, a batch at a time."""
        tally = self.report.tallies[section.name]
        for batch in batches(self._in_order(section, found), AT_A_TIME):
            fresh = dict(batch)
            self._tell_present_apart(section, fresh, tally)
            tally.added += len(fresh)
            if self.keeps and fresh and not self.report.wrong:
                self.writes.add_rows(section, fresh.values())

    def _in_order(self, section: Section, found: Iterator[Found]) -> Iterator[tuple[Key, Values]]:
        """Each once, with its key.

        That their days are in order, as an export has them, keeps a batch together: what is here already of its days
        is read once, and not for each batch anew.
        """
        day, seen = checking.FIRST_DAY, set[Key]()
        for entry, values in found:
            if values["day"] < day:
                raise UnreadableError(_("This list has to be in the order of its days."), entry.line, entry.file)
            if values["day"] > day:
                day = values["day"]
                seen.clear()
            key = tuple(values[name] for name in section.key)
            if key in seen:
                self._complain(entry, _("The same has been said before in this file."))
                continue
            seen.add(key)
            if len(seen) > MOST_A_DAY:
                raise UnreadableError(_("There are too many records of this day."), entry.line, entry.file)
            yield key, values

    def _tell_present_apart(self, section: Section, fresh: dict[Key, Values], tally: Tally) -> None:
        """Takes out of `fresh` what is here already, read in one go over its days."""
        days = [values["day"] for values in fresh.values()]
        if not days:
            return
        rows = section.rows(self.person).between(min(days), max(days))  # type: ignore[attr-defined]  # of all three
        for row in rows.values_list(*(column.source for column in section.columns)).iterator(AT_A_TIME):
            present = dict(zip(section.fields, row, strict=True))
            values = fresh.pop(tuple(present[name] for name in section.key), None)
            if values is not None:
                tally.tell_apart(values == present)


def _checked_version(header: Mapping[str, Entry]) -> int:
    if "format" not in header or header["format"].value != FORMAT:
        raise UnreadableError(_("This is no export of Backpain: it does not say so at its beginning."))
    version = header["version"].value if "version" in header else None
    if type(version) is not int or version < 1:
        raise UnreadableError(_("It does not say which version of the export it is."))
    if version > VERSION:
        raise UnreadableError(
            _("It comes from a newer Backpain than this one, which would not understand all of it."),
            header["version"].line,
        )
    return version


def _said(person: User, name: str) -> str:
    """A setting in words."""
    value = getattr(person, name)
    if User._meta.get_field(name).choices:  # type: ignore[union-attr]
        return str(getattr(person, f"get_{name}_display")())
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return full_date(person.day_at(value))
    if isinstance(value, date):
        return full_date(value)
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value or _("not known")
