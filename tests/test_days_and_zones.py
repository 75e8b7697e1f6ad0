"""A day is a calendar date in the person's own time zone: never 24 hours, never the server's date."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from time_machine import TimeMachineFixture

from accounts.forms import time_zone_choices
from tests.builders import CHOICES, a_person, an_exercise, browser_of, completions, did, elements, on_plan, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("Pacific/Kiritimati", "2026-11-18T10:00:00Z", date(2026, 11, 19)),
        ("Pacific/Pago_Pago", "2026-11-18T10:00:00Z", date(2026, 11, 17)),
        ("UTC", "2026-11-18T23:59:59Z", date(2026, 11, 18)),
        ("", "2026-11-18T23:59:59Z", date(2026, 11, 18)),
        # Berlin: summer time ends on 25 October 2026 at 01:00 UTC, and began on 29 March at 01:00 UTC.
        ("Europe/Berlin", "2026-10-24T21:59:59Z", date(2026, 10, 24)),
        ("Europe/Berlin", "2026-10-24T22:00:00Z", date(2026, 10, 25)),
        ("Europe/Berlin", "2026-10-25T22:59:59Z", date(2026, 10, 25)),
        ("Europe/Berlin", "2026-10-25T23:00:00Z", date(2026, 10, 26)),
        ("Europe/Berlin", "2026-03-28T22:59:59Z", date(2026, 3, 28)),
        ("Europe/Berlin", "2026-03-28T23:00:00Z", date(2026, 3, 29)),
        ("Europe/Berlin", "2026-03-29T21:59:59Z", date(2026, 3, 29)),
        ("Europe/Berlin", "2026-03-29T22:00:00Z", date(2026, 3, 30)),
        ("America/New_York", "2028-02-29T04:59:59Z", date(2028, 2, 28)),
        ("America/New_York", "2028-02-29T05:00:00Z", date(2028, 2, 29)),
        ("Asia/Kolkata", "2026-12-31T18:29:59Z", date(2026, 12, 31)),
        ("Asia/Kolkata", "2026-12-31T18:30:00Z", date(2027, 1, 1)),
    ],
)
def test_today_is_the_date_on_the_persons_own_wall(
    zone: str, instant: str, day: date, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(instant, tick=False)
    user = a_person(time_zone=zone)
    on_plan(user, an_exercise("stretch"), date(2026, 1, 1))
    client = browser_of(user)
    address = elements(client.get("/today/"), "formaction")[0]["formaction"]
    assert address == f"/day/{day}/stretch/1/"
    client.post(address, {"done": "yes"})
    assert completions(user) == [(day, "stretch", 1)]


@pytest.mark.parametrize(
    ("zone", "instant", "hours"),
    [
        ("Europe/Berlin", "2026-10-24T22:00:00Z", 25),
        ("Europe/Berlin", "2026-03-28T23:00:00Z", 23),
        ("Europe/Berlin", "2026-06-30T22:00:00Z", 24),
        # Lord Howe Island moves its clocks by half an hour.
        ("Australia/Lord_Howe", "2026-10-03T13:30:00Z", 23.5),
        # In Havana the clock jumps from midnight to one: the day begins at 01:00.
        ("America/Havana", "2026-03-08T05:00:00Z", 23),
    ],
)
def test_a_day_lasts_as_long_as_the_clock_says(zone: str, instant: str, hours: float) -> None:
    user = a_person(time_zone=zone)
    assert user.seconds_to_next_day(datetime.fromisoformat(instant)) == hours * 3600


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Havana", "Pacific/Apia", "Asia/Beirut", "Africa/Cairo"])
def test_when_the_day_is_over_the_next_one_has_begun(zone: str) -> None:
    user = a_person(time_zone=zone)
    instant = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    end = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    while instant < end:
        today = user.day_at(datetime.fromtimestamp(instant, UTC))
        instant += user.seconds_to_next_day(datetime.fromtimestamp(instant, UTC))
        assert (user.day_at(datetime.fromtimestamp(instant, UTC)) - today).days == 1
        assert user.day_at(datetime.fromtimestamp(instant - 1, UTC)) == today


def test_moving_to_another_zone_re_dates_nothing(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)
    user = a_person(time_zone="Pacific/Kiritimati")
    exercise = an_exercise("stretch")
    on_plan(user, exercise, date(2026, 11, 16))
    client = browser_of(user)
    client.post("/day/2026-11-19/stretch/1/", {"done": "yes"})

    client.post("/settings/", {**CHOICES, "time_zone": "Pacific/Pago_Pago"})

    assert completions(user) == [(date(2026, 11, 19), "stretch", 1)]
    page = client.get("/today/")
    assert "Tuesday, 17 November 2026" in text_of(page)
    # The day recorded before the flight is now ahead. It is kept, and shown.
    assert [e["data-done"] for e in elements(client.get("/day/2026-11-19/"), "data-exercise")] == ["1"]


@pytest.mark.parametrize(
    ("week_start", "first"), [(0, date(2026, 12, 28)), (6, date(2026, 12, 27)), (5, date(2026, 12, 26))]
)
def test_a_week_runs_over_the_end_of_the_year(week_start: int, first: date, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2027-01-01 10:00:00Z", tick=False)
    user = a_person(week_start=week_start)
    exercise = an_exercise("stretch")
    on_plan(user, exercise, date(2026, 12, 1))
    did(user, exercise, date(2026, 12, 31))
    did(user, exercise, date(2027, 1, 1))
    client = browser_of(user)
    assert client.get("/week/").headers["Location"] == f"/week/{first}/"
    page = client.get(f"/week/{first}/")
    summary = elements(page, "data-credited")[0]
    assert (summary["data-credited"], summary["data-prescribed"]) == ("2", "7")


def test_every_zone_that_can_be_chosen_can_be_computed_with() -> None:
    grouped = [choices for _label, choices in time_zone_choices("") if isinstance(choices, list)]
    names = [name for choices in grouped for name, _label in choices]
    assert len(names) > 400
    for name in names:
        assert ZoneInfo(name).utcoffset(datetime(2026, 11, 18)) is not None  # noqa: DTZ001  # a wall clock time
