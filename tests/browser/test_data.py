"""A person takes their files along and leaves, in a real browser, without a line of script."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from exercises.models import Exercise
from tests.belongings import a_person_with_everything
from tests.browser.conftest import Complaints, Visit
from tests.browser.test_accessibility import violations
from tests.builders import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def download(page: Page, name: str) -> Path:
    with page.expect_download() as found:
        page.get_by_role("link", name=name).click()
    return Path(found.value.path()).rename(Path(found.value.path()).with_name(found.value.suggested_filename))


@pytest.mark.parametrize("scripts", [True, False])
def test_take_it_and_leave(visit: Visit, scripts: bool) -> None:
    anna = a_person_with_everything("anna@example.org", mark="and cow")
    page = visit(anna, java_script_enabled=scripts)
    page.goto("/settings/")
    page.get_by_role("link", name="Your data").click()
    document = json.loads(download(page, "Everything, in one file").read_text(encoding="utf-8"))
    assert document["exercises"][0]["name"] == "Cat and cow"
    assert download(page, "Tables for a spreadsheet").name.endswith("-csv.zip")
    assert download(page, "For a clinic’s program").name.endswith("-fhir.json")

    page.get_by_role("link", name="Delete my account").click()
    page.get_by_label("I understand that this cannot be undone").check()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Delete my account").click()
    page.wait_for_url("**/")
    expect(page.get_by_text("Your account is deleted")).to_be_visible()
    assert not User.objects.exists()
    assert not Exercise.objects.exclude(owner=None).exists()


def test_axe_finds_nothing_where_the_form_complains(visit: Visit, complaints: Complaints) -> None:
    page = visit(a_person_with_everything("anna@example.org"))
    page.goto("/settings/delete/")
    page.get_by_label("Your password").fill("not this one")
    page.locator("form").last.evaluate("form => { form.noValidate = true }")
    page.get_by_role("button", name="Delete my account").click()
    page.get_by_text("Please tick this, if you are sure.").wait_for()
    assert violations(page) == []
    # The browser reports the status of the answer.
    assert [text.split("(")[-1] for text in complaints] == ["Bad Request)"]
    complaints.clear()
