"""The figures of a page, as its data attributes tell them to other tools."""

from typing import Any

from tests.builders import elements


def day_on(page: Any) -> dict[str, tuple[str, int]]:
    """Status and completions of each exercise."""
    return {e["data-exercise"]: (e["data-status"], int(e["data-done"])) for e in elements(page, "data-status")}


def week_on(page: Any) -> dict[str, tuple[int, int]]:
    """Credited and prescribed of each exercise, and of the whole week as that of no exercise."""
    return {
        e.get("data-exercise", ""): (int(e["data-credited"]), int(e["data-prescribed"]))
        for e in elements(page, "data-credited")
    }


def history_on(page: Any) -> list[tuple[str, int, int, int, int]]:
    """First day, credited, prescribed, days paused and skips of each week, in the order of the page."""
    names = ("data-credited", "data-prescribed", "data-paused", "data-skipped")
    return [
        (e["data-week"], *(int(e[name]) for name in names))  # type: ignore[misc]  # four of them
        for e in elements(page, "data-week")
    ]
