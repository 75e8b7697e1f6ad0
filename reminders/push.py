"""Reminders as notifications of a person's browsers, by Web Push (RFC 8030, encrypted as in RFC 8291)."""

import json
import logging
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from pywebpush import WebPusher, WebPushException

from accounts.models import User
from reminders import guard, silence
from reminders.guard import Answer, RefusedError
from reminders.models import Subscription
from reminders.notice import Notice, Reached
from reminders.push_key import signature
from reminders.times import LATE

logger = logging.getLogger("backpain.reminders")

PATIENCE = 10.0
"""Seconds for one push service, from dialling to its answer."""
PATIENCE_WITH_NAMES = 2.0
"""So many more for all of a person's, as looking up a name knows no end of its own."""

GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
USUAL_HOLD = timedelta(minutes=5)
LONGEST_HOLD = timedelta(days=1)
MOST_SHOWN = 300
"""No more letters of a notice: a message has room for 4,096 bytes, and a locked screen for far less."""
TOPIC_BYTES = 24
"""As many characters of Base64 as a topic may have, which is 32."""


def send(user: User, notice: Notice, now: datetime) -> Reached:
    """Send it to all devices of a person at once; none waits for another, and none is waited for any longer."""
    theirs = Subscription.objects.signed_in(user, now)
    free = [one for one in theirs if one.hold_until is None or one.hold_until <= now]
    answers = _send_to(free, _said(user, notice), notice.tag, now)
    for one, answer in zip(free, answers, strict=True):
        _take_note(one, answer, now)
    statuses = {answer.status for answer in answers if answer}
    if any(status and status < HTTPStatus.MULTIPLE_CHOICES for status in statuses):
        return Reached.YES
    may_help = len(free) < len(theirs) or any(status is None or status in BUSY or status >= 500 for status in statuses)
    return Reached.LATER if may_help else Reached.NO


def _said(user: User, notice: Notice) -> bytes:
    """What the browser is told; `static/js/worker/push.js` shows it."""
    said = {
        "person": str(user.pk),
        "site": _("Backpain"),
        "title": notice.title,
        "body": Truncator(notice.body).chars(MOST_SHOWN),
        "tag": notice.tag,
        "address": notice.address,
        "day": notice.day.isoformat(),
        "name": notice.name,
        "nth": notice.nth,
        "actions": [{"action": "done", "title": _("Done")}, {"action": "later", "title": _("In an hour")}],
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _send_to(devices: Sequence[Subscription], said: bytes, tag: str, now: datetime) -> Sequence[Answer | None]:
    """What came back for each; none where the site does not go. What is too late counts as no answer."""
    if not devices:
        return []
    pool = ThreadPoolExecutor(len(devices))
    sent = [pool.submit(_send_one, one, said, tag, now) for one in devices]
    in_time, _late = wait(sent, PATIENCE + PATIENCE_WITH_NAMES)
    pool.shutdown(wait=False)
    return [one.result() if one in in_time else Answer(None) for one in sent]


def _send_one(device: Subscription, said: bytes, tag: str, now: datetime) -> Answer | None:
    """In a thread of its own, so nothing of the database in here."""
    try:
        host, _path = guard.parts_of(device.endpoint)
        if silence.is_left_alone(host, now):
            return Answer(None)
        pusher = WebPusher({"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}})
        headers = {
            **signature(host, now),
            "Content-Encoding": "aes128gcm",
            "TTL": str(int(LATE.total_seconds())),
            "Topic": urlsafe_b64encode(sha256(tag.encode()).digest()[:TOPIC_BYTES]).decode(),
            "Urgency": "normal",
        }
        return guard.post(device.endpoint, headers, pusher.encode(said)["body"], PATIENCE)
    # What pywebpush says to broken keys.
    except (RefusedError, ValueError, IndexError, WebPushException):
        logger.warning("A device was left out: the site does not go to its push service, or has no key to write to it")
        return None


def _take_note(device: Subscription, answer: Answer | None, now: datetime) -> None:
    if answer is None:
        return
    if answer.status is None:
        silence.leave_alone(guard.parts_of(device.endpoint)[0], now)
    elif answer.status in GONE:
        Subscription.objects.remove(device.user, device.key)
    elif answer.status in BUSY:
        Subscription.objects.hold(device, hold_until(answer.retry_after, now))
    elif answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        logger.warning("A push service answered %s", answer.status)


def hold_until(retry_after: str, now: datetime) -> datetime:
    """Until when a service wants to be left alone: it says so in seconds, or by a date."""
    try:
        wanted = timedelta(seconds=int(retry_after)) if retry_after.isdecimal() else _date(retry_after) - now
    except (ValueError, OverflowError):
        wanted = USUAL_HOLD
    return now + min(max(wanted, timedelta()), LONGEST_HOLD)


def _date(text: str) -> datetime:
    found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
