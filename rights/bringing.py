"""Takes the records of a document into an account: all of them, or none.

A dry run is the same import, undone at its end; so what it foretells is what happens. What is in the account already
stays as it is. Imports and edits of the plan wait for each other at the person's row; ticks do not.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, islice, takewhile
from secrets import token_hex
from typing import Any, Self

from django.db import IntegrityError, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from exercises.models import OWN_SLUG, Equipment, Exercise
from rights import checking
from rights.checking import LISTS, OTHERS, Spec, WrongError
from rights.document import FORMAT, OWN, SECTIONS, VERSION, Section, names_for
from rights.reading import Complaint, Entry, UnreadableError, read
from tracking.dates import full_date

SHOWN = 50
"""Complaints that are told one by one."""

ENOUGH = 1000
"""Complaints after which nothing more is looked at."""

AT_A_TIME = 1000
"""Rows that are held in memory while they are compared and written."""

MOST = {"exercises": 1000, "plan": 5000, "pauses": 5000}
"""Records of the sections that are looked at as a whole."""

MOST_A_DAY = 2000
"""Records of one day in one of the others."""

NO_KEY = 2**31
"""From here on upwards are no keys of exercises."""

Source = Callable[[], Iterator[Entry | Complaint]]
"""Gives out the entries of a document, as often as it is asked to: what refers to an exercise may come before it."""

Values = dict[str, Any]
Key = tuple[Any, ...]

SECTION = {section.name: section for section in SECTIONS}
TITLES = {
    "exercises": gettext_lazy("exercises of your own"),
    "plan": gettext_lazy("entries of the plan"),
    "pauses": gettext_lazy("pauses"),
    "skips": gettext_lazy("skipped exercises"),
    "check_ins": gettext_lazy("check-ins of pain"),
    "completions": gettext_lazy("completions"),
}


@dataclass(slots=True)
class Tally:
    """How many records of one section are new, are here already, or are here and say something else."""

    added: int = 0
    same: int = 0
    different: int = 0
    shortened: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that becomes another; both are said in words."""

    name: str
    label: str
    before: str
    after: str


@dataclass(slots=True)
class Report:
    """What an import does, or did."""

    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in TITLES})
    changes: list[Change] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    wrong: int = 0

    @classmethod
    def of(cls, error: UnreadableError) -> Self:
        """About a file that cannot be read as a whole."""
        report = cls()
        report.complain(error.complaint)
        return report

    def complain(self, complaint: Complaint) -> None:
        self.wrong += 1
        if len(self.complaints) < SHOWN:
            self.complaints.append(complaint)

    @property
    def has_enough(self) -> bool:
        return self.wrong >= ENOUGH

    @property
    def rows(self) -> list[tuple[Any, Tally]]:
        """Of what there is something to tell, in words."""
        return [(TITLES[name], tally) for name, tally in self.tallies.items() if tally != Tally()]

    @property
    def shortened(self) -> int:
        return sum(tally.shortened for tally in self.tallies.values())

    @property
    def different(self) -> int:
        return sum(tally.different for tally in self.tallies.values())

    @property
    def added(self) -> int:
        return sum(tally.added for tally in self.tallies.values())

    @property
    def more_wrong(self) -> int:
        return self.wrong - len(self.complaints)


def bring(
    user: User, source: Source, today: date, now: datetime, *, with_settings: bool = True, dry_run: bool = False
) -> Report:
    """Import, or find out what an import would do. Wherever something is wrong, nothing is written."""
    try:
        with transaction.atomic():
            person = User.objects.select_for_update(no_key=True).get(pk=user.pk)
            report = _Import(person, source, today, now, with_settings).run()
            if dry_run or report.wrong:
                transaction.set_rollback(True)
    except UnreadableError as error:
        report = Report.of(error)
    except IntegrityError:
        report = Report()
        report.complain(Complaint(1, _("Something else changed in your account at the same moment. Please try again.")))
    return report


def entries_of(chunks: Iterable[bytes]) -> Iterator[Entry | Complaint]:
    """Those of a document in JSON."""
    return read(chunks, LISTS, OTHERS)


def batches(found: Iterable[Any], size: int) -> Iterator[list[Any]]:
    found = iter(found)
    return iter(lambda: list(islice(found, size)), [])


class _Import:
    """One import under way."""

    def __init__(self, person: User, source: Source, today: date, now: datetime, with_settings: bool) -> None:
        self.person, self.source, self.with_settings = person, source, with_settings
        self.today, self.now = today, now
        self.report = Report()

    def run(self) -> Report:
        unfit = self._first_reading()
        known = {name: key for key, name in names_for(self.person).exercises.items()}
        specs = checking.recorded(self.today, self.now, {**unfit, **known})
        for name, entries in groupby(self._entries(), key=lambda entry: entry.section):
            if name in specs and not self.report.has_enough:
                writer = self._rows if SECTION[name].by_day else self._spans
                writer(SECTION[name], self._checked(specs[name], entries))
        self.report.complaints.sort(key=lambda complaint: (complaint.file, complaint.line))
        return self.report

    def _entries(self) -> Iterator[Entry]:
        """Complaints of the source are noted on the way."""
        for entry in takewhile(lambda _entry: not self.report.has_enough, self.source()):
            if isinstance(entry, Complaint):
                self.report.complain(entry)
            else:
                yield entry

    def _checked(self, spec: Spec, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Values]]:
        for n, entry in enumerate(entries, start=1):
            if n > MOST.get(entry.section, n):
                raise UnreadableError(_("There are too many records of this kind."), entry.line)
            try:
                yield entry, spec.check(entry.value)
            except WrongError as error:
                self._complain(entry, str(error))
                if self.report.has_enough:
                    return

    def _complain(self, entry: Entry, reason: str) -> None:
        self.report.complain(Complaint(entry.line, reason, entry.file))

    # --- The first reading: what all the rest goes by, and whether the file is whole

    def _first_reading(self) -> dict[str, int]:
        """Returns the names of own exercises that are no good, so that only they are complained of."""
        header: dict[str, Entry] = {}
        unfit: dict[str, int] = {}
        found = (entry for entry in self.source() if isinstance(entry, Entry))
        for name, entries in groupby(found, key=lambda entry: entry.section):
            if name == "exercises":
                unfit = self._exercises(entries)
            elif name in OTHERS:
                header[name] = next(entries)
        _check_header(header)
        if "settings" in header:
            self._settings(header["settings"])
        return unfit

    def _exercises(self, entries: Iterator[Entry]) -> dict[str, int]:
        things = dict(Equipment.objects.values_list("slug", "pk"))
        spec = checking.own_exercise(things)
        present = self._present_exercises()
        tally, lines, unfit = self.report.tallies["exercises"], dict[str, int](), dict[str, int]()

        def noted() -> Iterator[Entry]:
            for entry in entries:
                name = entry.value.get("id") if isinstance(entry.value, dict) else None
                if isinstance(name, str) and len(name) < AT_A_TIME:
                    unfit[name] = NO_KEY + len(unfit)
                yield entry

        for batch in batches(self._checked(spec, noted()), AT_A_TIME // 10):
            fresh = []
            for entry, values in batch:
                own_key = values["id"]
                if own_key in lines:
                    self._complain(entry, _("The same as in line %(n)d.") % {"n": lines[own_key]})
                elif own_key in present:
                    _tell_apart(tally, values == present[own_key])
                else:
                    fresh.append(values)
                lines.setdefault(own_key, entry.line)
            tally.added += len(fresh)
            self._make(fresh, things)
        return unfit

    def _present_exercises(self) -> dict[str, Values]:
        """The person's own exercises as the document tells them, by their key."""
        records = SECTION["exercises"].records(self.person, names_for(self.person))
        return {
            own_key: {**record, "id": own_key} for record in records for own_key in [record["id"].removeprefix(OWN)]
        }

    def _make(self, found: list[Values], things: Mapping[str, int]) -> None:
        """Own exercises, under slugs of this site's own."""
        if self.report.wrong:
            return
        columns = [column.source for column in SECTION["exercises"].columns if column.source != "pk"]
        made = Exercise.objects.bulk_create(
            Exercise(
                owner=self.person,
                slug=f"{OWN_SLUG}{token_hex(6)}",
                own_key=values["id"],
                **{name: values[name] for name in columns if name in values},
            )
            for values in found
        )
        needs = Exercise.equipment.through
        needs.objects.bulk_create(
            needs(exercise_id=exercise.pk, equipment_id=things[slug])
            for exercise, values in zip(made, found, strict=True)
            for slug in values["equipment"]
        )

    def _settings(self, entry: Entry) -> None:
        for _entry, values in self._checked(checking.settings(self.today, self.now), [entry]):
            if self.person.pain_alarm_on and values["pain_alarm_on"]:
                # An alarm is never taken back by an older file.
                values["pain_alarm_on"] = max(self.person.pain_alarm_on, values["pain_alarm_on"])
            values["pain_alarm_on"] = values["pain_alarm_on"] or self.person.pain_alarm_on
            for name, value in values.items():
                if getattr(self.person, name) != value:
                    before = _said(self.person, name)
                    setattr(self.person, name, value)
                    label = str(capfirst(User._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
                    self.report.changes.append(Change(name, label, before, _said(self.person, name)))
        if self.with_settings and self.report.changes:
            self.person.save(update_fields=[change.name for change in self.report.changes])

    # --- The tables that grow

    def _rows(self, section: Section, found: Iterator[tuple[Entry, Values]]) -> None:
        """Rows that are there or not, a batch at a time."""
        sources = {column.name: column.source for column in section.columns}
        model, tally = section.rows(self.person).model, self.report.tallies[section.name]
        for batch in batches(self._in_order(section, found), AT_A_TIME):
            fresh = dict(batch)
            self._tell_present_apart(section, sources, fresh, tally)
            tally.added += len(fresh)
            if not self.report.wrong:
                model._default_manager.bulk_create(
                    (
                        model(user_id=self.person.pk, **{sources[name]: value for name, value in values.items()})
                        for values in fresh.values()
                    ),
                    ignore_conflicts=True,  # a tick may come in between
                )

    def _in_order(self, section: Section, found: Iterator[tuple[Entry, Values]]) -> Iterator[tuple[Key, Values]]:
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

    def _tell_present_apart(
        self, section: Section, sources: Mapping[str, str], fresh: dict[Key, Values], tally: Tally
    ) -> None:
        """Takes out of `fresh` what is here already, read in one go over its days."""
        days = [values["day"] for values in fresh.values()]
        if not days:
            return
        rows = section.rows(self.person).between(min(days), max(days))  # type: ignore[attr-defined]  # of all three
        for row in rows.values_list(*sources.values()).iterator(AT_A_TIME):
            present = dict(zip(sources, row, strict=True))
            values = fresh.pop(tuple(present[name] for name in section.key), None)
            if values is not None:
                _tell_apart(tally, values == present)

    # --- The plan, and pauses

    def _spans(self, section: Section, found: Iterator[tuple[Entry, Values]]) -> None:
        """Rows that hold over `[starts_on, ends_on)`. No two of one exercise may overlap, and no two pauses."""
        sources = {column.name: column.source for column in section.columns}
        present: dict[Any, list[Values]] = {}
        for row in section.rows(self.person).order_by("starts_on").values_list(*sources.values()):
            values = dict(zip(sources, row, strict=True))
            if "keeps" in values:
                values["keeps"] = sorted(values["keeps"])
            present.setdefault(values.get("exercise"), []).append(values)
        tally, model = self.report.tallies[section.name], section.rows(self.person).model
        fresh = []
        for group, some in _grouped(found):
            for entry, values in self._without_overlaps(some):
                if self._fits(entry, values, present.get(group, []), tally):
                    fresh.append(
                        model(user_id=self.person.pk, **{sources[name]: value for name, value in values.items()})
                    )
        tally.added += len(fresh)
        if not self.report.wrong:
            model._default_manager.bulk_create(fresh)

    def _without_overlaps(self, found: list[tuple[Entry, Values]]) -> Iterator[tuple[Entry, Values]]:
        """Those of the file that overlap no earlier one of the file."""
        before: tuple[Entry, Values] | None = None
        for entry, values in found:
            if before and (before[1]["ends_on"] is None or before[1]["ends_on"] > values["starts_on"]):
                self._complain(entry, _("It overlaps with line %(n)d.") % {"n": before[0].line})
            else:
                yield entry, values
                before = entry, values

    def _fits(self, entry: Entry, values: Values, present: list[Values], tally: Tally) -> bool:
        """Whether it is new. One that runs into a later one that is here ends where that begins, as after an edit."""
        starts_on = values["starts_on"]
        place = bisect_left(present, starts_on, key=lambda one: one["starts_on"])
        same = present[place] if place < len(present) and present[place]["starts_on"] == starts_on else None
        later = present[place + (same is not None) :][:1]
        shortened = bool(later) and _runs_into(values, later[0]["starts_on"])
        if shortened:
            values["ends_on"] = later[0]["starts_on"]
        if same:
            _tell_apart(tally, values == same)
        elif place and _runs_into(present[place - 1], starts_on):
            since = full_date(present[place - 1]["starts_on"])
            self._complain(entry, _("It overlaps with what is here already since %(day)s.") % {"day": since})
        else:
            tally.shortened += shortened
            return True
        return False


def _check_header(header: Mapping[str, Entry]) -> None:
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


def _tell_apart(tally: Tally, same: bool) -> None:
    if same:
        tally.same += 1
    else:
        tally.different += 1


def _grouped(found: Iterable[tuple[Entry, Values]]) -> Iterator[tuple[Any, list[tuple[Entry, Values]]]]:
    """By exercise, where there is one, each group in the order of its days."""
    groups: dict[Any, list[tuple[Entry, Values]]] = {}
    for entry, values in found:
        groups.setdefault(values.get("exercise"), []).append(
            (Entry(entry.section, entry.line, None, entry.file), values)
        )
    for group, some in groups.items():
        yield group, sorted(some, key=lambda one: (one[1]["starts_on"], one[0].line))


def _runs_into(values: Values, day: date) -> bool:
    """Whether it is still in force on a day after its first."""
    return values["ends_on"] is None or values["ends_on"] > day


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
    return value or _("not known")
