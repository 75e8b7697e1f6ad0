"""Who asks at the door learns nothing of who lives here: the causes of what `make bench-door` measures.

And passwords, whatever they are made of, and the sessions they open.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import Session, User
from accounts.passwords import MOST_CHARACTERS
from tests.builders import PASSWORD, a_person, browser_of, elements, text_of
from tests.test_accounts import NEW_PASSWORD, complaints, is_signed_in, sign_in, sign_up, the_link

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail_server(settings: Settings) -> None:
    """As if EMAIL_URL were set; the mails land in `mail.outbox`."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.HAS_MAIL_SERVER = True


class Counted:
    """What the answer to a form cost."""

    hashes = mails = 0
    queries: list[str]


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    found, before, encode = Counted(), len(mail.outbox), MD5PasswordHasher.encode

    def count(*arguments: Any) -> str:
        found.hashes += 1
        return encode(*arguments)

    with monkeypatch.context() as patch, CaptureQueriesContext(connection) as captured:
        patch.setattr(MD5PasswordHasher, "encode", count)
        yield found
    found.mails = len(mail.outbox) - before
    found.queries = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


KINDS = ("confirm", "unsure", "nohash", "inside", "outcast")
"""Somebody who has confirmed their address, has not yet, has no password, has never been asked, and may not sign in."""


def people() -> None:
    for kind in KINDS:
        user = a_person(f"{kind}@example.org", is_active=kind != "outcast")
        if kind != "inside":
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=kind != "unsure")
        if kind == "nohash":
            user.set_unusable_password()
            user.save()


FORMS = {
    "/accounts/login/": ("login", {"password": "a wrong and quiet one"}),
    "/accounts/password/reset/": ("email", {}),
    "/accounts/signup/": ("email", {"password1": PASSWORD, "time_zone": "UTC"}),
}


def told(client: Client, form: str, email: str) -> list[str]:
    """All that a browser is told when it sends the form, the pages that it is led to included."""
    name, typed = FORMS[form]
    found, answer = [], client.post(form, {name: email, **typed})
    for _page in range(3):
        cookies = {cookie.key: {**cookie, "value": "", "expires": ""} for cookie in answer.cookies.values()}
        headers = {name: value for name, value in answer.headers.items() if name not in ("Expires", "Content-Length")}
        page = re.sub(r'csrfmiddlewaretoken" value="[^"]+', "", answer.content.decode())
        found.append(f"{answer.status_code} {headers} {cookies} {page}".replace(email, "…"))
        if answer.status_code != 302:
            return found
        answer = client.get(answer["Location"])
    raise AssertionError("it leads on and on")


@pytest.mark.usefixtures("mail_server")
@pytest.mark.parametrize("form", FORMS)
def test_the_answer_is_the_same_to_the_byte_whether_an_address_has_an_account(form: str) -> None:
    people()
    to_nobody = told(Client(), form, "nobody@example.org")

    assert len(to_nobody) == (1 if form == "/accounts/login/" else 2)
    for kind in KINDS:
        assert told(Client(), form, f"{kind}@example.org") == to_nobody, kind


@pytest.mark.usefixtures("mail_server")
@pytest.mark.parametrize(("form", "hashes", "mails"), [("login/", 1, 0), ("password/reset/", 0, 1), ("signup/", 1, 1)])
def test_the_answer_takes_as_many_hashes_and_mails_for_everybody(
    form: str, hashes: int, mails: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    people()
    for kind in (*KINDS, "nobody"):
        with counted(monkeypatch) as cost:
            told(Client(), f"/accounts/{form}", f"{kind}@example.org")
        assert (kind, cost.hashes, cost.mails) == (kind, hashes, mails)


@pytest.mark.usefixtures("mail_server")
def test_a_reset_takes_the_same_queries_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    people()
    found = {}
    for kind in (*KINDS, "nobody"):
        with counted(monkeypatch) as cost:
            Client().post("/accounts/password/reset/", {"email": f"{kind}@example.org"})
        found[kind] = [sql.replace(kind, "…") for sql in cost.queries]
    assert all(queries == found["nobody"] for queries in found.values())
    assert len(found["nobody"]) == 1


@pytest.mark.usefixtures("mail_server")
def test_signing_in_takes_one_query_more_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of tenths of a millisecond, beside a hash of hundreds."""
    people()
    for kind in (*KINDS, "nobody"):
        with counted(monkeypatch) as cost:
            sign_in(Client(), f"{kind}@example.org", "a wrong and quiet one")
        assert len(cost.queries) in (1, 2), kind


def test_without_a_mail_server_signing_up_has_to_say_that_an_address_is_taken() -> None:
    """There is no mail in which it could be said to its owner alone."""
    a_person("taken@example.org")
    assert complaints(sign_up(Client(), "taken@example.org")) == [
        "There is an account with this address already. You can sign in instead."
    ]


# --- Passwords --------------------------------------------------------------------------------------------------------

LONG = "correct horse battery staple, and a donkey that lies in the hay."
GOOD = {
    "of 64 characters": LONG,
    "of as many as there may be": "x7 " * (MOST_CHARACTERS // 3) + "y",
    "with blanks at both ends": "  seven quiet owls  ",
    "of other letters": "пять тихих сов сидят",
    "of signs": "🦉🦉🦉🦉 ночь 夜 ليلة",
    "of one case and no digits": "sevenquietowls",
}


@pytest.mark.parametrize("password", GOOD.values(), ids=GOOD)
def test_a_password_may_be_made_of_anything_and_every_character_counts(password: str) -> None:
    assert len(LONG) == 64
    assert sign_up(Client(), password=password).status_code == 302

    assert sign_in(Client(), "new@example.org", password).status_code == 302
    for other in (password[:-1], password.strip()[1:], password.swapcase() + "."):
        assert sign_in(Client(), "new@example.org", other).status_code == 200


def chosen_in_each_form(password: str) -> dict[str, Any]:
    """The answers of all forms in which one chooses a password. All of them are for the person new@example.org."""
    answers = {"sign-up": sign_up(Client(), password=password)}
    user = User.objects.filter(email="new@example.org").first() or a_person("new@example.org")
    twice = {"password1": password, "password2": password}
    client = Client()
    client.post("/accounts/password/reset/", {"email": user.email})
    form = client.get(the_link("/password/reset/key/"))["Location"]
    answers["reset"] = client.post(form, twice)
    typed = {"oldpassword": PASSWORD, **twice}
    answers["change"] = browser_of(user).post("/accounts/password/change/", typed)
    return answers


COMMON = [
    "password1",
    "qwertyuiop",
    "iloveyou",
    "trustno1",
    "football1",
    "Passw0rd",
    "baseball",
    "sunshine",
    "princess",
]


@pytest.mark.parametrize(
    "password", [*COMMON, "new@example.org", "short", "", "a\0bcdefghijk", "x" * 300, "x" * 1_000_000]
)
def test_a_password_that_will_not_do_is_refused_in_every_form_with_a_reason(password: str) -> None:
    for form, page in chosen_in_each_form(password).items():
        assert (form, page.status_code) == (form, 200)
        assert complaints(page), form
        assert all("value" not in field for field in fields(page).values() if field["type"] == "password")
    assert not Client().login(email="new@example.org", password=password)


def test_one_that_is_too_long_is_told_how_long_it_may_be() -> None:
    assert complaints(sign_up(Client(), password="seven quiet owls " * 20)) == [
        "This is longer than we can take. Please choose one of at most 256 characters."
    ]


@pytest.mark.parametrize(
    "password", ["a\0b", "\0", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "x" * 1_000_000]
)
def test_a_strange_password_at_sign_in_is_only_a_wrong_one(password: str) -> None:
    a_person("me@example.org")
    page = sign_in(Client(), "me@example.org", password)
    assert (page.status_code, len(complaints(page))) == (200, 1)


@pytest.mark.parametrize("form", ["login/", "signup/", "password/reset/"])
def test_a_strange_address_is_only_a_wrong_one(form: str) -> None:
    name, typed = FORMS[f"/accounts/{form}"]
    for email in ("\0@example.org", "kim\r\nBcc: lou@example.org", "kim@" + "x" * 100_000, "kim\u2028@example.org"):
        page = Client().post(f"/accounts/{form}", {name: email, **typed})
        assert (page.status_code, bool(complaints(page))) == (200, True), email[:30]
    assert mail.outbox == []


def fields(page: Any) -> dict[str, dict[str, str]]:
    return {field["name"]: field for field in elements(page, "name") if field["tag"] == "input"}


def test_password_managers_are_told_which_password_is_meant_and_cut_off_nothing() -> None:
    client = Client()
    a_person("me@example.org")
    client.post("/accounts/password/reset/", {"email": "me@example.org"})
    from_link = client.get(client.get(the_link("/password/reset/key/"))["Location"])
    signed_in = browser_of(a_person())
    pages = {
        "sign-in": Client().get("/accounts/login/"),
        "sign-up": Client().get("/accounts/signup/"),
        "reset": Client().get("/accounts/password/reset/"),
        "from the link": from_link,
        "change": signed_in.get("/accounts/password/change/"),
        "again": signed_in.get("/accounts/reauthenticate/"),
    }
    told = {
        form: {name: field["autocomplete"] for name, field in fields(page).items() if "autocomplete" in field}
        for form, page in pages.items()
    }
    assert told == {
        "sign-in": {"login": "username", "password": "current-password", "credential": "off"},
        "sign-up": {"email": "email", "password1": "new-password"},
        "reset": {"email": "email"},
        "from the link": {"password1": "new-password", "password2": "new-password"},
        "change": {
            "username": "username",
            "oldpassword": "current-password",
            "password1": "new-password",
            "password2": "new-password",
        },
        "again": {"username": "username", "password": "current-password"},
    }
    for page in pages.values():
        passwords = [field for field in fields(page).values() if field.get("type") == "password"]
        assert all("maxlength" not in field and "value" not in field for field in passwords)


def test_passwords_are_kept_as_django_keeps_them_by_default(settings: Settings) -> None:
    """PBKDF2 with a million rounds; the tests of a whole site use a quick hash instead."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    algorithm, rounds, _salt, _hash = a_person().password.split("$")
    assert (algorithm, int(rounds) >= 600_000) == ("pbkdf2_sha256", True)


# --- Sessions ---------------------------------------------------------------------------------------------------------


def key_of(client: Client) -> str:
    return client.cookies["sessionid"].value


@pytest.mark.usefixtures("mail_server")
def test_the_session_gets_a_new_key_when_one_signs_in_and_the_old_one_is_gone() -> None:
    user = a_person("me@example.org")
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    client = Client()
    sign_up(client, "other@example.org")  # leaves a session of nobody
    before = key_of(client)

    assert sign_in(client, "me@example.org").status_code == 302

    assert is_signed_in(client)
    assert key_of(client) != before
    assert list(Session.objects.values_list("session_key", flat=True)) == [key_of(client)]


def test_a_key_that_somebody_else_has_chosen_is_not_taken_up() -> None:
    a_person("me@example.org")
    client = Client()
    client.cookies["sessionid"] = "chosenbysomebodyelse000000000000"

    sign_in(client, "me@example.org")

    assert key_of(client) != "chosenbysomebodyelse000000000000"


def test_the_session_gets_a_new_key_when_the_password_changes_and_all_others_end() -> None:
    user = a_person("me@example.org")
    here, elsewhere = browser_of(user), browser_of(user)
    before = key_of(here)

    here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )

    assert is_signed_in(here)
    assert key_of(here) != before
    assert not Session.objects.filter(session_key=before).exists()
    assert not is_signed_in(elsewhere)


def test_a_password_from_a_link_ends_every_session_that_was() -> None:
    user = a_person("me@example.org")
    elsewhere, client = browser_of(user), Client()
    client.post("/accounts/password/reset/", {"email": "me@example.org"})
    form = client.get(the_link("/password/reset/key/"))["Location"]

    client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_signing_out_ends_the_session_on_the_server_as_well() -> None:
    client = browser_of(a_person())
    stolen = Client()
    stolen.cookies["sessionid"] = key_of(client)
    assert is_signed_in(stolen)

    client.post("/accounts/logout/")

    assert not is_signed_in(stolen)
    assert not Session.objects.exists()


def test_a_session_lasts_sixty_days_without_being_asked_for_it_and_its_cookie_is_for_the_server_alone() -> None:
    a_person("me@example.org")
    client = Client()
    assert "remember" not in fields(client.get("/accounts/login/"))

    cookie = sign_in(client, "me@example.org").cookies["sessionid"]

    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (60 * 24 * 3600, True, "Lax")


# --- A browser in which a person is known -----------------------------------------------------------------------------


def test_whose_browser_is_known_is_not_shut_out_by_the_guesses_of_strangers() -> None:
    a_person("me@example.org")
    client, address = Client(), iter(f"203.0.113.{n}" for n in range(100))
    sign_in(client, "me@example.org")
    client.post("/accounts/logout/")
    for _guess in range(6):
        sign_in(Client(REMOTE_ADDR=next(address)), "me@example.org", "wrong")
    assert sign_in(Client(REMOTE_ADDR=next(address)), "me@example.org").status_code == 200

    assert sign_in(client, "me@example.org").status_code == 302


def test_a_new_password_ends_the_wait_everywhere() -> None:
    user = a_person("me@example.org")
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    for _guess in range(6):
        sign_in(Client(), "me@example.org", "wrong")
    client = Client()
    client.post("/accounts/password/reset/", {"email": "me@example.org"})
    form = client.get(the_link("/password/reset/key/"))["Location"]
    client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    assert sign_in(Client(), "me@example.org", NEW_PASSWORD).status_code == 302


def test_what_makes_a_browser_known_tells_nothing_opens_nothing_and_is_good_for_one_account() -> None:
    a_person("me@example.org")
    a_person("lou@example.org")
    cookie = sign_in(Client(), "me@example.org").cookies["known"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert re.fullmatch("[0-9a-f]{64}", cookie.value)
    thief = Client()
    thief.cookies["known"] = cookie.value
    assert not is_signed_in(thief)
    for n in range(6):
        sign_in(Client(REMOTE_ADDR=f"203.0.113.{n}"), "lou@example.org", "wrong")
    assert "Too many tries in a row" in text_of(sign_in(thief, "lou@example.org"))
