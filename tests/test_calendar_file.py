"""The calendar as bytes: read back by a parser that has nothing to do with the library that writes it."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from exercises.prescription import Frequency, Per
from reminders.calendar_file import Entry, calendar_file, plain
from reminders.calendar_plan import MOST_SERIES, Window, observances, series
from tests.test_calendar_plan import by_the_day, unhurried
from tracking.schedule import Item, Paused

WINDOW = Window.on(date(2026, 11, 18))
KEY = UUID("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca"),
    *("America/St_Johns", "Pacific/Chatham", "Europe/Dublin"),
]
WINTER, SUMMER = date(2026, 9, 15), date(2027, 2, 1)
"""In the 120 days after each, clocks are moved in some of these zones."""
AT = [time(8), time(2, 30), time(23, 55), time(0, 0)]

TWICE_A_DAY, TWICE_A_WEEK = Frequency(Per.DAY, 2, 3), Frequency(Per.WEEK, 2, 3)
PLANS = {
    "nothing": [],
    "one for ever": [Item(1, TWICE_A_DAY, date(2025, 1, 1))],
    "some times a week": [Item(1, TWICE_A_WEEK, date(2026, 10, 7), date(2027, 3, 30))],
    "changed on a day on which clocks are moved": [
        Item(1, TWICE_A_DAY, date(2026, 1, 1), date(2026, 10, 25)),
        Item(1, TWICE_A_WEEK, date(2026, 10, 25), date(2027, 3, 28)),
        Item(1, Frequency(Per.DAY, 1, 1), date(2027, 3, 28)),
        Item(2, Frequency(Per.DAY, 4, 4), date(2026, 12, 1), date(2026, 12, 2)),
    ],
}
PAUSES = {
    "no pause": [],
    "two and a flare-up": [
        Paused(date(2026, 10, 24), date(2026, 10, 27)),
        Paused(date(2026, 11, 10), date(2026, 11, 11)),
        Paused(date(2027, 3, 14), date(2027, 4, 1), frozenset([1])),
    ],
    "one without an end": [Paused(date(2027, 3, 20))],
}


def entries(items: Sequence[Item], pauses: Sequence[Paused] = (), week_start: int = 0) -> list[Entry]:
    return [
        Entry(one, f"{one.exercise} · {one.nth}", "as often as you like", AT[one.nth - 1], 5)
        for one in series(items, pauses, week_start, WINDOW)
    ]


def file_of(some: Sequence[Entry], zone: str = "Europe/Berlin", alarms: bool = False) -> bytes:
    return calendar_file("Exercises", some, ZoneInfo(zone), WINDOW, KEY, alarms=alarms)


def read_back(body: bytes) -> Any:
    return vobject.readOne(body.decode())


def starts(body: bytes, first: date, last: date, zone: str) -> Counter[tuple[str, datetime]]:
    """What each event is called and what the clocks show when it begins, on some days."""
    begin, end = (datetime.combine(day, at, ZoneInfo(zone)) for day, at in ((first, time.min), (last, time.max)))
    return Counter(
        (event.summary.value, instant.replace(tzinfo=None))
        for event in getattr(read_back(body), "vevent_list", [])
        for instant in event.getrruleset().between(begin, end, inc=True)
    )


@pytest.mark.parametrize("first", [WINTER, SUMMER], ids=["autumn", "spring"])
@pytest.mark.parametrize("pauses", PAUSES.values(), ids=PAUSES)
@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_another_parser_reads_the_days_and_times_that_the_plan_asks_for(
    plan: list[Item], pauses: list[Paused], first: date
) -> None:
    last = first + timedelta(days=119)
    asked = by_the_day(plan, pauses, 6, Window(first, last))
    expected = Counter((f"{exercise} · {nth}", datetime.combine(day, AT[nth - 1])) for exercise, nth, day in asked)
    for zone in ZONES:
        assert starts(file_of(entries(plan, pauses, 6), zone), first, last, zone) == expected, zone


@pytest.mark.parametrize("zone", ZONES[1:])
def test_the_zone_in_the_file_says_what_the_clocks_show_on_either_side_of_each_change(zone: str) -> None:
    [event, *_others] = read_back(file_of(entries(PLANS["one for ever"]), zone)).vevent_list
    there = event.dtstart.value.tzinfo
    assert "tzical" in repr(there)
    for one in observances(ZoneInfo(zone), WINDOW):
        for hours in (-3, 3, 48):
            instant = max(one.at + timedelta(hours=hours), datetime.combine(WINDOW.first, time.min, ZoneInfo(zone)))
            assert instant.astimezone(there).utcoffset() == instant.astimezone(ZoneInfo(zone)).utcoffset()


def test_a_person_without_a_zone_needs_no_rules_of_one() -> None:
    body = file_of(entries(PLANS["one for ever"]), "UTC")
    assert b"VTIMEZONE" not in body
    assert b"DTSTART:20260901T080000Z\r\n" in body


@pytest.mark.parametrize("zone", ["Etc/UTC", "Etc/GMT+5", "US/Eastern"])
def test_every_zone_that_an_event_names_is_in_the_file(zone: str) -> None:
    body = file_of(entries(PLANS["one for ever"]), zone)
    assert f"\r\nTZID:{zone}\r\n".encode() in body
    assert set(re.findall(rb"DTSTART;TZID=([^:]+):", body)) == {zone.encode()}


def test_the_last_day_is_told_in_utc() -> None:
    [event] = read_back(file_of(entries([Item(1, TWICE_A_WEEK, date(2026, 11, 2), date(2026, 11, 9))]))).vevent_list
    assert event.rrule.value == "FREQ=WEEKLY;UNTIL=20261108T225959Z;BYDAY=MO,TH"


# --- The shape --------------------------------------------------------------------------------------------------------


def lines(body: bytes) -> list[str]:
    """With the parts of a folded line put together."""
    return body.decode().replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def properties(body: bytes) -> Counter[str]:
    return Counter(re.split("[:;]", line)[0] for line in lines(body))


def test_an_event_says_what_it_has_to_and_no_more() -> None:
    [event] = series([Item(1, Frequency(Per.DAY, 1, 1), date(2026, 11, 2))], [], 0, WINDOW)
    body = file_of([Entry(event, "Calf stretch", "every day", time(7, 30), 10)])
    said = lines(body)
    uid = next(line for line in said if line.startswith("UID:"))
    assert re.fullmatch(r"UID:[0-9a-f]{32}", uid)
    assert said[said.index("BEGIN:VEVENT") :] == [
        "BEGIN:VEVENT",
        "SUMMARY:Calf stretch",
        "DTSTART;TZID=Europe/Berlin:20261102T073000",
        "DURATION:PT10M",
        "DTSTAMP:20261102T000000Z",
        uid,
        "RRULE:FREQ=DAILY;UNTIL=20271231T225959Z",
        "CLASS:PRIVATE",
        "DESCRIPTION:every day",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    assert said[: said.index("BEGIN:VTIMEZONE")] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Backpain//Exercises//EN",
        "NAME:Exercises",
        "X-WR-CALNAME:Exercises",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]


def test_alarms_come_only_when_they_are_asked_for() -> None:
    some = entries(PLANS["one for ever"])
    assert properties(file_of(some))["TRIGGER"] == 0
    loud = file_of(some, alarms=True)
    assert properties(loud)["TRIGGER"] == len(some) == 2
    alarm = read_back(loud).vevent_list[0].valarm
    assert (alarm.action.value, alarm.description.value, alarm.trigger.value) == ("DISPLAY", "1 · 1", timedelta(0))


def test_names_of_events_are_the_same_each_time_and_others_in_another_calendar() -> None:
    some = entries(PLANS["changed on a day on which clocks are moved"], PAUSES["two and a flare-up"])
    mine, again = file_of(some), file_of(some)
    other = calendar_file("Exercises", some, ZoneInfo("Europe/Berlin"), WINDOW, UUID(int=1), alarms=False)
    assert mine == again
    uids, others = ({event.uid.value for event in read_back(body).vevent_list} for body in (mine, other))
    assert len(uids) == len(some)
    assert uids.isdisjoint(others)


ONE = entries(PLANS["one for ever"])[0]
TYPED = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from('\r\n\0\t\x0b\x0c\x1b\x1c\x85\u2028\u2029\ufeff;:,\\"'))
)


@unhurried
@given(title=TYPED, description=TYPED, alarms=st.booleans())
def test_no_text_adds_a_property_or_takes_one_away(title: str, description: str, alarms: bool) -> None:
    body = file_of([Entry(ONE.series, title, description, ONE.at, 5)], alarms=alarms)
    usual = file_of([ONE], alarms=alarms)
    assert properties(body) == properties(usual)
    assert [line for line in lines(body) if not line.startswith(("SUMMARY", "DESCRIPTION"))] == [
        line for line in lines(usual) if not line.startswith(("SUMMARY", "DESCRIPTION"))
    ]
    assert body.count(b"\r") == body.count(b"\n") == body.count(b"\r\n")
    assert not set(body) & {*range(9), *range(11, 13), *range(14, 32)}
    assert max(map(len, body.split(b"\r\n"))) <= 75
    event = read_back(body).vevent
    assert (event.summary.value, event.description.value) == (plain(title), plain(description))


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("Calf stretch", "Calf stretch"),
        ("a\r\nb\rc\nd", "a b c d"),
        ("a\0b", "a b"),
        ("\x85a\u2028b\u2029", "a b"),
        ("\ud800a", "a"),
        ("  a \t b ", "a b"),
        # What holds the parts of a sign together is left alone.
        ("👩\u200d🦰 a\u00a0b", "👩\u200d🦰 a b"),
    ],
)
def test_a_text_becomes_one_line(typed: str, line: str) -> None:
    assert plain(typed) == line


def test_the_largest_calendar_has_a_bound() -> None:
    items = [Item(n, Frequency(Per.DAY, 20, 20), date(2026, 11, 1)) for n in range(200)]
    some = [Entry(one, "\U0001f9b5" * 123, "up to 20 times a day", time(8), 60) for one in series(items, [], 0, WINDOW)]
    assert len(some) == MOST_SERIES
    assert len(file_of(some, "Africa/Casablanca", alarms=True)) < 2_000_000
