"""What a first visit costs: at most 100 kB compressed in all, of which at most 12 kB HTML."""

import gzip
import re
from datetime import UTC, date, datetime
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.core.management import call_command

from exercises.models import Exercise
from tests.builders import a_person, browser_of
from tracking import planning

pytestmark = pytest.mark.django_db

STATIC = Path(settings.BASE_DIR) / "static"


def served(path: Path) -> int:
    """The bytes that go over the line: compressed, unless that makes it no smaller, as with a typeface."""
    return min(len(brotli.compress(path.read_bytes())), path.stat().st_size)


def linked_from(text: str) -> set[Path]:
    """The static files that a page or stylesheet asks for."""
    # A touch icon is asked for by whoever puts the site on a home screen.
    found = {STATIC / name for name in re.findall(r"/static/([^\"'#?)]+)", text)}
    return found - {STATIC / "img" / "icon-touch.png"}


@pytest.mark.parametrize("safety_read_at", [None, datetime(2026, 1, 1, tzinfo=UTC)], ids=["first visit", "with pain"])
def test_the_first_load_of_today_is_light(safety_read_at: datetime | None) -> None:
    call_command("seed_catalogue", verbosity=0)
    user = a_person(safety_read_at=safety_read_at, time_zone="")
    planning.start(user, Exercise.objects.offered(), date(2026, 1, 1))
    answer = browser_of(user).get("/today/", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    html = gzip.decompress(answer.content).decode()
    files = linked_from(html)
    assert {path.suffix for path in files} == {".css", ".js", ".svg", ".woff2"}

    assert len(answer.content) <= 12 * 1024
    assert len(answer.content) + sum(map(served, files)) <= 100 * 1024


def test_a_stylesheet_asks_for_nothing_that_the_page_has_not_preloaded() -> None:
    css = (STATIC / "css" / "app.css").read_text(encoding="utf-8")
    assert re.findall(r"url\(\"?([^\")]+)", css) == ["../vendor/figtree-5.3.0/figtree-latin-wght-normal.woff2"]
