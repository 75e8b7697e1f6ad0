"""Every figure is the same wherever it stands: on the pages, the sheet, a share of it, and worked out from an export.

Random histories, with edits, pauses, skips and pain. What is exported is read back by the plain functions of the rules,
so that a figure which a page takes from anywhere else than the record would show.
"""

import csv
import io
import json
import random
import zipfile
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.prescription import Frequency, Per
from pain.models import CheckIn
from sharing.models import Share
from tests.builders import a_person, an_exercise, browser_of, did, elements, on_plan, text_of
from tracking.adherence import Tally, asked_on, tally, total
from tracking.dates import short_span
from tracking.models import Completion, Pause, Skip
from tracking.schedule import Item, Paused, Week, paused_days

TODAY = date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
LONGEST = 110
FREQUENCIES = [Frequency(Per.DAY, 1, 1), Frequency(Per.DAY, 2, 3)]
FREQUENCIES += [Frequency(Per.WEEK, low, high) for high in (1, 3, 7) for low in (1, 2, 5) if low <= high]
ONE_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def somebody(chance: random.Random) -> User:
    """A person with up to four exercises and everything else that can happen to a plan."""
    user = a_person(week_start=chance.choice([0, 5, 6]))
    exercises = [an_exercise(owner=user) if n == 2 else an_exercise() for n in range(chance.randint(1, 4))]
    for exercise in exercises:
        start = TODAY - chance.randint(0, LONGEST) * ONE_DAY
        for _change in range(chance.randint(0, 2)):
            end = start + chance.randint(1, 40) * ONE_DAY
            if end > TODAY:
                break
            on_plan(user, exercise, start, end, chance.choice(FREQUENCIES))
            start = end + chance.choice([0, 0, 5]) * ONE_DAY
        on_plan(user, exercise, start, chance.choice([None, start + 30 * ONE_DAY]), chance.choice(FREQUENCIES))
        for back in range(LONGEST):
            did(user, exercise, TODAY - back * ONE_DAY, chance.choice([0, 0, 1, 1, 2, 4]))
        Skip.objects.set_skipped(user, TODAY - chance.randint(0, 20) * ONE_DAY, exercise, "sore", NOW)
    begin = TODAY - LONGEST * ONE_DAY
    for _pause in range(chance.randint(0, 3)):
        begin += chance.randint(1, 40) * ONE_DAY
        end = begin + chance.randint(1, 12) * ONE_DAY
        keeps = [exercise.pk for exercise in exercises if chance.random() < 0.3]
        Pause.objects.create(user=user, starts_on=begin, ends_on=end, reason="flare-up", keeps=keeps)
        begin = end
    for n in range(chance.randint(0, 12)):
        noted = {"key": UUID(int=n), "recorded_at": NOW, "moment": "general", "score": chance.randint(0, 10)}
        CheckIn.objects.create(user=user, day=TODAY - chance.randint(0, 80) * ONE_DAY, **noted)
    return user


class Exported:
    """What the document says, by the rules alone."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.week_start = document["settings"]["week_start"]
        self.done: dict[str, Counter[date]] = defaultdict(Counter)
        for one in document["completions"]:
            self.done[one["exercise"]][date.fromisoformat(one["day"])] += 1
        keys = {name: n for n, name in enumerate(sorted({item["exercise"] for item in document["plan"]}))}
        self.items: dict[str, list[Item]] = defaultdict(list)
        for one in document["plan"]:
            often = Frequency(Per(one["per"]), one["at_least"], one["at_most"])
            span = date.fromisoformat(one["starts_on"]), one["ends_on"] and date.fromisoformat(one["ends_on"])
            self.items[one["exercise"]].append(Item(keys[one["exercise"]], often, *span))
        self.pauses = [
            Paused(
                date.fromisoformat(one["starts_on"]),
                one["ends_on"] and date.fromisoformat(one["ends_on"]),
                frozenset(keys[name] for name in one["keeps"] if name in keys),
            )
            for one in document["pauses"]
        ]
        self.scores: dict[Week, list[int]] = defaultdict(list)
        for one in document["check_ins"]:
            self.scores[Week.of(date.fromisoformat(one["day"]), self.week_start)].append(one["score"])

    def tally(self, name: str, week: Week) -> Tally:
        items = self.items[name]
        return tally(items, week, self.done[name], paused_days(self.pauses, items[0].exercise, week.first, week.last))

    def week(self, week: Week) -> Tally:
        return total(self.tally(name, week) for name in self.items)

    def strength(self, name: str) -> int:
        """The formula of the docs, day by day from the first one."""
        items, done = self.items[name], self.done[name]
        first = min(item.starts_on for item in items)
        days = [first + n * ONE_DAY for n in range((TODAY - first).days + 1)]
        paused = paused_days(self.pauses, items[0].exercise, first, TODAY)
        asked = {day: item.frequency for day in days for item in items if item.in_force_on(day) and day not in paused}
        course = [0.0]
        for day, often in asked.items():
            credited, prescribed = min(done[day], often.at_least), often.at_least
            if often.per is Per.WEEK:
                week = [day - n * ONE_DAY for n in range(7)]
                sevenths = sum(asked[one].at_least for one in week if one in asked and asked[one].per is Per.WEEK)
                prescribed = int(sevenths / 7 + 0.5)
                credited = min(sum(bool(done[one]) for one in week if one in asked), prescribed)
            if prescribed:
                m = 0.5 ** (1 / 13)
                after = m * course[-1] + (1 - m) * credited / prescribed
                course.append(max(after, course[-1]) if day == TODAY else after)
        return round(100 * course[-1])

    def day(self, day: date) -> Tally:
        week = Week.of(day, self.week_start)
        asked = {
            name: asked_on(items, week, day, TODAY, self.done[name], self.pauses) for name, items in self.items.items()
        }
        return Tally(sum(min(self.done[name][day], n) for name, n in asked.items()), sum(asked.values()))


def figures(element: dict[str, str]) -> Tally:
    return Tally(int(element["data-credited"]), int(element["data-prescribed"]))


class OnPaper(NamedTuple):
    by_exercise: dict[str, dict[str, Tally]]
    by_week: dict[str, Tally]
    in_all: Tally
    words: str


def of(tally: Tally) -> str:
    return f"{tally.credited}/{tally.prescribed}" if tally.prescribed else "–"


def in_all(tally: Tally) -> str:
    return f"{of(tally)} {tally.percent} %" if tally.prescribed else "–"


def on_paper(page: Any) -> OnPaper:
    """The table of a sheet: a row of cells after the head of each exercise, and in the end those of all together."""
    by_exercise: dict[str, dict[str, Tally]] = {}
    by_week: dict[str, Tally] = {}
    in_all = Tally()
    row: dict[str, Tally] = {}
    for element in elements(page, "data-credited"):
        if "data-exercise" in element:
            row = by_exercise[element["data-exercise"]] = {}
        elif "data-total" in element:
            row, in_all = by_week, figures(element)
        else:
            row[element["data-week"]] = figures(element)
    words = text_of(page)
    first, last = "Exercise record ", "no treatment."
    words = words[words.rindex(first, 0, words.index("The plan")) :]
    return OnPaper(by_exercise, by_week, in_all, words[: words.index(last)])


def as_cell(value: Any) -> str:
    return "" if value is None else "; ".join(value) if isinstance(value, list) else str(value)


def body(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.getvalue()


class Case:
    """One history, its document, and the pages that everything is compared with."""

    def __init__(self, user: User) -> None:
        self.user, self.client = user, browser_of(user)
        self.document = json.loads(body(self.client, "/settings/data/backpain.json"))
        self.exported = Exported(self.document)
        plan = user.planitem_set.select_related("exercise")
        self.exercises = {item.exercise.slug: item.exercise for item in plan}
        self.running = Week.of(TODAY, user.week_start)
        self.last_12 = self.running.shifted(-11).through(self.running)
        self.page = self.client.get("/history/")
        self.words = text_of(self.page)
        self.lines = {
            Week(date.fromisoformat(one["data-week"])): figures(one) for one in elements(self.page, "data-week")
        }
        self.paper = on_paper(self.client.get("/history/sheet/?weeks=12&pain=on&notes=on"))

    def named(self, slug: str) -> str:
        """An exercise as the document calls it."""
        own_key = self.exercises[slug].own_key
        return f"own:{own_key}" if own_key else slug

    def tally(self, slug: str, week: Week) -> Tally:
        return self.exported.tally(self.named(slug), week)

    @property
    def counted(self) -> list[Week]:
        """The weeks of the year that are over, and the running one once it is kept."""
        return [week for week, found in self.lines.items() if week != self.running or found.kept]


def check_weeks(case: Case) -> None:
    exported, words = case.exported, case.words
    assert case.lines
    for week, found in case.lines.items():
        assert found == exported.week(week)
        span = short_span(week) + " this week" * (week == case.running)
        doses = f"{found.percent} % {found.credited} of {found.prescribed} dose"
        assert f"{span} {doses if found.prescribed else '– nothing asked'}" in words
    for week in case.last_12:
        own, *rows = elements(case.client.get(f"/week/{week.first}/"), "data-credited")
        assert figures(own) == exported.week(week)
        for row in rows:
            assert figures(row) == case.tally(row["data-exercise"], week)
    asking = [found for week in case.counted if (found := exported.week(week)).prescribed]
    if asking:
        assert f"Kept weeks in 2026 {sum(week.kept for week in asking)} of {len(asking)}" in words


def check_exercises(case: Case) -> None:
    """Over the year: doses, kept weeks and strength."""
    for row in elements(case.page, "data-strength"):
        slug = row["data-exercise"]
        name, weeks = case.named(slug), [case.tally(slug, week) for week in case.counted]
        assert figures(row) == total(weeks)
        is_on_plan = any(item.in_force_on(TODAY) for item in case.exported.items[name])
        assert row["data-strength"] == (str(case.exported.strength(name)) if is_on_plan else "")
        kept = f"{sum(week.kept for week in weeks)} of {sum(bool(week.prescribed) for week in weeks)}"
        shown = f"{row['data-strength'] or '–'} {total(weeks).percent} % {kept}"
        assert f"{case.exercises[slug].name} {shown}" in case.words


def check_sheet(case: Case) -> None:
    """What stands on it, and what is said of it to machines; a share of it is the same page."""
    paper = case.paper
    assert paper.by_week == {str(week.first): case.exported.week(week) for week in case.last_12}
    assert paper.in_all == total(paper.by_week.values())
    for slug, row in paper.by_exercise.items():
        assert row == {str(week.first): case.tally(slug, week) for week in case.last_12}
        cells = []
        for week, found in zip(case.last_12, row.values(), strict=True):
            beyond = sum(case.exported.done[case.named(slug)][day] for day in week.days)
            cells.append(f"({beyond})" if beyond and not found.prescribed else of(found))
        assert f"{case.exercises[slug].name} {' '.join(cells)} {in_all(total(row.values()))} " in paper.words
    shares = [
        "–" if found.percent is None else f"{found.percent}{' kept' * found.kept}" for found in paper.by_week.values()
    ]
    assert not paper.by_exercise or f"Adherence in % {' '.join(shares)} {in_all(paper.in_all)} " in paper.words
    token = Share.objects.make(case.user, NOW, key=UUID(int=0), weeks=12, pain=True, notes=True, days=7)
    assert on_paper(Client().get(f"/shared/{token}/")) == paper


def check_days(case: Case) -> None:
    """Calendar, table, and the pages of some of them."""
    cells = {one["data-day"]: one for one in elements(case.page, "data-day")}
    table = text_of(case.client.get("/history/days/"))
    for back in range(60):
        day = TODAY - back * ONE_DAY
        found = case.exported.day(day)
        if str(day) in cells and found.prescribed:
            doses = f"{found.credited} of {found.prescribed} dose"
            assert f"{day.day} {day:%B}: {doses}" in case.words
            share = 100 * found.credited / found.prescribed
            assert cells[str(day)]["data-level"] == str(sum([share > 0, share >= 50, share >= 80, share >= 100]))
            assert f"{day:%a}, {day.day} {day:%B} {doses}" in table
            if back % 7 == 0:
                assert f"{doses}{'s' * (found.prescribed > 1)} done" in text_of(case.client.get(f"/day/{day}/"))


def check_pain(case: Case) -> None:
    """History, sheet, and the page about it."""
    page = text_of(case.client.get("/pain/"))
    middles = []
    for week in case.last_12:
        scores = case.exported.scores.get(week)
        middle = f"{median(scores):g}" if scores else "–"
        middles.append(middle)
        if scores:
            spread = middle if min(scores) == max(scores) else f"{middle} ({min(scores)}–{max(scores)})"
            assert week not in case.lines or f"pain {spread}" in case.words
            assert f" {spread} {len(scores)} " in f"{page} "
    if any(case.exported.scores.get(week) for week in case.last_12):
        assert f"Middle {' '.join(middles)} " in case.paper.words


def check_files(case: Case) -> None:
    document = case.document
    assert len(document["completions"]) == Completion.objects.for_user(case.user).count()
    files = zipfile.ZipFile(io.BytesIO(body(case.client, "/settings/data/backpain-csv.zip")))
    for name in ("plan", "pauses", "skips", "check_ins", "completions"):
        rows = csv.DictReader(io.StringIO(files.read(f"{name}.csv").decode("utf-8-sig")))
        told = [{column: row[column] for column in record} for row, record in zip(rows, document[name], strict=True)]
        assert told == [{column: as_cell(value) for column, value in record.items()} for record in document[name]]
    bundle = json.loads(body(case.client, "/settings/data/backpain-fhir.json"))
    resources = [one["resource"] for one in bundle["entry"]]
    kinds = Counter(one["resourceType"] for one in resources)
    assert kinds["Procedure"] == sum(len(days) for days in case.exported.done.values())
    scores = [one["valueQuantity"]["value"] for one in resources if "valueQuantity" in one]
    assert scores == [one["score"] for one in document["check_ins"]]
    assert sum(len(one.get("activity", [])) for one in resources) == len(document["plan"])


@pytest.mark.django_db
@settings(max_examples=18, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9))
def test_all_figures_agree_everywhere(seed: int) -> None:
    case = Case(somebody(random.Random(seed)))  # noqa: S311  # the same for the same seed
    check_weeks(case)
    check_exercises(case)
    check_sheet(case)
    check_days(case)
    check_pain(case)
    check_files(case)
