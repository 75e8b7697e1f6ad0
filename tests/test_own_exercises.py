"""Exercises that people make for themselves: like the others, and nobody else's."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from time_machine import TimeMachineFixture

from accounts.models import User
from exercises.models import MAX_OWN, Equipment, Exercise
from tests.builders import a_person, an_exercise, browser_of, did, editor_of, elements, on_plan, text_of
from tests.test_plan_page import TWICE, slugs
from tracking.models import PlanItem

pytestmark = pytest.mark.django_db

MONDAY, WEDNESDAY = date(2026, 11, 16), date(2026, 11, 18)

CAT = {
    **TWICE,
    "key": "0123456789ab",
    "name": "Cat and cow",
    "position": "sitting",
    "steps": "On all fours.\nArch the back.",
    "action": "move",
    "sides": "together",
    "other_equipment": "a soft rug",
}
SLUG = "own-0123456789ab"


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)


@pytest.fixture
def user() -> User:
    return a_person()


def test_an_exercise_of_ones_own_is_in_the_plan_the_session_the_week_and_the_history(user: User) -> None:
    client = browser_of(user)
    towel = Equipment.objects.create(slug="towel", name="a towel")
    answer = client.post("/plan/own/", {**CAT, "equipment": [towel.slug]}, follow=True)
    assert "Cat and cow is on your plan from today on." in text_of(answer)

    said = text_of(client.get("/today/"))
    assert "Cat and cow 30 seconds twice a day · a towel, a soft rug" in said
    client.post(f"/day/2026-11-18/{SLUG}/1/", {"done": "yes"})
    assert [task.exercise.name for task in client.get("/session/").context["guide"].tasks] == ["Cat and cow"]
    [row] = elements(client.get("/week/2026-11-16/"), "data-exercise")
    assert (row["data-exercise"], row["data-credited"], row["data-prescribed"]) == (SLUG, "1", "10")
    [week] = elements(client.get("/history/"), "data-week")
    assert week["data-credited"] == "1"
    page = text_of(client.get(f"/exercises/{SLUG}/"))
    assert "On all fours. Arch the back." in page
    assert "Nobody else has checked it." in page
    assert "stated by the routine" not in page


def test_its_address_tells_nothing_about_it(user: User) -> None:
    client = browser_of(user)
    key = re.search(r'name="key" value="([0-9a-f]{12})"', client.get("/plan/own/").content.decode())
    assert key
    client.post("/plan/own/", {**CAT, "key": key[1]})
    assert Exercise.objects.get().slug == f"own-{key[1]}"


def test_there_is_room_for_so_many_and_a_double_tap_on_the_last_makes_one(user: User) -> None:
    for n in range(MAX_OWN - 1):
        an_exercise(owner=user, own_key=f"{n:012x}")
    client = browser_of(user)
    assert [client.post("/plan/own/", CAT).status_code for _tap in range(2)] == [302, 302]
    page = client.post("/plan/own/", {**CAT, "key": "f" * 12, "name": "Dog"})
    assert page.status_code == 400
    assert "You have 200 exercises of your own, and there is room for no more." in text_of(page)
    assert 'value="Dog"' in page.content.decode()
    assert client.post(f"/plan/own/{SLUG}/", CAT).status_code == 302
    assert Exercise.objects.own(user).count() == MAX_OWN


def test_the_exercises_of_others_take_no_room(user: User) -> None:
    somebody_else = a_person()
    for n in range(MAX_OWN):
        an_exercise(owner=somebody_else, own_key=f"{n:012x}")
    assert browser_of(user).post("/plan/own/", CAT).status_code == 302


def test_a_name_that_nobody_can_see_is_none(user: User) -> None:
    page = browser_of(user).post("/plan/own/", {**CAT, "name": "\u200b", "steps": "\u202e"})
    assert page.status_code == 400
    assert text_of(page).count("This field is required.") == 2


def test_it_is_known_by_a_key_of_its_own_from_the_start(user: User) -> None:
    browser_of(user).post("/plan/own/", CAT)
    assert Exercise.objects.get().own_key == CAT["key"]


def test_two_exercises_of_a_person_never_share_a_key_and_the_catalogue_has_none(user: User) -> None:
    exercise = an_exercise(owner=user)
    an_exercise(owner=a_person(), own_key=exercise.own_key)
    for broken in ({"owner": user, "own_key": exercise.own_key}, {"owner": user, "own_key": ""}, {"own_key": "a" * 12}):
        with pytest.raises(IntegrityError), transaction.atomic():
            an_exercise(**broken)


def test_a_key_that_an_imported_exercise_has_already_is_exchanged_for_another(user: User) -> None:
    """An exercise that came from another account has its key, and a slug that is not made of it."""
    an_exercise("own-elsewhere", owner=user, own_key=CAT["key"])
    browser_of(user).post("/plan/own/", CAT)
    made = Exercise.objects.own(user).get(name="Cat and cow")
    assert made.own_key != CAT["key"]
    assert made.slug == f"own-{made.own_key}"


def test_a_double_tap_makes_one(user: User) -> None:
    client = browser_of(user)
    for _tap in (1, 2):
        assert client.post("/plan/own/", CAT).status_code == 302
    assert Exercise.objects.count() == PlanItem.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"name": "a\x00b"}, "Null characters are not allowed."),
        ({"steps": ""}, "This field is required."),
        ({"steps": "x" * 2001}, "at most 2000 characters"),
        ({"position": "flying"}, "Select a valid choice."),
        ({"action": ""}, "This field is required."),
        ({"sides": "arms"}, "Select a valid choice."),
        ({"equipment": ["zebra"]}, "Select a valid choice."),
        ({"equipment": ["9" * 60]}, "Select a valid choice."),
        ({"other_equipment": "x" * 121}, "at most 120 characters"),
        ({"at_least": "3"}, "The upper end cannot be below the lower one"),
        ({"repetitions_at_most": "0"}, "A whole number from 1 to 100."),
        ({"seconds_at_most": "10000"}, "A whole number from 1 to 3600."),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field_and_nothing_is_lost(
    user: User, wrong: dict[str, Any], complaint: str
) -> None:
    Equipment.objects.create(slug="towel", name="a towel")
    answer = browser_of(user).post("/plan/own/", {**CAT, **wrong})
    assert answer.status_code == 400
    assert complaint in text_of(answer)
    if "name" not in wrong:
        assert 'value="Cat and cow"' in answer.content.decode()
    if "steps" not in wrong:
        assert "Arch the back." in answer.content.decode()
    assert not Exercise.objects.exists()


def test_a_script_in_any_field_is_only_text(user: User) -> None:
    client = browser_of(user)
    script = "<script>alert(1)</script>"
    client.post("/plan/own/", {**CAT, "name": script, "steps": script, "other_equipment": script, "slot_names": script})
    assert Exercise.objects.get().name == script
    addresses = ["/today/", "/session/", "/week/2026-11-16/", "/plan/", "/plan/timeline/", "/plan/since/"]
    addresses += ["/plan/pause/", f"/exercises/{SLUG}/", f"/plan/own/{SLUG}/", f"/plan/exercise/{SLUG}/"]
    for address in addresses:
        assert "<script>alert" not in client.get(address).content.decode(), address


def test_a_key_that_is_somebody_elses_makes_an_exercise_of_ones_own(user: User) -> None:
    browser_of(a_person()).post("/plan/own/", CAT)
    assert browser_of(user).post("/plan/own/", CAT).status_code == 302
    assert Exercise.objects.own(user).count() == 1
    assert Exercise.objects.own(user).get().slug != SLUG


def test_another_exercise_under_the_same_key_is_another_exercise(user: User) -> None:
    client = browser_of(user)
    for name in ("One", "Two"):
        assert client.post("/plan/own/", {**CAT, "name": name}).status_code == 302
    assert [exercise.name for exercise in Exercise.objects.own(user).order_by("name")] == ["One", "Two"]


def test_what_its_dose_is_made_of_stays_as_it_was(user: User) -> None:
    client = browser_of(user)
    client.post("/plan/own/", CAT)
    client.post(f"/plan/own/{SLUG}/", {**CAT, "action": "hold", "sides": "leg"})
    exercise = Exercise.objects.get()
    assert (exercise.action, exercise.sides) == ("move", "together")


def test_its_words_can_be_changed_and_its_history_stays(user: User) -> None:
    client = browser_of(user)
    client.post("/plan/own/", CAT)
    did(user, Exercise.objects.get(), WEDNESDAY)
    answer = client.post(f"/plan/own/{SLUG}/", {**CAT, "name": "Cat"})
    assert (answer.status_code, answer["Location"]) == (302, f"/exercises/{SLUG}/")
    assert "Cat 30 seconds" in text_of(client.get("/today/"))
    assert client.post(f"/plan/own/{SLUG}/", {**CAT, "name": ""}).status_code == 400


def test_what_is_put_away_leaves_the_plan_stays_in_the_history_and_can_be_brought_back(user: User) -> None:
    exercise = an_exercise("own-1", owner=user)
    on_plan(user, exercise, MONDAY)
    did(user, exercise, MONDAY)
    client = browser_of(user)
    answer = client.post("/plan/own/own-1/retire/", follow=True)
    assert "is put away. Your history keeps it." in text_of(answer)
    assert slugs(client.get("/today/")) == []
    assert slugs(client.get("/week/2026-11-16/")) == ["own-1"]
    assert "You did these before" in text_of(client.get("/plan/add/"))
    client.post("/plan/exercise/own-1/add/")
    assert slugs(client.get("/today/")) == ["own-1"]
    exercise.refresh_from_db()
    assert not exercise.retired


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/exercises/{slug}/"),
        ("get", "/plan/own/{slug}/"),
        ("post", "/plan/own/{slug}/"),
        ("post", "/plan/own/{slug}/retire/"),
        ("get", "/plan/exercise/{slug}/"),
        ("post", "/plan/exercise/{slug}/"),
        ("post", "/plan/exercise/{slug}/add/"),
        ("post", "/plan/exercise/{slug}/remove/"),
        ("post", "/day/2026-11-18/{slug}/1/"),
    ],
)
def test_to_everybody_else_it_does_not_exist(method: str, address: str, user: User) -> None:
    exercise = an_exercise("own-1", owner=user)
    on_plan(user, exercise, MONDAY)
    sent = {**CAT, "done": "yes"} if method == "post" else {}
    stranger = browser_of(a_person())
    assert getattr(stranger, method)(address.format(slug="own-1"), sent).status_code == 404
    exercise.refresh_from_db()
    assert (exercise.name, exercise.retired) == ("Own 1", False)


def test_the_catalogue_and_the_admin_show_nobodys_own(user: User, admin_on: None) -> None:
    an_exercise("own-1", owner=user)
    an_exercise("walk")
    for client in (Client(), browser_of(user)):
        page = text_of(client.get("/exercises/"))
        assert "Walk" in page
        assert "Own 1" not in page
    assert Client().get("/exercises/own-1/").status_code == 404
    editor = editor_of(a_person(is_staff=True, is_superuser=True))
    assert "Own 1" not in text_of(editor.get("/admin/exercises/exercise/"))


def test_a_person_takes_their_own_exercises_along_when_they_go(user: User) -> None:
    exercise = an_exercise("own-1", owner=user)
    on_plan(user, exercise, MONDAY)
    did(user, exercise, MONDAY)
    user.delete()
    assert not Exercise.objects.exists()
