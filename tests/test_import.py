"""An export is brought into an account: what is new is added, what is there stays, and nothing happens by halves."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import Exercise
from rights import checking
from rights.bringing import MOST, bring, entries_of
from rights.document import SECTIONS, names_for
from rights.export import as_json
from rights.reading import Complaint
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
    return {"format": "backpain-export", "version": 1, **sections}


def a_completion(exercise: str = "walk", day: str = "2026-11-10", nth: int = 1, **more: Any) -> dict[str, Any]:
    return {"day": day, "exercise": exercise, "nth": nth, "recorded_at": "2026-11-10T10:00:00Z", **more}


def an_item(starts_on: str, ends_on: str | None = None, **more: Any) -> dict[str, Any]:
    usual = {"per": "day", "at_least": 1, "at_most": 1, "seconds_at_least": 30, "seconds_at_most": 30}
    usual |= {"repetitions_at_least": 1, "repetitions_at_most": 1, "number": 1, "slot_names": []}
    return {"exercise": "walk", "starts_on": starts_on, "ends_on": ends_on, **usual, **more}


def a_pause(starts_on: str, ends_on: str | None = None, **more: Any) -> dict[str, Any]:
    return {"starts_on": starts_on, "ends_on": ends_on, "reason": "illness", "keeps": [], **more}


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


@pytest.mark.parametrize(
    ("here", "there", "then"),
    [
        (date(2026, 11, 17), None, date(2026, 11, 17)),
        (date(2026, 11, 17), date(2026, 11, 2), date(2026, 11, 17)),
        (date(2026, 11, 2), date(2026, 11, 17), date(2026, 11, 17)),
        (None, date(2026, 11, 17), date(2026, 11, 17)),
    ],
)
def test_an_alarm_is_never_taken_away(here: date | None, there: date | None, then: date) -> None:
    kim, lou = a_person("kim@example.org", pain_alarm_on=there), a_person("lou@example.org", pain_alarm_on=here)
    brought(lou, exported(kim))
    lou.refresh_from_db()
    assert lou.pain_alarm_on == then


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


# --- The file as a whole


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({}, "This is no export of Backpain: it does not say so at its beginning."),
        ({"format": "else", "version": 1}, "This is no export of Backpain: it does not say so at its beginning."),
        ({"format": "backpain-export"}, "It does not say which version of the export it is."),
        ({"format": "backpain-export", "version": "1"}, "It does not say which version of the export it is."),
        (
            {"format": "backpain-export", "version": 2},
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
        "settings": checking.settings(TODAY, NOW),
        "exercises": checking.own_exercise([]),
        **checking.recorded(TODAY, NOW, {}),
    }
    declared = {section.name: set(section.fields) for section in SECTIONS if section.name != "account"}
    assert {name: set(spec.fields) for name, spec in specs.items()} == declared
