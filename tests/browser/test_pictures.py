"""The pictures as a browser shows them: moving, or pose beside pose, in the colours that are wanted."""

import pytest
from playwright.sync_api import Page, expect

from exercises.models import Exercise
from tests.browser.conftest import Complaints, Visit
from tests.builders import a_person

pytestmark = pytest.mark.django_db(transaction=True)


def open_drawing(page: Page, slug: str, complaints: Complaints, ending: str = "") -> None:
    """The file on its own; a browser may then look in vain for an icon of the site."""
    page.goto(f"/static/img/exercises/{slug}.svg{ending}")
    complaints.leave_out("a status of 404")


def moments(page: Page) -> int:
    """How many different pictures one sees at four moments."""
    page.evaluate("document.documentElement.pauseAnimations()")
    seen = set()
    for seconds in (0, 0.7, 1.4, 2.5):
        page.evaluate(f"document.documentElement.setCurrentTime({seconds})")
        seen.add(page.screenshot())
    return len(seen)


def shown(page: Page, name: str) -> bool:
    return bool(page.evaluate(f"getComputedStyle(document.querySelector('.{name}')).display !== 'none'"))


def ink(page: Page) -> str:
    """The colour of the arrows."""
    colour: str = page.evaluate("getComputedStyle(document.querySelector('#dark')).getPropertyValue('--ink')")
    return colour


def test_every_exercise_has_a_picture_that_loads_and_moves(visit: Visit, complaints: Complaints) -> None:
    page = visit()
    for slug in Exercise.objects.values_list("slug", flat=True):
        page.goto(f"/exercises/{slug}/")
        picture = page.locator("img.picture")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        open_drawing(page, slug, complaints)
        assert shown(page, "moving")
        assert not shown(page, "posed")
        assert moments(page) > 1, slug


def test_where_less_motion_is_wanted_the_poses_stand_side_by_side(visit: Visit, complaints: Complaints) -> None:
    page = visit(reduced_motion="reduce")
    open_drawing(page, "toe-walk", complaints)
    assert shown(page, "posed")
    assert not shown(page, "moving")
    assert moments(page) == 1


def test_on_paper_the_poses_stand_side_by_side(visit: Visit, complaints: Complaints) -> None:
    page = visit()
    open_drawing(page, "toe-walk", complaints, "#posed")
    assert shown(page, "posed")
    assert not shown(page, "moving")
    page.goto("/exercises/toe-walk/")
    on_screen, on_paper = page.locator("img.picture"), page.locator("img.picture-printed")
    expect(on_paper).to_have_attribute("src", "/static/img/exercises/toe-walk.svg#posed")
    assert [on_screen.is_visible(), on_paper.is_visible()] == [True, False]
    page.emulate_media(media="print")
    assert [on_screen.is_visible(), on_paper.is_visible()] == [False, True]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_follows_the_device_unless_its_address_says_otherwise(
    scheme: str, visit: Visit, complaints: Complaints
) -> None:
    page = visit(color_scheme=scheme)
    colours = {}
    for ending in ("", "#light", "#dark"):
        page.goto("about:blank")
        open_drawing(page, "toe-walk", complaints, ending)
        colours[ending] = ink(page)
    assert colours["#light"] != colours["#dark"]
    assert colours[""] == colours[f"#{scheme}"]


def test_a_persons_choice_of_colours_holds_for_the_pictures_too(visit: Visit) -> None:
    page = visit(a_person(color_scheme="dark"), color_scheme="light")
    page.goto("/exercises/toe-walk/")
    expect(page.locator("img.picture")).to_have_attribute("src", "/static/img/exercises/toe-walk.svg#dark")
