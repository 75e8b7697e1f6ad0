"""Whatever is uploaded: never a server error, never half of it, never more than 64 MB.

Hypothesis makes up lives, takes them along and spoils the document: values, keys and records on the one hand, plain
bytes on the other. `CASES=50000` asks for that many, new each time; by default it is the same few.
"""

import json
import os
import random
import tracemalloc
from collections import Counter
from datetime import UTC, datetime
from itertools import count
from typing import Any
from zipfile import ZIP_STORED

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import User
from exercises.models import Equipment, Exercise
from pain.models import CheckIn
from reminders.models import Reminder
from rights.bringing import bring, entries_of
from rights.document import names_for
from rights.export import as_json
from rights.models import Upload
from tests.builders import a_person, an_exercise, browser_of
from tests.histories import SLUGS, histories, lived
from tests.test_import_loop import NUMBERS, TOGETHER, WHOLE, WORDS, zipped
from tracking.models import Completion, Pause, PlanItem, Skip

CASES = int(os.environ.get("CASES", "0"))
A_LIFE = 25
"""Cases that are made of one document."""
BY_PAGE = 10
"""One in so many goes through the pages."""

MEASURED = 4
"""The memory of one life in so many is traced, which takes time."""

NOW = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
TABLES = (Exercise, PlanItem, Pause, Skip, Reminder, CheckIn, Completion, Upload)

ODD: list[Any] = [
    *(None, True, False, 0, 1, -1, 21, 32768, 2**31, 2**63, 2**64, 10**19, -(10**19), 0.5, 1e308, "", " ", "a" * 5000),
    *([], {}, [[]], {"a": 1}, "own:", "own:000000000000", "own:" + "f" * 12, "towel", "nowhere", "day", "flare-up"),
    *("0001-01-01", "9999-12-31", "2026-02-30", "2026-11-18", "2027-01-01", "2199-12-31", "２０２６-11-18", "20261118"),
    *("2026-11-18T12:00:00Z", "2026-11-18T12:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.9-12:00"),
    *("\x00", "\ud800", "\U0001f9b6" * 30, "‮", "=1+1", "x" * 501, "{" * 50, ["towel"] * 4, [None], ["a"] * 21),
]
PIECES = [
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xf0\x9f\xa6\xb6", b"\r\n"),
    *(
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"9" * 5000,
        b"[" * 3000,
        b'{"a":' * 2000,
        b"\xef\xbb\xbf",
        b"null",
        b" " * 70_000,
    ),
    *(b'"\\ud800"', b'"version": 2', b'"completions": [],', b"x" * 70_000),
]


def spoilt(document: dict[str, Any], dice: random.Random) -> bytes:
    """Near the valid one: something in it is another, or missing, or there once more."""
    document = json.loads(json.dumps(document))
    for _n in range(dice.choice([0, 1, 1, 1, 2, 5])):
        _spoil(document, dice)
    indent = dice.choice([None, 0, 2])
    text = json.dumps(document, indent=indent, ensure_ascii=dice.random() < 0.5)
    return text.replace("\n", dice.choice(["\n", "\r\n"])).encode("utf-8", "surrogatepass")


def _spoil(document: dict[str, Any], dice: random.Random) -> None:
    name = dice.choice(list(document))
    lists = [one for one in document.values() if isinstance(one, list) and one]
    match dice.randrange(9):
        case 0:
            document[name] = dice.choice(ODD)
        case 1:
            del document[name]
            document.setdefault("format", dice.choice(ODD))
        case 2:
            document[dice.choice(["extra", "", "exercises", "plan"])] = dice.choice(ODD)
        case 3 if lists:
            some = dice.choice(lists)
            some.insert(dice.randrange(len(some) + 1), dice.choice([*ODD, *some]))
        case 4 if lists:
            some = dice.choice(lists)
            del some[dice.randrange(len(some))]
        case 5:
            keys = list(document)
            dice.shuffle(keys)
            items = {key: document[key] for key in keys}
            document.clear()
            document.update(items)
        case _ if lists:
            some = dice.choice(lists)
            record = dice.choice(some)
            if isinstance(record, dict) and record:
                field = dice.choice(list(record))
                if dice.random() < 0.1:
                    del record[field]
                elif dice.random() < 0.1:
                    record[f"{field}x"] = 1
                else:
                    others = [one[field] for one in some if isinstance(one, dict) and field in one]
                    record[field] = dice.choice([*ODD, *others])


def mangled(content: bytes, dice: random.Random) -> bytes:
    """Bytes flipped, cut out, put in and doubled."""
    found = bytearray(content)
    for _n in range(dice.choice([1, 1, 2, 4])):
        place = dice.randrange(len(found) + 1)
        end = min(len(found), place + dice.choice([1, 3, 40, 2000]))
        match dice.randrange(6):
            case 0 if found and place < len(found):
                found[place] ^= 1 << dice.randrange(8)
            case 1:
                del found[place:end]
            case 2:
                found[place:place] = dice.choice(PIECES)
            case 3:
                found[place:place] = found[place:end]
            case 4:
                del found[place:]
            case 5:
                digits = [n for n, sign in enumerate(found) if 48 <= sign <= 57]
                if digits:
                    n = dice.choice(digits)
                    found[n : n + 1] = dice.choice([b"9" * 30, b"0", b"-1", b"1e5", b"0.5", b"99", b"\xc2\xb2"])
    return bytes(found)


def rows_of(user: User) -> dict[str, int]:
    """How much a person has, by table."""
    counts = ", ".join(
        f"(SELECT COUNT(*) FROM {model._meta.db_table} "  # noqa: S608
        f"WHERE {'owner' if model is Exercise else 'user'}_id = {user.pk})"
        for model in TABLES
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return dict(zip((model.__name__ for model in TABLES), cursor.fetchone(), strict=True))


FILE_TABLES = {
    "exercises": "Exercise",
    "plan": "PlanItem",
    "pauses": "Pause",
    "skips": "Skip",
    "reminders": "Reminder",
    "check_ins": "CheckIn",
    "completions": "Completion",
}


def check_import(user: User, content: bytes) -> str:
    before = rows_of(user)
    foretold = bring(user, lambda: entries_of([content]), NOW.date(), NOW, dry_run=True)
    assert rows_of(user) == before
    report = bring(user, lambda: entries_of([content]), NOW.date(), NOW)
    assert report == foretold
    after = rows_of(user)
    if report.wrong:
        assert after == before
        return "refused"
    assert after == before | {
        FILE_TABLES[name]: before[FILE_TABLES[name]] + one.added for name, one in report.tallies.items()
    }
    again = bring(user, lambda: entries_of([content]), NOW.date(), NOW)
    assert (again.does_something, again.wrong) == (False, 0)
    assert sum(tally.same + tally.different for tally in again.tallies.values()) == sum(
        tally.added + tally.same + tally.ended + tally.different for tally in report.tallies.values()
    )
    return "brought"


def check_pages(user: User, content: bytes) -> str:
    cache.clear()  # nobody sends so many files otherwise
    client = browser_of(user)
    client.raise_request_exception = True
    before = rows_of(user)
    page = client.post("/settings/data/import/", {"file": SimpleUploadedFile("a.json", content)})
    assert page.status_code in (200, 400), page.status_code
    if page.status_code == 400:
        assert rows_of(user) == before
        return "page refused"
    assert rows_of(user) == before | {"Upload": 1}
    report, checksum = page.context["report"], page.context["checksum"]
    assert client.post("/settings/data/import/confirm/", {"checksum": checksum}).status_code == 302
    added = {FILE_TABLES[name]: before[FILE_TABLES[name]] + tally.added for name, tally in report.tallies.items()}
    assert rows_of(user) == before | added
    return "page brought"


class _UndoneError(Exception):
    pass


@pytest.mark.django_db
def test_whatever_is_brought_there_is_an_answer_and_never_half_of_it() -> None:
    for slug in SLUGS:
        an_exercise(slug, needs=["towel", "ball"])
    Equipment.objects.get_or_create(slug="hoop", name="hoop")
    counts: Counter[str] = Counter()
    users = User.objects.count()
    peak, lives = 0, count()

    @settings(
        max_examples=max(1, (CASES or 280) // A_LIFE),
        deadline=None,
        database=None,
        derandomize=not CASES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(histories, histories, st.integers(0, 2**32))
    def spoil_a_life(history: dict[str, Any], other: dict[str, Any], seed: int) -> None:
        nonlocal peak
        dice = random.Random(seed)  # noqa: S311
        try:
            with transaction.atomic():
                kim, lou, new = lived(history), lived(other), a_person()
                content = b"".join(as_json(kim, names_for(kim)))
                document = json.loads(content)
                theirs = b"".join(as_json(kim, names_for(kim)))
                measured = next(lives) % MEASURED == 0
                if measured:
                    tracemalloc.start()
                for n in range(A_LIFE):
                    spoiled = spoilt(document, dice)
                    if dice.random() < 0.5:
                        spoiled = mangled(dice.choice([content, spoiled]), dice)
                    check = check_pages if n % BY_PAGE == 0 else check_import
                    with transaction.atomic():
                        counts[check(dice.choice([kim, lou, new, new]), spoiled)] += 1
                        transaction.set_rollback(True)
                if measured:
                    peak = max(peak, tracemalloc.get_traced_memory()[1])
                    tracemalloc.stop()
                assert b"".join(as_json(kim, names_for(kim))) == theirs
                raise _UndoneError
        except _UndoneError:
            pass

    spoil_a_life()
    if CASES:
        print(dict(counts), f"peak {peak / 1024**2:.1f} MB")  # noqa: T201
    assert User.objects.count() == users
    assert peak < 64 * 1024**2
    assert min(counts[kind] for kind in ("refused", "brought", "page refused", "page brought")) > 0


LOOP = [WHOLE, TOGETHER.encode(), WORDS.encode(), zipped({"1 a/Checkmarks.csv": NUMBERS}, ZIP_STORED)]
MARKS = [
    b"YES_MANUAL",
    b"SKIP",
    b"2",
    b"7000",
    b"-7000",
    b"1e9",
    b"\n",
    b",,",
    b'"',
    b"2015-01-25,2,\n",
    b"\x00",
    b"9" * 200_000,
]


@pytest.mark.django_db
def test_whatever_is_brought_from_loop_there_is_an_answer_and_never_half_of_it() -> None:
    an_exercise("towel")
    an_exercise("walk")
    client = browser_of(user := a_person())
    dice = random.Random(CASES or 1)  # noqa: S311
    counts: Counter[int] = Counter()
    for _n in range((CASES or 400) // 5):
        content = dice.choice(LOOP)
        place = dice.randrange(len(content))
        spoiled = content[:place] + dice.choice(MARKS) + content[place:]
        spoiled = dice.choice([content, spoiled, mangled(content, dice), mangled(spoiled, dice)])
        with transaction.atomic():
            counts[check_loop(client, user, spoiled)] += 1
            transaction.set_rollback(True)
    assert min(counts[302], counts[400]) > 0
    assert set(counts) == {302, 400}


def check_loop(client: Client, user: User, content: bytes) -> int:
    """The status of the last page that was reached."""
    cache.clear()
    address = "/settings/data/import/"
    before = rows_of(user)
    page = client.post(address, {"file": SimpleUploadedFile("a.zip", content)})
    if page.status_code != 200 or "form" not in page.context:
        assert rows_of(user) == before
        return int(page.status_code)
    chosen = {"checksum": page.context["checksum"], "habit_0": "towel", "habit_1": "walk"}
    page = client.post(f"{address}habits/", chosen)
    assert rows_of(user) == before | {"Upload": 1}
    report = page.context["report"]
    page = client.post(f"{address}confirm/", chosen)
    assert page.status_code == (400 if report.wrong else 302)
    added = {FILE_TABLES[name]: tally.added for name, tally in report.tallies.items()}
    assert rows_of(user) == before | ({"Upload": 1} if report.wrong else added)
    return int(page.status_code)
