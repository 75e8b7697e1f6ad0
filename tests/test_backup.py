"""A backup is whole, is made and put back while the site is in use, and is put back as a whole or not at all."""

import os
import sqlite3
import stat
import time
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accounts.models import Session, User
from tests.belongings import a_person_with_everything
from tests.builders import a_person, an_exercise, browser_of, completions, did
from tests.engines import on_postgresql, on_sqlite
from tests.test_migrations import fill, migrate_back, migrate_forward, rows_of
from tools.postgres import path_with_programs
from tools.prove_backup import tick_day, ticking, ticks_kept
from tools.tables import hashes
from tracking.models import Completion

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 11, 18)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR_DIR = tmp_path / "var"
    monkeypatch.setenv("PATH", path_with_programs())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "everything"


def back_up(file: Path) -> str:
    said = StringIO()
    call_command("backup", file, stdout=said)
    return said.getvalue()


def put_back(file: Path, replace: bool = True) -> str:
    said = StringIO()
    call_command("restore", file, replace=replace, stdout=said)
    return said.getvalue()


def test_every_table_comes_back_as_it_was(file: Path) -> None:
    call_command("seed_catalogue", stdout=StringIO())
    user = a_person_with_everything("a@example.org", "a mark")
    for n in range(1, 29):
        did(user, an_exercise(), date(2026, 2, n), times=20)
    before = hashes()
    back_up(file)
    User.objects.filter(pk=user.pk).update(week_start=6)
    Completion.objects.all().delete()
    a_person_with_everything("b@example.org")
    assert hashes() != before
    put_back(file)
    assert hashes() == before


def test_after_a_restore_new_rows_find_keys_that_are_free(file: Path) -> None:
    a_person()
    back_up(file)
    put_back(file)
    assert len({a_person().pk, a_person().pk, *User.objects.values_list("pk", flat=True)}) == 3


def test_a_backup_made_while_ticks_go_on_has_the_first_so_many_of_them_in_every_table(file: Path) -> None:
    a_person("person0@example.org")
    an_exercise()
    with ticking() as ticks:
        while len(ticks) < 10:
            time.sleep(0.01)
        acknowledged = len(ticks)
        back_up(file)
        begun = len(ticks) + 1
    assert len(ticks) > acknowledged
    put_back(file)
    kept = ticks_kept()
    assert acknowledged <= kept <= begun
    user = User.objects.get()
    assert [day for day, _slug, _nth in completions(user)] == [tick_day(n) for n in range(1, kept + 1)]
    assert user.pain_asked_on == tick_day(kept)


def test_a_connection_from_before_sees_what_was_put_back(file: Path) -> None:
    user = a_person()
    did(user, an_exercise(), DAY)
    back_up(file)
    Completion.objects.all().delete()
    other = connection.copy()
    with other.cursor() as cursor:
        for times in (0, 1):
            cursor.execute("SELECT count(*) FROM tracking_completion")
            assert cursor.fetchone()[0] == times
            if times == 0:
                put_back(file)
    other.close()
    if connection.vendor == "postgresql":
        other.close_pool()  # type: ignore[attr-defined]


def test_nobody_is_signed_in_after_a_restore_and_no_session_is_in_the_file(file: Path) -> None:
    client = browser_of(a_person())
    key = Session.objects.get().session_key
    back_up(file)
    assert key.encode() not in file.read_bytes()
    put_back(file)
    assert Session.objects.count() == 0
    assert client.get("/today/").status_code == 302


def test_a_backup_is_for_its_owner_alone_and_nothing_else_is_left_beside_it(file: Path) -> None:
    back_up(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file]


def test_a_backup_is_named_after_its_moment_and_says_what_else_to_keep(
    tmp_path: Path, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to("2026-11-22 14:05:09Z", tick=False)
    said = StringIO()
    call_command("backup", stdout=said)
    ending = {"sqlite": "sqlite3", "postgresql": "dump"}[connection.vendor]
    made = tmp_path / "var" / "backups" / f"backpain-2026-11-22T14-05-09Z.{ending}"
    size = made.stat().st_size / 1_000_000
    assert said.getvalue() == f"{made} ({size:.1f} MB). Keep the site's SECRET_KEY as well, in another place.\n"
    with pytest.raises(CommandError, match=f"Which backup. The newest is {made}."):
        call_command("restore")


def test_a_second_backup_takes_the_place_of_the_first_only_when_it_is_whole(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(file)
    first = file.read_bytes()
    a_person()

    def fail(*_arguments: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fail)
        with pytest.raises(CommandError, match="No space left on device"):
            back_up(file)
    assert file.read_bytes() == first
    assert list(file.parent.iterdir()) == [file]
    back_up(file)
    assert file.read_bytes() != first


def test_a_database_with_people_in_it_is_replaced_only_on_demand_and_a_last_copy_is_kept(file: Path) -> None:
    a_person("first@example.org")
    back_up(file)
    a_person("second@example.org")
    before = hashes()
    with pytest.raises(CommandError, match=r"Nothing was changed. The database has people in it \(2\)"):
        put_back(file, replace=False)
    assert hashes() == before
    last_copy = Path(put_back(file).split("What was there before is in ")[1].strip().removesuffix("."))
    assert {user.email for user in User.objects.all()} == {"first@example.org"}
    put_back(last_copy)
    assert {user.email for user in User.objects.all()} == {"first@example.org", "second@example.org"}


def test_a_database_without_people_is_filled_without_further_ado(file: Path) -> None:
    user = a_person()
    back_up(file)
    user.delete()
    put_back(file, replace=False)
    assert User.objects.count() == 1


def cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


def scribbled(content: bytes) -> bytes:
    """In the middle of the longest stretch that means something, whatever the format."""
    middle = len(content) * 2 // 3
    return content[:middle] + bytes(255 - byte for byte in content[middle : middle + 5000]) + content[middle + 5000 :]


@pytest.mark.parametrize("damage", [cut, scribbled, lambda _content: b"", lambda _content: b"a shopping list " * 1000])
def test_a_damaged_file_changes_nothing(file: Path, damage: Callable[[bytes], bytes]) -> None:
    user = a_person()
    exercise = an_exercise(purpose=os.urandom(30_000).hex())
    for n in range(1, 29):
        did(user, exercise, date(2026, 2, n), times=20)
    back_up(file)
    Completion.objects.all().delete()
    before = hashes()
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(CommandError, match=r"^Nothing was changed\. [^\n]+$"):
        put_back(file)
    assert hashes() == before


def test_a_file_that_is_not_there_is_named(file: Path) -> None:
    with pytest.raises(CommandError, match=f"^Nothing was changed. There is no file {file}.$"):
        put_back(file)


def test_a_backup_from_before_an_upgrade_is_brought_up_to_date(file: Path) -> None:
    old = migrate_back()
    fill(old)
    before = rows_of(old)
    newest = MigrationRecorder(connection).applied_migrations().keys()
    back_up(file)
    migrate_forward()
    a_person()
    put_back(file)
    from django.apps import apps

    after = rows_of(apps, before)
    after["Exercise"] = [row for row in after["Exercise"] if row["slug"] in {row["slug"] for row in before["Exercise"]}]
    assert after == before
    assert MigrationRecorder(connection).applied_migrations().keys() > newest


def test_a_backup_from_a_newer_program_is_refused(file: Path) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("accounts", "9999_of_tomorrow")
    back_up(file)
    recorder.record_unapplied("accounts", "9999_of_tomorrow")
    before = hashes()
    with pytest.raises(CommandError, match=r"made by a newer version of this program \(accounts\.9999_of_tomorrow is"):
        put_back(file)
    assert hashes() == before


@on_sqlite
def test_a_backup_of_something_else_is_refused(file: Path) -> None:
    file.parent.mkdir()
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE django_migrations (app, name)")
        other.execute("INSERT INTO django_migrations VALUES ('blog', '0001_initial')")
    with pytest.raises(CommandError, match="The file is a backup of something else"):
        put_back(file)


@on_postgresql
@pytest.mark.parametrize(
    ("programs", "complaint"),
    [
        ({}, "There is no pg_dump here. It is one of PostgreSQL's client programs, needed in version 18 or newer."),
        (
            {"pg_dump": "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"},
            "/pg_dump is of version 15, and the server of version 18. "
            "It needs PostgreSQL's client programs in that version or newer, first in PATH.",
        ),
    ],
)
def test_programs_that_are_missing_or_too_old_are_named(
    programs: dict[str, str], complaint: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    for name, version in programs.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\necho '{version}'\n")
        (tmp_path / "bin" / name).chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(CommandError) as refused:
        back_up(file)
    assert str(refused.value).startswith("There is no backup. ")
    assert str(refused.value).endswith(complaint)
    assert not file.exists()
