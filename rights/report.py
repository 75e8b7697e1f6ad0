"""What an import would do, or did, and what is wrong with a file."""

from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from rights.reading import Complaint, UnreadableError

SHOWN = 50
"""Complaints that are told one by one."""

ENOUGH = 1000
"""Complaints after which nothing more is looked at."""

TITLES = {
    "exercises": _("exercises of your own"),
    "plan": _("entries of the plan"),
    "pauses": _("pauses"),
    "skips": _("skipped exercises"),
    "reminders": _("times of reminders"),
    "check_ins": _("check-ins of pain"),
    "completions": _("doses done"),
}


class EnoughError(Exception):
    """So much is wrong that nothing more is looked at."""


@dataclass(slots=True)
class Tally:
    """How many records of one section are new, are here already, end here as well, or are here and say something else.

    Of the new ones, `shortened` reach into a later one of the account.
    """

    added: int = 0
    same: int = 0
    ended: int = 0
    different: int = 0
    shortened: int = 0

    def tell_apart(self, same: bool) -> None:
        if same:
            self.same += 1
        else:
            self.different += 1


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that becomes another; both are said in words."""

    name: str
    label: str
    before: str
    after: str


@dataclass(slots=True)
class Report:
    """`told` has each complaint once, with how often it was made; `overtaken` is an import that came to nothing."""

    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in TITLES})
    changes: list[Change] = field(default_factory=list)
    told: dict[Complaint, int] = field(default_factory=dict)
    wrong: int = 0
    overtaken: bool = False

    @classmethod
    def of(cls, error: UnreadableError) -> Self:
        """About a file that cannot be read as a whole."""
        report = cls()
        report.give_up(error)
        return report

    def give_up(self, error: UnreadableError) -> None:
        """Told whatever has been told before: it is why the rest was not looked at."""
        self.wrong += 1
        self.told[error.complaint] = 1

    def complain(self, complaint: Complaint) -> None:
        """Raises EnoughError when it is."""
        self.wrong += 1
        if complaint in self.told or len(self.told) < SHOWN:
            self.told[complaint] = self.told.get(complaint, 0) + 1
        if self.wrong >= ENOUGH:
            raise EnoughError

    def sort(self) -> None:
        self.told = dict(sorted(self.told.items(), key=lambda one: (one[0].file, one[0].line)))

    @property
    def has_enough(self) -> bool:
        return self.wrong >= ENOUGH

    @property
    def more_wrong(self) -> int:
        return self.wrong - sum(self.told.values())

    @property
    def rows(self) -> list[tuple[Any, Tally]]:
        """Of what there is something to tell, in words."""
        return [(TITLES[name], tally) for name, tally in self.tallies.items() if tally != Tally()]

    @property
    def added(self) -> int:
        return sum(tally.added for tally in self.tallies.values())

    @property
    def ended(self) -> int:
        return sum(tally.ended for tally in self.tallies.values())

    @property
    def different(self) -> int:
        return sum(tally.different for tally in self.tallies.values())

    @property
    def shortened(self) -> int:
        return sum(tally.shortened for tally in self.tallies.values())

    @property
    def does_something(self) -> bool:
        return bool(self.added or self.ended or self.changes)
