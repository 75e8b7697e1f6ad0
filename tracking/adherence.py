"""How well a plan was kept. Pure: values in, values out, no clock and no database.

The rules are written up, with worked examples, in `docs/adherence.md`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from exercises.prescription import Frequency, Per
from tracking.schedule import NO_DAYS, Item, Paused, Week, frequencies, frequency_on, needed_on, paused_days

KEPT_FROM = Fraction(80, 100)
"""The share of the prescribed doses from which a week counts as kept."""
_KEPT, _KEPT_OF = KEPT_FROM.as_integer_ratio()


@dataclass(frozen=True, slots=True)
class Tally:
    """Credited and prescribed doses, of an item, a week or any longer span."""

    credited: int = 0
    prescribed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.credited + other.credited, self.prescribed + other.prescribed)

    @property
    def adherence(self) -> Fraction | None:
        """Credited of prescribed, 0 to 1; None where nothing was prescribed."""
        return Fraction(self.credited, self.prescribed) if self.prescribed else None

    @property
    def percent(self) -> int | None:
        """Adherence in whole percent, rounded down, so that 79.9 % never reads as the 80 % of a kept week."""
        return 100 * self.credited // self.prescribed if self.prescribed else None

    @property
    def kept(self) -> bool:
        """`reaches(KEPT_FROM)`; a page of a year asks hundreds of times."""
        return self.prescribed > 0 and self.credited * _KEPT_OF >= self.prescribed * _KEPT

    def reaches(self, share: Fraction) -> bool:
        """Whether so much of what was prescribed was done; never where nothing was."""
        return self.prescribed > 0 and self.credited * share.denominator >= self.prescribed * share.numerator


def total(tallies: Iterable[Tally]) -> Tally:
    credited = prescribed = 0
    for one in tallies:
        credited += one.credited
        prescribed += one.prescribed
    return Tally(credited, prescribed)


def tally(items: Sequence[Item], week: Week, done: Mapping[date, int], paused: Set[date] = NO_DAYS) -> Tally:
    """One exercise over one week, whatever its plan was: `items` are those of this exercise, of which no two overlap.

    `done` maps a day to the completions of the exercise on that day. Days with a weekly frequency are prescribed
    together, so that an edit in the middle of a week is not rounded twice, and any day of the plan in that week counts
    towards them.
    """
    whole = _item_over(items, week)
    if whole and (not paused or paused.isdisjoint(week.days)):
        # Nearly every week: the general way below, without its detours.
        done_each_day = [done.get(day, 0) for day in week.days]
        at_least = whole.frequency.at_least
        if whole.frequency.per is Per.DAY:
            return Tally(sum(min(n, at_least) for n in done_each_day), 7 * at_least)
        return Tally(min(sum(map(bool, done_each_day)), at_least), at_least)
    asking = _asking(items, week, paused)
    daily = Tally()
    for day, frequency in asking.items():
        if frequency.per is Per.DAY:
            daily += Tally(min(done.get(day, 0), frequency.at_least), frequency.at_least)
    weekly = _prescribed_weekly(asking.values())
    return daily + Tally(min(sum(1 for day in asking if done.get(day, 0)), weekly), weekly)


def asked_on(
    items: Sequence[Item],
    week: Week,
    day: date,
    today: date,
    done: Mapping[date, int],
    pauses: Sequence[Paused] = (),
) -> int:
    """The doses that a day is measured against: those it needs. `items` are those of one exercise.

    A day gone by is looked at with its whole week: if the week has had its days, it asks nothing of those left out.
    The plan is taken as it stood on that day, so that no later edit and no later pause moves the figure of the day.
    """
    item = next((item for item in items if item.in_force_on(day)), None)
    if item is None:
        return 0
    frequency = frequency_on(item, day, pauses)
    paused = paused_days(pauses, item.exercise, week.first, week.last)
    if day < today and frequency.per is Per.WEEK and not done.get(day, 0) and day not in paused:
        stood = [replace(one, ends_on=None) if one is item else one for one in items if one.starts_on <= day]
        if tally(stood, week, done, {one for one in paused if one < day}).adherence == 1:
            return 0
    return needed_on(frequency, day, done, week.first.weekday(), paused)


def asked_in_week(
    items: Sequence[Item],
    week: Week,
    today: date,
    done: Mapping[date, int],
    lately: bytes | None,
    pauses: Sequence[Paused] = (),
) -> Sequence[int]:
    """`asked_on` for each day of a week.

    `lately` has a 1 for each day on which it was done, from six days before the week on, where that is at hand.
    """
    item = _item_over(items, week)
    if item and not (pauses and any(_touches(pause, week) for pause in pauses)):
        if item.frequency.per is Per.DAY:
            return [item.frequency.at_least] * 7
        if lately is None:
            lately = bytes(bool(done.get(day)) for day in (*week.shifted(-1).days[1:], *week.days))
        # There are few courses that a week can take, so each is worked out once.
        gone_by = sum(day < today for day in week.days)
        return _asked_in_plain_week(item.frequency.at_least, item.frequency.at_most, lately, gone_by)
    return [asked_on(items, week, day, today, done, pauses) for day in week.days]


def _item_over(items: Iterable[Item], week: Week) -> Item | None:
    """The one that is in force on all days of a week."""
    for item in items:
        if item.in_force_over(week):
            return item
    return None


def _touches(pause: Paused, week: Week) -> bool:
    return pause.starts_on <= week.last and (pause.ends_on is None or pause.ends_on > week.first)


@lru_cache(maxsize=16384)
def _asked_in_plain_week(at_least: int, at_most: int, lately: bytes, gone_by: int) -> Sequence[int]:
    """Of a week of which so many days have gone by, with one weekly frequency and no pause."""
    week = Week(date.min).shifted(1)  # any will do; the six days before it are looked at as well
    today = week.first + timedelta(days=gone_by)
    done = {week.first + timedelta(days=n - 6): was_done for n, was_done in enumerate(lately)}
    item = Item(0, Frequency(Per.WEEK, at_least, at_most), week.first)
    return bytes(asked_on([item], week, day, today, done) for day in week.days)


def pace(items: Iterable[Item], week: Week, today: date, paused: Collection[date] = NO_DAYS) -> int:
    """The doses of one exercise that keeping exactly to the minimum would have reached by the end of yesterday."""
    gone_by = [frequency for day, frequency in _asking(items, week, paused).items() if day < today]
    return sum(one.at_least for one in gone_by if one.per is Per.DAY) + _prescribed_weekly(gone_by)


def _asking(items: Iterable[Item], week: Week, paused: Collection[date]) -> dict[date, Frequency]:
    """The days of the week on which the exercise is on the plan and not paused, with the frequency of each."""
    days = week.days
    asked = frequencies(items, week.first, week.last, [day for day in days if day in paused] if paused else ())
    return {day: frequency for day, frequency in zip(days, asked, strict=True) if frequency}


def _prescribed_weekly(frequencies: Iterable[Frequency]) -> int:
    return prescribed_weekly(sum(one.at_least for one in frequencies if one.per is Per.WEEK))


def prescribed_weekly(sevenths: int) -> int:
    """The minimum over some days of one week, of those with a weekly frequency: a seventh for each, rounded half up."""
    return (2 * sevenths + 7) // 14


def streak(finished: Sequence[Tally], running: Tally) -> int:
    """The run of kept weeks up to the last finished one, and the running week once it is kept.

    `finished` holds one tally a week, oldest first. A week with nothing prescribed neither breaks nor lengthens it.
    """
    run = int(running.kept)
    for week in reversed(finished):
        if week.prescribed and not week.kept:
            break
        run += int(week.kept)
    return run


def ready_to_grow(finished: Sequence[tuple[Week, Tally]], since: date) -> bool:
    """Whether the two latest finished weeks were kept, and both had a part in what the plan has been since `since`."""
    latest = finished[-2:]
    return len(latest) == 2 and all(week.last >= since and tally.kept for week, tally in latest)


@dataclass(frozen=True, slots=True)
class Averages:
    """Adherence over four weeks, as tallies: the best four in a row, and the latest four. None with fewer weeks."""

    best: Tally | None
    latest: Tally | None


def four_week_averages(finished: Sequence[Tally]) -> Averages:
    """`finished` holds one tally a week, oldest first; weeks with nothing prescribed are passed over."""
    weeks = [week for week in finished if week.prescribed]
    spans = [total(weeks[n : n + 4]) for n in range(len(weeks) - 3)]
    if not spans:
        return Averages(None, None)
    # Of numbers as small as these no two shares are so close that a quotient could not tell them apart.
    return Averages(max(spans, key=lambda span: span.credited / span.prescribed), spans[-1])
