"""A reminder by email, and the way out of it: one click, without signing in (RFC 8058)."""

from contextlib import suppress
from datetime import datetime
from smtplib import SMTP, SMTP_SSL, SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.addresses import is_confirmed
from accounts.models import User
from reminders import silence
from reminders.notice import Notice, Reached

SALT = "reminders.mail"
FOR_GOOD = 500
"""From this answer on, a mail server means that another try will not help."""

USUAL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def reaches(user: User) -> bool:
    """Whether mail goes to them at all: to nobody who has not confirmed the address, as it may be somebody else's."""
    return settings.HAS_MAIL_SERVER and is_confirmed(user)


def send(user: User, notice: Notice, now: datetime) -> Reached:
    """No answer to a message that the server has been given in full counts as sent: it may well have arrived."""
    if not reaches(user):
        return Reached.NO
    if silence.is_left_alone(settings.EMAIL_HOST, now):
        return Reached.LATER
    way = _way()
    try:
        return _send_by(way, _message(user, notice), now)
    finally:
        with suppress(OSError):
            way.close()


def _send_by(way: BaseEmailBackend, message: EmailMessage, now: datetime) -> Reached:
    try:
        way.open()
    except OSError:
        # Each try could take `EMAIL_TIMEOUT`.
        silence.leave_alone(settings.EMAIL_HOST, now)
        return Reached.LATER
    try:
        way.send_messages([message])
    except OSError as trouble:
        return _despite(trouble, way)
    return Reached.YES


def _despite(trouble: OSError, way: BaseEmailBackend) -> Reached:
    if isinstance(trouble, SMTPRecipientsRefused):
        code = min((code for code, _said in trouble.recipients.values()), default=0)
    elif isinstance(trouble, SMTPResponseException):
        code = trouble.smtp_code
    else:
        line = getattr(way, "connection", None)
        return Reached.YES if getattr(line, "is_handed_over", False) else Reached.LATER
    return Reached.NO if code >= FOR_GOOD else Reached.LATER


class _Noting(SMTP):
    is_handed_over = False
    """Whether all of the message has left."""

    def send(self, s: Any) -> None:
        super().send(s)
        # Commands are text, and only the message is bytes.
        self.is_handed_over = self.is_handed_over or isinstance(s, bytes)


class _SecureNoting(_Noting, SMTP_SSL):
    pass


class NotingBackend(smtp.EmailBackend):
    """Knows how far it got."""

    @property
    def connection_class(self) -> type[SMTP]:
        return _SecureNoting if self.use_ssl else _Noting


def _way() -> BaseEmailBackend:
    """The site's; on a machine of a developer, that may be a file or the screen."""
    return NotingBackend() if settings.EMAIL_BACKEND == USUAL_BACKEND else get_connection()


def _message(user: User, notice: Notice) -> EmailMessage:
    stop = urljoin(settings.SITE_URL, reverse("stop_mail", args=[ticket_of(user)]))
    context = {
        "user": user,
        "notice": notice,
        "page": urljoin(settings.SITE_URL, notice.address),
        "wishes": urljoin(settings.SITE_URL, reverse("reminders")),
        "stop": stop,
    }
    headers = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    text = render_to_string("reminders/mail.txt", context)
    return EmailMessage(_subject(user, notice), text, to=[user.email], headers=headers)


def _subject(user: User, notice: Notice) -> str:
    """Others may see it in a list of mails: without the person's leave it says nothing of exercises."""
    if not user.reminds_by_name:
        return _("Your reminder for today")
    if not notice.name:
        return _("Time for your exercises")
    return _("Time for your exercises: %(name)s") % {"name": " ".join(notice.name.split())}


def ticket_of(user: User) -> str:
    """What the link in a mail names the person by. Only this site can have made it, and it lasts as long as they do."""
    return signing.dumps(user.pk, salt=SALT)


def person_of(ticket: str) -> User | None:
    try:
        key = signing.loads(ticket, salt=SALT)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=key).first()


def stop(user: User) -> None:
    User.objects.filter(pk=user.pk).update(reminds_by_mail=False)
