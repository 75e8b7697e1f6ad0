"""Every query of what people have recorded says whose rows it is about; `make ownership` takes each such filter out."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from tools.ownership import APPS, NARROWING, Filter, Filters, filters

ROOT = Path(settings.BASE_DIR)
PERSONAL = {
    *("Authenticator", "CheckIn", "Completion", "Delivery", "Exercise", "Feed", "Pause", "PlanItem", "Reminder"),
    *("Session", "Share", "Skip", "Subscription", "Upload"),
}

# What is asked of a table without saying first whose rows are meant, and why that is right.
HARMLESS = {
    ("Authenticator", "filter"): "by the person, as allauth does",
    ("Session", "of"): "is told the person",
    ("Reminder", "bulk_create"): "makes rows, which name their person",
    ("Reminder", "choose"): "is told the person",
    ("Reminder", "come_by"): "whoever they belong to, their time has come",
    ("Reminder", "move_on"): "is told a row, which names its person",
    ("Reminder", "next_time_after"): "an instant, and not whose",
    ("Reminder", "of_all_beside"): "of the person whose row is in the query around it",
    ("Reminder", "of_moved"): "whoever they belong to, they are to be set right",
    ("Reminder", "set_or_unset"): "is told the person",
    ("CheckIn", "bulk_create"): "makes rows, which name their person",
    ("CheckIn", "record"): "is told the person",
    ("CheckIn", "take_back"): "is told the person",
    ("Completion", "set_done"): "is told the person",
    ("Completion", "set_undone"): "is told the person",
    ("Delivery", "begin"): "is told the person",
    ("Delivery", "bulk_create"): "makes a row, which names its person",
    ("Delivery", "forget"): "whoever they belong to, after two weeks they are gone",
    ("Delivery", "free_at"): "whoever they belong to, they are to be sent",
    ("Delivery", "lease"): "by a key, which begins with the person",
    ("Delivery", "leased"): "by a key, which begins with the person",
    ("Delivery", "next_due_after"): "an instant, and not whose",
    ("Delivery", "of_all_beside"): "of the person whose row is in the query around it",
    ("Delivery", "put_off"): "by a row that was found as theirs",
    ("Exercise", "bulk_create"): "makes rows, which name their person",
    ("Exercise", "with_equipment"): "is asked for the keys that a person's plan has",
    ("Feed", "behind"): "by a secret, which is as good as its person's word",
    ("Feed", "make"): "is told the person",
    ("Feed", "note_read"): "is told the person",
    ("Feed", "set_alarms"): "is told the person",
    ("Feed", "switch_off"): "is told the person",
    ("Pause", "create"): "makes a row, which names its person",
    ("PlanItem", "create"): "makes a row, which names its person",
    ("PlanItem", "filter"): "by a key, which begins with the person, of a row that was found as theirs",
    ("Share", "behind"): "by a token, which is as good as its person's word",
    ("Share", "make"): "is told the person",
    ("Share", "note_opened"): "is told the person",
    ("Share", "revoke"): "is told the person",
    ("Skip", "bulk_create"): "makes rows, which name their person",
    ("Skip", "set_skipped"): "is told the person",
    ("Skip", "set_unskipped"): "is told the person",
    ("Subscription", "add"): "is told the person",
    ("Subscription", "hold"): "is told a row, which names its person",
    ("Subscription", "remove"): "is told the person",
    ("Subscription", "signed_in"): "is told the person",
    ("Upload", "forget_old"): "whoever they belong to, after a day they are gone",
    ("Upload", "keep"): "is told the person",
}


def asked() -> set[tuple[str, str]]:
    """Which method is the first to be called on the manager of each personal table, anywhere in the code."""
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if {"migrations", "management"} & set(path.parts):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                match node:
                    case ast.Attribute(value=ast.Attribute(value=ast.Name(id=model), attr="objects"), attr=method) if (
                        model in PERSONAL
                    ):
                        found.add((model, method))
    return found


def test_every_query_of_a_personal_table_says_first_whose_rows_are_meant() -> None:
    assert {(model, method) for model, method in asked() if method not in NARROWING} == set(HARMLESS)


def test_the_filters_are_found() -> None:
    found = list(filters())
    assert len(found) >= 98
    words = {f"{one.file} {one.words}" for one in found}
    assert {
        "accounts/forms.py user=self.user",
        "exercises/models.py Q(owner=None) | Q(owner=user.pk)",
        "tracking/record.py Completion.objects.for_user(user)",
        "pain/models.py user=user",
        "rights/document.py Exercise.objects.own",
        "rights/leaving.py **{self.column: user}",
        "accounts/models.py owner=user_key",
        "accounts/sign_ins.py Session.objects.of(user.pk)",
        "rights/leaving.py Session.objects.of(key)",
        "sharing/models.py token_hash=hash_of(token)",
    } <= words


@pytest.mark.parametrize(
    ("code", "without"),
    [
        ("self.filter(user=user, day=day)", "self.filter(day=day)"),
        ("User.objects.filter(pk=user.pk).exists()", "User.objects.filter().exists()"),
        ("rows.filter(Q(owner=None) | Q(owner=user.pk))", "rows.filter()"),
        ("rows.filter(**{self.column: user})", "rows.filter()"),
    ],
)
def test_a_filter_is_taken_out_and_nothing_else(code: str, without: str) -> None:
    tree = ast.parse(code)
    filters = Filters("some.py", without=0)
    changed = ast.fix_missing_locations(filters.visit(tree))
    assert len(filters.found) == 1
    assert ast.unparse(changed) == without


def test_a_method_that_narrows_is_still_called_and_its_condition_alone_is_dropped() -> None:
    code = "CheckIn.objects.for_user(user).between(first, last)"
    filters = Filters("some.py", without=0)
    changed = ast.unparse(ast.fix_missing_locations(filters.visit(ast.parse(code))))
    assert filters.found == [Filter("some.py", 0, 1, "CheckIn.objects.for_user(user)")]
    assert changed.endswith(".everybodys(CheckIn.objects.for_user(user)).between(first, last)")
