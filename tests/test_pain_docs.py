"""Every worked example of docs/pain.md, computed with the real functions, as those of docs/adherence.md are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pain.rule import Advice, Entry, advice_for, outcome
from pain.trend import spread
from pain.words import number
from tests.test_adherence_docs import NOTHING, Row, day_in, tables

PAGE = Path(__file__).parent.parent / "docs" / "pain.md"
YES_OR_NO = {True: "yes", False: "no"}

Check = Callable[[Row], None]


def entries_in(text: str) -> list[Entry]:
    """“Mon 16 Nov: 2, Tue 17 Nov: 3”."""
    pairs = [] if text == NOTHING else [part.split(": ") for part in text.split(", ")]
    return [Entry(day_in(day), int(score)) for day, score in pairs]


def check_advice(row: Row) -> None:
    assert advice_for(int(row["score"])) is Advice(row["advice"].replace(" ", "-"))


def check_alarm(row: Row) -> None:
    said = outcome(Entry(day_in(row["day"]), int(row["score"])), entries_in(row["earlier check-ins"]))
    assert YES_OR_NO[said.alarm] == row["warning signs"]


def check_week(row: Row) -> None:
    scores = row["check-ins of a week"]
    found = spread([] if scores == NOTHING else [int(score) for score in scores.split(", ")])
    figures = [number(found.median), *map(str, (found.lowest, found.highest, found.count))] if found else [NOTHING] * 4
    assert figures == [row["middle"], row["lowest"], row["highest"], row["number"]]


# The least number of rows, the columns that are computed, and what computes them, by the header of the table.
KINDS: dict[str, tuple[int, list[str], Check]] = {
    "score | advice": (6, ["advice"], check_advice),
    "earlier check-ins | score | day | warning signs | because": (14, ["warning signs"], check_alarm),
    "check-ins of a week | middle | lowest | highest | number": (
        6,
        ["middle", "lowest", "highest", "number"],
        check_week,
    ),
}

TABLES = {table.header: table.rows for table in tables(PAGE.read_text(encoding="utf-8"))}
EXAMPLES = [
    pytest.param(check, row, id=f"line {line}")
    for header, (_n, _answers, check) in KINDS.items()
    for line, row in TABLES.get(header, [])
]


@pytest.mark.parametrize(("check", "row"), EXAMPLES)
def test_the_example_on_the_page_is_what_the_code_computes(check: Check, row: Row) -> None:
    check(row)


def test_the_page_has_these_tables_with_all_their_examples_and_no_other() -> None:
    assert TABLES.keys() == KINDS.keys()
    assert all(len(TABLES[header]) >= at_least for header, (at_least, _answers, _check) in KINDS.items())


@pytest.mark.parametrize("header", KINDS)
def test_a_wrong_answer_in_a_row_would_be_noticed(header: str) -> None:
    _n, columns, check = KINDS[header]
    rows = [row for _line, row in TABLES[header]]
    for column in columns:
        answers = {row[column] for row in rows}
        assert len(answers) > 1
        for row in rows:
            for wrong in answers - {row[column]}:
                with pytest.raises(AssertionError):
                    check({**row, column: wrong})
