"""People are kept apart also where the two of them would have to be alike for anybody to notice."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zlib import compress

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from time_machine import TimeMachineFixture

from accounts.models import Session, User
from accounts.second_step_forms import MOST_PASSKEYS
from exercises import catalogue
from exercises.models import Exercise
from pain.models import CheckIn
from reminders.models import Feed
from rights.document import SECTIONS, Section, names_for
from rights.import_forms import exercise_choices
from rights.leaving import leave
from rights.models import Upload
from sharing.models import Share
from tests.belongings import a_person_with_everything, rows_of
from tests.builders import (
    DAILY,
    PASSWORD,
    a_person,
    an_exercise,
    browser_of,
    did,
    editor_of,
    elements,
    on_plan,
    text_of,
)
from tests.neighbours import A_NEW_PASSKEY, EXERCISE, PRESCRIPTION, export_of
from tests.passkeys import Device
from tracking import planning
from tracking.models import Completion, CompletionQuerySet, Pause, Skip

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
TODAY = NOW.date()
KEY = "abcdef012345"
KEY_OF_BOTH = UUID(int=7)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def anna() -> User:
    return a_person()


@pytest.fixture
def berta() -> User:
    return a_person()


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        (f"/day/{TODAY}/towel/1/", "done=no"),
        (f"/day/{TODAY}/skip/", "exercise=towel"),
        (f"/day/{TODAY}/skip/", "exercise=towel&reason=other"),
        ("/plan/exercise/towel/", PRESCRIPTION),
        ("/plan/exercise/towel/add/", ""),
        ("/plan/exercise/towel/remove/", ""),
        ("/plan/order/", "up=chair"),
        ("/plan/order/", "down=towel"),
        ("/plan/since/", "since=2026-01-01&exercises={towel}&confirm=2026-01-01/{towel}"),
        ("/plan/pause/2026-11-20/", "reason=travel&first=2026-11-21&last=2026-11-22"),
        ("/plan/pause/2026-11-20/end/", ""),
        ("/plan/pause/", "reason=illness&first=2026-11-26&last=2026-11-27"),
        (f"/pain/{TODAY}/{KEY_OF_BOTH}/take-back/", ""),
        ("/pain/", f"key={KEY_OF_BOTH}&score=1&moment=after"),
        (f"/sharing/{KEY_OF_BOTH}/revoke/", ""),
        ("/sharing/", f"key={UUID(int=8)}"),
        ("/settings/calendar/", f"key={UUID(int=8)}"),
        ("/settings/calendar/alarms/", "alarms=on"),
        ("/settings/calendar/off/", ""),
        ("/settings/data/import/cancel/", ""),
        ("/settings/delete/", f"understood=on&password={PASSWORD}"),
    ],
)
def test_what_two_people_have_alike_changes_for_the_one_alone(anna: User, berta: User, address: str, sent: str) -> None:
    towel, chair = an_exercise("towel"), an_exercise("chair")
    # The one a day after the other, so that neither's plan could be taken for the other's by chance.
    for n, user in enumerate((anna, berta), start=1):
        has_the_same(user, towel, chair, since=date(2026, 3, n))
    client = browser_of(anna)
    before = rows_of(anna.pk), rows_of(berta.pk)
    assert client.post(address, sent.format(towel=towel.pk), content_type=FORM).status_code in (200, 302)
    assert rows_of(berta.pk) == before[1]
    assert (rows_of(anna.pk) == before[0]) is (address in CHANGES_NOTHING)


CHANGES_NOTHING = ("/plan/exercise/towel/add/",)


def has_the_same(user: User, towel: Exercise, chair: Exercise, since: date) -> None:
    on_plan(user, chair, since)
    on_plan(user, towel, since)
    did(user, towel, TODAY)
    Skip.objects.set_skipped(user, TODAY, towel, "sore", NOW)
    Pause.objects.create(user=user, starts_on=date(2026, 11, 20), ends_on=date(2026, 11, 24), reason="travel")
    said = {"score": 5, "moment": "general", "place": "leg", "words": ""}
    CheckIn.objects.record(user, TODAY, NOW, key=KEY_OF_BOTH, **said)  # type: ignore[arg-type]  # of several kinds
    Share.objects.make(user, NOW, key=KEY_OF_BOTH, weeks=8, pain=False, notes=False, days=7)
    Feed.objects.make(user, NOW, key=KEY_OF_BOTH, alarms=False)
    Upload.objects.keep(user, "a" * 64, compress(b"{}"), NOW, is_from_loop=False)


def test_the_catalogue_in_memory_holds_nobodys_own_exercises(anna: User) -> None:
    an_exercise("towel")
    an_exercise(owner=anna)
    catalogue.forget()
    assert [one.slug for one in catalogue.offered()] == ["towel"]


def test_who_brings_a_habit_in_is_offered_nobody_elses_exercises(anna: User, berta: User) -> None:
    an_exercise("towel")
    on_plan(berta, an_exercise("wall"), date(2026, 1, 1))
    an_exercise(owner=berta)
    own = an_exercise(owner=anna)
    groups = [(label, [key for key, _name in some]) for label, some in exercise_choices(anna, TODAY)[1:]]
    assert groups == [("Others", ["towel", "wall", f"own:{own.own_key}"])]


def test_a_document_has_no_names_for_what_others_have_made(anna: User, berta: User) -> None:
    """So neither can an export tell of them, nor can a file that is brought in refer to them."""
    own = an_exercise(owner=anna, needs=["a towel"])
    an_exercise(owner=berta, needs=["a rug"])
    names = names_for(anna)
    assert names.exercises == {own.pk: f"own:{own.own_key}"}
    assert names.equipment == {own.pk: ["a-towel"]}


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_every_section_of_a_document_reads_ones_own_rows_alone(section: Section) -> None:
    clara, dora = a_person_with_everything("clara@example.org"), a_person_with_everything("dora@example.org")
    rows = list(section.rows(clara))
    assert rows
    column = {User: "pk", Exercise: "owner_id"}.get(section.rows(clara).model, "user_id")
    assert {getattr(row, column) for row in rows} == {clara.pk}
    assert {getattr(row, column) for row in section.rows(dora)} == {dora.pk}


def test_what_somebody_else_has_skipped_is_not_skipped(anna: User, berta: User) -> None:
    towel = an_exercise("towel")
    for user in (anna, berta):
        on_plan(user, towel, date(2026, 1, 1))
    Skip.objects.set_skipped(berta, TODAY, towel, "sore", NOW)
    assert "Skipped: sore" in text_of(browser_of(berta).get("/today/"))
    assert "Skipped: sore" not in text_of(browser_of(anna).get("/today/"))


def test_who_leaves_holds_up_nobody_elses_exercises(anna: User, berta: User) -> None:
    an_exercise(owner=anna)
    an_exercise(owner=berta)
    with CaptureQueriesContext(connection) as captured:
        leave(anna)
    reads = [query["sql"] for query in captured if query["sql"].startswith('SELECT "exercises_exercise"')]
    assert reads
    assert all(f'"owner_id" = {anna.pk}' in sql or '"owner_id" IN' in sql for sql in reads), reads


def test_a_retired_exercise_stays_so_whoever_changes_it_in_their_plan(anna: User) -> None:
    towel = an_exercise("towel", retired=True)
    on_plan(anna, towel, date(2026, 1, 1))
    answer = browser_of(anna).post("/plan/exercise/towel/", PRESCRIPTION, content_type=FORM)
    assert answer.status_code == 302
    towel.refresh_from_db()
    assert towel.retired


def test_nobody_puts_away_what_is_not_theirs(anna: User, berta: User) -> None:
    own = an_exercise(owner=anna)
    planning.retire(berta, own, TODAY)
    own.refresh_from_db()
    assert not own.retired


def test_what_others_have_made_takes_no_room(anna: User, berta: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exercises.forms.MAX_OWN", 1)
    an_exercise(owner=anna, needs=["a towel"])
    answer = browser_of(berta).post("/plan/own/", f"{EXERCISE}&{PRESCRIPTION}&key={KEY}", content_type=FORM)
    assert answer.status_code == 302
    assert Exercise.objects.own(berta).count() == 1


def test_the_very_same_exercise_under_the_same_key_is_made_for_each(anna: User, berta: User) -> None:
    an_exercise("towel", needs=["a towel"])
    for user in (anna, berta):
        browser_of(user).post("/plan/own/", f"{EXERCISE}&{PRESCRIPTION}&key={KEY}", content_type=FORM)
    hers = Exercise.objects.own(berta).get()
    assert hers.own_key != Exercise.objects.own(anna).get().own_key
    assert [item.exercise_id for item in berta.planitem_set.all()] == [hers.pk]


def test_opening_a_link_is_noted_on_it_alone_though_others_have_one_with_its_key(anna: User, berta: User) -> None:
    made: dict[str, Any] = {"key": UUID(int=1), "weeks": 8, "pain": False, "notes": False, "days": 7}
    Share.objects.make(anna, NOW, **made)
    token = Share.objects.make(berta, NOW, **made)
    assert browser_of(anna).get(f"/shared/{token}/").status_code == 200
    opened = Share.objects.with_person().order_by("user_id").values_list("last_opened_at", flat=True)
    assert list(opened) == [None, NOW]


def test_reading_a_calendar_is_noted_on_it_alone_though_others_have_one_with_its_key(anna: User, berta: User) -> None:
    Feed.objects.make(anna, NOW, key=UUID(int=1), alarms=False)
    secret = Feed.objects.make(berta, NOW, key=UUID(int=1), alarms=False)
    assert browser_of(anna).get(f"/calendar/{secret}.ics").status_code == 200
    assert list(Feed.objects.order_by("user_id").values_list("last_read_at", flat=True)) == [None, NOW]


def test_a_file_that_two_people_have_sent_waits_for_the_one_when_the_other_is_done(anna: User, berta: User) -> None:
    for user in (anna, berta):
        Upload.objects.keep(user, "a" * 64, compress(export_of(user)), NOW, is_from_loop=False)
    assert browser_of(anna).post("/settings/data/import/confirm/", {"checksum": "a" * 64}).status_code == 302
    assert [upload.user_id for upload in Upload.objects.all()] == [berta.pk]


@pytest.mark.parametrize(
    ("planned", "sentence"), [(date(2026, 11, 1), False), (date(2026, 11, 17), True)], ids=["not", "said"]
)
def test_what_lies_before_the_plan_is_told_of_ones_own_alone(
    anna: User, berta: User, planned: date, sentence: bool
) -> None:
    """The other has done more and longer ago, and another one has planned more and longer ago."""
    towel = an_exercise("towel")
    on_plan(anna, towel, planned)
    did(anna, towel, date(2026, 11, 10))
    file = export_of(anna)
    Completion.objects.for_user(anna).delete()
    others = an_exercise("wall")
    did(berta, others, date(2025, 1, 1))
    on_plan(a_person(), others, date(2024, 1, 1))
    Upload.objects.keep(anna, "a" * 64, compress(file), NOW, is_from_loop=False)
    answer = browser_of(anna).post("/settings/data/import/confirm/", {"checksum": "a" * 64}, follow=True)
    assert "1 record is new" in text_of(answer)
    assert ("lies before your plan" in text_of(answer)) is sentence


def test_who_leaves_ends_no_session_of_others(anna: User, berta: User) -> None:
    browser_of(anna)
    stays = browser_of(berta)
    leave(anna)
    assert [session.session_key for session in Session.objects.all()] == [
        stays.cookies[settings.SESSION_COOKIE_NAME].value
    ]


def test_nobody_sees_where_others_are_signed_in_even_with_the_very_same_password(anna: User, berta: User) -> None:
    User.objects.filter(pk=berta.pk).update(password=anna.password)
    berta.refresh_from_db()
    browser_of(berta)
    client = browser_of(anna)
    assert len(elements(client.get("/settings/sign-ins/"), "data-sign-in")) == 1
    client.post("/settings/sign-ins/end/")
    assert Session.objects.of(berta.pk).count() == 1


def test_a_second_step_of_others_is_none_of_ones_own(anna: User, berta: User, admin_on: None) -> None:
    User.objects.filter(pk=anna.pk).update(is_staff=True)
    anna.refresh_from_db()
    client = editor_of(anna)
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.filter(user=anna).delete()
    editor_of(berta)
    assert client.get("/admin/", follow=True).status_code == 403


def test_passkeys_of_others_are_not_counted_among_ones_own(anna: User, berta: User) -> None:
    """Neither where one is named by its number, nor where there is an end to them."""
    Authenticator.objects.bulk_create(
        Authenticator(user=berta, type="webauthn", data={"name": "Phone", "credential": Device().make(A_NEW_PASSKEY)})
        for _n in range(MOST_PASSKEYS)
    )
    client = browser_of(anna, SERVER_NAME="localhost")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    add = "/accounts/security/webauthn/add/"
    options = json.loads(json.dumps(client.get(add).context["js_data"]["creation_options"], default=dict))
    client.post(add, {"name": "", "credential": json.dumps(Device().make(options))})
    assert Authenticator.objects.get(user=anna, type="webauthn").wrap().name == "My passkey"


def test_who_has_left_is_told_so_although_others_are_still_there(
    anna: User, berta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_plan(anna, an_exercise("walk", DAILY), date(2026, 1, 1))
    client = browser_of(anna)

    def leave_first(*_: Any) -> None:
        leave(anna)
        raise User.DoesNotExist

    monkeypatch.setattr(CompletionQuerySet, "set_done", leave_first)
    answer = client.post(f"/day/{TODAY}/walk/1/", {"done": "yes"})
    assert answer.status_code == 403
    assert "signed out" in text_of(answer)


def test_a_link_of_somebody_who_may_not_sign_in_any_more_opens_nothing(anna: User) -> None:
    token = Share.objects.make(anna, NOW, key=UUID(int=1), weeks=8, pain=False, notes=False, days=7)
    anna.is_active = False
    anna.save()
    assert browser_of(a_person()).get(f"/shared/{token}/").status_code == 404


def test_an_unknown_link_opens_nothing_although_there_are_others(anna: User) -> None:
    Share.objects.make(
        anna, timezone.now() - timedelta(days=1), key=UUID(int=1), weeks=8, pain=False, notes=False, days=7
    )
    assert browser_of(anna).get(f"/shared/{'x' * 32}/").status_code == 404
