"""What a first visit costs: at most 100 kB compressed in all, headers included, of which at most 12 kB HTML."""

import gzip
import re
from datetime import UTC, date, datetime
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.core.management import call_command
from django.http.response import HttpResponseBase

from exercises.models import Exercise
from tests.builders import a_person, browser_of
from tracking import planning

pytestmark = pytest.mark.django_db

STATIC = Path(settings.BASE_DIR) / "static"


def served(path: Path) -> int:
    """The bytes that go over the line: compressed, unless that makes it no smaller, as with a typeface."""
    return min(len(brotli.compress(path.read_bytes())), path.stat().st_size)


def linked_from(text: str) -> set[Path]:
    """The static files that a page asks for, and those that its scripts ask for in turn."""
    # A touch icon is asked for by whoever puts the site on a home screen.
    found = {STATIC / name for name in re.findall(r"/static/([^\"'#?)]+)", text)} - {STATIC / "img" / "icon-touch.png"}
    waiting = list(found)
    while waiting:
        script = waiting.pop()
        if script.suffix == ".js":
            imported = re.findall(r'from "\./([^"]+)"', script.read_text(encoding="utf-8"))
            waiting += (new := {script.parent / name for name in imported} - found)
            found |= new
    return found


def head(answer: HttpResponseBase) -> int:
    """The bytes of an answer's headers. A file's answer is closed after that."""
    answer.close()
    return sum(len(f"{name}: {value}\r\n") for name, value in answer.items())


@pytest.mark.parametrize("safety_read_at", [None, datetime(2026, 1, 1, tzinfo=UTC)], ids=["first visit", "with pain"])
def test_the_first_load_of_today_is_light(safety_read_at: datetime | None) -> None:
    call_command("seed_catalogue", verbosity=0)
    user = a_person(safety_read_at=safety_read_at, time_zone="")
    planning.start(user, Exercise.objects.offered(), date(2026, 1, 1))
    client = browser_of(user, headers={"Accept-Encoding": "gzip"})
    answer = client.get("/today/")
    assert answer["Content-Encoding"] == "gzip"
    html = gzip.decompress(answer.content).decode()
    files = linked_from(html)
    assert {path.suffix for path in files} == {".css", ".js", ".svg", ".woff2"}
    assert STATIC / "js" / "outbox.js" in files
    # The manifest, and the icon that a browser chooses from it.
    manifest = client.get("/manifest.webmanifest")
    files.add(STATIC / "img" / "icon-192.png")

    pages = [answer, manifest]
    heads = [*map(head, pages), *(head(client.get(f"/static/{file.relative_to(STATIC)}")) for file in files)]
    assert min(heads) > 500
    assert len(answer.content) <= 12_000
    assert sum(len(page.content) for page in pages) + sum(map(served, files)) + sum(heads) <= 100_000


def test_a_stylesheet_asks_for_nothing_that_the_page_has_not_preloaded() -> None:
    css = (STATIC / "css" / "app.css").read_text(encoding="utf-8")
    assert re.findall(r"url\(\"?([^\")]+)", css) == ["../vendor/figtree-5.3.0/figtree-latin-wght-normal.woff2"]
