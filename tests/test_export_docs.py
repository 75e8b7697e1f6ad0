"""docs/export.md and the code say the same, and between them leave no column of a person unmentioned."""

import re
from pathlib import Path

import pytest
from django.db import models

from accounts.models import User
from rights.document import FORMAT, SECTIONS, VERSION, Section
from tests.belongings import a_person_with_everything, with_a_path_to_a_person

PAGE = (Path(__file__).parent.parent / "docs" / "export.md").read_text(encoding="utf-8")


def part(title: str) -> str:
    """What stands below a heading, up to the next."""
    return re.split(r"(?m)^#+ ", PAGE.split(f"# {title}\n")[1])[0]


def first_cells(title: str) -> list[str]:
    return re.findall(r"(?m)^\| (?:\*\*)?`([^`]+)`(?:\*\*)? \|", part(title))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_each_field_is_described_in_its_order(section: Section) -> None:
    assert first_cells(section.name) == list(section.fields)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_the_fields_in_bold_are_those_of_the_order(section: Section) -> None:
    assert tuple(re.findall(r"(?m)^\| \*\*`([^`]+)`\*\*", part(section.name))) == section.key


def test_the_sections_come_in_their_order_and_there_are_no_others() -> None:
    assert re.findall(r"(?m)^### (.*)$", PAGE) == [section.name for section in SECTIONS]


def test_the_format_and_its_version_are_named() -> None:
    assert f'"format": "{FORMAT}"' in PAGE
    assert f'"version": {VERSION}' in PAGE
    assert f"## The JSON document, version {VERSION}\n" in PAGE


@pytest.mark.django_db
def test_every_column_of_a_person_is_in_the_document_or_left_out_with_a_reason() -> None:
    user = a_person_with_everything("anna@example.org")
    told: dict[str, set[str]] = {}
    for section in SECTIONS:
        columns = {column.source for column in section.columns} | set(section.fields)
        told.setdefault(section.rows(user).model._meta.label, set()).update(columns)
    left_out = set(first_cells("What is left out, and why"))
    missing = {
        label_of(field)
        for model in with_a_path_to_a_person()
        for field in model._meta.concrete_fields
        if model._meta.label not in left_out
        and label_of(field) not in left_out
        and field.related_model is not User
        and not isinstance(field, models.CompositePrimaryKey)
        and not {field.name, field.attname} & told.get(model._meta.label, set())
    }
    # What an exercise needs is a table of its own in the database, and a list in the document.
    assert {name for name in missing if not name.startswith("exercises.Exercise_equipment.")} == set()


def label_of(field: models.Field) -> str:
    return f"{field.model._meta.label}.{field.name}"


def test_nothing_is_said_to_be_left_out_that_does_not_exist() -> None:
    exist = set()
    for model in with_a_path_to_a_person():
        exist |= {model._meta.label, *(label_of(field) for field in model._meta.concrete_fields)}
    assert set(first_cells("What is left out, and why")) <= exist
