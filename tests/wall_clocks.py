"""Every time zone, and each moment from 2024 to 2032 at which its clocks are moved.

What day it is comes from the C library here, which reads the files of the zones by itself. It is the second opinion to
`User.day_at` and `User.seconds_to_next_day`, as `tests.naive` and `tests.naive_plan` are to the rules.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import as_file, files
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.test import Client

from accounts.models import User
from exercises.models import Exercise
from exercises.prescription import Frequency, Per
from tests import naive
from tests.builders import a_person, an_exercise, browser_of, elements, on_plan
from tests.naive_plan import NaivePlan
from tracking.models import Completion
from tracking.schedule import ONE_DAY, Week, standing

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC)
A_DAY = 24 * 3600


class Transition(NamedTuple):
    instant: int
    """The first second that counts anew, since 1970."""
    before: int
    after: int
    """Seconds ahead of UTC."""

    @property
    def shape(self) -> tuple[int, int]:
        """By how much the clock is moved, and which second of the day it showed then."""
        return self.after - self.before, (self.instant + self.before) % A_DAY


@cache
def zones() -> tuple[str, ...]:
    """Those of tzdata, which comes with the program."""
    with (files("tzdata") / "zones").open(encoding="utf-8") as lines:
        return tuple(sorted(line.strip() for line in lines if line.strip()))


@cache
def transitions(zone: str) -> tuple[Transition, ...]:
    """Found by looking at each day: no clock was ever moved twice within one."""
    clock = ZoneInfo(zone)

    def ahead(instant: int) -> int:
        offset = datetime.fromtimestamp(instant, clock).utcoffset()
        assert offset is not None
        return round(offset.total_seconds())

    found = []
    for early, late in pairwise(range(int(FIRST.timestamp()), int(LAST.timestamp()) + 1, A_DAY)):
        before, after = ahead(early), ahead(late)
        if before != after:
            while late - early > 1:
                middle = (early + late) // 2
                early, late = (middle, late) if ahead(middle) == before else (early, middle)
            found.append(Transition(late, before, after))
    return tuple(found)


def rules_of(zone: str) -> bytes:
    """All there is to know of a zone: two with the same file are one zone with two names."""
    return files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()


@contextmanager
def wall_clock(zone: str) -> Iterator[None]:
    """`date_on_the_wall` speaks of this zone."""
    usual = os.environ.get("TZ")
    with as_file(files("tzdata").joinpath("zoneinfo", *zone.split("/"))) as file:
        os.environ["TZ"] = f":{file}"
        time.tzset()
        try:
            yield
        finally:
            os.environ.pop("TZ")
            if usual is not None:
                os.environ["TZ"] = usual
            time.tzset()


def date_on_the_wall(instant: int) -> date:
    clock = time.localtime(instant)
    return date(clock.tm_year, clock.tm_mon, clock.tm_mday)


def next_midnight(instant: int) -> int:
    """The first second with a later date."""
    today, early = date_on_the_wall(instant), instant
    late = early
    while date_on_the_wall(late) <= today:
        early, late = late, late + 3600
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (early, middle) if date_on_the_wall(middle) > today else (middle, late)
    return late


def last_midnight(instant: int) -> int:
    """The first second of the day that there is."""
    early = next_midnight(instant - 2 * A_DAY)
    while (later := next_midnight(early)) <= instant:
        early = later
    return early


def moments(transition: Transition) -> list[int]:
    """The last second before the transition itself and the first one after it, and those of the midnights around it."""
    begun, over = last_midnight(transition.instant - 1), next_midnight(transition.instant)
    turns = (begun, transition.instant, over, next_midnight(over))
    return sorted({turn + second for turn in turns for second in (-1, 0)})


def at(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


class Figures:
    """What was looked at, and what was not as it should be."""

    def __init__(self) -> None:
        self.zones = self.transitions = self.checks = 0
        self.mismatches: list[str] = []

    def check(self, what: str, found: object, expected: object) -> None:
        self.checks += 1
        if found != expected:
            self.mismatches.append(f"{what}: {found!r}, not {expected!r}")


def check_rules(zone: str, figures: Figures) -> None:
    """Today, its length, its week and what is due, by the functions themselves."""
    user = User(time_zone=zone)
    figures.zones += 1
    with wall_clock(zone):
        for transition in transitions(zone):
            figures.transitions += 1
            for instant in moments(transition):
                today, week_start = date_on_the_wall(instant), (0, 5, 6)[instant % 3]
                where = f"{zone} at {at(instant)}"
                figures.check(f"the day in {where}", user.day_at(at(instant)), today)
                length = next_midnight(instant) - instant
                figures.check(f"seconds left in {where}", user.seconds_to_next_day(at(instant)), length)
                week = naive.week_around(today, week_start)
                figures.check(f"the week in {where}", list(Week.of(today, week_start).days), week)
                ticks = [today - timedelta(days=n) for n in range(1, 9) if instant >> n & 1]
                for per, at_least, at_most in (("day", 2, 3), ("week", 2, 3)):
                    found = standing(Frequency(Per(per), at_least, at_most), today, Counter(ticks), week_start)
                    expected = naive.status(per, at_least, at_most, today, ticks, week_start)
                    figures.check(f"the status in {where}", (found.status, found.again_on), expected)


def check_pages(zone: str, around: Iterable[Transition], move_to: Callable[[int], object], figures: Figures) -> None:
    """The same by the pages: what today's shows, where a tick goes, and what the week makes of it."""
    figures.zones += 1
    often = {"daily": ("day", 2, 3), "weekly": ("week", 2, 3)}
    user = a_person(time_zone=zone)
    for slug, (per, at_least, at_most) in often.items():
        frequency = Frequency(Per(per), at_least, at_most)
        exercise = Exercise.objects.filter(slug=slug).first() or an_exercise(slug, frequency)
        on_plan(user, exercise, FIRST.date(), frequency=frequency)
    with wall_clock(zone):
        for transition in around:
            figures.transitions += 1
            begun, over = last_midnight(transition.instant - 1), next_midnight(transition.instant)
            # Of three weeks only, as all of them is written into every day.
            plan = NaivePlan(
                date_on_the_wall(begun) - 10 * ONE_DAY, date_on_the_wall(over) + 10 * ONE_DAY, often, set()
            )
            plan.take_up(list(often), plan.days[0])
            Completion.objects.for_user(user).delete()
            client: Client | None = None  # a session does not last from one transition to the next
            for instant in sorted({begun, transition.instant - 1, transition.instant, over - 1, over}):
                move_to(instant)
                client = client or browser_of(user)
                _check_pages_at(f"{zone} at {at(instant)}", date_on_the_wall(instant), client, plan, figures)


def _check_pages_at(where: str, today: date, client: Client, plan: NaivePlan, figures: Figures) -> None:
    slug = ("daily", "weekly")[figures.checks % 2]
    nth = min(plan.done(slug, today) + 1, 20)
    for day in (today, today + ONE_DAY):
        answer = client.post(f"/day/{day}/{slug}/{nth}/", {"done": "yes"})
        figures.check(f"a tick of {day} in {where}", answer.status_code, plan.tick(slug, day, nth, True, today))
    page = client.get("/today/")
    shown = {one["data-exercise"]: (one["data-status"], int(one["data-done"])) for one in elements(page, "data-status")}
    figures.check(f"today in {where}", shown, plan.day_page(today))
    addresses = {one["formaction"].split("/")[2] for one in elements(page, "formaction")}
    figures.check(f"where ticks go in {where}", addresses, {str(today)})
    week = plan.week(today)
    figures.check(f"this week in {where}", client.get("/week/").headers["Location"], f"/week/{week[0]}/")
    rows = elements(client.get(f"/week/{week[0]}/"), "data-credited")
    scores = {one.get("data-exercise", ""): (int(one["data-credited"]), int(one["data-prescribed"])) for one in rows}
    figures.check(f"the week in {where}", scores, plan.week_page(week))
