"""What the site gives to browsers for when there is no network: the worker, and whose browser it is."""

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from backpain import offline
from backpain.offline import PARTS
from tests.builders import CHOICES, a_person, browser_of, elements, text_of

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


def test_the_key_of_a_device_is_that_of_its_person_alone_and_always_the_same() -> None:
    kim, lou = a_person(), a_person()
    keys = [browser_of(one).get("/me/").json()["key"] for one in (kim, lou, kim)]
    assert keys[0] == keys[2] != keys[1]
    assert len(b64decode(keys[0])) == 32


def test_every_file_has_its_hash_in_what_the_worker_of_a_deployment_names(settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "backpain.storage.StaticFiles"}}
    text = Client().get("/worker.js").content.decode()
    release = json.loads(re.findall(r"self\.release = (.*);", text)[0])
    assert [name for name in release["files"] + release["parts"] if not re.search(r"\.[0-9a-f]{12}\.", name)] == []
    assert release["static"] == "/static/"


def test_another_file_is_another_release_and_the_same_files_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    first, again = (Client().get("/worker.js").content for _time in range(2))
    monkeypatch.setattr(offline, "files", lambda: ["/static/other.css"])
    assert first == again != Client().get("/worker.js").content


def test_the_page_for_when_there_is_no_network_is_the_same_for_everybody() -> None:
    assert browser_of(a_person()).get("/offline/").content == Client().get("/offline/").content


def test_a_page_that_is_fetched_ahead_leaves_the_sentence_to_the_next_one() -> None:
    client = browser_of(a_person())
    client.post("/settings/", CHOICES)
    assert "Your preferences are saved." not in text_of(client.get("/safety/", headers={"Purpose": "prefetch"}))
    assert "Your preferences are saved." in text_of(client.get("/safety/"))


def test_what_an_installed_site_shows_is_there_in_the_sizes_that_it_says() -> None:
    answer = Client().get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    for icon in answer.json()["icons"]:
        name = re.sub(r"^/static/|\.[0-9a-f]{12}(?=\.)", "", icon["src"])
        head = (Path(settings.BASE_DIR) / "static" / name).read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert "x".join(str(int.from_bytes(head[n : n + 4])) for n in (16, 20)) == icon["sizes"]
    assert [one["url"] for one in answer.json()["shortcuts"]] == ["/today/", "/session/"]
