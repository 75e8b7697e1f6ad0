"""docs/security.md names no proof that is not there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`((?:browser/)?test_\w+\.py)(?:::(\w+))?`", PAGE)))
TARGETS = sorted(set(re.findall(r"`make ([\w-]+)`", PAGE)))
PROVEN = [line.split("|")[3] for line in PAGE.split("## Where")[0].splitlines() if line.startswith("| ")]


def test_every_promise_is_proven_by_something() -> None:
    proofs = [proof for proof in PROVEN if proof.strip() != "proven by"]
    assert len(proofs) > 30
    assert all(re.search(r"`make |test_\w+\.py", proof) for proof in proofs)


@pytest.mark.parametrize(("file", "test"), TESTS)
def test_a_test_that_it_names_is_there(file: str, test: str) -> None:
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert f"\ndef {test}(" in text if test else "\ndef test_" in text


@pytest.mark.parametrize("target", TARGETS)
def test_a_command_that_it_names_is_there(target: str) -> None:
    assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")
