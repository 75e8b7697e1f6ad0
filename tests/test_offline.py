"""What the site gives to browsers for when there is no network: the worker, and whose browser it is."""

import json
import re

import pytest
from django.test import Client

from backpain.offline import PARTS
from tests.builders import a_person, browser_of, elements

pytestmark = pytest.mark.django_db


def test_the_worker_is_asked_for_anew_each_time_and_is_a_script_for_the_whole_site() -> None:
    answer = Client().get("/worker.js")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert answer["Cache-Control"] == "no-cache"
    assert answer.cookies == {}


def test_the_worker_names_the_files_of_this_release_and_nothing_else() -> None:
    text = Client().get("/worker.js").content.decode()
    release = json.loads(re.findall(r"self\.release = (.*);", text)[0])
    names = {re.sub(r"^/static/|\.[0-9a-f]{12}(?=\.)", "", file) for file in release["files"]}
    assert {"css/app.css", "js/session.js", "img/exercises/toe-walk.svg"} < names
    assert {name.split("/")[0] for name in names} == {"css", "img", "js", "vendor"}
    assert not {name for name in names if name.endswith((".map", "LICENSE"))}
    parts = [re.sub(r"\.[0-9a-f]{12}(?=\.)", "", part) for part in release["parts"]]
    assert parts == [f"/static/{name}" for name in PARTS]


def test_a_browser_is_told_whose_it_is_with_a_token_that_forms_take() -> None:
    user = a_person()
    client = browser_of(user, enforce_csrf_checks=True)
    answer = client.get("/me/")
    assert "no-store" in answer["Cache-Control"]
    assert answer.json()["person"] == str(user.pk)
    token = {"X-CSRFToken": answer.json()["token"]}
    assert client.post("/pain/never/", headers=token).status_code == 302
    assert client.post("/pain/never/", headers={"X-CSRFToken": "none"}).status_code == 403


def test_a_stranger_is_told_nothing() -> None:
    answer = Client().get("/me/")
    assert (answer.status_code, answer.json()) == (403, {})
    assert "no-store" in answer["Cache-Control"]


def test_signed_in_pages_put_the_worker_in_charge() -> None:
    scripts = [
        one["src"] for one in elements(browser_of(a_person()).get("/today/"), "src") if one.get("type") == "module"
    ]
    assert "/static/js/register.js" in [re.sub(r"\.[0-9a-f]{12}(?=\.)", "", src) for src in scripts]
