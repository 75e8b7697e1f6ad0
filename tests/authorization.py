"""Reads what `authorization.txt` declares."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.neighbours import METHODS, NOBODYS, REFUSED, ROLES, parameters

READ = ("GET", "HEAD")
OF_OTHERS = ("accounts/", "admin/")
SETS = {"any": METHODS, "read": READ}


@dataclass(frozen=True)
class Line:
    """What one line of `authorization.txt` declares."""

    methods: tuple[str, ...]
    route: str
    answers: dict[str, str]
    sent: str

    def names_something(self) -> bool:
        """Whether the address or the form names a thing of the owner's."""
        return bool((parameters(self.route) | set(re.findall(r"{(\w+)}", self.sent))) & NOBODYS.keys())


def lines() -> list[Line]:
    text = Path(__file__).with_name("authorization.txt").read_text(encoding="utf-8")
    return [_line(text) for text in text.splitlines() if text and not text.startswith("#")]


def _line(text: str) -> Line:
    methods, route, *answers = text.split()
    sent = answers[len(ROLES)] if len(answers) > len(ROLES) else ""
    assert len(answers) == len(ROLES) + bool(sent), text
    named = tuple(one for name in methods.split(",") for one in SETS.get(name, (name,)))
    assert set(named) <= set(METHODS), text
    return Line(named, route, dict(zip(ROLES, answers, strict=False)), sent)


LINES = lines()


def undeclared(declared: Iterable[Line]) -> list[Line]:
    """The methods of each address that no line names: they are not taken, or some not from a stranger."""
    declared = list(declared)
    found = []
    for route in {line.route for line in declared}:
        some = [line for line in declared if line.route == route]
        left = tuple(set(METHODS) - {method for line in some for method in line.methods})
        shut = {line.answers["stranger"] for line in some} == {"sign-in"}
        found.append(Line(left, route, {**dict.fromkeys(ROLES, "405"), "stranger": "sign-in" if shut else "405"}, ""))
        is_ours = not route.startswith(OF_OTHERS)
        stranger = "sign-in" if shut and is_ours else "405"
        found.append(Line(REFUSED, route, {**dict.fromkeys(ROLES, "405"), "stranger": stranger}, ""))
    return found
