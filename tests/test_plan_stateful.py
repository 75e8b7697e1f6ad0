"""Any edits in any order, through the pages of the site: it does as the plain calendar of `tests.naive_plan` does.

Hypothesis makes up the lives of people: they start, change, pause, fly about, tick, and a week later change it again.
After each step all figures are those of the calendar, and those of earlier days are what they were before.
"""

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from exercises.models import Exercise
from exercises.prescription import Frequency, Per
from tests.builders import CHOICES, a_person, an_exercise, browser_of, elements
from tests.figures import day_on, history_on, week_on
from tests.naive_plan import NaivePause, NaivePlan, Often
from tracking.models import Completion, PlanItem
from tracking.record import done_a_day, read
from tracking.schedule import Week

LIVES, STEPS = 9, 30
MORE_LIVES = int(os.environ.get("LIVES", "0"))
"""By default the same few lives each time; whoever asks for a number of them gets new ones."""

ROUTINE: dict[str, Often] = {
    "walk": ("day", 1, 1),
    "pencil": ("week", 2, 3),
    "towel": ("day", 2, 3),
    "toes": ("week", 5, 7),
    "balance": ("week", 1, 1),
}
GENTLE = {"walk", "pencil"}

FIRST_DAYS = [date(2026, 11, 18), date(2026, 12, 30), date(2028, 2, 28)]
BEFORE, AFTER, LONGEST = 40, 130, 70
"""Days: the calendar begins so long before the first day and ends so long after it; a life is over before that."""

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
# At the first of them Kiritimati is on the next day and Pago Pago on the one before: two dates in one flight.
TIMES_OF_DAY = [(10, 30), (10, 30), (2, 0), (23, 50)]

ONE_DAY = timedelta(days=1)

exercises = st.integers(0, 9)
often: st.SearchStrategy[Often] = st.one_of(
    st.sampled_from([("week", low, high) for high in range(1, 8) for low in range(1, high + 1)]),
    st.sampled_from([("day", 1, 1), ("day", 1, 2), ("day", 2, 2), ("day", 2, 3), ("day", 20, 20)]),
)
BROKEN = [
    {"at_least": "3", "at_most": "2"},
    {"per": "week", "at_least": "1", "at_most": "8"},
    {"at_least": "0"},
    {"at_most": "21"},
    {"per": "month"},
    {"per": ""},
    {"seconds_at_most": "3601"},
    {"repetitions_at_most": "101"},
    {"repetitions_at_least": "2", "repetitions_at_most": "1"},
    {"at_least": "many"},
]
reasons = st.sampled_from(["illness", "flare-up", "flare-up", "flare-up"])
spans = st.tuples(st.sampled_from([0, 0, 0, 0, 1, 3, -1]), st.sampled_from([None, None, 0, 2, 5, 9, -1]))
"""The first day of a pause, counted from today, and its last one, counted from the first."""

PAGES = [
    "/plan/",
    "/plan/timeline/",
    "/plan/add/",
    "/plan/since/",
    "/plan/pause/",
    "/plan/own/",
    "/session/",
    "/settings/",
]

Key = tuple[str, date]
Facts = tuple[Often, bool, int]
"""What was in force, whether it was paused, and how often it was done."""
DayFigures = dict[Key, tuple[Facts, str, int]]
"""With the status and the doses asked for, by exercise and earlier day."""
WeekFigures = dict[Key, tuple[int, int]]


Happening = Callable[..., None]
HAPPENINGS: list[tuple[Happening, Callable[["Life"], object], st.SearchStrategy[dict[str, Any]]]] = []


def is_young(life: "Life") -> bool:
    return (life.today - life.first).days < LONGEST


def happens(
    *, times: int = 1, when: Callable[["Life"], object] = bool, **arguments: st.SearchStrategy[Any]
) -> Callable[[Happening], Happening]:
    """One of the things of which one happens at each step, so much more often than others.

    All are one rule: Hypothesis leaves some rules out of each life, but only together they make one.
    """

    def note(happening: Happening) -> Happening:
        HAPPENINGS.extend([(happening, when, st.fixed_dictionaries(arguments))] * times)
        return happening

    return note


class Life(RuleBasedStateMachine):
    """One person, and the same in the calendar."""

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.travel = time_machine.travel(datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")), tick=False)
        self.clock = self.travel.start()
        self.zone = "UTC"

    def teardown(self) -> None:
        self.travel.stop()
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize(first=st.sampled_from(FIRST_DAYS), way=st.sampled_from(["gentle", "full", "none"]))
    def begin(self, first: date, way: str) -> None:
        self.first = first
        self.at(first, (10, 30))
        self.user = a_person()
        for number, (slug, (per, low, high)) in enumerate(ROUTINE.items()):
            an_exercise(slug, Frequency(Per(per), low, high), gentle=slug in GENTLE).number = number
        self.naive = NaivePlan(first - BEFORE * ONE_DAY, first + AFTER * ONE_DAY, ROUTINE, GENTLE)
        self.client = browser_of(self.user)
        self.days: DayFigures = {}
        self.weeks: WeekFigures = {}
        self.steps, self.last_seen_on = 0, self.today
        self.nothing_may_change()
        if way != "none":
            self.start(way)

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        possible = [(happening, arguments) for happening, when, arguments in HAPPENINGS if when(self)]
        n = data.draw(st.integers(0, len(possible) - 1))
        happening, arguments = possible[n]
        happening(self, **data.draw(arguments, label=happening.__name__))

    # --- Time and place

    def at(self, day: date, time_of_day: tuple[int, int]) -> None:
        self.now = datetime(day.year, day.month, day.day, *time_of_day, tzinfo=ZoneInfo("UTC"))
        self.clock.move_to(self.now, tick=False)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @happens(
        times=2, when=is_young, days=st.sampled_from([1, 1, 1, 2, 3, 7, 9]), time_of_day=st.sampled_from(TIMES_OF_DAY)
    )
    def wait(self, days: int, time_of_day: tuple[int, int]) -> None:
        self.at(self.now.date() + days * ONE_DAY, time_of_day)
        self.client.force_login(self.user)

    @happens(when=is_young, days=st.integers(3, 16), lapses=st.sets(st.integers(0, 15), max_size=6))
    def do_what_is_due_for_some_days(self, days: int, lapses: set[int]) -> None:
        """Without the pages, which are asked at the end: these are many ticks."""
        for n in range(days):
            for slug in self.naive.on_plan(self.today) if n not in lapses else ():
                exercise, nth = self.exercise(slug), 1
                while self.naive.status(slug, self.today) == "due":
                    Completion.objects.set_done(self.user, self.today, exercise, nth, self.now)
                    assert self.naive.tick(slug, self.today, nth, True, self.today) == 302
                    nth += 1
            self.at(self.now.date() + ONE_DAY, (10, 30))
        self.client.force_login(self.user)
        self.everything_may_change()

    @happens(times=6, when=is_young, doses=st.lists(st.sets(exercises, max_size=5), min_size=1, max_size=5))
    def do_this_and_that_for_some_days(self, doses: list[set[int]]) -> None:
        """On each of the days one dose of each of these exercises; without the pages as well."""
        for ns in doses:
            for slug in {self.slug(n) for n in ns}:
                if self.naive.tick(slug, self.today, 1, True, self.today) == 302:
                    Completion.objects.set_done(self.user, self.today, self.exercise(slug), 1, self.now)
            self.at(self.now.date() + ONE_DAY, (10, 30))
        self.client.force_login(self.user)
        self.everything_may_change()

    @happens(zone=st.sampled_from(ZONES))
    def fly(self, zone: str) -> None:
        self.zone = zone
        self.set_preferences()

    @happens(n=exercises, often=often)
    def edit_far_in_the_east_and_fly_back_to_where_it_is_the_day_before_yesterday(self, n: int, often: Often) -> None:
        self.at(self.now.date() + ONE_DAY, (10, 30))
        self.fly("Pacific/Kiritimati")
        self.prescribe(n, often, 30)
        self.fly("Pacific/Pago_Pago")

    @happens(week_start=st.sampled_from([0, 6, 5]), for_good=st.booleans())
    def change_the_week_start(self, week_start: int, for_good: bool) -> None:
        before, self.naive.week_start = self.naive.week_start, week_start
        self.set_preferences()
        if for_good:
            self.the_facts_of_a_day_stay()
        else:
            self.check_all_figures()
            self.naive.week_start = before
            self.set_preferences()

    def set_preferences(self) -> None:
        choices = {**CHOICES, "time_zone": self.zone, "week_start": str(self.naive.week_start)}
        self.post("/settings/", choices, 302)

    # --- Exercises

    @happens(way=st.sampled_from(["gentle", "full"]))
    def start(self, way: str) -> None:
        self.post("/plan/start/", {"way": way}, self.naive.start(way, self.today))

    @happens(times=2, n=exercises, often=often, seconds=st.sampled_from([30, 30, 40]))
    def prescribe(self, n: int, often: Often, seconds: int) -> None:
        slug = self.slug(n)
        status = self.naive.prescribe(slug, self.today, often)
        self.post(f"/plan/exercise/{slug}/", self.prescription(often, seconds), status)

    @happens(ns=st.sets(exercises, min_size=3), often=st.none() | often)
    def change_or_remove_several(self, ns: set[int], often: Often | None) -> None:
        for n in sorted(ns, reverse=True):
            if often:
                self.prescribe(n, often, 30)
            else:
                self.remove(n)

    @happens(n=exercises)
    def add(self, n: int) -> None:
        slug = self.slug(n)
        self.post(f"/plan/exercise/{slug}/add/", {}, self.naive.add(slug, self.today))

    @happens(n=exercises)
    def remove(self, n: int) -> None:
        slug = self.slug(n, today=True)
        self.post(f"/plan/exercise/{slug}/remove/", {}, self.naive.remove(slug, self.today))

    @happens(when=lambda self: len(self.naive.own) < 2, often=often)
    def make_an_own_exercise(self, often: Often) -> None:
        key = f"{len(self.naive.own):012x}"
        words = {"name": "Mine", "position": "standing", "steps": "Go.", "action": "hold", "sides": "together"}
        status = self.naive.make(f"own-{key}", self.today, often)
        self.post("/plan/own/", {**words, "key": key, **self.prescription(often, 30)}, status)

    @happens(n=exercises)
    def retire_one_or_offer_it_again(self, n: int) -> None:
        """One's own by the page; one of the catalogue as its editor does it, which leaves all plans alone."""
        slug = self.slug(n)
        if slug in self.naive.own:
            self.post(f"/plan/own/{slug}/retire/", {}, self.naive.retire(slug, self.today))
        else:
            self.naive.retired ^= {slug}
            Exercise.objects.with_slug(slug).update(retired=slug in self.naive.retired)

    @happens(answer=st.sampled_from(["add", "add", "later", "never"]), n=exercises)
    def answer_an_offer(self, answer: str, n: int) -> None:
        slug = self.naive.offer(self.today) or self.slug(n)
        self.post("/plan/grow/", {"answer": answer, "exercise": slug}, self.naive.grow(answer, slug, self.today))

    @happens(ns=st.sets(exercises, min_size=1, max_size=3), days=st.sampled_from([1, 2, 3, 5, 8, 20, -1]))
    def say_since_when(self, ns: set[int], days: int) -> None:
        """The one edit of earlier days: those from the new start on, of these exercises alone."""
        since = self.today - days * ONE_DAY
        chosen = sorted({self.slug(n, today=True) for n in ns})
        began = {slug: self.naive.began(slug, self.today) for slug in chosen}
        keys = [self.exercise(slug).pk for slug in chosen]
        status = self.naive.begin_earlier(chosen, since, self.today)
        data = {"since": since.isoformat(), "exercises": keys}
        self.post("/plan/since/", data, 200 if status == 302 else 400)
        shown = f"{since}/{','.join(map(str, sorted(keys)))}"
        self.post("/plan/since/", {**data, "confirm": shown}, status)

        def in_the_days_added(key: Key) -> bool:
            slug, day = key
            return slug in began and since <= day < began[slug]

        def in_a_week_of_them(key: Key) -> bool:
            slug, day = key
            return slug in began and any(since <= one < began[slug] for one in self.naive.week(day))

        if status == 302:
            self.may_change = in_the_days_added
            # With more days a week asks for more of a weekly exercise, so one that had its days may be short of one.
            self.may_be_asked_for = self.week_may_change = in_a_week_of_them

    # --- Pauses

    @happens(times=2, span=spans, reason=reasons, ns=st.sets(exercises, max_size=4))
    def pause(self, span: tuple[int, int | None], reason: str, ns: set[int]) -> None:
        self.set_pause("/plan/pause/", span, reason, ns, None)

    @happens(
        when=lambda self: self.naive.paused, n=exercises, span=spans, reason=reasons, ns=st.sets(exercises, max_size=4)
    )
    def change_a_pause(self, n: int, span: tuple[int, int | None], reason: str, ns: set[int]) -> None:
        old = self.some_pause(n)
        self.set_pause(f"/plan/pause/{self.naive.days_of(old)[0]}/", span, reason, ns, old)

    @happens(times=2, when=lambda self: self.naive.paused, n=exercises)
    def end_a_pause(self, n: int) -> None:
        old = self.some_pause(n)
        first = self.naive.days_of(old)[0]
        self.post(f"/plan/pause/{first}/end/", {}, self.naive.resume(old, self.today))

    def some_pause(self, n: int) -> NaivePause:
        """Mostly the latest."""
        pauses = self.naive.pauses()[::-1]
        return pauses[n % len(pauses) if n > 6 else 0]

    def set_pause(
        self, address: str, span: tuple[int, int | None], reason: str, ns: set[int], old: NaivePause | None
    ) -> None:
        first = self.today + span[0] * ONE_DAY
        last = None if span[1] is None else first + span[1] * ONE_DAY
        keeps = sorted({self.slug(n) for n in ns}) if reason == "flare-up" or len(ns) == 4 else []
        if len(ns) < 3:  # more of them are rather a mistake
            keeps = [slug for slug in keeps if self.today in self.naive.plan[slug]]
        data = {
            "reason": reason,
            "first": first.isoformat(),
            "last": last.isoformat() if last else "",
            "keeps": [self.exercise(slug).pk for slug in keeps],
        }
        self.post(address, data, self.naive.pause(first, last, reason, keeps, self.today, old))

    # --- What is done

    @happens(
        times=2,
        n=exercises,
        days=st.sampled_from([0, 0, 1, 2, 3, 6, 9, -1]),
        nth=st.sampled_from([1, 1, 1, 2, 2, 21]),
        done=st.booleans(),
    )
    def tick_or_un_tick(self, n: int, days: int, nth: int, done: bool) -> None:
        self.set_slot(n, days, nth, done)

    def set_slot(self, n: int, days: int, nth: int, done: bool) -> None:
        slug, day = self.slug(n, today=True), self.today - days * ONE_DAY
        status = self.naive.tick(slug, day, nth, done, self.today)
        self.post(f"/day/{day}/{slug}/{nth}/", {"done": "yes" if done else "no"}, status)
        self.may_change = self.may_be_asked_for = self.week_may_change = lambda key: key[0] == slug

    # --- What changes no figure

    @happens(
        n=exercises,
        days=st.sampled_from([0, 0, 1, 3, -1]),
        reason=st.sampled_from(["sore", ""]),
        where=st.sampled_from(["up", "down"]),
        broken=st.sampled_from(BROKEN),
        page=st.sampled_from(PAGES),
    )
    def skip_move_talk_nonsense_and_look_around(
        self, n: int, days: int, reason: str, where: str, broken: dict[str, str], page: str
    ) -> None:
        slug, day = self.slug(n, today=True), self.today - days * ONE_DAY
        status = self.naive.skip(slug, day, reason, self.today)
        self.post(f"/day/{day}/skip/", {"exercise": slug, "reason": reason}, status)
        self.post("/plan/order/", {where: slug}, 302)
        data = {**self.prescription(("day", 1, 1), 30), **broken}
        self.post(f"/plan/exercise/{slug}/", data, self.naive.prescribe(slug, self.today, None))
        self.look_around(page, slug)

    def look_around(self, page: str, slug: str) -> None:
        assert self.client.get(page).status_code == 200
        for pause in self.naive.pauses():
            days = self.naive.days_of(pause)
            expected = 200 if days[-1] >= self.today else 404
            assert self.client.get(f"/plan/pause/{days[0]}/").status_code == expected
        may = self.today in self.naive.plan[slug] or self.naive.may_take_up(slug)
        assert self.client.get(f"/plan/exercise/{slug}/").status_code == (200 if may else 404)

    # --- Helpers

    def slug(self, n: int, today: bool = False) -> str:
        """With `today` mostly one of today's plan."""
        slugs = (self.naive.on_plan(self.today) if today and n < 8 else []) or list(self.naive.usual)
        return slugs[n % len(slugs)]

    def exercise(self, slug: str) -> Exercise:
        return Exercise.objects.get(slug=slug)

    def prescription(self, often: Often, seconds: int) -> dict[str, Any]:
        return {
            **dict(zip(("per", "at_least", "at_most"), often, strict=True)),
            **dict.fromkeys(("repetitions_at_least", "repetitions_at_most"), 1),
            **dict.fromkeys(("seconds_at_least", "seconds_at_most"), seconds),
        }

    def post(self, address: str, data: dict[str, Any], status: int) -> None:
        assert self.client.post(address, data).status_code == status, (address, data)

    # --- What may change of earlier days. As a rule nothing

    may_change: Callable[[Key], bool]
    may_be_asked_for: Callable[[Key], bool]
    week_may_change: Callable[[Key], bool]
    only_facts: bool

    def nothing_may_change(self) -> None:
        self.may_change = self.may_be_asked_for = self.week_may_change = lambda key: False
        self.only_facts = False

    def everything_may_change(self) -> None:
        self.may_change = self.may_be_asked_for = self.week_may_change = lambda key: True

    def the_facts_of_a_day_stay(self) -> None:
        self.may_be_asked_for = self.week_may_change = lambda key: True
        self.only_facts = True

    # --- What holds after every step

    @invariant()
    def all_figures_are_the_naive_ones_and_the_past_is_what_it_was(self) -> None:
        user, today, naive = self.user, self.today, self.naive
        user.refresh_from_db()
        days, weeks = self.check_all_figures()

        for key in self.days.keys() & days.keys():
            before, after = self.days[key], days[key]
            if not self.may_change(key):
                assert before[0] == after[0]
                assert self.only_facts or before[1] == after[1]
                assert before[2] == after[2] or self.may_be_asked_for(key)
        earlier = min(today, self.last_seen_on)
        for key in self.days.keys() ^ days.keys():
            assert key[1] >= earlier or self.may_change(key)
        for key in self.weeks.keys() | weeks.keys():
            if key[1] + 6 * ONE_DAY < earlier and not self.week_may_change(key):
                assert self.weeks.get(key, (0, 0)) == weeks.get(key, (0, 0))

        self.days, self.weeks, self.last_seen_on = days, weeks, today
        self.nothing_may_change()
        self.steps += 1
        if self.steps % 2 == 0:  # all figures are checked above
            self.check_pages()
        assert naive.week_start == user.week_start

    def check_all_figures(self) -> tuple[DayFigures, WeekFigures]:
        """Of all earlier days and of the weeks before the running one, by the record behind the pages."""
        user, today, naive = self.user, self.today, self.naive
        user.refresh_from_db()
        rows = list(PlanItem.objects.for_user(user).in_order())
        calendar: dict[str, dict[date, Often]] = {slug: {} for slug in naive.plan}
        for row in rows:
            for day in naive.days:
                if row.value.in_force_on(day):
                    assert day not in calendar[row.exercise.slug], "two items overlap"
                    calendar[row.exercise.slug][day] = (row.per, row.at_least, row.at_most)
        assert calendar == naive.plan

        first = min(week[0] for week in naive.weeks(today))
        running = Week.of(today, user.week_start)
        record = read(user, first, running.last, rows, done_a_day(user, first, running.last))
        slugs = {row.exercise_id: row.exercise.slug for row in rows}
        days: DayFigures = {}
        weeks: WeekFigures = {}
        naive_days: DayFigures = {}
        naive_weeks: WeekFigures = {}
        for exercise, slug in slugs.items():
            for day in naive.plan[slug]:
                if day < today:
                    item = record.item_on(exercise, day)
                    assert item is not None
                    often = record.frequency(item, day)
                    facts = (
                        (str(often.per), often.at_least, often.at_most),
                        record.is_paused(exercise, day),
                        record.done_on(exercise, day),
                    )
                    standing = str(record.standing(item, day).status)
                    days[slug, day] = (facts, standing, record.asked_on(exercise, day, today))
                    naive_days[slug, day] = (
                        (naive.often(slug, day), naive.is_paused(slug, day), naive.done(slug, day)),
                        naive.status(slug, day),
                        naive.asked(slug, day, today),
                    )
            for week in naive.weeks(today)[:-1]:
                tally = record.tally(exercise, Week(week[0]))
                weeks[slug, week[0]] = (tally.credited, tally.prescribed)
                naive_weeks[slug, week[0]] = naive.score(slug, week)
        assert days == naive_days
        assert weeks == naive_weeks
        return days, weeks

    def check_pages(self) -> None:
        today, naive = self.today, self.naive
        page = self.check_day("/today/", today)
        offers = [e["value"] for e in elements(page, "name") if e["tag"] == "input" and e["name"] == "exercise"]
        # Without any exercise on the plan the page offers ways to start instead.
        assert offers == [slug for slug in [naive.offer(today)] if slug and naive.on_plan(today)]
        some_days = 1 + self.steps // 8 % 9
        match self.steps // 2 % 4:
            case 0:
                assert history_on(self.client.get("/history/")) == naive.history_page(today)
            case 1:
                self.check_week(today)
            case 2:
                self.check_day(f"/day/{today - some_days * ONE_DAY}/", today - some_days * ONE_DAY)
            case 3:
                self.check_week(today - (some_days + 6) * ONE_DAY)

    def check_day(self, address: str, day: date) -> Any:
        page = self.client.get(address)
        assert page.status_code == 200
        assert day_on(page) == self.naive.day_page(day)
        return page

    def check_week(self, day: date) -> None:
        week = self.naive.week(day)
        assert week_on(self.client.get(f"/week/{week[0]}/")) == self.naive.week_page(week)


@pytest.mark.django_db
def test_every_edit_does_what_it_does_in_a_plain_calendar_and_leaves_the_past_alone() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=MORE_LIVES or LIVES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=not MORE_LIVES,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
