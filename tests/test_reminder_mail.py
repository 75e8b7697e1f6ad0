"""A reminder by email: what it says, how to stop it, and a mail server in trouble."""

from datetime import UTC, date, datetime
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import User
from reminders import mail
from reminders.notice import Notice, Reached
from tests.builders import a_person, text_of
from tests.logs import Log

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 20, tzinfo=UTC)
NOTICE = Notice("A reminder", "2 things are left on your list.", "tag", "/today/", date(2026, 11, 23), "Evening", 0)


@pytest.fixture(autouse=True)
def _with_a_mail_server(settings: Any) -> None:
    settings.HAS_MAIL_SERVER = True
    settings.SITE_URL = "https://backpain.example/"


def sent_to(user: User) -> EmailMessage:
    assert mail.send(user, NOTICE, AT) is Reached.YES
    [message] = outbox.outbox
    assert message.to == [user.email]
    return message


def way_out(message: EmailMessage) -> str:
    """The path of its link, as a mail program finds it."""
    return str(message.extra_headers["List-Unsubscribe"]).strip("<>").removeprefix("https://backpain.example")


def test_it_says_what_the_notice_says_and_no_more() -> None:
    message = sent_to(a_person())
    assert message.subject == "A reminder"
    assert message.body.startswith("Hello,\n\n2 things are left on your list.\n\nhttps://backpain.example/today/\n")
    assert "Evening" not in message.body
    assert "https://backpain.example/settings/reminders/" in message.body
    assert message.content_subtype == "plain"


def test_a_mail_program_can_stop_it_with_one_click() -> None:
    user = a_person(reminds_by_mail=True)
    message = sent_to(user)
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    answer = Client(enforce_csrf_checks=True).post(way_out(message), {"List-Unsubscribe": "One-Click"})
    user.refresh_from_db()
    assert (answer.status_code, user.reminds_by_mail) == (200, False)


def test_the_link_in_the_mail_asks_first_and_looking_at_it_changes_nothing() -> None:
    user = a_person(reminds_by_mail=True)
    page = Client().get(way_out(sent_to(user)))
    user.refresh_from_db()
    assert ("Stop them" in text_of(page), user.reminds_by_mail) == (True, True)


def test_nobody_else_is_touched_and_the_switch_for_all_stays() -> None:
    user, other = a_person(reminds=True, reminds_by_mail=True), a_person(reminds=True, reminds_by_mail=True)
    Client().post(way_out(sent_to(user)))
    assert list(User.objects.order_by("pk").values_list("reminds", "reminds_by_mail")) == [(True, False), (True, True)]
    assert other.email not in str(outbox.outbox[0].message())


def test_a_link_that_was_tampered_with_does_nothing() -> None:
    user = a_person(reminds_by_mail=True)
    path = way_out(sent_to(user))
    for changed in (f"{path[:-2]}/", f"{path[:-2]}x/", "/reminders/stop/1/"):
        assert Client().post(changed).status_code == 404
    user.refresh_from_db()
    assert user.reminds_by_mail


def test_the_link_of_somebody_who_has_left_opens_nothing() -> None:
    user = a_person()
    path = way_out(sent_to(user))
    user.delete()
    assert Client().post(path).status_code == 404


def test_the_link_shows_nothing_of_the_person_and_its_page_is_kept_by_nobody() -> None:
    user = a_person("kim@example.org")
    path = way_out(sent_to(user))
    page = Client().get(path)
    assert "kim" not in path + page.content.decode()
    assert page.headers["Cache-Control"] == "no-store, private"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_the_log_tells_the_route_and_never_the_link(log: Log) -> None:
    path = way_out(sent_to(a_person()))
    Client().post(path)
    assert [line["route"] for line in log.lines] == ["stop_mail"]
    assert path.split("/")[3] not in str(log.lines)


@pytest.mark.parametrize(
    ("trouble", "reached"),
    [
        (ConnectionRefusedError(), Reached.LATER),
        (TimeoutError(), Reached.LATER),
        (SMTPServerDisconnected("gone"), Reached.LATER),
        (SMTPRecipientsRefused({"kim@example.org": (450, b"busy")}), Reached.LATER),
        (SMTPRecipientsRefused({"kim@example.org": (550, b"nobody here")}), Reached.NO),
    ],
)
def test_a_mail_server_in_trouble_is_tried_again_unless_it_says_that_this_is_of_no_use(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception, reached: Reached
) -> None:
    def send(self: EmailMessage) -> None:
        raise trouble

    monkeypatch.setattr(EmailMessage, "send", send)
    assert mail.send(a_person(), NOTICE, AT) is reached


def test_without_a_mail_server_there_is_nobody_to_take_it(settings: Any) -> None:
    settings.HAS_MAIL_SERVER = False
    assert mail.send(a_person(), NOTICE, AT) is Reached.NO
    assert outbox.outbox == []


def test_a_line_break_in_a_name_makes_no_header() -> None:
    """Names of doses come from their owner."""
    notice = Notice("a\r\nBcc: kim@example.org", "b", "tag", "/today/", NOTICE.day, "a", 0)
    assert mail.send(a_person(), notice, AT) is Reached.YES
    assert outbox.outbox[0].message()["Bcc"] is None
