"""A reminder by email, and the way out of it: one click, without signing in (RFC 8058)."""

from datetime import datetime
from smtplib import SMTPException, SMTPRecipientsRefused
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from reminders.notice import Notice, Reached

SALT = "reminders.mail"
FOR_GOOD = 500
"""From this answer on, a mail server means that another try will not help."""


def send(user: User, notice: Notice, now: datetime) -> Reached:
    if not settings.HAS_MAIL_SERVER:
        return Reached.NO
    try:
        _message(user, notice).send()
    except SMTPRecipientsRefused as refused:
        codes = [code for code, _said in refused.recipients.values()]
        return Reached.NO if min(codes, default=0) >= FOR_GOOD else Reached.LATER
    except (SMTPException, OSError):
        return Reached.LATER
    return Reached.YES


def _message(user: User, notice: Notice) -> EmailMessage:
    stop = urljoin(settings.SITE_URL, reverse("stop_mail", args=[ticket_of(user)]))
    context = {
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
    subject = " ".join(notice.title.split())
    return EmailMessage(subject, text, to=[user.email], headers=headers)


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
