"""The page of the guided session: what is left as a list that works without scripts, and as values for the player."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from time_machine import TimeMachineFixture

from exercises.models import Exercise
from exercises.prescription import Frequency, Per
from tests.builders import (
    DAILY,
    TWO_OR_THREE_A_DAY,
    TWO_OR_THREE_A_WEEK,
    a_person,
    an_exercise,
    browser_of,
    completions,
    did,
    elements,
    on_plan,
    text_of,
)
from tracking import planning

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 16)
WEDNESDAY = date(2026, 11, 18)


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)


def listed(page: Any) -> list[str]:
    return [task["data-dose"] for task in elements(page, "data-dose")]


def script(page: Any) -> dict[str, Any]:
    """The values that the page carries for the player."""
    found = re.search(r'<script id="session-script" type="application/json">(.*?)</script>', page.content.decode())
    assert found
    values: dict[str, Any] = json.loads(found[1])
    return values


# --- What is on it ----------------------------------------------------------------------------------------------------


def test_the_full_routine_is_listed_in_an_order_that_goes_to_the_floor_once() -> None:
    call_command("seed_catalogue", verbosity=0)
    user = a_person()
    planning.start(user, Exercise.objects.offered(), MONDAY)

    page = browser_of(user).get("/session/")

    assert listed(page) == [
        *("toe-walk/1", "toe-stand/1", "tendon-stretch/1", "toe-walk/2", "toe-stand/2", "toe-stand/3"),
        *("foot-stretch/1", "pencil-grip/1", "ball-massage/1", "band-pull/1"),
        *("ankle-circles/1", "leg-raise/1", "ankle-circles/2"),
        "toe-walk/3",
    ]
    said = text_of(page)
    assert "14 doses, about 28 min" in said
    assert "Have ready: a wall, a pencil or pen, a tennis ball, a resistance band, a sturdy support, a towel" in said
    headings = ["Standing Walk on", "Sitting Foot", "Lying down Ankle", "Bonus, if you like: standing Walk on"]
    assert [said.count(heading) for heading in headings] == [1, 1, 1, 1]


def test_only_what_is_still_open_is_listed() -> None:
    user = a_person()
    for slug, frequency, day, times in (
        ("begun", Frequency(Per.DAY, 3, 3), WEDNESDAY, 1),
        ("complete", DAILY, WEDNESDAY, 1),
        ("enough", TWO_OR_THREE_A_DAY, WEDNESDAY, 2),
        ("resting", TWO_OR_THREE_A_WEEK, date(2026, 11, 17), 1),
        ("weekly", TWO_OR_THREE_A_WEEK, MONDAY, 0),
        ("week-complete", Frequency(Per.WEEK, 1, 1), MONDAY, 1),
    ):
        exercise = an_exercise(slug, frequency)
        on_plan(user, exercise, MONDAY)
        did(user, exercise, day, times)

    assert listed(browser_of(user).get("/session/")) == ["begun/2", "weekly/1", "begun/3", "enough/3"]


def test_an_evening_that_is_ticked_before_the_morning_leaves_the_morning_open() -> None:
    user = a_person()
    exercise = an_exercise("walk", Frequency(Per.DAY, 2, 2))
    on_plan(user, exercise, MONDAY)
    client = browser_of(user)
    client.post("/day/2026-11-18/walk/2/", {"done": "yes"})

    assert listed(client.get("/session/")) == ["walk/1"]
    assert "Morning" in text_of(client.get("/session/"))


def test_an_entry_says_the_dose_the_time_and_what_one_needs() -> None:
    user = a_person()
    exercise = an_exercise("band-pull", needs=["a resistance band"], sides="foot", position="sitting")
    on_plan(user, exercise, MONDAY)

    said = text_of(browser_of(user).get("/session/"))

    assert "Band pull Hold 30 seconds on each foot about 2 min · a resistance band Mark done" in said


def test_when_all_is_done_the_page_says_so() -> None:
    user = a_person()
    exercise = an_exercise()
    on_plan(user, exercise, MONDAY)
    did(user, exercise, WEDNESDAY)

    page = browser_of(user).get("/session/")

    assert "That is all for today. Well done." in text_of(page)
    assert listed(page) == []
    assert "session-script" not in page.content.decode()


def test_who_has_no_plan_is_offered_one() -> None:
    assert "How would you like to start?" in text_of(browser_of(a_person()).get("/session/"))


def test_who_has_read_the_notes_here_goes_on_here() -> None:
    user = a_person(safety_read_at=None)
    on_plan(user, an_exercise(), MONDAY)
    client = browser_of(user)
    assert "Start the guided session" not in text_of(client.get("/today/"))
    answer = client.post("/safety/read/", headers={"Referer": "http://testserver/session/"})
    assert (answer.status_code, answer["Location"]) == (302, "/session/")
    assert "Start the guided session" in text_of(client.get("/today/"))


# The last one is the page that offers to send a form again, which lies at the address of the form.
ELSEWHERE = ["https://evil.example/session/", "", "javascript:alert(1)", "http://testserver/safety/read/"]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_the_way_on_from_the_notes_leads_to_a_page_of_ours(elsewhere: str) -> None:
    answer = browser_of(a_person()).post("/safety/read/", headers={"Referer": elsewhere})
    assert answer["Location"] == "/today/"


def test_nobody_sees_anything_of_another() -> None:
    on_plan(a_person(), an_exercise("theirs"), MONDAY)
    user = a_person()
    on_plan(user, an_exercise("mine"), MONDAY)

    page = browser_of(user).get("/session/")

    assert listed(page) == ["mine/1"]
    assert "theirs" not in page.content.decode().lower()
    assert script(page)["person"] == user.pk


# --- A part of it -----------------------------------------------------------------------------------------------------


@pytest.fixture
def kim() -> Any:
    """Somebody with something to do in each position."""
    user = a_person()
    for slug, position, frequency, seconds in (
        ("walk", "standing", TWO_OR_THREE_A_DAY, 30),
        ("grip", "sitting", DAILY, 200),
        ("raise", "lying", DAILY, 60),
    ):
        exercise = an_exercise(slug, frequency, position=position, seconds_at_least=5, seconds_at_most=seconds)
        on_plan(user, exercise, MONDAY)
    return user


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["walk/1", "walk/2", "grip/1", "raise/1", "walk/3"]),
        ("?part=", ["walk/1", "walk/2", "grip/1", "raise/1", "walk/3"]),
        ("?part=once", ["walk/1", "grip/1", "raise/1"]),
        ("?part=lying", ["raise/1"]),
        ("?part=standing", ["walk/1", "walk/2", "walk/3"]),
        ("?minutes=5", ["walk/1", "walk/2", "raise/1", "walk/3"]),
        ("?minutes=2", ["walk/1", "raise/1"]),
        ("?part=standing&minutes=2", ["walk/1", "walk/2"]),
        ("?minutes=60", ["walk/1", "walk/2", "grip/1", "raise/1", "walk/3"]),
    ],
)
def test_one_can_choose_a_part(query: str, expected: list[str], kim: Any) -> None:
    page = browser_of(kim).get(f"/session/{query}")
    assert listed(page) == expected
    assert script(page)["chosen"] == expected


def test_the_parts_on_offer_are_those_that_make_a_difference(kim: Any) -> None:
    client = browser_of(kim)
    offered = ["Everything", "Each exercise once", "Standing", "Sitting", "Lying down", "5 min"]
    said = text_of(client.get("/session/"))
    assert "5 doses, about 8 min" in said
    assert " ".join(["What to do now", *offered, "Several doses a day are best spread"]) in said

    client.post("/day/2026-11-18/grip/1/", {"done": "yes"})
    client.post("/day/2026-11-18/raise/1/", {"done": "yes"})
    assert "What to do now Everything Each exercise once Several" in text_of(client.get("/session/"))
    assert "Several doses a day" not in text_of(client.get("/session/?part=once"))


def test_where_there_is_nothing_to_choose_no_parts_are_offered() -> None:
    user = a_person()
    on_plan(user, an_exercise(seconds_at_least=5, seconds_at_most=5), MONDAY)
    assert "Everything" not in text_of(browser_of(user).get("/session/"))


def test_the_chosen_part_is_marked(kim: Any) -> None:
    page = browser_of(kim).get("/session/?part=lying")
    current = [e["href"] for e in elements(page, "aria-current") if "/session/" in e["href"]]
    assert current == ["/session/?part=lying"]


def test_a_part_in_which_nothing_is_left_leads_back_to_everything(kim: Any) -> None:
    page = browser_of(kim).get("/session/?minutes=1&part=sitting")
    assert page.status_code == 200
    assert "Nothing is left that fits" in text_of(page)
    assert listed(page) == []


@pytest.mark.parametrize("query", ["?part=flying", "?minutes=0", "?minutes=61", "?minutes=soon", "?minutes=-5"])
def test_a_part_that_cannot_be_is_refused_kindly(query: str, kim: Any) -> None:
    page = browser_of(kim).get(f"/session/{query}")
    assert page.status_code == 400
    assert "Choose a position, or 1 to 60 minutes." in text_of(page)


def test_the_page_is_only_read() -> None:
    assert browser_of(a_person()).post("/session/").status_code == 405


# --- Ticking without scripts ------------------------------------------------------------------------------------------


def test_a_tick_from_a_part_of_the_list_leads_back_to_that_part(kim: Any) -> None:
    client = browser_of(kim)
    page = client.get("/session/?part=standing&minutes=2")
    form = {field["name"]: field["value"] for field in elements(page, "value") if field.get("type") == "hidden"}
    answer = client.post("/day/2026-11-18/walk/1/", {**form, "done": "yes"})
    assert answer["Location"] == "/session/?part=standing&minutes=2"


@pytest.mark.parametrize("nonsense", [{"part": "flying"}, {"minutes": "soon"}, {"part": "//evil.example"}])
def test_a_part_that_makes_no_sense_does_not_cost_a_tick(nonsense: dict[str, str], kim: Any) -> None:
    answer = browser_of(kim).post("/day/2026-11-18/grip/1/", {"done": "yes", "back": "session", **nonsense})
    assert answer["Location"] == "/session/"
    assert completions(kim) == [(WEDNESDAY, "grip", 1)]


def test_buttons_for_several_doses_of_an_exercise_have_names_of_their_own(kim: Any) -> None:
    names = [button["aria-label"] for button in elements(browser_of(kim).get("/session/?part=standing"), "formaction")]
    assert names == [f"Mark done: Walk, {time}" for time in ("Morning", "Midday", "Evening")]


def test_each_exercise_once_leaves_out_what_is_enough_today(kim: Any) -> None:
    did(kim, Exercise.objects.get(slug="walk"), WEDNESDAY, 2)
    client = browser_of(kim)
    assert listed(client.get("/session/?part=once")) == ["grip/1", "raise/1"]
    for slot in ("grip/1", "raise/1"):
        client.post(f"/day/2026-11-18/{slot}/", {"done": "yes"})
    assert listed(client.get("/session/?part=once")) == ["walk/3"]


def test_a_tick_from_the_list_is_recorded_and_leads_back_to_the_list(kim: Any) -> None:
    client = browser_of(kim)
    button = next(e for e in elements(client.get("/session/"), "formaction") if "grip" in e["formaction"])

    answer = client.post(button["formaction"], {button["name"]: button["value"], "back": "session"})

    assert (answer.status_code, answer["Location"]) == (302, "/session/")
    assert completions(kim) == [(WEDNESDAY, "grip", 1)]
    page = client.get("/session/")
    assert listed(page) == ["walk/1", "walk/2", "raise/1", "walk/3"]
    assert "Grip: Complete." in text_of(page)


@pytest.mark.parametrize("back", ["//evil.example/", "/admin/", "history"])
def test_the_way_back_is_no_address_of_the_visitors_choosing(back: str, kim: Any) -> None:
    answer = browser_of(kim).post("/day/2026-11-18/grip/1/", {"done": "yes", "back": back})
    assert answer.status_code == 400
    assert "There is no such page to go back to." in text_of(answer)
    assert completions(kim) == []


# --- The values for the player ----------------------------------------------------------------------------------------


def test_the_player_is_told_every_step_with_its_words() -> None:
    user = a_person(get_ready_seconds=5, rest_seconds=0)
    exercise = an_exercise(
        "band-pull",
        needs=["a resistance band"],
        sides="foot",
        position="sitting",
        seconds_at_least=15,
        seconds_at_most=15,
        repetitions_at_least=1,
        repetitions_at_most=2,
    )
    on_plan(user, exercise, MONDAY)

    values = script(browser_of(user).get("/session/"))

    assert (values["day"], values["chosen"]) == ("2026-11-18", ["band-pull/1"])
    assert values["dayEndsIn"] == 14 * 3600
    dose = values["doses"]["band-pull/1"]
    assert (dose["name"], dose["address"]) == ("Band pull", "/day/2026-11-18/band-pull/1/")
    assert dose["least"] == {"seconds": 15, "repetitions": 1}
    assert dose["rest"] == []
    assert [tuple(step.values()) for step in dose["steps"]] == [
        (
            "ready",
            5,
            "left",
            "Get ready",
            "Left foot first · Sitting · a resistance band",
            "Get ready: Band pull. Left foot first.",
        ),
        ("hold", 15, "left", "Hold", "Left foot · 1 of 2", "Hold. Left foot."),
        ("relax", 3, "left", "Relax", "Left foot · 2 of 2", "Relax."),
        ("hold", 15, "left", "Hold", "Left foot · 2 of 2", "Hold. 2 of 2."),
        ("switch", 5, "right", "Switch sides", "Right foot", "Switch sides. Right foot."),
        ("hold", 15, "right", "Hold", "Right foot · 1 of 2", "Hold. Right foot."),
        ("relax", 3, "right", "Relax", "Right foot · 2 of 2", "Relax."),
        ("hold", 15, "right", "Hold", "Right foot · 2 of 2", "Hold. 2 of 2."),
    ]


def test_the_player_can_say_how_an_exercise_is_done() -> None:
    user = a_person()
    on_plan(user, an_exercise("walk", steps="Rise.\nWalk.", avoid="Haste."), MONDAY)
    dose = script(browser_of(user).get("/session/"))["doses"]["walk/1"]
    assert (dose["how"], dose["avoid"]) == (["Rise.", "Walk."], ["Haste."])


def test_breaks_are_as_long_as_the_person_wants_them() -> None:
    user = a_person(get_ready_seconds=20, rest_seconds=30)
    on_plan(user, an_exercise("walk", action="move", sides="together"), MONDAY)

    dose = script(browser_of(user).get("/session/"))["doses"]["walk/1"]

    assert [tuple(step.values()) for step in dose["rest"] + dose["steps"]] == [
        ("rest", 30, "both", "Rest", "Next: Walk", "Rest. Next: Walk."),
        ("ready", 20, "both", "Get ready", "Standing", "Get ready: Walk."),
        ("move", 30, "both", "Move", "", "Go."),
    ]


def test_a_movement_that_is_repeated_is_counted() -> None:
    user = a_person()
    exercise = an_exercise("roll", action="move", sides="foot", repetitions_at_least=2, repetitions_at_most=2)
    on_plan(user, exercise, MONDAY)
    steps = script(browser_of(user).get("/session/"))["doses"]["roll/1"]["steps"]
    assert [step["say"] for step in steps if step["kind"] == "move"] == [
        *("Go. Left foot.", "Go. 2 of 2."),
        *("Go. Right foot.", "Go. 2 of 2."),
    ]


def test_the_player_knows_all_that_is_open_whatever_part_is_chosen(kim: Any) -> None:
    values = script(browser_of(kim).get("/session/?part=lying"))
    assert values["chosen"] == ["raise/1"]
    assert set(values["doses"]) == {"walk/1", "walk/2", "walk/3", "grip/1", "raise/1"}
    assert [key for key, dose in values["doses"].items() if dose["bonus"]] == ["walk/3"]


def test_a_name_that_looks_like_markup_stays_a_name() -> None:
    user = a_person()
    on_plan(user, an_exercise("odd", name="</script><b>Bold & 'quoted'"), MONDAY)
    page = browser_of(user).get("/session/")
    assert "<b>" not in page.content.decode()
    assert script(page)["doses"]["odd/1"]["name"] == "</script><b>Bold & 'quoted'"


def test_the_week_so_far_is_there_for_the_end(kim: Any) -> None:
    client = browser_of(kim)
    client.post("/day/2026-11-18/grip/1/", {"done": "yes"})
    said = text_of(client.get("/session/"))
    assert "This week so far 3 % 1 of 28 doses" in said
    assert "How is your pain after this?" in said


# --- From the page of today -------------------------------------------------------------------------------------------


def test_today_leads_to_the_session_as_long_as_something_is_due(kim: Any) -> None:
    client = browser_of(kim)
    assert "Start the guided session" in text_of(client.get("/today/"))
    assert "Start the guided session" not in text_of(client.get("/day/2026-11-17/"))
    for slot in ("walk/1", "walk/2", "grip/1", "raise/1"):
        client.post(f"/day/2026-11-18/{slot}/", {"done": "yes"})
    assert "Start the guided session" not in text_of(client.get("/today/"))
