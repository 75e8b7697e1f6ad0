"""Writes a calendar as programs read it (RFC 5545 and 7986), by the icalendar library. No rows, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from unicodedata import category
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from reminders.calendar_plan import Series, Window, observances

REFRESH_HOURS = 6
"""So often a program is asked to read it again."""
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
BREAKS = ("Cc", "Cs", "Zl", "Zp")
"""Control characters, halves of characters, and what ends a line or a paragraph."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A series of one dose, with the words and the time that a calendar shows."""

    series: Series
    title: str
    description: str
    at: time
    minutes: int


def calendar_file(
    name: str, entries: Sequence[Entry], zone: ZoneInfo, window: Window, key: UUID, *, alarms: bool
) -> bytes:
    """The calendar as bytes, which depend on nothing but the arguments. `key` names what stands in it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Backpain//Exercises//EN")
    calendar.add("version", "2.0")
    calendar.add("name", plain(name))
    calendar.add("x-wr-calname", plain(name))
    calendar.add("x-published-ttl", f"PT{REFRESH_HOURS}H")
    calendar.add("refresh-interval", timedelta(hours=REFRESH_HOURS), parameters={"VALUE": "DURATION"})
    if zone.key != "UTC":
        calendar.add_component(_timezone(zone, window))
    for entry in entries:
        calendar.add_component(_event(entry, zone, key, alarms))
    return bytes(calendar.to_ical())


def plain(text: str) -> str:
    """What somebody has typed, as one line. The library writes line ends as signs, but lets NUL through."""
    return " ".join("".join(" " if category(sign) in BREAKS else sign for sign in text).split())


def _event(entry: Entry, zone: ZoneInfo, key: UUID, alarms: bool) -> Event:
    one, title = entry.series, plain(entry.title)
    event = Event()
    event.add("uid", sha256(f"{key} {one.exercise} {one.nth} {one.since}".encode()).hexdigest()[:32])
    # When it was changed last is not known. It is the same at each reading, and so is the whole file.
    event.add("dtstamp", datetime.combine(one.since, time.min, UTC))
    starts_at = datetime.combine(one.first, entry.at)
    if zone.key == "UTC":
        event.add("dtstart", starts_at.replace(tzinfo=UTC))
    else:
        event.add("dtstart", starts_at, parameters={"TZID": zone.key})
    event.add("duration", timedelta(minutes=entry.minutes))
    event.add("rrule", _rule(one, zone))
    event.add("summary", title)
    event.add("description", plain(entry.description))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    if alarms:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", timedelta(0))
        event.add_component(alarm)
    return event


def _rule(one: Series, zone: ZoneInfo) -> dict[str, Any]:
    """With a zone, its end has to be told in UTC: that of the last day."""
    until = datetime.combine(one.last, time(23, 59, 59), zone).astimezone(UTC)
    if one.weekdays:
        return {"freq": "weekly", "until": until, "byday": [WEEKDAYS[n] for n in one.weekdays]}
    return {"freq": "daily", "until": until}


def _timezone(zone: ZoneInfo, window: Window) -> Timezone:
    """Put together here: the library's own takes the hour that is skipped in spring for the one after it."""
    timezone = Timezone()
    timezone.add("tzid", zone.key)
    for one in observances(zone, window):
        part = TimezoneDaylight() if one.is_summer else TimezoneStandard()
        part.add("dtstart", one.shown)
        part.add("tzoffsetfrom", one.before)
        part.add("tzoffsetto", one.after)
        part.add("tzname", one.name)
        timezone.add_component(part)
    return timezone
