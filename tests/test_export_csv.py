"""The tables for a spreadsheet: every value in its cell, and no cell that does anything but be read."""

import csv
import tracemalloc
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from rights.document import SECTIONS, names_for
from rights.sheets import as_csv, cell
from tests.belongings import a_person_with_everything
from tests.builders import a_person, browser_of
from tests.test_export_json import exported, years_of_doses

AT = datetime(2026, 11, 18, 23, 30, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(AT, tick=False)


def archive_of(user: User) -> ZipFile:
    return ZipFile(BytesIO(b"".join(as_csv(user, names_for(user), AT))))


def sheets(user: User) -> dict[str, list[dict[str, str]]]:
    """The rows of each file, by its name."""
    archive = archive_of(user)
    assert archive.testzip() is None
    texts = {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}
    return {name: list(csv.DictReader(StringIO(text, newline=""))) for name, text in texts.items()}


@pytest.mark.django_db
def test_there_is_a_file_for_every_section_with_every_record_and_every_column() -> None:
    user = a_person_with_everything("anna@example.org")
    found, document = sheets(user), exported(user)
    assert list(found) == [f"{section.name}.csv" for section in SECTIONS]
    for section in SECTIONS:
        records = document[section.name] if section.key else [document[section.name]]
        rows = found[f"{section.name}.csv"]
        assert len(rows) == len(records) > 0
        for row, record in zip(rows, records, strict=True):
            assert {name: row[name] for name in section.fields} == {name: said(value) for name, value in record.items()}


def said(value: Any) -> str:
    """How a value of the document reads in a sheet."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = "; ".join(value)
    return "" if value is None else str(value).replace("=", "'=")


@pytest.mark.django_db
def test_beside_the_name_of_an_exercise_in_the_document_stands_what_people_call_it() -> None:
    user = a_person_with_everything("anna@example.org", mark="and cow")
    key = Exercise.objects.own(user).get().own_key
    found = sheets(user)
    assert found["completions.csv"][0] == {
        "day": "2026-11-03",
        "exercise": f"own:{key}",
        "exercise_name": "Cat and cow",
        "nth": "1",
        "recorded_at": "2026-01-01T00:00:00.000000Z",
    }
    pause = found["pauses.csv"][0]
    assert (pause["keeps"], pause["keeps_name"]) == (f"own:{key}; towel", "Cat and cow; Towel")


@pytest.mark.django_db
def test_the_files_are_utf_8_with_a_mark_that_excel_wants_and_dated() -> None:
    archive = archive_of(a_person_with_everything("anna@example.org"))
    for entry in archive.infolist():
        assert archive.read(entry).startswith(b"\xef\xbb\xbf")
        assert entry.date_time == (2026, 11, 18, 23, 30, 2)
    assert "“ah”" in archive.read("check_ins.csv").decode()


@pytest.mark.parametrize(
    ("written", "in_the_sheet"),
    [
        ("It pulls = it works", "It pulls = it works"),
        ("on waking; at night", "on waking; at night"),
        (["on waking", "at night"], "on waking; at night"),
        ([], ""),
        (7, 7),
        (-7, -7),
        (None, None),
        (True, "yes"),
        (False, "no"),
        (" =1+1", " '=1+1"),
        ("\t=1+1", "\t'=1+1"),
        ("\r=1+1", "\r'=1+1"),
        ("\n=1+1", "\n'=1+1"),
        ("\x00=1+1", "\x00'=1+1"),
        ("\u200b@SUM(1)", "\u200b'@SUM(1)"),
        ("\u00a0+1", "\u00a0'+1"),
        ('"=1+1', "\"'=1+1"),
        ("＝1+1", "'＝1+1"),
        (" ＋1", " '＋1"),
        ("\u202e=1+1", "\u202e'=1+1"),
        ("\u00ad@x", "\u00ad'@x"),
        ("\ufe0f=1", "\ufe0f'=1"),
        ("\ufe62" + "1", "'\ufe62" + "1"),
        ("walk;=1+1", "walk;'=1+1"),
        ("walk\n-1+1", "walk\n'-1+1"),
        (["walk", "=1+1"], "walk; '=1+1"),
        (["=1+1", "walk"], "=1+1; walk"),
    ],
)
def test_what_hides_a_formula_is_made_a_text(written: Any, in_the_sheet: Any) -> None:
    """Where the sign comes first of all, the writer sees to it: the next test."""
    assert cell(written) == in_the_sheet


@pytest.mark.django_db
@pytest.mark.parametrize("formula", ["=1+1", "+1+1", "-1+1", "@SUM(1)", "|calc", "%0", "=cmd|' /C calc'!A0"])
def test_no_cell_begins_as_a_formula(formula: str) -> None:
    user = a_person()
    a_person_with_everything("ben@example.org")
    Exercise.objects.create(
        **dict.fromkeys(("number", "at_least", "at_most", "seconds_at_least", "seconds_at_most"), 1),
        owner=user,
        own_key="0" * 12,
        slug="own-1",
        name=formula,
        steps=formula,
        per="day",
        position="lying",
        action="hold",
        sides="leg",
    )
    [row] = sheets(user)["exercises.csv"]
    assert row["name"] == row["steps"] == "'" + formula.replace("|", "\\|")


@given(st.text(st.sampled_from("=+-@|%＝＋－＠ \t\r\n\x00\u200b\u00a0\ufeff;,'\"a1")))
def test_whatever_is_written_no_part_between_semicolons_and_line_ends_begins_as_a_formula(written: str) -> None:
    parts = cell(written).replace("\n", ";").replace("\r", ";").replace("\t", ";").split(";")
    parts[0] = "x" if written[:1] in set("=+-@|%") else parts[0]
    for part in parts:
        assert part.lstrip('" \x00\u200b\u00a0\ufeff')[:1] not in set("=+-@|%＝＋－＠")


@pytest.mark.django_db
def test_it_comes_as_a_zip_named_by_the_persons_day_and_is_kept_in_no_cache() -> None:
    user = a_person_with_everything("anna@example.org")
    answer = browser_of(user).get("/settings/data/backpain-csv.zip")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert answer["Content-Disposition"] == 'attachment; filename="backpain-2026-11-19-csv.zip"'
    assert "no-store" in answer["Cache-Control"]
    assert ZipFile(BytesIO(answer.getvalue())).testzip() is None


@pytest.mark.django_db
def test_years_are_never_in_memory_at_once() -> None:
    user = a_person()
    years_of_doses(user)
    names = names_for(user)
    tracemalloc.start()
    sent = [len(chunk) for chunk in as_csv(user, names, AT)]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(sent) >= 2
    assert max(sent) < 100_000
    assert peak < 2_000_000
