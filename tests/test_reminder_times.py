"""When reminders are due: on the wall of the person, through the nights on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.times import Quiet, Rhythm, instant_of, is_late, next_after, usual_time

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
APIA = ZoneInfo("Pacific/Apia")
EVERY_DAY = range(7)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "zone", "instant"),
    [
        ("2026-11-23", "07:30", BERLIN, "2026-11-23 06:30"),
        # Clocks go from 2:00 to 3:00 on this night, so 2:30 is nowhere: they go on at 3:00.
        ("2026-03-29", "02:30", BERLIN, "2026-03-29 01:00"),
        ("2026-03-29", "01:59", BERLIN, "2026-03-29 00:59"),
        ("2026-03-29", "03:00", BERLIN, "2026-03-29 01:00"),
        # They go from 3:00 back to 2:00 on this one, so 2:30 is twice: the first counts.
        ("2026-10-25", "02:30", BERLIN, "2026-10-25 00:30"),
        ("2026-10-25", "03:00", BERLIN, "2026-10-25 02:00"),
        # By half an hour only.
        ("2026-10-04", "02:10", LORD_HOWE, "2026-10-03 15:30"),
        # At midnight: the day begins at 1:00.
        ("2018-11-04", "00:30", SAO_PAULO, "2018-11-04 03:00"),
    ],
)
def test_a_time_on_the_wall_is_one_instant(day: str, at: str, zone: tzinfo, instant: str) -> None:
    assert instant_of(date.fromisoformat(day), time.fromisoformat(at), zone) == utc(instant)


def test_a_day_that_a_zone_skips_has_no_times() -> None:
    assert instant_of(date(2011, 12, 30), time(8), APIA) is None
    assert next_after(utc("2011-12-29 18:00"), Rhythm(time(8), {4}), APIA) == utc("2012-01-05 18:00")


def first_minute_from(shown: datetime, zone: tzinfo) -> datetime:
    """By looking at the clock each minute."""
    minute = shown.replace(tzinfo=UTC) - timedelta(hours=30)
    while minute.astimezone(zone).replace(tzinfo=None) < shown:
        minute += timedelta(minutes=1)
    return minute


@given(
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from([BERLIN, LORD_HOWE, ZoneInfo("America/St_Johns"), ZoneInfo("Africa/Cairo")]),
)
def test_it_is_the_first_minute_at_which_the_clock_has_come_so_far(day: date, at: time, zone: tzinfo) -> None:
    assert instant_of(day, at, zone) == first_minute_from(datetime.combine(day, at), zone)


@pytest.mark.parametrize(
    ("after", "weekdays", "due"),
    [
        ("2026-11-23 06:29", EVERY_DAY, "2026-11-23 06:30"),
        ("2026-11-23 06:30", EVERY_DAY, "2026-11-24 06:30"),
        ("2026-11-23 06:30", {0}, "2026-11-30 06:30"),
        ("2026-11-23 23:30", {1}, "2026-11-24 06:30"),  # it is Tuesday already there
        ("2026-11-23 06:00", {6, 2}, "2026-11-25 06:30"),
    ],
)
def test_the_next_time_is_on_the_next_of_its_weekdays(after: str, weekdays: set[int], due: str) -> None:
    assert next_after(utc(after), Rhythm(time(7, 30), weekdays), BERLIN) == utc(due)


def test_without_weekdays_there_is_no_next_time() -> None:
    assert next_after(utc("2026-11-23 06:00"), Rhythm(time(7, 30), ()), BERLIN) is None


@pytest.mark.parametrize("zone", [BERLIN, LORD_HOWE, SAO_PAULO, APIA])
@pytest.mark.parametrize("at", ["00:30", "02:15", "02:30", "23:45"])
def test_through_a_year_each_day_is_reminded_of_once(at: str, zone: tzinfo) -> None:
    rhythm, instant, days = Rhythm(time.fromisoformat(at), EVERY_DAY), utc("2025-12-31 23:00"), []
    for _n in range(365):
        due = next_after(instant, rhythm, zone)
        assert due is not None
        days.append(due.astimezone(zone).date())
        instant = due
    assert days == [days[0] + timedelta(n) for n in range(365)]


@pytest.mark.parametrize(
    ("first", "last", "quiet", "not_quiet"),
    [
        ("22:00", "07:00", ["22:00", "23:59", "00:00", "06:59"], ["07:00", "12:00", "21:59"]),
        ("13:00", "15:00", ["13:00", "14:59"], ["12:59", "15:00", "00:00"]),
        ("08:00", "08:00", [], ["07:59", "08:00", "08:01"]),
    ],
)
def test_quiet_hours_may_go_over_midnight(first: str, last: str, quiet: list[str], not_quiet: list[str]) -> None:
    hours = Quiet(time.fromisoformat(first), time.fromisoformat(last))
    assert [at for at in [*quiet, *not_quiet] if hours.holds(time.fromisoformat(at))] == quiet


def test_what_is_more_than_an_hour_late_is_too_late() -> None:
    due = utc("2026-11-23 06:30")
    assert not is_late(due, due + timedelta(hours=1))
    assert is_late(due, due + timedelta(hours=1, seconds=1))


@pytest.mark.parametrize(
    ("of", "times"),
    [
        (1, ["08:00"]),
        (2, ["08:00", "19:00"]),
        (3, ["08:00", "13:00", "19:00"]),
        (4, ["08:00", "11:00", "15:00", "19:00"]),
        (5, ["08:00", "10:00", "13:00", "16:00", "19:00"]),
    ],
)
def test_doses_have_usual_times(of: int, times: list[str]) -> None:
    assert [usual_time(nth, of).isoformat("minutes") for nth in range(1, of + 1)] == times


@given(st.integers(1, 20))
def test_however_many_doses_a_day_has_each_has_a_time_of_its_own_in_their_order(of: int) -> None:
    times = [usual_time(nth, of) for nth in range(1, of + 1)]
    assert times == sorted(set(times))
