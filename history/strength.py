"""How firm a habit has become: a score that one bad day cannot ruin. Pure: values in, values out.

The rule is written up, with worked examples, in `docs/adherence.md`.
"""

from collections.abc import Iterable, Sequence

from exercises.prescription import Frequency, Per

HALF_LIFE = 13
"""After so many days without a dose, half of the strength is left."""

MEMORY = 0.5 ** (1 / HALF_LIFE)

Share = tuple[int, int]
"""What a day credits, and what it asks for. Where it asks for nothing, it leaves the strength as it was."""


def shares(asked: Sequence[Frequency | None], done: Sequence[int]) -> list[Share]:
    """The shares of one exercise, day by day: what was asked on each day, None for nothing, and how often it was done.

    A weekly frequency is looked at over the seven days that end with the day, so that a day of rest is no bad day.
    """
    found = []
    weekly = [frequency.at_least if frequency and frequency.per is Per.WEEK else 0 for frequency in asked]
    done_on_plan = [bool(frequency and n) for frequency, n in zip(asked, done, strict=True)]
    for day, (frequency, n) in enumerate(zip(asked, done, strict=True)):
        if frequency is None:
            found.append((0, 0))
        elif frequency.per is Per.DAY:
            found.append((min(n, frequency.at_least), frequency.at_least))
        else:
            week = slice(max(day - 6, 0), day + 1)
            prescribed = (2 * sum(weekly[week]) + 7) // 14
            found.append((min(sum(done_on_plan[week]), prescribed), prescribed))
    return found


def together(exercises: Iterable[Sequence[Share]]) -> list[Share]:
    """The shares of several exercises as those of one; each has the same days."""
    return [
        (sum(credited for credited, _asked in day), sum(asked for _credited, asked in day))
        for day in zip(*exercises, strict=True)
    ]


def strength(days: Iterable[Share], is_over: bool = True) -> list[float]:
    """The strength at the end of each day, 0 to 1, beginning from nothing.

    The last day, as long as it is not over, counts once it helps.
    """
    course = [0.0]
    for credited, asked in days:
        before = course[-1]
        course.append(MEMORY * before + (1 - MEMORY) * credited / asked if asked else before)
    if not is_over and len(course) > 1:
        course[-1] = max(course[-2:])
    return course[1:]
