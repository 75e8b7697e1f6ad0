"""A person's way in and out: sign-up, sign-in, passwords, addresses, preferences, and forms that come too late."""

import re
from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as site
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, override_settings
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accounts.addresses import is_confirmed
from accounts.models import User
from tests.builders import PASSWORD, a_person, an_exercise, browser_of, confirmed, elements, text_of
from tracking.models import PlanItem

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "another long and quiet phrase"
HERE = "http://testserver"
DATABASE_CACHE = {name: value for name, value in site.CACHES["default"].items() if name != "BACKEND"}


@pytest.fixture
def mail_server(settings: Settings) -> None:
    """As if EMAIL_URL were set; the mails land in `mail.outbox`."""
    settings.ACCOUNT_EMAIL_VERIFICATION, settings.HAS_MAIL_SERVER = "mandatory", True


def sign_up(client: Client, email: str = "new@example.org", password: str = PASSWORD, time_zone: str = "UTC") -> Any:
    return client.post("/accounts/signup/", {"email": email, "password1": password, "time_zone": time_zone})


def sign_in(client: Client, email: str, password: str = PASSWORD, **fields: str) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password, **fields})


def make_sure(client: Client) -> Client:
    """As one has to before the address is changed."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def the_mail() -> tuple[list[str], str, str]:
    """Receivers, subject and text of the one mail that was sent."""
    [message] = mail.outbox
    assert not getattr(message, "alternatives", [])
    return list(message.to), str(message.subject), str(message.body)


def the_link(part: str) -> str:
    """The path of the one link in the one mail whose address contains `part`."""
    [address] = [word for word in the_mail()[2].split() if part in word]
    assert address.startswith(f"{HERE}/")
    return address.removeprefix(HERE)


def value_of(response: Any, name: str) -> str | None:
    """What a field of the page's forms carries; None if it carries nothing."""
    return next((field.get("value") for field in elements(response, "name") if field["name"] == name), None)


def complaints(response: Any) -> list[str]:
    """What stands in the page next to the fields, or above them, as being wrong."""
    errors = re.findall(r'<p id="error_[^>]*>(.*?)</p>|alert-danger">(.*?)</div>', response.content.decode(), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", "".join(found)).split()) for found in errors]


# --- Sign-up --------------------------------------------------------------------------------------------------------


def test_without_a_mail_server_one_signs_up_and_starts_at_once() -> None:
    client = Client()

    answer = sign_up(client)

    assert (answer.status_code, answer["Location"]) == (302, "/today/")
    assert is_signed_in(client)
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Pacific/Kiritimati", date(2026, 11, 19)),
        ("Pacific/Pago_Pago", date(2026, 11, 17)),
        ("UTC", date(2026, 11, 18)),
    ],
)
def test_a_new_person_has_no_plan_until_they_choose_one_which_begins_on_their_own_today(
    zone: str, day: date, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to("2026-11-18 10:30:00Z", tick=False)
    exercises = [an_exercise(), an_exercise()]
    an_exercise(retired=True)
    client = Client()

    sign_up(client, time_zone=zone)
    user = User.objects.get()
    assert user.time_zone == zone
    assert not PlanItem.objects.for_user(user).exists()

    client.post("/plan/start/", {"way": "full"})
    plan = PlanItem.objects.for_user(user).order_by("exercise__number")
    assert [(item.exercise, item.starts_on, item.ends_on) for item in plan] == [(e, day, None) for e in exercises]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus_Mons", "../../etc/passwd", "x" * 1000])
def test_a_zone_that_is_not_known_stays_blank_and_today_says_so(zone: str) -> None:
    client = Client()
    sign_up(client, time_zone=zone)

    assert User.objects.get().time_zone == ""
    assert "Your days are counted in UTC" in text_of(client.get("/today/"))


def test_a_zone_that_is_known_needs_no_hint() -> None:
    client = Client()
    sign_up(client, time_zone="Europe/Berlin")

    assert "counted in UTC" not in text_of(client.get("/today/"))


def test_the_browser_fills_in_the_zone_by_script_and_the_field_is_blank_without_one() -> None:
    page = Client().get("/accounts/signup/")

    of_every_page = ["/static/vendor/idb-keyval-6.3.0/umd.js", "/static/js/queue.js", "/static/js/register.js"]
    scripts = [tag["src"] for tag in elements(page, "src") if tag["tag"] == "script"]
    assert scripts == [*of_every_page, "/static/js/zone.js"]
    assert value_of(page, "time_zone") is None


def test_an_address_that_is_taken_is_refused_kindly_and_kept_in_the_field() -> None:
    a_person("taken@example.org")

    page = sign_up(Client(), email="Taken@Example.org")

    assert page.status_code == 200
    assert len(complaints(page)) == 1
    assert value_of(page, "email") == "Taken@Example.org"
    assert User.objects.count() == 1


@pytest.mark.parametrize("password", ["short", "12345678901", "password123", "new@example.org"])
def test_a_weak_password_is_refused_and_the_address_kept(password: str) -> None:
    page = sign_up(Client(), password=password)

    assert page.status_code == 200
    assert complaints(page)
    assert value_of(page, "email") == "new@example.org"
    assert value_of(page, "password1") is None
    assert not User.objects.exists()


# --- The address is confirmed, where mail can be sent ---------------------------------------------------------------


@pytest.mark.usefixtures("mail_server")
def test_with_a_mail_server_the_address_is_confirmed_first_and_the_link_signs_in() -> None:
    client = Client()
    answer = sign_up(client)
    assert answer["Location"] == "/accounts/confirm-email/"
    assert "Look in your mail" in text_of(client.get("/accounts/confirm-email/"))
    assert not is_signed_in(client)
    assert the_mail()[:2] == (["new@example.org"], "Confirm your email address")

    link = the_link("/accounts/confirm-email/")
    assert "new@example.org" in text_of(client.get(link))
    assert not is_signed_in(client)

    answer = client.post(link)

    assert (answer.status_code, answer["Location"]) == (302, "/today/")
    assert is_signed_in(client)
    assert PlanItem.objects.for_user(User.objects.get()).count() == 0  # this catalogue is empty


@pytest.mark.usefixtures("mail_server")
def test_nobody_signs_in_with_an_address_that_is_not_confirmed() -> None:
    sign_up(Client())
    client = Client()

    answer = sign_in(client, "new@example.org")

    assert answer["Location"] == "/accounts/confirm-email/"
    assert not is_signed_in(client)


@pytest.mark.usefixtures("mail_server")
def test_the_link_opened_elsewhere_confirms_the_address_and_leads_to_signing_in() -> None:
    sign_up(Client())
    elsewhere = Client()

    answer = elsewhere.post(the_link("/accounts/confirm-email/"))

    assert answer["Location"] == "/accounts/login/"
    assert "new@example.org is confirmed" in text_of(elsewhere.get("/accounts/login/"))
    assert sign_in(elsewhere, "new@example.org")["Location"] == "/today/"


@pytest.mark.usefixtures("mail_server")
def test_with_a_mail_server_nobody_learns_from_the_page_that_an_address_is_taken() -> None:
    a_person("taken@example.org")

    answer = sign_up(Client(), email="taken@example.org")

    assert answer["Location"] == "/accounts/confirm-email/"
    assert the_mail()[:2] == (["taken@example.org"], "You already have an account")
    assert the_link("/accounts/login/") == "/accounts/login/"
    assert User.objects.count() == 1


def test_a_confirmation_link_that_is_broken_says_so_and_leads_on() -> None:
    page = Client().get("/accounts/confirm-email/broken/")

    assert "This link no longer works" in text_of(page)
    assert "/accounts/login/" in [link["href"] for link in elements(page, "href") if link.get("class") == "button"]


# --- Sign-in and sign-out -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["me@example.org", "Me@Example.ORG", " me@example.org "])
def test_an_address_is_the_same_in_capitals(typed: str) -> None:
    a_person("me@example.org")
    client = Client()

    assert sign_in(client, typed)["Location"] == "/today/"
    assert is_signed_in(client)


def test_an_address_typed_in_capitals_at_sign_up_is_the_same_too() -> None:
    sign_up(Client(), email="Me@Example.ORG")
    client = Client()

    assert sign_in(client, "me@example.org")["Location"] == "/today/"


def test_signing_in_leads_back_to_where_one_wanted_to_go() -> None:
    a_person("me@example.org")
    client = Client()
    assert client.get("/history/")["Location"] == "/accounts/login/?next=/history/"
    page = client.get("/accounts/login/?next=/history/")
    assert value_of(page, "next") == "/history/"

    assert sign_in(client, "me@example.org", next="/history/")["Location"] == "/history/"


def test_signing_in_leads_to_no_other_site() -> None:
    a_person("me@example.org")

    assert sign_in(Client(), "me@example.org", next="https://elsewhere.example/")["Location"] == "/today/"


def test_a_wrong_password_keeps_the_address_but_not_the_password() -> None:
    a_person("me@example.org")

    page = sign_in(Client(), "me@example.org", "wrong")

    assert page.status_code == 200
    assert len(complaints(page)) == 1
    assert value_of(page, "login") == "me@example.org"
    assert value_of(page, "password") is None


def test_an_account_that_is_switched_off_says_so() -> None:
    a_person("me@example.org", is_active=False)
    client = Client()

    assert sign_in(client, "me@example.org")["Location"] == "/accounts/inactive/"
    assert "This account is switched off" in text_of(client.get("/accounts/inactive/"))


def test_only_a_post_signs_out() -> None:
    client = browser_of(a_person())

    page = client.get("/accounts/logout/")
    assert "Everything you have recorded stays here" in text_of(page)
    assert is_signed_in(client)

    answer = client.post("/accounts/logout/")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert not is_signed_in(client)


def test_too_many_attempts_get_a_short_break_and_the_count_is_shared_through_the_database(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
    call_command("createcachetable")
    answers = [sign_up(Client(), password="short") for _ in range(21)]

    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert "A short break, please" in text_of(answers[-1])


def test_after_five_wrong_guesses_even_the_right_password_has_to_wait() -> None:
    a_person("me@example.org")
    for _ in range(5):
        sign_in(Client(), "me@example.org", "wrong")
    client = Client()

    page = sign_in(client, "me@example.org")

    assert len(complaints(page)) == 1
    assert not is_signed_in(client)


# --- Passwords ------------------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_through_the_link_in_a_mail() -> None:
    a_person("me@example.org")
    client = Client()

    answer = client.post("/accounts/password/reset/", {"email": "ME@example.org"})
    assert answer["Location"] == "/accounts/password/reset/done/"
    assert "Whoever runs it can give you the link" in text_of(client.get("/accounts/password/reset/done/"))
    with override_settings(HAS_MAIL_SERVER=True):
        assert "a mail is on its way" in text_of(client.get("/accounts/password/reset/done/"))
    assert the_mail()[:2] == (["me@example.org"], "Choose a new password")

    form = client.get(the_link("/password/reset/key/"))["Location"]
    assert "Choose a new password" in text_of(client.get(form))
    answer = client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/today/")
    assert is_signed_in(client)
    assert sign_in(Client(), "me@example.org", NEW_PASSWORD)["Location"] == "/today/"
    assert sign_in(Client(), "me@example.org").status_code == 200


def test_a_reset_link_works_once() -> None:
    a_person("me@example.org")
    client = Client()
    client.post("/accounts/password/reset/", {"email": "me@example.org"})
    link = the_link("/password/reset/key/")
    client.post(client.get(link)["Location"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    page = Client().get(link)

    assert "This link no longer works" in text_of(page)
    assert "/accounts/password/reset/" in [link["href"] for link in elements(page, "href")]


def test_a_reset_for_an_unknown_address_looks_the_same_and_its_owner_is_told() -> None:
    client = Client()

    answer = client.post("/accounts/password/reset/", {"email": "stranger@example.org"})

    assert answer["Location"] == "/accounts/password/reset/done/"
    assert the_mail()[:2] == (["stranger@example.org"], "There is no account with this address")
    assert the_link("/signup/") == "/accounts/signup/"


def test_mails_are_plain_text_and_link_only_to_this_site() -> None:
    a_person("me@example.org")
    Client().post("/accounts/password/reset/", {"email": "me@example.org"})

    _to, _subject, body = the_mail()

    assert body.startswith("Hello,\n\nSomebody, most likely you,")
    assert body.endswith(f"\n\nBackpain\n{HERE}/")
    assert {address.split("/accounts/")[0].rstrip("/") for address in re.findall(r"https?://\S+", body)} == {HERE}


def test_changing_the_password_keeps_one_signed_in_here_and_nowhere_else() -> None:
    user = a_person("me@example.org")
    here, elsewhere = browser_of(user), browser_of(user)
    typed = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "next": "/settings/"}

    answer = here.post("/accounts/password/change/", typed)

    assert (answer.status_code, answer["Location"]) == (302, "/settings/")
    assert "Your new password is saved." in text_of(here.get("/settings/"))
    assert not is_signed_in(elsewhere)
    assert sign_in(Client(), "me@example.org", NEW_PASSWORD)["Location"] == "/today/"


def test_changing_the_password_wants_the_present_one() -> None:
    user = a_person("me@example.org")
    typed = {"oldpassword": "wrong", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}

    page = browser_of(user).post("/accounts/password/change/", typed)

    assert page.status_code == 200
    assert len(complaints(page)) == 1
    assert sign_in(Client(), "me@example.org")["Location"] == "/today/"


# --- The address changes --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("mail_server")
def test_a_new_address_takes_the_place_of_ones_own_that_waits_and_of_nobody_elses() -> None:
    user, somebody_else = a_person(), a_person()
    sent = [(somebody_else, "theirs@example.org"), (user, "mine@example.org"), (user, "new@example.org")]
    for person, address in sent:
        make_sure(browser_of(person)).post("/accounts/email/", {"email": address, "action_add": ""})
    assert set(EmailAddress.objects.values_list("user", "email")) == {
        *((user.pk, user.email), (user.pk, "new@example.org")),
        *((somebody_else.pk, somebody_else.email), (somebody_else.pk, "theirs@example.org")),
    }


@pytest.mark.usefixtures("mail_server")
def test_a_new_address_holds_once_its_link_is_opened_and_the_old_one_until_then() -> None:
    client = Client()
    sign_up(client, email="old@example.org")
    client.post(the_link("/accounts/confirm-email/"))
    mail.outbox.clear()
    make_sure(client)

    client.post("/accounts/email/", {"email": "New@example.org", "action_add": ""})

    assert User.objects.get().email == "old@example.org"
    assert "A mail went to new@example.org" in text_of(client.get("/accounts/email/"))
    assert the_mail()[:2] == (["new@example.org"], "Confirm your new email address")

    client.post(the_link("/accounts/confirm-email/"))

    assert User.objects.get().email == "new@example.org"
    assert sign_in(Client(), "new@example.org")["Location"] == "/today/"
    assert sign_in(Client(), "old@example.org").status_code == 200


@pytest.mark.usefixtures("mail_server")
def test_a_change_of_address_wants_the_password_first_and_goes_on_with_what_was_typed() -> None:
    user = a_person("old@example.org")
    client = browser_of(user)

    asked = client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Femail%2F"
    assert mail.outbox == []
    client.post(asked["Location"], {"password": "not this one"})
    assert mail.outbox == []
    client.post(asked["Location"], {"password": PASSWORD, "next": "/accounts/email/"})

    assert the_mail()[:2] == (["new@example.org"], "Confirm your new email address")
    assert User.objects.get().email == "old@example.org"


@pytest.mark.usefixtures("mail_server")
def test_an_address_from_before_there_was_a_mail_server_is_confirmed_by_a_mail_that_says_so() -> None:
    client = browser_of(a_person("anna@example.org"))
    make_sure(client)
    assert "Not confirmed yet" in text_of(client.get("/accounts/email/"))

    client.post("/accounts/email/", {"email": "anna@example.org", "action_send": ""})

    to, subject, words = the_mail()
    assert (to, subject) == (["anna@example.org"], "Confirm your email address")
    assert "To confirm that this address is yours, open this link:" in words
    assert "instead of" not in words
    client.post(the_link("/accounts/confirm-email/"))
    assert "Not confirmed yet" not in text_of(client.get("/accounts/email/"))
    assert EmailAddress.objects.get().verified


def test_an_address_that_somebody_else_has_confirmed_is_not_confirmed_by_that() -> None:
    user, somebody_else = a_person("anna@example.org"), a_person()
    EmailAddress.objects.create(user=somebody_else, email="anna@example.org", verified=True)
    EmailAddress.objects.create(user=user, email="another@example.org", verified=True)
    assert not is_confirmed(user)
    EmailAddress.objects.filter(user=somebody_else).delete()
    assert is_confirmed(confirmed(user))


def test_without_a_mail_server_nobody_is_asked_to_confirm_the_address_they_have() -> None:
    client = browser_of(a_person("anna@example.org"))
    make_sure(client)
    assert "Not confirmed yet" not in text_of(client.get("/accounts/email/"))


@pytest.mark.usefixtures("mail_server")
def test_a_change_of_address_can_be_called_off() -> None:
    client = Client()
    sign_up(client, email="old@example.org")
    client.post(the_link("/accounts/confirm-email/"))
    make_sure(client)
    client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    assert "Waiting to be confirmed" in text_of(client.get("/accounts/email/"))

    client.post("/accounts/email/", {"email": "new@example.org", "action_remove": ""})

    assert "Waiting to be confirmed" not in text_of(client.get("/accounts/email/"))
    assert User.objects.get().email == "old@example.org"


def test_without_a_mail_server_too_the_old_address_holds_until_the_new_one_is_confirmed() -> None:
    client = Client()
    sign_up(client, email="old@example.org")
    make_sure(client)

    client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})

    assert User.objects.get().email == "old@example.org"
    assert sign_in(Client(), "old@example.org")["Location"] == "/today/"


# --- Preferences ----------------------------------------------------------------------------------------------------

CHOSEN = {
    "time_zone": "Asia/Kathmandu",
    "week_start": "6",
    "get_ready_seconds": "5",
    "rest_seconds": "0",
    "color_scheme": "dark",
}


def test_preferences_are_saved_and_in_force_on_the_next_page() -> None:
    user = a_person()
    client = browser_of(user)

    answer = client.post("/settings/", CHOSEN)

    assert (answer.status_code, answer["Location"]) == (302, "/settings/")
    user.refresh_from_db()
    assert (user.time_zone, user.week_start, user.color_scheme) == ("Asia/Kathmandu", 6, "dark")
    assert (user.get_ready_seconds, user.rest_seconds) == (5, 0)
    page = client.get("/settings/")
    assert "Your preferences are saved." in text_of(page)
    assert [html["data-scheme"] for html in elements(page, "data-scheme")] == ["dark"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars/Olympus_Mons"),
        ("week_start", "1"),
        ("week_start", ""),
        ("color_scheme", "sepia"),
        ("get_ready_seconds", "0"),
    ],
)
def test_a_choice_that_does_not_exist_is_refused_and_the_others_are_kept_on_the_page(field: str, value: str) -> None:
    user = a_person(time_zone="Europe/Berlin")

    page = browser_of(user).post("/settings/", {**CHOSEN, field: value})

    assert page.status_code == 400
    assert len(complaints(page)) == 1
    marked = [e["value"] for mark in ("selected", "checked") for e in elements(page, mark)]
    assert set(marked) >= {kept for name, kept in CHOSEN.items() if name != field}
    user.refresh_from_db()
    assert (user.time_zone, user.week_start, user.color_scheme) == ("Europe/Berlin", 0, "auto")


def test_a_zone_with_an_unusual_name_is_offered_and_kept() -> None:
    user = a_person(time_zone="Etc/GMT+3")
    client = browser_of(user)
    assert "Etc/GMT+3" in [option["value"] for option in elements(client.get("/settings/"), "selected")]

    client.post("/settings/", {**CHOSEN, "time_zone": "Etc/GMT+3"})

    user.refresh_from_db()
    assert user.time_zone == "Etc/GMT+3"


def test_the_settings_say_how_to_put_the_site_on_a_phone_and_what_works_there_without_a_connection() -> None:
    page = text_of(browser_of(a_person()).get("/settings/"))
    ways = [
        "iPhone, iPad In Safari, tap Share, then “Add to Home Screen”.",
        "Android, Chrome In the menu ⋮, tap “Install app” or “Add to Home screen”.",
        "Android, Firefox In the menu ⋮, tap “Install”.",
    ]
    assert [way for way in ways if way not in page] == []
    assert (
        "today's plan, the guided session, the page about pain and the safety notes open without a connection" in page
    )


def test_the_settings_lead_to_everything_about_the_account() -> None:
    page = browser_of(a_person("me@example.org")).get("/settings/")

    assert "You are signed in as me@example.org" in text_of(page)
    assert {link["href"] for link in elements(page, "href")} >= {
        "/accounts/password/change/?next=/settings/",
        "/accounts/email/",
        "/safety/",
    }
    assert "/accounts/logout/" in [form["action"] for form in elements(page, "action")]


# --- A session that has ended, a form that is too old ---------------------------------------------------------------

PERSONAL = ["/today/", "/week/", "/history/", "/settings/", "/accounts/password/change/", "/accounts/email/"]


@pytest.mark.parametrize("address", PERSONAL)
def test_a_stranger_is_led_to_sign_in_and_back(address: str) -> None:
    answer = Client().get(address)

    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={address}")


@pytest.mark.parametrize("address", PERSONAL)
def test_a_personal_page_is_stored_nowhere(address: str) -> None:
    for client in (Client(), browser_of(a_person())):
        assert "no-store" in client.get(address)["Cache-Control"]


def test_a_post_after_the_session_has_ended_says_so_and_leads_to_sign_in() -> None:
    page = Client().post("/settings/", CHOSEN)

    assert page.status_code == 403
    assert "nothing was saved" in text_of(page)
    assert [link["href"] for link in elements(page, "href") if link["tag"] == "a"] == [
        "/accounts/login/?next=%2Ftoday%2F"
    ]
    assert "no-store" in page["Cache-Control"]


def test_a_tick_after_the_session_has_ended_takes_the_browser_to_sign_in() -> None:
    answer = Client().post("/day/2026-11-18/foot-stretch/1/", {"done": "yes"}, headers={"HX-Request": "true"})

    assert answer.status_code == 403
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Ftoday%2F"


def test_a_form_that_is_too_old_is_offered_once_more_with_what_was_typed_but_no_password() -> None:
    a_person("me@example.org")
    client = Client(enforce_csrf_checks=True, headers={"Origin": HERE})
    typed = {"login": "me@example.org", "password": PASSWORD, "next": "/history/", "csrfmiddlewaretoken": "x" * 64}

    page = client.post("/accounts/login/?next=/history/", typed)

    assert page.status_code == 403
    assert "nothing you typed is lost" in text_of(page)
    assert PASSWORD not in page.content.decode()
    assert [form["action"] for form in elements(page, "action")] == ["/accounts/login/?next=/history/"]
    offered = {field["name"]: field["value"] for field in elements(page, "value")}
    assert sorted(offered) == ["csrfmiddlewaretoken", "login", "next"]

    again = client.post("/accounts/login/?next=/history/", offered)

    assert again.status_code == 200
    assert value_of(again, "login") == "me@example.org"


def test_what_was_typed_is_shown_as_text_not_as_markup() -> None:
    client = Client(enforce_csrf_checks=True, headers={"Origin": HERE})

    page = client.post("/accounts/login/", {"login": '"><script>alert(1)</script>'})

    assert value_of(page, "login") == '"><script>alert(1)</script>'
    assert b"<script" not in page.content


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {}])
def test_a_form_from_elsewhere_is_not_offered_again(headers: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True, headers=headers)

    page = client.post("/accounts/login/", {"login": "me@example.org", "password": PASSWORD})

    assert page.status_code == 403
    assert "nothing was saved" in text_of(page)
    assert elements(page, "action") == []
    assert "me@example.org" not in page.content.decode()
    assert [link["href"] for link in elements(page, "href") if link["tag"] == "a"] == ["/"]


# --- Further bounds -------------------------------------------------------------------------------------------------


def test_a_limit_outlives_what_others_put_into_the_cache(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", **DATABASE_CACHE}}
    call_command("createcachetable")
    cache.set("limit", 1, 300)
    for n in range(400):
        cache.set(f"{n:x}-somebody-else", 1, 300)
    assert cache.get("limit") == 1


@pytest.mark.parametrize("form", ["/accounts/signup/", "/accounts/email/"])
def test_an_address_too_long_to_keep_is_refused_in_the_form(form: str) -> None:
    long = "a" * 250 + "@e.org"
    client = browser_of(a_person()) if form == "/accounts/email/" else Client()
    answer = client.post(form, {"email": long, "password1": PASSWORD, "action_add": ""})
    assert answer.status_code == 200
    assert "at most 254 characters" in text_of(answer)
    assert not User.objects.filter(email__startswith="aaa").exists()


def test_a_zone_that_this_machine_does_not_know_is_counted_as_utc() -> None:
    user = a_person(time_zone="Mars/Base")
    assert browser_of(user).get("/today/").status_code == 200
    assert str(user.zone) == "UTC"


@pytest.mark.parametrize("zone", ["localtime", "Factory"])
def test_a_zone_that_stands_for_the_machine_is_not_taken_at_sign_up(zone: str) -> None:
    sign_up(Client(), time_zone=zone)
    assert User.objects.get().time_zone == ""


def test_a_form_sent_after_the_session_has_ended_is_told_and_led_back_with_what_was_typed() -> None:
    page = Client().post(
        "/accounts/email/",
        {"email": "typed@example.org", "action_add": ""},
        headers={"Referer": f"{HERE}/accounts/email/"},
    )
    assert page.status_code == 403
    assert "typed@example.org" in text_of(page)
    assert "/accounts/login/?next=%2Faccounts%2Femail%2F" in [tag["href"] for tag in elements(page, "href")]


def test_a_tap_after_the_session_has_ended_is_told_on_the_way_to_signing_in() -> None:
    client = Client()
    headers = {"HX-Request": "true", "HX-Current-URL": f"{HERE}/day/2026-11-17/"}
    answer = client.post("/day/2026-11-17/walk/1/", {"done": "yes"}, headers=headers)
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fday%2F2026-11-17%2F"
    page = client.get(answer["HX-Redirect"])
    assert [str(one) for one in page.context["messages"]] == ["You had been signed out, so the last tap was not saved."]


def test_the_way_back_never_leads_to_another_site() -> None:
    answer = Client().post("/settings/", {}, headers={"Referer": "https://elsewhere.example/today/"})
    assert "/accounts/login/?next=%2Ftoday%2F" in [tag["href"] for tag in elements(answer, "href")]


@pytest.mark.parametrize("address", ["/safety/", "/exercises/", "/accounts/logout/", "/"])
def test_a_signed_in_persons_pages_are_kept_by_no_cache(address: str) -> None:
    assert "no-store" in browser_of(a_person()).get(address)["Cache-Control"]


def test_what_is_the_same_for_everybody_may_be_kept() -> None:
    assert "no-store" not in Client().get("/safety/").get("Cache-Control", "")


def test_what_was_written_into_a_form_is_not_lost_with_a_session_and_choices_are_not_read_out() -> None:
    written = {
        "email": "typed@example.org",
        "words": "since the fall\non the stairs",
        "name": "Cat",
        "steps": "Lie down.",
        "other_equipment": "a rug",
        "slot_names": "in bed",
    }
    chosen = {"score": "7", "moment": "after", "password": "a long and quiet phrase"}

    page = Client().post("/pain/", {**written, **chosen})

    assert page.status_code == 403
    assert page.context["typed"] == list(written.values())
    assert "since the fall<br>on the stairs" in page.content.decode()
