"""Every worked example of docs/adherence.md, computed with the real functions.

A table is known by its header row. Each has a function that reads one of its rows and checks it; a table that nobody
computes, a table that is gone, and a table that lost its rows are failures too.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from accounts.models import User
from exercises.prescription import MAX_PER, Frequency, Per
from exercises.words import frequency_in_words
from history.habits import level, usual_weekday
from history.strength import Shares, shares, strength
from tracking.adherence import Tally, four_week_averages, pace, streak, tally
from tracking.course import Course
from tracking.schedule import ONE_DAY, Item, Standing, Status, Week, frequencies, needed_on, standing

PAGE = Path(__file__).parent.parent / "docs" / "adherence.md"
NOTHING = "–"
YEAR = 2026
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEK_STARTS = {"Monday": 0, "Saturday": 5, "Sunday": 6}
THE_WEEK = Week(date(2026, 11, 16))
LONG_AGO = date(2026, 1, 1)

Row = dict[str, str]
Check = Callable[[Row], None]


# Reading the page


class Table(NamedTuple):
    line: int
    header: str
    rows: list[tuple[int, Row]]


def tables(page: str) -> Iterator[Table]:
    """The tables of a Markdown page. The line numbers are those of an editor."""
    table: Table | None = None
    for line, text in enumerate(page.splitlines(), 1):
        if not text.startswith("|"):
            if table:
                yield table
            table = None
        elif table is None:
            table = Table(line, text.strip("| "), [])
        elif set(text) - set("|-"):
            cells = [cell.strip() for cell in text.strip().strip("|").split("|")]
            columns = [column.strip() for column in table.header.split("|")]
            assert len(cells) == len(columns), f"line {line} has {len(cells)} cells under {len(columns)} headings"
            table.rows.append((line, dict(zip(columns, cells, strict=True))))
    if table:
        yield table


# Reading a cell


def day_in(text: str) -> date:
    """“Mon 16 Nov”, or with a year “Fri 1 Jan 2027”. The name of the weekday has to be right."""
    weekday, number, month, *year = text.split()
    day = date(int(year[0]) if year else YEAR, MONTHS.index(month) + 1, int(number))
    assert WEEKDAYS[day.weekday()] == weekday, f"{day} is not a {weekday}"
    return day


def history_in(text: str) -> dict[date, int]:
    """“Mon 16 Nov, Wed 18 Nov ×2”."""
    done: dict[date, int] = {}
    for part in [] if text == NOTHING else text.split(", "):
        day, _, times = part.partition(" ×")
        assert day_in(day) not in done, f"{day} is written twice"
        done[day_in(day)] = int(times or 1)
    return done


def span_in(text: str) -> tuple[date, date]:
    """The first and the last day of “Mon 16 Nov to Wed 18 Nov”, or of a single day."""
    first, _, last = text.partition(" to ")
    return day_in(first), day_in(last or first)


def paused_in(text: str) -> set[date]:
    if text == NOTHING:
        return set()
    first, last = span_in(text)
    return {date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)}


@cache
def frequencies_by_words() -> dict[str, Frequency]:
    return {
        frequency_in_words(frequency): frequency
        for per in Per
        for at_most in range(1, MAX_PER[per] + 1)
        for at_least in range(1, at_most + 1)
        for frequency in [Frequency(per, at_least, at_most)]
    }


def frequency_in(text: str) -> Frequency:
    """A frequency in the very words of the pages."""
    return frequencies_by_words()[text]


def item_in(row: Row) -> Item:
    """“all week”, “from …”, “up to …” or “… to …”, both days included."""
    in_force, starts_on, ends_on = row["in force"], LONG_AGO, None
    if in_force.startswith("from "):
        starts_on = day_in(in_force.removeprefix("from "))
    elif in_force.startswith("up to "):
        ends_on = day_in(in_force.removeprefix("up to ")) + ONE_DAY
    elif in_force != "all week":
        starts_on, last = span_in(in_force)
        ends_on = last + ONE_DAY
    return Item(1, frequency_in(row["frequency"]), starts_on, ends_on)


def items_in(plan: str) -> list[Item]:
    """“every day up to Wed 18 Nov, then twice a day”."""
    before, after = plan.split(", then ")
    frequency, last = before.split(" up to ")
    change = day_in(last) + ONE_DAY
    return [Item(1, frequency_in(frequency), LONG_AGO, change), Item(1, frequency_in(after), change)]


def tallies_in(text: str) -> list[Tally]:
    """“7/7, 0/0”."""
    return [] if text == NOTHING else [Tally(*map(int, week.split("/"))) for week in text.split(", ")]


def in_percent(tally: Tally) -> str:
    return NOTHING if tally.percent is None else f"{tally.percent} %"


def average_in_words(average: Tally | None) -> str:
    return f"{average.credited}/{average.prescribed} = {in_percent(average)}" if average else NOTHING


# Computing a row


def check_day_of_a_moment(row: Row) -> None:
    person = User(time_zone="" if row["time zone"] == NOTHING else row["time zone"])
    assert person.day_at(datetime.fromisoformat(row["moment (UTC)"]).replace(tzinfo=UTC)) == day_in(row["day"])


def check_week(row: Row) -> None:
    week = Week.of(day_in(row["day"]), WEEK_STARTS[row["week starts"]])
    assert (week.first, week.last) == (day_in(row["first day"]), day_in(row["last day"]))


def check_status(row: Row) -> None:
    again_on = None if row["again on"] == NOTHING else day_in(row["again on"])
    computed = standing(
        frequency_in(row["frequency"]),
        day_in(row["day"]),
        history_in(row["done on"]),
        WEEK_STARTS[row["week starts"]],
    )
    assert computed == Standing(Status(row["status"]), again_on)


def check_paused_status(row: Row) -> None:
    again_on = None if row["again on"] == NOTHING else day_in(row["again on"])
    computed = standing(
        frequency_in(row["frequency"]),
        day_in(row["day"]),
        history_in(row["done on"]),
        WEEK_STARTS[row["week starts"]],
        paused_in(row["paused"]),
    )
    assert computed == Standing(Status(row["status"]), again_on)


def check_minimum(row: Row) -> None:
    assert frequency_in_words(frequency_in(row["frequency"]).minimum) == row["kept in a flare-up"]


def check_gap(row: Row) -> None:
    """Done on a Sunday: the first day of the week from Monday on which it does not rest."""
    sunday = date(2026, 11, 15)
    gap = int(row["days from one to the next"])
    frequency = Frequency(Per.WEEK, 1, int(row["at most a week"]))
    days = [sunday + n * ONE_DAY for n in range(1, 8)]
    rests = [standing(frequency, day, {sunday: 1}, 0).status is Status.RESTING for day in days]
    assert rests == [True] * (gap - 1) + [False] * (8 - gap)


def check_needed(row: Row) -> None:
    computed = needed_on(
        frequency_in(row["frequency"]),
        day_in(row["day"]),
        history_in(row["done on"]),
        WEEK_STARTS[row["week starts"]],
    )
    assert computed == int(row["asked for"])


def check_rounding(row: Row) -> None:
    times = int(row["times a week"])
    for days in range(1, 8):
        item = Item(1, Frequency(Per.WEEK, times, times), THE_WEEK.first, THE_WEEK.first + days * ONE_DAY)
        assert tally([item], THE_WEEK, {}) == Tally(0, int(row["1 day" if days == 1 else f"{days} days"]))


def check_tally(row: Row) -> None:
    computed = tally([item_in(row)], THE_WEEK, history_in(row["done on"]), paused_in(row["paused"]))
    assert computed == Tally(int(row["credited"]), int(row["prescribed"]))


def check_changed_tally(row: Row) -> None:
    computed = tally(items_in(row["plan"]), THE_WEEK, history_in(row["done on"]), paused_in(row["paused"]))
    assert computed == Tally(int(row["credited"]), int(row["prescribed"]))


def check_percent(row: Row) -> None:
    share = Tally(int(row["credited"]), int(row["prescribed"]))
    assert (in_percent(share), "yes" if share.kept else "no") == (row["shown"], row["kept"])


def check_pace(row: Row) -> None:
    computed = pace([item_in(row)], THE_WEEK, day_in(row["today"]), paused_in(row["paused"]))
    assert computed == int(row["pace"])


def check_streak(row: Row) -> None:
    [running] = tallies_in(row["running week"])
    assert streak(tallies_in(row["finished weeks, oldest first"]), running) == int(row["streak"])


def check_averages(row: Row) -> None:
    averages = four_week_averages(tallies_in(row["finished weeks, oldest first"]))
    assert average_in_words(averages.latest) == row["latest four weeks"]
    assert average_in_words(averages.best) == row["best four weeks"]


# A day in the course of a strength: what it credits and what it asks for.
COURSE = {"full": (2, 2), "half": (1, 2), "empty": (0, 2), "paused": (0, 0), "open": (0, 2), "done today": (2, 2)}


def check_strength(row: Row) -> None:
    parts = row["the days, one after the other"].split(", ")
    counted = [part.split(" ", 1) for part in parts if part != NOTHING]
    days = [COURSE[kind] for times, kind in counted for _n in range(int(times))]
    is_over = not any(kind in ("open", "done today") for _times, kind in counted)
    shares_of = Shares([credited for credited, _asked in days], [asked for _credited, asked in days])
    assert round(100 * [0, *strength(shares_of, is_over)][-1]) == int(row["strength"])


def check_share(row: Row) -> None:
    first, day = date(2026, 11, 1), day_in(row["day"])
    done = history_in(row["done on"])
    days = [first + n * ONE_DAY for n in range((day - first).days + 1)]
    asked = frequencies([item_in(row)], first, day, paused_in(row["paused"]) & set(days))
    found = shares(Course.of(asked, bytes(done.get(day, 0) for day in days)))
    assert f"{found.credited[-1]}/{found.asked[-1]}" == row["share"]


def check_level(row: Row) -> None:
    found = level(Tally(*map(int, row["done"].split(" of "))))
    assert (NOTHING if found is None else str(found)) == row["level"]


def check_usual_day(row: Row) -> None:
    weekdays = [day.weekday() for day in history_in(row["done on"])]
    found = usual_weekday([weekdays.count(weekday) for weekday in range(7)])
    assert (NOTHING if found is None else WEEKDAYS[found]) == row["usual day"]


class Kind(NamedTuple):
    header: str
    at_least: int
    """Fewer rows than this on the page, and somebody has cut an example that covers a rule."""
    answers: list[str]
    """The columns that the check computes from the others."""
    check: Check


KINDS = [
    Kind("moment (UTC) | time zone | day", 8, ["day"], check_day_of_a_moment),
    Kind("day | week starts | first day | last day", 7, ["first day", "last day"], check_week),
    Kind(
        "frequency | week starts | done on | day | status | again on | because",
        34,
        ["status", "again on"],
        check_status,
    ),
    Kind("at most a week | days from one to the next", 7, ["days from one to the next"], check_gap),
    Kind("frequency | week starts | done on | day | asked for | because", 6, ["asked for"], check_needed),
    Kind(
        "times a week | 1 day | 2 days | 3 days | 4 days | 5 days | 6 days | 7 days",
        7,
        ["1 day", "2 days", "3 days", "4 days", "5 days", "6 days", "7 days"],
        check_rounding,
    ),
    Kind(
        "frequency | in force | paused | done on | credited | prescribed | because",
        17,
        ["credited", "prescribed"],
        check_tally,
    ),
    Kind(
        "plan | paused | done on | credited | prescribed | because", 7, ["credited", "prescribed"], check_changed_tally
    ),
    Kind(
        "frequency | week starts | paused | done on | day | status | again on | because",
        8,
        ["status", "again on"],
        check_paused_status,
    ),
    Kind("frequency | kept in a flare-up", 4, ["kept in a flare-up"], check_minimum),
    Kind("credited | prescribed | shown | kept", 12, ["shown", "kept"], check_percent),
    Kind("frequency | in force | paused | today | pace | because", 14, ["pace"], check_pace),
    Kind("finished weeks, oldest first | running week | streak | because", 12, ["streak"], check_streak),
    Kind(
        "finished weeks, oldest first | latest four weeks | best four weeks | because",
        9,
        ["latest four weeks", "best four weeks"],
        check_averages,
    ),
    Kind("the days, one after the other | strength | because", 13, ["strength"], check_strength),
    Kind("frequency | in force | paused | done on | day | share | because", 10, ["share"], check_share),
    Kind("done | level | because", 6, ["level"], check_level),
    Kind("done on | usual day | because", 5, ["usual day"], check_usual_day),
]

TABLES = list(tables(PAGE.read_text(encoding="utf-8")))
EXAMPLES = [
    pytest.param(kind.check, row, id=f"line {line}")
    for table in TABLES
    for kind in KINDS
    if kind.header == table.header
    for line, row in table.rows
]


@pytest.mark.parametrize(("check", "row"), EXAMPLES)
def test_the_example_on_the_page_is_what_the_code_computes(check: Check, row: Row) -> None:
    check(row)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.header)
def test_the_page_has_this_table_with_all_its_examples(kind: Kind) -> None:
    assert sum(len(table.rows) for table in TABLES if table.header == kind.header) >= kind.at_least


def test_every_table_of_the_page_is_computed() -> None:
    assert {table.header for table in TABLES} == {kind.header for kind in KINDS}


def test_the_examples_of_a_day_show_every_status() -> None:
    shown = {row["status"] for table in TABLES for _, row in table.rows if "status" in row}
    assert shown == {status.value for status in Status}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.header)
def test_a_wrong_answer_in_a_row_would_be_noticed(kind: Kind) -> None:
    """In every row, each answer is exchanged for each other answer of its column."""
    rows = [row for table in TABLES if table.header == kind.header for _, row in table.rows]
    for column in kind.answers:
        answers = {row[column] for row in rows}
        assert len(answers) > 1
        for row in rows:
            for wrong in answers - {row[column]}:
                with pytest.raises(AssertionError):
                    kind.check({**row, column: wrong})


@pytest.mark.parametrize("text", ["Mon 17 Nov", "Tue 16 Nov", "Thu 29 Feb 2028"])
def test_a_wrong_weekday_in_an_example_would_be_noticed(text: str) -> None:
    with pytest.raises(AssertionError):
        day_in(text)
