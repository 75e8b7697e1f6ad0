"""A person who leaves takes everything with them: nothing of theirs stays, and nobody else loses a thing."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from accounts.adapter import AccountAdapter
from accounts.models import Session, User
from exercises.models import Equipment, Exercise
from rights import leaving
from rights.leaving import goods_of, leave
from tests.belongings import PERSONAL, a_person_with_everything, rows_of, with_a_path_to_a_person
from tests.builders import PASSWORD, a_person, an_exercise, browser_of, did, text_of
from tracking.models import Completion

pytestmark = pytest.mark.django_db

SURE = {"password": PASSWORD, "understood": "on"}


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)


def test_every_table_with_a_path_to_a_person_is_known_here() -> None:
    """A new table is added to `PERSONAL`, and a row of it to `a_person_with_everything`."""
    assert {model._meta.label for model in with_a_path_to_a_person()} == set(PERSONAL)


def test_nothing_of_the_person_stays_and_others_keep_all() -> None:
    anna = a_person_with_everything("anna@example.org")
    ben = a_person_with_everything("ben@example.org")
    key, others = anna.pk, rows_of(ben.pk)
    assert all(rows_of(key).values()), "a person with everything has a row in each table"
    assert all(others.values())
    assert browser_of(anna).post("/settings/delete/", SURE).status_code == 302
    assert rows_of(key) == {label: [] for label in PERSONAL}
    assert rows_of(ben.pk) == others
    assert [exercise.slug for exercise in Exercise.objects.catalogue()] == ["towel"]
    assert Equipment.objects.count() == 2


def dump() -> str:
    """All rows of all tables, sessions opened."""
    said = [repr(session.get_decoded()) for session in Session.objects.all()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            said += [repr(row) for row in cursor.fetchall()]
    return "\n".join(said)


def test_no_table_holds_a_word_of_theirs() -> None:
    anna = a_person_with_everything("anna@example.org", mark="Zwetschge")
    ben = a_person_with_everything("ben@example.org", mark="Mirabelle")
    browser_of(ben).get("/today/")
    client = browser_of(anna)
    client.post("/accounts/login/", {"login": "anna@example.org", "password": "wrong"})
    client.get("/today/")
    for word in ("anna@example.org", "Zwetschge", "Mirabelle"):
        assert word in dump(), word
    client.post("/settings/delete/", SURE)
    said = dump()
    assert "anna@example.org" not in said
    assert "Zwetschge" not in said
    assert "Mirabelle" in said


def test_all_sessions_end_on_every_device_and_nobody_elses() -> None:
    anna, ben = a_person(), a_person()
    phone, desk, bens = browser_of(anna), browser_of(anna), browser_of(ben)
    phone.post("/settings/delete/", SURE)
    assert [session.get_decoded()["_auth_user_id"] for session in Session.objects.all()] == [str(ben.pk)]
    for client in (phone, desk):
        assert client.get("/today/")["Location"] == "/accounts/login/?next=/today/"
    assert bens.get("/today/").status_code == 200


def test_the_person_is_led_to_the_front_page_and_told_so_once() -> None:
    client = browser_of(a_person("anna@example.org"))
    answer = client.post("/settings/delete/", SURE, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Your account is deleted, with all that you had recorded. We wish you well." in text_of(answer)
    assert "anna@example.org" not in answer.content.decode()
    assert "Your account is deleted" not in text_of(client.get("/"))


def test_the_address_can_be_used_again_for_a_new_and_empty_account() -> None:
    browser_of(a_person_with_everything("anna@example.org")).post("/settings/delete/", SURE)
    client = Client()
    client.post("/accounts/signup/", {"email": "anna@example.org", "password1": PASSWORD})
    anna = User.objects.get(email="anna@example.org")
    assert (anna.planitem_set.count(), anna.completion_set.count()) == (0, 0)


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ({}, "This field is required."),
        ({"password": PASSWORD}, "Please tick this, if you are sure."),
        ({"understood": "on"}, "This field is required."),
        ({"password": "a wrong one", "understood": "on"}, "This is not your password. Please try again."),
        ({"password": "a\x00b", "understood": "on"}, "Null characters are not allowed."),
    ],
)
def test_without_the_password_and_the_tick_nothing_goes(sent: dict[str, str], complaint: str) -> None:
    anna = a_person_with_everything("anna@example.org")
    client = browser_of(anna)
    before = rows_of(anna.pk)
    answer = client.post("/settings/delete/", sent)
    assert answer.status_code == 400
    assert complaint in text_of(answer)
    assert ("checked" in answer.content.decode()) == ("understood" in sent)
    assert "a wrong one" not in answer.content.decode()
    assert rows_of(anna.pk) == before
    assert client.get("/today/").status_code == 200


def test_somebody_elses_password_is_not_ones_own() -> None:
    anna, ben = a_person(), a_person()
    ben.set_password("the password of Ben")
    ben.save()
    browser_of(anna).post("/settings/delete/", {**SURE, "password": "the password of Ben"})
    assert User.objects.count() == 2


def test_guessing_the_password_is_slowed_down() -> None:
    anna = a_person()
    client = browser_of(anna)
    guesses = [client.post("/settings/delete/", {**SURE, "password": f"guess {n}"}).status_code for n in range(12)]
    assert guesses == [400] * 10 + [429] * 2
    assert client.post("/settings/delete/", SURE).status_code == 429
    assert User.objects.filter(pk=anna.pk).exists()
    assert client.get("/settings/delete/").status_code == 200


def test_no_count_of_attempts_is_left_by_which_an_address_could_be_told() -> None:
    anna = a_person("anna@example.org")
    stranger, client = Client(), browser_of(anna)
    for _attempt in range(2):
        stranger.post("/accounts/login/", {"login": "anna@example.org", "password": "a wrong guess"})
    stranger.post("/accounts/password/reset/", {"email": "anna@example.org"})
    client.post("/settings/delete/", {**SURE, "password": "a wrong guess"})

    def counted() -> set[str]:
        return {key for key in cache._cache if ":ip:" not in key}  # type: ignore[attr-defined]  # of a test's own cache

    assert len(counted()) == 3
    assert client.post("/settings/delete/", SURE).status_code == 302
    assert counted() == set()


def test_the_page_lists_what_will_go_and_offers_to_take_it_first() -> None:
    anna = a_person_with_everything("anna@example.org")
    for n in range(1500):
        did(anna, Exercise.objects.get(slug="towel"), date(2020, 1, 1) + timedelta(days=n))
    page = browser_of(anna).get("/settings/delete/")
    said = text_of(page)
    assert "This deletes all that belongs to anna@example.org" in said
    assert list(page.context["goods"].things) == [
        *("1,504 completions", "3 plan items", "2 pauses", "1 log entry", "1 email address", "1 authenticator"),
        *("1 skipped exercise", "1 check-in", "1 share link", "1 reminder", "1 sent reminder"),
        *("1 device with notifications", "1 calendar link", "1 file on its way in", "1 exercise of your own"),
    ]
    assert "Your record began on 1 January 2020." in said
    for name in ("backpain.json", "backpain-csv.zip", "backpain-fhir.json"):
        assert f'href="/settings/data/{name}"' in page.content.decode()


def test_somebody_who_has_recorded_nothing_loses_an_account_alone() -> None:
    page = browser_of(a_person()).get("/settings/delete/")
    assert page.context["goods"].things == []
    assert "Your record began" not in text_of(page)


def test_several_exercises_of_ones_own_are_told_as_several() -> None:
    anna = a_person()
    for _n in range(2):
        an_exercise(owner=anna)
    assert goods_of(anna).things == ["2 exercises of your own"]


def test_looking_at_the_page_deletes_nothing() -> None:
    anna = a_person_with_everything("anna@example.org")
    client = browser_of(anna)
    before = rows_of(anna.pk)
    for method in ("get", "head"):
        assert getattr(client, method)("/settings/delete/", SURE).status_code == 200
    assert rows_of(anna.pk) == before


def test_a_stranger_is_led_to_signing_in() -> None:
    assert Client().get("/settings/delete/")["Location"] == "/accounts/login/?next=/settings/delete/"
    assert Client().post("/settings/delete/", SURE).status_code == 403


def test_the_page_of_data_leads_here_and_the_settings_lead_there() -> None:
    client = browser_of(a_person())
    assert 'href="/settings/data/"' in client.get("/settings/").content.decode()
    assert 'href="/settings/delete/"' in client.get("/settings/data/").content.decode()


def test_it_takes_as_many_statements_for_a_long_record_as_for_a_short_one() -> None:
    statements = []
    for days in (1, 300):
        anna = a_person_with_everything(f"anna{days}@example.org")
        cat = Exercise.objects.own(anna).get()
        for n in range(days):
            did(anna, cat, date(2020, 1, 1) + timedelta(days=n))
        with CaptureQueriesContext(connection) as captured:
            leave(anna)
        statements.append(len(captured))
    assert statements[0] == statements[1] < 50


def test_what_was_done_goes_without_being_read() -> None:
    anna = a_person_with_everything("anna@example.org")
    with CaptureQueriesContext(connection) as captured:
        leave(anna)
    done = [query["sql"].split()[0] for query in captured if "tracking_completion" in query["sql"]]
    assert done[0] == "DELETE"
    assert Completion.objects.count() == 0


def test_the_only_superuser_may_leave_as_well() -> None:
    boss = a_person(is_staff=True, is_superuser=True)
    assert browser_of(boss).post("/settings/delete/", SURE).status_code == 302
    assert not User.objects.exists()


def test_an_exercise_put_away_goes_with_all_that_was_done_of_it() -> None:
    anna = a_person()
    for n in range(3):
        did(anna, an_exercise(owner=anna, retired=bool(n)), date(2026, 11, 3))
    leave(anna)
    assert not Exercise.objects.exists()


# --- Just as something else happens -----------------------------------------------------------------------------------


def deletions_that_are_ended(monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """PostgreSQL ends one of two that wait for each other. The list holds whom it was tried to delete."""
    delete, tried = leaving._delete, list[int]()

    def ended(key: int) -> None:
        tried.append(key)
        if len(tried) <= times:
            raise OperationalError
        delete(key)

    monkeypatch.setattr(leaving, "_delete", ended)
    return tried


def test_what_the_database_ends_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    anna = a_person()
    tried = deletions_that_are_ended(monkeypatch, 2)
    leave(anna)
    assert tried == [anna.pk] * 3
    assert not User.objects.exists()


def test_after_three_times_it_is_given_up_and_nobody_is_signed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    anna = a_person()
    client = browser_of(anna)
    tried = deletions_that_are_ended(monkeypatch, 3)
    with pytest.raises(OperationalError):
        leave(anna)
    assert tried == [anna.pk] * 3
    assert client.get("/today/").status_code == 200


def test_the_second_of_two_taps_is_not_told_of_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    anna = a_person()
    client = browser_of(anna)

    def leave_first(_adapter: AccountAdapter, user: User, password: str) -> bool:
        leave(user)
        return False

    monkeypatch.setattr(AccountAdapter, "reauthenticate", leave_first)
    answer = client.post("/settings/delete/", SURE)
    assert answer.status_code == 403
    assert "signed out" in text_of(answer)
    assert not answer.context["user"].is_authenticated
