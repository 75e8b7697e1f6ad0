"""`make reminders` in short: two processes send what is due by SMTP, and are killed meanwhile."""

import pytest

from tools.reminders import alone, falls_short, sent_by_two

DUE, KILLS = 60, 2


def test_with_kills_nobody_is_left_out_and_only_what_was_in_flight_comes_twice(prepared_database: str) -> None:
    found = alone(prepared_database, sent_by_two, DUE, KILLS)
    assert (found["due"], found["kills"], found["never"]) == (DUE, KILLS, 0)
    assert found["twice"] <= KILLS
    assert found["mails"] == DUE + found["twice"]


@pytest.mark.parametrize(
    ("changes", "complaints"),
    [
        ({}, []),
        ({"never": 1}, ["sqlite: 1 have heard of nothing."]),
        ({"twice": 1}, ["sqlite: 1 have heard twice, with 0 kills."]),
        ({"twice": 1, "kills": 1}, []),
    ],
)
def test_it_says_what_falls_short(changes: dict[str, int], complaints: list[str]) -> None:
    assert falls_short("sqlite", {"due": 10, "kills": 0, "never": 0, "twice": 0, **changes}) == complaints
