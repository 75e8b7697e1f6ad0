"""Bringing a file in, in a real browser: from the settings to the history, also without a script."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from rights.document import names_for
from rights.export import as_json
from rights.models import Upload
from tests.belongings import a_person_with_everything
from tests.browser.conftest import Complaints, Visit
from tests.browser.test_accessibility import violations_everywhere
from tests.builders import a_person, completions
from tests.test_import_loop import WHOLE

pytestmark = pytest.mark.django_db(transaction=True)

SHOW, BRING = "Show what it would do", "Bring it in"


def choose(page: Page, name: str, content: bytes) -> None:
    page.goto("/settings/data/import/")
    page.get_by_label("The file").set_input_files({"name": name, "mimeType": "", "buffer": content})
    page.get_by_role("button", name=SHOW).click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_an_export_is_brought_from_the_settings_into_the_history(scripts: bool, visit: Visit) -> None:
    kim, lou = a_person_with_everything("kim@example.org"), a_person("lou@example.org")
    page = visit(lou, java_script_enabled=scripts)
    page.goto("/settings/data/")
    page.get_by_role("link", name="Bring in a file").click()
    choose(page, "backpain.json", b"".join(as_json(kim, names_for(kim))))
    expect(page.get_by_role("heading", name="What the file would do")).to_be_visible()
    expect(page.get_by_role("row", name="doses done 4 0 0")).to_be_visible()
    page.get_by_role("button", name=BRING).click()
    expect(page.get_by_role("status")).to_have_text(
        "It is done: 13 records are new. The settings of the file are taken over."
    )
    assert page.url.endswith("/history/")
    assert len(completions(lou)) == 4


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_habits_of_loop_are_named_and_brought_in(scripts: bool, visit: Visit) -> None:
    user = a_person()
    page = visit(user, java_script_enabled=scripts)
    choose(page, "Loop Habits CSV.zip", WHOLE)
    page.get_by_label("Long walk").select_option("toe-walk")
    page.get_by_role("button", name=SHOW).click()
    page.get_by_role("button", name=BRING).click()
    page.wait_for_url("**/history/")
    assert completions(user) == [(date(2015, 1, 20), "toe-walk", 1), (date(2015, 1, 25), "toe-walk", 1)]


def test_axe_finds_nothing(visit: Visit, complaints: Complaints) -> None:
    kim, lou = a_person_with_everything("kim@example.org"), a_person("lou@example.org")
    content = b"".join(as_json(kim, names_for(kim)))
    page = visit(lou)
    page.goto("/settings/data/import/")
    found = violations_everywhere(page)
    choose(page, "backpain.json", content)
    found += violations_everywhere(page)
    Upload.objects.all().delete()
    page.get_by_role("button", name=BRING).click()
    expect(page.get_by_role("heading", name="This file is no longer here")).to_be_visible()
    found += violations_everywhere(page)
    choose(page, "backpain.json", content.replace(b'"nth": 1', b'"nth": 77'))
    expect(page.get_by_role("heading", name="This file cannot be brought in")).to_be_visible()
    found += violations_everywhere(page)
    choose(page, "loop.zip", WHOLE)
    page.get_by_role("button", name=SHOW).click()
    expect(page.get_by_text("Choose an exercise for at least one habit.")).to_be_visible()
    found += violations_everywhere(page)
    assert found == []
    assert len(complaints) == 3  # about the statuses of three of the pages
    complaints.clear()
