"""The catalogue: seeded once, followed as long as nobody edits it, and shown so that anybody finds their way."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from exercises.models import Equipment, Exercise
from exercises.pictures import drawn
from exercises.seed import read_catalogue, seed
from tests.builders import a_person, an_exercise, browser_of, editor_of, elements, text_of

pytestmark = pytest.mark.django_db

FACTS = [
    # slug, position, equipment, prescription, frequency stated, sides stated
    ("foot-stretch", "sitting", [], "Hold 10 seconds, 3 times on each foot, every day", True, True),
    ("toe-walk", "standing", [], "30 seconds, 2–3 times a day", True, True),
    ("toe-stand", "standing", [], "Hold 3 seconds, 10 times, 3 times a day", True, True),
    ("pencil-grip", "sitting", ["pencil"], "Hold 10 seconds, 5 times on each foot, 2–3 times a week", True, True),
    ("ankle-circles", "lying", [], "10 seconds on each leg, twice a day", True, True),
    ("tendon-stretch", "standing", ["wall"], "30 seconds on each leg, every day", False, True),
    ("ball-massage", "sitting", ["tennis-ball"], "1–3 minutes on each foot, every day", False, True),
    ("leg-raise", "lying", ["towel"], "Hold 30 seconds on each leg, every day", False, True),
    (
        "band-pull",
        "sitting",
        ["resistance-band", "sturdy-support"],
        "Hold 15 seconds, up to 10 times on each foot, every day",
        False,
        False,
    ),
]


@pytest.fixture
def catalogue() -> dict[str, Any]:
    return copy.deepcopy(read_catalogue())


@pytest.fixture
def seeded(catalogue: dict[str, Any]) -> None:
    seed(catalogue)


def test_the_nine_exercises_are_seeded_with_their_facts(seeded: None, client: Client) -> None:
    found = Exercise.objects.with_equipment()
    assert [
        (
            exercise.slug,
            exercise.position,
            sorted(thing.slug for thing in exercise.equipment.all()),
            exercise.frequency_stated,
            exercise.sides_stated,
        )
        for exercise in found
    ] == [(slug, position, things, often, sides) for slug, position, things, _words, often, sides in FACTS]
    for slug, _position, _things, words, _often, _sides in FACTS:
        assert words in text_of(client.get(f"/exercises/{slug}/"))


def test_seeding_again_changes_nothing(seeded: None, catalogue: dict[str, Any]) -> None:
    before = list(Exercise.objects.values())
    outcome = seed(catalogue)
    assert (outcome.created, outcome.updated, outcome.edited, len(outcome.unchanged)) == ([], [], [], 9)
    assert list(Exercise.objects.values()) == before


def test_a_change_of_the_file_reaches_an_exercise_that_nobody_edited(seeded: None, catalogue: dict[str, Any]) -> None:
    catalogue["exercise"][1]["frequency"]["times"] = [1, 2]
    catalogue["exercise"][1]["equipment"] = ["wall"]
    assert seed(catalogue).updated == ["toe-walk"]
    exercise = Exercise.objects.get(slug="toe-walk")
    assert (exercise.at_least, exercise.at_most) == (1, 2)
    assert [thing.slug for thing in exercise.equipment.all()] == ["wall"]


def test_stray_blanks_in_the_file_are_no_edit(catalogue: dict[str, Any]) -> None:
    catalogue["exercise"][1]["steps"][0] += "  "
    seed(catalogue)
    catalogue["exercise"][1]["purpose"] = "Something new."
    assert seed(catalogue).updated == ["toe-walk"]


def test_a_field_that_is_new_in_the_file_is_no_edit(seeded: None, catalogue: dict[str, Any]) -> None:
    for exercise in Exercise.objects.all():
        # As an older version left it, which did not know notes yet.
        exercise.seeded = {name: value for name, value in exercise.seeded.items() if name != "note"}
        exercise.note = ""
        exercise.save()
    assert len(seed(catalogue).updated) == 9
    assert "The published routine has no heading" in Exercise.objects.get(slug="toe-walk").note


@pytest.mark.parametrize("what", ["name", "steps", "known", "equipment"])
def test_an_edit_made_in_the_admin_is_not_overwritten(what: str, seeded: None, catalogue: dict[str, Any]) -> None:
    exercise = Exercise.objects.get(slug="toe-walk")
    if what == "equipment":
        exercise.equipment.add(Equipment.objects.get(slug="wall"))
    else:
        setattr(exercise, what, "Ours")
        exercise.save()
    catalogue["exercise"][1]["purpose"] = "Something new."
    outcome = seed(catalogue)
    assert (outcome.edited, outcome.updated) == (["toe-walk"], [])
    exercise.refresh_from_db()
    assert exercise.purpose != "Something new."


def test_saving_in_the_admin_without_a_change_keeps_following_the_file(
    seeded: None, catalogue: dict[str, Any], admin_on: None
) -> None:
    admin = editor_of(a_person(is_staff=True, is_superuser=True))
    exercise = Exercise.objects.get(slug="pencil-grip")
    address = reverse("admin:exercises_exercise_change", args=[exercise.pk])
    form = admin.get(address).context["adminform"].form
    typed = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    typed["equipment"] = [thing.pk for thing in exercise.equipment.all()]
    # A browser sends a text area with its own line ends, and leaves out a box that is not ticked.
    typed = {name: value.replace("\n", "\r\n") if isinstance(value, str) else value for name, value in typed.items()}
    assert admin.post(address, {name: value for name, value in typed.items() if value is not False}).status_code == 302
    catalogue["exercise"][3]["purpose"] = "Something new."
    assert seed(catalogue).updated == ["pencil-grip"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("frequency", {"per": "day", "times": [2, 1]}),
        ("frequency", {"per": "day", "times": [1, 21]}),
        ("frequency", {"per": "week", "times": [1, 8]}),
        ("frequency", {"per": "year", "times": [1, 1]}),
        ("position", "flying"),
        ("name", ""),
    ],
)
def test_a_broken_file_changes_nothing_at_all(field: str, value: Any, catalogue: dict[str, Any]) -> None:
    catalogue["exercise"][8][field] = value
    with pytest.raises(ValidationError):
        seed(catalogue)
    assert not Exercise.objects.exists()


def test_the_command_tells_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seed_catalogue")
    assert capsys.readouterr().out.startswith("new: foot-stretch, toe-walk,")
    Exercise.objects.filter(slug="toe-walk").update(name="Ours", seeded={"name": "older"})
    call_command("seed_catalogue")
    assert "edited here, left alone: toe-walk" in capsys.readouterr().out
    Exercise.objects.filter(slug="toe-stand").update(name="Ours as well")
    call_command("seed_catalogue")
    assert "edited here, left alone: toe-walk, toe-stand" in capsys.readouterr().out


@pytest.mark.parametrize(
    "columns",
    [
        {"at_least": 0},
        {"at_least": 3, "at_most": 2},
        {"per": "day", "at_most": 21},
        {"per": "week", "at_most": 8},
        {"per": "year"},
        {"seconds_at_least": 0},
        {"seconds_at_least": 40, "seconds_at_most": 30},
        {"seconds_at_most": 3601},
        {"repetitions_at_least": 0},
        {"repetitions_at_most": 101},
        {"action": "rest"},
        {"position": "flying"},
        {"other_position": "flying"},
        {"sides": "left"},
    ],
)
def test_the_database_itself_keeps_the_bounds(columns: dict[str, Any]) -> None:
    exercise = an_exercise()
    with pytest.raises(IntegrityError), transaction.atomic():
        Exercise.objects.filter(pk=exercise.pk).update(**columns)


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", [slug for slug, *_rest in FACTS]),
        ("position=lying", ["ankle-circles", "leg-raise"]),
        ("position=standing", ["toe-walk", "toe-stand", "tendon-stretch", "ball-massage"]),
        ("equipment=towel", ["leg-raise"]),
        ("equipment=nothing", ["foot-stretch", "toe-walk", "toe-stand", "ankle-circles"]),
        ("per=week", ["pencil-grip"]),
        ("q=TOWEL", ["leg-raise"]),
        ("q=toes+walk", ["toe-walk"]),
        ("q=toes&position=sitting&per=day", ["foot-stretch", "ball-massage"]),
        ("q=zebra", []),
    ],
)
def test_the_list_is_narrowed_by_what_one_asks_for(query: str, slugs: list[str], seeded: None, client: Client) -> None:
    page = client.get(f"/exercises/?{query}")
    assert page.status_code == 200
    assert [exercise.slug for exercise in page.context["exercises"]] == slugs
    if not slugs:
        assert "No exercise fits all of that" in text_of(page)


@pytest.mark.parametrize("query", ["position=flying", "equipment=rocket", "per=year", "q=" + "x" * 101, "q=%00"])
def test_a_filter_that_does_not_exist_is_refused_kindly(query: str, seeded: None, client: Client) -> None:
    page = client.get(f"/exercises/?{query}")
    assert page.status_code == 400
    assert len(page.context["exercises"]) == 9
    assert elements(page, "aria-invalid") or "is-invalid" in page.content.decode()


def test_the_page_of_an_exercise_tells_what_one_needs_to_know(seeded: None, client: Client) -> None:
    said = text_of(client.get("/exercises/band-pull/"))
    for part in (
        "Sitting, on the floor, facing a sturdy support",
        "a resistance band, a sturdy support",
        "about 1–6 min",
        "our default",
        "sides: our default",
        "Repeat as often as feels right, then change over to the other foot.",
        "A support that can tip or slide.",
        "The routine says neither how often nor on which side.",
    ):
        assert part in said
    assert "stated by the routine" in text_of(client.get("/exercises/foot-stretch/"))


# --- What is known, and what is not -----------------------------------------------------------------------------------


def sources_in(text: str) -> list[str]:
    """As in “(ACP 2017, NICE 2016)”."""
    return [source for group in re.findall(r"\(([^()]+ \d{4})\)", text) for source in group.split(", ")]


@pytest.mark.parametrize("slug", [slug for slug, *_rest in FACTS])
def test_an_exercise_says_in_a_sentence_each_what_is_known_and_what_is_not(
    slug: str, seeded: None, client: Client
) -> None:
    exercise = Exercise.objects.get(slug=slug)
    listed = text_of(client.get("/safety/")).split(" Sources ")[1]
    for sentence in (exercise.known, exercise.unknown):
        assert re.fullmatch(r"[A-Z][^.]+\.", sentence), "one sentence"
        assert sources_in(sentence) or "we found no study" in sentence.lower(), sentence
        assert [source for source in sources_in(sentence) if source not in listed] == []
    assert re.fullmatch(r"([A-Z][^.]+\.)?", exercise.claim)
    said = text_of(client.get(f"/exercises/{slug}/"))
    assert "What is known, and what is not" in said
    assert ("The routine says:" in said) is bool(exercise.claim)


def test_what_the_routine_claims_is_marked_as_its_claim(seeded: None, client: Client) -> None:
    assert set(Exercise.objects.exclude(claim="").values_list("slug", flat=True)) == {"toe-stand", "ankle-circles"}
    said = text_of(client.get("/exercises/toe-stand/"))
    assert "The routine says: It gets the circulation going. its claim, not ours" in said
    purposes = " ".join(Exercise.objects.values_list("purpose", flat=True)).lower()
    assert [word for word in ("pain", "circulation", "posture", "relie", "strength", "heal") if word in purposes] == []


def test_a_source_leads_to_the_list_of_sources(seeded: None, client: Client) -> None:
    page = client.get("/exercises/ankle-circles/")
    assert [link["href"] for link in elements(page, "href") if "#sources" in link["href"]] == ["/safety/#sources"]
    assert "low back pain ( ACP 2017, NICE 2016 )." in text_of(page)


def test_what_somebody_writes_there_stays_text(client: Client) -> None:
    an_exercise("odd", known="<b>Bold</b> (<i>Nobody</i> 2020).")
    html = client.get("/exercises/odd/").content.decode()
    assert "&lt;b&gt;Bold&lt;/b&gt; (<a href=" in html
    assert ">&lt;i&gt;Nobody&lt;/i&gt; 2020</a>)." in html


def test_an_exercise_without_such_texts_has_no_empty_section(client: Client) -> None:
    an_exercise("bare")
    assert "What is known" not in text_of(client.get("/exercises/bare/"))


def test_three_exercises_make_a_gentle_start(seeded: None) -> None:
    gentle = list(Exercise.objects.gentle())
    assert [(exercise.slug, exercise.position, str(exercise.per), exercise.at_least) for exercise in gentle] == [
        ("foot-stretch", "sitting", "day", 1),
        ("tendon-stretch", "standing", "day", 1),
        ("leg-raise", "lying", "day", 1),
    ]


def test_nothing_is_said_to_cure(seeded: None, client: Client) -> None:
    for address in ("/", "/safety/", "/exercises/", *(f"/exercises/{slug}/" for slug, *_rest in FACTS)):
        assert re.search(r"\bcur(e|es|ed|ing)\b", text_of(client.get(address)), re.IGNORECASE) is None, address
    written = [
        *Path(settings.BASE_DIR, "templates").rglob("*.html"),
        Path(settings.BASE_DIR, "exercises/catalogue.toml"),
    ]
    assert [path.name for path in written if re.search(r"\bcure", path.read_text(encoding="utf-8"))] == []


def test_a_site_that_was_seeded_before_these_texts_gets_them(seeded: None, catalogue: dict[str, Any]) -> None:
    new = {"claim", "known", "unknown", "gentle"}
    for exercise in Exercise.objects.all():
        exercise.seeded = {name: value for name, value in exercise.seeded.items() if name not in new}
        exercise.claim = exercise.known = exercise.unknown = ""
        exercise.gentle = False
        exercise.save()
    Exercise.objects.filter(slug="leg-raise").update(name="Ours")

    outcome = seed(catalogue)

    assert (len(outcome.updated), outcome.edited) == (8, ["leg-raise"])
    assert [exercise.slug for exercise in Exercise.objects.gentle()] == ["foot-stretch", "tendon-stretch"]
    assert Exercise.objects.get(slug="leg-raise").known == ""
    assert "Mahmoud 2022" in Exercise.objects.get(slug="pencil-grip").known


def test_a_retired_exercise_leaves_the_list_and_keeps_its_page(seeded: None, client: Client) -> None:
    Exercise.objects.filter(slug="toe-walk").update(retired=True)
    assert "toe-walk" not in [exercise.slug for exercise in client.get("/exercises/").context["exercises"]]
    assert "This exercise is no longer offered." in text_of(client.get("/exercises/toe-walk/"))


def test_an_unknown_exercise_is_not_found(client: Client) -> None:
    page = client.get("/exercises/unheard-of/")
    assert page.status_code == 404
    assert "There is no such exercise." in text_of(page)


def test_the_admin_edits_the_catalogue_and_deletes_nothing(seeded: None, admin_on: None) -> None:
    admin = editor_of(a_person(is_staff=True, is_superuser=True))
    listed = admin.get(reverse("admin:exercises_exercise_changelist"), {"position": "lying"})
    assert "Hold 30 seconds on each leg, every day" in text_of(listed)
    exercise = Exercise.objects.get(slug="leg-raise")
    address = reverse("admin:exercises_exercise_delete", args=[exercise.pk])
    assert admin.post(address, {"post": "yes"}).status_code == 403
    assert browser_of(a_person()).get(reverse("admin:index")).status_code == 302


def test_the_admin_says_in_words_what_is_out_of_bounds(seeded: None) -> None:
    exercise = Exercise.objects.get(slug="leg-raise")
    exercise.at_most = 25
    with pytest.raises(ValidationError) as refused:
        exercise.full_clean()
    assert refused.value.messages == ["How often runs from 1 upwards, to at most 20 times a day or 7 days a week."]


def test_an_exercise_is_shown_moving_on_its_page_and_still_in_the_lists(seeded: None, client: Client) -> None:
    page = client.get("/exercises/toe-walk/")
    pictures = [image for image in elements(page, "src") if image.get("class", "").startswith("picture")]
    address = "/static/img/exercises/toe-walk.svg"
    assert [image["src"] for image in pictures] == [address, f"{address}#posed"]
    # Who does not see it is told what the file says about itself.
    assert {image["alt"] for image in pictures} == {drawn()["toe-walk"]}
    assert "toes" in drawn()["toe-walk"]
    stills = [use["href"] for use in elements(client.get("/exercises/"), "href") if use["tag"] == "use"]
    assert [still for still in stills if "stills" in still][:2] == [
        "/static/img/stills.svg#foot-stretch",
        "/static/img/stills.svg#toe-walk",
    ]


@pytest.mark.parametrize(("scheme", "ending"), [("auto", ".svg"), ("light", ".svg#light"), ("dark", ".svg#dark")])
def test_a_picture_follows_the_colours_that_a_person_chose(seeded: None, scheme: str, ending: str) -> None:
    page = browser_of(a_person(color_scheme=scheme)).get("/exercises/toe-walk/")
    assert [e["src"].endswith(f"toe-walk{ending}") for e in elements(page, "alt") if e.get("class") == "picture"] == [
        True
    ]


def test_an_exercise_without_a_drawing_shows_its_position(client: Client) -> None:
    an_exercise("new-one", position="lying")
    page = client.get("/exercises/new-one/")
    assert "/static/img/positions.svg#lying" in [use["href"] for use in elements(page, "href")]
    assert [e for e in elements(page, "src") if e.get("class") == "picture"] == []
