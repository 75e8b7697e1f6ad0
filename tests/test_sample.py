"""`make sample`: a person to look around as, and never one on a site that people use."""

import re
from datetime import date
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accounts.models import User
from tests.builders import elements, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wednesday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to("2026-11-18 10:00:00Z", tick=False)
    call_command("seed_catalogue", verbosity=0)


def sample(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Makes the person; their address and password."""
    capsys.readouterr()
    call_command("sample")
    found = re.fullmatch(r"Sign in as (\S+) with the password (\S+)\n", capsys.readouterr().out)
    assert found
    return found[1], found[2]


def test_the_sample_person_can_sign_in_and_has_sixteen_believable_weeks(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEBUG = True
    email, password = sample(capsys)
    client = Client()
    answer = client.post("/accounts/login/", {"login": email, "password": password})
    assert (answer.status_code, answer["Location"]) == (302, "/today/")
    weeks = elements(client.get("/history/"), "data-week")
    assert (len(weeks), weeks[-1]["data-week"]) == (17, "2026-07-27")
    shares = [int(week["data-credited"]) / int(week["data-prescribed"]) for week in weeks[1:]]
    assert 0.7 < sum(shares) / 16 < 1
    assert min(shares) < 0.6
    assert "Kept weeks in a row" in text_of(client.get("/history/"))


def test_making_it_again_starts_anew(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.DEBUG = True
    _email, first = sample(capsys)
    email, second = sample(capsys)
    assert first != second
    user = User.objects.get(email=email)
    assert user.check_password(second)
    assert user.planitem_set.filter(starts_on=date(2026, 7, 27)).count() == 9


def test_on_a_site_that_people_use_it_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEBUG = False
    engine = "pain.management.commands.sample.connection"
    monkeypatch.setattr(engine, SimpleNamespace(vendor="postgresql"))
    with pytest.raises(CommandError, match="only with DEBUG on or in a local SQLite database"):
        call_command("sample")
    assert not User.objects.exists()
    monkeypatch.setattr(engine, SimpleNamespace(vendor="sqlite"))
    assert sample(capsys)[0] == "sample@example.org"
