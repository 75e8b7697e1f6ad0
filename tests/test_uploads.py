"""A file between two pages: it waits for its person, for a day, and for nobody else."""

from datetime import UTC, datetime, timedelta
from zlib import compress

import pytest

from accounts.models import User
from rights.models import CHUNK, Upload
from tests.builders import a_person

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 19, 10, tzinfo=UTC)
A_DAY = timedelta(days=1)
ONE, OTHER = "1" * 64, "2" * 64


def keep(user: User, checksum: str = ONE, at: datetime = NOW, content: bytes = b"{}") -> None:
    Upload.objects.keep(user, checksum, compress(content), at, is_from_loop=False)


def kept(user: User) -> list[str]:
    return list(Upload.objects.for_user(user).values_list("checksum", flat=True))


def test_a_file_takes_the_place_of_the_one_sent_before_and_of_nobody_elses() -> None:
    user, somebody_else = a_person(), a_person()
    for person in (user, somebody_else):
        keep(person)
    keep(user, OTHER)
    assert (kept(user), kept(somebody_else)) == ([OTHER], [ONE])


def test_a_file_waits_for_less_than_a_day() -> None:
    user = a_person()
    keep(user)
    uploads = Upload.objects.for_user(user)
    assert uploads.waiting(ONE, NOW + A_DAY - timedelta(seconds=1)).exists()
    assert not uploads.waiting(ONE, NOW + A_DAY).exists()
    assert not uploads.waiting(OTHER, NOW).exists()


def test_files_that_have_waited_for_a_day_are_forgotten_and_no_others() -> None:
    old, fresh = a_person(), a_person()
    keep(old, at=NOW - A_DAY)
    keep(fresh, at=NOW - A_DAY + timedelta(seconds=1))
    Upload.objects.forget_old(NOW)
    assert (kept(old), kept(fresh)) == ([], [ONE])


@pytest.mark.parametrize("length", [0, 1, CHUNK, 3 * CHUNK + 1])
def test_a_file_comes_back_whole_a_piece_at_a_time(length: int) -> None:
    content = bytes(n % 251 for n in range(length))
    user = a_person()
    keep(user, content=content)
    pieces = list(Upload.objects.get().chunks())
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= 65536
