"""The promises of the layout, read off the code itself."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

ROOT = Path(settings.BASE_DIR)
# From below upwards: `accounts` knows none of the others, `keeping` knows them all.
APPS = ("accounts", "exercises", "tracking", "pain", "history", "sharing", "reminders", "rights", "keeping")
PURE = (
    "exercises/prescription.py",
    "tracking/schedule.py",
    "tracking/adherence.py",
    "tracking/course.py",
    "tracking/session.py",
    "pain/rule.py",
    "pain/trend.py",
    "history/strength.py",
    "history/habits.py",
    "history/picture.py",
    "history/sheet_picture.py",
    "reminders/times.py",
    "reminders/calendar_plan.py",
)


def sources(app: str) -> Iterator[Path]:
    return (path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def imported(path: Path) -> set[str]:
    """The names of the modules that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by a relative name"
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("app", APPS)
def test_no_arrow_runs_back(app: str) -> None:
    ours = set(APPS) | {"backpain", "tests"}
    for path in sources(app):
        reached = {name.split(".")[0] for name in imported(path)} & ours
        below = set(APPS[: APPS.index(app) + 1])
        assert reached <= below, f"{path} reaches for {reached - below}"


@pytest.mark.parametrize("path", PURE)
def test_the_rules_are_pure(path: str) -> None:
    for name in imported(ROOT / path):
        assert name.split(".")[0] in sys.stdlib_module_names or f"{name.replace('.', '/')}.py" in PURE, name
    assert not re.search(r"\.(now|today)\(", (ROOT / path).read_text(encoding="utf-8"))


def test_only_views_and_commands_read_the_clock() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in sources(app)
        if re.search(r"\b(now|today|time)\(\)", path.read_text(encoding="utf-8"))
    }
    assert readers == {
        # When a session was last used.
        "accounts/middleware.py",
        "accounts/views.py",
        "history/views.py",
        "keeping/management/commands/backup.py",
        "keeping/management/commands/restore.py",
        "pain/management/commands/sample.py",
        "pain/views.py",
        "reminders/management/commands/send_reminders.py",
        "reminders/views.py",
        "sharing/views.py",
        "reminders/calendar_views.py",
        "reminders/push_views.py",
        "rights/import_views.py",
        "rights/views.py",
        "tracking/plan_views.py",
        "tracking/views.py",
    }


@pytest.mark.parametrize("path", [path for app in APPS for path in sources(app) if path.stem.endswith("views")])
def test_views_speak_the_vocabulary_of_the_querysets(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\.(filter|exclude|annotate|raw|extra)\(", text)


def personal_models() -> list[type[models.Model]]:
    user = apps.get_model(settings.AUTH_USER_MODEL)
    # What the personal tables refer to is on every machine, if they are ever spread over several: people and exercises,
    # those that somebody made for themselves among them.
    shared = {user, apps.get_model("exercises", "Exercise")}
    ours = [model for app in APPS for model in apps.get_app_config(app).get_models() if model not in shared]
    return [model for model in ours if any(field.related_model is user for field in model._meta.fields)]


def test_personal_tables_are_found() -> None:
    assert {model.__name__ for model in personal_models()} == {
        *("CheckIn", "Completion", "Delivery", "Feed", "Pause", "PlanItem", "Reminder", "Share", "Skip"),
        *("Subscription", "Upload"),
    }


@pytest.mark.parametrize("model", personal_models(), ids=lambda model: model.__name__)
def test_every_key_of_a_personal_table_contains_the_user(model: type[models.Model]) -> None:
    key = model._meta.pk
    assert isinstance(key, models.CompositePrimaryKey)
    assert key.field_names[0] == "user_id"
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            assert "user" in constraint.fields
    assert not any(field.unique for field in model._meta.fields if field is not key)


@pytest.mark.parametrize("model", personal_models(), ids=lambda model: model.__name__)
def test_a_personal_table_refers_to_users_and_exercises_alone(model: type[models.Model]) -> None:
    related = {field.related_model.__name__ for field in model._meta.fields if field.related_model}
    assert related <= {"User", "Exercise"}


def test_completions_have_one_index() -> None:
    model = apps.get_model("tracking", "Completion")
    assert model._meta.indexes == []
    assert not any(getattr(field, "db_index", False) for field in model._meta.fields)


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_carry_nothing_that_the_content_policy_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert "src=" in tag, tag
    assert not re.search(r"(src|href|action)=[\"'](https?:)?//", text), "a page asks nobody else for anything"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_every_text_of_a_template_is_translated(path: Path) -> None:
    """Outside of tags, variables and translate tags, no word of three letters or more is left."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", " ", text, flags=re.S)
    text = re.sub(r"{% block main_class %}.*?{% endblock %}", " ", text)
    text = re.sub(r"{% blocktrans.*?{% endblocktrans(late)? %}", " ", text, flags=re.S)
    text = re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.S)
    text = re.sub(r"<[^>]*>|&\w+;", " ", text, flags=re.S)
    assert re.findall(r"[^\W\d_]{3,}", text) == []
