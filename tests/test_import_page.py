"""The pages on which a file is brought in: shown first, done on a second word, and forgotten after a day."""

import json
import logging
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from rights.bringing import bring
from rights.document import names_for
from rights.export import as_json
from rights.models import Upload
from rights.uploads import MAX_BYTES
from tests.belongings import a_person_with_everything
from tests.builders import a_person, an_exercise, browser_of, completions, did, elements, on_plan, text_of
from tests.memory import peak

ADDRESS = "/settings/data/import/"
DAY = date(2026, 11, 10)


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 12:00:00Z", tick=False)


def exported(user: User) -> bytes:
    return b"".join(as_json(user, names_for(user)))


def a_file(*nths: int, exercise: str = "walk") -> bytes:
    rows = [
        {"day": str(DAY), "exercise": exercise, "nth": nth, "recorded_at": "2026-11-10T10:00:00.000000Z"}
        for nth in nths
    ]
    return json.dumps({"format": "backpain-export", "version": 1, "completions": rows}).encode()


def sent(client: Client, content: bytes) -> Any:
    return client.post(ADDRESS, {"file": SimpleUploadedFile("backpain-2026-11-22.json", content)})


def confirmed(client: Client, page: Any, *, follow: bool = False, **data: str) -> Any:
    return client.post(f"{ADDRESS}confirm/", {"checksum": page.context["checksum"], **data}, follow=follow)


def a_plan(ends_on: str | None) -> bytes:
    numbers = ("at_least", "at_most", "seconds_at_least", "seconds_at_most", "repetitions_at_least")
    item: dict[str, Any] = dict.fromkeys((*numbers, "repetitions_at_most", "number"), 1)
    item |= {"per": "day", "slot_names": [], "exercise": "walk", "starts_on": "2026-10-01", "ends_on": ends_on}
    return json.dumps({"format": "backpain-export", "version": 1, "plan": [item]}).encode()


@pytest.fixture
def user(db: None) -> User:
    an_exercise("walk")
    return a_person()


# --- The way through


def test_a_file_is_shown_then_brought_in_and_forgotten(user: User) -> None:
    client = browser_of(user)
    did(user, an_exercise("stand"), DAY)
    page = sent(client, a_file(1, 2))
    assert page.status_code == 200
    assert "doses done 2 0 0" in text_of(page)
    assert (completions(user), Upload.objects.count()) == ([(DAY, "stand", 1)], 1)
    answer = client.post(f"{ADDRESS}confirm/", {"checksum": page.context["checksum"]}, follow=True)
    assert answer.redirect_chain == [("/history/", 302)]
    assert "It is done: 2 records are new." in text_of(answer)
    assert completions(user) == [(DAY, "stand", 1), (DAY, "walk", 1), (DAY, "walk", 2)]
    assert Upload.objects.count() == 0


def test_settings_come_along_as_long_as_the_box_is_ticked(user: User) -> None:
    kim = a_person_with_everything("kim@example.org")
    client = browser_of(user)
    page = sent(client, exported(kim))
    box = next(one for one in elements(page, "name") if one["name"] == "with_settings")
    assert "checked" in box
    assert "Time zone UTC Europe/Berlin" in text_of(page)
    confirmed(client, page)
    user.refresh_from_db()
    assert user.time_zone == "UTC"
    confirmed(client, sent(client, exported(kim)), with_settings="on")
    user.refresh_from_db()
    assert user.time_zone == "Europe/Berlin"


def test_what_is_here_already_need_not_be_brought_in(user: User) -> None:
    client = browser_of(user)
    confirmed(client, sent(client, a_file(1)))
    page = sent(client, a_file(1))
    assert "There is nothing to bring in: all of it is here already." in text_of(page)
    assert "Bring it in" not in text_of(page)


def test_whoever_cancels_is_rid_of_the_file(user: User) -> None:
    client = browser_of(user)
    sent(client, a_file(1))
    answer = client.post(f"{ADDRESS}cancel/", follow=True)
    assert "Nothing was changed, and the file is forgotten." in text_of(answer)
    assert Upload.objects.count() == 0


def test_what_has_become_of_the_account_is_said_as_it_is(user: User) -> None:
    client = browser_of(user)
    settings = exported(a_person(week_start=6))

    def said(content: bytes, **data: str) -> str:
        return text_of(confirmed(client, sent(client, content), follow=True, **data))

    assert "Nothing was changed." in said(settings)
    assert "The settings of the file are taken over." in said(settings, with_settings="on")
    assert "It is done" not in said(settings, with_settings="on")
    said(a_plan(None))
    assert "1 entry of the plan, or pause, has its end now." in said(a_plan("2026-11-10"))


def test_what_ends_here_as_well_has_a_column_of_its_own(user: User) -> None:
    client = browser_of(user)
    confirmed(client, sent(client, a_plan(None)))
    page = text_of(sent(client, a_plan("2026-11-10")))
    assert "new here already ends here as well here, but different entries of the plan 0 0 1 0" in page
    assert "1 entry of the plan, or pause, goes on here and has an end in the file. It takes that end over." in page
    assert "Bring it in" in page


def test_what_is_only_different_from_what_is_here_is_said_to_be_so(user: User) -> None:
    client = browser_of(user)
    did(user, Exercise.objects.get(slug="walk"), DAY)
    page = text_of(sent(client, a_file(1)))
    assert "There is nothing to bring in: none of its records is new." in page
    assert "Where something is here but different, it stays as it is here." in page


def test_when_the_account_does_not_stay_the_same_it_can_be_tried_again(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser_of(user)
    page = sent(client, a_file(1))
    with monkeypatch.context() as patch:
        patch.setattr("rights.writing.standing", lambda person, names: {})
        answer = confirmed(client, page, with_settings="on")
    assert answer.status_code == 409
    assert "Please try again The file is still waiting." in text_of(answer)
    assert "Line" not in text_of(answer)
    hidden = {one["name"]: one["value"] for one in elements(answer, "name") if one.get("type") == "hidden"}
    assert hidden["with_settings"] == "on"
    assert client.post(f"{ADDRESS}confirm/", hidden).status_code == 302
    assert completions(user) == [(DAY, "walk", 1)]


# --- What is wrong


def test_the_same_complaint_about_a_line_is_told_once(user: User) -> None:
    page = text_of(sent(browser_of(user), a_file(21, 21, 21)))
    assert page.count("is no whole number from 1 to 20.") == 1
    assert "is no whole number from 1 to 20. 3 times" in page


def test_a_wrong_file_takes_the_place_of_one_that_waited(user: User) -> None:
    client = browser_of(user)
    page = sent(client, a_file(1))
    sent(client, a_file(21))
    assert Upload.objects.count() == 0
    assert confirmed(client, page).status_code == 409


def test_only_the_file_that_was_brought_in_is_forgotten(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another tab may have sent the next one in the meantime."""
    client = browser_of(user)
    page = sent(client, a_file(1))

    def slowly(*args: Any, **options: Any) -> Any:
        Upload.objects.for_user(user).update(checksum="0" * 64)
        return bring(*args, **options)

    monkeypatch.setattr("rights.import_views.bring", slowly)
    assert confirmed(client, page).status_code == 302
    assert [one.checksum for one in Upload.objects.all()] == ["0" * 64]


def test_a_file_without_habits_is_not_asked_about_them(user: User) -> None:
    client = browser_of(user)
    checksum = sent(client, a_file(1)).context["checksum"]
    answer = client.post(f"{ADDRESS}habits/", {"checksum": checksum, "habit_0": "walk"})
    assert answer.status_code == 409
    assert "This file is no longer here" in text_of(answer)


def test_after_twenty_in_ten_minutes_a_person_waits_and_nobody_else_does(user: User) -> None:
    client, other = browser_of(user), browser_of(a_person())
    for n in range(10):
        confirmed(client, sent(client, a_file(n + 1)))
    for answer in (sent(client, a_file(11)), client.post(f"{ADDRESS}confirm/"), client.post(f"{ADDRESS}habits/")):
        assert answer.status_code == 429
        assert "A short break, please" in text_of(answer)
    assert len(completions(user)) == 10
    assert client.get(ADDRESS).status_code == 200
    assert sent(other, a_file(11)).status_code == 200


def test_a_wrong_record_is_told_by_its_line_and_nothing_is_kept(user: User) -> None:
    page = sent(browser_of(user), a_file(1, 21))
    assert page.status_code == 400
    assert "Line 1 nth: “21” is no whole number from 1 to 20." in text_of(page)
    assert (completions(user), Upload.objects.count()) == ([], 0)


def test_what_a_complaint_repeats_cannot_become_part_of_the_page(user: User) -> None:
    page = sent(browser_of(user), a_file(1, exercise="<script>alert(1)</script>"))
    assert b"<script>alert" not in page.content
    assert "“<script>alert(1)</script>” is no exercise" in text_of(page)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "Choose a file first."),
        ({"file": "a text"}, "Choose a file first."),
        ({"file": SimpleUploadedFile("a.json", b"")}, "There is nothing in this file."),
    ],
)
def test_without_a_file_the_page_asks_again(user: User, data: dict[str, Any], sentence: str) -> None:
    page = browser_of(user).post(ADDRESS, data)
    assert page.status_code == 400
    assert sentence in text_of(page)


def test_a_picture_is_no_export(user: User) -> None:
    page = sent(browser_of(user), b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    assert page.status_code == 400
    assert Upload.objects.count() == 0


def test_a_file_that_something_has_overtaken_is_told_of_with_its_line(user: User) -> None:
    """What was right when it was shown may be wrong when it is confirmed."""
    client = browser_of(user)
    page = sent(client, a_file(1))
    Exercise.objects.filter(slug="walk").update(slug="stroll")
    answer = confirmed(client, page)
    assert answer.status_code == 400
    assert "“walk” is no exercise of the catalogue here" in text_of(answer)


# --- Which file


def test_a_page_left_open_does_not_bring_in_the_file_of_another_tab(user: User) -> None:
    client = browser_of(user)
    older, newer = sent(client, a_file(1)), sent(client, a_file(2))
    answer = confirmed(client, older)
    assert answer.status_code == 409
    assert "another file may have taken its place" in text_of(answer)
    assert completions(user) == []
    assert confirmed(client, newer).status_code == 302
    assert completions(user) == [(DAY, "walk", 2)]
    assert confirmed(client, newer).status_code == 409


def test_a_file_waits_for_a_day_and_is_forgotten_by_the_next_upload_of_anybody(
    user: User, time_machine: TimeMachineFixture
) -> None:
    client = browser_of(user)
    page = sent(client, a_file(1))
    time_machine.shift(timedelta(days=1))
    assert confirmed(client, page).status_code == 409
    assert Upload.objects.for_user(user).count() == 1
    browser_of(a_person()).post(ADDRESS)
    assert Upload.objects.count() == 0


def test_a_file_of_somebody_else_is_out_of_reach(user: User) -> None:
    page = sent(browser_of(user), a_file(1))
    lou = a_person()
    assert confirmed(browser_of(lou), page).status_code == 409
    assert completions(lou) == []


@pytest.mark.parametrize("step", ["confirm", "habits"])
@pytest.mark.parametrize("checksum", ["", "x", "a" * 63, "A" * 64, "\x00" * 64])
def test_a_checksum_that_is_none_is_refused_kindly(user: User, step: str, checksum: str) -> None:
    answer = browser_of(user).post(f"{ADDRESS}{step}/", {"checksum": checksum})
    assert answer.status_code == 400
    assert "Please choose the file once more." in text_of(answer)


# --- Size

FOOT = "\U0001f9b6".encode()
LONG_RECORD = b'{"name": "' + b"a" * 50_000 + FOOT + b'"}'


@pytest.mark.parametrize(
    "content",
    [b" " * (MAX_BYTES + 1), random.Random(1).randbytes(MAX_BYTES - 1)],  # noqa: S311
    ids=["too long", "nothing that compresses"],
)
def test_a_file_that_is_too_large_is_told_so(user: User, content: bytes) -> None:
    page = sent(browser_of(user), content)
    assert page.status_code == 413
    assert "This file is too large. There is room for 16 MB." in text_of(page)
    assert Upload.objects.count() == 0


def test_only_the_first_file_is_taken_in_and_none_is_written_to_the_disk(user: User, tmp_path: Path) -> None:
    client = browser_of(user)
    files = [SimpleUploadedFile(f"{n}.json", a_file(n)) for n in (1, 2)]
    page = client.post(ADDRESS, {"file": files, "other": SimpleUploadedFile("3.json", a_file(3))})
    confirmed(client, page)
    assert completions(user) == [(DAY, "walk", 1)]


LARGE = {
    "This is no export of Backpain: it does not begin with {.": b" " * MAX_BYTES,
    "This is no JSON, or a record is longer than 65536 signs.": b'{"format": "' + FOOT * (MAX_BYTES // 4 - 8),
    "This is nested too deeply.": b'{"completions": ' + b"[" * (MAX_BYTES - 20),
    "This list has more than 250000 records.": b'{"completions": [' + b"{}," * (MAX_BYTES // 3 - 30),
    "The same has been said before in this file.": a_file(*[1] * 150_000),
    "This is no export of Backpain: it does not say so at its beginning.": b'{"exercises": ['
    + b",".join([LONG_RECORD] * 190)
    + b"]}",
    "From here on this is no table in CSV.": b"Date," + b"," * 8_000_000,
    "There are more than 200000 days in this file.": b"Date,Value\n" + b"2015-01-25,2\n" * 250_000,
}


@pytest.mark.once
@pytest.mark.parametrize(("reason", "content"), LARGE.items(), ids=LARGE)
def test_no_file_takes_more_than_64_mb(user: User, reason: str, content: bytes) -> None:
    client = browser_of(user)
    body = BytesIO(encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("a.json", content)}))
    request = {"REQUEST_METHOD": "POST", "PATH_INFO": ADDRESS, "CONTENT_TYPE": MULTIPART_CONTENT, "wsgi.input": body}
    with peak() as taken:
        page = client.request(**request, CONTENT_LENGTH=body.getbuffer().nbytes)
        if page.status_code == 200:
            page = client.post(f"{ADDRESS}habits/", {"checksum": page.context["checksum"], "habit_0": "walk"})
    assert reason in {one.reason for one in page.context["report"].told}
    assert taken[0] < 64 * 1024**2


@pytest.mark.once
def test_forty_habits_in_eight_megabytes_do_not_either(user: User) -> None:
    client = browser_of(user)
    habits = {f"habit_{n}": an_exercise().slug for n in range(40)}
    days = [DAY - timedelta(days=n % 7000) for n in range(90_000)]
    content = "\n".join(["Date" + "".join(f",Habit {n}" for n in range(40)), *(f"{day}{',2' * 40}" for day in days)])
    page = sent(client, content.encode())
    del days
    with peak() as taken:
        page = client.post(f"{ADDRESS}habits/", {"checksum": page.context["checksum"], **habits})
    assert [one.reason for one in page.context["report"].told] == ["There are more than 200000 days in this file."]
    assert taken[0] < 64 * 1024**2


# --- Safety


def test_a_token_is_asked_for_and_a_stale_form_gets_its_page(user: User) -> None:
    client = browser_of(user, enforce_csrf_checks=True)
    answer = sent(client, a_file(1))
    assert answer.status_code == 403
    assert "This page was open for too long" in text_of(answer)
    assert Upload.objects.count() == 0
    client.get(ADDRESS)
    file = SimpleUploadedFile("a.json", a_file(1))
    token = client.cookies["csrftoken"].value
    assert client.post(ADDRESS, {"file": file, "csrfmiddlewaretoken": token}).status_code == 200


def test_a_stranger_is_asked_to_sign_in(db: None) -> None:
    assert Client().get(ADDRESS).status_code == 302
    assert sent(Client(), a_file(1)).status_code == 403


def test_looking_changes_nothing(user: User, django_assert_num_queries: Any) -> None:
    client = browser_of(user)
    sent(client, a_file(1))
    with django_assert_num_queries(2):  # the session and the person
        assert client.get(ADDRESS).status_code == 200
    for step in ("confirm", "habits", "cancel"):
        assert client.get(f"{ADDRESS}{step}/").status_code == 405
    assert Upload.objects.count() == 1


def test_nothing_of_a_file_reaches_the_log(user: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sent(browser_of(user), a_file(1, exercise="my-secret-foot"))
    assert "my-secret-foot" not in "".join(
        record.getMessage() for record in caplog.records if record.name != "django.db.backends"
    )


# --- At the same moment


def together(user: User, requests: list[Any]) -> list[int]:
    barrier = Barrier(len(requests))
    clients = [browser_of(user) for _one in requests]

    def send(n: int) -> int:
        try:
            barrier.wait(timeout=20)
            return int(requests[n](clients[n]).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(send, range(len(requests))))


@pytest.mark.django_db(transaction=True)
def test_confirming_several_times_at_once_brings_it_in_once() -> None:
    an_exercise("walk")
    user = a_person()
    page = sent(browser_of(user), a_file(1, 2, 3))
    answers = together(user, [lambda client: confirmed(client, page)] * 5)
    assert set(answers) <= {302, 409}
    assert 302 in answers
    assert completions(user) == [(DAY, "walk", nth) for nth in (1, 2, 3)]


@pytest.mark.django_db(transaction=True)
def test_ticks_go_on_while_a_file_is_brought_in() -> None:
    user = a_person()
    on_plan(user, an_exercise("walk"), DAY)
    page = sent(browser_of(user), a_file(*range(1, 21)))
    ticks = [lambda client, n=n: client.post(f"/day/{DAY}/walk/{n}/", {"done": "yes"}) for n in (1, 5, 20)]
    assert together(user, [lambda client: confirmed(client, page), *ticks]) == [302] * 4
    assert completions(user) == [(DAY, "walk", nth) for nth in range(1, 21)]


@pytest.mark.django_db(transaction=True)
def test_uploads_at_once_leave_one_file() -> None:
    an_exercise("walk")
    user = a_person()
    files = [lambda client, n=n: sent(client, a_file(n)) for n in (1, 2, 3, 3, 3)]
    assert together(user, files) == [200] * 5
    assert Upload.objects.count() == 1
