"""How files reach a browser: for ever cached under a name with their hash, so every reference has to name it."""

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage

from backpain.storage import StaticFiles

SCRIPTS = ("js/session.js", "js/cues.js", "js/outbox.js")


def test_a_script_finds_those_that_it_imports_under_their_hashed_names(tmp_path: Path) -> None:
    ours = StaticFilesStorage(location=str(settings.BASE_DIR / "static"))
    site = StaticFiles(location=str(tmp_path), base_url="/static/")
    for name in SCRIPTS:
        with ours.open(name) as file:
            site.save(name, file)
    done = list(site.post_process({name: (ours, name) for name in SCRIPTS}))
    assert not [error for _name, _hashed, error in done if isinstance(error, Exception)]

    (player,) = (tmp_path / "js").glob("session.*.js")
    imported = re.findall(r'from "\./(.*?)"', player.read_text(encoding="utf-8"))
    assert [re.sub(r"\.[0-9a-f]{12}", "", name) for name in imported] == ["cues.js", "outbox.js"]
    assert all((tmp_path / "js" / name).exists() for name in imported)
    assert set(imported).isdisjoint({"cues.js", "outbox.js"})
