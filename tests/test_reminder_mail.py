"""A reminder by email: what it says, how to stop it, and a mail server in trouble."""

import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from smtplib import SMTP_SSL
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as outbox
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import User
from reminders import mail, silence
from reminders.notice import Notice, Reached
from tests.builders import a_person, confirmed, elements, text_of
from tests.logs import Log

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 20, tzinfo=UTC)
NOTICE = Notice("A reminder", "2 things are left on your list.", "tag", "/today/", date(2026, 11, 23), "Evening", 0)


@pytest.fixture(autouse=True)
def _with_a_mail_server(settings: Any) -> None:
    settings.HAS_MAIL_SERVER = True
    settings.SITE_URL = "https://backpain.example/"


def somebody(email: str = "", **fields: Any) -> User:
    return confirmed(a_person(email, **fields))


def sent_to(user: User) -> EmailMessage:
    assert mail.send(user, NOTICE, AT) is Reached.YES
    [message] = outbox.outbox
    assert message.to == [user.email]
    return message


def way_out(message: EmailMessage) -> str:
    """The path of its link, as a mail program finds it."""
    return str(message.extra_headers["List-Unsubscribe"]).strip("<>").removeprefix("https://backpain.example")


def test_it_says_what_the_notice_says_and_no_more() -> None:
    message = sent_to(somebody())
    assert message.subject == "Your reminder for today"
    assert message.body.startswith(
        "Hello,\n\nThis is the reminder you asked for. 2 things are left on your list.\n\n"
        "Here is your list, to tick off what you have done:\nhttps://backpain.example/today/\n"
    )
    assert "Evening" not in message.body
    assert "xercise" not in message.subject + message.body
    assert "https://backpain.example/settings/reminders/" in message.body
    assert message.content_subtype == "plain"


@pytest.mark.parametrize(
    ("name", "subject"), [("Evening", "Time for your exercises: Evening"), ("", "Time for your exercises")]
)
def test_one_that_may_name_the_exercises_does_so_in_a_sentence(name: str, subject: str) -> None:
    notice = replace(NOTICE, name=name, body="Towel, Cat and 2 more")
    assert mail.send(somebody(reminds_by_name=True), notice, AT) is Reached.YES
    [message] = outbox.outbox
    assert message.subject == subject
    assert message.body.startswith("Hello,\n\nIt is time for your exercises. Still open: Towel, Cat and 2 more.\n\n")


def test_a_mail_program_can_stop_it_with_one_click() -> None:
    user = somebody(reminds_by_mail=True)
    message = sent_to(user)
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    answer = Client(enforce_csrf_checks=True).post(way_out(message), {"List-Unsubscribe": "One-Click"})
    user.refresh_from_db()
    assert (answer.status_code, user.reminds_by_mail) == (200, False)


def test_the_link_in_the_mail_asks_first_and_looking_at_it_changes_nothing() -> None:
    user = somebody(reminds_by_mail=True)
    page = Client().get(way_out(sent_to(user)))
    user.refresh_from_db()
    assert ("Stop reminders by email?" in text_of(page), user.reminds_by_mail) == (True, True)
    assert re.findall(r"<button[^>]*>(.*?)</button>", page.content.decode()) == ["Stop them"]


def test_its_button_says_that_it_is_done_and_leads_to_the_settings() -> None:
    client = Client()
    answer = client.post(way_out(sent_to(somebody(reminds_by_mail=True))))
    assert "Done. You get no more reminders by email" in text_of(answer)
    assert "<button" not in answer.content.decode()
    assert [one["href"] for one in elements(answer, "href") if one["tag"] == "a"] == ["/settings/reminders/"]
    assert client.get("/settings/reminders/").headers["Location"] == "/accounts/login/?next=/settings/reminders/"


def test_nobody_else_is_touched_and_the_switch_for_all_stays() -> None:
    user, other = somebody(reminds=True, reminds_by_mail=True), somebody(reminds=True, reminds_by_mail=True)
    Client().post(way_out(sent_to(user)))
    assert list(User.objects.order_by("pk").values_list("reminds", "reminds_by_mail")) == [(True, False), (True, True)]
    assert other.email not in str(outbox.outbox[0].message())


def test_a_link_that_was_tampered_with_does_nothing() -> None:
    user = somebody(reminds_by_mail=True)
    path = way_out(sent_to(user))
    for changed in (f"{path[:-2]}/", f"{path[:-2]}x/", "/reminders/stop/1/"):
        assert Client().post(changed).status_code == 404
    user.refresh_from_db()
    assert user.reminds_by_mail


def test_the_link_of_somebody_who_has_left_opens_nothing() -> None:
    user = somebody()
    path = way_out(sent_to(user))
    user.delete()
    assert Client().post(path).status_code == 404


def test_the_link_shows_nothing_of_the_person_and_its_page_is_kept_by_nobody() -> None:
    user = somebody("kim@example.org")
    path = way_out(sent_to(user))
    page = Client().get(path)
    assert "kim" not in path + page.content.decode()
    assert page.headers["Cache-Control"] == "no-store, private"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_the_log_tells_the_route_and_never_the_link(log: Log) -> None:
    path = way_out(sent_to(somebody()))
    Client().post(path)
    assert [line["route"] for line in log.lines] == ["stop_mail"]
    assert path.split("/")[3] not in str(log.lines)


# --- A mail server in trouble -----------------------------------------------------------------------------------------


class MailServer(ThreadingTCPServer):
    """Takes every mail, and answers a command in another way if the test wants it to: with nothing, for silence."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), MailVisit)
        self.answers: dict[str, bytes] = {}
        self.visits = 0
        self.taken: list[bytes] = []
        self.closing = threading.Event()


class MailVisit(StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.visits += 1
        self.say("HELLO", b"220 here")
        for line in self.rfile:
            command = line[:4].strip().decode().upper()
            self.say(command, b"354 go on" if command == "DATA" else b"250 fine")
            if command == "DATA" and self.server.answers.get("DATA", b"3").startswith(b"3"):
                self.server.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                self.say("END", b"250 fine")

    def say(self, to: str, usual: bytes) -> None:
        answer = self.server.answers.get(to, usual)
        if not answer:
            self.server.closing.wait(20)
        with suppress(OSError):
            self.wfile.write(answer + b"\r\n")


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    monkeypatch.setattr(silence, "until", {})
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        settings.EMAIL_TIMEOUT = 0.3
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


def test_a_mail_server_takes_it_once(server: MailServer) -> None:
    assert mail.send(somebody(), NOTICE, AT) is Reached.YES
    [taken] = server.taken
    assert b"2 things are left on your list." in taken


@pytest.mark.parametrize(
    ("command", "answer", "reached"),
    [
        ("HELLO", b"554 not today", Reached.LATER),
        ("MAIL", b"451 try later", Reached.LATER),
        ("MAIL", b"550 not from you", Reached.NO),
        ("MAIL", b"", Reached.LATER),
        ("RCPT", b"450 busy", Reached.LATER),
        ("RCPT", b"550 nobody here", Reached.NO),
        ("DATA", b"451 try later", Reached.LATER),
        ("DATA", b"554 no", Reached.NO),
        ("DATA", b"", Reached.LATER),
        ("END", b"452 full", Reached.LATER),
        ("END", b"552 too long", Reached.NO),
    ],
)
def test_a_mail_server_in_trouble_is_tried_again_unless_it_says_that_this_is_of_no_use(
    server: MailServer, command: str, answer: bytes, reached: Reached
) -> None:
    server.answers[command] = answer
    assert mail.send(somebody(), NOTICE, AT) is reached


def test_a_server_that_looks_at_a_mail_for_longer_than_we_wait_is_not_given_it_twice(server: MailServer) -> None:
    server.answers["END"] = b""
    assert mail.send(somebody(), NOTICE, AT) is Reached.YES
    assert len(server.taken) == 1


@pytest.mark.parametrize("farewell", [b"", b"x" * 10_000])
def test_a_server_that_cannot_say_goodbye_has_taken_it_all_the_same(server: MailServer, farewell: bytes) -> None:
    server.answers["QUIT"] = farewell
    assert mail.send(somebody(), NOTICE, AT) is Reached.YES


def test_a_server_that_is_not_to_be_reached_is_left_alone_for_a_minute(server: MailServer) -> None:
    user, minute = somebody(), timedelta(minutes=1)
    server.answers["HELLO"] = b""
    for now in (AT, AT, AT + minute - timedelta(seconds=1)):
        assert mail.send(user, NOTICE, now) is Reached.LATER
    assert server.visits == 1
    del server.answers["HELLO"]
    assert mail.send(user, NOTICE, AT + minute) is Reached.YES


def test_what_went_wrong_with_one_mail_holds_up_no_other(server: MailServer) -> None:
    server.answers["MAIL"] = b""
    assert mail.send(somebody(), NOTICE, AT) is Reached.LATER
    del server.answers["MAIL"]
    assert mail.send(somebody(), NOTICE, AT) is Reached.YES


@pytest.mark.parametrize("is_secure", [True, False])
def test_a_server_is_spoken_with_in_secret_if_the_settings_say_so(settings: Any, is_secure: bool) -> None:
    settings.EMAIL_USE_SSL = is_secure
    assert issubclass(mail.NotingBackend().connection_class, SMTP_SSL) is is_secure


def test_an_address_that_is_not_confirmed_gets_nothing() -> None:
    user, other = a_person("kim@example.org"), somebody()
    EmailAddress.objects.create(user=user, email="kim@example.org", primary=True, verified=False)
    EmailAddress.objects.create(user=user, email="another@example.org", verified=True)
    assert (mail.send(user, NOTICE, AT), mail.send(other, NOTICE, AT)) == (Reached.NO, Reached.YES)
    assert [message.to for message in outbox.outbox] == [[other.email]]


def test_without_a_mail_server_there_is_nobody_to_take_it(settings: Any) -> None:
    settings.HAS_MAIL_SERVER = False
    assert mail.send(somebody(), NOTICE, AT) is Reached.NO
    assert outbox.outbox == []


def test_a_line_break_in_a_name_makes_no_header() -> None:
    """Names of doses come from their owner."""
    notice = replace(NOTICE, name="a\r\nBcc: kim@example.org")
    assert mail.send(somebody(reminds_by_name=True), notice, AT) is Reached.YES
    message = outbox.outbox[0].message()
    assert (message["Subject"], message["Bcc"]) == ("Time for your exercises: a Bcc: kim@example.org", None)
