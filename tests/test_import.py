"""An export is brought into an account: what is new is added, what is there stays, and nothing happens by halves."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import LAST_PLACE, MAX_OWN, Exercise
from rights import checking
from rights.bringing import MOST, bring, entries_of
from rights.document import SECTIONS, VERSION, names_for
from rights.export import as_json
from rights.reading import Complaint, Entry
from rights.report import ENOUGH, SHOWN, Report, Tally
from tests.belongings import a_person_with_everything
from tests.builders import TWO_OR_THREE_A_DAY, a_person, an_exercise, completions, did, on_plan
from tests.histories import SLUGS, histories, lived
from tracking import planning
from tracking.models import Completion, Pause, PlanItem

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def exported(user: User) -> bytes:
    return b"".join(as_json(user, names_for(user)))


def document(user: User) -> dict[str, Any]:
    """What a person takes along, but for whose it is."""
    found: dict[str, Any] = json.loads(exported(user))
    del found["account"]
    return found


def brought(user: User, content: bytes | dict[str, Any], **options: Any) -> Report:
    """A document that was made here has each of its values on a line of its own."""
    content = content if isinstance(content, bytes) else json.dumps(content, indent=1).encode()
    return bring(user, lambda: entries_of([content]), TODAY, NOW, **options)


def tallies(report: Report) -> dict[str, Tally]:
    return {name: tally for name, tally in report.tallies.items() if tally != Tally()}


def a_file(**sections: Any) -> dict[str, Any]:
    return {"format": "backpain-export", "version": VERSION, **sections}


def a_completion(exercise: str = "walk", day: str = "2026-11-10", nth: int = 1, **more: Any) -> dict[str, Any]:
    return {"day": day, "exercise": exercise, "nth": nth, "recorded_at": "2026-11-10T10:00:00Z", **more}


def an_item(starts_on: str, ends_on: str | None = None, **more: Any) -> dict[str, Any]:
    usual = {"per": "day", "at_least": 1, "at_most": 1, "seconds_at_least": 30, "seconds_at_most": 30}
    usual |= {"repetitions_at_least": 1, "repetitions_at_most": 1, "number": 1, "slot_names": []}
    return {"exercise": "walk", "starts_on": starts_on, "ends_on": ends_on, **usual, **more}


def a_pause(starts_on: str, ends_on: str | None = None, **more: Any) -> dict[str, Any]:
    return {"starts_on": starts_on, "ends_on": ends_on, "reason": "illness", "keeps": [], **more}


def a_check_in(key: str) -> dict[str, Any]:
    usual = {"recorded_at": "2026-11-18T10:00:00Z", "moment": "general", "score": 3, "place": "", "words": ""}
    return {"day": "2026-11-18", "key": key, **usual}


def an_own_exercise(key: str = "0" * 12, **more: Any) -> dict[str, Any]:
    usual: dict[str, Any] = dict.fromkeys(
        ("purpose", "other_position", "place", "other_equipment", "avoid", "note", "claim", "known", "unknown"), ""
    )
    usual |= {"name": "Cat and cow", "steps": "Begin.", "position": "sitting", "action": "hold", "sides": "together"}
    usual |= dict.fromkeys(("frequency_stated", "sides_stated", "retired"), False) | {"equipment": []}
    item = an_item("2026-11-01")
    for name in ("exercise", "starts_on", "ends_on", "slot_names"):
        del item[name]
    return {"id": f"own:{key}", **usual, **item, **more}


def reasons(report: Report) -> list[str]:
    return [complaint.reason for complaint in report.told]


# --- Round trips


def test_an_export_brought_into_a_new_account_is_exported_the_same() -> None:
    kim, lou = a_person_with_everything("kim@example.org"), a_person("lou@example.org")
    report = brought(lou, exported(kim))
    assert report.told == {}
    assert document(lou) == document(kim)
    assert tallies(report) == {
        "exercises": Tally(1),
        "plan": Tally(3),
        "pauses": Tally(2),
        "skips": Tally(1),
        "reminders": Tally(1),
        "check_ins": Tally(1),
        "completions": Tally(4),
    }


def test_the_same_file_again_adds_nothing() -> None:
    kim, lou = a_person_with_everything("kim@example.org"), a_person("lou@example.org")
    content = exported(kim)
    brought(lou, content)
    report = brought(lou, content)
    assert report.changes == []
    assert report.tallies == {
        "exercises": Tally(same=1),
        "plan": Tally(same=3),
        "pauses": Tally(same=2),
        "skips": Tally(same=1),
        "reminders": Tally(same=1),
        "check_ins": Tally(same=1),
        "completions": Tally(same=4),
    }
    assert document(lou) == document(kim)


@settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(histories)
def test_any_history_comes_through_whole(history: dict[str, Any]) -> None:
    for slug in SLUGS:
        Exercise.objects.filter(slug=slug).exists() or an_exercise(slug, needs=["towel", "ball"])
    kim, lou = lived(history), a_person(safety_read_at=None)
    content = exported(kim)
    assert brought(lou, content).told == {}
    assert document(lou) == document(kim)
    assert brought(lou, content).added == 0
    assert exported(kim) == content


def test_own_exercises_are_recognised_by_their_keys_and_have_an_address_of_their_own() -> None:
    kim, lou = a_person_with_everything("kim@example.org"), a_person("lou@example.org")
    brought(lou, exported(kim))
    theirs, copy = Exercise.objects.own(kim).get(), Exercise.objects.own(lou).get()
    assert copy.own_key == theirs.own_key
    assert copy.slug != theirs.slug
    assert {one.slug for one in copy.equipment.all()} == {"a-soft-rug", "a-towel"}


# --- A dry run


def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    kim, lou = a_person_with_everything("kim@example.org"), a_person("lou@example.org")
    before, content = exported(lou), exported(kim)
    foretold = brought(lou, content, dry_run=True)
    assert exported(lou) == before
    assert brought(lou, content) == foretold


def test_a_dry_run_and_a_wrong_file_need_no_transaction() -> None:
    """On SQLite, everybody would wait for it."""
    kim, lou = a_person_with_everything("kim@example.org"), a_person("lou@example.org")
    content = document(kim)
    with CaptureQueriesContext(connection) as queries:
        brought(lou, content, dry_run=True)
        content["completions"].append(a_completion(nth=21))
        assert brought(lou, content).wrong == 1
    assert {query["sql"].split()[0] for query in queries} <= {"SELECT", "DECLARE"}  # a cursor


# --- An account that changes meanwhile


def test_an_import_begins_anew_when_the_plan_changes_under_its_hands() -> None:
    user, walk = a_person(), an_exercise("walk")
    planning.start(user, [walk], date(2026, 11, 1))
    content = json.dumps(a_file(plan=[an_item("2026-10-01")])).encode()
    readings: list[int] = []

    def source() -> Iterator[Entry | Complaint]:
        readings.append(len(readings))
        if len(readings) == 2:
            planning.remove(user, walk, date(2026, 11, 1))
        return entries_of([content])

    report = bring(user, source, TODAY, NOW)
    assert (tallies(report), len(readings)) == ({"plan": Tally(added=1)}, 4)
    assert list(PlanItem.objects.values_list("starts_on", "ends_on")) == [(date(2026, 10, 1), None)]


def test_an_import_gives_up_when_the_account_does_not_stay_the_same() -> None:
    user = a_person()
    an_exercise("walk")
    content = json.dumps(a_file(completions=[a_completion()])).encode()

    def source() -> Iterator[Entry | Complaint]:
        User.objects.filter(pk=user.pk).update(rest_seconds=F("rest_seconds") + 1)
        return entries_of([content])

    assert bring(user, source, TODAY, NOW) == Report(overtaken=True)
    assert completions(user) == []


# --- What is here already


def test_what_is_here_but_different_stays_as_it_is_here() -> None:
    kim, lou = a_person_with_everything("kim@example.org"), a_person("lou@example.org")
    content = exported(kim)
    brought(lou, content)
    Exercise.objects.own(lou).update(name="My own name")
    Completion.objects.for_user(lou).update(recorded_at=datetime(2026, 1, 2, tzinfo=UTC))
    Pause.objects.for_user(lou).update(reason="other")
    before = exported(lou)
    report = brought(lou, content)
    assert tallies(report) == {
        "exercises": Tally(different=1),
        "plan": Tally(same=3),
        "pauses": Tally(different=2),
        "skips": Tally(same=1),
        "reminders": Tally(same=1),
        "check_ins": Tally(same=1),
        "completions": Tally(different=4),
    }
    assert exported(lou) == before


def test_only_what_is_missing_is_added() -> None:
    user, walk = a_person(), an_exercise("walk")
    did(user, walk, date(2026, 11, 10))
    report = brought(user, a_file(completions=[a_completion(), a_completion(nth=2), a_completion(nth=4)]))
    assert tallies(report) == {"completions": Tally(added=2, different=1)}
    assert completions(user) == [(date(2026, 11, 10), "walk", nth) for nth in (1, 2, 4)]


def test_other_people_are_not_touched() -> None:
    kim, lou, max_ = (a_person_with_everything(f"{name}@example.org") for name in ("kim", "lou", "max"))
    before = exported(lou)
    brought(max_, exported(kim))
    assert exported(lou) == before


# --- The plan


def test_an_open_item_ends_where_one_of_this_account_begins() -> None:
    user, walk = a_person(), an_exercise("walk")
    on_plan(user, walk, date(2026, 11, 16), frequency=TWO_OR_THREE_A_DAY)
    content = a_file(plan=[an_item("2026-10-01")])
    assert tallies(brought(user, content)) == {"plan": Tally(added=1, shortened=1)}
    spans = PlanItem.objects.for_user(user).order_by("starts_on").values_list("starts_on", "ends_on")
    assert list(spans) == [(date(2026, 10, 1), date(2026, 11, 16)), (date(2026, 11, 16), None)]
    assert tallies(brought(user, content)) == {"plan": Tally(same=1)}


def test_an_item_that_begins_within_one_of_this_account_is_wrong() -> None:
    user, walk = a_person(), an_exercise("walk")
    on_plan(user, walk, date(2026, 10, 1))
    report = brought(user, a_file(plan=[an_item("2026-11-01")]))
    assert reasons(report) == ["It overlaps with what is here already since 1 October 2026."]
    assert PlanItem.objects.count() == 1


def test_items_of_a_file_that_overlap_are_wrong() -> None:
    user = a_person()
    an_exercise("walk")
    report = brought(user, a_file(plan=[an_item("2026-10-01"), an_item("2026-11-01")]))
    assert reasons(report) == ["It overlaps with line 5."]


def test_an_older_export_brought_back_finds_the_plan_as_it_was_edited_since() -> None:
    user, walk = a_person(), an_exercise("walk")
    planning.start(user, [walk], date(2026, 10, 1))
    content = exported(user)
    planning.prescribe(user, walk, date(2026, 11, 1), **planning.usual(walk) | {"at_most": 2})
    assert tallies(brought(user, content)) == {"plan": Tally(same=1)}


def test_a_pause_ends_where_one_of_this_account_begins_and_may_not_begin_within_one() -> None:
    user = a_person()
    Pause.objects.create(user=user, starts_on=date(2026, 11, 10), ends_on=date(2026, 11, 20), reason="travel")
    assert tallies(brought(user, a_file(pauses=[a_pause("2026-11-05")]))) == {"pauses": Tally(added=1, shortened=1)}
    report = brought(user, a_file(pauses=[a_pause("2026-11-12", "2026-11-13")]))
    assert reasons(report) == ["It overlaps with what is here already since 10 November 2026."]


# --- A newer export beside an older one


def test_what_is_open_here_ends_where_it_ends_in_the_file_and_its_successor_fits_in() -> None:
    user = a_person()
    an_exercise("walk")
    brought(user, a_file(plan=[an_item("2026-10-01")], pauses=[a_pause("2026-11-05")]))
    content = a_file(
        plan=[an_item("2026-10-01", "2026-11-01"), an_item("2026-11-01", at_most=2)],
        pauses=[a_pause("2026-11-05", "2026-11-09")],
    )
    report = brought(user, content)
    assert tallies(report) == {"plan": Tally(added=1, ended=1), "pauses": Tally(ended=1)}
    assert (document(user)["plan"], document(user)["pauses"]) == (content["plan"], content["pauses"])
    assert tallies(brought(user, content)) == {"plan": Tally(same=2), "pauses": Tally(same=1)}


def test_what_has_ended_here_stays_so_when_an_older_export_knows_no_end() -> None:
    user = a_person()
    an_exercise("walk")
    brought(user, a_file(plan=[an_item("2026-10-01", "2026-11-01")]))
    before = exported(user)
    assert tallies(brought(user, a_file(plan=[an_item("2026-10-01")]))) == {"plan": Tally(different=1)}
    assert exported(user) == before


EDITS = ("remove", "prescribe", "bring back", "pause", "resume")
edits = st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 1), st.integers(1, 9)), max_size=16)


def edited(user: User, exercises: list[Exercise], day: date, what: str, which: int) -> None:
    exercise = exercises[which]
    pause = Pause.objects.for_user(user).not_over_on(day).first()
    match what:
        case "remove":
            planning.remove(user, exercise, day)
        case "prescribe":
            planning.prescribe(user, exercise, day, **planning.usual(exercise) | {"at_most": day.day % 5 + 1})
        case "bring back":
            planning.bring_back(user, exercise, day)
        case "pause" if not pause:
            planning.pause(user, day, day, None, "illness")
        case "resume" if pause:
            planning.resume(user, pause.starts_on, day)


@settings(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(edits, edits, st.booleans())
def test_two_exports_of_one_account_lead_to_the_newer_one_whichever_is_brought_first(
    before: list[tuple[str, int, int]], after: list[tuple[str, int, int]], older_first: bool
) -> None:
    exercises = [Exercise.objects.filter(slug=slug).first() or an_exercise(slug) for slug in ("towel", "walk")]
    kim, lou, day = a_person(), a_person(), date(2026, 1, 5)
    planning.start(kim, exercises, day)
    exports = []
    for some in (before, after):
        for what, which, gap in some:
            day += timedelta(days=gap)
            edited(kim, exercises, day, what, which)
        exports.append(exported(kim))
    for content in exports if older_first else reversed(exports):
        assert brought(lou, content).told == {}
    assert document(lou) == document(kim)


# --- Settings


def test_settings_are_taken_over_or_left_and_told_either_way() -> None:
    kim = a_person("kim@example.org", time_zone="Asia/Tokyo", week_start=6, asks_pain=False)
    lou = a_person("lou@example.org")
    content = exported(kim)
    told = [
        ("Time zone", "UTC", "Asia/Tokyo"),
        ("First day of the week", "Monday", "Sunday"),
        ("Ask about pain", "yes", "no"),
    ]
    report = brought(lou, content, with_settings=False)
    assert [(one.label, one.before, one.after) for one in report.changes] == told
    lou.refresh_from_db()
    assert (lou.time_zone, lou.week_start, lou.asks_pain) == ("UTC", 0, True)
    brought(lou, content)
    lou.refresh_from_db()
    assert (lou.time_zone, lou.week_start, lou.asks_pain) == ("Asia/Tokyo", 6, False)


EARLY, LATE = date(2026, 11, 2), date(2026, 11, 17)
BETWEEN = [(EARLY, None), (None, EARLY), (EARLY, LATE), (LATE, EARLY)]


@pytest.mark.parametrize("name", ["pain_alarm_on", "pain_asked_on", "grows_from"])
@pytest.mark.parametrize(("here", "there"), BETWEEN)
def test_of_two_days_the_later_one_counts_and_none_takes_back_no_day(
    name: str, here: date | None, there: date | None
) -> None:
    kim, lou = a_person("kim@example.org", **{name: there}), a_person("lou@example.org", **{name: here})
    brought(lou, exported(kim))
    lou.refresh_from_db()
    assert getattr(lou, name) == max(day for day in (here, there) if day)


@pytest.mark.parametrize(("here", "there"), BETWEEN)
def test_the_safety_page_was_read_when_it_was_read_first(here: date | None, there: date | None) -> None:
    def at(day: date | None) -> datetime | None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None

    kim, lou = (
        a_person("kim@example.org", safety_read_at=at(there)),
        a_person("lou@example.org", safety_read_at=at(here)),
    )
    brought(lou, exported(kim))
    lou.refresh_from_db()
    assert lou.safety_read_at == at(min(day for day in (here, there) if day))


# --- All or nothing


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("completions", a_completion(nth=21), "nth: “21” is no whole number from 1 to 20."),
    ("completions", a_completion(nth=True), "nth: “true” is no whole number from 1 to 20."),
    ("completions", a_completion(day="2026-02-30"), "day: “2026-02-30” is no date such as 2026-11-22."),
    ("completions", a_completion(day="2026-11-21"), "day: “2026-11-21” lies too far back, or ahead."),
    ("completions", a_completion(day="1999-12-31"), "day: “1999-12-31” lies too far back, or ahead."),
    ("completions", a_completion("fly"), "exercise: “fly” is no exercise of the catalogue here, and none of your own."),
    (
        "completions",
        a_completion(recorded_at="2026-11-10T10:00:00"),
        "recorded_at: “2026-11-10T10:00:00” is no moment such as 2026-11-22T18:30:00Z.",
    ),
    ("completions", a_completion(mood="good"), "“mood” does not belong here."),
    ("completions", {"day": "2026-11-10"}, "exercise is missing. nth is missing. recorded_at is missing."),
    (
        "plan",
        an_item("2026-11-02", "2026-11-02"),
        "ends_on has to come after starts_on: it is the first day that is no longer in it.",
    ),
    ("plan", an_item("2027-01-01"), "starts_on: “2027-01-01” lies too far back, or ahead."),
    ("plan", an_item("2026-11-02", slot_names=["a\nb"]), "slot_names: A name is one line."),
    (
        "plan",
        an_item("2026-11-02", per="week", at_least=1, at_most=8),
        "The upper end of how often, how many or how long is below the lower one, or a week has more than 7 days.",
    ),
    ("plan", an_item("2026-11-02", number=10_000), "number: “10000” is no whole number from 0 to 9999."),
    ("check_ins", a_check_in("0123456789ABCDEF0123456789ABCDEF----"),
     "key: “0123456789ABCDEF0123456789ABCDEF----” is no key of a check-in."),
    ("check_ins", a_check_in("01234567-89AB-CDEF-0123-456789ABCDEF"),
     "key: “01234567-89AB-CDEF-0123-456789ABCDEF” is no key of a check-in."),
    ("pauses", a_pause("2026-11-02", reason="boredom"), "reason: “boredom” is none of the choices."),
    ("pauses", a_pause("2026-11-02", keeps=["walk"]), "keeps: only a flare-up keeps exercises."),
    ("pauses", a_pause("2026-11-02", keeps=["walk", "walk"]), "keeps: Something is in the list twice."),
    ("skips", {"day": "2026-11-02", "exercise": "walk", "reason": [], "recorded_at": None},
     "reason: a list is none of the choices. recorded_at: “null” is no moment such as 2026-11-22T18:30:00Z."),
]  # fmt: skip


@pytest.mark.parametrize(("section", "record", "reason"), WRONG, ids=[reason[:40] for *_rest, reason in WRONG])
def test_one_wrong_record_and_nothing_is_written(section: str, record: dict[str, Any], reason: str) -> None:
    kim = a_person_with_everything("kim@example.org")
    an_exercise("walk")
    content = document(kim)
    content[section].append(record)
    lou = a_person("lou@example.org")
    before = exported(lou)
    report = brought(lou, content)
    assert reasons(report) == [reason]
    assert exported(lou) == before


def test_a_complaint_names_the_line() -> None:
    user = a_person()
    an_exercise("walk")
    content = b'{"format": "backpain-export", "version": 1, "completions": [\n'
    content += json.dumps(a_completion()).encode() + b",\r\n" + json.dumps(a_completion(nth=0)).encode() + b"]}"
    assert brought(user, content).told == {Complaint(3, "nth: “0” is no whole number from 1 to 20."): 1}


def test_the_first_fifty_complaints_are_told_and_the_others_counted() -> None:
    user = a_person()
    report = brought(user, a_file(completions=[a_completion("fly") for _n in range(70)]))
    assert (len(report.told), report.more_wrong, report.has_enough) == (SHOWN, 20, False)


def test_after_a_thousand_complaints_nothing_more_is_looked_at() -> None:
    report = brought(a_person(), a_file(completions=[a_completion("fly") for _n in range(ENOUGH + 70)], skips=[None]))
    assert (report.wrong, report.has_enough) == (ENOUGH, True)


def test_what_the_database_itself_refuses_is_told_and_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No check lets such a plan through; were one to, the databases would not."""
    user, walk = a_person(), an_exercise("walk")
    on_plan(user, walk, date(2026, 10, 1))
    monkeypatch.setattr("rights.spans._runs_into", lambda values, day: False)
    assert brought(user, a_file(plan=[an_item("2026-11-01")])).overtaken
    assert PlanItem.objects.for_user(user).count() == 1


def test_the_same_twice_in_a_file_is_wrong() -> None:
    user = a_person()
    an_exercise("walk")
    report = brought(user, a_file(completions=[a_completion(), a_completion()]))
    assert reasons(report) == ["The same has been said before in this file."]


def test_a_wrong_exercise_of_ones_own_is_complained_of_once() -> None:
    kim, lou = a_person_with_everything("kim@example.org"), a_person("lou@example.org")
    content = document(kim)
    content["exercises"][0]["equipment"] = ["rocket"]
    assert reasons(brought(lou, content)) == ["equipment: “rocket” is none of the choices."]
    assert not Exercise.objects.own(lou).exists()


@pytest.mark.parametrize("text", ["", " ", "\n", "\x01", "\u200b", "\u2028", "\xa0\u202e\t"])
def test_a_name_of_signs_that_nobody_can_see_is_none(text: str) -> None:
    report = brought(a_person(), a_file(exercises=[an_own_exercise(name=text)]))
    assert reasons(report) == ["name: There is nothing in it."]


def test_an_account_has_room_for_so_many_exercises_of_ones_own() -> None:
    user = a_person()
    for n in range(MAX_OWN - 1):
        an_exercise(owner=user, own_key=f"{n:012x}")
    full = a_file(exercises=[an_own_exercise("f" * 12)])
    report = brought(user, a_file(exercises=[*full["exercises"], an_own_exercise("e" * 12)]))
    assert reasons(report) == ["With those that are here already, there is room for 200 of this kind."]
    assert tallies(brought(user, full)) == {"exercises": Tally(added=1)}
    assert tallies(brought(user, full)) == {"exercises": Tally(same=1)}


@pytest.mark.parametrize(("section", "make"), [("plan", an_item), ("pauses", a_pause)])
def test_an_account_has_room_for_so_many_entries_of_the_plan_and_pauses(
    section: str, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = a_person()
    an_exercise("walk")
    monkeypatch.setitem(MOST, section, 2)
    first, *others = [make(f"2026-10-0{n}", f"2026-10-0{n + 1}") for n in (1, 2, 3)]
    brought(user, a_file(**{section: [first]}))
    report = brought(user, a_file(**{section: others}))
    assert reasons(report) == ["With those that are here already, there is room for 2 of this kind."]
    assert tallies(brought(user, a_file(**{section: others[:1]}))) == {section: Tally(added=1)}


def test_after_the_last_place_of_a_plan_there_is_still_room() -> None:
    user = a_person()
    an_exercise("walk")
    brought(user, a_file(plan=[an_item("2026-10-01", number=LAST_PLACE)]))
    planning.start(user, [an_exercise("towel")], TODAY)
    assert list(PlanItem.objects.values_list("number", flat=True)) == [LAST_PLACE, LAST_PLACE]
    assert brought(a_person(), exported(user)).told == {}


def test_what_was_wrong_before_the_file_broke_off_is_told_as_well() -> None:
    content = json.dumps(a_file(exercises=[an_own_exercise(name="")]), indent=1).encode()
    assert reasons(brought(a_person(), content[:-1])) == [
        "name: There is nothing in it.",
        "The file ends here, in the middle. It seems that a part of it is missing.",
    ]


# --- The file as a whole


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({}, "This is no export of Backpain: it does not say so at its beginning."),
        ({"format": "else", "version": 1}, "This is no export of Backpain: it does not say so at its beginning."),
        ({"format": "backpain-export"}, "It does not say which version of the export it is."),
        ({"format": "backpain-export", "version": "1"}, "It does not say which version of the export it is."),
        (
            {"format": "backpain-export", "version": 3},
            "It comes from a newer Backpain than this one, which would not understand all of it.",
        ),
        (
            a_file(completions=[a_completion(day="2026-11-11"), a_completion()]),
            "This list has to be in the order of its days.",
        ),
        (a_file(plan=[an_item("2026-11-02")] * (MOST["plan"] + 1)), "There are too many records of this kind."),
    ],
)
def test_a_file_that_cannot_be_taken_is_said_to_be_so(content: dict[str, Any], reason: str) -> None:
    user = a_person()
    an_exercise("walk")
    report = brought(user, content)
    assert (reasons(report)[-1], completions(user)) == (reason, [])


def test_sections_may_be_left_out_and_come_in_any_order() -> None:
    kim, lou = a_person_with_everything("kim@example.org"), a_person("lou@example.org")
    content = document(kim)
    del content["settings"], content["pauses"]
    assert brought(lou, dict(reversed(content.items()))).wrong == 0
    assert document(lou) == document(kim) | {"settings": document(lou)["settings"], "pauses": []}


def test_each_field_of_the_document_has_a_check() -> None:
    specs = {
        "settings": checking.settings(TODAY, NOW, VERSION),
        "exercises": checking.own_exercise([]),
        **checking.recorded(TODAY, NOW, {}),
    }
    declared = {section.name: set(section.fields) for section in SECTIONS if section.name != "account"}
    assert {name: set(spec.fields) for name, spec in specs.items()} == declared
