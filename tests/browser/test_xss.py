"""Whatever people write is shown as they wrote it, on every page, and none of it runs."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django import forms
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client
from django.utils.module_loading import import_string
from playwright.sync_api import Dialog, Page, Route

from accounts.models import User
from exercises.models import Equipment, Exercise
from sharing.models import Share
from tests.browser.conftest import DESK, Complaints, Visit
from tests.builders import PASSWORD, a_person, an_exercise, browser_of, did
from tests.test_import_loop import WORDS, zipped
from tests.test_plan_page import TWICE

pytestmark = pytest.mark.django_db(transaction=True)

PAYLOADS = [
    *("<script>x()</script>", "<img src=q onerror=x()>", "<svg onload=x()>", "<svg/onload=x()>", "<body onload=x()>"),
    *(
        '"><script>x()</script>',
        "'><img src=q onerror=x()>",
        '" autofocus onfocus=x() a="',
        "' autofocus onfocus=x() a='",
    ),
    *("</title><script>x()</script>", "</textarea><script>x()</script>", "</script><script>x()</script>"),
    *("</style><svg onload=x()>", "--><svg onload=x()>", "]]><svg onload=x()>", '<iframe srcdoc="<script>top.x()">'),
    *(
        "<iframe src=javascript:top.x()>",
        "<a href=javascript:x()>a</a>",
        "javascript:x()",
        "<details open ontoggle=x()>",
    ),
    *("<input autofocus onfocus=x()>", "<video><source onerror=x()>", "<audio src=q onerror=x()>"),
    *("<object data=javascript:x()>", "<embed src=javascript:x()>", "<math><mi xlink:href=javascript:x()>"),
    *("<base href=//elsewhere.example/>", "<meta http-equiv=refresh content=0;/x>", "<style>*{color:red}</style>"),
    *("<link rel=stylesheet href=//a.example>", "<form action=//a.example><button>", "<p hx-get=/x hx-trigger=load>"),
    *("<p hx-on::load=x()>", "<p data-hx-get=/x data-hx-trigger=load>", "{{x()}} ${x()} #{x()} <%=x()%>"),
    *("{% load x %}{{ request }}", r"\u003csvg onload=x()\u003e", "&lt;script&gt;x()&lt;/script&gt;"),
    *("&#60;svg onload=x()&#62;", "<scr<script>ipt>x()</scr</script>ipt>", "＜script＞x()＜/script＞"),
]
ALL = "\n".join(PAYLOADS)
IN_ADDRESSES = '"<svg/onload=x()>"@example.org'

WATCH = """
window.x = () => { console.error("a payload ran") };
addEventListener("securitypolicyviolation", (event) => console.error("refused", event.blockedURI, event.sample));
"""
# What our pages never have; whether the policy would have stopped it counts for nothing.
FOREIGN = """() => [...document.querySelectorAll("*")].filter((one) => {
    const attributes = [...one.attributes];
    const inline = one.localName === "script" && !one.src && one.type !== "application/json";
    const element = "audio base embed iframe math object style video".split(" ");
    return inline || element.includes(one.localName) || attributes.some(({ name, value }) =>
        /^(on|hx-on|hx-get|data-hx|srcdoc)/.test(name)
        || /^\\s*javascript:/i.test(value) && /^(href|src|data|action|formaction|xlink:href)$/.test(name));
}).map((one) => one.outerHTML.slice(0, 200))"""
SHOWN = """() => [
    document.documentElement.textContent,
    ...[...document.querySelectorAll("input, textarea")].map((one) => one.value),
    ...[...document.querySelectorAll("[aria-label]")].map((one) => one.ariaLabel),
].join("\\n")"""


FILL_AND_SEND = """(form, text) => {
    for (const field of form.querySelectorAll("input, textarea")) {
        if (["email", "search"].includes(field.type)) field.type = "text";
        field.removeAttribute("maxlength");
        if (["text", "textarea"].includes(field.type)) field.value = text;
    }
    form.noValidate = true;
    form.requestSubmit(form.querySelector("button:not([type=button])"));
}"""


class Watched:
    """A page that is looked at closely, wherever it goes."""

    def __init__(self, page: Page, complaints: Complaints) -> None:
        self.page, self.complaints = page, complaints
        page.add_init_script(WATCH)
        page.on("dialog", self.dismiss)

    def dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"{self.page.url}: {dialog.message}")
        dialog.dismiss()

    def see(self, address: str, *texts: str) -> None:
        self.page.goto(address)
        self.look(*texts)

    def look(self, *texts: str) -> None:
        """Nothing is in the page that is not ours, and these texts stand in it as they were written."""
        assert self.page.evaluate(FOREIGN) == [], self.page.url
        shown = self.page.evaluate(SHOWN)
        assert [text for text in texts if text not in shown] == [], self.page.url

    def refused(self, *texts: str) -> None:
        """The answer is an error page, and a browser says so; that alone is no complaint."""
        self.look(*texts)
        expected = [one for one in self.complaints if "the server responded with a status of 4" in one]
        assert expected
        for one in expected:
            self.complaints.remove(one)

    def fill_and_send(self, form: str) -> None:
        """Every text field of the form gets all payloads, whatever the browser would have to say about it."""
        with self.page.expect_navigation():
            self.page.eval_on_selector(form, FILL_AND_SEND, ALL.replace("\n", " "))


# --- Every field there is ---------------------------------------------------------------------------------------------

OURS = ("accounts", "exercises", "tracking", "pain", "history", "sharing", "reminders", "rights")
SEEN = {
    *(
        f"exercises.Exercise.{name}"
        for name in ("name", "purpose", "place", "other_equipment", "steps", "avoid", "note")
    ),
    *("exercises.Exercise.claim", "exercises.Exercise.known", "exercises.Exercise.unknown", "exercises.Equipment.name"),
    *("accounts.User.email", "tracking.PlanItem.slot_names", "pain.CheckIn.words", "reminders.Reminder.name"),
    *(
        "OwnExerciseForm.name",
        "OwnExerciseForm.steps",
        "OwnExerciseForm.other_equipment",
        "PrescriptionForm.slot_names",
    ),
    *("CheckInForm.words", "CatalogueFilter.q", "SignupForm.email", "NewAddressForm.email", "AddEmailForm.email"),
    *("LoginForm.login", "ResetPasswordForm.email", "ForgottenPasswordForm.email"),
    *("AddWebAuthnForm.name", "_BaseAddWebAuthnForm.name", "EditWebAuthnForm.name"),
    *("NewPasskeyForm.name", "PasskeyNameForm.name"),
    *("ActivateTOTPForm.code", "AuthenticateForm.code", "BaseAuthenticateForm.code", "ReauthenticateForm.code"),
    *("NewAppForm.code", "CodeForm.code", "CodeAgainForm.code"),
}
NEVER_SHOWN = {
    "a name of a time zone": {"accounts.User.time_zone", "SignupForm.time_zone", "reminders.Reminder.zone"},
    "letters, digits and hyphens": {
        *("exercises.Exercise.slug", "exercises.Equipment.slug", "SkipForm.exercise", "MoveForm.up", "MoveForm.down"),
        *("GrowForm.exercise", "OwnExerciseForm.key", "exercises.Exercise.own_key", "ConfirmForm.checksum"),
        *("rights.Upload.checksum", "sharing.Share.token_hash", "CheckInForm.key", "ShareForm.key"),
        *("reminders.Feed.token_hash", "FeedForm.key", "reminders.Subscription.key"),
    },
    "written by the site itself": {
        *("exercises.Exercise.seeded", "tracking.Pause.keeps"),
        *("accounts.Session.session_key", "accounts.Session.session_data", "reminders.Subscription.device"),
    },
    "the answer of a device": {
        *(
            "AuthenticateWebAuthnForm.credential",
            "LoginWebAuthnForm.credential",
            "ReauthenticateWebAuthnForm.credential",
        ),
        *("AddWebAuthnForm.credential", "_BaseAddWebAuthnForm.credential", "PasskeyForm.credential"),
        *("NewPasskeyForm.credential", "PasskeySignInForm.credential", "PasskeyAgainForm.credential"),
    },
    "of the account library, on no page of ours": {
        *("BaseSignupForm.email", "BaseSignupForm.username", "SignupForm.username", "ChangeEmailForm.email"),
        *("BaseConfirmCodeForm.code", "ConfirmEmailVerificationCodeForm.code", "ConfirmLoginCodeForm.code"),
        *("ConfirmPasswordResetCodeForm.code", "RequestLoginCodeForm.email", "VerifyPhoneForm.code"),
        *("SignupWebAuthnForm.name", "SignupWebAuthnForm.credential", "UserTokenForm.key", "UserTokenForm.uidb36"),
    },
    "in notices alone, which are plain text": {"reminders.Delivery.name"},
    "never sent back": {
        *("accounts.User.password", "ActionForm.name"),
        *("DeviceForm.endpoint", "DeviceForm.p256dh", "DeviceForm.auth", "DeviceForm.instead_of"),
        *("reminders.Subscription.endpoint", "reminders.Subscription.p256dh", "reminders.Subscription.auth"),
    },
}


def all_subclasses(kind: Any) -> Iterator[Any]:
    for one in kind.__subclasses__():
        yield one
        yield from all_subclasses(one)


def text_fields() -> set[str]:
    """Of our models, and of all forms that we have or take from the account library."""
    for form in {**settings.ACCOUNT_FORMS, **settings.MFA_FORMS}.values():
        import_string(form)  # whichever tests have run before
    found = {
        f"{model._meta.label}.{field.name}"
        for label in OURS
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, (models.CharField, models.TextField, models.JSONField)) and not field.choices
    }
    for form in all_subclasses(forms.BaseForm):
        if form.__module__.split(".")[0] not in OURS and not form.__module__.startswith("allauth"):
            continue
        for name, field in getattr(form, "base_fields", {}).items():
            if isinstance(field, (forms.CharField, forms.JSONField)) and "Password" not in type(field).__name__:
                found.add(f"{form.__name__}.{name}")
    return found


def test_every_text_field_is_tried_here_or_can_hold_nothing_that_runs() -> None:
    assert text_fields() - SEEN - set().union(*NEVER_SHOWN.values()) == set()


# --- What is stored ---------------------------------------------------------------------------------------------------


def send(client: Client, address: str, form: dict[str, Any]) -> Any:
    answer = client.post(address, form)
    assert answer.status_code == 302, answer.content.decode()
    return answer


def a_writer(payloads: Iterable[str]) -> User:
    """A person who has written them everywhere, by the forms that there are."""
    user = a_person(IN_ADDRESSES)
    client = browser_of(user)
    for payload in payloads:
        own = {"name": payload, "steps": f"{payload}\n{ALL}"[:2000], "other_equipment": payload, "position": "standing"}
        done = {"action": "hold", "sides": "together", "slot_names": f"{payload}\n{payload}"}
        send(client, "/plan/own/", {**TWICE, **own, **done, "key": uuid4().hex[:12]})
        send(client, "/pain/", {"key": str(uuid4()), "score": "3", "moment": "general", "words": payload})
        Authenticator.objects.create(user=user, type="webauthn", data={"name": payload, "credential": {}})
    return user


def an_edited_exercise() -> Exercise:
    """An exercise of the catalogue whose editor has done so."""
    exercise = an_exercise("edited", name=PAYLOADS[0], place=PAYLOADS[2], other_equipment=PAYLOADS[3])
    for name in ("purpose", "steps", "avoid", "note", "claim", "known", "unknown"):
        setattr(exercise, name, ALL)
    exercise.save()
    for n, payload in enumerate(PAYLOADS):
        exercise.equipment.add(Equipment.objects.create(slug=f"thing-{n}", name=payload))
    return exercise


def test_what_a_person_has_written(visit: Visit, complaints: Complaints) -> None:
    writer = a_writer(PAYLOADS)
    look_at_pages(Watched(visit(writer, viewport=DESK), complaints), writer)
    look_at_what_scripts_draw(Watched(visit(writer), complaints))
    look_at_exports(Watched(visit(writer), complaints))
    look_at_passkeys(Watched(visit(writer, as_editor=True), complaints), writer)
    token = Share.objects.make(writer, datetime.now(UTC), key=uuid4(), weeks=4, pain=True, notes=True, days=7)
    Watched(visit(), complaints).see(f"/shared/{token}/", *PAYLOADS[:3])
    document = b"".join(browser_of(writer).get("/settings/data/backpain.json").streaming_content)  # type: ignore[attr-defined]
    look_at_imports(Watched(visit(a_person(), viewport=DESK), complaints), document)


def look_at_pages(seen: Watched, writer: User) -> None:
    now = datetime.now(UTC)
    own = list(Exercise.objects.own(writer))
    for exercise in own[::2]:
        did(writer, exercise, now.date())
    for address in ("/today/", "/week/", "/plan/", "/plan/timeline/", "/plan/since/", "/plan/pause/", "/session/"):
        seen.see(address, *PAYLOADS)
    seen.see("/settings/reminders/", *PAYLOADS)
    for address in ("/history/", "/history/days/", "/history/sheet/", "/plan/add/", "/exercises/", "/settings/data/"):
        seen.see(address)
    for address in ("/pain/", "/pain/earlier/?page=1", "/history/sheet/?notes=on&weeks=4"):
        seen.see(address, *PAYLOADS[-8:])
    seen.see("/accounts/email/", IN_ADDRESSES)
    for exercise in own[:3]:
        for address in (
            f"/plan/own/{exercise.slug}/",
            f"/exercises/{exercise.slug}/",
            f"/plan/exercise/{exercise.slug}/",
        ):
            seen.see(address, exercise.name)


def look_at_passkeys(seen: Watched, writer: User) -> None:
    seen.see("/accounts/security/")
    seen.see("/accounts/security/webauthn/", *PAYLOADS)
    make_sure(seen.page)
    for passkey in Authenticator.objects.filter(user=writer, type="webauthn")[:3]:
        for act in ("edit", "remove"):
            seen.see(f"/accounts/security/webauthn/keys/{passkey.pk}/{act}/", passkey.data["name"])


def make_sure(page: Page) -> None:
    page.goto("/accounts/reauthenticate/")
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main form button").first.click()


def look_at_what_scripts_draw(seen: Watched) -> None:
    page = seen.page
    seen.see("/today/")
    for n in range(8):
        page.locator(".slot[aria-pressed=false]:not([data-sending])").nth(n * 5).click()
    page.wait_for_load_state("networkidle")
    seen.look(*PAYLOADS)
    seen.see("/session/")
    page.get_by_role("button", name="Start", exact=False).first.click()
    for _n in range(12):
        page.locator("[data-do=skip]").click()
    page.locator("[data-do=how]").click()
    seen.look(*PAYLOADS)


def test_what_was_typed_wrongly_is_shown_again(visit: Visit, complaints: Complaints) -> None:
    writer = a_writer(PAYLOADS[:1])
    one_line = ALL.replace("\n", " ")
    slug = Exercise.objects.own(writer)[0].slug
    seen = Watched(visit(writer), complaints)
    for address, form in (
        ("/plan/own/", "main form"),
        (f"/plan/own/{slug}/", "main form"),
        (f"/plan/exercise/{slug}/", "main form"),
        ("/pain/", "form:has(textarea)"),
        ("/accounts/email/", "form:has([name=email])"),
        ("/exercises/", "form:has([name=q])"),
    ):
        seen.see(address)
        seen.fill_and_send(form)
        seen.refused(one_line) if "accounts" not in address else seen.look(one_line)
    sure = Watched(visit(writer, as_editor=True), complaints)
    sure.see("/accounts/security/reauthenticate/")
    sure.fill_and_send("main form")
    sure.look(one_line)
    Authenticator.objects.filter(user=writer).delete()
    make_sure(sure.page)
    sure.see("/accounts/security/totp/activate/")
    sure.fill_and_send("main form")
    sure.look(one_line)
    # The token is gone, so that the page asks whether to send it again.
    seen.see("/plan/own/")
    seen.page.locator("[name=csrfmiddlewaretoken]").evaluate_all("all => all.forEach(one => one.remove())")
    seen.fill_and_send("main form")
    seen.refused(one_line)
    # Nobody is signed in any more.
    seen.see("/accounts/email/")
    seen.page.context.clear_cookies(name="sessionid")
    seen.fill_and_send("form:has([name=email])")
    seen.refused(one_line)
    for address in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        seen.see(address)
        seen.fill_and_send("main form")
        seen.look(one_line)
    for address in ("/nowhere/", "/accounts/login/?next=", "/history/?year=", "/sharing/?weeks=", "/shared/"):
        seen.page.goto(f"{address}{PAYLOADS[5]}")
        seen.look()
    complaints.forgive("a status of 4")


# --- What is brought along, and taken along ---------------------------------------------------------------------------


def upload(seen: Watched, name: str, content: bytes) -> None:
    seen.page.goto("/settings/data/import/")
    seen.page.locator("[type=file]").set_input_files({"name": name, "mimeType": "application/json", "buffer": content})
    with seen.page.expect_navigation():
        seen.page.get_by_role("button", name="Show what it would do").click()


def quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def look_at_imports(seen: Watched, exported: bytes) -> None:
    document = json.loads(exported)
    habits = "".join(f"{n:03},{quoted(one)},,\n" for n, one in enumerate(PAYLOADS, 1))
    files = {f"{n:03} habit/Checkmarks.csv": WORDS for n in range(1, len(PAYLOADS) + 1)}
    upload(seen, f"{PAYLOADS[1]}.zip", zipped({"Habits.csv": f"Position,Name,Question,Description\n{habits}", **files}))
    seen.look(*PAYLOADS)

    spoilt = [{**dict.fromkeys(PAYLOADS, ALL), "day": one, "exercise": one} for one in PAYLOADS]
    upload(seen, f"{PAYLOADS[1]}.json", json.dumps({**document, "completions": spoilt, ALL: ALL}).encode())
    seen.refused()
    upload(seen, PAYLOADS[1], json.dumps({**document, "settings": dict.fromkeys(document["settings"], ALL)}).encode())
    seen.refused()

    upload(seen, "backpain.json", exported)
    seen.look()
    with seen.page.expect_navigation():
        seen.page.get_by_role("button", name="Bring it in").click()
    seen.look()
    seen.see("/plan/", *PAYLOADS)
    seen.see("/pain/earlier/?page=1")


def look_at_exports(seen: Watched) -> None:
    """As a browser would show them that does not save them, as it is told to."""

    def as_a_page(route: Route) -> None:
        answer = route.fetch()
        assert answer.headers["content-disposition"].startswith("attachment")
        headers = {name: value for name, value in answer.headers.items() if name != "content-disposition"}
        route.fulfill(response=answer, headers=headers)

    page = seen.page
    page.route("**/settings/data/backpain*", as_a_page)
    for name in ("backpain.json", "backpain-fhir.json"):
        page.goto(f"/settings/data/{name}")
        assert PAYLOADS[2] in page.locator("body").inner_text()
        assert page.locator("script, svg, img, iframe").count() == 0
    assert seen.complaints == []


# --- What editors write -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("admin_on")
def test_what_an_editor_has_written(visit: Visit, complaints: Complaints) -> None:
    writer, edited = a_person(IN_ADDRESSES), an_edited_exercise()
    staff = User.objects.create_superuser("staff@example.org", PASSWORD)
    seen = Watched(visit(staff, as_editor=True, viewport=DESK), complaints)
    seen.see("/exercises/", *PAYLOADS)
    seen.see("/exercises/edited/", *PAYLOADS)
    seen.see("/plan/own/", *PAYLOADS)
    seen.page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    for address, shown in {
        "/admin/exercises/exercise/": edited.name,
        f"/admin/exercises/exercise/{edited.pk}/change/": edited.claim,
        "/admin/exercises/equipment/": PAYLOADS[-1],
        "/admin/accounts/user/": writer.email,
        f"/admin/accounts/user/{writer.pk}/change/": writer.email,
        f"/admin/accounts/user/?q={PAYLOADS[5]}": PAYLOADS[5],
    }.items():
        seen.page.goto(address)
        assert shown in seen.page.evaluate(SHOWN)
