"""A plan and what was done of it, a number a day, for the pages of many days. Pure: values in, values out.

There are never more than twenty doses of an exercise a day, so a day is a byte. A year of them is cut, clipped and
summed at once, without a look at each of its days; with thousands of days on a page that is what makes it quick. The
figures are those of `adherence.tally`, week for week.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import add

from exercises.prescription import Frequency, Per
from tracking.adherence import Tally, prescribed_weekly
from tracking.schedule import MAX_NTH

AT_MOST = [bytes(min(n, most) for n in range(256)) for most in range(MAX_NTH + 1)]
"""By the most that counts: what each number becomes."""

PRESCRIBED = bytes(map(prescribed_weekly, range(256)))
"""By the sevenths of some days: what they ask for together."""

ALL_BITS = bytes([0, *[255] * 255])

tally_of = lru_cache(maxsize=4096)(Tally)
"""There are few tallies of a week or a day, and thousands of weeks and days."""


class DaysDone(Mapping[date, int]):
    """The days on which something was done, with how often; `counts` has a byte for each day from `first` on."""

    def __init__(self, first: date, counts: bytes) -> None:
        self.counts, self._first = counts, first.toordinal()

    def __getitem__(self, day: date) -> int:
        n = day.toordinal() - self._first
        if 0 <= n < len(self.counts) and self.counts[n]:
            return self.counts[n]
        raise KeyError(day)

    def __iter__(self) -> Iterator[date]:
        return (date.fromordinal(self._first + n) for n, times in enumerate(self.counts) if times)

    def __len__(self) -> int:
        return len(self.counts) - self.counts.count(0)


@dataclass(frozen=True, slots=True)
class Course:
    """One exercise over some days. All have a byte a day.

    `daily` is what a daily frequency asks for, and `credited` what was done of it; `weekly` is what a weekly one asks
    for in a week. `asking` is 1 where either asked for something, and `on_plan` where it was done as well. All but
    `done` are 0 off the plan and in a pause.
    """

    done: bytes
    daily: bytes
    credited: bytes
    weekly: bytes
    asking: bytes
    on_plan: bytes

    @classmethod
    def of(cls, asked: Sequence[Frequency | None], done: bytes) -> "Course":
        """From what was asked on each day, None for nothing, and how often it was done."""
        daily, credited, weekly, asking, on_plan = (bytearray(len(asked)) for _kind in range(5))
        first = 0
        # Run by run, as a frequency lasts for months.
        for frequency, run in groupby(asked):
            days = slice(first, first + len(list(run)))
            first = days.stop
            if frequency is None:
                continue
            asks = bytes([frequency.at_least]) * (days.stop - days.start)
            asking[days] = b"\1" * len(asks)
            on_plan[days] = done[days].translate(AT_MOST[1])
            if frequency.per is Per.DAY:
                daily[days] = asks
                credited[days] = done[days].translate(AT_MOST[frequency.at_least])
            else:
                weekly[days] = asks
        return cls(done, bytes(daily), bytes(credited), bytes(weekly), bytes(asking), bytes(on_plan))

    def weeks(self, first: int, n: int) -> tuple[Sequence[int], Sequence[int]]:
        """What `n` weeks from the day with the number `first` on credit and ask for, one after the other."""
        days = slice(first, first + 7 * n)
        credited, asked = _by_sevens(self.credited[days]), _by_sevens(self.daily[days])
        if any(self.weekly):
            most = _by_sevens(self.weekly[days]).translate(PRESCRIBED)
            done = map(min, _by_sevens(self.on_plan[days]), most)
            return list(map(add, credited, done)), list(map(add, asked, most))
        return credited, asked


def added(rows: Iterable[bytes], length: int) -> bytes:
    """The sum of the bytes at each place, none of which may be over 255.

    As numbers of that many places to the base of 256, they are summed at once.
    """
    return sum(int.from_bytes(row, "little") for row in rows).to_bytes(length, "little")


def sums(rows: Sequence[bytes]) -> Sequence[int]:
    """The same, however high they are."""
    if not rows:
        return []
    first, *_others = rows
    low = bytes(range(255 // len(rows) + 1))
    if any(row.translate(None, low) for row in rows):
        return list(map(sum, zip(*rows, strict=True)))
    return added(rows, len(first))


def where(days: bytes, row: bytes) -> bytes:
    """The bytes of a row on the days that are not 0, and 0 on the others."""
    found = int.from_bytes(days.translate(ALL_BITS), "little") & int.from_bytes(row, "little")
    return found.to_bytes(len(days), "little")


def last_sevens(days: bytes) -> bytes:
    """The sum of the seven days that end with each day, of which none is over 36."""
    later = (bytes(n) + days for n in range(7))
    return added(later, len(days) + 6)[: len(days)]


def _by_sevens(days: bytes) -> bytes:
    """The sum of each seven days, of which none is over 36."""
    return added((days[n::7] for n in range(7)), len(days) // 7)
