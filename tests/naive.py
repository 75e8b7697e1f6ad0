"""The rules of docs/adherence.md a second time, in the slowest and plainest way there is.

The property tests hold `tracking.schedule` and `tracking.adherence` against these functions. To be worth anything as
a second opinion they share nothing with the first: days are walked one by one, a history is a list with one date for
each completion, a week is a list of seven dates, and words and tuples stand in for the classes.
"""

from datetime import date, timedelta
from fractions import Fraction

GAP = {1: 7, 2: 3, 3: 2, 4: 1, 5: 1, 6: 1, 7: 1}
"""From the most times a week to the days between two of them."""

Week = list[date]
Score = tuple[int, int]
"""Credited and prescribed doses."""


def week_around(day: date, week_start: int) -> Week:
    first = day
    while first.weekday() != week_start:
        first -= timedelta(days=1)
    week = [first]
    while len(week) < 7:
        week.append(week[-1] + timedelta(days=1))
    return week


def status(
    per: str, at_least: int, at_most: int, day: date, ticks: list[date], week_start: int
) -> tuple[str, date | None]:
    """The status of a day and, where it is “resting”, the next day on which it would be something else."""
    if per == "day":
        ladder = ["due"] * at_least + ["enough"] * (at_most - at_least) + ["complete"]
        return ladder[min(ticks.count(day), at_most)], None
    if day in ticks:
        return "complete", None
    ticks = [tick for tick in ticks if tick < day]
    today = _undone_day_of_a_week(at_least, at_most, day, ticks, week_start)
    if today != "resting":
        return today, None
    for days in (1, 2, 3, 4, 5, 6):
        later = day + timedelta(days=days)
        if _undone_day_of_a_week(at_least, at_most, later, ticks, week_start) != "resting":
            return "resting", later
    raise AssertionError("nothing rests for a week")


def _undone_day_of_a_week(at_least: int, at_most: int, day: date, ticks: list[date], week_start: int) -> str:
    done_this_week = []
    days_left = []
    for other in week_around(day, week_start):
        if other >= day:
            days_left.append(other)
        elif other in ticks:
            done_this_week.append(other)
    if len(done_this_week) >= at_most:
        return "complete"
    still_missing = at_least - len(done_this_week)
    if still_missing > 0 and len(days_left) <= still_missing:
        return "due"
    for days_ago in range(1, GAP[at_most]):
        if day - timedelta(days=days_ago) in ticks:
            return "resting"
    return "due" if still_missing > 0 else "enough"


def asking_days(week: Week, starts_on: date, ends_on: date | None, paused: list[date]) -> list[date]:
    days = []
    for day in week:
        if day < starts_on:
            continue
        if ends_on is not None and day >= ends_on:
            continue
        if day in paused:
            continue
        days.append(day)
    return days


def prescribed(per: str, at_least: int, days: int) -> int:
    if per == "day":
        return sum(at_least for _ in range(days))
    share = Fraction(at_least * days, 7)
    nearest = 0
    for candidate in range(8):
        # “Not further away than” lets the higher of two neighbours win: half is rounded up.
        if abs(candidate - share) <= abs(nearest - share):
            nearest = candidate
    return nearest


def score(per: str, at_least: int, days: list[date], ticks: list[date]) -> Score:
    """Credited and prescribed on those days of one week that ask for something."""
    asked = prescribed(per, at_least, len(days))
    credited = 0
    if per == "day":
        for day in days:
            for nth in range(1, at_least + 1):
                if ticks.count(day) >= nth:
                    credited += 1
    else:
        for day in days:
            if day in ticks and credited < asked:
                credited += 1
    return credited, asked


def pace(per: str, at_least: int, days: list[date], today: date) -> int:
    over = []
    for day in days:
        if day == today:
            break
        over.append(day)
    return prescribed(per, at_least, len([day for day in over if day < today]))


def kept(week: Score) -> bool:
    credited, asked = week
    return asked > 0 and 5 * credited >= 4 * asked


def percent(week: Score) -> int | None:
    credited, asked = week
    if asked == 0:
        return None
    return max(whole for whole in range(101) if whole * asked <= 100 * credited)


def streak(finished: list[Score], running: Score) -> int:
    """The weeks as letters, kept, missed or empty: what counts is the run of k after the last m."""
    letters = ""
    for week in finished:
        letters += "-" if week[1] == 0 else "k" if kept(week) else "m"
    if kept(running):
        letters += "k"
    return letters.rpartition("m")[2].count("k")


def averages(finished: list[Score]) -> tuple[Fraction | None, Fraction | None]:
    """Adherence over the best and over the latest four weeks in a row that asked for something."""
    asking = [week for week in finished if week[1] > 0]
    if len(asking) < 4:
        return None, None
    fours = []
    while len(asking) >= 4:
        four = asking[-4:]
        fours.append(Fraction(sum(week[0] for week in four), sum(week[1] for week in four)))
        asking = asking[:-1]
    return max(fours), fours[0]
