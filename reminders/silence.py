"""Servers that gave no answer, push services and the mail server alike: an outage of one would hold up everybody."""

from datetime import datetime, timedelta

BREATHER = timedelta(minutes=1)
until: dict[str, datetime] = {}
"""By host, until when it is left alone."""


def is_left_alone(host: str, now: datetime) -> bool:
    return until.get(host, now) > now


def leave_alone(host: str, now: datetime) -> None:
    for one in [one for one, end in until.items() if end <= now]:
        del until[one]
    until.setdefault(host, now + BREATHER)
