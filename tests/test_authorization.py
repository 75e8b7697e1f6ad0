"""Who may do what: every address and method, as a stranger, as the owner, as another person and as staff."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from time_machine import TimeMachineFixture

from accounts.models import Session
from exercises.models import Exercise
from rights.leaving import leave
from tests.authorization import LINES, READ, Line, undeclared
from tests.belongings import AT, PERSONAL
from tests.builders import PASSWORD, the_catalogue_is_known
from tests.neighbours import (
    MARKS,
    METHODS,
    NOBODYS,
    ROLES,
    Browser,
    Neighbours,
    content_of,
    export_of,
    filled_in,
    neighbours,
    routes,
    rows,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody(time_machine: TimeMachineFixture) -> Neighbours:
    time_machine.move_to(AT, tick=False)
    found = neighbours()
    the_catalogue_is_known()
    return found


@pytest.fixture
def there(everybody: Neighbours, admin_on: None) -> Neighbours:
    """The admin among the addresses."""
    return everybody


@dataclass
class Answer:
    """What came back, and whether the database was written to."""

    status: int
    location: str
    body: bytes
    cookies: str
    has_written: bool
    has_written_elsewhere: bool
    """And not only into the session of who asked."""

    def __str__(self) -> str:
        return f"{self.status} {self.location}".strip()


def ask(
    there: Neighbours,
    role: str,
    method: str,
    line: Line,
    facts: Mapping[str, str] | None = None,
    sessions: Mapping[str, str] | None = None,
) -> Answer:
    """Send what the line says, with the owner's things in it, or with others."""
    facts = {**there.facts, **(facts or {})}
    path, sent = filled_in(line.route, facts.__getitem__), line.sent.format(**facts)
    browser, written = Browser(), []
    browser.signed_in_by((sessions or there.cookies).get(role))

    def note(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(sql)
        return execute(sql, *args)

    cache.clear()
    with connection.execute_wrapper(note):
        response = _send(browser, method, path, sent, there, role)
        body = content_of(response)
    elsewhere = [sql for sql in written if SESSIONS not in sql]
    return Answer(
        response.status_code,
        response.headers.get("Location", ""),
        body,
        str(response.cookies),
        bool(written),
        bool(elsewhere),
    )


def _send(browser: Browser, method: str, path: str, sent: str, there: Neighbours, role: str) -> Any:
    if sent == "@export":
        file = export_of(there.people[role]) if role in there.people else b"{}"
        return browser.post(path, {"file": SimpleUploadedFile("mine.json", file)})
    if method in READ:
        return browser.generic(method, f"{path}?{sent}" if sent else path)
    kind = "application/x-www-form-urlencoded"
    return browser.generic(method, path, quote(sent, safe="=&+@./,:-"), content_type=kind)


def expected(declared: str, method: str, path: str, facts: Mapping[str, str], back: str) -> str:
    match declared:
        case "sign-in" if method in READ:
            return f"302 /accounts/login/?next={quote(back)}"
        case "sign-in":
            return "403"
        case "no-staff" if method not in READ and not facts["is_signed_in"]:
            return "403"
        case "no-staff":
            return f"302 /admin/login/?next={quote(path)}"
    return f"302 {declared[1:].format(**facts)}" if declared.startswith("→") else declared


def told(answer: Answer, declared: str) -> str:
    """The answer as far as the line speaks about it: not where allauth leads back to later."""
    return str(answer).partition("?")[0] if declared == "→/accounts/login/" else str(answer)


def shown_of_others(there: Neighbours, role: str, line: Line, answer: Answer) -> list[str]:
    if line.route in ("shared/<slug:token>/", "calendar/<slug:secret>.ics"):
        return []  # the owner's sheet and calendar, for whoever has the link
    body = answer.body + answer.location.encode() + answer.cookies.encode()
    seen = [name for name in there.others(role) if MARKS[name] in body]
    if "{mail}" not in line.sent and not line.route.startswith("admin/"):
        seen += [f"mail of {name}" for name in there.others(role) if there.mail_of(name) in body]
    return seen


SESSIONS = f'"{Session._meta.db_table}"'
CHALLENGES = {
    *("accounts/security/authenticate/", "accounts/security/webauthn/add/"),
    *("accounts/security/webauthn/reauthenticate/", "accounts/security/webauthn/login/"),
}
"""What a passkey is to sign is kept in the session until its answer comes."""

NOTED = {
    "shared/<slug:token>/": "when the sheet was opened last",
    "calendar/<slug:secret>.ics": "on which day the calendar was read last",
    "accounts/security/recovery-codes/": "when the person's own codes were seen first, which allauth does",
    "accounts/security/recovery-codes/download/": "likewise",
}
"""What is written at a GET."""

RIGHTS = {"accounts.User", "accounts.User_user_permissions", "accounts.User_groups"}
"""What staff may change of a person."""


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_every_method_as_it_is_declared(there: Neighbours, role: str) -> None:
    before = rows(there.others(role).values())
    wrong = []
    for line in LINES + undeclared(LINES):
        facts = {**there.facts, "is_signed_in": "yes" if role in there.people else ""}
        path = filled_in(line.route, there.facts.__getitem__)
        back = f"{path}?{line.sent}" if line.sent else path
        for method in line.methods:
            point = transaction.savepoint()
            answer = ask(there, role, method, line)
            asked = f"{role}: {method} {path} {line.sent}"
            declared = line.answers[role].removeprefix("*")
            if told(answer, declared) != expected(declared, method, path, facts, back):
                wrong.append(f"{asked} gives {answer}, not {declared}")
            wrong += [f"{asked} shows what belongs to {name}" for name in shown_of_others(there, role, line, answer)]
            if answer.has_written:
                beside = RIGHTS if role == "staff" and line.route.startswith("admin/") else ()
                after = rows(there.others(role).values(), beside)
                wrong += [f"{asked} changes {label} of others" for label in after if after[label] != before[label]]
                is_a_challenge = line.route in CHALLENGES and not answer.has_written_elsewhere
                if method != "POST" and line.route not in NOTED and not is_a_challenge:
                    wrong.append(f"{asked} writes")
            transaction.savepoint_rollback(point)
    assert not wrong, "\n".join(wrong)


@pytest.mark.usefixtures("admin_on")
def test_every_address_is_declared_and_every_declared_one_is_there() -> None:
    assert {line.route for line in LINES} == set(routes())


AGAIN = "302 /accounts/reauthenticate/"


@pytest.mark.parametrize("role", ["owner", "another", "staff"])
def test_what_wants_it_proved_who_one_is_wants_so_of_everybody(there: Neighbours, role: str) -> None:
    """Also where there is nothing, so that nobody learns by it what others have."""
    wanting = [line for line in LINES if line.answers[role].startswith("*")]
    before = rows(there.people.values())
    wrong = []
    for line in wanting:
        for method in line.methods:
            point = transaction.savepoint()
            answer = ask(there, role, method, line, sessions=there.elsewhere)
            transaction.savepoint_rollback(point)
            if str(answer).partition("?")[0] != AGAIN or answer.has_written_elsewhere:
                wrong.append(f"{role}: {method} {line.route} gives {answer}")
    assert not wrong, "\n".join(wrong)
    assert rows(there.people.values()) == before
    assert len({line.route for line in wanting}) == 8


@pytest.mark.parametrize(("role", "led_to"), [("owner", "302 /accounts/security/webauthn/"), ("another", "404")])
def test_what_was_put_off_until_then_is_done_to_ones_own_alone(there: Neighbours, role: str, led_to: str) -> None:
    remove = next(line for line in LINES if line.route.endswith("<int:pk>/remove/") and "POST" in line.methods)
    assert str(ask(there, role, "POST", remove, sessions=there.elsewhere)).startswith(AGAIN)
    back = filled_in(remove.route, there.facts.__getitem__)
    prove = Line(("POST",), "accounts/reauthenticate/", {}, f"password={PASSWORD}&next={back}")
    before = rows(there.others(role).values())
    assert str(ask(there, role, "POST", prove, sessions=there.elsewhere)) == led_to
    assert rows(there.others(role).values()) == before


IN_THE_ADMIN = [line for line in LINES if line.route.startswith("admin/")]


def test_without_their_second_step_staff_are_let_into_the_admin_no_further_than_anybody(there: Neighbours) -> None:
    wrong = []
    for line in IN_THE_ADMIN + undeclared(IN_THE_ADMIN):
        path = filled_in(line.route, there.facts.__getitem__)
        facts = {**there.facts, "is_signed_in": "yes"}
        for method in line.methods:
            point = transaction.savepoint()
            answer = ask(there, "staff", method, line, sessions=there.elsewhere)
            transaction.savepoint_rollback(point)
            if str(answer) != expected(line.answers["another"], method, path, facts, path):
                wrong.append(f"{method} {path} gives {answer}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_where_the_admin_is_switched_off_it_is_nowhere(everybody: Neighbours, role: str) -> None:
    wrong = []
    for line in IN_THE_ADMIN:
        for method in METHODS:
            answer = ask(everybody, role, method, line)
            if str(answer) != "404" or answer.has_written:
                wrong.append(f"{method} {line.route} gives {answer}")
    assert not wrong, "\n".join(wrong)


def plain(body: bytes) -> bytes:
    """A page without what differs each time: its tokens against forged forms, fresh keys and fresh links."""
    body = re.sub(rb'(name="csrfmiddlewaretoken" value=|"(?:X-CSRFToken|token)": ?)"?\w+', b"", body)
    body = re.sub(rb"/(shared|calendar)/[\w-]{32}", b"", body)
    return re.sub(rb'(name="key"[^>]*value=")[^"]*', b"", body)


def owners(there: Neighbours, text: bytes) -> bytes:
    """The same with the owner's things in the place of those that never were."""
    for name, value in NOBODYS.items():
        text = text.replace(value.encode(), there.facts[name].encode())
    return text


@pytest.mark.parametrize("role", ["stranger", "another", "staff"])
def test_what_is_somebody_elses_answers_as_what_never_was(there: Neighbours, role: str) -> None:
    wrong = []
    for line in [one for one in LINES if one.names_something()]:
        if role == "staff" and line.route.startswith("admin/"):
            continue
        for method in line.methods:
            answers = []
            for facts in (there.facts, NOBODYS):
                point = transaction.savepoint()
                answer = ask(there, role, method, line, facts)
                transaction.savepoint_rollback(point)
                answers.append((answer.status, answer.location.encode(), plain(answer.body)))
            theirs, nobodys = answers
            if theirs != (nobodys[0], owners(there, nobodys[1]), owners(there, nobodys[2])):
                wrong.append(f"{role}: {method} {line.route} {line.sent}")
    assert not wrong, "\n".join(wrong)


def readings(there: Neighbours, facts: Mapping[str, str]) -> dict[str, str]:
    """What each page shows the owner, what each deed of theirs answers, and what it leaves behind."""
    found = {}
    for line in LINES:
        # Passwords and new exercises have something random in them, and are not what others could have a part in.
        if line.route.startswith(("admin/", "accounts/")) or line.route == "plan/own/":
            continue
        for method in {"GET", "POST"} & set(line.methods):
            point = transaction.savepoint()
            answer = ask(there, "owner", method, line, facts)
            left = rows([there.people["owner"]]) if answer.has_written else {}
            transaction.savepoint_rollback(point)
            left = {label: some for label, some in left.items() if label in WITHOUT_NUMBERS}
            found[f"{method} {line.route} {line.sent}"] = f"{answer} {plain(answer.body)!r} {left}"
    return found


WITHOUT_NUMBERS = {label for label in PERSONAL if apps.get_model(label)._meta.pk.name == "pk"} | {"accounts.User"}
"""The tables whose rows carry no number of their own, which would be another one at each try."""


@pytest.mark.parametrize("slug", ["of their own", "wall"])
def test_what_others_have_changes_nothing_that_is_ones_own(there: Neighbours, slug: str) -> None:
    """Also where it is about the wall, which is in the catalogue and on the plans of the others alone."""
    wall = Exercise.objects.with_slug("wall").get()
    facts = {"slug": "wall", "own": str(wall.pk)} if slug == "wall" else {}
    among_others = readings(there, facts)
    for user in there.others("owner").values():
        leave(user)
    alone = readings(there, facts)
    assert [asked for asked in alone if alone[asked] != among_others[asked]] == []
