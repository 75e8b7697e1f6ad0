"""The CSV export of Loop Habit Tracker becomes completions and skips of the exercises that a person names."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from time_machine import TimeMachineFixture

from accounts.models import User
from rights.loop import MAX_BYTES, MAX_FILES, Export
from rights.models import Upload
from rights.reading import Complaint, UnreadableError
from tests.builders import a_person, an_exercise, browser_of, completions, did, elements, on_plan, text_of
from tracking.models import Completion, Skip

LISTED = "Position,Name,Question,Description\n001,Towel!,,\n002,Long walk,,\n"
WORDS = "Date,Value,Notes\n2015-01-25,YES_MANUAL,\n2015-01-24,NO,Sick\n2015-01-23,YES_AUTO,\n2015-01-22,SKIP,\n"
NUMBERS = "Date,Value\n2015-01-25,2\n2015-01-24,0\n2015-01-23,1\n2015-01-22,3\n2015-01-21,-1\n2015-01-20,7000\n"
TOGETHER = "Date,Towel!,Long walk,\n2015-01-25,YES_MANUAL,2,\n2015-01-24,UNKNOWN,SKIP,\n"


def zipped(files: dict[str, str], kind: int = ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", kind) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


WHOLE = zipped(
    {
        "Habits.csv": LISTED,
        "001 Towel/Checkmarks.csv": WORDS,
        "001 Towel/Scores.csv": "Date,Score\n",
        "002 Long walk/Checkmarks.csv": NUMBERS,
        "Checkmarks.csv": TOGETHER,
        "Scores.csv": "",
    }
)


def found(content: bytes, exercises: dict[int, str]) -> list[tuple[str, str, str, int]]:
    """Section, day, exercise and line of all that is taken over."""
    entries = list(Export([content]).entries(exercises))[2:]
    return [
        (entry.section, entry.value["day"], entry.value["exercise"], entry.line)
        for entry in entries
        if not isinstance(entry, Complaint)
    ]


def test_the_folders_are_read_and_named_as_the_list_names_them() -> None:
    habits = Export([WHOLE]).habits
    assert [(habit.name, habit.file, habit.done, habit.skipped) for habit in habits] == [
        ("Towel!", "001 Towel/Checkmarks.csv", 1, 1),
        ("Long walk", "002 Long walk/Checkmarks.csv", 2, 1),
    ]


def test_what_was_done_by_hand_or_measured_counts_and_comes_in_the_order_of_the_days() -> None:
    assert found(WHOLE, {0: "towel", 1: "walk"}) == [
        ("skips", "2015-01-22", "towel", 5),
        ("skips", "2015-01-22", "walk", 5),
        ("completions", "2015-01-20", "walk", 7),
        ("completions", "2015-01-25", "towel", 2),
        ("completions", "2015-01-25", "walk", 2),
    ]


@pytest.mark.parametrize("content", [TOGETHER.encode(), zipped({"Checkmarks.csv": TOGETHER})], ids=["alone", "zipped"])
def test_the_table_of_all_habits_will_do(content: bytes) -> None:
    assert [habit.name for habit in Export([content]).habits] == ["Towel!", "Long walk"]
    assert found(content, {1: "walk"}) == [("skips", "2015-01-24", "walk", 3), ("completions", "2015-01-25", "walk", 2)]


def test_the_table_of_one_habit_will_do() -> None:
    assert [habit.name for habit in Export([WORDS.encode()]).habits] == ["The habit of this file"]
    assert found(WORDS.encode(), {0: "walk"}) == [
        ("skips", "2015-01-22", "walk", 5),
        ("completions", "2015-01-25", "walk", 2),
    ]


def test_a_bad_line_is_complained_of_with_its_file_and_line() -> None:
    content = zipped({"001 Towel/Checkmarks.csv": "Date,Value\n2015-01-25,MAYBE\nyesterday,2\n2015-01-23,2,3\n"})
    assert [entry for entry in Export([content]).entries({0: "towel"}) if isinstance(entry, Complaint)] == [
        Complaint(2, "“MAYBE” is nothing that Loop says of a day.", "001 Towel/Checkmarks.csv"),
        Complaint(3, "“yesterday” is no date such as 2026-11-22.", "001 Towel/Checkmarks.csv"),
        Complaint(4, "There are 3 columns, and 2 in the first line.", "001 Towel/Checkmarks.csv"),
    ]


def test_two_rows_of_a_day_that_say_the_same_count_once() -> None:
    content = b"Date,Value\n2015-01-25,2\n2015-01-24,3\n2015-01-25,2\n2015-01-24,3\n"
    assert found(content, {0: "walk"}) == [("skips", "2015-01-24", "walk", 3), ("completions", "2015-01-25", "walk", 2)]


def test_a_day_that_is_both_done_and_skipped_is_complained_of() -> None:
    entries = Export([b"Date,Value\n2015-01-25,2\n2015-01-24,2\n2015-01-25,3\n"]).entries({0: "walk"})
    assert [entry for entry in entries if isinstance(entry, Complaint)] == [
        Complaint(4, "This day is in the table twice, once as done and once as skipped.", "Checkmarks.csv")
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Date,Walk,\n2015-01-25,\xff,\n", "This is no text in UTF-8."),
        (b"Date,,\n", "There is no habit in this file."),
        (b"Date,Walk,\n" + b"x" * 70_000, "From here on this is no table in CSV."),
        (b'Date,Walk,\n"' + b'a\n' * 40_000, "From here on this is no table in CSV."),
        (b"Date," + b"a," * 500, "There are more than 50 habits in this file."),
        (b"Date,Walk,\n" + b"2015-01-25,2,\n" * (MAX_BYTES // 14), "This is too large for an export of Loop."),
        (WHOLE[:300], "This archive is broken."),
        (zipped({"Checkmarks.csv": TOGETHER}, ZIP_STORED).replace(b"YES", b"NOO"), "This archive is broken."),
        (zipped({"notes.txt": ""}), "There is no Checkmarks.csv in this archive."),
        (zipped({"Checkmarks.csv": "Score\n"}), "A table of Loop begins with “Date”. This one does not."),
        (zipped({"Checkmarks.csv": TOGETHER}, ZIP_BZIP2), "This archive is packed in a way that cannot be read here."),
        (zipped({"Checkmarks.csv": "\n" * (MAX_BYTES + 1)}), "Unpacked, this is too large."),
        (zipped({f"{n}": "" for n in range(MAX_FILES + 1)}), "There are too many files in this archive."),
        (
            zipped({"completions.csv": "", "Checkmarks.csv": TOGETHER}),
            "This is your export for spreadsheets. Please choose the one that ends in .json.",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_to_be_so(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        list(Export([content]).entries({0: "walk"}))
    assert caught.value.complaint.reason == reason


# --- On the pages


@pytest.fixture
def user(db: None, time_machine: TimeMachineFixture) -> User:
    time_machine.move_to("2026-11-18 12:00:00Z", tick=False)
    user = a_person()
    on_plan(user, an_exercise("towel", name="Towel!"), date(2026, 1, 1))
    an_exercise("walk")
    return user


def sent(client: Client, content: bytes = WHOLE) -> Any:
    return client.post("/settings/data/import/", {"file": SimpleUploadedFile("Loop Habits CSV.zip", content)})


def test_a_habit_is_offered_every_exercise_and_one_of_the_same_name_is_chosen(user: User) -> None:
    page = sent(browser_of(user))
    assert page.status_code == 200
    options = [(one["value"], "selected" in one) for one in elements(page, "value") if one["tag"] == "option"]
    assert options == [("", False), ("towel", True), ("walk", False), ("", True), ("towel", False), ("walk", False)]
    assert "Done on 2 days. Skipped on 1 day." in text_of(page)


def test_habits_become_completions_and_skips_once_confirmed(user: User) -> None:
    client = browser_of(user)
    chosen = {"checksum": sent(client).context["checksum"], "habit_0": "towel", "habit_1": "walk"}
    page = client.post("/settings/data/import/habits/", chosen)
    assert {name: tally.added for name, tally in page.context["report"].tallies.items() if tally.added} == {
        "skips": 2,
        "completions": 3,
    }
    assert Completion.objects.count() == 0
    hidden = {one["name"]: one["value"] for one in elements(page, "name") if one.get("type") == "hidden"}
    assert hidden == chosen | {"csrfmiddlewaretoken": hidden["csrfmiddlewaretoken"]}
    answer = client.post("/settings/data/import/confirm/", chosen, follow=True)
    assert answer.redirect_chain == [("/history/", 302)]
    # The plan began in 2026.
    assert "It is done: 5 records are new. Some of it lies before your plan." in text_of(answer)
    assert completions(user) == [
        (date(2015, 1, 20), "walk", 1),
        (date(2015, 1, 25), "towel", 1),
        (date(2015, 1, 25), "walk", 1),
    ]
    assert set(Completion.objects.values_list("recorded_at", flat=True)) == {
        datetime(2015, 1, 20, 12, tzinfo=UTC),
        datetime(2015, 1, 25, 12, tzinfo=UTC),
    }
    assert set(Skip.objects.values_list("reason", flat=True)) == {"other"}
    assert not Upload.objects.exists()


def test_the_same_habits_again_add_nothing_and_ticks_stay(user: User) -> None:
    did(user, an_exercise("stand"), date(2015, 1, 25))
    client = browser_of(user)
    for _n in range(2):
        chosen = {"checksum": sent(client).context["checksum"], "habit_0": "stand"}
        client.post("/settings/data/import/confirm/", chosen)
    assert completions(user) == [(date(2015, 1, 25), "stand", 1)]


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({}, "Choose an exercise for at least one habit."),
        ({"habit_0": "walk", "habit_1": "walk"}, "Another habit is this exercise already. Choose one of the two."),
        ({"habit_0": "fly"}, "Choose one of the exercises in the list."),
    ],
)
def test_a_choice_that_makes_no_sense_is_asked_for_again(user: User, chosen: dict[str, str], sentence: str) -> None:
    client = browser_of(user)
    page = client.post("/settings/data/import/habits/", {"checksum": sent(client).context["checksum"], **chosen})
    assert page.status_code == 400
    assert sentence in text_of(page)


def test_somebody_elses_exercise_is_not_among_the_choices(user: User) -> None:
    other = an_exercise("secret", owner=a_person(), name="Secret")
    client = browser_of(user)
    page = sent(client)
    assert "Secret" not in text_of(page)
    chosen = {"checksum": page.context["checksum"], "habit_0": f"own:{other.own_key}"}
    assert client.post("/settings/data/import/confirm/", chosen).status_code == 400


def test_a_broken_archive_is_a_kind_page_and_not_kept(user: User) -> None:
    page = sent(browser_of(user), WHOLE[:300])
    assert page.status_code == 400
    assert "This archive is broken." in text_of(page)
    assert not Upload.objects.exists()
