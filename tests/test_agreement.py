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
    return OnPaper(by_exercise, by_week, in_all)


def body(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.getvalue()


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9))
def test_all_figures_agree_everywhere(seed: int) -> None:
    user = somebody(random.Random(seed))  # noqa: S311  # the same for the same seed
    client = browser_of(user)
    document = json.loads(body(client, "/settings/data/backpain.json"))
    exported = Exported(document)
    slugs = {item.exercise.slug: item.exercise for item in user.planitem_set.select_related("exercise")}
    names = {slug: f"own:{one.own_key}" if one.own_key else slug for slug, one in slugs.items()}
    running = Week.of(TODAY, user.week_start)
    last_12 = running.shifted(-11).through(running)

    # The weeks: history, week by week, and the sheet.
    page = client.get("/history/")
    lines = {one["data-week"]: figures(one) for one in elements(page, "data-week")}
    assert lines
    assert lines == {week: exported.week(Week(date.fromisoformat(week))) for week in lines}
    paper = on_paper(client.get("/history/sheet/?weeks=12&pain=on&notes=on"))
    assert paper.by_week == {str(week.first): exported.week(week) for week in last_12}
    assert paper.in_all == total(paper.by_week.values())
    for week in last_12:
        own, *rows = elements(client.get(f"/week/{week.first}/"), "data-credited")
        assert figures(own) == paper.by_week[str(week.first)] == lines.get(str(week.first), Tally())
        for row in rows:
            slug = row["data-exercise"]
            found = exported.tally(names[slug], week)
            assert figures(row) == found == paper.by_exercise.get(slug, {}).get(str(week.first), Tally())

    # The exercises over the year, of the weeks that are over or kept already.
    counted = [
        week for week in map(Week, map(date.fromisoformat, lines)) if week != running or lines[str(week.first)].kept
    ]
    for row in elements(page, "data-strength"):
        name = names[row["data-exercise"]]
        assert figures(row) == total(exported.tally(name, week) for week in counted)

    # The days: calendar, table and the pages of some of them.
    said = {one["data-day"]: one for one in elements(page, "data-day")}
    table = text_of(client.get("/history/days/"))
    words = text_of(page)
    for back in range(60):
        day = TODAY - back * ONE_DAY
        found = exported.day(day)
        if str(day) in said and found.prescribed:
            doses = f"{found.credited} of {found.prescribed} dose"
            assert f"{day.day} {day:%B}: {doses}" in words
            assert f"{day:%a}, {day.day} {day:%B} {doses}" in table
            if back % 7 == 0:
                assert f"{doses}{'s' * (found.prescribed > 1)} done" in text_of(client.get(f"/day/{day}/"))

    # Pain: history, sheet, and the page about it.
    pain = text_of(client.get("/pain/"))
    sheet = text_of(client.get("/history/sheet/?weeks=12&pain=on"))
    middles = []
    for week in last_12:
        scores = exported.scores.get(week)
        middle = f"{median(scores):g}" if scores else "–"
        middles.append(middle)
        if scores:
            spread = middle if min(scores) == max(scores) else f"{middle} ({min(scores)}–{max(scores)})"
            assert str(week.first) not in lines or f"pain {spread}" in words
            assert f"{spread} {len(scores)} " in f"{pain} "
    if any(exported.scores.get(week) for week in last_12):
        assert f"Middle {' '.join(middles)} " in sheet

    # A share shows the sheet, no more and no less.
    token = Share.objects.make(user, NOW, key=UUID(int=seed), weeks=12, pain=True, notes=True, days=7)
    assert on_paper(Client().get(f"/shared/{token}/")) == paper

    # The other files have the same days and doses.
    assert len(document["completions"]) == Completion.objects.for_user(user).count()
    files = zipfile.ZipFile(io.BytesIO(body(client, "/settings/data/backpain-csv.zip")))
    rows_of = csv.DictReader(io.StringIO(files.read("completions.csv").decode("utf-8-sig")))
    doses_of = Counter((one["exercise"], date.fromisoformat(one["day"])) for one in rows_of)
    assert doses_of == {(name, day): n for name, days in exported.done.items() for day, n in days.items()}
    bundle = json.loads(body(client, "/settings/data/backpain-fhir.json"))
    kinds = Counter(one["resource"]["resourceType"] for one in bundle["entry"])
    assert kinds["Procedure"] == len(doses_of)
    assert kinds["Observation"] == len(document["check_ins"])
