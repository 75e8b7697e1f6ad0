"""The second step of signing in: an app's codes, passkeys, recovery codes, and what protects them."""

import json
import logging
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from fido2.utils import websafe_encode
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accounts.models import User
from tests.builders import PASSWORD, a_person, browser_of, elements, text_of
from tests.passkeys import Device

pytestmark = pytest.mark.django_db

SECURITY = "/accounts/security/"
APP, APP_AWAY = f"{SECURITY}totp/activate/", f"{SECURITY}totp/deactivate/"
CODES, NEW_CODES = f"{SECURITY}recovery-codes/", f"{SECURITY}recovery-codes/generate/"
KEYS, NEW_KEY = f"{SECURITY}webauthn/", f"{SECURITY}webauthn/add/"
KEY_SIGN_IN = f"{SECURITY}webauthn/login/"
STEP = f"{SECURITY}authenticate/"
# The whole minute makes it plain which code is shown when.
START = 1_795_000_020


@pytest.fixture(autouse=True)
def clock(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    time_machine.move_to(START, tick=False)
    return time_machine


@pytest.fixture
def user() -> User:
    return a_person("kim@example.org")


def sure(user: User, **options: Any) -> Client:
    """A client in which the person is signed in, and has just typed their password again."""
    client = browser_of(user, **{"SERVER_NAME": "localhost", **options})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def code(secret: str, seconds_later: int = 0) -> str:
    """What an app shows."""
    return str(format_hotp_value(hotp_value(secret, (START + seconds_later) // 30)))


def an_app(user: User) -> str:
    """Set up in a browser of its own, a minute ago as far as used codes go. Returns its secret."""
    client = sure(user)
    secret: str = client.get(APP).context["form"].secret
    had_codes = Authenticator.objects.filter(user=user, type="recovery_codes").exists()
    answer = client.post(APP, {"code": code(secret)})
    assert (answer.status_code, answer["Location"]) == (302, SECURITY if had_codes else CODES)
    return secret


def a_passkey(user: User, device: Device | None = None, name: str = "Phone") -> Device:
    device = device or Device()
    client = sure(user)
    options = client.get(NEW_KEY).context["js_data"]["creation_options"]
    answer = client.post(NEW_KEY, {"name": name, "credential": json.dumps(device.make(as_sent(options)))})
    assert answer.status_code == 302, answer.context["form"].errors
    return device


def as_sent(options: Any) -> Any:
    return json.loads(json.dumps(options, default=dict))


def password_typed(email: str = "kim@example.org") -> Client:
    client = Client(SERVER_NAME="localhost")
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def sign_in_by(client: Client, device: Device) -> Any:
    options = client.get(KEY_SIGN_IN, headers={"Accept": "application/json"}).json()["request_options"]
    return client.post(KEY_SIGN_IN, {"credential": json.dumps(device.answer(options))})


# --- An app -----------------------------------------------------------------------------------------------------------


def test_without_a_second_step_the_password_is_enough(user: User) -> None:
    assert is_signed_in(password_typed())


def test_with_an_app_the_password_alone_opens_nothing(user: User) -> None:
    an_app(user)
    client = password_typed()
    assert not is_signed_in(client)
    page = client.get(STEP)
    assert "One more step" in text_of(page)
    assert "no-store" in page["Cache-Control"]
    for address in ("/today/", SECURITY, CODES, "/settings/data/"):
        assert client.get(address)["Location"].startswith("/accounts/login/")


def test_the_code_that_the_app_shows_opens_the_account(user: User, clock: TimeMachineFixture) -> None:
    secret = an_app(user)
    client = password_typed()
    clock.shift(60)
    before = client.session.session_key
    assert client.post(STEP, {"code": code(secret, 60)})["Location"] == "/today/"
    assert is_signed_in(client)
    assert client.session.session_key != before


@pytest.mark.parametrize("shift", [-30, 0, 30])
def test_clocks_may_be_half_a_minute_apart(shift: int, user: User, clock: TimeMachineFixture) -> None:
    secret = an_app(user)
    clock.shift(300)
    client = password_typed()
    client.post(STEP, {"code": code(secret, 300 + shift)})
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "typed", ["", "000", "12345678901234567890", "abcdef", "٣٤٥٦٧٨", "1\x002", "60 s old", "60 s ahead"]
)
def test_another_code_does_not(typed: str, user: User, clock: TimeMachineFixture) -> None:
    secret = an_app(user)
    clock.shift(300)
    typed = {"60 s old": code(secret, 240), "60 s ahead": code(secret, 360)}.get(typed, typed)
    client = password_typed()
    answer = client.post(STEP, {"code": typed})
    assert answer.status_code == 200
    assert elements(answer, "aria-invalid")
    assert not is_signed_in(client)


@pytest.mark.parametrize("later", [0, 29, 31, 59])
def test_a_code_can_be_used_once(later: int, user: User, clock: TimeMachineFixture) -> None:
    secret = an_app(user)
    clock.shift(300)
    shown = code(secret, 330)
    first = password_typed()
    first.post(STEP, {"code": shown})
    assert is_signed_in(first)
    clock.shift(later)
    second = password_typed()
    assert "each can be used once" in text_of(second.post(STEP, {"code": f"{shown[:3]} {shown[3:]}"}))
    assert not is_signed_in(second)


def test_the_code_that_set_up_the_app_was_used_as_well(user: User) -> None:
    secret = an_app(user)
    client = password_typed()
    client.post(STEP, {"code": code(secret)})
    assert not is_signed_in(client)


def test_the_code_of_somebody_else_fits_nobody(user: User, clock: TimeMachineFixture) -> None:
    an_app(user)
    others = an_app(a_person("lou@example.org"))
    clock.shift(60)
    client = password_typed()
    client.post(STEP, {"code": code(others, 60)})
    assert not is_signed_in(client)


def test_guessing_codes_ends_after_five_also_with_new_sessions(user: User, clock: TimeMachineFixture) -> None:
    secret = an_app(user)
    clock.shift(300)
    for _guess in range(5):
        assert "This did not fit" in text_of(password_typed().post(STEP, {"code": "000000"}))
    client = password_typed()
    assert "Too many tries in a row" in text_of(client.post(STEP, {"code": code(secret, 300)}))
    assert not is_signed_in(client)
    clock.shift(301)
    client.post(STEP, {"code": code(secret, 601)})
    assert is_signed_in(client)


def test_a_wrong_code_sets_up_nothing(user: User) -> None:
    client = sure(user)
    secret = client.get(APP).context["form"].secret
    page = client.post(APP, {"code": "000000"})
    assert page.context["form"].secret == secret
    assert "This did not fit" in text_of(page)
    assert not Authenticator.objects.exists()


def test_the_page_shows_the_secret_as_a_picture_and_as_text(user: User) -> None:
    page = sure(user).get(APP)
    [picture] = [image for image in elements(page, "src") if image.get("class") == "qr"]
    assert picture["src"].startswith("data:image/svg+xml;base64,")
    assert page.context["form"].secret in text_of(page)
    assert "issuer=Backpain" in page.context["totp_url"]


def test_a_new_password_by_mail_does_not_get_around_the_second_step(user: User) -> None:
    an_app(user)
    client = Client(SERVER_NAME="localhost")
    client.post("/accounts/password/reset/", {"email": "kim@example.org"})
    [link] = re.findall(r"/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    form = client.get(link)["Location"]
    new = "another long and quiet phrase"
    answer = client.post(form, {"password1": new, "password2": new}, follow=True)
    assert answer.redirect_chain[-1][0] == STEP
    assert not is_signed_in(client)


def test_giving_up_the_app_takes_its_recovery_codes_along(user: User) -> None:
    an_app(user)
    assert sure(user).post(APP_AWAY)["Location"] == SECURITY
    assert not Authenticator.objects.exists()
    assert is_signed_in(password_typed())


# --- Recovery codes ---------------------------------------------------------------------------------------------------


def test_a_recovery_code_lets_in_once(user: User) -> None:
    an_app(user)
    codes = sure(user).get(CODES).context["unused_codes"]
    assert (len(codes), len(set(codes))) == (10, 10)
    first, second = password_typed(), password_typed()
    first.post(STEP, {"code": codes[3]})
    second.post(STEP, {"code": codes[3]})
    assert (is_signed_in(first), is_signed_in(second)) == (True, False)
    assert sure(user).get(CODES).context["unused_codes"] == [*codes[:3], *codes[4:]]


def test_new_codes_replace_the_old_ones(user: User) -> None:
    an_app(user)
    client = sure(user)
    old = client.get(CODES).context["unused_codes"]
    assert client.post(NEW_CODES)["Location"] == CODES
    new = client.get(CODES).context["unused_codes"]
    assert not set(old) & set(new)
    late = password_typed()
    late.post(STEP, {"code": old[0]})
    assert not is_signed_in(late)


def test_the_codes_are_downloaded_as_plain_text(user: User) -> None:
    an_app(user)
    client = sure(user)
    answer = client.get(f"{CODES}download/")
    assert re.findall(r"(?m)^\d{8}$", answer.content.decode()) == client.get(CODES).context["unused_codes"]
    assert "no-store" in answer["Cache-Control"]


def test_without_a_second_step_there_are_no_codes(user: User) -> None:
    client = sure(user)
    assert client.get(CODES).status_code == 404
    assert "Set up an app or a passkey first" in text_of(client.post(NEW_CODES))
    assert not Authenticator.objects.exists()


# --- Passkeys ---------------------------------------------------------------------------------------------------------


def test_a_passkey_is_a_way_in_by_itself(user: User) -> None:
    device = a_passkey(user)
    client = Client(SERVER_NAME="localhost")
    assert sign_in_by(client, device)["Location"] == "/today/"
    assert is_signed_in(client)


@pytest.mark.parametrize(("asked", "led"), [("/plan/", "/plan/"), ("//evil.example/", "/today/"), ("", "/today/")])
def test_a_passkey_leads_to_the_page_that_was_asked_for(asked: str, led: str, user: User) -> None:
    device = a_passkey(user)
    client = Client(SERVER_NAME="localhost")
    form = client.get("/accounts/login/", {"next": asked})
    sent = {field["name"]: field.get("value", "") for field in elements(form, "name") if field["name"] == "next"}
    options = client.get(KEY_SIGN_IN, headers={"Accept": "application/json"}).json()["request_options"]
    answer = client.post(KEY_SIGN_IN, {**sent, "credential": json.dumps(device.answer(options))})
    assert (answer.status_code, answer["Location"]) == (302, led)


def test_a_passkey_is_a_second_step_after_the_password(user: User) -> None:
    device = a_passkey(user)
    client = password_typed()
    assert not is_signed_in(client)
    options = as_sent(client.get(STEP).context["js_data"]["request_options"])
    assert client.post(STEP, {"credential": json.dumps(device.answer(options))})["Location"] == "/today/"
    assert is_signed_in(client)


def test_a_passkey_wants_a_finger_a_face_or_a_pin(user: User) -> None:
    device = a_passkey(user)
    device.asks_person = False
    assert not is_signed_in_after_key(device)
    client = sure(user)
    options = as_sent(client.get(NEW_KEY).context["js_data"]["creation_options"])
    assert options["publicKey"]["authenticatorSelection"]["userVerification"] == "required"
    sent = {"name": "", "credential": json.dumps(Device(asks_person=False).make(options))}
    assert client.post(NEW_KEY, sent).status_code == 200
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def is_signed_in_after_key(device: Device) -> bool:
    client = Client(SERVER_NAME="localhost")
    sign_in_by(client, device)
    return is_signed_in(client)


def test_the_device_of_somebody_else_opens_nothing(user: User) -> None:
    a_passkey(user)
    stranger = Device(whose=str(user.pk).encode())
    assert not is_signed_in_after_key(stranger)


def test_a_signature_for_another_site_opens_nothing(user: User) -> None:
    device = a_passkey(user)
    device.origin = "https://backpain.evil.example"
    assert not is_signed_in_after_key(device)
    device.origin = "http://localhost"
    assert is_signed_in_after_key(device)


def test_a_signature_is_good_for_one_question_only(user: User) -> None:
    device = a_passkey(user)
    client = Client(SERVER_NAME="localhost")
    options = client.get(KEY_SIGN_IN, headers={"Accept": "application/json"}).json()["request_options"]
    signed = json.dumps(device.answer(options))
    client.post(KEY_SIGN_IN, {"credential": signed})
    assert is_signed_in(client)
    again = Client(SERVER_NAME="localhost")
    again.get(KEY_SIGN_IN, headers={"Accept": "application/json"})
    again.post(KEY_SIGN_IN, {"credential": signed})
    assert not is_signed_in(again)


def test_who_may_not_sign_in_may_not_by_passkey_either(user: User) -> None:
    device = a_passkey(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not is_signed_in_after_key(device)


def test_a_removed_passkey_opens_nothing(user: User) -> None:
    device = a_passkey(user)
    key = Authenticator.objects.get(type="webauthn")
    assert sure(user).post(f"{KEYS}keys/{key.pk}/remove/")["Location"] == KEYS
    assert not is_signed_in_after_key(device)
    assert not Authenticator.objects.exists()


def test_passkeys_have_names(user: User) -> None:
    a_passkey(user, name="Kim’s phone")
    key = Authenticator.objects.get(type="webauthn")
    client = sure(user)
    assert "Kim’s phone" in text_of(client.get(KEYS))
    client.post(f"{KEYS}keys/{key.pk}/edit/", {"name": "<b>Desk</b>"})
    assert "<b>Desk</b>" in text_of(client.get(KEYS))
    assert "&lt;b&gt;Desk" in client.get(SECURITY).content.decode()
    assert elements(client.post(f"{KEYS}keys/{key.pk}/edit/", {"name": "x" * 61}), "aria-invalid")
    a_passkey(user, name="")
    assert "Passkey 2" in text_of(client.get(KEYS))


def test_there_is_an_end_to_passkeys(user: User) -> None:
    Authenticator.objects.bulk_create(
        Authenticator(user=user, type="webauthn", data=key.data)
        for _device in [a_passkey(user)]
        for key in [Authenticator.objects.get(type="webauthn")] * 19
    )
    client = sure(user)
    options = as_sent(client.get(NEW_KEY).context["js_data"]["creation_options"])
    page = client.post(NEW_KEY, {"name": "", "credential": json.dumps(Device().make(options))})
    assert "Please remove one first" in text_of(page)
    assert Authenticator.objects.filter(type="webauthn").count() == 20


@pytest.mark.parametrize("what", ["edit", "remove"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_passkey_of_somebody_else_is_not_found(what: str, method: str, user: User) -> None:
    a_passkey(user)
    key = Authenticator.objects.get(type="webauthn")
    stranger = sure(a_person())
    for number in (key.pk, 10**30):
        assert getattr(stranger, method)(f"{KEYS}keys/{number}/{what}/", {"name": "mine"}).status_code == 404
    key.refresh_from_db()
    assert key.wrap().name == "Phone"


def test_nobody_signs_up_by_passkey() -> None:
    for name in ("mfa_signup_webauthn", "account_signup_by_passkey"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


GOOD = Device(whose=b"1").answer({"publicKey": {"challenge": "AAAA", "rpId": "localhost"}})
MADE = Device().make({"publicKey": {"challenge": "AAAA", "rp": {"id": "localhost"}, "user": {"id": "MQ"}}})
CUT_OFF = b"\0" * 32 + b"\x81" + b"\0" * 4
MALFORMED = [
    # Each of these ends in an error of another kind somewhere in the library.
    *(json.dumps({name: value for name, value in whole.items() if name != "rawId"}) for whole in (GOOD, MADE)),
    *(json.dumps(whole | {"clientExtensionResults": 1}) for whole in (GOOD, MADE)),
    *(
        json.dumps(GOOD | {"response": GOOD["response"] | {"authenticatorData": websafe_encode(data)}})
        for data in (CUT_OFF, CUT_OFF + b"\x81" * 3_000)
    ),
    *(
        json.dumps(MADE | {"response": MADE["response"] | {"attestationObject": made}})
        for made in ("", "e30", "W10", websafe_encode(b"\x81" * 3_000))
    ),
    *("", "{", "null", "1", '"text"', "[]", "[1]", "{}", '{"id": 1}', '{"id": "x", "response": 7}'),
    "[" * 15_000,
    '{"a":' * 3_000,
    "9" * 5_000,
    json.dumps(GOOD | {"id": "\x00"}),
    json.dumps(GOOD | {"id": "ü"}, ensure_ascii=False),
    json.dumps(GOOD | {"rawId": "AAAA"}),
    json.dumps(GOOD | {"response": {}}),
    json.dumps(GOOD | {"response": GOOD["response"] | {"userHandle": "A" * 400}}),
    json.dumps(GOOD | {"response": GOOD["response"] | {"userHandle": None}}),
    json.dumps(GOOD | {"response": GOOD["response"] | {"userHandle": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}}),
    json.dumps(GOOD | {"response": GOOD["response"] | {"authenticatorData": "AA"}}),
    json.dumps(GOOD | {"response": GOOD["response"] | {"clientDataJSON": "AA"}}),
    json.dumps(GOOD | {"response": {"clientDataJSON": "e30", "attestationObject": "oQ"}}),
    json.dumps(GOOD | {"response": {"clientDataJSON": "e30", "attestationObject": "gYGBgYGBgYGBgYGBgYGBgYGB"}}),
    json.dumps(GOOD | {"id": "A" * 30_000}),
]


def test_what_no_device_would_send_is_refused_without_an_error(user: User) -> None:
    a_passkey(user)
    stranger, halfway, owner = Client(SERVER_NAME="localhost"), password_typed(), sure(user)
    for sent in MALFORMED:
        cache.clear()  # of the limits
        stranger.get(KEY_SIGN_IN, headers={"Accept": "application/json"})
        halfway.get(STEP)
        owner.get(NEW_KEY)
        assert stranger.post(KEY_SIGN_IN, {"credential": sent})["Location"] == "/accounts/login/", sent
        assert halfway.post(STEP, {"credential": sent}).status_code == 200, sent
        assert owner.post(NEW_KEY, {"name": "", "credential": sent}).status_code == 200, sent
        assert owner.post(f"{KEYS}reauthenticate/", {"credential": sent}).status_code == 302, sent
    assert (is_signed_in(stranger), is_signed_in(halfway)) == (False, False)
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_asking_for_passkeys_without_end_is_refused() -> None:
    client = Client(SERVER_NAME="localhost")
    answers = [client.get(KEY_SIGN_IN, headers={"Accept": "application/json"}).status_code for _n in range(31)]
    assert answers == [200] * 30 + [429]


# --- Only the person themselves ---------------------------------------------------------------------------------------


CHANGES = [
    APP,
    APP_AWAY,
    CODES,
    f"{CODES}download/",
    NEW_CODES,
    NEW_KEY,
    f"{KEYS}keys/%s/edit/",
    f"{KEYS}keys/%s/remove/",
]


@pytest.mark.parametrize(
    ("method", "address"), [*(("get", one) for one in CHANGES), *(("post", one) for one in CHANGES if one != CODES)]
)
def test_whatever_touches_the_second_step_wants_to_be_sure_first(method: str, address: str, user: User) -> None:
    a_passkey(user)
    if address != APP:
        an_app(user)
    key = Authenticator.objects.get(type="webauthn")
    before = list(Authenticator.objects.order_by("pk").values())
    client = browser_of(user)
    answer = getattr(client, method)(address.replace("%s", str(key.pk)), {"name": "new"})
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/reauthenticate/")
    assert list(Authenticator.objects.order_by("pk").values()) == before


def test_being_sure_holds_for_five_minutes(user: User, clock: TimeMachineFixture) -> None:
    client = sure(user)
    clock.shift(299)
    assert client.get(APP).status_code == 200
    clock.shift(2)
    assert client.get(APP)["Location"].startswith("/accounts/reauthenticate/")


def test_one_makes_sure_by_password_code_or_passkey(user: User, clock: TimeMachineFixture) -> None:
    secret, device = an_app(user), a_passkey(user)
    clock.shift(60)
    ways = browser_of(user).get("/accounts/reauthenticate/").context["reauthentication_alternatives"]
    assert [str(way["description"]) for way in ways] == ["Use a code", "Use a passkey"]
    by_code = browser_of(user)
    assert by_code.post(f"{SECURITY}reauthenticate/?next={CODES}", {"code": code(secret, 60)})["Location"] == CODES
    assert by_code.get(CODES).status_code == 200
    by_key = browser_of(user, SERVER_NAME="localhost")
    page = by_key.get(f"{KEYS}reauthenticate/?next={CODES}")
    answer = device.answer(as_sent(page.context["js_data"]["request_options"]))
    by_key.post(f"{KEYS}reauthenticate/", {"credential": json.dumps(answer), "next": CODES})
    assert by_key.get(CODES).status_code == 200


@pytest.mark.parametrize("address", [SECURITY, *CHANGES, KEYS, f"{SECURITY}reauthenticate/", f"{KEYS}reauthenticate/"])
def test_a_stranger_signs_in_first(address: str) -> None:
    assert Client().get(address.replace("%s", "1"))["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("act", "subject"),
    [
        (an_app, "An app was set up"),
        (lambda user: sure(user).post(APP_AWAY), "The app is no longer used"),
        (lambda user: sure(user).post(NEW_CODES), "New recovery codes"),
        (a_passkey, "A passkey was added"),
        (
            lambda user: sure(user).post(f"{KEYS}keys/{Authenticator.objects.get(type='webauthn').pk}/remove/"),
            "A passkey was removed",
        ),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_each_change_is_told_by_mail(act: Any, subject: str, user: User, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    if act is not an_app:
        an_app(user)
    if "removed" in subject:
        a_passkey(user)
    mail.outbox.clear()
    act(user)
    [message] = mail.outbox
    assert (message.to, message.subject) == (["kim@example.org"], subject)
    assert not re.search(r"\d{6}", str(message.body))


# --- What is secret ---------------------------------------------------------------------------------------------------


def test_the_database_holds_no_secret_that_could_be_used(user: User) -> None:
    secret = an_app(user)
    codes = sure(user).get(CODES).context["unused_codes"]
    stored = {step.type: step.data for step in Authenticator.objects.all()}
    assert decrypt(stored["totp"]["secret"]) == secret
    seed = decrypt(stored["recovery_codes"]["seed"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mfa_authenticator")
        rows = repr(cursor.fetchall())
    assert not any(word in rows for word in (secret, seed, *codes))


def test_with_another_key_of_the_site_no_code_fits_and_nothing_breaks(user: User, settings: Settings) -> None:
    secret = an_app(user)
    settings.SECRET_KEY = "another one, as after a move to another machine"
    client = password_typed()
    for typed in (code(secret, 30), "000000", format_hotp_value(hotp_value("", START // 30))):
        assert client.post(STEP, {"code": typed}).status_code == 200
    assert not is_signed_in(client)
    assert browser_of(user).get(SECURITY).status_code == 200


def test_no_log_says_a_secret(user: User, caplog: pytest.LogCaptureFixture, clock: TimeMachineFixture) -> None:
    with caplog.at_level(logging.INFO):
        secret, device = an_app(user), a_passkey(user)
        clock.shift(60)
        codes = sure(user).get(CODES).context["unused_codes"]
        for typed in ("000000", codes[0], code(secret, 60)):
            password_typed().post(STEP, {"code": typed})
        assert is_signed_in_after_key(device)
    said = caplog.text
    credential = device.name
    for word in (secret, codes[0], code(secret, 60), "kim@example.org", credential.hex()):
        assert word not in said


@pytest.mark.parametrize("address", [SECURITY, APP, CODES, NEW_CODES, KEYS, NEW_KEY, f"{KEYS}reauthenticate/"])
def test_its_pages_keep_the_policy_and_run_no_script_of_their_own(address: str, user: User) -> None:
    if address != APP:
        an_app(user)
    a_passkey(user)
    page = sure(user).get(address)
    assert page.status_code == 200
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    scripts = [tag for tag in elements(page, "src") + elements(page, "type") if tag["tag"] == "script"]
    assert all("src" in tag or tag["type"] == "application/json" for tag in scripts)
    assert "no-store" in page["Cache-Control"]


# --- When the device is lost ------------------------------------------------------------------------------------------


def test_whoever_runs_the_site_can_take_away_a_second_step(user: User, capsys: pytest.CaptureFixture[str]) -> None:
    an_app(user)
    other = a_person("lou@example.org")
    an_app(other)
    signed_in = browser_of(user)
    call_command("forget_second_step", "Kim@example.org")
    assert "kim@example.org signs in by password alone now" in capsys.readouterr().out
    assert set(Authenticator.objects.values_list("user", flat=True)) == {other.pk}
    assert is_signed_in(password_typed())
    assert not is_signed_in(signed_in)


def test_it_says_so_if_there_is_nobody_or_nothing(user: User) -> None:
    with pytest.raises(CommandError, match="no account"):
        call_command("forget_second_step", "nobody@example.org")
    with pytest.raises(CommandError, match="no second step"):
        call_command("forget_second_step", "kim@example.org")
